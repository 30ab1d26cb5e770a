"""The ledger: accounts, the journal, holds, and the role that writes them only through functions."""

from typing import Final

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# The service connects with `-c role=soft_atm_app`, so the role needs no password and whoever migrates must be
# able to become it. Roles belong to the whole server: another database, or another process, may have made it
# already.
ROLE: Final = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'soft_atm_app') THEN
        CREATE ROLE soft_atm_app NOLOGIN;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;  -- another process was faster
END $$;
DO $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT soft_atm_app TO CURRENT_USER;
    END IF;
END $$;
"""

# Texts of the ledger's own making compare byte by byte: their order must not depend on a server's locale.
# Half of each account page stays free, so that a new balance lands beside the old one and no index is
# touched.
ACCOUNT: Final = """
CREATE SCHEMA ledger;

CREATE TABLE ledger.account (
    id        uuid        PRIMARY KEY,
    code      text        COLLATE "C" NOT NULL CONSTRAINT account_code_key UNIQUE,
    class     text        COLLATE "C" NOT NULL,
    floored   boolean     NOT NULL,
    debits    bigint      NOT NULL DEFAULT 0,
    credits   bigint      NOT NULL DEFAULT 0,
    held      bigint      NOT NULL DEFAULT 0,
    version   bigint      NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL,
    CONSTRAINT account_code_form CHECK (
        length(code) <= 120 AND code ~ '^[a-z][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)+$'
    ),
    CONSTRAINT account_class_known CHECK (class IN ('asset', 'liability', 'income', 'expense', 'equity')),
    CONSTRAINT account_totals_bounded CHECK (
        debits BETWEEN 0 AND 100000000000000000 AND credits BETWEEN 0 AND 100000000000000000
    ),
    CONSTRAINT account_held_positive CHECK (held >= 0),
    CONSTRAINT account_held_needs_floor CHECK (held = 0 OR floored),
    CONSTRAINT account_floor CHECK (
        NOT floored
        OR CASE WHEN class IN ('asset', 'expense') THEN debits - credits ELSE credits - debits END - held >= 0
    ),
    CONSTRAINT account_version_positive CHECK (version >= 0)
) WITH (fillfactor = 50);
"""

# `lines` says how many postings the entry has, 1 to `lines`, all there from the start: so none can be added
# or lost unseen. Postings carry no foreign keys: the guard on the table checks each statement's postings as a
# set, where a foreign key would look up (and lock) entry and accounts row by row, three times for each
# posting.
JOURNAL: Final = """
CREATE TABLE ledger.entry (
    id            uuid        PRIMARY KEY,
    reference     text        COLLATE "C" NOT NULL CONSTRAINT entry_reference_key UNIQUE,
    fingerprint   bytea       NOT NULL,
    kind          text        COLLATE "C" NOT NULL,
    business_date date        NOT NULL,
    narration     text        NOT NULL,
    lines         smallint    NOT NULL,
    recorded_at   timestamptz NOT NULL,
    corrects      uuid        CONSTRAINT entry_corrects_fkey REFERENCES ledger.entry,
    CONSTRAINT entry_reference_form CHECK (length(reference) <= 120 AND reference ~ '^[!-~]+$'),
    CONSTRAINT entry_fingerprint_length CHECK (length(fingerprint) = 32),
    CONSTRAINT entry_kind_form CHECK (length(kind) <= 40 AND kind ~ '^[a-z][a-z0-9-]*$'),
    CONSTRAINT entry_business_date_bounded CHECK (
        business_date >= DATE '2000-01-01' AND business_date < DATE '2200-01-01'
    ),
    CONSTRAINT entry_narration_bounded CHECK (length(narration) <= 200),
    CONSTRAINT entry_lines_bounded CHECK (lines BETWEEN 1 AND 100),
    CONSTRAINT entry_corrects_another CHECK (corrects <> id)
);
CREATE INDEX entry_business_date ON ledger.entry (business_date);

