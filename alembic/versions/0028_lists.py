"""Texts of the service compare byte by byte, whatever the server's locale; an office's day knows its last moment."""

from typing import Final

from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

# The views are put back with the functions, after the migrations. A trigger that names a column keeps it from changing.
BYTEWISE: Final = """
DROP VIEW IF EXISTS service.voucher_use, service.cash_place;
DO $$
DECLARE
    one record;
    definitions text[] := '{}';
    definition text;
BEGIN
    FOR one IN
        SELECT t.tgname, t.tgrelid::regclass AS of_table, pg_get_triggerdef(t.oid) AS definition
        FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
        WHERE c.relnamespace = 'service'::regnamespace AND NOT t.tgisinternal AND EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid
              AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
        )
    LOOP
        definitions := definitions || one.definition;
        EXECUTE 'DROP TRIGGER ' || quote_ident(one.tgname) || ' ON ' || one.of_table;
    END LOOP;
    FOR one IN
        SELECT c.oid::regclass AS of_table, string_agg(
            'ALTER COLUMN ' || quote_ident(a.attname)
            || ' TYPE ' || format_type(a.atttypid, a.atttypmod) || ' COLLATE "C"', ', ') AS changes
        FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'service'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attcollation NOT IN (0, 'pg_catalog."C"'::regcollation)
        GROUP BY c.oid ORDER BY c.oid
    LOOP
        EXECUTE 'ALTER TABLE ' || one.of_table || ' ' || one.changes;
    END LOOP;
    FOREACH definition IN ARRAY definitions LOOP
        EXECUTE definition;
    END LOOP;
END $$;
ALTER TABLE public.alembic_version ALTER COLUMN version_num TYPE varchar(32) COLLATE "C";
"""

LAST_MOMENT: Final = """
ALTER TABLE service.office_day ADD COLUMN last_at timestamptz;
UPDATE service.office_day AS d SET last_at = made.last_at
FROM (
    SELECT office, (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day, max(at) AS last_at
    FROM (SELECT office, paid_at AS at FROM service.receipt
          UNION ALL SELECT office, made_at FROM service.voucher) AS printed
    GROUP BY 1, 2
) AS made
WHERE (made.office, made.day) = (d.office, d.day);
GRANT UPDATE (last_at) ON service.office_day TO soft_atm_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(BYTEWISE)
    op.get_bind().exec_driver_sql(LAST_MOMENT)
