"""Messages to phones, written with what they tell of and sent afterwards, and codes that prove a phone."""

from typing import Final

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# `receiver`: a keyed hash of the number, by which messages to one phone keep their order. Number and words are
# encrypted together, and go when the message is sent, or some days after it was given up.
MESSAGES: Final = """
CREATE TABLE service.message (
    id             uuid        PRIMARY KEY,
    customer_id    uuid        REFERENCES service.customer (id),
    kind           varchar     COLLATE "C" NOT NULL CONSTRAINT message_kind
                               CHECK (kind IN ('withdrawal-paid', 'pin-locked', 'pin-changed', 'new-device',
                                               'delegate-added', 'phone-code', 'has-account')),
    receiver       bytea       NOT NULL CONSTRAINT message_receiver CHECK (length(receiver) = 32),
    content_sealed bytea,
    made_at        timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
    good_until     timestamptz,
    tries          integer     NOT NULL DEFAULT 0 CONSTRAINT message_tries CHECK (tries >= 0),
    fault          varchar     COLLATE "C" CONSTRAINT message_fault CHECK (fault ~ '^[a-z0-9-]{1,40}$'),
    sent_at        timestamptz,
    dead_at        timestamptz,
    CONSTRAINT message_ends_once CHECK (sent_at IS NULL OR dead_at IS NULL),
    CONSTRAINT message_content CHECK (
        CASE WHEN sent_at IS NOT NULL THEN content_sealed IS NULL
             WHEN dead_at IS NULL THEN content_sealed IS NOT NULL
             ELSE true END
    )
);
CREATE INDEX message_due ON service.message (due_at) WHERE sent_at IS NULL AND dead_at IS NULL;
CREATE INDEX message_before ON service.message (receiver, id) WHERE sent_at IS NULL AND dead_at IS NULL;
CREATE INDEX message_dead ON service.message (id) WHERE dead_at IS NOT NULL;
GRANT SELECT, INSERT, DELETE, UPDATE (due_at, tries, fault, sent_at, dead_at, content_sealed) ON service.message
    TO soft_atm_app;
"""

# Ids are random: who knows one has asked for it.
CODES: Final = """
CREATE TABLE service.phone_code (
    id          uuid        PRIMARY KEY,
    purpose     varchar     COLLATE "C" NOT NULL CONSTRAINT phone_code_purpose CHECK (purpose IN ('opening')),
    phone_print bytea       NOT NULL CONSTRAINT phone_code_phone CHECK (length(phone_print) = 32),
    code_print  bytea       NOT NULL CONSTRAINT phone_code_code CHECK (length(code_print) = 32),
    asked_at    timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    wrong       integer     NOT NULL,
    proved_at   timestamptz,
    used_for    uuid,
    CONSTRAINT phone_code_proved_first CHECK (used_for IS NULL OR proved_at IS NOT NULL)
);
CREATE INDEX phone_code_asked ON service.phone_code (phone_print, purpose, asked_at);
CREATE INDEX phone_code_age ON service.phone_code (asked_at);
GRANT SELECT, INSERT, DELETE, UPDATE (wrong, proved_at, used_for) ON service.phone_code TO soft_atm_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(MESSAGES)
    op.get_bind().exec_driver_sql(CODES)
