"""Both real reforms over a live service that began with 200 communes in 11 districts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from atm_service.registers.units import errors, files
from atm_service.registers.units import service as units
from atm_service.registers.units.domain import FIRST_DAY
from atm_service.registers.units.service import Change
from tests.atm_service.counter import again, ask_to_reverse, decide, paid, refused, supervisor
from tests.atm_service.world import Clerk, Clock, Customer, Person, Service, context_on
from tests.database import Database

DECEMBER, JULY = date(2024, 12, 1), date(2025, 7, 1)
SENT = {"500000": 100}
SPLIT, NEIGHBOUR = "06040-1", "05971-1"  # split in 2024, its main part into Thất Khê; a ward until 2025


def begin_in_2021(session: Connection, now: datetime) -> None:
    """Bring in the first tree alone, the areas, and the offices."""
    units.import_units(session, files.units(units.LANG_SON[FIRST_DAY]), FIRST_DAY, now, apply=True)
    units.draw_areas(session, *files.areas(units.LANG_SON_AREAS), FIRST_DAY, now, apply=True)
    units.found_offices(session, files.offices(units.OFFICES), FIRST_DAY)


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.now = datetime(2024, 11, 29, 2, 0, tzinfo=UTC)  # nine in the morning, a Friday
    return clock


@pytest.fixture
def service(empty: Database, tmp_path: Path, clock: Clock) -> Service:
    return Service(context_on(empty.app, tmp_path, clock, begin_in_2021), clock)


@dataclass
class Bosses:
    """Who looks after the office's area, another one, and the province."""

    own: Person
    stranger: Person
    province: Person

    def seen(self, service: Service) -> list[set[str]]:
        """Give the offices on each one's board."""
        boards = [
            again(service, one).get("/staff/v1/board").json()["offices"]
            for one in (self.own, self.stranger, self.province)
        ]
        return [{office["code"] for office in board} for board in boards]


@dataclass
class Open:
    """What is under way at an office when the tree changes."""

    clerk: Clerk
    customer: Customer
    code: dict[str, Any]
    guest: Customer
    appointment: dict[str, Any]
    request: dict[str, Any]
    delivery: str


def open_at(service: Service, bosses: Bosses, office: str) -> Open:
    """Leave a code, an appointment, a request for approval and a delivery on the road."""
    clerk = service.clerk(office)
    customer, guest = service.customer(), service.customer()
    receipt = paid(service, clerk, customer, 1_000_000)
    boss = again(service, bosses.own)
    order = {"office": office, "direction": "to-office", "amount": 50_000_000}
    delivery = boss.post("/staff/v1/deliveries", order).json()["id"]
    sent = boss.post(f"/staff/v1/deliveries/{delivery}/send", {"counts": SENT})
    assert sent.status_code == 200, sent.text
    return Open(
        clerk,
        customer,
        customer.code(2_000_000),
        guest,
        guest.appointment(1_500_000, office).json(),
        ask_to_reverse(clerk, receipt["withdrawal_id"]).json(),
        delivery,
    )


def settle(service: Service, bosses: Bosses, left: Open) -> None:
    """Do all that was under way: it is done, and by whom it could be done before."""
    assert refused(decide(again(service, bosses.stranger), left.request)) == "not-found"
    assert decide(again(service, bosses.own), left.request).json()["status"] == "approved"
    assert left.clerk.serve(left.customer, left.code).status_code == 201
    assert left.guest.look(left.appointment["id"])["reservation"] == "standing"
    assert left.clerk.serve(left.guest, left.appointment).status_code == 201
    answer = left.clerk.post(f"/counter/v1/cash/deliveries/{left.delivery}/receive", {"counts": SENT})
    assert answer.json()["status"] == "received"


def reform(service: Service, day: date, file: date | None = None, *, apply: bool = True) -> Change:
    """Take a shipped tree from a day on: its own, or another's."""
    with service.context.transaction() as session:
        rows = files.units(units.LANG_SON[file or day])
        return units.import_units(session, rows, day, service.now, apply=apply)


