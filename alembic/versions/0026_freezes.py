"""Customers and drawers can be frozen, a suspended office pays nobody, and staff may have a second factor."""

from typing import Final

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

TABLES: Final = """
ALTER TABLE service.customer ADD COLUMN frozen boolean NOT NULL DEFAULT false;
ALTER TABLE service.withdrawal ADD COLUMN frozen boolean NOT NULL DEFAULT false;
ALTER TABLE service.drawer ADD COLUMN frozen boolean NOT NULL DEFAULT false;
ALTER TABLE service.shift ADD COLUMN stopped varchar
    CONSTRAINT shift_stopped CHECK (stopped IN ('office-suspended', 'drawer-frozen'));
-- Until now open shifts of a suspended office went on.
ALTER TABLE service.office_change ADD COLUMN stops_shifts boolean NOT NULL DEFAULT false;
ALTER TABLE service.office_change ALTER COLUMN stops_shifts SET DEFAULT true;

CREATE TABLE service.customer_freeze (
    id          uuid        PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES service.customer (id),
    frozen      boolean     NOT NULL,
    reason      varchar     NOT NULL CONSTRAINT customer_freeze_reason CHECK (length(reason) BETWEEN 3 AND 200),
    changed_by  uuid        NOT NULL REFERENCES service.staff (id),
    changed_at  timestamptz NOT NULL
);
CREATE INDEX customer_freeze_of_customer ON service.customer_freeze (customer_id, id);

CREATE TABLE service.drawer_freeze (
    id         uuid        PRIMARY KEY,
    office     varchar     NOT NULL,
    drawer     integer     NOT NULL,
    frozen     boolean     NOT NULL,
    reason     varchar     NOT NULL CONSTRAINT drawer_freeze_reason CHECK (length(reason) BETWEEN 3 AND 200),
    changed_by uuid        NOT NULL REFERENCES service.staff (id),
    changed_at timestamptz NOT NULL,
    FOREIGN KEY (office, drawer) REFERENCES service.drawer (office, number)
);
CREATE INDEX drawer_freeze_of_drawer ON service.drawer_freeze (office, drawer, id);

-- A code of six digits besides the password; `last_step` is the newest step of the clock whose code was used.
CREATE TABLE service.second_factor (
    subject       uuid        PRIMARY KEY REFERENCES service.staff (id),
    secret_sealed bytea       NOT NULL,
    last_step     bigint      NOT NULL,
    offered_at    timestamptz NOT NULL,
    enrolled_at   timestamptz
);
GRANT SELECT, INSERT, DELETE, UPDATE (secret_sealed, last_step, offered_at, enrolled_at)
    ON service.second_factor TO soft_atm_app;

-- A wallet's tokens have a generation too: see platform/standing.py.
INSERT INTO service.standing (subject, generation) SELECT id, 1 FROM service.customer;
CREATE TRIGGER stands AFTER INSERT ON service.customer FOR EACH ROW EXECUTE FUNCTION service.stand();
"""

IMMUTABLE: Final = ["customer_freeze", "drawer_freeze"]

# A row of history is the only way to freeze and to thaw. What it bears on hears of it in the same transaction: the
# live codes of a customer, the open shifts of a drawer or an office. Each waits for the payments that run, and the time
# of a freeze is never before the last of them.
RULES: Final = """
CREATE FUNCTION service.freeze_customer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE service.customer SET frozen = new.frozen WHERE id = new.customer_id AND frozen <> new.frozen;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('customer ', new.customer_id, ' is so already, or unknown');
    END IF;
    PERFORM FROM service.withdrawal WHERE customer_id = new.customer_id AND status IN ('authorised', 'presented')
        ORDER BY id FOR NO KEY UPDATE;
    UPDATE service.withdrawal SET frozen = new.frozen
        WHERE customer_id = new.customer_id AND status IN ('authorised', 'presented');
    new.changed_at := greatest(
        new.changed_at, (SELECT max(paid_at) FROM service.receipt WHERE customer_id = new.customer_id));
    RETURN new;
END $$;
CREATE TRIGGER freezes BEFORE INSERT ON service.customer_freeze
    FOR EACH ROW EXECUTE FUNCTION service.freeze_customer();

CREATE FUNCTION service.stop_shifts(code text) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM service.shift WHERE office = code AND closed_at IS NULL ORDER BY id FOR NO KEY UPDATE;
    UPDATE service.shift AS s
        SET stopped = CASE WHEN d.frozen THEN 'drawer-frozen' WHEN o.state <> 'active' THEN 'office-suspended' END
        FROM service.office AS o JOIN service.drawer AS d ON d.office = o.code
        WHERE o.code = $1 AND s.office = $1 AND s.drawer = d.number AND s.closed_at IS NULL;
    RETURN (SELECT paid_at FROM service.receipt WHERE office = $1 ORDER BY id DESC LIMIT 1);
END $$;
REVOKE EXECUTE ON FUNCTION service.stop_shifts FROM PUBLIC;

CREATE FUNCTION service.freeze_drawer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE service.drawer SET frozen = new.frozen
        WHERE office = new.office AND number = new.drawer AND frozen <> new.frozen;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('drawer ', new.drawer, ' of ', new.office, ' is so already, or unknown');
    END IF;
    new.changed_at := greatest(new.changed_at, service.stop_shifts(new.office));
    RETURN new;
END $$;
CREATE TRIGGER freezes BEFORE INSERT ON service.drawer_freeze
    FOR EACH ROW EXECUTE FUNCTION service.freeze_drawer();

CREATE FUNCTION service.stop_at_office() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF 'suspended' IN (new.was, new.state) THEN
        new.changed_at := greatest(new.changed_at, service.stop_shifts(new.office));
    END IF;
    RETURN new;
END $$;
-- A payment that holds a shift asks for its office's key: whoever stops the shift must not be in its way.
DO $$ BEGIN
    EXECUTE replace(
        pg_get_functiondef('service.change_office_state'::regproc), ' FOR UPDATE', ' FOR NO KEY UPDATE');
END $$;
-- By its name it comes after `changes_state`, which has changed the office.
CREATE TRIGGER stops_shifts BEFORE INSERT ON service.office_change
    FOR EACH ROW EXECUTE FUNCTION service.stop_at_office();

CREATE OR REPLACE FUNCTION service.guard_shift_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM service.office AS o WHERE o.code = new.office AND o.state = 'active' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation', MESSAGE = concat('office ', new.office, ' is not active: no shift opens');
    END IF;
    IF EXISTS (SELECT FROM service.drawer AS d WHERE d.office = new.office AND d.number = new.drawer AND d.frozen) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('drawer ', new.drawer, ' of ', new.office, ' is frozen: no shift opens');
    END IF;
    RETURN new;
END $$;

UPDATE service.shift AS s SET stopped = 'office-suspended'
    FROM service.office AS o WHERE o.code = s.office AND o.state <> 'active' AND s.closed_at IS NULL;
GRANT SELECT, INSERT ON service.customer_freeze, service.drawer_freeze TO soft_atm_app;
"""


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    execute(TABLES)
    for table in IMMUTABLE:
        execute(
            f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.{table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change()"
        )
    execute(RULES)
