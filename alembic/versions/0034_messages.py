"""Messages to phones: written with what they tell of, sent afterwards."""

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
                                               'delegate-added')),
    receiver       bytea       NOT NULL CONSTRAINT message_receiver CHECK (length(receiver) = 32),
    content_sealed bytea,
    made_at        timestamptz NOT NULL,
    due_at         timestamptz NOT NULL,
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


def upgrade() -> None:
    op.get_bind().exec_driver_sql(MESSAGES)
