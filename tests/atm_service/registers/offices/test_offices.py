"""Offices as customers find them, and as operators bring them in."""

from pathlib import Path

import pytest

from atm_service.registers.offices import life
from atm_service.registers.offices import service as offices
from atm_service.registers.offices.domain import State
from tests.atm_service.world import OFFICE, Service


def listed(service: Service, **query: str | int) -> dict[str, dict[str, object]]:
    answer = service.client.get("/wallet/v1/offices", params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    return {item["code"]: item for item in answer.json()["items"]}


def test_all_two_hundred_communes_have_an_office(service: Service) -> None:
    """Three pages, two hundred codes, no commune twice."""
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
        assert offices.import_communes(session) == 0
        assert offices.active(session, OFFICE).state is State.ACTIVE


def test_a_second_office_in_a_commune_is_another_code(service: Service, tmp_path: Path) -> None:
    """The running number tells offices of one commune apart."""
    line = "05971,Phường Hoàng Văn Thụ,phường,178,Thành phố Lạng Sơn,2"
    path = tmp_path / "more.csv"
    path.write_text(f"commune_code,commune_name,commune_type,area_code,area_name,number\n{line}\n")
    with service.context.transaction() as session:
        assert offices.import_communes(session, path) == 1
        assert offices.name(session, "05971-2") == "Bưu điện Hoàng Văn Thụ 2"


@pytest.mark.parametrize("words", ["Đồng Đăng", "dong dang", "DONG ĐANG", "đồng đăng"])
def test_names_are_found_with_and_without_accents(service: Service, words: str) -> None:
    """People type as their phone lets them."""
    assert [item["commune"] for item in listed(service, q=words).values()] == ["Thị trấn Đồng Đăng"]


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
