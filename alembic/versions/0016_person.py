"""People without a phone: codes made at the counter, and delegations."""

from typing import Final

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

# Who may collect for whom: named by the keyed hash of a card, encrypted to be shown. A revocation is a fact of its own.
DELEGATIONS: Final = """
CREATE TABLE service.delegation (
    id               uuid        PRIMARY KEY,
    customer_id      uuid        NOT NULL REFERENCES service.customer (id),
    delegate_print   bytea       NOT NULL,
    delegate_sealed  bytea       NOT NULL,
    ceiling          bigint      NOT NULL,
    per_month        bigint      NOT NULL,
    office           varchar     NOT NULL REFERENCES service.office (code),
    begins_on        date        NOT NULL,
    ends_on          date        NOT NULL,
    identity_checked varchar     NOT NULL,
    shift_id         uuid        NOT NULL REFERENCES service.shift (id),
    clerk_id         uuid        NOT NULL REFERENCES service.staff (id),
    made_at          timestamptz NOT NULL,
    CONSTRAINT delegation_amounts CHECK (ceiling > 0 AND per_month >= ceiling),
    CONSTRAINT delegation_twelve_months CHECK
        (ends_on >= begins_on AND ends_on <= begins_on + interval '12 months'),
    CONSTRAINT delegation_begins_when_made CHECK (begins_on = (made_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date),
    CONSTRAINT delegation_identity_checked CHECK (identity_checked IN ('qr', 'mrz', 'typed')),
    CONSTRAINT delegation_whose_where UNIQUE (id, customer_id, office)
);
CREATE INDEX delegation_of_customer ON service.delegation (customer_id, id);

CREATE TABLE service.delegation_revocation (
    delegation_id uuid        PRIMARY KEY REFERENCES service.delegation (id),
    clerk_id      uuid        REFERENCES service.staff (id),
    revoked_at    timestamptz NOT NULL
);

-- Whatever the program above believes: nobody is the own delegate.
CREATE FUNCTION service.guard_delegation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM service.customer AS c WHERE c.id = new.customer_id AND c.id_print = new.delegate_print;
    IF FOUND THEN
        RAISE EXCEPTION 'delegation % is to its own customer', new.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER to_somebody_else BEFORE INSERT ON service.delegation
    FOR EACH ROW EXECUTE FUNCTION service.guard_delegation();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.delegation
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.delegation_revocation
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.delegation, service.delegation_revocation TO soft_atm_app;
"""

# A withdrawal for a delegate is of the delegation's customer, at its office: the foreign key says so.
WITHDRAWALS: Final = """
ALTER TABLE service.withdrawal
    ADD COLUMN delegation_id uuid,
    ADD CONSTRAINT withdrawal_delegated FOREIGN KEY (delegation_id, customer_id, office)
        REFERENCES service.delegation (id, customer_id, office),
    ADD CONSTRAINT withdrawal_delegated_office CHECK (delegation_id IS NULL OR office IS NOT NULL);
CREATE INDEX withdrawal_of_delegation ON service.withdrawal (delegation_id) WHERE delegation_id IS NOT NULL;
ALTER TABLE service.receipt
    ADD COLUMN delegate_checked varchar,
    ADD CONSTRAINT receipt_delegate_checked CHECK (delegate_checked IN ('qr', 'mrz', 'typed'));
"""

# A withdrawal whose code a clerk made, for a customer who proved card and PIN.
SLIPS: Final = """
CREATE TABLE service.slip (
    withdrawal_id    uuid        PRIMARY KEY REFERENCES service.withdrawal (id),
    identity_checked varchar     NOT NULL,
    shift_id         uuid        NOT NULL REFERENCES service.shift (id),
    clerk_id         uuid        NOT NULL REFERENCES service.staff (id),
    made_at          timestamptz NOT NULL,
    CONSTRAINT slip_identity_checked CHECK (identity_checked IN ('qr', 'mrz', 'typed'))
);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.slip
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.slip TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (DELEGATIONS, WITHDRAWALS, SLIPS):
        op.execute(part)
