"""Who gave rights to whom is found without reading all of the trail; since when one who decides is made by two."""

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE INDEX audit_event_hands ON service.audit_event (subject, at)
            WHERE action IN ('staff.added', 'staff.role-changed', 'staff.reset', 'staff.password-chosen');

        -- Older members came in under older rules: the control looks at what was done after this.
        CREATE TABLE service.made_by_two_since (id uuid PRIMARY KEY);
        INSERT INTO service.made_by_two_since (id)
        SELECT coalesce((SELECT id FROM service.audit_event ORDER BY id DESC LIMIT 1),
                        '00000000-0000-0000-0000-000000000000');
        CREATE TRIGGER immutable BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON service.made_by_two_since
            FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
        GRANT SELECT ON service.made_by_two_since TO soft_atm_app;
        """
    )
