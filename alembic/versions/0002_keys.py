"""Signing keys: public parts, encrypted private parts, and at most one current key for each purpose."""

from typing import Final

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLE: Final = """
CREATE SCHEMA IF NOT EXISTS service;
GRANT USAGE ON SCHEMA service TO soft_atm_app;

CREATE TABLE service.signing_key (
    kid            text        COLLATE "C" NOT NULL,
    purpose        text        COLLATE "C" NOT NULL,
    public_key     bytea       NOT NULL,
    sealed_private bytea       NOT NULL,
    created_at     timestamptz NOT NULL,
    retired_at     timestamptz,
    PRIMARY KEY (purpose, kid),
    CONSTRAINT signing_key_kid_form CHECK (kid ~ '^[A-Za-z0-9_-]{4}$'),
    CONSTRAINT signing_key_purpose_known CHECK (purpose IN ('code', 'access')),
    CONSTRAINT signing_key_public_length CHECK (length(public_key) = 32),
    CONSTRAINT signing_key_sealed_length CHECK (length(sealed_private) BETWEEN 33 AND 512),
    CONSTRAINT signing_key_retired_later CHECK (retired_at >= created_at)
);
CREATE UNIQUE INDEX signing_key_one_current ON service.signing_key (purpose) WHERE retired_at IS NULL;
"""

# A retired key stays retired: whoever could set the mark back would make old signatures good again.
GUARD: Final = """
CREATE FUNCTION service.signing_key_stays_retired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'signing key % is retired, and stays so', OLD.kid USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER signing_key_stays_retired BEFORE UPDATE ON service.signing_key
    FOR EACH ROW WHEN (OLD.retired_at IS NOT NULL) EXECUTE FUNCTION service.signing_key_stays_retired();

GRANT SELECT, INSERT, UPDATE (retired_at) ON service.signing_key TO soft_atm_app;
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(GUARD)
