"""Passkeys of the staff, challenges for them, and instructions that are about people."""

from typing import Final

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

# `sign_count`: what the authenticator has counted up to, zero where it does not count.
PASSKEYS: Final = """
CREATE TABLE service.passkey (
    id            uuid        PRIMARY KEY,
    subject       uuid        NOT NULL REFERENCES service.staff (id),
    name          varchar     COLLATE "C" NOT NULL CONSTRAINT passkey_name CHECK (length(name) BETWEEN 1 AND 40),
    credential_id bytea       NOT NULL CONSTRAINT passkey_credential UNIQUE
                              CONSTRAINT passkey_credential_bounded CHECK (length(credential_id) BETWEEN 1 AND 1023),
    public_key    bytea       NOT NULL,
    sign_count    bigint      NOT NULL CONSTRAINT passkey_sign_count CHECK (sign_count >= 0),
    added_at      timestamptz NOT NULL,
    used_at       timestamptz
);
CREATE INDEX passkey_of_member ON service.passkey (subject);
GRANT SELECT, INSERT, DELETE, UPDATE (sign_count, used_at) ON service.passkey TO soft_atm_app;

-- A challenge is kept as its SHA-256, for one member, one purpose and one generation of rights, and is used once.
CREATE TABLE service.passkey_challenge (
    hash       bytea       PRIMARY KEY CONSTRAINT passkey_challenge_hash CHECK (length(hash) = 32),
    subject    uuid        NOT NULL REFERENCES service.staff (id),
    purpose    varchar     COLLATE "C" NOT NULL,
    generation integer     NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX passkey_challenge_expiry ON service.passkey_challenge (expires_at);
GRANT SELECT, INSERT, DELETE, UPDATE (used_at) ON service.passkey_challenge TO soft_atm_app;
"""

# What is about a person moves no money.
ABOUT_PEOPLE: Final = """
ALTER TABLE service.instruction DROP CONSTRAINT instruction_kind, DROP CONSTRAINT instruction_amount,
    ADD CONSTRAINT instruction_kind
        CHECK (kind IN ('funding', 'credits', 'cash', 'member-added', 'member-role', 'member-reset')),
    ADD CONSTRAINT instruction_amount CHECK (amount >= 0 AND (amount = 0) = (kind LIKE 'member-%%'));
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(PASSKEYS)
    op.get_bind().exec_driver_sql(ABOUT_PEOPLE)
