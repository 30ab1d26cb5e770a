"""Nobody alone: another person explains what a delivery was over or short, another sends a large one."""

from typing import Final

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Whether a delivery needs two is settled when it is ordered, by the policy of that moment, and never changed. Older
# deliveries were made under older rules: theirs is not known, and the CHECKs leave them as they are.
DELIVERIES: Final = """
ALTER TABLE service.delivery
    ADD COLUMN needs_two boolean,
    ADD CONSTRAINT delivery_sent_by_another CHECK (NOT needs_two OR sent_by <> ordered_by),
    ADD CONSTRAINT delivery_explained_by_another CHECK (needs_two IS NULL OR explained_by NOT IN (sent_by, ended_by));
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(DELIVERIES)
