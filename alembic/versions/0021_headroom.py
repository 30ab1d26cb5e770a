"""What an office has reserved for the rest of a month, apart from what it has reserved for the next one."""

from typing import Final

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# A reservation counts in the rows of all days up to its own: so a day's row and those after it in its month have what
# is reserved in the rest of that month. Rows of the past are not kept up, and no limit reads them.
RESERVED_IN_MONTH: Final = """
ALTER TABLE service.office_day ADD COLUMN reserved_in_month bigint NOT NULL DEFAULT 0;
UPDATE service.office_day AS d SET reserved_in_month = (
    SELECT sum(later.reserved_on) FROM service.office_day AS later
    WHERE later.office = d.office AND later.day >= d.day
      AND date_trunc('month', later.day) = date_trunc('month', d.day)
) WHERE d.reserved_from > 0;
UPDATE service.office_day SET reserved_in_month = reserved_from WHERE reserved_in_month > reserved_from;
ALTER TABLE service.office_day
    DROP CONSTRAINT office_day_reserved,
    ADD CONSTRAINT office_day_reserved CHECK (
        reserved_on >= 0 AND reserved_in_month >= reserved_on AND reserved_from >= reserved_in_month
    );
GRANT UPDATE (reserved_in_month) ON service.office_day TO soft_atm_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(RESERVED_IN_MONTH)
