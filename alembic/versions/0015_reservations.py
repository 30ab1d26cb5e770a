"""Appointments: an office and a day, with cash and headroom reserved there."""

from typing import Final

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

RESERVATIONS: Final = """
ALTER TABLE service.withdrawal
    ADD COLUMN day         date,
    ADD COLUMN reservation varchar
        CONSTRAINT withdrawal_reservation CHECK (reservation IN ('standing', 'broken', 'missed')),
    ADD CONSTRAINT withdrawal_reserved CHECK (
        reservation IS NULL OR (
            lifetime = 'scheduled' AND office IS NOT NULL AND day IS NOT NULL AND status IN ('authorised', 'presented')
        )
    );
CREATE INDEX withdrawal_reserved_at ON service.withdrawal (office, day) WHERE reservation = 'standing';
GRANT UPDATE (office, day, reservation, expires_at) ON service.withdrawal TO soft_atm_app;

ALTER TABLE service.office_day
    ADD COLUMN reserved_on   bigint NOT NULL DEFAULT 0,
    ADD COLUMN reserved_from bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT office_day_reserved CHECK (reserved_on >= 0 AND reserved_from >= reserved_on);
GRANT UPDATE (reserved_on, reserved_from) ON service.office_day TO soft_atm_app;

-- Whatever the program above believes: only an appointment moves, its life is never shortened, and its code never
-- outlives the hold.
CREATE FUNCTION service.guard_appointment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF old.lifetime <> 'scheduled' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('withdrawal ', old.id, ' is no appointment: its office, day and deadline stay');
    END IF;
    IF new.expires_at < old.expires_at
       OR new.expires_at >= (SELECT h.deadline FROM ledger.hold AS h WHERE h.id = new.id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('withdrawal ', old.id, ' cannot expire at ', new.expires_at, ': out of its bounds');
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER only_appointments_move BEFORE UPDATE OF office, day, expires_at ON service.withdrawal
    FOR EACH ROW EXECUTE FUNCTION service.guard_appointment();
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(RESERVATIONS)
