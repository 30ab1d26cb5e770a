"""Blind counts: the database itself knows which count stands. Vaults are counted too."""

from typing import Final

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# A count stands if it agrees, or if the count right before it was by the same person, of the same cash, and differed.
COUNTS: Final = """
CREATE FUNCTION service.guard_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous service.cash_count;
BEGIN
    SELECT * INTO previous FROM service.cash_count WHERE subject = new.subject ORDER BY number DESC LIMIT 1;
    IF new.number <> coalesce(previous.number, 0) + 1 THEN
        RAISE EXCEPTION 'count % of % follows count %', new.number, new.subject, coalesce(previous.number, 0)
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF new.stood <> (
        new.total = new.expected
        OR coalesce((previous.counted_by, previous.expected, NOT previous.stood)
                    = (new.counted_by, new.expected, true), false)
    ) THEN
        RAISE EXCEPTION 'count % of % does not stand so', new.number, new.subject USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER stands_or_is_made_again BEFORE INSERT ON service.cash_count
    FOR EACH ROW EXECUTE FUNCTION service.guard_count();
"""


def upgrade() -> None:
    op.execute(COUNTS)
