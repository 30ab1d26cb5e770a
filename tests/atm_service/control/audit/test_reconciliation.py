from dataclasses import replace
from typing import Any, Final
from uuid import UUID

import pytest

from atm_service.control.audit import service as audit
from atm_service.control.audit.reconciliation import (
    Count,
    Counter,
    DrawerLedger,
    Facts,
    Live,
    OfficeDay,
    Payments,
    Undone,
    reconcile,
)
from atm_service.registers.offices import service as offices
from tests.atm_service.control.audit.days import tamper, work
from tests.atm_service.counter import ask_to_reverse, decide, paid, reverse, supervisor
from tests.atm_service.world import OFFICE, OTHER_OFFICE, START, Person, Service
from tests.database import Database

SHIFT: Final = UUID(int=1)
OPENED = Count(OFFICE, 1, SHIFT, "opening", START, 100, 0, None, None, 0)
CLOSED = Count(OFFICE, 1, SHIFT, "closing", START, 65, -5, -5, 65, 0)
GOOD: Final = Facts(
    offices=[(OFFICE, "Bưu điện")],
    drawers=[DrawerLedger(OFFICE, 1, opening=100, received=10, ledger=65, moves=3, is_open=False)],
    counts=[OPENED, CLOSED],
    payments=[Payments(OFFICE, 1, 2, 40, 2, 40, ())],
    live=[],
    counters=[Counter(OFFICE, 2, 40)],
)


def day(**changes: Any) -> OfficeDay:
    """Reconcile the good day with some facts changed."""
    (office,) = reconcile(replace(GOOD, **changes))
    return office


def broken(**changes: Any) -> set[str]:
    """Name the controls that a change breaks, besides the shortage that is there anyway."""
    return {found.control for found in day(**changes).breaks if found != day().breaks[0]}


def test_a_drawer_adds_up() -> None:
    """The closing figure is opening, plus brought, less paid, plus what the counts were over."""
    (drawer,) = day().drawers
    assert (drawer.opening, drawer.received, drawer.paid, drawer.over_short) == (100, 10, 40, -5)
    assert (drawer.closing, drawer.ledger, drawer.counted, drawer.difference) == (65, 65, 65, 0)


def test_a_shortage_is_a_break() -> None:
    """A count that differs names the drawer, the shift and the amount, and nothing else is wrong."""
    (found,) = day().breaks
    assert (found.control, found.detail) == ("drawer-count", f"drawer 1, closing of shift {SHIFT}: 5 short")
    over = replace(CLOSED, over_short=5, posted=5)
    assert day(counts=[OPENED, over]).breaks[0].detail.endswith(": 5 over")


def test_an_open_drawer_is_not_counted() -> None:
    """While a shift is open, no count ends the day."""
    (drawer,) = day(drawers=[replace(GOOD.drawers[0], is_open=True)]).drawers
    assert (drawer.counted, drawer.difference) == (None, None)
    (drawer,) = day(counts=[OPENED], drawers=[replace(GOOD.drawers[0], ledger=70)]).drawers
    assert (drawer.counted, drawer.difference) == (None, None)


def test_the_last_close_ends_the_day() -> None:
    """Of two closes on one day, the later one counts."""
    earlier = replace(CLOSED, shift=UUID(int=2), at=START.replace(hour=1), counted=1)
    for counts in ([CLOSED, earlier], [earlier, CLOSED]):
        (drawer,) = day(counts=counts).drawers
        assert drawer.counted == 65


def test_cash_brought_after_the_close_is_no_difference() -> None:
    """What moved after the count does not make the count wrong."""
    drawers = [replace(GOOD.drawers[0], received=30, ledger=85)]
    changed = day(drawers=drawers, counts=[OPENED, replace(CLOSED, moved_after=20)])
    assert changed.drawers[0].difference == 0
    assert changed.breaks == day().breaks


