"""Breaks as work: who may, claimed, noted, resolved by one or by two, once; and what of it nobody can fake."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import exc

from atm_service.control.statements import service as statements
from atm_service.control.statements import working
from atm_service.platform.refusals import Unauthenticated
from atm_service.registers.credits import payers
from tests.atm_service.control.audit.days import broken_now, missed
from tests.atm_service.control.statements.banks import (
    NUMBER,
    WEDNESDAY,
    Desk,
    a_line,
    entry_of,
    moved,
    resolve,
)
from tests.atm_service.control.statements.plants import PLANTS
from tests.atm_service.registers.credits.school import SCHOOL
from tests.atm_service.world import Person, Service
from tests.contract.documented import slug_of
from tests.database import Database

NOTE = {"words": "ngân hàng hẹn trả lời"}


@pytest.fixture
def desk(service: Service) -> Desk:
    """Give a desk with a charge, and a line that explains half of it."""
    desk = Desk(service)
    desk.told(a_line(-11_000, text="PHI"), a_line(11_000, text="HOAN PHI"), a_line(-22_000, text="PHI 2"))
    return desk


@pytest.fixture
def ids(desk: Desk) -> dict[int, str]:
    """Give the open breaks' ids by amount."""
    return {one["amount"]: one["id"] for one in desk.breaks()["items"]}


def claim(person: Person, id: str) -> Any:
    return person.post(f"/staff/v1/breaks/{id}/claim")


def note(person: Person, id: str) -> Any:
    return person.post(f"/staff/v1/breaks/{id}/notes", NOTE)


def test_all_is_read_by_the_desk_alone(desk: Desk, ids: dict[int, str], service: Service) -> None:
    """Auditors, operators, supervisors of the province; one of an area and a clerk are refused."""
    statement = service.staff("auditor").get("/audit/v1/statements").json()["items"][0]["id"]
    paths = [
        "settlement-accounts", "statements", f"statements/{statement}", f"statements/{statement}/lines", "match-runs",
        "breaks", f"breaks/{ids[11_000]}",
    ]  # fmt: skip
    of_area = service.staff("supervisor")
    with service.context.transaction() as session:
        session.exec_driver_sql(
            f"UPDATE service.staff SET area = '178' WHERE id = '{of_area.id}'"
        )  # lock: test
    people = {role: service.staff(role) for role in ("auditor", "operator", "supervisor")}
    people["clerk"] = service.clerk(shift=False)
    for path in paths:
        seen = {role: one.get(f"/audit/v1/{path}").status_code for role, one in people.items()}
        assert seen == {"auditor": 200, "operator": 200, "supervisor": 200, "clerk": 403}
        assert of_area.get(f"/audit/v1/{path}").status_code == 403


def test_an_auditor_changes_nothing(ids: dict[int, str], service: Service) -> None:
    """Whoever checks the books does not write in them."""
    auditor = service.staff("auditor")
    for answer in (claim(auditor, ids[11_000]), note(auditor, ids[11_000]), resolve(auditor, ids[11_000])):
        assert slug_of(answer) == "forbidden"


def test_a_break_is_claimed_noted_and_taken_over(ids: dict[int, str], service: Service) -> None:
    """Only its owner resolves it; a colleague takes it over first, and all of it stays."""
    first, second = service.staff("supervisor"), service.staff("operator")
    assert claim(first, ids[11_000]).json()["owner"] == claim(first, ids[11_000]).json()["owner"]
    assert note(second, ids[11_000]).status_code == 201
    assert slug_of(resolve(second, ids[11_000], ids[-11_000])) == "break-taken"
    whole = claim(second, ids[11_000]).json()
    assert [step["kind"] for step in whole["steps"]] == ["claimed", "noted", "claimed"]
    assert slug_of(resolve(first, ids[11_000], ids[-11_000])) == "break-taken"
    assert resolve(second, ids[11_000], ids[-11_000]).json() == {"outcome": "resolved"}
    for answer in (claim(first, ids[11_000]), note(first, ids[11_000]), resolve(first, ids[11_000])):
        assert slug_of(answer) == "break-ended"
    whole = second.get(f"/audit/v1/breaks/{ids[11_000]}").json()
    assert (whole["end"]["rule"], whole["end"]["by"], whole["opposite"]) == ("by-hand", whole["owner"], [])


def test_what_does_not_belong_together_is_refused(ids: dict[int, str], desk: Desk, service: Service) -> None:
    """Of two banks, or of several kinds when a correction would be needed; and what is not there."""
    desk.open_account("970405", "222222")
    desk.told(a_line(22_000, text="X"), account="222222")
    payments = moved(service, 500_000)
    desk.told(a_line(400_000, payments[0]), sequence=2, opening=-22_000)
    by_amount = {one["amount"]: one["id"] for one in desk.breaks()["items"]}
    supervisor = service.staff("supervisor")
    assert slug_of(resolve(supervisor, ids[-22_000], by_amount[22_000])) == "breaks-apart"
    assert slug_of(resolve(supervisor, ids[-22_000], by_amount[-100_000])) == "breaks-apart"
    assert slug_of(resolve(supervisor, str(entry_of(service, payments[0])))) == "not-found"


