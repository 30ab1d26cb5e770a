"""Customers freeze their own wallets, and after a PIN or a number was set anew large sums wait."""

from typing import Final

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# `own`: by the customer's own word; from the wallet nobody of the staff has any part in it.
# `cools_from`, `cools_until`: from when what goes out is added up after a change, and until when it counts.
TABLES: Final = """
ALTER TABLE service.customer_freeze
    ADD COLUMN own boolean NOT NULL DEFAULT false,
    ALTER COLUMN changed_by DROP NOT NULL,
    ADD CONSTRAINT customer_freeze_by CHECK (own OR changed_by IS NOT NULL);
ALTER TABLE service.customer_freeze ALTER COLUMN own DROP DEFAULT;
ALTER TABLE service.customer
    ADD COLUMN cools_from timestamptz,
    ADD COLUMN cools_until timestamptz,
    ADD CONSTRAINT customer_cools CHECK (cools_from < cools_until AND (cools_from IS NULL) = (cools_until IS NULL));
GRANT UPDATE (phone_sealed, phone_print, cools_from, cools_until) ON service.customer TO soft_atm_app;

-- The keyed hash of each picture that mended something, and what for: it is good for that alone, however long ago.
CREATE TABLE service.face_capture (
    capture_print bytea       PRIMARY KEY,
    used_for      varchar     COLLATE "C" NOT NULL,
    used_at       timestamptz NOT NULL
);
GRANT SELECT, INSERT ON service.face_capture TO soft_atm_app;

ALTER TABLE service.message DROP CONSTRAINT message_kind;
ALTER TABLE service.message ADD CONSTRAINT message_kind
    CHECK (kind IN ('withdrawal-paid', 'pin-locked', 'pin-changed', 'new-device', 'delegate-added', 'phone-code',
                    'has-account', 'no-account', 'pin-reset', 'phone-changed', 'wallet-frozen', 'wallet-thawed'));
ALTER TABLE service.phone_code DROP CONSTRAINT phone_code_purpose;
ALTER TABLE service.phone_code ADD CONSTRAINT phone_code_purpose
    CHECK (purpose IN ('opening', 'pin-reset', 'phone-change'));
"""

# What it was, but that the freezes of customer and staff stand side by side: each is thawed by itself, and the wallet
# is frozen while one of them stands.
FREEZES: Final = """
CREATE OR REPLACE FUNCTION service.freeze_customer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    same boolean;
    other boolean;
BEGIN
    PERFORM FROM service.customer WHERE id = new.customer_id FOR NO KEY UPDATE;
    SELECT coalesce(bool_or(frozen) FILTER (WHERE own = new.own), false),
           coalesce(bool_or(frozen) FILTER (WHERE own <> new.own), false) INTO same, other
        FROM (SELECT DISTINCT ON (own) own, frozen FROM service.customer_freeze
              WHERE customer_id = new.customer_id ORDER BY own, id DESC) AS newest;
    UPDATE service.customer SET frozen = new.frozen OR other WHERE id = new.customer_id AND same <> new.frozen;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'restrict_violation',
            MESSAGE = concat('customer ', new.customer_id, ' is so already, or unknown');
    END IF;
    PERFORM FROM service.withdrawal WHERE customer_id = new.customer_id AND status IN ('authorised', 'presented')
        ORDER BY id FOR NO KEY UPDATE;
    UPDATE service.withdrawal SET frozen = new.frozen OR other
        WHERE customer_id = new.customer_id AND status IN ('authorised', 'presented');
    new.changed_at := greatest(
        new.changed_at, (SELECT max(paid_at) FROM service.receipt WHERE customer_id = new.customer_id));
    RETURN new;
END $$;
"""


def upgrade() -> None:
    for part in (TABLES, FREEZES):
        op.get_bind().exec_driver_sql(part)
