"""Lists while others commit, with clocks that differ: who reads on later misses nothing."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from atm_service.control.floats import service as floats
from atm_service.control.floats.domain import Levels
from atm_service.payout import views
from atm_service.registers.offices import hours, life, life_store
from tests.atm_service.counter import deposited, paid
from tests.atm_service.desk.counterfeits.test_counterfeits import keep
from tests.atm_service.world import OFFICE, START, Clerk, Service

MILLION = 1_000_000
AHEAD = timedelta(seconds=3)
MAKE: dict[str, tuple[str, Callable[[Service, Clerk], Any]]] = {
    "receipts": ("paid_at", lambda service, clerk: paid(service, clerk, service.customer(), 100_000)),
    "vouchers": ("made_at", lambda service, clerk: deposited(clerk, service.customer(), {"100000": 1})),
    "counterfeits": ("found_at", lambda _, clerk: keep(clerk)),
}


def place(item: dict[str, Any]) -> int:
    return int(item["number"][-4:])


def one_page(clerk: Clerk, what: str, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
    query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
    page = clerk.get(f"/counter/v1/{what}", **query).json()
    return page["items"], page["next_cursor"]


@pytest.mark.parametrize("what", MAKE)
def test_a_list_that_shows_one_has_shown_all_before_it(service: Service, what: str) -> None:
    """Read on while a process ahead of time writes, then one behind: no gap in the numbers, no time that goes back."""
    moment, make = MAKE[what]
    clerk = service.clerk()
    for _ in range(2):
        make(service, clerk)
    seen, cursor = one_page(clerk, what, None)
    for clock in (START + AHEAD, START):
        service.clock.now = clock
        make(service, clerk)
    while cursor:
        more, cursor = one_page(clerk, what, cursor)
        seen += more
    assert [place(item) for item in seen] == [2, 1]
    listed = clerk.get(f"/counter/v1/{what}").json()["items"]
    assert [place(item) for item in listed] == [4, 3, 2, 1]
    assert [item[moment] for item in listed] == sorted((item[moment] for item in listed), reverse=True)


def test_one_that_commits_late_is_not_skipped(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A payment is held open by a process ahead of time, another waits: nobody reads of the second before the first."""
    first, second = service.clerk(), service.clerk(drawer=2)
    customers = [service.customer() for _ in range(2)]
    codes = [customer.code(100_000) for customer in customers]
    for clerk, code in zip((first, second), codes, strict=True):
        assert clerk.present(code["code"]).status_code == 201
    written, go, show = threading.Event(), threading.Event(), views.receipt

    def held(*args: Any, **more: Any) -> Any:
        written.set()
        assert go.wait(30)
        return show(*args, **more)

    monkeypatch.setattr(views, "receipt", held)
    with ThreadPoolExecutor(2) as pool:
        service.clock.now = START + AHEAD
        ahead = pool.submit(first.pay, codes[0]["id"], customers[0].facts["id_number"])
        assert written.wait(30)
        service.clock.now = START
        behind = pool.submit(second.pay, codes[1]["id"], customers[1].facts["id_number"])
        assert second.get("/counter/v1/receipts").json()["items"] == []
        go.set()
        made = [ahead.result().json(), behind.result().json()]
    listed = second.get("/counter/v1/receipts").json()["items"]
    assert listed == [one | {"receipt_code": None} for one in made[::-1]]
    assert [place(item) for item in listed] == [2, 1]
    assert made[0]["paid_at"] <= made[1]["paid_at"]


def test_one_thing_is_found_without_a_walk(service: Service) -> None:
    """Whatever its day: a withdrawal's receipt, what is said about a subject; of the own office alone."""
    clerk, other = service.clerk(), service.clerk("05974-1")
    receipt = paid(service, clerk, service.customer(), 100_000)
    voucher = deposited(clerk, service.customer(), {"100000": 1})
    service.clock.advance(days=1)
    clerk, other = service.again(clerk), service.again(other)
    for what, query, found in (
        ("receipts", {"withdrawal_id": receipt["withdrawal_id"]}, receipt),
        ("vouchers", {"subject": voucher["subject"]}, voucher),
    ):
        assert clerk.get(f"/counter/v1/{what}").json()["items"] == []
        assert clerk.get(f"/counter/v1/{what}", **query).json() == {"items": [found], "next_cursor": None}
        assert other.get(f"/counter/v1/{what}", **query).json()["items"] == []


def test_what_was_set_last_holds(service: Service) -> None:
    """Set by a process ahead of time, corrected by one behind: the correction is the newest."""
    weeks = [[day] * 7 for day in ("07:00-11:00", "08:00-12:00")]
    holidays = ("09:00-10:00", "13:00-15:00")
    for moment, week, day, target in zip((START + AHEAD, START), weeks, holidays, (50, 60), strict=True):
        with service.context.transaction() as session:
            levels = Levels(10 * MILLION, target * MILLION, 90 * MILLION)
            floats.set_float(session, None, OFFICE, levels, None, moment)
            life.set_hours(session, None, OFFICE, week, moment)
            life.set_day(session, None, None, START.date(), day, "Ngày lễ của tỉnh", moment)
    with service.context.transaction() as session:
        assert floats.current(session, service.context.policy.float, OFFICE).levels.target == 60 * MILLION
        known = life_store.hours_of(session, START.date(), OFFICE).of(OFFICE)
        assert (known.on(START.date()), known.on(START.date() + timedelta(days=1))) == (
            hours.read("13:00-15:00"),
            hours.read(weeks[1][0]),
        )
