"""Units and areas: two trees that change from day to day, instead of a commune and a district on each office."""

from typing import Final

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# A code and the day from which it counts name a unit or an area: codes live on in other units.
TREES: Final = """
CREATE TABLE service.unit (
    code       varchar NOT NULL CONSTRAINT unit_code CHECK (code ~ '^[0-9]{2,5}$'),
    valid_from date    NOT NULL,
    valid_to   date,
    kind       varchar NOT NULL CONSTRAINT unit_kind CHECK (kind ~ '^[a-z][a-z-]{1,19}$'),
    name       varchar NOT NULL CONSTRAINT unit_name CHECK (length(name) BETWEEN 1 AND 70),
    parent     varchar,
    PRIMARY KEY (code, valid_from),
    CONSTRAINT unit_ends_later CHECK (valid_to > valid_from),
    CONSTRAINT unit_not_in_itself CHECK (parent <> code)
);
CREATE UNIQUE INDEX unit_stands_once ON service.unit (code) WHERE valid_to IS NULL;

CREATE TABLE service.unit_way (
    day    date    NOT NULL,
    origin varchar NOT NULL,
    heir   varchar NOT NULL,
    part   varchar NOT NULL CONSTRAINT unit_way_part CHECK (part IN ('whole', 'main', 'part')),
    PRIMARY KEY (day, origin, heir),
    CONSTRAINT unit_way_heir FOREIGN KEY (heir, day) REFERENCES service.unit (code, valid_from)
);
CREATE UNIQUE INDEX unit_way_goes_once ON service.unit_way (day, origin) WHERE part <> 'part';

CREATE TABLE service.office_unit (
    office     varchar NOT NULL REFERENCES service.office (code),
    valid_from date    NOT NULL,
    valid_to   date,
    unit       varchar NOT NULL,
    unit_from  date    NOT NULL,
    PRIMARY KEY (office, valid_from),
    CONSTRAINT office_unit_unit FOREIGN KEY (unit, unit_from) REFERENCES service.unit (code, valid_from),
    CONSTRAINT office_unit_ends_later CHECK (valid_to > valid_from),
    CONSTRAINT office_unit_within CHECK (valid_from >= unit_from)
);
CREATE UNIQUE INDEX office_unit_stands_once ON service.office_unit (office) WHERE valid_to IS NULL;

CREATE TABLE service.area (
    code       varchar NOT NULL CONSTRAINT area_code CHECK (code ~ '^[0-9a-z][0-9a-z-]{0,11}$'),
    valid_from date    NOT NULL,
    valid_to   date,
    name       varchar NOT NULL CONSTRAINT area_name CHECK (length(name) BETWEEN 1 AND 70),
    parent     varchar,
    PRIMARY KEY (code, valid_from),
    CONSTRAINT area_ends_later CHECK (valid_to > valid_from),
    CONSTRAINT area_not_in_itself CHECK (parent <> code)
);
CREATE UNIQUE INDEX area_stands_once ON service.area (code) WHERE valid_to IS NULL;

CREATE TABLE service.office_area (
    office     varchar NOT NULL REFERENCES service.office (code),
    valid_from date    NOT NULL,
    valid_to   date,
    area       varchar NOT NULL,
    area_from  date    NOT NULL,
    PRIMARY KEY (office, valid_from),
    CONSTRAINT office_area_area FOREIGN KEY (area, area_from) REFERENCES service.area (code, valid_from),
    CONSTRAINT office_area_ends_later CHECK (valid_to > valid_from),
    CONSTRAINT office_area_within CHECK (valid_from >= area_from)
);
CREATE UNIQUE INDEX office_area_stands_once ON service.office_area (office) WHERE valid_to IS NULL;
CREATE INDEX office_area_of_area ON service.office_area (area);

-- History is not rewritten: what stands ends once, and what has ended stays as it was.
CREATE FUNCTION service.guard_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = concat(TG_TABLE_NAME, ' rows stay for good');
    ELSIF old.valid_to IS NOT NULL OR to_jsonb(old) - 'valid_to' <> to_jsonb(new) - 'valid_to' THEN
        RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = concat(TG_TABLE_NAME, ' rows only end');
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER only_ends BEFORE UPDATE OR DELETE ON service.unit
    FOR EACH ROW EXECUTE FUNCTION service.guard_ending();
CREATE TRIGGER only_ends BEFORE UPDATE OR DELETE ON service.area
    FOR EACH ROW EXECUTE FUNCTION service.guard_ending();
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON service.unit_way
    FOR EACH STATEMENT EXECUTE FUNCTION service.refuse_change();

GRANT SELECT, INSERT ON service.unit, service.unit_way, service.office_unit, service.area, service.office_area
    TO soft_atm_app;
GRANT UPDATE (valid_to) ON service.unit, service.area TO soft_atm_app;
GRANT UPDATE (valid_to, unit, unit_from) ON service.office_unit TO soft_atm_app;
GRANT UPDATE (valid_to, area, area_from) ON service.office_area TO soft_atm_app;
GRANT UPDATE (searchable) ON service.office TO soft_atm_app;
"""

