"""Where an office stands and what number it answers, for who sets out to it."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE service.office
            ADD COLUMN address varchar COLLATE "C"
                CONSTRAINT office_address CHECK (length(address) BETWEEN 3 AND 160),
            ADD COLUMN phone varchar COLLATE "C" CONSTRAINT office_phone CHECK (phone ~ '^0[0-9]{9,10}$');
        GRANT UPDATE (address, phone) ON service.office TO soft_atm_app;
    """)
