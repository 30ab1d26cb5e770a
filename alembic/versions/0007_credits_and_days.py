"""Payers and bulk credits; closed business dates."""

from typing import Final

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# One row for each close. The newest business date in it is the one through which all are closed.
CLOSED_DAY: Final = """
CREATE TABLE ledger.closed_day (
    business_date date        PRIMARY KEY,
    closed_at     timestamptz NOT NULL,
    CONSTRAINT closed_day_bounded CHECK (
        business_date >= DATE '2000-01-01' AND business_date < DATE '2200-01-01'
    )
);
GRANT SELECT ON ledger.closed_day TO soft_atm_app;
"""

# What was credited under a batch stands in the ledger alone: its entries' references begin with the batch's name.
CREDITS: Final = """
CREATE TABLE service.payer (
    code      varchar     COLLATE "C" PRIMARY KEY,
    name      varchar     NOT NULL,
    opened_at timestamptz NOT NULL,
    CONSTRAINT payer_code_form CHECK (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    CONSTRAINT payer_name_bounded CHECK (length(name) BETWEEN 1 AND 100)
);
INSERT INTO service.payer (code, name, opened_at) VALUES ('treasury', 'Kho bạc Nhà nước', now());

CREATE TABLE service.credit_batch (
    id         uuid        PRIMARY KEY,
    name       varchar     COLLATE "C" NOT NULL CONSTRAINT credit_batch_name_key UNIQUE,
    payer      varchar     COLLATE "C" NOT NULL REFERENCES service.payer (code),
    created_at timestamptz NOT NULL,
    CONSTRAINT credit_batch_name_form CHECK (name ~ '^[A-Za-z0-9._-]{1,64}$')
);
CREATE INDEX ix_service_credit_batch_payer ON service.credit_batch (payer);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.credit_batch
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.payer, service.credit_batch TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (CLOSED_DAY, CREDITS):
        op.get_bind().exec_driver_sql(part)