# What stood on each office becomes the tree of the lists of 2021, the only one that this house has known so far.
FURNISH: Final = """
INSERT INTO service.unit (code, valid_from, kind, name, parent)
SELECT '20', DATE '2021-01-01', 'province', 'Tỉnh Lạng Sơn', NULL WHERE EXISTS (SELECT FROM service.office)
UNION ALL
SELECT DISTINCT ON (district_code) district_code, DATE '2021-01-01', 'district', district, '20' FROM service.office
UNION ALL
SELECT * FROM (
    SELECT DISTINCT ON (commune_code) commune_code, DATE '2021-01-01',
           CASE lower(kind) WHEN 'phường' THEN 'ward' WHEN 'thị trấn' THEN 'township' ELSE 'commune' END,
           commune, district_code
    FROM service.office ORDER BY commune_code, code
) AS commune;
INSERT INTO service.area (code, valid_from, name, parent)
SELECT code, valid_from, name, parent FROM service.unit WHERE kind IN ('province', 'district');
INSERT INTO service.office_unit (office, valid_from, unit, unit_from)
SELECT code, DATE '2021-01-01', commune_code, DATE '2021-01-01' FROM service.office;
INSERT INTO service.office_area (office, valid_from, area, area_from)
SELECT code, DATE '2021-01-01', district_code, DATE '2021-01-01' FROM service.office;
"""

WORDS: Final = """
DROP INDEX service.ix_service_office_district_code;
ALTER TABLE service.office
    DROP COLUMN commune_code, DROP COLUMN commune, DROP COLUMN kind, DROP COLUMN district_code, DROP COLUMN district;
ALTER TABLE service.staff RENAME COLUMN district TO area;

-- A delivery goes to an office, or back to its area; the order of what was is kept.
ALTER TABLE service.delivery DROP CONSTRAINT delivery_direction;
UPDATE service.delivery SET direction = 'to-area' WHERE direction = 'to-district';
ALTER TABLE service.delivery
    ADD CONSTRAINT delivery_direction CHECK (direction IN ('to-office', 'to-area'));

-- Notices keep the names of their day, under the words of today.
CREATE FUNCTION pg_temp.renamed(place jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN place ? 'commune' THEN place - 'commune' - 'district'
        || jsonb_build_object('unit', place -> 'commune', 'area', place -> 'district') ELSE place END
$$;
UPDATE service.notice
SET facts = facts || jsonb_strip_nulls(jsonb_build_object(
    'place', pg_temp.renamed(facts -> 'place'), 'proposed', pg_temp.renamed(nullif(facts -> 'proposed', 'null'))
));
DROP FUNCTION pg_temp.renamed;
"""


def upgrade() -> None:
    execute = op.get_bind().exec_driver_sql
    for part in (TREES, FURNISH, WORDS):
        execute(part)
