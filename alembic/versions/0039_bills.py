"""Bills: public-service fees beside top-ups and payouts, what the biller gave back, and keys that sign proofs."""

from typing import Final

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

PAYMENTS: Final = """
ALTER TABLE service.bank_payment
    ALTER COLUMN bank_link_id DROP NOT NULL,
    DROP CONSTRAINT bank_payment_kind,
    DROP CONSTRAINT bank_payment_fee,
    ADD CONSTRAINT bank_payment_kind CHECK (kind IN ('top-up', 'payout', 'bill')),
    ADD CONSTRAINT bank_payment_fee CHECK (fee BETWEEN 0 AND 1000000000000 AND (kind <> 'top-up' OR fee = 0)),
    ADD CONSTRAINT bank_payment_side CHECK ((kind = 'bill') = (bank_link_id IS NULL));
DROP INDEX service.bank_payment_counted;
CREATE INDEX bank_payment_counted ON service.bank_payment (customer_id, created_at) WHERE kind <> 'top-up';
CREATE INDEX bank_payment_bills ON service.bank_payment (ended_at) WHERE kind = 'bill';
"""

# What a bill is for never changes; that it was given back is a row of its own. A refund that names no paid bill is kept
# without an entry, for the auditor.
BILLS: Final = """
CREATE TABLE service.bill (
    id          uuid    PRIMARY KEY REFERENCES service.bank_payment (id),
    offer_id    uuid    NOT NULL UNIQUE,
    procedure   varchar COLLATE "C" NOT NULL,
    case_sealed bytea   NOT NULL,
    case_print  bytea   NOT NULL
);
CREATE INDEX bill_of_case ON service.bill (case_print);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.bill
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.bill TO soft_atm_app;

CREATE TABLE service.bill_refund (
    number    bigint      NOT NULL,
    reference varchar     COLLATE "C" NOT NULL,
    order_id  uuid        NOT NULL,
    amount    bigint      NOT NULL,
    entry_id  uuid        UNIQUE REFERENCES ledger.entry (id),
    made_at   timestamptz NOT NULL,
    PRIMARY KEY (number, reference, order_id)
);
CREATE INDEX bill_refund_of_order ON service.bill_refund (order_id);
CREATE UNIQUE INDEX bill_refund_once ON service.bill_refund (order_id) WHERE entry_id IS NOT NULL;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.bill_refund
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.bill_refund TO soft_atm_app;
"""

KEYS: Final = """
ALTER TABLE service.signing_key
    DROP CONSTRAINT signing_key_purpose_known,
    ADD CONSTRAINT signing_key_purpose_known CHECK (purpose IN ('code', 'access', 'seal', 'proof'));
"""

NOTICES: Final = """
ALTER TABLE service.notice
    ADD COLUMN bill_id uuid REFERENCES service.bill (id),
    DROP CONSTRAINT notice_kind,
    ADD CONSTRAINT notice_kind CHECK (
        CASE WHEN kind IN ('reservation-broken', 'reservation-missed')
             THEN withdrawal_id IS NOT NULL AND num_nonnulls(transfer_id, complaint_id, bill_id) = 0
             WHEN kind IN ('transfer-received', 'transfer-sent')
             THEN transfer_id IS NOT NULL AND num_nonnulls(withdrawal_id, complaint_id, bill_id) = 0
             WHEN kind IN ('complaint-answered')
             THEN complaint_id IS NOT NULL AND num_nonnulls(withdrawal_id, transfer_id, bill_id) = 0
             WHEN kind IN ('bill-paid', 'bill-declined', 'bill-refunded')
             THEN bill_id IS NOT NULL AND num_nonnulls(withdrawal_id, transfer_id, complaint_id) = 0
             ELSE false END);
"""


def upgrade() -> None:
    for part in (PAYMENTS, BILLS, KEYS, NOTICES):
        op.get_bind().exec_driver_sql(part)
