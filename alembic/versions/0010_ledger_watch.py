"""Marks: how far the books have been found right, so that the controls look at what is new."""

from typing import Final

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ACCOUNT_MARK: Final = """
CREATE TABLE ledger.account_mark (
    account_id uuid   PRIMARY KEY,
    debits     bigint NOT NULL,
    credits    bigint NOT NULL,
    version    bigint NOT NULL,
    seal       bigint NOT NULL
);
GRANT SELECT ON ledger.account_mark TO soft_atm_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(ACCOUNT_MARK)