@pytest.mark.parametrize(
    ("control", "changes"),
    [
        ("drawer-ledger", {"drawers": [replace(GOOD.drawers[0], ledger=64)]}),
        ("drawer-difference", {"drawers": [replace(GOOD.drawers[0], ledger=64)]}),
        ("drawer-ledger", {"payments": [Payments(OFFICE, 1, 2, 41, 2, 41, ())]}),
        ("office-day", {"counters": []}),
        ("office-day", {"counters": [Counter(OFFICE, 1, 40)]}),
        ("office-day", {"counters": [Counter(OFFICE, 2, 41)]}),
        ("office-day", {"counters": [Counter(OFFICE, 2, 40, 5)]}),
        ("office-day", {"undone": [Undone(OFFICE, 1, 1, 5)]}),
        ("receipts-entries", {"payments": [Payments(OFFICE, 1, 2, 40, 1, 40, ())]}),
        ("receipts-entries", {"payments": [Payments(OFFICE, 1, 2, 40, 2, 39, ())]}),
        ("receipts-entries", {"payments": [Payments(OFFICE, 1, 2, 40, 2, 40, ("receipt 1",))]}),
        ("live-holds", {"live": [Live(OFFICE, 1, 5, ("withdrawal 1",))]}),
        ("over-short-posted", {"counts": [OPENED, replace(CLOSED, posted=None, balance=None)]}),
        ("over-short-posted", {"counts": [OPENED, replace(CLOSED, posted=-4)]}),
        ("over-short-posted", {"counts": [replace(OPENED, posted=1), CLOSED]}),
        ("over-short-posted", {"counts": [OPENED, replace(CLOSED, balance=64)]}),
    ],
)
def test_every_mismatch_is_a_break(control: str, changes: dict[str, Any]) -> None:
    """Whatever does not agree is named."""
    assert control in broken(**changes)


def test_a_drawer_that_nobody_knows_is_seen() -> None:
    """Payments of a drawer that the office does not have break the office's figures."""
    stray = Payments(OFFICE, 7, 1, 5, 0, 0, ("receipt 7",))
    assert broken(payments=[*GOOD.payments, stray]) == {"receipts-entries", "office-day"}


def test_a_quiet_office_is_left_out() -> None:
    """An office is active when something moved, was counted, paid, is open or does not agree."""
    quiet = replace(GOOD, drawers=[replace(GOOD.drawers[0], moves=0)], counts=[], payments=[], counters=[])
    quiet = replace(quiet, drawers=[DrawerLedger(OFFICE, 1, 5, 0, 5, 0, is_open=False)])
    assert [office.is_active for office in reconcile(quiet)] == [False]
    assert reconcile(replace(quiet, live=[Live(OFFICE, 1, 5, ())]))[0].is_active
    assert reconcile(replace(quiet, drawers=[DrawerLedger(OFFICE, 1, 5, 0, 5, 1, is_open=False)]))[
        0
    ].is_active
    assert reconcile(replace(quiet, counters=[Counter(OFFICE, 1, 1)]))[0].is_active


def auditor(service: Service) -> Person:
    return service.staff("auditor")


