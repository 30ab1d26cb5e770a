"""Transfers from the phone, and notices of them."""

from typing import Final

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# One row with its entry, in the transaction of the entry. One an intention: what was confirmed once is sent once.
TRANSFERS: Final = """
CREATE TABLE service.wallet_transfer (
    id             uuid        PRIMARY KEY,
    number         varchar     COLLATE "C" NOT NULL UNIQUE,
    intention_id   uuid        NOT NULL UNIQUE,
    entry_id       uuid        NOT NULL UNIQUE REFERENCES ledger.entry (id),
    payer_id       uuid        NOT NULL REFERENCES service.customer (id),
    payee_id       uuid        NOT NULL REFERENCES service.customer (id),
    amount         bigint      NOT NULL,
    fee            bigint      NOT NULL,
    message_sealed bytea,
    made_at        timestamptz NOT NULL,
    CONSTRAINT wallet_transfer_amount CHECK (amount > 0 AND fee >= 0),
    CONSTRAINT wallet_transfer_two_people CHECK (payer_id <> payee_id)
);
CREATE INDEX wallet_transfer_sent ON service.wallet_transfer (payer_id, id);
CREATE INDEX wallet_transfer_received ON service.wallet_transfer (payee_id, id);
CREATE INDEX wallet_transfer_counted ON service.wallet_transfer (payer_id, made_at);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.wallet_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.wallet_transfer TO soft_atm_app;
"""

NOTICES: Final = """
ALTER TABLE service.notice ALTER COLUMN withdrawal_id DROP NOT NULL,
    ADD COLUMN transfer_id uuid REFERENCES service.wallet_transfer (id),
    DROP CONSTRAINT notice_kind,
    ADD CONSTRAINT notice_kind CHECK (
        CASE WHEN kind IN ('reservation-broken', 'reservation-missed')
                 THEN withdrawal_id IS NOT NULL AND transfer_id IS NULL
             WHEN kind IN ('transfer-received', 'transfer-sent')
                 THEN transfer_id IS NOT NULL AND withdrawal_id IS NULL
             ELSE false END
    );
"""


def upgrade() -> None:
    for part in (TRANSFERS, NOTICES):
        op.get_bind().exec_driver_sql(part)
