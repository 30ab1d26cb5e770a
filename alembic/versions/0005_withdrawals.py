"""Withdrawals and their receipts."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE service.receipt (
            id uuid PRIMARY KEY,
            number varchar NOT NULL UNIQUE,
            withdrawal_id uuid NOT NULL UNIQUE,
            entry_id uuid NOT NULL UNIQUE,
            shift_id uuid NOT NULL REFERENCES service.shift (id),
            customer_id uuid NOT NULL REFERENCES service.customer (id),
            amount bigint NOT NULL,
            fee bigint NOT NULL,
            office varchar NOT NULL REFERENCES service.office (code),
            drawer integer NOT NULL,
            clerk_id uuid NOT NULL,
            identity_checked varchar NOT NULL,
            paid_at timestamptz NOT NULL,
            CONSTRAINT receipt_amount CHECK (amount > 0 AND fee >= 0),
            CONSTRAINT receipt_identity_checked CHECK (identity_checked IN ('qr', 'mrz', 'typed'))
        );
        CREATE INDEX ix_service_receipt_shift_id ON service.receipt (shift_id);
        CREATE INDEX ix_service_receipt_customer_id ON service.receipt (customer_id);
        CREATE INDEX receipt_of_office ON service.receipt (office, id);

        CREATE TABLE service.withdrawal (
            id uuid PRIMARY KEY,
            customer_id uuid NOT NULL REFERENCES service.customer (id),
            amount bigint NOT NULL,
            fee bigint NOT NULL,
            lifetime varchar NOT NULL,
            office varchar REFERENCES service.office (code),
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            status varchar NOT NULL,
            drawer_office varchar,
            drawer integer,
            lease_until timestamptz,
            by_digits boolean NOT NULL,
            digits_print bytea NOT NULL,
            digits_sealed bytea NOT NULL,
            receipt_id uuid REFERENCES service.receipt (id),
            CONSTRAINT withdrawal_status CHECK
                (status IN ('authorised', 'presented', 'paid', 'reversed', 'cancelled', 'expired')),
            CONSTRAINT withdrawal_lifetime CHECK (lifetime IN ('counter', 'journey', 'scheduled')),
            CONSTRAINT withdrawal_amount CHECK (amount > 0 AND fee >= 0),
            CONSTRAINT withdrawal_presented CHECK ((status = 'presented') = (drawer_office IS NOT NULL)),
            CONSTRAINT withdrawal_drawer CHECK
                ((drawer_office IS NULL) = (drawer IS NULL) AND (drawer IS NULL) = (lease_until IS NULL)),
            CONSTRAINT withdrawal_receipt CHECK ((status IN ('paid', 'reversed')) = (receipt_id IS NOT NULL))
        );
        CREATE UNIQUE INDEX withdrawal_live_digits ON service.withdrawal (digits_print)
            WHERE status IN ('authorised', 'presented');
        CREATE INDEX withdrawal_digits ON service.withdrawal (digits_print, id);
        CREATE INDEX withdrawal_of_customer ON service.withdrawal (customer_id, id);
        CREATE INDEX withdrawal_live_deadline ON service.withdrawal (expires_at)
            WHERE status IN ('authorised', 'presented');
        CREATE INDEX withdrawal_at_drawer ON service.withdrawal (drawer_office, drawer) WHERE status = 'presented';

        -- Whatever the program above believes: an ended withdrawal never comes back to life.
        CREATE FUNCTION service.guard_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF old.status IN ('reversed', 'cancelled', 'expired')
               OR (old.status = 'paid' AND new.status <> 'reversed') THEN
                RAISE EXCEPTION 'withdrawal % is % and cannot become %', old.id, old.status, new.status
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN new;
        END $$;
        CREATE TRIGGER ended_stays_ended BEFORE UPDATE ON service.withdrawal
            FOR EACH ROW EXECUTE FUNCTION service.guard_withdrawal();
        CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.receipt
            FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();

        GRANT SELECT, INSERT ON service.receipt TO soft_atm_app;
        GRANT SELECT, INSERT, UPDATE (status, drawer_office, drawer, lease_until, by_digits, receipt_id)
            ON service.withdrawal TO soft_atm_app;
    """)
