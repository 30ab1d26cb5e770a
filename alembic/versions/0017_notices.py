"""Notices to customers."""

from typing import Final

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NOTICES: Final = """
CREATE TABLE service.notice (
    id            uuid        PRIMARY KEY,
    customer_id   uuid        NOT NULL REFERENCES service.customer (id),
    withdrawal_id uuid        NOT NULL REFERENCES service.withdrawal (id),
    kind          varchar     NOT NULL CONSTRAINT notice_kind CHECK (
        kind IN ('reservation-broken', 'reservation-missed')
    ),
    facts         jsonb       NOT NULL,
    made_at       timestamptz NOT NULL,
    read_at       timestamptz
);
CREATE INDEX notice_of_customer ON service.notice (customer_id, id);
CREATE INDEX notice_of_withdrawal ON service.notice (withdrawal_id);
GRANT SELECT, INSERT, UPDATE (read_at) ON service.notice TO soft_atm_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(NOTICES)
