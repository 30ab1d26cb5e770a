"""What is kept of an identity card: until when it is good, by the month, and the old number's keyed hash."""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null: not known, of whoever came before, or for life. A month and no day: a card ends, and somebody comes of age,
    # on a birthday.
    op.execute("""
        ALTER TABLE service.customer
            ADD COLUMN card_until date,
            ADD COLUMN minor_until date,
            ADD COLUMN old_id_print bytea,
            ADD CONSTRAINT customer_card_until CHECK (extract(day FROM card_until + 1) = 1),
            ADD CONSTRAINT customer_minor_until CHECK (extract(day FROM minor_until + 1) = 1);
        CREATE INDEX customer_old_number ON service.customer (old_id_print) WHERE old_id_print IS NOT NULL;
        GRANT UPDATE (card_until) ON service.customer TO soft_atm_app;

        ALTER TABLE service.application
            ADD COLUMN doubt varchar COLLATE "C"
                CONSTRAINT application_doubt CHECK (doubt IN ('form-qr-differ', 'form-mrz-differ', 'qr-mrz-differ')),
            ADD COLUMN differs_in varchar COLLATE "C",
            ADD COLUMN card_until date,
            ADD COLUMN old_id_print bytea,
            ADD CONSTRAINT application_doubt_in CHECK ((doubt IS NULL) = (differs_in IS NULL)),
            ADD CONSTRAINT application_card_until CHECK (extract(day FROM card_until + 1) = 1);
        GRANT UPDATE (card_until, old_id_print) ON service.application TO soft_atm_app;
    """)
