"""A door of guesses stays shut longer each time."""

from typing import Final

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DOORS: Final = """
ALTER TABLE service.attempt ADD COLUMN shuts integer NOT NULL DEFAULT 0 CONSTRAINT attempt_shuts CHECK (shuts >= 0);
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(DOORS)
