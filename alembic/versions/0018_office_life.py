"""An office's life: its states and their history, the checklist, opening hours, and when it was last heard of."""

from typing import Final

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLES: Final = """
ALTER TABLE service.office
    DROP CONSTRAINT office_state,
    ADD CONSTRAINT office_state CHECK (state IN ('planned', 'ready', 'active', 'suspended', 'closed'));

-- The newest row of an item counts; the others are its history.
CREATE TABLE service.office_check (
    id         uuid        PRIMARY KEY,
    office     varchar     NOT NULL REFERENCES service.office (code),
    item       varchar     NOT NULL
        CONSTRAINT office_check_item CHECK (item IN ('staff', 'line', 'equipment', 'training')),
    passed     boolean     NOT NULL,
    words      varchar     NOT NULL CONSTRAINT office_check_words CHECK (length(words) BETWEEN 3 AND 200),
    checked_by uuid        REFERENCES service.staff (id),
    checked_at timestamptz NOT NULL
);
CREATE INDEX office_check_of_office ON service.office_check (office, item, id);

CREATE TABLE service.office_change (
    id         uuid        PRIMARY KEY,
    office     varchar     NOT NULL REFERENCES service.office (code),
    number     integer     NOT NULL,
    was        varchar     NOT NULL,
    state      varchar     NOT NULL,
    reason     varchar     NOT NULL CONSTRAINT office_change_reason CHECK (length(reason) BETWEEN 3 AND 200),
    changed_by uuid        REFERENCES service.staff (id),
    changed_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX office_change_of_office ON service.office_change (office, number);

-- A day's hours: up to four ranges whose times only rise. See offices/hours.py.
CREATE FUNCTION service.are_hours(day text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT day ~ '^((([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)( (?=[0-9])|$)){1,4})?$'
       AND coalesce((
           SELECT bool_and(rises) FROM (
               SELECT time > lag(time) OVER (ORDER BY number) IS NOT FALSE AS rises
               FROM string_to_table(translate(day, '-', ' '), ' ') WITH ORDINALITY AS t (time, number)
           ) AS times
       ), true)
$$;
CREATE TABLE service.office_hours (
    id     uuid        PRIMARY KEY,
    office varchar     NOT NULL REFERENCES service.office (code),
    week   varchar[]   NOT NULL,
    set_by uuid        REFERENCES service.staff (id),
    set_at timestamptz NOT NULL,
    CONSTRAINT office_hours_week CHECK (
        cardinality(week) = 7 AND array_position(week, NULL) IS NULL
        AND service.are_hours(week[1]) AND service.are_hours(week[2]) AND service.are_hours(week[3])
        AND service.are_hours(week[4]) AND service.are_hours(week[5]) AND service.are_hours(week[6])
        AND service.are_hours(week[7])
    )
);
CREATE INDEX office_hours_of_office ON service.office_hours (office, id);

-- A date with other hours: of one office, or of all that have none of their own for it. `hours` NULL: as usual again.
CREATE TABLE service.office_day_hours (
    id     uuid        PRIMARY KEY,
    office varchar     REFERENCES service.office (code),
    day    date        NOT NULL,
    hours  varchar     CONSTRAINT office_day_hours_form CHECK (service.are_hours(hours)),
    reason varchar     NOT NULL CONSTRAINT office_day_hours_reason CHECK (length(reason) BETWEEN 3 AND 200),
    set_by uuid        REFERENCES service.staff (id),
    set_at timestamptz NOT NULL
);
CREATE INDEX office_day_hours_of_day ON service.office_day_hours (day, office, id);

CREATE TABLE service.office_contact (
    office  varchar     PRIMARY KEY REFERENCES service.office (code),
    seen_at timestamptz NOT NULL
);
"""

IMMUTABLE: Final = ["office_check", "office_change", "office_hours", "office_day_hours"]

# A row of the history is the only way to change a state: it checks, and it changes. See `registers/offices/states.py`.
RULES: Final = """
CREATE FUNCTION service.change_office_state() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found service.office;
    why   text;
BEGIN
    SELECT * INTO found FROM service.office AS o WHERE o.code = new.office FOR UPDATE;
    IF found.state IS DISTINCT FROM new.was THEN
        why := 'it is ' || coalesce(found.state, 'unknown');
    ELSIF (new.was, new.state) NOT IN (
        ('planned', 'ready'), ('planned', 'closed'), ('ready', 'planned'), ('ready', 'active'), ('ready', 'closed'),
        ('active', 'suspended'), ('suspended', 'active'), ('suspended', 'closed')
    ) THEN
        why := 'this does not follow';
    ELSIF (new.was, new.state) IN (('planned', 'ready'), ('ready', 'active')) AND 4 > (
        SELECT count(*) FILTER (WHERE c.passed) FROM (
            SELECT DISTINCT ON (item) passed FROM service.office_check
            WHERE office = new.office ORDER BY item, id DESC
        ) AS c
    ) THEN
        why := 'its checklist is not complete';
    ELSIF new.state = 'closed' AND EXISTS (
        SELECT FROM service.shift WHERE office = new.office AND closed_at IS NULL
    ) THEN
        why := 'a shift is open';
    ELSIF new.state = 'closed' AND EXISTS (
        SELECT FROM service.delivery WHERE office = new.office AND status IN ('ordered', 'sent', 'turned-back')
    ) THEN
        why := 'a delivery is open';
    ELSIF new.state = 'closed' AND EXISTS (
        SELECT FROM (
            SELECT concat('office/', new.office, '/vault') AS code
            UNION ALL SELECT concat('office/', new.office, '/transit')
            UNION ALL SELECT concat('office/', new.office, '/drawer/', number) FROM service.drawer
                      WHERE office = new.office
        ) AS place
        JOIN ledger.account AS a ON a.id = ledger.account_id(place.code)
        WHERE a.debits <> a.credits
    ) THEN
        why := 'cash is there';
    END IF;
    IF why IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('office ', new.office, ' cannot become ', new.state, ': ', why);
    END IF;
    UPDATE service.office SET state = new.state WHERE code = new.office;
    new.number := 1 + (SELECT count(*) FROM service.office_change WHERE office = new.office);
    RETURN new;
END $$;
CREATE TRIGGER changes_state BEFORE INSERT ON service.office_change
    FOR EACH ROW EXECUTE FUNCTION service.change_office_state();

CREATE FUNCTION service.guard_office_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND new.state <> 'planned' OR TG_OP = 'UPDATE' AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('the state of office ', new.code, ' changes by a row of service.office_change alone');
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER state_by_history BEFORE INSERT OR UPDATE OF state ON service.office
    FOR EACH ROW EXECUTE FUNCTION service.guard_office_state();

-- The lock makes a change of state that is under way come first.
CREATE FUNCTION service.guard_shift_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM service.office AS o WHERE o.code = new.office AND o.state = 'active' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation', MESSAGE = concat('office ', new.office, ' is not active: no shift opens');
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER at_active_offices BEFORE INSERT ON service.shift
    FOR EACH ROW EXECUTE FUNCTION service.guard_shift_opening();

REVOKE UPDATE (state) ON service.office FROM soft_atm_app;
GRANT SELECT, INSERT ON service.office_check, service.office_change, service.office_hours, service.office_day_hours
    TO soft_atm_app;
GRANT SELECT, INSERT, UPDATE (seen_at) ON service.office_contact TO soft_atm_app;
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
