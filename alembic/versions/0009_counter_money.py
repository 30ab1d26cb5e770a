"""Deposits, assisted transfers, reversals and approvals."""

from typing import Final

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What one person must not do alone. A request, its one decision and its one use are three facts, never changed.
APPROVALS: Final = """
ALTER TABLE service.staff ADD COLUMN district varchar;

CREATE TABLE service.approval (
    id           uuid        PRIMARY KEY,
    kind         varchar     NOT NULL,
    subject      uuid        NOT NULL,
    amount       bigint      NOT NULL,
    office       varchar     NOT NULL REFERENCES service.office (code),
    reason       varchar     NOT NULL,
    words        varchar     NOT NULL,
    requested_by uuid        NOT NULL REFERENCES service.staff (id),
    requested_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT approval_kind_form CHECK (kind ~ '^[a-z][a-z-]{2,39}$'),
    CONSTRAINT approval_reason_form CHECK (reason ~ '^[a-z][a-z-]{2,39}$'),
    CONSTRAINT approval_words_bounded CHECK (length(words) BETWEEN 3 AND 200),
    CONSTRAINT approval_amount CHECK (amount > 0),
    CONSTRAINT approval_expires CHECK (expires_at > requested_at)
);
CREATE INDEX approval_of_subject ON service.approval (kind, subject, id);
CREATE INDEX approval_of_office ON service.approval (office, id);
CREATE INDEX approval_expiry ON service.approval (expires_at);

CREATE TABLE service.approval_decision (
    approval_id uuid        PRIMARY KEY REFERENCES service.approval (id),
    approved    boolean     NOT NULL,
    reason      varchar     NOT NULL,
    decided_by  uuid        NOT NULL REFERENCES service.staff (id),
    decided_at  timestamptz NOT NULL,
    CONSTRAINT approval_decision_reason_bounded CHECK (length(reason) BETWEEN 3 AND 200)
);

CREATE TABLE service.approval_use (
    approval_id uuid        PRIMARY KEY REFERENCES service.approval_decision (approval_id),
    used_for    uuid        NOT NULL,
    used_at     timestamptz NOT NULL
);

-- Whatever the program above believes: nobody approves the own request, and nobody after its time.
CREATE FUNCTION service.guard_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM service.approval AS a
    WHERE a.id = new.approval_id AND a.requested_by <> new.decided_by AND new.decided_at < a.expires_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'approval % is not to be decided by % at %', new.approval_id, new.decided_by, new.decided_at
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER by_another_in_time BEFORE INSERT ON service.approval_decision
    FOR EACH ROW EXECUTE FUNCTION service.guard_decision();

-- And nobody acts on what was refused, or on what has lapsed.
CREATE FUNCTION service.guard_approval_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM service.approval AS a JOIN service.approval_decision AS d ON d.approval_id = a.id
    WHERE a.id = new.approval_id AND d.approved AND new.used_at < a.expires_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'approval % is not to be used at %', new.approval_id, new.used_at
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER of_approved_in_time BEFORE INSERT ON service.approval_use
    FOR EACH ROW EXECUTE FUNCTION service.guard_approval_use();

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.approval
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.approval_decision
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.approval_use
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.approval, service.approval_decision, service.approval_use TO soft_atm_app;
"""

# What an office took in and gave back on a day, beside what it paid: one row is locked for all three.
OFFICE_DAYS: Final = """
ALTER TABLE service.office_day
    ADD COLUMN received_total bigint NOT NULL DEFAULT 0,
    ADD COLUMN reversed_total bigint NOT NULL DEFAULT 0,
    ADD COLUMN vouchers integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT office_day_received CHECK (received_total >= 0),
    ADD CONSTRAINT office_day_reversed CHECK (reversed_total >= 0 AND reversed_total <= paid_total);
GRANT UPDATE (received_total, reversed_total, vouchers) ON service.office_day TO soft_atm_app;
"""

