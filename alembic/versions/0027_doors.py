"""A door of guesses stays shut longer each time; a customer's tokens end with a sign-out, as the staff's do."""

from typing import Final

from alembic import op

revision = "0027"
down_revision = "0023"
branch_labels = None
depends_on = None

DOORS: Final = """
ALTER TABLE service.attempt ADD COLUMN shuts integer NOT NULL DEFAULT 0 CONSTRAINT attempt_shuts CHECK (shuts >= 0);

INSERT INTO service.standing (subject, generation) SELECT id, 1 FROM service.customer ON CONFLICT DO NOTHING;
CREATE TRIGGER stands AFTER INSERT ON service.customer FOR EACH ROW EXECUTE FUNCTION service.stand();
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(DOORS)
