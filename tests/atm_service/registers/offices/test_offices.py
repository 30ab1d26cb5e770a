"""Offices as customers find them, and as operators bring them in."""

from pathlib import Path

import pytest

from atm_service.registers.offices import life
from atm_service.registers.offices import service as offices
from atm_service.registers.offices.domain import State
from atm_service.registers.units import files
from atm_service.registers.units import service as units
from ledger import business_date
from tests.atm_service.world import OFFICE, Service


def listed(service: Service, **query: str | int) -> dict[str, dict[str, object]]:
    answer = service.client.get("/wallet/v1/offices", params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return {item["code"]: item for item in answer.json()["items"]}


def test_all_two_hundred_communes_have_an_office(service: Service) -> None:
    """Three pages, two hundred codes, none twice."""
    codes, cursor = [], ""
    while cursor is not None:
        query = {"limit": 90} | ({"cursor": cursor} if cursor else {})
        page = service.client.get("/wallet/v1/offices", params=query).json()
        codes += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(codes) == len(set(codes)) == 200
    assert codes == sorted(codes)


def test_importing_again_adds_nothing(service: Service) -> None:
    """What is there stays as it is, its state too."""
    with service.context.transaction() as session:
        life.activate(session, OFFICE, 1, service.now)
    with service.context.transaction() as session:
        assert units.furnish(session, service.now) == 0
        assert offices.active(session, OFFICE).state is State.ACTIVE


def test_a_second_office_in_a_unit_is_another_code(service: Service, tmp_path: Path) -> None:
    """It stands in a unit of its first day, and is found by that unit's name."""
    path = tmp_path / "more.csv"
    path.write_text("code,name,unit,area\n05971-2,Bưu điện Chợ Kỳ Lừa,06187,178\n")
    with service.context.transaction() as session:
        planned = files.offices(path)
        assert units.found_offices(session, planned, business_date(service.now)) == 1
        assert units.found_offices(session, planned, business_date(service.now)) == 0
    assert listed(service, q="05971-2")["05971-2"]["unit"] == "Phường Kỳ Lừa"


@pytest.mark.parametrize("words", ["Đồng Đăng", "dong dang", "DONG ĐANG", "đồng đăng"])
def test_names_are_found_with_and_without_accents(service: Service, words: str) -> None:
    """People type as their phone lets them."""
    found = listed(service, q=words)
    assert list(found) == ["06184-1", "06190-1", "06205-1", "06208-1", "06214-1"]
    assert {item["unit"] for item in found.values()} == {"Xã Đồng Đăng"}


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --"])
def test_signs_of_the_query_language_mean_nothing(service: Service, words: str) -> None:
    """A percent sign is a percent sign."""
    assert listed(service, q=words) == {}


def test_offices_of_one_area(service: Service) -> None:
    """The area's code picks its offices."""
    found = listed(service, area="178")
    assert len(found) == 8
    assert {item["area"] for item in found.values()} == {"Thành phố Lạng Sơn"}


def test_a_suspended_office_opens_no_shift(service: Service) -> None:
    """Suspended is not active: customers read no, clerks read why."""
    clerk = service.clerk(shift=False)
    with service.context.transaction() as session:
        life.change_state(session, None, OFFICE, State.SUSPENDED, "Mất điện", service.now)
    assert listed(service)[OFFICE]["can_pay"] == "no"
    answer = clerk.open()
    assert (answer.status_code, answer.json()["state"]) == (409, "suspended")