# A deposit and a transfer are proposed, then confirmed by a voucher. A proposal without one moved nothing.
PROPOSALS: Final = """
CREATE TABLE service.deposit (
    id          uuid        PRIMARY KEY,
    customer_id uuid        NOT NULL REFERENCES service.customer (id),
    amount      bigint      NOT NULL,
    counts      jsonb       NOT NULL,
    office      varchar     NOT NULL REFERENCES service.office (code),
    drawer      integer     NOT NULL,
    shift_id    uuid        NOT NULL REFERENCES service.shift (id),
    clerk_id    uuid        NOT NULL REFERENCES service.staff (id),
    proposed_at timestamptz NOT NULL,
    CONSTRAINT deposit_amount CHECK (amount > 0)
);
CREATE TABLE service.transfer (
    id               uuid        PRIMARY KEY,
    payer_id         uuid        NOT NULL REFERENCES service.customer (id),
    payee_id         uuid        NOT NULL REFERENCES service.customer (id),
    amount           bigint      NOT NULL,
    identity_checked varchar     NOT NULL,
    office           varchar     NOT NULL REFERENCES service.office (code),
    drawer           integer     NOT NULL,
    shift_id         uuid        NOT NULL REFERENCES service.shift (id),
    clerk_id         uuid        NOT NULL REFERENCES service.staff (id),
    proposed_at      timestamptz NOT NULL,
    CONSTRAINT transfer_amount CHECK (amount > 0),
    CONSTRAINT transfer_two_people CHECK (payer_id <> payee_id),
    CONSTRAINT transfer_identity_checked CHECK (identity_checked IN ('qr', 'mrz', 'typed'))
);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.deposit
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.transfer
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.deposit, service.transfer TO soft_atm_app;
"""

# The proof of what happened at a counter beside payments. One a subject and kind: nothing is done or undone twice.
VOUCHERS: Final = """
CREATE TABLE service.voucher (
    id          uuid        PRIMARY KEY,
    number      varchar     NOT NULL UNIQUE,
    kind        varchar     NOT NULL,
    subject     uuid        NOT NULL,
    entry_id    uuid        NOT NULL UNIQUE REFERENCES ledger.entry (id),
    shift_id    uuid        NOT NULL REFERENCES service.shift (id),
    customer_id uuid        NOT NULL REFERENCES service.customer (id),
    amount      bigint      NOT NULL,
    fee         bigint      NOT NULL,
    counts      jsonb,
    office      varchar     NOT NULL REFERENCES service.office (code),
    drawer      integer     NOT NULL,
    clerk_id    uuid        NOT NULL REFERENCES service.staff (id),
    confirmed   varchar     NOT NULL,
    made_at     timestamptz NOT NULL,
    CONSTRAINT voucher_kind CHECK (kind IN ('deposit', 'transfer', 'withdrawal-reversal', 'deposit-reversal')),
    CONSTRAINT voucher_confirmed CHECK (confirmed IN ('name', 'card', 'pin', 'approval')),
    CONSTRAINT voucher_amount CHECK (amount > 0 AND fee >= 0),
    CONSTRAINT voucher_counted CHECK ((kind = 'transfer') = (counts IS NULL)),
    CONSTRAINT voucher_once UNIQUE (kind, subject)
);
CREATE INDEX voucher_of_office ON service.voucher (office, id);
CREATE INDEX voucher_of_customer ON service.voucher (customer_id, made_at);
CREATE INDEX ix_service_voucher_shift_id ON service.voucher (shift_id);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.voucher
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();

-- What counts against a customer's limits beside withdrawals. Cash counts by the day, everything by the month.
CREATE VIEW service.voucher_use AS
    SELECT v.customer_id, v.amount, v.made_at, v.kind = 'deposit' AS is_cash
    FROM service.voucher AS v
    WHERE v.kind IN ('deposit', 'transfer')
      AND NOT EXISTS (SELECT FROM service.voucher AS r
                      WHERE r.kind = 'deposit-reversal' AND r.subject = v.subject);
GRANT SELECT, INSERT ON service.voucher TO soft_atm_app;
GRANT SELECT ON service.voucher_use TO soft_atm_app;
"""

# A counterfeit is kept apart and on record. It is not money: no account ever knows of it.
COUNTERFEITS: Final = """
CREATE TABLE service.counterfeit (
    id            uuid        PRIMARY KEY,
    number        varchar     NOT NULL UNIQUE,
    note          integer     NOT NULL,
    serial        varchar     NOT NULL,
    deposit_id    uuid        REFERENCES service.deposit (id),
    bearer_sealed bytea       NOT NULL,
    office        varchar     NOT NULL REFERENCES service.office (code),
    drawer        integer     NOT NULL,
    shift_id      uuid        NOT NULL REFERENCES service.shift (id),
    clerk_id      uuid        NOT NULL REFERENCES service.staff (id),
    found_at      timestamptz NOT NULL,
    CONSTRAINT counterfeit_note CHECK
        (note IN (500000, 200000, 100000, 50000, 20000, 10000, 5000, 2000, 1000)),
    CONSTRAINT counterfeit_serial_form CHECK (serial ~ '^[A-Z0-9]{4,16}$')
);
CREATE INDEX counterfeit_of_office ON service.counterfeit (office, id);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.counterfeit
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.counterfeit TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (APPROVALS, OFFICE_DAYS, PROPOSALS, VOUCHERS, COUNTERFEITS):
        op.execute(part)