def test_whoever_was_switched_off_works_on_nothing(ids: dict[int, str], desk: Desk, service: Service) -> None:
    """The rights are held in the transaction: to match by hand, to propose, to claim, to note."""
    late = replace(desk.operator, generation=desk.operator.generation + 1)
    one, other = UUID(ids[11_000]), UUID(ids[-11_000])
    for wish in ((one, other), (one,)):
        with service.context.transaction() as session, pytest.raises(Unauthenticated):
            working.resolve(session, service.context, late, wish, "đã gọi ngân hàng", service.now)
    with service.context.transaction() as session, pytest.raises(Unauthenticated):
        working.claim(session, late, one, service.now)
    with service.context.transaction() as session, pytest.raises(Unauthenticated):
        working.note(session, late, one, "hẹn trả lời", service.now)


def test_two_who_resolve_one_break_at_once(ids: dict[int, str], service: Service) -> None:
    """One has resolved it, the other is told that it has its end."""
    people = [service.staff("supervisor") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda one: resolve(one, ids[11_000], ids[-11_000]), people))
    assert sorted(one.status_code for one in done) == [200, 409, 409, 409]
    assert broken_now(service) == {}


def test_what_no_posting_moves_is_no_correction(desk: Desk, service: Service) -> None:
    """Breaks at the bounds of an amount go one by one: together they would be approved and never posted."""
    desk.open_account("970405", "222222")
    edge = 10**15
    desk.told(a_line(edge, text="A"), a_line(edge, text="B"), opening=-edge, account="222222")
    first = service.staff("supervisor")
    edges = [one["id"] for one in desk.breaks(bank="970405")["items"]]
    assert slug_of(resolve(first, *edges)) == "breaks-apart"
    for one in edges:
        assert resolve(first, one).json() == {"outcome": "waiting"}
        desk.approve(first, [one])
        assert resolve(first, one).json() == {"outcome": "resolved"}
    assert broken_now(service) == {}


def test_a_correction_of_what_has_ended_meanwhile_posts_nothing(desk: Desk, service: Service) -> None:
    """The bank takes its charge back while a colleague approves; the proposer's last press moves nothing."""
    desk.told(a_line(-44_000, "FEE44", text="PHI"), sequence=2, opening=-22_000)
    first = service.staff("supervisor")
    (charge,) = [one["id"] for one in desk.breaks()["items"] if one["amount"] == -44_000]
    resolve(first, charge)
    desk.approve(first, [charge])
    desk.told(a_line(44_000, "FEE44", text="HOAN", reversal=True), sequence=3, opening=-66_000)
    assert slug_of(resolve(first, charge)) == "break-ended"
    assert first.get(f"/audit/v1/breaks/{charge}").json()["end"]["rule"] == "void"
    assert desk.account()["balance"] == 0
    assert broken_now(service) == {}


def test_one_correction_is_posted_once(ids: dict[int, str], desk: Desk, service: Service) -> None:
    """However many ask for what was approved at once."""
    first = service.staff("supervisor")
    resolve(first, ids[-22_000])
    desk.approve(first, [ids[-22_000]])
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: resolve(first, ids[-22_000]), range(4)))
    assert sorted(one.status_code for one in done) == [200, 409, 409, 409]
    assert desk.account()["balance"] == -22_000
    assert broken_now(service) == {}


def test_a_refused_correction_stays_refused(ids: dict[int, str], desk: Desk, service: Service) -> None:
    """Nobody approves the own one; a no is told, and the break stays open."""
    first, second = service.staff("supervisor"), service.staff("supervisor")
    resolve(first, ids[-22_000])
    (proposal,) = first.get(f"/audit/v1/breaks/{ids[-22_000]}").json()["proposals"]
    path = f"/staff/v1/instructions/{proposal['id']}/decision"
    assert slug_of(first.post(path, {"decision": "approve", "reason": "đúng rồi"})) == "own-instruction"
    assert second.post(path, {"decision": "refuse", "reason": "hỏi lại đã"}).status_code == 200
    assert resolve(first, ids[-22_000]).json() == {"outcome": "refused"}
    assert desk.breaks()["number"] == 3


