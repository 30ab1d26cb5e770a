"""Rules of single columns as domains: PostgreSQL reads a CHECK's text anew for every statement, a domain's once."""

from typing import Final

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Texts of the ledger's own making compare byte by byte: their order must not depend on a server's locale.
DOMAINS: Final = """
CREATE DOMAIN ledger.account_class AS text COLLATE "C" CONSTRAINT account_class_known CHECK (
    VALUE IN ('asset', 'liability', 'income', 'expense', 'equity')
);
CREATE DOMAIN ledger.account_code AS text COLLATE "C" CONSTRAINT account_code_form CHECK (
    length(VALUE) <= 120 AND VALUE ~ '^[a-z][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)+$'
);
CREATE DOMAIN ledger.total AS bigint CONSTRAINT total_bounded CHECK (VALUE BETWEEN 0 AND 100000000000000000);
CREATE DOMAIN ledger.amount AS bigint CONSTRAINT amount_bounded CHECK (VALUE BETWEEN 1 AND 1000000000000000);
CREATE DOMAIN ledger.version AS bigint CONSTRAINT version_positive CHECK (VALUE >= 1);
CREATE DOMAIN ledger.line AS smallint CONSTRAINT line_bounded CHECK (VALUE BETWEEN 1 AND 100);
CREATE DOMAIN ledger.reference AS text COLLATE "C" CONSTRAINT reference_form CHECK (
    length(VALUE) <= 120 AND VALUE ~ '^[!-~]+$'
);
CREATE DOMAIN ledger.fingerprint AS bytea CONSTRAINT fingerprint_length CHECK (length(VALUE) = 32);
CREATE DOMAIN ledger.kind AS text COLLATE "C" CONSTRAINT kind_form CHECK (
    length(VALUE) <= 40 AND VALUE ~ '^[a-z][a-z0-9-]*$'
);
CREATE DOMAIN ledger.business_date AS date CONSTRAINT business_date_bounded CHECK (
    VALUE >= DATE '2000-01-01' AND VALUE < DATE '2200-01-01'
);
CREATE DOMAIN ledger.narration AS text CONSTRAINT narration_bounded CHECK (length(VALUE) <= 200);
CREATE DOMAIN ledger.hold_outcome AS text COLLATE "C" CONSTRAINT hold_outcome_known CHECK (
    VALUE IN ('captured', 'voided', 'expired')
);
"""

# What needs more than one column stays with its table, as short as can be. `floor_sign` follows class and floor (a
# trigger in ledger/accounts.sql sees to it): 1 where debits less credits, -1 where credits less debits must not go
# below what is held, 0 where there is no floor and so nothing can be held. It gets its first values while PostgreSQL
# writes the table anew, which is no update of rows: the guards let nobody but the ledger's functions make one.
ACCOUNT: Final = """
ALTER TABLE ledger.account
    DROP CONSTRAINT account_code_form,
    DROP CONSTRAINT account_class_known,
    DROP CONSTRAINT account_totals_bounded,
    DROP CONSTRAINT account_held_positive,
    DROP CONSTRAINT account_held_needs_floor,
    DROP CONSTRAINT account_floor,
    DROP CONSTRAINT account_version_positive;
ALTER TABLE ledger.account
    ALTER COLUMN code TYPE ledger.account_code,
    ALTER COLUMN class TYPE ledger.account_class,
    ALTER COLUMN debits TYPE ledger.total,
    ALTER COLUMN credits TYPE ledger.total,
    ALTER COLUMN held TYPE ledger.total,
    ALTER COLUMN version TYPE ledger.total,
    ADD COLUMN floor_sign smallint;
ALTER TABLE ledger.account
    ALTER COLUMN floor_sign TYPE smallint
        USING CASE WHEN NOT floored THEN 0 WHEN class IN ('asset', 'expense') THEN 1 ELSE -1 END,
    ALTER COLUMN floor_sign SET NOT NULL,
    ADD CONSTRAINT account_floor CHECK ((debits - credits) * floor_sign >= held);
"""

JOURNAL: Final = """
ALTER TABLE ledger.entry
    DROP CONSTRAINT entry_reference_form,
    DROP CONSTRAINT entry_fingerprint_length,
    DROP CONSTRAINT entry_kind_form,
    DROP CONSTRAINT entry_business_date_bounded,
    DROP CONSTRAINT entry_narration_bounded,
    DROP CONSTRAINT entry_lines_bounded;
ALTER TABLE ledger.entry
    ALTER COLUMN reference TYPE ledger.reference,
    ALTER COLUMN fingerprint TYPE ledger.fingerprint,
    ALTER COLUMN kind TYPE ledger.kind,
    ALTER COLUMN business_date TYPE ledger.business_date,
    ALTER COLUMN narration TYPE ledger.narration,
    ALTER COLUMN lines TYPE ledger.line;
ALTER TABLE ledger.posting
    DROP CONSTRAINT posting_amount_bounded,
    DROP CONSTRAINT posting_versions_positive;
ALTER TABLE ledger.posting
    ALTER COLUMN line TYPE ledger.line,
    ALTER COLUMN amount TYPE ledger.amount,
    ALTER COLUMN debit_version TYPE ledger.version,
    ALTER COLUMN credit_version TYPE ledger.version;
"""

HOLDS: Final = """
ALTER TABLE ledger.hold
    DROP CONSTRAINT hold_reference_form,
    DROP CONSTRAINT hold_fingerprint_length,
    DROP CONSTRAINT hold_amount_bounded;
ALTER TABLE ledger.hold
    ALTER COLUMN reference TYPE ledger.reference,
    ALTER COLUMN fingerprint TYPE ledger.fingerprint,
    ALTER COLUMN amount TYPE ledger.amount;
DROP INDEX ledger.hold_end_ended_at;
ALTER TABLE ledger.hold_end
    DROP CONSTRAINT hold_end_outcome_known,
    DROP CONSTRAINT hold_end_captured_by_entry,
    DROP CONSTRAINT hold_end_reference_once,
    DROP CONSTRAINT hold_end_fingerprint_with_reference,
    DROP CONSTRAINT hold_end_reference_form,
    DROP CONSTRAINT hold_end_fingerprint_length;
ALTER TABLE ledger.hold_end
    ALTER COLUMN outcome TYPE ledger.hold_outcome,
    ALTER COLUMN reference TYPE ledger.reference,
    ALTER COLUMN fingerprint TYPE ledger.fingerprint,
    ADD CONSTRAINT hold_end_by_entry_or_reference CHECK (
        CASE WHEN outcome = 'captured'
             THEN entry_id IS NOT NULL AND reference IS NULL AND fingerprint IS NULL
             ELSE entry_id IS NULL AND reference IS NOT NULL AND fingerprint IS NOT NULL END
    );
CREATE INDEX hold_end_ended_at ON ledger.hold_end (ended_at) WHERE outcome <> 'captured';
"""

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
GRANT SELECT ON ledger.leg TO soft_atm_app;
"""


def upgrade() -> None:
    for part in ("DROP VIEW ledger.leg", DOMAINS, ACCOUNT, JOURNAL, HOLDS, LEG):
        op.get_bind().exec_driver_sql(part)
