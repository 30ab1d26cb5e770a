"""A customer changes the PIN, and sees where the wallet is open."""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE service.session ADD COLUMN label varchar COLLATE "C" CHECK (length(label) BETWEEN 1 AND 40);
        GRANT UPDATE (pin_print) ON service.customer TO soft_atm_app;
        """
    )
