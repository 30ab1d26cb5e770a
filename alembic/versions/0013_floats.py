"""Floats: how much cash each office is to hold, and when its market is."""

from typing import Final

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# A row for each time that somebody sets it; the newest counts, and the others are its history.
FLOATS: Final = """
CREATE TABLE service.office_float (
    id           uuid        PRIMARY KEY,
    office       varchar     NOT NULL REFERENCES service.office (code),
    minimum      bigint      NOT NULL,
    target       bigint      NOT NULL,
    maximum      bigint      NOT NULL,
    market_every smallint,
    market_since date,
    set_by       uuid        REFERENCES service.staff (id),
    set_at       timestamptz NOT NULL,
    CONSTRAINT office_float_levels CHECK (
        0 <= minimum AND minimum <= target AND target <= maximum AND maximum <= 10000000000
    ),
    CONSTRAINT office_float_market CHECK (
        (market_every IS NULL) = (market_since IS NULL) AND market_every IN (5, 7)
    )
);
CREATE INDEX office_float_of_office ON service.office_float (office, id);
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.office_float
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();
GRANT SELECT, INSERT ON service.office_float TO soft_atm_app;
"""


def upgrade() -> None:
    op.execute(FLOATS)