CREATE TABLE ledger.posting (
    entry_id       uuid     NOT NULL,
    line           smallint NOT NULL,
    debit_id       uuid     NOT NULL,
    credit_id      uuid     NOT NULL,
    amount         bigint   NOT NULL,
    debit_balance  bigint   NOT NULL,
    debit_version  bigint   NOT NULL,
    credit_balance bigint   NOT NULL,
    credit_version bigint   NOT NULL,
    PRIMARY KEY (entry_id, line),
    CONSTRAINT posting_debit_version_key UNIQUE (debit_id, debit_version),
    CONSTRAINT posting_credit_version_key UNIQUE (credit_id, credit_version),
    CONSTRAINT posting_amount_bounded CHECK (amount BETWEEN 1 AND 1000000000000000),
    CONSTRAINT posting_two_accounts CHECK (debit_id <> credit_id),
    CONSTRAINT posting_versions_positive CHECK (debit_version >= 1 AND credit_version >= 1)
);
"""

# A hold carries no foreign key to its account: the check would walk every version that a long batch has made of
# a busy account's row, once for each hold. An end says how a hold ended. A captured hold's reference is its
# entry's; the others have one of their own.
HOLDS: Final = """
CREATE TABLE ledger.hold (
    id          uuid        PRIMARY KEY,
    reference   text        COLLATE "C" NOT NULL CONSTRAINT hold_reference_key UNIQUE,
    fingerprint bytea       NOT NULL,
    account_id  uuid        NOT NULL,
    amount      bigint      NOT NULL,
    deadline    timestamptz NOT NULL,
    placed_at   timestamptz NOT NULL,
    CONSTRAINT hold_reference_form CHECK (length(reference) <= 120 AND reference ~ '^[!-~]+$'),
    CONSTRAINT hold_fingerprint_length CHECK (length(fingerprint) = 32),
    CONSTRAINT hold_amount_bounded CHECK (amount BETWEEN 1 AND 1000000000000000),
    CONSTRAINT hold_deadline_ahead CHECK (deadline >= placed_at)
);
CREATE INDEX hold_account_id ON ledger.hold (account_id);

CREATE TABLE ledger.hold_end (
    hold_id     uuid        PRIMARY KEY CONSTRAINT hold_end_hold_id_fkey REFERENCES ledger.hold,
    outcome     text        COLLATE "C" NOT NULL,
    entry_id    uuid        CONSTRAINT hold_end_entry_id_key UNIQUE
                            CONSTRAINT hold_end_entry_id_fkey REFERENCES ledger.entry,
    reference   text        COLLATE "C" CONSTRAINT hold_end_reference_key UNIQUE,
    fingerprint bytea,
    ended_at    timestamptz NOT NULL,
    CONSTRAINT hold_end_outcome_known CHECK (outcome IN ('captured', 'voided', 'expired')),
    CONSTRAINT hold_end_captured_by_entry CHECK ((outcome = 'captured') = (entry_id IS NOT NULL)),
    CONSTRAINT hold_end_reference_once CHECK ((outcome = 'captured') = (reference IS NULL)),
    CONSTRAINT hold_end_fingerprint_with_reference CHECK ((reference IS NULL) = (fingerprint IS NULL)),
    CONSTRAINT hold_end_reference_form CHECK (length(reference) <= 120 AND reference ~ '^[!-~]+$'),
    CONSTRAINT hold_end_fingerprint_length CHECK (length(fingerprint) = 32)
);
"""

# A debit row and a credit row for each posting, for reports and exports. `balance` is debits less credits.
LEG: Final = """
CREATE VIEW ledger.leg AS
SELECT p.entry_id, p.line, side.side, a.id AS account_id, a.code, p.amount, side.balance, side.version,
       e.reference, e.kind, e.business_date, e.recorded_at, e.narration, e.corrects
FROM ledger.posting AS p
JOIN ledger.entry AS e ON e.id = p.entry_id
CROSS JOIN LATERAL (
    VALUES ('debit', p.debit_id, p.debit_balance, p.debit_version),
           ('credit', p.credit_id, p.credit_balance, p.credit_version)
) AS side (side, account_id, balance, version)
JOIN ledger.account AS a ON a.id = side.account_id;
"""

# Functions are granted where they are defined, in the ledger's .sql files.
RIGHTS: Final = """
GRANT USAGE ON SCHEMA ledger TO soft_atm_app;
GRANT SELECT ON ALL TABLES IN SCHEMA ledger TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (ROLE, ACCOUNT, JOURNAL, HOLDS, LEG, RIGHTS):
        op.get_bind().exec_driver_sql(part)
