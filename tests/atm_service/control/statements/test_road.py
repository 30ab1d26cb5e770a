"""The whole road: a day at the bank, its statements, and breaks until their end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from atm_service.control.statements import simulated
from atm_service.control.statements.simulated import changed, charged, doubled, reversed_, without
from tests.atm_service.control.audit.days import broken_now
from tests.atm_service.control.statements.banks import (
    MONDAY,
    WEDNESDAY,
    Desk,
    a_line,
    a_statement,
    moved,
    resolve,
)
from tests.atm_service.world import Service

STRANGE = a_line(777_000, "FT26320999", text="CHUYEN NHAM")


@pytest.fixture
def desk(service: Service) -> Desk:
    return Desk(service)


@pytest.mark.parametrize("form", ["camt", "mt940"])
def test_seven_disagreements_are_seven_breaks(desk: Desk, service: Service, form: str) -> None:
    """The bank disagrees seven times in a day: exactly these are reported, on their day, and all else is matched."""
    moved(service, 500_000, 600_000, 700_000, 800_000, -300_000, -400_000, 900_000, 950_000)
    wrong = [
        doubled(1),
        changed(2, 1_000),
        changed(4, 50_000),
        reversed_(3),
        charged(11_000, MONDAY),
        lambda lines: [*lines, STRANGE],
        without(0),
    ]
    first = desk.take_in(desk.day(MONDAY, wrong, form=form))
    (run,) = first.runs
    assert (first.lines, run.matched, run.opened, run.expected) == (
        11,
        5,
        5,
        2,
    )  # three by reference, one void
    shown = desk.breaks()["items"]
    assert sorted((one["kind"], one["amount"]) for one in shown) == [
        ("difference", 1_000),
        ("difference", 50_000),
        ("unexpected", -11_000),
        ("unexpected", 600_000),
        ("unexpected", 777_000),
    ]
    told = 600_000 + 1_000 + 50_000 - 800_000 - 11_000 + 777_000 - 500_000
    for later in (1, 2):
        day = MONDAY.replace(day=MONDAY.day + later)
        desk.move_to(day)
        (run,) = desk.take_in(desk.day(day, told=told, form=form)).runs
    assert (run.opened, run.ended, run.expected) == (2, 0, 0)
    found = desk.breaks()
    missing = sorted(one["amount"] for one in found["items"] if one["kind"] == "missing")
    assert (missing, found["number"]) == ([-800_000, -500_000], 7)
    assert found["total"] == sum(one["amount"] for one in found["items"]) == desk.account()["breaks_total"]
    assert {one["band"] for one in found["items"]} == {"2-5"}
    assert broken_now(service) == {}


def test_a_break_ends_by_a_later_line_and_says_so(desk: Desk, service: Service) -> None:
    """What was missing is in a later statement: the break ends by the rule's match, and is kept with its end."""
    (payment,) = moved(service, 500_000)
    desk.move_to(WEDNESDAY)
    (run,) = desk.told(sequence=1, on=WEDNESDAY).runs
    assert run.opened == 0  # from before the bank's first statement, nobody promised that it is in one
    line = a_line(500_000, text=f"NAP TIEN {payment[:20]}\n{payment[20:]}", on=WEDNESDAY)
    desk.told(line, sequence=2, on=WEDNESDAY)
    assert desk.breaks()["items"] == []


def test_missing_then_told(desk: Desk, service: Service) -> None:
    """An entry is expected, then missing, and then the bank tells of it: the break has its end and keeps it."""
    desk.told(on=MONDAY)
    (payment,) = moved(service, 500_000)
    desk.move_to(WEDNESDAY)
    (run,) = desk.told(sequence=2, on=WEDNESDAY).runs
    assert (run.opened, run.expected) == (1, 0)
    (one,) = desk.breaks(kind="missing")["items"]
    (run,) = desk.told(a_line(500_000, payment, on=WEDNESDAY), sequence=3, on=WEDNESDAY).runs
    assert (run.matched, run.ended) == (1, 1)
    whole = service.staff("auditor").get(f"/audit/v1/breaks/{one['id']}").json()
    assert (whole["end"]["rule"], whole["end"]["by"]) == ("reference", None)
    assert desk.breaks()["number"] == 0
    assert desk.breaks(ended=True)["number"] == 1


