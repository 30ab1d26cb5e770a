"""The office's cash: counts and breaks of shifts, notes, cash on the road."""

from typing import Final

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SHIFTS: Final = """
ALTER TABLE service.shift
    ADD COLUMN closed_by  uuid,
    ADD COLUMN closed_how varchar
        CONSTRAINT shift_closed_how CHECK (closed_how IN ('own', 'handed-over', 'taken-over'));
UPDATE service.shift SET closed_by = clerk_id, closed_how = 'own' WHERE closed_at IS NOT NULL;
ALTER TABLE service.shift ADD CONSTRAINT shift_closed_by CHECK (
    (closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (closed_how IS NULL)
);
GRANT UPDATE (closed_by, closed_how) ON service.shift TO soft_atm_app;

-- Every count that is compared with the ledger while nobody knows its figure: of a shift's close, of a delivery.
CREATE TABLE service.cash_count (
    id         uuid        PRIMARY KEY,
    subject    uuid        NOT NULL,
    number     integer     NOT NULL,
    counted_by uuid        NOT NULL,
    counted_at timestamptz NOT NULL,
    counts     jsonb       NOT NULL,
    total      bigint      NOT NULL,
    expected   bigint      NOT NULL,
    stood      boolean     NOT NULL,
    CONSTRAINT cash_count_number_key UNIQUE (subject, number)
);

-- A drawer that was opened with another sum than the last close and what was moved since.
CREATE TABLE service.opening_break (
    shift_id       uuid        PRIMARY KEY REFERENCES service.shift (id),
    office         varchar     NOT NULL,
    drawer         integer     NOT NULL,
    previous_shift uuid        REFERENCES service.shift (id),
    closed_total   bigint,
    expected       bigint      NOT NULL,
    counted        bigint      NOT NULL,
    found_at       timestamptz NOT NULL,
    CONSTRAINT opening_break_differs CHECK (counted <> expected)
);
CREATE INDEX ix_service_opening_break_previous_shift ON service.opening_break (previous_shift);

-- A supervisor's leave to close a shift that its clerk has left open.
CREATE TABLE service.take_over (
    shift_id   uuid        PRIMARY KEY REFERENCES service.shift (id),
    granted_by uuid        NOT NULL,
    granted_at timestamptz NOT NULL,
    reason     varchar     NOT NULL
);
"""

# Notes are counted largest first: 500,000 200,000 100,000 50,000 20,000 10,000 5,000 2,000 1,000.
# A place without a row, or with none counted, does not know its notes.
NOTES: Final = """
CREATE TABLE service.note_stock (
    place   varchar   PRIMARY KEY,
    notes   integer[] CONSTRAINT note_stock_nine CHECK (array_length(notes, 1) = 9),
    CONSTRAINT note_stock_not_below_zero CHECK (0 <= ALL (notes))
);
CREATE TABLE service.note_movement (
    entry_id uuid        NOT NULL,
    place    varchar     NOT NULL,
    notes    integer[]   NOT NULL CONSTRAINT note_movement_nine CHECK (array_length(notes, 1) = 9),
    moved_at timestamptz NOT NULL,
    PRIMARY KEY (entry_id, place)
);
"""

DELIVERIES: Final = """
CREATE TABLE service.delivery (
    id             uuid        PRIMARY KEY,
    office         varchar     NOT NULL REFERENCES service.office (code),
    direction      varchar     NOT NULL CONSTRAINT delivery_direction CHECK (direction IN ('to-office', 'to-district')),
    amount         bigint      NOT NULL CONSTRAINT delivery_amount CHECK (amount > 0),
    status         varchar     NOT NULL CONSTRAINT delivery_status CHECK (
        status IN ('ordered', 'sent', 'turned-back', 'received', 'returned', 'cancelled')
    ),
    ordered_by     uuid        NOT NULL,
    ordered_at     timestamptz NOT NULL,
    sent_by        uuid,
    sent_at        timestamptz,
    sent_counts    jsonb,
    turned_by      uuid,
    turned_at      timestamptz,
    turned_reason  varchar,
    ended_by       uuid,
    ended_at       timestamptz,
    ended_counts   jsonb,
    difference     bigint      NOT NULL,
    explained_by   uuid,
    explained_at   timestamptz,
    explanation    varchar
);
CREATE INDEX delivery_office ON service.delivery (office, id);
CREATE INDEX delivery_open ON service.delivery (id) WHERE status IN ('ordered', 'sent', 'turned-back');
"""

RIGHTS: Final = """
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.cash_count
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.opening_break
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.take_over
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.note_movement
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.cash_count, service.opening_break, service.take_over, service.note_movement
    TO soft_atm_app;
GRANT SELECT, INSERT, UPDATE (notes) ON service.note_stock TO soft_atm_app;
GRANT SELECT, INSERT, UPDATE (status, sent_by, sent_at, sent_counts, turned_by, turned_at, turned_reason, ended_by,
    ended_at, ended_counts, difference, explained_by, explained_at, explanation) ON service.delivery TO soft_atm_app;
"""


def upgrade() -> None:
    for part in (SHIFTS, NOTES, DELIVERIES, RIGHTS):
        op.get_bind().exec_driver_sql(part)
