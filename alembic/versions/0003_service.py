"""The service's own tables: trail, keys of requests, attempts, offices, shifts."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE service.audit_event (
            id uuid PRIMARY KEY,
            at timestamptz NOT NULL,
            action varchar NOT NULL,
            subject uuid,
            actor uuid,
            role varchar,
            office varchar,
            detail jsonb NOT NULL
        );
        CREATE INDEX ix_service_audit_event_at ON service.audit_event (at);
        CREATE INDEX ix_service_audit_event_subject ON service.audit_event (subject);

        CREATE TABLE service.idempotency (
            caller varchar NOT NULL,
            key varchar NOT NULL,
            fingerprint bytea NOT NULL,
            status integer NOT NULL,
            answer bytea NOT NULL,
            created_at timestamptz NOT NULL,
            PRIMARY KEY (caller, key)
        );
        CREATE INDEX ix_service_idempotency_created_at ON service.idempotency (created_at);

        CREATE TABLE service.attempt (
            door varchar NOT NULL,
            subject varchar NOT NULL,
            wrong integer NOT NULL,
            since timestamptz NOT NULL,
            shut_until timestamptz,
            PRIMARY KEY (door, subject)
        );

        CREATE TABLE service.office (
            code varchar PRIMARY KEY,
            name varchar NOT NULL,
            commune_code varchar NOT NULL,
            commune varchar NOT NULL,
            kind varchar NOT NULL,
            district_code varchar NOT NULL,
            district varchar NOT NULL,
            searchable varchar NOT NULL,
            state varchar NOT NULL CONSTRAINT office_state CHECK (state IN ('planned', 'active', 'suspended')),
            line varchar NOT NULL CONSTRAINT office_line CHECK (line IN ('good', 'weak', 'none'))
        );
        CREATE INDEX ix_service_office_district_code ON service.office (district_code);

        CREATE TABLE service.drawer (
            office varchar NOT NULL REFERENCES service.office (code),
            number integer NOT NULL CONSTRAINT drawer_number CHECK (number BETWEEN 1 AND 99),
            PRIMARY KEY (office, number)
        );

        CREATE TABLE service.shift (
            id uuid PRIMARY KEY,
            office varchar NOT NULL,
            drawer integer NOT NULL,
            clerk_id uuid NOT NULL,
            opened_at timestamptz NOT NULL,
            opening_counts jsonb NOT NULL,
            opening_total bigint NOT NULL,
            opening_over_short bigint NOT NULL,
            closed_at timestamptz,
            closing_counts jsonb,
            closing_total bigint,
            closing_over_short bigint
        );
        CREATE UNIQUE INDEX shift_one_per_drawer ON service.shift (office, drawer) WHERE closed_at IS NULL;
        CREATE UNIQUE INDEX shift_one_per_clerk ON service.shift (clerk_id) WHERE closed_at IS NULL;
        CREATE INDEX shift_office_opened ON service.shift (office, opened_at);

        CREATE TABLE service.office_day (
            office varchar NOT NULL REFERENCES service.office (code),
            day date NOT NULL,
            paid_total bigint NOT NULL CONSTRAINT office_day_paid CHECK (paid_total >= 0),
            receipts integer NOT NULL,
            PRIMARY KEY (office, day)
        );

        -- The trail is only ever added to, by anybody.
        CREATE FUNCTION service.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a row of % is never changed or deleted', tg_table_name
                USING ERRCODE = 'restrict_violation', HINT = 'Add a row that corrects it.';
        END $$;
        CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.audit_event
            FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();

        GRANT SELECT, INSERT ON service.audit_event TO soft_atm_app;
        GRANT SELECT, INSERT, DELETE ON service.idempotency TO soft_atm_app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON service.attempt TO soft_atm_app;
        GRANT SELECT, INSERT, UPDATE (state, line) ON service.office TO soft_atm_app;
        -- A row lock needs a column that may be updated; there is nothing else in a drawer to change.
        GRANT SELECT, INSERT, UPDATE (number) ON service.drawer TO soft_atm_app;
        GRANT SELECT, INSERT, UPDATE (closed_at, closing_counts, closing_total, closing_over_short)
            ON service.shift TO soft_atm_app;
        GRANT SELECT, INSERT, UPDATE (paid_total, receipts) ON service.office_day TO soft_atm_app;
    """)
