"""Seals of the journal, and a third purpose for signing keys."""

from typing import Final

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# `hash` is the seal's own leaf hash in the tree over all seals, `subtree` that of the largest perfect subtree
# that ends with it: from these the root before any seal, and every proof, is made of a few rows.
SEAL: Final = """
CREATE TABLE ledger.seal (
    number    bigint      PRIMARY KEY,
    previous  bytea       NOT NULL,
    history   bytea       NOT NULL,
    root      bytea       NOT NULL,
    leaves    integer     NOT NULL,
    first_at  timestamptz NOT NULL,
    last_at   timestamptz NOT NULL,
    sealed_at timestamptz NOT NULL,
    kid       text        COLLATE "C" NOT NULL,
    signature bytea       NOT NULL,
    hash      bytea       NOT NULL,
    subtree   bytea       NOT NULL,
    CONSTRAINT seal_number_positive CHECK (number >= 1),
    CONSTRAINT seal_hashes_length CHECK (
        length(previous) = 32 AND length(history) = 32 AND length(root) = 32 AND length(hash) = 32
        AND length(subtree) = 32
    ),
    CONSTRAINT seal_leaves_bounded CHECK (leaves BETWEEN 1 AND 10000),
    CONSTRAINT seal_times_ordered CHECK (last_at >= first_at),
    CONSTRAINT seal_kid_form CHECK (kid ~ '^[A-Za-z0-9_-]{1,64}$'),
    CONSTRAINT seal_signature_length CHECK (length(signature) = 64)
);
"""

# The primary key is the row that is sealed: it is in one seal. No foreign keys: `ledger.seal` checks its rows
# as a set.
SEALED: Final = """
CREATE TABLE ledger.sealed (
    seal      bigint  NOT NULL,
    position  integer NOT NULL,
    kind      text    COLLATE "C" NOT NULL,
    id        uuid    NOT NULL,
    leaf_hash bytea   NOT NULL,
    PRIMARY KEY (kind, id),
    CONSTRAINT sealed_position_key UNIQUE (seal, position),
    CONSTRAINT sealed_kind_known CHECK (kind IN ('entry', 'hold', 'end')),
    CONSTRAINT sealed_position_bounded CHECK (position BETWEEN 0 AND 9999),
    CONSTRAINT sealed_hash_length CHECK (length(leaf_hash) = 32)
);
GRANT SELECT ON ledger.seal, ledger.sealed TO soft_atm_app;
"""

# A captured hold's end is found by its entry. The others are few, and no payment writes them.
ENDED: Final = """
CREATE INDEX hold_end_ended_at ON ledger.hold_end (ended_at) WHERE outcome <> 'captured';
"""

PURPOSE: Final = """
ALTER TABLE service.signing_key
    DROP CONSTRAINT signing_key_purpose_known,
    ADD CONSTRAINT signing_key_purpose_known CHECK (purpose IN ('code', 'access', 'seal'));
"""


def upgrade() -> None:
    for part in (SEAL, SEALED, ENDED, PURPOSE):
        op.get_bind().exec_driver_sql(part)
