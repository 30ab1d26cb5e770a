"""People and their banks: customers, applications, sessions, staff, linked accounts, top-ups."""

from typing import Final

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What identifies a person is encrypted (…_sealed); what must be found again is a keyed hash (…_print).
CUSTOMERS: Final = """
CREATE TABLE service.customer (
    id                 uuid        PRIMARY KEY,
    tier               varchar     NOT NULL,
    identity_sealed    bytea       NOT NULL,
    phone_sealed       bytea       NOT NULL,
    id_print           bytea       NOT NULL UNIQUE,
    phone_print        bytea       NOT NULL UNIQUE,
    pin_print          bytea       NOT NULL,
    provider_reference varchar     NOT NULL,
    created_at         timestamptz NOT NULL,
    CONSTRAINT customer_tier_known CHECK (tier IN ('standard')),
    CONSTRAINT customer_prints_length CHECK (
        length(id_print) = 32 AND length(phone_print) = 32 AND length(pin_print) = 32
    )
);

CREATE TABLE service.application (
    id                 uuid        PRIMARY KEY,
    status             varchar     NOT NULL,
    reasons            varchar[]   NOT NULL,
    id_print           bytea       NOT NULL,
    identity_sealed    bytea,
    phone_sealed       bytea,
    pin_sealed         bytea,
    capture            varchar,
    provider_reference varchar,
    asks               integer     NOT NULL,
    next_ask_at        timestamptz,
    customer_id        uuid        UNIQUE REFERENCES service.customer (id),
    created_at         timestamptz NOT NULL,
    decided_at         timestamptz,
    decided_by         uuid,
    note               varchar,
    CONSTRAINT application_status_known CHECK (status IN ('pending', 'review', 'approved', 'rejected')),
    CONSTRAINT application_approved_customer CHECK ((status = 'approved') = (customer_id IS NOT NULL)),
    CONSTRAINT application_undecided_data CHECK (
        CASE WHEN status IN ('pending', 'review')
            THEN identity_sealed IS NOT NULL AND phone_sealed IS NOT NULL AND pin_sealed IS NOT NULL
            ELSE num_nonnulls(identity_sealed, phone_sealed, pin_sealed, capture) = 0
        END
    ),
    CONSTRAINT application_decided CHECK ((status IN ('approved', 'rejected')) = (decided_at IS NOT NULL)),
    CONSTRAINT application_pending_asks CHECK ((status = 'pending') = (next_ask_at IS NOT NULL))
);
CREATE INDEX application_to_ask ON service.application (next_ask_at) WHERE status = 'pending';
CREATE INDEX application_in_review ON service.application (id) WHERE status = 'review';

-- A decision stays: nobody turns a rejected person into a customer, or the reverse, by changing this row.
CREATE TRIGGER decided_stays_decided BEFORE UPDATE ON service.application
    FOR EACH ROW WHEN (OLD.status IN ('approved', 'rejected')) EXECUTE FUNCTION service.refuse_change();

-- A customer has nothing to change yet; a row lock needs one column that may be updated.
GRANT SELECT, INSERT, UPDATE (tier) ON service.customer TO soft_atm_app;
GRANT SELECT, INSERT,
    UPDATE (status, reasons, identity_sealed, phone_sealed, pin_sealed, capture, provider_reference, asks,
            next_ask_at, customer_id, decided_at, decided_by, note)
    ON service.application TO soft_atm_app;
"""

SESSIONS: Final = """
CREATE TABLE service.session (
    id         uuid        PRIMARY KEY,
    subject    uuid        NOT NULL,
    audience   varchar     NOT NULL,
    opened_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz,
    CONSTRAINT session_audience_known CHECK (audience IN ('wallet', 'staff'))
);
CREATE INDEX ix_service_session_expires_at ON service.session (expires_at);

CREATE TABLE service.session_token (
    hash       bytea       PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES service.session (id) ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL,
    used_at    timestamptz,
    CONSTRAINT session_token_hash_length CHECK (length(hash) = 32)
);
CREATE INDEX ix_service_session_token_session_id ON service.session_token (session_id);

GRANT SELECT, INSERT, UPDATE (ended_at), DELETE ON service.session TO soft_atm_app;
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON service.session_token TO soft_atm_app;
"""

