"""A wallet is closed for good, empty; its card, number and bank accounts are free to open another one."""

from typing import Final

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

LEDGER: Final = """
ALTER TABLE ledger.account ADD COLUMN closed_version ledger.total,
    ADD CONSTRAINT account_closed CHECK (closed_version IS NULL OR (closed_version = version AND held = 0));
"""

CUSTOMER: Final = """
ALTER TABLE service.customer ADD COLUMN closed_at timestamptz,
    DROP CONSTRAINT customer_id_print_key, DROP CONSTRAINT customer_phone_print_key;
CREATE UNIQUE INDEX customer_one_card ON service.customer (id_print) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX customer_one_phone ON service.customer (phone_print) WHERE closed_at IS NULL;
CREATE INDEX customer_closed ON service.customer (id_print, closed_at) WHERE closed_at IS NOT NULL;
GRANT UPDATE (closed_at) ON service.customer TO soft_atm_app;

CREATE FUNCTION service.check_closing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF old.closed_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM ledger.account
        WHERE id = ledger.account_id(concat('customer/', new.id)) AND closed_version IS NOT NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('customer ', new.id, ' is closed already, or the account is not');
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER closed_once BEFORE UPDATE OF closed_at ON service.customer
    FOR EACH ROW EXECUTE FUNCTION service.check_closing();
REVOKE EXECUTE ON FUNCTION service.check_closing FROM PUBLIC;

ALTER TABLE service.message DROP CONSTRAINT message_kind;
ALTER TABLE service.message ADD CONSTRAINT message_kind
    CHECK (kind IN ('withdrawal-paid', 'pin-locked', 'pin-changed', 'new-device', 'delegate-added', 'phone-code',
                    'has-account', 'no-account', 'pin-reset', 'phone-changed', 'wallet-frozen', 'wallet-thawed',
                    'complaint-answered', 'wallet-closed'));
"""


def upgrade() -> None:
    for part in (LEDGER, CUSTOMER):
        op.get_bind().exec_driver_sql(part)
