"""Notes are exchanged within a drawer and with the vault, for the same sum; an office asks its area for cash."""

from typing import Final

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

EXCHANGES: Final = """
CREATE TABLE service.note_exchange (
    id       uuid        PRIMARY KEY,
    shift_id uuid        NOT NULL REFERENCES service.shift,
    partner  varchar     COLLATE "C" NOT NULL CONSTRAINT note_exchange_partner CHECK (partner IN ('customer', 'vault')),
    given    integer[]   NOT NULL,
    taken    integer[]   NOT NULL,
    made_at  timestamptz NOT NULL,
    CONSTRAINT note_exchange_nine CHECK (array_length(given, 1) = 9 AND array_length(taken, 1) = 9),
    CONSTRAINT note_exchange_not_below_zero CHECK (0 <= ALL (given) AND 0 <= ALL (taken)),
    CONSTRAINT note_exchange_equal CHECK (
        500000 * (given[1]::bigint - taken[1]) + 200000 * (given[2]::bigint - taken[2])
        + 100000 * (given[3]::bigint - taken[3]) + 50000 * (given[4]::bigint - taken[4])
        + 20000 * (given[5]::bigint - taken[5]) + 10000 * (given[6]::bigint - taken[6])
        + 5000 * (given[7]::bigint - taken[7]) + 2000 * (given[8]::bigint - taken[8])
        + 1000 * (given[9]::bigint - taken[9]) = 0),
    CONSTRAINT note_exchange_something CHECK (given <> taken)
);
CREATE INDEX ix_service_note_exchange_shift_id ON service.note_exchange (shift_id);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.note_exchange
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.note_exchange TO soft_atm_app;
"""

REQUESTS: Final = """
CREATE TABLE service.cash_request (
    id          uuid        PRIMARY KEY,
    office      varchar     COLLATE "C" NOT NULL REFERENCES service.office,
    amount      bigint      NOT NULL CONSTRAINT cash_request_amount CHECK (amount > 0),
    reason      varchar     COLLATE "C" NOT NULL,
    asked_by    uuid        NOT NULL,
    asked_at    timestamptz NOT NULL,
    decided_by  uuid        CONSTRAINT cash_request_by_another CHECK (decided_by <> asked_by),
    decided_at  timestamptz,
    refusal     varchar     COLLATE "C",
    delivery_id uuid        UNIQUE REFERENCES service.delivery,
    CONSTRAINT cash_request_decided CHECK (
        (decided_at IS NULL) = (decided_by IS NULL)
        AND (decided_at IS NULL) = (refusal IS NULL AND delivery_id IS NULL)
        AND (refusal IS NULL OR delivery_id IS NULL))
);
CREATE INDEX cash_request_office ON service.cash_request (office, id);
CREATE UNIQUE INDEX cash_request_one_waits ON service.cash_request (office) WHERE decided_at IS NULL;
CREATE TRIGGER decided_stays_decided BEFORE UPDATE ON service.cash_request
    FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL) EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT, UPDATE (decided_by, decided_at, refusal, delivery_id) ON service.cash_request TO soft_atm_app;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(EXCHANGES)
    op.get_bind().exec_driver_sql(REQUESTS)
