"""A living database of the old shape, with a commune and a district on each office, becomes trees and areas."""

from typing import Any, Final

from sqlalchemy import Engine

from atm_service.platform import database as db
from tests.atm_service.counter import supervisor
from tests.atm_service.registers.units.test_reforms import (
    DECEMBER,
    JULY,
    SPLIT,
    Bosses,
    again,
    clock,
    coverage,
    open_at,
    reform,
    service,
    settle,
)
from tests.atm_service.world import Service
from tests.database import Database

__all__ = ["clock", "service"]  # fixtures

# What migrations 0020 to 0023 do, undone: the shape in which databases of before them are.
OLD_SHAPE: Final = """
DROP INDEX service.idempotency_to_forget;
CREATE INDEX ix_service_idempotency_created_at ON service.idempotency (created_at);
DROP FUNCTION service.stand CASCADE;
DROP TABLE service.standing;
ALTER TABLE service.staff DROP COLUMN must_change;
ALTER TABLE service.office_day DROP COLUMN reserved_in_month,
    ADD CONSTRAINT office_day_reserved CHECK (reserved_on >= 0 AND reserved_from >= reserved_on);
ALTER TABLE service.office ADD COLUMN commune_code varchar, ADD COLUMN commune varchar, ADD COLUMN kind varchar,
    ADD COLUMN district_code varchar, ADD COLUMN district varchar;
UPDATE service.office AS o
SET commune_code = p.unit_code, commune = p.unit, district_code = p.area_code, district = p.area,
    kind = CASE u.kind WHEN 'ward' THEN 'phường' WHEN 'township' THEN 'thị trấn' ELSE 'xã' END
FROM service.place_on('2021-01-01') AS p JOIN service.unit AS u ON u.code = p.unit_code AND u.valid_from = '2021-01-01'
WHERE p.office = o.code;
ALTER TABLE service.office ALTER COLUMN commune_code SET NOT NULL, ALTER COLUMN commune SET NOT NULL,
    ALTER COLUMN kind SET NOT NULL, ALTER COLUMN district_code SET NOT NULL, ALTER COLUMN district SET NOT NULL;
CREATE INDEX ix_service_office_district_code ON service.office (district_code);
ALTER TABLE service.staff RENAME COLUMN area TO district;
ALTER TABLE service.delivery DROP CONSTRAINT delivery_direction;
UPDATE service.delivery SET direction = 'to-district' WHERE direction = 'to-area';
ALTER TABLE service.delivery
    ADD CONSTRAINT delivery_direction CHECK (direction IN ('to-office', 'to-district'));
DROP FUNCTION service.place_on, service.offices_below, service.unit_known_as;
DROP TABLE service.office_unit, service.office_area, service.unit_way, service.unit, service.area;
DROP FUNCTION service.guard_ending;
REVOKE UPDATE (searchable) ON service.office FROM soft_atm_app;
UPDATE public.alembic_version SET version_num = '0019';
"""
KEPT: Final = (
    "unit",
    "area",
    "office_unit",
    "office_area",
    "office",
    "office_day",
    "staff",
    "delivery",
    "approval",
    "withdrawal",
)


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Give all rows of the tables that are to come out as they went in."""
    with engine.connect() as connection:
        return {
            table: [
                dict(row)
                for row in connection.exec_driver_sql(
                    f'SELECT * FROM service.{table} AS t ORDER BY t::text COLLATE "C"'
                ).mappings()
            ]
            for table in KEPT
        }


def made_old(engine: Engine) -> None:
    """Bring a database into the old shape, with one notice in the old words."""
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER only_ends ON service.unit")
        connection.exec_driver_sql(OLD_SHAPE)
        connection.exec_driver_sql("""
            INSERT INTO service.notice (id, customer_id, withdrawal_id, kind, facts, made_at)
            SELECT gen_random_uuid(), customer_id, id, 'reservation-missed', jsonb_build_object(
                'amount', 1, 'expires_at', '2024-12-01T00:00:00Z', 'proposed', NULL, 'place', jsonb_build_object(
                    'office', office, 'name', 'Bưu điện', 'commune', 'Xã Đại Đồng', 'district', 'Huyện Tràng Định',
                    'day', '2024-11-29')), now()
            FROM service.withdrawal WHERE office IS NOT NULL LIMIT 1
        """)


def test_nothing_is_lost_on_the_way(service: Service, empty: Database) -> None:
    """Every row comes out; what was open is done by whom it could be before; and both reforms follow."""
    bosses = Bosses(supervisor(service, "180"), supervisor(service, "181"), supervisor(service))
    left = open_at(service, bosses, SPLIT)
    order = {"office": SPLIT, "direction": "to-area", "amount": 10_000_000}
    back = again(service, bosses.own).post("/staff/v1/deliveries", order).json()["id"]
    seen, kept = bosses.seen(service), rows(empty.owner)
    made_old(empty.owner)
    service.context.engine.dispose()
    db.migrate(empty.url)
    assert rows(empty.owner) == kept
    assert bosses.seen(service) == seen
    notices = left.guest.get("/wallet/v1/notices").json()["items"]
    assert (notices[0]["place"]["unit"], notices[0]["place"]["area"]) == ("Xã Đại Đồng", "Huyện Tràng Định")
    settle(service, bosses, left)
    sent = left.clerk.post(f"/counter/v1/cash/deliveries/{back}/send", {"counts": {"500000": 20}})
    assert sent.json()["status"] == "sent", sent.text
    for day, number in ((DECEMBER, 194), (JULY, 65)):
        reform(service, day)
        assert coverage(service, bosses.province, day)[1] == number
    assert bosses.seen(service) == seen


def test_an_empty_database_has_no_tree(empty: Database) -> None:
    """A fresh house knows no province until somebody brings one in."""
    with empty.owner.connect() as connection:
        found = [
            connection.exec_driver_sql(f"SELECT count(*) FROM service.{table}").scalar_one()
            for table in ("unit", "area")
        ]
    assert found == [0, 0]