def test_a_run_again_changes_nothing_of_a_persons(ids: dict[int, str], desk: Desk, service: Service) -> None:
    """Once more without news it finds nothing; matched by hand stays matched, noted stays noted."""
    supervisor = service.staff("supervisor")
    resolve(supervisor, ids[11_000], ids[-11_000])
    note(supervisor, ids[-22_000])
    (run,) = statements.run_all(service.context, desk.operator, service.now)
    assert (run.matched, run.opened, run.ended) == (0, 0, 0)
    assert [one["id"] for one in desk.breaks()["items"]] == [ids[-22_000]]
    runs = supervisor.get("/audit/v1/match-runs").json()["items"]
    assert [(one["opened"], one["version"]) for one in runs] == [(0, 1), (3, 1)]


def test_filters_and_totals_tie(desk: Desk, service: Service) -> None:
    """Totals are of all that passes, on every page; each filter narrows both."""
    moved(service, 500_000)
    service.clock.advance(days=1)
    found = desk.breaks(limit=2)
    assert (len(found["items"]), found["number"], found["total"]) == (2, 3, -22_000)
    rest = desk.breaks(limit=2, cursor=found["next_cursor"])
    assert (len(rest["items"]), rest["totals"]) == (1, found["totals"])
    assert sum(one["amount"] for one in [*found["items"], *rest["items"]]) == found["total"]
    for query in (
        {"bank": "970405"},
        {"kind": "missing"},
        {"age": "2-5"},
        {"owner": "nobody"},
        {"ended": True},
    ):
        assert desk.breaks(**query)["number"] == 0
    assert desk.breaks(bank="970436", kind="unexpected", age="0-1")["number"] == 3


def test_a_payers_money_is_matched_by_the_transfers_number(desk: Desk, service: Service) -> None:
    """The number under which an operator recorded it is the bank's reference."""
    with service.context.transaction() as session:
        payers.open_payer(session, SCHOOL, "Trường THCS Số 12", service.now)
        payers.fund(session, SCHOOL, 5_000_000, "FT26320777", "970436", service.now)
    (run,) = desk.told(a_line(5_000_000, "FT26320777"), sequence=2, opening=-22_000).runs
    assert (run.matched, run.opened) == (1, 0)


def test_what_is_faked_is_named(
    ids: dict[int, str], desk: Desk, service: Service, database: Database
) -> None:
    """By whoever owns the database: the control that looks finds it."""
    payments = moved(service, 500_000, 300_000, -300_000)
    desk.told(a_line(500_000, payments[0]), a_line(-33_000, text="PHI 3"), sequence=2, opening=-22_000)
    desk.move_to(WEDNESDAY)
    desk.told(sequence=3, opening=445_000, on=WEDNESDAY)
    missing = [one["id"] for one in desk.breaks(kind="missing")["items"]]
    assert resolve(service.staff("supervisor"), *missing).json() == {"outcome": "resolved"}
    (charge,) = [one["id"] for one in desk.breaks()["items"] if one["amount"] == -33_000]
    first = service.staff("supervisor")
    resolve(first, charge)
    desk.approve(first, [charge])
    resolve(first, charge)
    assert broken_now(service) == {}
    assert missed(database, service, PLANTS) == []


UNEVEN = """
    INSERT INTO service.match_line SELECT id, '{0}' FROM service.statement_line WHERE amount = {1};
    INSERT INTO service.bank_match (id, account, rule, made_by, words, made_at)
    SELECT '{0}', number, 'by-hand', opened_by, 'bằng tay', now() FROM service.settlement_account;
"""
MADE = "00000000-0000-0000-0000-000000000009"


def test_the_database_adds_matches_up(desk: Desk, database: Database) -> None:
    """What does not come to the same, gets a part later, or has no match at all, is refused to everybody."""
    part, _, _ = UNEVEN.format(MADE, -22_000).partition(";")
    even = UNEVEN.format(MADE, "ANY ('{11000, -11000}')")
    for deed, guard in (
        (UNEVEN.format(MADE, -22_000), "does not come to nothing"),
        (UNEVEN.format(MADE, "ANY ('{11000, -22000}')"), "does not come to nothing"),
        (even + part, "gets nothing more"),
        (f"{part}; SET CONSTRAINTS ALL IMMEDIATE", "match_id_fkey"),
    ):
        with database.app.connect() as session, pytest.raises(exc.DBAPIError, match=guard):
            session.exec_driver_sql(deed)


def test_an_account_ties_whatever_happens(desk: Desk, service: Service) -> None:
    """Expected, missing and explained money stand between bank and books, and nothing else does."""
    moved(service, 500_000, -300_000)
    found = desk.account()
    assert (found["closing"], found["balance"], found["expected_total"]) == (-22_000, 200_000, 200_000)
    desk.move_to(WEDNESDAY + timedelta(days=1))
    desk.told(sequence=2, opening=-22_000, on=WEDNESDAY)
    found = desk.account()
    assert (found["expected_total"], found["breaks_total"], found["before"]) == (0, -222_000, 0)
    assert (found["account"], found["through"]) == (NUMBER, WEDNESDAY.isoformat())
