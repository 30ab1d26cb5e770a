"""A count that still differs by much stands by a supervisor's word: it need not stand the second time."""

from typing import Final

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# A count that agrees stands. One that differs stands only right after one by the same person, of the same cash, that
# differed; by how much it may without a word is the policy's to say, and an approval's to prove.
COUNTS: Final = """
CREATE OR REPLACE FUNCTION service.guard_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous service.cash_count;
BEGIN
    SELECT * INTO previous FROM service.cash_count WHERE subject = new.subject ORDER BY number DESC LIMIT 1;
    IF new.number <> coalesce(previous.number, 0) + 1 THEN
        RAISE EXCEPTION 'count % of % follows count %', new.number, new.subject, coalesce(previous.number, 0)
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (new.total = new.expected AND NOT new.stood)
       OR (new.total <> new.expected AND new.stood
           AND NOT coalesce((previous.counted_by, previous.expected, NOT previous.stood)
                            = (new.counted_by, new.expected, true), false)) THEN
        RAISE EXCEPTION 'count % of % does not stand so', new.number, new.subject USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END $$;
"""
# What a count is short is asked for by its sign.
AMOUNTS: Final = """
ALTER TABLE service.approval DROP CONSTRAINT approval_amount;
ALTER TABLE service.approval ADD CONSTRAINT approval_amount
    CHECK (amount > 0 OR (amount < 0 AND kind LIKE '%-count'));
"""


def upgrade() -> None:
    op.execute(COUNTS)
    op.execute(AMOUNTS)
