"""Staff can be switched off, moved and given a first password; tokens of before are worth nothing from then on."""

from typing import Final

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

STANDING: Final = """
CREATE TABLE service.standing (
    subject    uuid    PRIMARY KEY,
    generation integer NOT NULL CONSTRAINT standing_generation CHECK (generation > 0)
);
INSERT INTO service.standing (subject, generation) SELECT id, 1 FROM service.staff;
CREATE FUNCTION service.stand() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO service.standing (subject, generation) VALUES (NEW.id, 1);
    RETURN NULL;
END $$;
CREATE TRIGGER stands AFTER INSERT ON service.staff FOR EACH ROW EXECUTE FUNCTION service.stand();
GRANT SELECT, UPDATE (generation) ON service.standing TO soft_atm_app;

ALTER TABLE service.staff ADD COLUMN must_change boolean NOT NULL DEFAULT false;
GRANT UPDATE (role, office, area, password_hash, must_change) ON service.staff TO soft_atm_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(STANDING)