def coverage(service: Service, person: Person, tree: date | None = None) -> tuple[int, int, int, int]:
    query = {"tree": str(tree)} if tree else {}
    whole = again(service, person).get("/staff/v1/coverage", **query).json()["whole"]
    return whole["units_served"], whole["units"], whole["offices_active"], whole["offices"]


def found(service: Service, words: str) -> dict[str, str]:
    items = service.client.get("/wallet/v1/offices", params={"q": words, "limit": 100}).json()["items"]
    return {item["code"]: item["unit"] for item in items}


def test_both_reforms_over_a_live_service(service: Service) -> None:
    """Nothing is lost, nobody sees more, offices and units stay two numbers, and every name still finds."""
    bosses = Bosses(supervisor(service, "180"), supervisor(service, "181"), supervisor(service))
    service.clerk(NEIGHBOUR)
    left = open_at(service, bosses, SPLIT)
    seen = bosses.seen(service)
    assert [len(offices) for offices in seen] == [22, 19, 200]
    assert coverage(service, bosses.province) == (2, 200, 2, 200)

    # Known on the Friday, in force on the Sunday; nothing of Friday changes.
    assert len(reform(service, DECEMBER, apply=False).moves) == 12
    assert reform(service, DECEMBER, apply=False).done is False
    assert reform(service, DECEMBER).done
    assert reform(service, DECEMBER).is_none
    assert found(service, SPLIT)[SPLIT] == "Xã Đại Đồng"
    settle(service, bosses, left)
    service.clock.now = datetime(2024, 12, 2, 2, 0, tzinfo=UTC)
    assert found(service, SPLIT)[SPLIT] == "Thị trấn Thất Khê"
    assert coverage(service, bosses.province) == (2, 194, 2, 200)
    assert bosses.seen(service) == seen

    # Half a year later it is known late: the tree has counted since the morning, and all is under way.
    service.clock.now = datetime(2025, 7, 1, 2, 0, tzinfo=UTC)
    left = open_at(service, bosses, "06019-1")
    with pytest.raises(errors.OtherBegun):
        reform(service, DECEMBER, FIRST_DAY)
    assert len(reform(service, JULY).moves) == 200
    settle(service, bosses, left)
    assert bosses.seen(service) == seen
    assert coverage(service, bosses.province) == (3, 65, 3, 200)

    # Each age by its own tree, with the offices of today.
    assert coverage(service, bosses.province, FIRST_DAY) == (3, 200, 3, 200)
    assert coverage(service, bosses.province, DECEMBER) == (3, 194, 3, 200)
    assert coverage(service, bosses.own, JULY)[3] == 22
    board = again(service, bosses.own).get("/staff/v1/board", tree=str(FIRST_DAY)).json()
    assert {one["code"]: one["unit"] for one in board["offices"]}[SPLIT] == "Xã Đại Đồng"
    for words in ("đại đồng", "Thất Khê", "huyện Tràng Định"):
        assert found(service, words)[SPLIT] == "Xã Thất Khê"
    with pytest.raises(errors.TooEarly):
        reform(service, date(2025, 6, 30), JULY)
    assert [one["action"] for one in service.trail("units.imported")] == ["units.imported"] * 3


def test_an_office_that_came_late_is_set_right(service: Service) -> None:
    """It was put into a unit that had ended without anybody knowing: it has stood in the heir since it came."""
    service.clock.now = datetime(2025, 8, 1, 2, 0, tzinfo=UTC)
    reform(service, DECEMBER)
    new = files.PlannedOffice("05971-2", "Bưu điện Chợ", "05971", "178")
    with service.context.transaction() as session:
        units.found_offices(session, [new], date(2025, 8, 1))
    reform(service, JULY)
    assert found(service, "05971-2") == {"05971-2": "Phường Kỳ Lừa"}