def test_a_correction_takes_two(desk: Desk, service: Service) -> None:
    """A charge is proposed for suspense by one, approved by another, and then posted by the same wish, once."""
    desk.told(a_line(-11_000, text="PHI"), a_line(-22_000, text="PHI"))
    ids = [one["id"] for one in desk.breaks()["items"]]
    first = service.staff("supervisor")
    assert resolve(first, *ids).json() == {"outcome": "waiting"}
    assert resolve(first, *ids).json() == {"outcome": "waiting"}
    desk.approve(first, ids)
    assert desk.account()["balance"] == 0
    assert resolve(first, *ids).json() == {"outcome": "resolved"}
    found = desk.account()
    assert (found["balance"], found["breaks"], found["closing"]) == (-33_000, 0, -33_000)
    whole = first.get(f"/audit/v1/breaks/{ids[0]}").json()
    assert (whole["end"]["rule"], whole["proposals"][0]["status"]) == ("correction", "done")
    assert resolve(first, *ids).json()["type"].endswith("break-ended")
    (run,) = desk.told(sequence=2, opening=-33_000).runs
    assert (run.matched, run.opened, run.expected) == (0, 0, 0)
    assert broken_now(service) == {}


def test_breaks_that_come_to_nothing_are_matched_by_hand(desk: Desk, service: Service) -> None:
    """A missing top-up and a line without its name explain each other; a run after it changes nothing."""
    desk.told(on=MONDAY)
    moved(service, 500_000, 500_000)
    desk.move_to(WEDNESDAY)
    desk.told(a_line(500_000, text="A"), a_line(500_000, text="B"), sequence=2, on=WEDNESDAY)
    found = desk.breaks()["items"]
    assert [one["kind"] for one in found] == ["missing", "missing", "unexpected", "unexpected"]
    supervisor = service.staff("supervisor")
    whole = supervisor.get(f"/audit/v1/breaks/{found[0]['id']}").json()
    assert {one["id"] for one in whole["opposite"]} == {found[2]["id"], found[3]["id"]}
    assert resolve(supervisor, found[0]["id"], found[2]["id"]).json() == {"outcome": "resolved"}
    left = {one["id"] for one in desk.breaks()["items"]}
    assert left == {found[1]["id"], found[3]["id"]}
    (run,) = desk.told(sequence=3, opening=1_000_000, on=WEDNESDAY).runs
    assert (run.matched, run.opened, run.ended) == (1, 0, 2)  # the last two are each other's one choice now
    assert broken_now(service) == {}


def test_the_simulated_bank_is_believed(desk: Desk, service: Service) -> None:
    """What it writes of a day without disagreement leaves no break."""
    moved(service, 500_000, -300_000)
    one = simulated.day(service.context.bank, "970436", "0011004000001", MONDAY)  # type: ignore[arg-type]
    (run,) = desk.take_in(simulated.mt940([one])).runs
    assert (run.matched, run.opened, run.expected) == (2, 0, 0)
    assert desk.account()["closing"] == 200_000


@pytest.mark.parametrize("form", [simulated.camt, simulated.mt940])
def test_an_opening_of_the_evening_before_tells_nothing_of_that_day(
    desk: Desk, service: Service, form: Callable[..., bytes]
) -> None:
    """What is in the bank's first opening balance is not missing, though its date is that of our entries."""
    moved(service, 500_000)
    desk.move_to(WEDNESDAY)
    late = moved(service, 70_000)
    one = a_statement(a_line(70_000, late[0], on=WEDNESDAY), opening=500_000, on=WEDNESDAY)
    desk.take_in(form([replace(one, opening_on=WEDNESDAY - timedelta(days=2))]))
    desk.move_to(WEDNESDAY + timedelta(days=7))
    (run,) = desk.take_in(
        form([a_statement(sequence=2, opening=570_000, on=WEDNESDAY + timedelta(days=7))])
    ).runs
    assert (run.opened, run.expected, desk.breaks()["number"]) == (0, 0, 0)
    assert desk.account()["before"] == 0


def test_an_opening_of_the_morning_tells_of_its_day(desk: Desk, service: Service) -> None:
    """Where a line was booked on the opening's day, what is not there is missing."""
    first = moved(service, 500_000, 600_000)
    desk.move_to(WEDNESDAY)
    one = a_statement(a_line(500_000, first[0]), on=WEDNESDAY)
    desk.take_in(simulated.camt([replace(one, opening_on=MONDAY)]))
    desk.move_to(WEDNESDAY + timedelta(days=1))
    desk.told(sequence=2, opening=500_000, on=WEDNESDAY + timedelta(days=1))
    assert [(one["kind"], one["amount"]) for one in desk.breaks()["items"]] == [("missing", -600_000)]
