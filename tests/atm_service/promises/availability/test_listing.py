"""Offices as customers find them: near first, each with its answer, over HTTP."""

from uuid import uuid4

import pytest

from atm_service.platform import contacts, policy
from atm_service.registers.offices import life
from atm_service.registers.offices import service as offices
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Service

MAXIMUM = policy.load("bank_agent").withdrawal.amount_max


def pages(service: Service, **query: str | int) -> list[dict[str, object]]:
    """Read the whole list, page by page."""
    items: list[dict[str, object]] = []
    cursor = ""
    while cursor is not None:
        asked = {"limit": 90, **query} | ({"cursor": cursor} if cursor else {})
        answer = service.client.get("/wallet/v1/offices", params=asked)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
    return items


def said(service: Service, code: str, amount: int) -> tuple[object, object]:
    """Give one office's answer and its reason."""
    (office,) = pages(service, q=code, amount=amount)
    return office["can_pay"], office["why"]


def test_the_answer_follows_the_cash(service: Service) -> None:
    """Yes with the cash on shift, ask where nobody is there, no when it is too much or the office does not pay."""
    service.clerk(OFFICE, cash=1_000_000)
    service.clerk(OTHER_OFFICE, cash=1_000_000, shift=False)
    assert said(service, OFFICE, 1_000_000) == ("yes", "ready")
    assert said(service, OFFICE, 1_010_000) == ("no", "cash")
    assert said(service, OTHER_OFFICE, 1_000_000) == ("ask", "nobody-on-shift")
    assert said(service, "05977-1", 1_000_000) == ("no", "not-active")


def test_cash_beside_the_drawer_must_be_prepared(service: Service) -> None:
    """What the clerk has moved into the vault makes an ask of a yes."""
    clerk = service.clerk(OFFICE, cash=1_000_000)
    assert clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": {"10000": 10}}).status_code == 201
    assert said(service, OFFICE, 900_000) == ("yes", "ready")
    assert said(service, OFFICE, 1_000_000) == ("ask", "to-prepare")


def test_notes_decide_too(service: Service) -> None:
    """A drawer with large notes alone does not promise small change."""
    clerk = service.clerk(OFFICE, cash=1_000_000, shift=False)
    assert clerk.open(counts={"500000": 2}).status_code == 201
    assert said(service, OFFICE, 500_000) == ("yes", "ready")
    assert said(service, OFFICE, 100_000) == ("ask", "small-notes")


def test_the_days_limit_is_told(service: Service) -> None:
    """Payments and deposits of today count."""
    customer, clerk = service.customer(balance=20_000_000), service.clerk(OFFICE)
    assert clerk.serve(customer, customer.code(2_000_000)).status_code == 201
    service.limit_office(per_day=3_000_000)
    assert said(service, OFFICE, 1_000_000) == ("yes", "ready")
    assert said(service, OFFICE, 1_010_000) == ("no", "day-limit")
    service.clock.advance(days=1)
    assert said(service, OFFICE, 1_010_000) == ("yes", "ready")


def test_no_figure_of_cash_is_told(service: Service) -> None:
    """Robbers read APIs too: no figure, and the same words whether an office holds one maximum or many."""
    service.clerk(OFFICE, cash=MAXIMUM)
    service.clerk(OTHER_OFFICE, cash=5 * MAXIMUM)
    shown = pages(service, q=OFFICE)[0]
    place = {"unit_code", "unit", "area_code", "area", "address", "phone", "hours"}
    assert set(shown) == place | {"code", "name", "open", "can_pay", "why", "opens_at"}
    assert said(service, OFFICE, MAXIMUM) == said(service, OTHER_OFFICE, MAXIMUM) == ("yes", "ready")
    for amount in (MAXIMUM + 1, 3 * MAXIMUM, 10**12):
        above = ("no", "above-maximum")
        assert said(service, OFFICE, amount) == said(service, OTHER_OFFICE, amount) == above


