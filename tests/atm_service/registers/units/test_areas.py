"""Areas drawn anew: who looks after what, who is told, and what is refused."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from sqlalchemy import exc

from atm_service.registers.units import errors, store
from atm_service.registers.units import service as units
from atm_service.registers.units.reform import Planned
from atm_service.registers.units.service import Change
from ledger import business_date
from tests.atm_service.counter import again, supervisor
from tests.atm_service.world import OFFICE, Person, Service
from tests.contract.documented import slug_of
from tests.database import Database

PROVINCE = Planned("20", "area", "Tỉnh Lạng Sơn", None)


def drawn(service: Service) -> tuple[dict[str, Planned], dict[str, str]]:
    """Give the areas as they are drawn, to be changed."""
    with service.context.transaction() as session:
        nodes = store.tree(session, store.AREAS).on(business_date(service.now))
        places = store.places(session, None, business_date(service.now))
    areas = {code: Planned(node.code, "area", node.name, node.parent) for code, node in nodes.items()}
    return areas, {office: place.area_code for office, place in places.items()}


def draw(
    service: Service,
    areas: Mapping[str, Planned],
    belongs: Mapping[str, str],
    day: date | None = None,
    *,
    apply: bool = True,
) -> Change:
    with service.context.transaction() as session:
        rows, since = list(areas.values()), day or business_date(service.now)
        return units.draw_areas(session, rows, belongs, since, service.now, apply=apply)


def seen(service: Service, person: Person) -> set[str]:
    person = again(service, person)
    return {one["code"] for one in person.get("/staff/v1/board").json()["offices"]}


def test_a_node_and_all_below_it(service: Service) -> None:
    """North and south between the province and the former districts: each head sees the own half."""
    areas, belongs = drawn(service)
    north = {"178", "180", "181", "182", "183"}
    for code in areas.keys() - {"20"}:
        areas[code] = Planned(code, "area", areas[code].name, "bac" if code in north else "nam")
    areas |= {
        "bac": Planned("bac", "area", "Phía bắc", "20"),
        "nam": Planned("nam", "area", "Phía nam", "20"),
    }
    draw(service, areas, belongs)
    head, own = supervisor(service, "bac"), supervisor(service, "178")
    whole = {office for office, area in belongs.items() if area in north}
    assert seen(service, head) == whole
    assert seen(service, own) == {office for office, area in belongs.items() if area == "178"}
    assert again(service, head).get("/staff/v1/floats/plan", area="181").status_code == 200
    assert slug_of(again(service, head).get("/staff/v1/floats/plan", area="184")) == "area-unknown"
    assert slug_of(again(service, own).get("/staff/v1/floats/plan", area="bac")) == "area-unknown"
    found = service.client.get("/wallet/v1/offices", params={"area": "bac", "limit": 100}).json()["items"]
    assert {one["code"] for one in found} == whole


def test_what_is_shown_first_is_what_is_done(service: Service) -> None:
    """Whose reach changes, by which offices; looking changes nothing, and the same file again nothing more."""
    own, other = supervisor(service, "178"), supervisor(service, "183")
    before = seen(service, own), seen(service, other)
    areas, belongs = drawn(service)
    belongs[OFFICE] = "183"
    shown = draw(service, areas, belongs, apply=False)
    assert (seen(service, own), seen(service, other)) == before
    assert set(shown.reach) == {"supervisor-178-none", "supervisor-183-none"}
    assert shown.reach["supervisor-178-none"] == (before[0], before[0] - {OFFICE})
    assert draw(service, areas, belongs).reach == shown.reach
    assert (seen(service, own), seen(service, other)) == (before[0] - {OFFICE}, before[1] | {OFFICE})
    assert draw(service, areas, belongs).is_none


def test_an_area_that_ends_leaves_its_people_nothing(service: Service) -> None:
    """They see no office, not all of them; and its code never comes back to them with others."""
    own = supervisor(service, "178")
    areas, belongs = drawn(service)
    gone = areas.pop("178")
    service.clock.advance(days=1)
    draw(service, areas, {office: "183" if area == "178" else area for office, area in belongs.items()})
    assert seen(service, own) == set()
    service.clock.advance(days=1)
    with pytest.raises(errors.CodeUsedUp):
        draw(service, areas | {"178": gone}, belongs)


def test_history_is_not_drawn(service: Service) -> None:
    """Neither before today, nor before what was drawn for a later day; the tree of any day can still be read."""
    areas, belongs = drawn(service)
    today, other = business_date(service.now), belongs | {OFFICE: "183"}
    with pytest.raises(errors.TooEarly):
        draw(service, areas, other, today - timedelta(1))
    draw(service, areas, other, today + timedelta(7))
    with pytest.raises(errors.TooEarly):
        draw(service, areas, belongs | {OFFICE: "184"}, today + timedelta(6))
    with service.context.transaction() as session:
        found = [
            store.places(session, [OFFICE], today + timedelta(days))[OFFICE].area_code for days in (6, 7)
        ]
    assert found == ["178", "183"]


def test_a_day_is_set_right_on_that_day(service: Service) -> None:
    """An office that was drawn wrongly today goes elsewhere today, without a trace of a day that never was."""
    areas, belongs = drawn(service)
    draw(service, areas, belongs | {OFFICE: "183"})
    draw(service, areas, belongs | {OFFICE: "184"})
    with service.context.transaction() as session:
        stays = [one for one in store.stays(session, store.AREAS) if one.office == OFFICE]
    assert [(one.node, one.valid_to) for one in sorted(stays, key=lambda one: one.valid_from)] == [
        ("178", business_date(service.now)),
        ("184", None),
    ]


def test_every_office_has_one_area(service: Service) -> None:
    """None is left out, and none is made up."""
    areas, belongs = drawn(service)
    left = {office: area for office, area in belongs.items() if office != OFFICE}
    with pytest.raises(errors.OfficeNowhere):
        draw(service, areas, left)
    with pytest.raises(errors.OfficeUnknownHere):
        draw(service, areas, belongs | {"99999-1": "178"})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE service.unit SET name = 'Xã khác' WHERE code = '06001'",
        "UPDATE service.area SET parent = NULL WHERE code = '178'",
        "UPDATE service.unit SET valid_to = '2030-01-01' WHERE valid_to IS NOT NULL",
        "DELETE FROM service.area WHERE code = '189'",
        "DELETE FROM service.unit_way",
        "INSERT INTO service.office_area VALUES ('05971-1', '2026-11-01', NULL, '183', '2021-01-01')",
        "INSERT INTO service.office_unit VALUES ('05971-1', '2026-11-01', NULL, '06001', '2025-07-01')",
    ],
)
def test_the_database_keeps_history_too(service: Service, database: Database, statement: str) -> None:
    """Rows end and do nothing else, and an office is in one place at a time, whoever is at the keyboard."""
    with database.owner.connect() as connection, pytest.raises(exc.IntegrityError):
        connection.exec_driver_sql(statement)