STAFF: Final = """
CREATE TABLE service.staff (
    id            uuid        PRIMARY KEY,
    username      varchar     NOT NULL UNIQUE,
    password_hash varchar     NOT NULL,
    display_name  varchar     NOT NULL,
    role          varchar     NOT NULL,
    office        varchar     REFERENCES service.office (code),
    active        boolean     NOT NULL,
    created_at    timestamptz NOT NULL,
    CONSTRAINT staff_username_form CHECK (username ~ '^[a-z0-9][a-z0-9._-]{2,31}$'),
    CONSTRAINT staff_role_known CHECK (role IN ('clerk', 'supervisor', 'operator', 'auditor')),
    CONSTRAINT staff_clerk_office CHECK (role <> 'clerk' OR office IS NOT NULL)
);

GRANT SELECT, INSERT, UPDATE (active) ON service.staff TO soft_atm_app;
"""

PAYMENTS: Final = """
CREATE TABLE service.bank_link (
    id             uuid        PRIMARY KEY,
    customer_id    uuid        NOT NULL REFERENCES service.customer (id),
    bin            varchar     NOT NULL,
    account_sealed bytea       NOT NULL,
    account_print  bytea       NOT NULL,
    masked_account varchar     NOT NULL,
    created_at     timestamptz NOT NULL,
    CONSTRAINT bank_link_once UNIQUE (customer_id, account_print),
    CONSTRAINT bank_link_bin_form CHECK (bin ~ '^[0-9]{6}$'),
    CONSTRAINT bank_link_print_length CHECK (length(account_print) = 32)
);

CREATE TABLE service.top_up (
    id             uuid        PRIMARY KEY,
    customer_id    uuid        NOT NULL REFERENCES service.customer (id),
    bank_link_id   uuid        NOT NULL REFERENCES service.bank_link (id),
    amount         bigint      NOT NULL,
    status         varchar     NOT NULL,
    reason         varchar,
    bank_reference varchar,
    asks           integer     NOT NULL,
    next_ask_at    timestamptz,
    entry_id       uuid        UNIQUE REFERENCES ledger.entry (id),
    created_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    CONSTRAINT top_up_status_known CHECK (status IN ('pending', 'succeeded', 'declined')),
    CONSTRAINT top_up_amount_bounded CHECK (amount BETWEEN 1 AND 1000000000000),
    CONSTRAINT top_up_succeeded_entry CHECK ((status = 'succeeded') = (entry_id IS NOT NULL)),
    CONSTRAINT top_up_declined_reason CHECK ((status = 'declined') = (reason IS NOT NULL)),
    CONSTRAINT top_up_ended CHECK ((status = 'pending') = (ended_at IS NULL)),
    CONSTRAINT top_up_pending_asks CHECK ((status = 'pending') = (next_ask_at IS NOT NULL))
);
CREATE INDEX ix_service_top_up_customer_id ON service.top_up (customer_id);
CREATE INDEX top_up_to_ask ON service.top_up (next_ask_at) WHERE status = 'pending';

CREATE TRIGGER ended_stays_ended BEFORE UPDATE ON service.top_up
    FOR EACH ROW WHEN (OLD.status <> 'pending') EXECUTE FUNCTION service.refuse_change();

GRANT SELECT, INSERT ON service.bank_link TO soft_atm_app;
GRANT SELECT, INSERT, UPDATE (status, reason, bank_reference, asks, next_ask_at, entry_id, ended_at)
    ON service.top_up TO soft_atm_app;
"""


def upgrade() -> None:
    for statements in (CUSTOMERS, SESSIONS, STAFF, PAYMENTS):
        op.execute(statements)