def test_near_offices_come_first(service: Service) -> None:
    """The customer's own unit, then the areas that it lies in, then the rest; no office twice and none left out."""
    near = pages(service, unit="06187", limit=7)
    codes = [str(office["code"]) for office in near]
    assert len(codes) == len(set(codes)) == 200
    assert codes[:5] == ["05971-1", "06187-1", "06226-1", "06235-1", "06244-1"]
    its_areas = {"Thành phố Lạng Sơn", "Huyện Cao Lộc"}
    assert codes[5:30] == sorted(codes[5:30])
    assert codes[30:] == sorted(codes[30:])
    assert {office["area"] for office in near[:30]} == its_areas
    assert its_areas.isdisjoint({office["area"] for office in near[30:]})


@pytest.mark.parametrize(
    ("code", "unit"), [("05971", "Phường Kỳ Lừa"), ("06007", "Xã Đoàn Kết"), ("05977", "Phường Đông Kinh")]
)
def test_a_code_of_before_is_where_its_land_is_now(service: Service, code: str, unit: str) -> None:
    """Through one reform or two; a code that lives on names the unit that has it now."""
    assert pages(service, unit=code)[0]["unit"] == unit


def test_an_unknown_unit_is_no_harm(service: Service) -> None:
    """The list is then in order of code."""
    codes = [office["code"] for office in pages(service, unit="99999")]
    assert codes == [office["code"] for office in pages(service)]
    assert codes == sorted(map(str, codes))


@pytest.mark.parametrize("cursor", ["MDU5NzEtMQ", "My0wNTk3MS0x", "eA"])
def test_a_cursor_of_another_list_is_refused(service: Service, cursor: str) -> None:
    """A code alone, a distance that there is not, a letter."""
    answer = service.client.get("/wallet/v1/offices", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:soft-atm:problem:malformed-request")


def test_two_drawers_on_shift_are_two_chances(service: Service) -> None:
    """The second drawer can pay what the first cannot."""
    service.clerk(OFFICE, 1, cash=500_000)
    assert said(service, OFFICE, 800_000) == ("no", "cash")
    with service.context.transaction() as session:
        offices.bring_cash(session, OFFICE, 2, 1_000_000, uuid4(), service.now)
    assert said(service, OFFICE, 800_000) == ("ask", "to-prepare")
    assert service.clerk(OFFICE, 2, cash=0, shift=False).open(2, {"10000": 100}).status_code == 201
    assert said(service, OFFICE, 800_000) == ("yes", "ready")


def test_hours_decide_and_say_when(service: Service) -> None:
    """At noon, on a date with other hours, and in a week of its own."""
    service.clerk(OFFICE)
    service.clock.now = service.now.replace(hour=5)
    (noon,) = pages(service, q=OFFICE, amount=1_000_000)
    assert (noon["open"], noon["can_pay"], noon["why"]) == (False, "ask", "closed")
    assert (noon["opens_at"], noon["hours"]) == ("2026-11-16T06:30:00Z", "07:30-11:30 13:30-17:00")
    with service.context.transaction() as session:
        life.set_hours(session, None, OFFICE, ["07:00-18:00"] * 7, service.now)
    assert said(service, OFFICE, 1_000_000) == ("yes", "ready")
    with service.context.transaction() as session:
        life.set_day(session, None, OFFICE, service.now.date(), "", "Nghỉ lễ", service.now)
    (holiday,) = pages(service, q=OFFICE, amount=1_000_000)
    assert (holiday["why"], holiday["opens_at"]) == ("closed", "2026-11-17T00:00:00Z")
    assert holiday["hours"] == ""


def test_a_silent_office_is_asked_first(service: Service) -> None:
    """What is written down of its counter's last word counts."""
    service.clerk(OFFICE)
    with service.context.transaction() as session:
        contacts.write(session, {OFFICE: service.now})
    service.clock.advance(minutes=14)
    assert said(service, OFFICE, 1_000_000) == ("yes", "ready")
    service.clock.advance(minutes=1)
    assert said(service, OFFICE, 1_000_000) == ("ask", "no-line")
