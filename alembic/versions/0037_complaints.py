"""Complaints: what is wrong with an entry or a withdrawal, answered, contested once and answered again.

And since when a number is a customer's: what was moved before it does not show it.
"""

from typing import Final

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# Its facts stay; `waits_until` alone follows the steps. A step is added once, after the one before; its words are
# encrypted, and are all of it that goes, after the policy's time. The serial is what people tell each other: it may
# have gaps, and hides nothing.
COMPLAINTS: Final = """
CREATE TABLE service.complaint (
    id            uuid        PRIMARY KEY,
    serial        bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    customer_id   uuid        NOT NULL REFERENCES service.customer (id),
    kind          varchar     COLLATE "C" NOT NULL CONSTRAINT complaint_kind
                              CHECK (kind IN ('not-received', 'wrong-amount', 'not-mine', 'wrong-person', 'twice',
                                              'refused', 'service')),
    entry_id      uuid        REFERENCES ledger.entry (id),
    withdrawal_id uuid        REFERENCES service.withdrawal (id),
    office        varchar     COLLATE "C" REFERENCES service.office (code),
    amount        bigint      NOT NULL CONSTRAINT complaint_amount CHECK (amount > 0),
    made_at       timestamptz NOT NULL,
    waits_until   timestamptz,
    CONSTRAINT complaint_about CHECK ((entry_id IS NULL) <> (withdrawal_id IS NULL)),
    CONSTRAINT complaint_of_entry UNIQUE (customer_id, entry_id, kind),
    CONSTRAINT complaint_of_withdrawal UNIQUE (customer_id, withdrawal_id, kind)
);
CREATE INDEX complaint_of_customer ON service.complaint (customer_id, id);
CREATE INDEX complaint_waits ON service.complaint (waits_until, id) WHERE waits_until IS NOT NULL;
CREATE TRIGGER immutable BEFORE DELETE OR TRUNCATE ON service.complaint
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable_facts
    BEFORE UPDATE OF id, serial, customer_id, kind, entry_id, withdrawal_id, office, amount, made_at
    ON service.complaint
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT, UPDATE (waits_until) ON service.complaint TO soft_atm_app;

CREATE TABLE service.complaint_step (
    id           uuid        PRIMARY KEY,
    complaint_id uuid        NOT NULL REFERENCES service.complaint (id),
    number       smallint    NOT NULL CONSTRAINT complaint_step_number CHECK (number BETWEEN 1 AND 4),
    previous     smallint    CONSTRAINT complaint_step_previous
                             CHECK (previous IS NOT DISTINCT FROM nullif(number - 1, 0)),
    by           uuid        NOT NULL,
    at           timestamptz NOT NULL,
    until        timestamptz CONSTRAINT complaint_step_until CHECK ((number = 4) = (until IS NULL)),
    upheld       boolean     CONSTRAINT complaint_step_upheld CHECK ((number IN (2, 4)) = (upheld IS NOT NULL)),
    words_sealed bytea,
    CONSTRAINT complaint_step_once UNIQUE (complaint_id, number),
    CONSTRAINT complaint_step_in_order
        FOREIGN KEY (complaint_id, previous) REFERENCES service.complaint_step (complaint_id, number)
);
CREATE INDEX complaint_step_age ON service.complaint_step (at) WHERE words_sealed IS NOT NULL;
CREATE TRIGGER immutable BEFORE DELETE OR TRUNCATE ON service.complaint_step
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable_facts
    BEFORE UPDATE OF id, complaint_id, number, previous, by, at, until, upheld ON service.complaint_step
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT, UPDATE (words_sealed) ON service.complaint_step TO soft_atm_app;
"""

TOLD: Final = """
ALTER TABLE service.notice ADD COLUMN complaint_id uuid REFERENCES service.complaint (id),
    DROP CONSTRAINT notice_kind,
    ADD CONSTRAINT notice_kind CHECK (
        CASE WHEN kind IN ('reservation-broken', 'reservation-missed')
                 THEN withdrawal_id IS NOT NULL AND transfer_id IS NULL AND complaint_id IS NULL
             WHEN kind IN ('transfer-received', 'transfer-sent')
                 THEN transfer_id IS NOT NULL AND withdrawal_id IS NULL AND complaint_id IS NULL
             WHEN kind IN ('complaint-answered')
                 THEN complaint_id IS NOT NULL AND withdrawal_id IS NULL AND transfer_id IS NULL
             ELSE false END
    );
ALTER TABLE service.message DROP CONSTRAINT message_kind,
    ADD CONSTRAINT message_kind
        CHECK (kind IN ('withdrawal-paid', 'pin-locked', 'pin-changed', 'new-device', 'delegate-added', 'phone-code',
                        'has-account', 'no-account', 'pin-reset', 'phone-changed', 'wallet-frozen', 'wallet-thawed',
                        'complaint-answered'));
"""

# Null: since the wallet was opened.
NUMBERS: Final = """
ALTER TABLE service.customer ADD COLUMN phone_since timestamptz;
GRANT UPDATE (phone_since) ON service.customer TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (COMPLAINTS, TOLD, NUMBERS):
        op.get_bind().exec_driver_sql(part)
