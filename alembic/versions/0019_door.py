"""The ledger's door: one array of commands and one of their postings, where there were twenty arrays."""

from typing import Final

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# What ledger.post takes. Numbers are those that the caller gave: references, accounts and holds are counted from 1.
TYPES: Final = """
CREATE TYPE ledger.command AS (
    action           text,         -- 'entry', 'hold', 'capture', 'void' or 'expire'
    reference        text,
    reference_number integer,
    fingerprint      bytea,
    lines            integer,      -- how many of the postings are its own: 0 but for entry and capture
    entry_id         uuid,         -- of entry and capture, null for the others; so are the four below
    kind             text,
    business_date    date,
    narration        text,
    corrects         uuid,
    hold_number      integer,      -- of all but entry
    account_number   integer,      -- of hold; so are the two below
    amount           bigint,
    deadline         timestamptz
);
CREATE TYPE ledger.movement AS (
    debit  integer,
    credit integer,
    amount bigint
);
"""

# A function is replaced whole, but not under another signature: the old ones go, where there are any.
OLD: Final = """
DO $$
DECLARE
    old regprocedure;
BEGIN
    FOR old IN
        SELECT p.oid FROM pg_proc AS p
        WHERE p.pronamespace = 'ledger'::regnamespace AND p.proname IN ('post', 'attempt')
    LOOP
        EXECUTE concat('DROP FUNCTION ', old);
    END LOOP;
END $$;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(OLD)
    op.get_bind().exec_driver_sql(TYPES)
