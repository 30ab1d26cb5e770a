"""Payouts beside top-ups, in one table; a bank account is one customer's, once the bank has named its holder."""

from typing import Final

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# A payout is held in the ledger under its own id from the moment it is begun. Columns that are new are without a value
# in what was begun before: those are top-ups, free of charge, and no phone asks for them by a key.
PAYMENTS: Final = """
ALTER TABLE service.top_up RENAME TO bank_payment;
ALTER TABLE service.bank_payment
    ADD COLUMN kind varchar COLLATE "C" NOT NULL DEFAULT 'top-up',
    ADD COLUMN fee bigint NOT NULL DEFAULT 0,
    ADD COLUMN key varchar COLLATE "C";
ALTER TABLE service.bank_payment
    ALTER COLUMN kind DROP DEFAULT,
    ALTER COLUMN fee DROP DEFAULT,
    ADD CONSTRAINT bank_payment_kind CHECK (kind IN ('top-up', 'payout')),
    ADD CONSTRAINT bank_payment_fee CHECK (fee BETWEEN 0 AND 1000000000000 AND (kind = 'payout' OR fee = 0)),
    ADD CONSTRAINT bank_payment_once UNIQUE (customer_id, key);
ALTER INDEX service.top_up_to_ask RENAME TO bank_payment_to_ask;
DROP INDEX service.ix_service_top_up_customer_id;
CREATE INDEX bank_payment_of_customer ON service.bank_payment (customer_id, id);
CREATE INDEX bank_payment_counted ON service.bank_payment (customer_id, created_at) WHERE kind = 'payout';
CREATE INDEX bank_payment_pending ON service.bank_payment (bank_link_id) WHERE status = 'pending';
ALTER TABLE service.bank_payment RENAME CONSTRAINT top_up_pkey TO bank_payment_pkey;
ALTER TABLE service.bank_payment RENAME CONSTRAINT top_up_entry_id_key TO bank_payment_entry_id_key;
ALTER TABLE service.bank_payment RENAME CONSTRAINT top_up_status_known TO bank_payment_status_known;
ALTER TABLE service.bank_payment RENAME CONSTRAINT top_up_amount_bounded TO bank_payment_amount_bounded;
ALTER TABLE service.bank_payment RENAME CONSTRAINT top_up_succeeded_entry TO bank_payment_succeeded_entry;
ALTER TABLE service.bank_payment RENAME CONSTRAINT top_up_declined_reason TO bank_payment_declined_reason;
ALTER TABLE service.bank_payment RENAME CONSTRAINT top_up_ended TO bank_payment_ended;
ALTER TABLE service.bank_payment RENAME CONSTRAINT top_up_pending_asks TO bank_payment_pending_asks;
"""

# No bank was ever asked whose account a link of before is: it is linked again, in a minute, by its owner.
LINKS: Final = """
ALTER TABLE service.bank_link ADD COLUMN named_at timestamptz, ADD COLUMN removed_at timestamptz;
CREATE UNIQUE INDEX bank_link_one_owner ON service.bank_link (account_print) WHERE named_at IS NOT NULL;
GRANT UPDATE (named_at, removed_at) ON service.bank_link TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (PAYMENTS, LINKS):
        op.get_bind().exec_driver_sql(part)
