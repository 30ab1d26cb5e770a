"""Idempotency keys are kept for good; after thirty days only their answers are forgotten."""

from typing import Final

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# The index holds the answers that are still to be forgotten, so that housekeeping never reads the rest.
KEPT: Final = """
CREATE INDEX idempotency_to_forget ON service.idempotency (created_at) WHERE answer <> ''::bytea;
DROP INDEX service.ix_service_idempotency_created_at;
REVOKE DELETE ON service.idempotency FROM soft_atm_app;
GRANT UPDATE (answer) ON service.idempotency TO soft_atm_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(KEPT)