def asked(service: Service, office: str, **query: Any) -> dict[str, Any]:
    answer = auditor(service).get(f"/audit/v1/offices/{office}/reconciliation", **query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_an_offices_day(service: Service) -> None:
    """The drawer's figures, the payments and the open codes of an office whose shift is open."""
    worked = work(service)
    found = asked(service, OFFICE)
    first, second = found["drawers"]
    counts = first.pop("counts")
    assert first == {
        "drawer": 1,
        "opening": 0,
        "received": 100_000_000,
        "paid": 5_000_000,
        "undone": 0,
        "over_short": 0,
        "closing": 95_000_000,
        "ledger": 95_000_000,
        "counted": None,
        "difference": None,
    }
    assert [(count["shift"], count["moment"], count["counted"]) for count in counts] == [
        (worked.clerk.facts["shift"]["id"], "opening", 100_000_000)
    ]
    assert (second["ledger"], second["counts"]) == (0, [])
    live = worked.bound["amount"] + worked.presented["amount"]
    assert found["withdrawals"] == {
        "paid_count": 2,
        "paid_total": 5_000_000,
        "undone_count": 0,
        "undone_total": 0,
        "live_count": 2,
        "live_total": live,
    }
    assert (found["office"], found["date"], found["breaks"]) == (OFFICE, "2026-11-16", [])
    assert found["name"].startswith("Bưu điện")


def test_what_was_undone_is_told(service: Service) -> None:
    """A payment that was undone stays in what was paid, and is told beside it."""
    clerk, customer = service.clerk(), service.customer()
    paid(service, clerk, customer, 1_000_000)
    receipt = paid(service, clerk, customer)
    asked_for = ask_to_reverse(clerk, receipt["withdrawal_id"])
    assert decide(supervisor(service), asked_for.json()).status_code == 200
    assert reverse(clerk, receipt["withdrawal_id"], {"500000": 4}).status_code == 201
    found = asked(service, OFFICE)
    told = {"paid_count": 2, "paid_total": 3_000_000, "undone_count": 1, "undone_total": 2_000_000}
    assert found["withdrawals"] | told == found["withdrawals"]
    assert found["breaks"] == []
    assert [drawer["undone"] for drawer in found["drawers"]] == [2_000_000, 0]
    whole = auditor(service).get("/audit/v1/reconciliation").json()
    told = {"paid": 3_000_000, "paid_count": 2, "undone_count": 1, "undone_total": 2_000_000}
    for line in (whole["totals"], *whole["items"]):
        assert line | told == line
    journal = auditor(service).get("/audit/v1/journal", **{"from": "2026-11-16", "to": "2026-11-16"}).json()
    undone = {entry["undone_by"]: entry["id"] for entry in journal if entry["undone_by"]}
    (mirror,) = [entry for entry in journal if entry["kind"] == "withdrawal-reversal"]
    assert undone == {mirror["id"]: receipt["entry_id"]} == {mirror["id"]: mirror["corrects"]}


def test_a_closed_drawer(service: Service) -> None:
    """A close that was short shows the count, the posted difference, and the break."""
    work(service)
    found = asked(service, OTHER_OFFICE, date="2026-11-16")
    drawer = found["drawers"][0]
    assert (drawer["over_short"], drawer["closing"], drawer["ledger"]) == (-20_000, 99_480_000, 99_480_000)
    assert (drawer["counted"], drawer["difference"]) == (99_480_000, 0)
    assert [count["over_short"] for count in drawer["counts"]] == [0, -20_000]
    (only,) = found["breaks"]
    assert only["control"] == "drawer-count"
    assert only["detail"].endswith(": 20000 short")


def test_cash_that_comes_in_the_evening(service: Service) -> None:
    """Cash for tomorrow in a drawer that is closed is received, and no difference."""
    work(service)
    service.clock.advance(hours=8)
    with service.context.transaction() as session:
        offices.bring_cash(session, OTHER_OFFICE, 1, 7_000_000, UUID(int=9), service.now)
    drawer = asked(service, OTHER_OFFICE)["drawers"][0]
    assert (drawer["received"], drawer["ledger"]) == (107_000_000, 106_480_000)
    assert (drawer["counted"], drawer["difference"]) == (99_480_000, 0)


def test_a_day_that_is_over(service: Service) -> None:
    """Yesterday stays what it was: its figures, and the codes that were open when it ended."""
    worked = work(service)
    before = asked(service, OFFICE, date="2026-11-16")
    service.clock.advance(hours=20)
    assert service.again(worked.clerk).serve(worked.customers[1], worked.bound).status_code == 201
    after = asked(service, OFFICE, date="2026-11-16")
    assert after["drawers"] == before["drawers"]
    assert after["breaks"] == []
    assert after["withdrawals"]["live_total"] == worked.bound["amount"]
    today = asked(service, OFFICE)
    assert today["date"] == "2026-11-17"
    assert (today["drawers"][0]["opening"], today["drawers"][0]["paid"]) == (95_000_000, 700_000)
    assert today["withdrawals"] == {
        "paid_count": 1,
        "paid_total": 700_000,
        "undone_count": 0,
        "undone_total": 0,
        "live_count": 1,
        "live_total": 900_000,
    }
    assert asked(service, OFFICE, date="2026-11-15")["withdrawals"]["live_count"] == 0


TAMPERED: Final = [
    ("receipts-entries", "UPDATE service.receipt SET amount = amount + 1 WHERE id = :receipt"),
    ("receipts-entries", "UPDATE service.receipt SET drawer = 2 WHERE id = :receipt"),
    ("receipts-entries", "DELETE FROM service.receipt WHERE id = :receipt"),
    ("office-day", "DELETE FROM service.receipt WHERE id = :receipt"),
    ("drawer-ledger", "DELETE FROM service.receipt WHERE id = :receipt"),
    ("receipts-entries", "UPDATE ledger.entry SET business_date = business_date - 1 WHERE id = :entry"),
    ("live-holds", "UPDATE ledger.hold SET amount = 1 WHERE id = :bound"),
    ("live-holds", "DELETE FROM ledger.hold WHERE id = :bound"),
    ("live-holds", "UPDATE service.withdrawal SET amount = amount + 1 WHERE id = :presented"),
    ("live-holds", "UPDATE service.withdrawal SET status = 'cancelled' WHERE id = :bound"),
    ("over-short-posted", "UPDATE service.shift SET opening_over_short = 5"),
    ("drawer-ledger", "UPDATE service.shift SET opening_over_short = 5"),
]  # fmt: skip


def test_what_was_changed_by_hand_is_named(service: Service, database: Database) -> None:
    """A figure that was changed behind the service's back shows as a break of the office, with its id."""
    worked = work(service)
    receipt = worked.receipts[0]
    values = {
        "receipt": receipt["id"],
        "entry": receipt["entry_id"],
        "bound": worked.bound["id"],
        "presented": worked.presented["id"],
    }
    missed = []
    for control, statement in TAMPERED:
        with database.owner.connect() as session:
            used = {key: value for key, value in values.items() if f":{key}" in statement}
            tamper(session, statement, **used)
            found = audit.reconcile_office(session, service.context.policy, OFFICE, START.date(), service.now)
        details = [one.detail for one in found.breaks if one.control == control]
        if not any(
            detail for detail in details if control != "receipts-entries" or receipt["entry_id"] in detail
        ):
            missed.append((control, statement))
    assert missed == []


def test_all_offices_of_a_day(service: Service) -> None:
    """One line for each office where something happened, in pages, with the totals of all."""
    worked = work(service)
    reader = auditor(service)
    whole = reader.get("/audit/v1/reconciliation").json()
    assert [line["office"] for line in whole["items"]] == [OFFICE, OTHER_OFFICE]
    assert (whole["offices"], whole["next_cursor"], whole["date"]) == (2, None, "2026-11-16")
    assert whole["totals"] == {
        "opening": 0,
        "received": 200_000_000,
        "paid": 5_500_000,
        "over_short": -worked.short,
        "closing": 194_480_000,
        "ledger": 194_480_000,
        "paid_count": 3,
        "undone_count": 0,
        "undone_total": 0,
        "live_count": 2,
        "live_total": 1_600_000,
        "breaks": 1,
    }
    first = reader.get("/audit/v1/reconciliation", limit=1).json()
    second = reader.get("/audit/v1/reconciliation", limit=1, cursor=first["next_cursor"]).json()
    assert first["items"] + second["items"] == whole["items"]
    assert second["next_cursor"] is None
    assert first["totals"] == second["totals"] == whole["totals"]
    assert reader.get("/audit/v1/reconciliation", date="2026-11-15").json()["items"] == []


def test_an_office_that_is_none(service: Service) -> None:
    """An unknown office is refused by name, and a wrong code or day by its place."""
    reader = auditor(service)
    path = "/audit/v1/offices/{}/reconciliation"
    assert reader.get(path.format("99999-1")).json()["type"].endswith(":office-unknown")
    assert reader.get(path.format("x")).status_code == 422
    for day_ in ("2019-12-31", "2101-01-01", "2026-02-30", "0", "1699920000", "2026-11-16T00:00:00", ""):
        answer = reader.get(path.format(OFFICE), date=day_)
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "query.date"), day_
