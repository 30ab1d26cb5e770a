"""Money from outside: proposed by one, approved by another, and then recorded as it was approved."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import exc

from atm_service.control.instructions import service as instructions
from atm_service.control.instructions.domain import (
    Instruction,
    InstructionDecision,
    InstructionKind,
    InstructionStatus,
    Wanted,
)
from atm_service.control.instructions.errors import (
    AgainNotConfirmed,
    InstructionDecided,
    InstructionLapsed,
    InstructionNeeded,
    OwnInstruction,
)
from atm_service.platform import standing
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.paging import FIRST_ID
from atm_service.platform.refusals import NotFound, Unauthenticated
from atm_service.registers.credits import payers
from atm_service.registers.credits.domain import LINES_MAX
from atm_service.registers.offices import service as offices
from atm_service.registers.staff.errors import DeciderTied
from atm_service.registers.units import store as units
from tests.atm_service.control.audit.days import broken_now, missed
from tests.atm_service.control.instructions.colleague import (
    PATH,
    agreed,
    approve,
    colleague,
    credit_by_two,
)
from tests.atm_service.control.instructions.plants import PLANTS
from tests.atm_service.registers.credits.school import SCHOOL, credited, fund, settle
from tests.atm_service.registers.credits.test_routes import body, line
from tests.atm_service.world import OFFICE, START, Person, Service
from tests.contract.documented import slug_of
from tests.database import Database

PAID_IN = instructions.funding(SCHOOL, 5_000_000, "FT1", "970436")
LAPSES = START + timedelta(hours=24)
YES = InstructionDecision(approved=True, reason="đã đối chiếu", by=uuid4(), at=START)
NO = replace(YES, approved=False)


@pytest.fixture
def operator(service: Service) -> Person:
    return service.staff("operator")


@pytest.fixture
def first(service: Service) -> Caller:
    """Give the one who proposes, with a payer that is open."""
    with service.context.transaction() as session:
        payers.open_payer(session, SCHOOL, "Trường THCS Số 12", service.now)
    return colleague(service)


def instruction(**facts: Any) -> Instruction:
    """Build one that lapses a day after the start."""
    given = {"id": uuid4(), "kind": InstructionKind.FUNDING, "digest": bytes(32), "amount": 1, "office": None}
    given |= {"facts": {}, "proposed_by": uuid4(), "proposed_at": START, "expires_at": LAPSES}
    return Instruction(**given | facts)


def propose(service: Service, by: Caller, wanted: Wanted = PAID_IN) -> Instruction:
    with service.context.transaction() as session:
        return instructions.propose(session, service.context.policy, by, wanted, service.now)


def record(service: Service, by: Caller, wanted: Wanted = PAID_IN) -> None:
    """Record a payer's money as the command line does after the approval."""
    payer, reference, bank = (wanted.content[name] for name in ("payer", "reference", "bank"))

    with service.context.transaction() as session:
        standing.keep(session, by)

        def leave(id: UUID) -> Instruction:
            return instructions.carry_out(session, by, wanted, id, service.now)

        payers.fund(session, payer, wanted.amount, reference, bank, service.now, by, leave=leave)


def funded(service: Service) -> int:
    with service.context.transaction() as session:
        return next(one.available for one in payers.every(session) if one.code == SCHOOL)


def test_the_status_follows_from_the_facts() -> None:
    """Waiting and approved lapse at the moment of the policy; refused and done stay what they are."""
    early, late = LAPSES - timedelta(microseconds=1), LAPSES
    for facts, before, after in (
        ({}, InstructionStatus.WAITING, InstructionStatus.LAPSED),
        ({"decision": YES}, InstructionStatus.APPROVED, InstructionStatus.LAPSED),
        ({"decision": NO}, InstructionStatus.REFUSED, InstructionStatus.REFUSED),
        ({"decision": YES, "used_for": uuid4()}, InstructionStatus.DONE, InstructionStatus.DONE),
    ):
        one = instruction(**facts)
        assert (one.status(early), one.status(late)) == (before, after)


def test_who_may_not_decide_is_told_why() -> None:
    """Decided before, lapsed, the own one, a tied one, repeated lines that were not confirmed: in this order."""
    one, now = instruction(facts={"again": 3}), START
    for which, by, tied, at, refusal in (
        (replace(one, decision=YES), one.proposed_by, True, LAPSES, InstructionDecided),
        (one, one.proposed_by, True, LAPSES, InstructionLapsed),
        (one, one.proposed_by, True, now, OwnInstruction),
        (one, uuid4(), True, now, DeciderTied),
        (one, uuid4(), False, now, AgainNotConfirmed),
    ):
        with pytest.raises(refusal):
            which.decide(by, 2, at, approved=True, reason="đã đối chiếu", tied=tied)
    assert one.decide(uuid4(), 3, now, approved=True, reason="đã đối chiếu").approved
    assert not one.decide(uuid4(), 0, now, approved=False, reason="không rõ", tied=True).approved


@pytest.mark.parametrize(
    "other",
    [
        instructions.funding(SCHOOL, 5_000_001, "FT1", "970436"),
        instructions.funding("clinic", 5_000_000, "FT1", "970436"),
        instructions.funding(SCHOOL, 5_000_000, "FT2", "970436"),
        instructions.funding(SCHOOL, 5_000_000, "FT1", None),
        instructions.cash(OFFICE, 1, 5_000_000, "FT1"),
    ],
)
def test_a_digest_is_of_everything(other: Wanted) -> None:
    """Another amount, payer, transfer, bank or kind is another thing."""
    assert other.digest != PAID_IN.digest


def test_nothing_is_recorded_before_the_second_persons_word(service: Service, first: Caller) -> None:
    """Not unproposed, not waiting, not refused, not lapsed; approved it is recorded once."""
    with pytest.raises(InstructionNeeded):
        record(service, first)
    one = propose(service, first)
    assert propose(service, first).id == one.id
    with pytest.raises(InstructionNeeded):
        record(service, first)
    approve(service, one.id)
    other = instructions.funding(SCHOOL, 6_000_000, "FT1", "970436")
    with pytest.raises(InstructionNeeded):
        record(service, first, other)
    assert funded(service) == 0
    record(service, first)
    with pytest.raises(InstructionNeeded):
        record(service, first)
    assert (funded(service), propose(service, first).status(service.now)) == (
        5_000_000,
        InstructionStatus.DONE,
    )
    assert broken_now(service) == {}


def test_a_refusal_holds_and_a_lapsed_one_is_asked_for_anew(service: Service, first: Caller) -> None:
    """The same is not asked for again before the policy's hours are over; nor recorded after them."""
    one, second = propose(service, first), colleague(service)
    with service.context.transaction() as session:
        facts = (service.context.policy, second, one.id, 0, service.now)
        instructions.decide(session, *facts, approved=False, reason="không có giấy báo")
    assert propose(service, first).status(service.now) is InstructionStatus.REFUSED
    service.clock.advance(hours=24)
    anew = propose(service, first)
    assert anew.id != one.id
    approve(service, anew.id)
    service.clock.advance(hours=24)
    with pytest.raises(InstructionNeeded):
        record(service, first)
    assert funded(service) == 0


def test_the_database_refuses_one_person_for_both(
    service: Service, first: Caller, database: Database
) -> None:
    """Whatever the program believes: the own one, in another's name, too late, and a use without an approval."""
    one = propose(service, first)
    insert = (
        "INSERT INTO service.instruction_decision"
        " (instruction_id, proposed_by, approved, reason, decided_by, decided_at)"
        " VALUES (%s, %s, %s, 'đã xem', %s, %s)"
    )
    use = "INSERT INTO service.instruction_use VALUES (%s, %s, %s)"
    other = colleague(service).subject
    for statement, values in (
        (insert, (one.id, first.subject, True, first.subject, service.now)),
        (insert, (one.id, other, True, first.subject, service.now)),
        (insert, (one.id, first.subject, True, other, one.expires_at)),
        (use, (one.id, uuid4(), service.now)),
    ):
        with pytest.raises(exc.IntegrityError), database.app.begin() as session:
            session.exec_driver_sql(statement, values)


def test_whom_it_concerns(service: Service, first: Caller) -> None:
    """A payer's money: operators and supervisors of the province. Cash: the office's supervisors, too; nobody else."""
    service.clerk(cash=0, shift=False)
    money = propose(service, first)
    cash = propose(service, first, instructions.cash(OFFICE, 1, 5_000_000, "PC1"))
    here, there = (of_area(service, area) for area in ("178", "183"))
    for caller, sees in (
        (colleague(service), {money.id, cash.id}),
        (colleague(service, "supervisor"), {money.id, cash.id}),
        (here, {cash.id}),
        (there, set()),
    ):
        with service.context.transaction() as session:
            listed = instructions.listed(session, caller, FIRST_ID, 10, service.now, every=False)
            assert {one.instruction.id for one in listed} == sees
        for id in {money.id, cash.id} - sees:
            with pytest.raises(NotFound):
                approve(service, id, by=caller)
    approve(service, cash.id, by=here)


def of_area(service: Service, area: str) -> Caller:
    caller = colleague(service, "supervisor")
    with service.context.transaction() as session:
        assert units.has_area(session, area, service.now.date())
        change = "UPDATE service.staff SET area = %s WHERE id = %s"
        session.exec_driver_sql(change, (area, caller.subject))
    return caller


def test_rights_that_end_meanwhile(service: Service, first: Caller) -> None:
    """Whoever was switched off after the door proposes, decides and records nothing."""
    one, stale = propose(service, first), replace(colleague(service), generation=0)
    with pytest.raises(Unauthenticated), service.context.transaction() as session:
        instructions.propose(session, service.context.policy, stale, PAID_IN, service.now)
    with pytest.raises(Unauthenticated):
        approve(service, one.id, by=stale)
    approve(service, one.id)
    with pytest.raises(Unauthenticated):
        record(service, stale)
    assert funded(service) == 0


def test_credits_over_http_wait_for_a_colleague(service: Service, operator: Person) -> None:
    """Not proposed, waiting, other lines: each refused with where it stands; then credited once."""
    fund(service.context, 100_000)
    (anna, _), (binh, _) = settle(service.context, 2)
    salary = body(line("L1", anna))
    alone = operator.post("/operator/v1/credits", salary)
    assert (slug_of(alone), alone.json()["stands"]) == ("instruction-needed", "not-proposed")
    shown = operator.post(PATH, salary).json()
    assert (shown["status"], shown["amount"], shown["kind"]) == ("waiting", 1_000, "credits")
    waiting = operator.post("/operator/v1/credits", salary)
    assert (waiting.json()["stands"], waiting.json()["instruction_id"]) == ("waiting", shown["id"])
    with pytest.raises(OwnInstruction):
        approve(service, UUID(shown["id"]), by=Caller(operator.id, "staff", "operator", None))
    approve(service, UUID(shown["id"]))
    for other in (
        body(line("L1", anna, 1_001)),
        body(line("L1", binh)),
        body(line("L1", anna), line("L2", binh)),
    ):
        assert slug_of(operator.post("/operator/v1/credits", other)) == "instruction-needed"
    assert credited(service.context) == {}
    assert operator.post("/operator/v1/credits", salary).status_code == 201
    assert operator.post("/operator/v1/credits", salary).json()["credited_total"] == 1_000
    assert set(broken_now(service)) == {"money-from-outside-by-two"}  # the payer's money is the test's own


def test_what_was_credited_since_the_approval_is_confirmed_anew(service: Service, operator: Person) -> None:
    """A yes to a batch without repeated lines is none to the same with some."""
    fund(service.context, 100_000)
    ((anna, _),) = settle(service.context, 1)
    second = body(line("L1", anna)) | {"batch": "second"}
    agreed(service, operator, second)
    assert credit_by_two(service, operator, body(line("L1", anna))).status_code == 201
    assert slug_of(operator.post("/operator/v1/credits", second)) == "credited-lately"
    assert slug_of(operator.post("/operator/v1/credits", second | {"again": 1})) == "instruction-needed"


def test_every_plant_is_found(service: Service, first: Caller, operator: Person, database: Database) -> None:
    """One of each kind is in order; whatever is changed behind the service's back is named."""
    service.clerk(cash=0, shift=False)
    ((anna, _),) = settle(service.context, 1)
    approve(service, propose(service, first).id)
    record(service, first)
    brought = instructions.cash(OFFICE, 1, 5_000_000, "PC1")
    approve(service, propose(service, first, brought).id)
    with service.context.transaction() as session:
        standing.keep(session, first)

        def leave(id: UUID) -> Instruction:
            return instructions.carry_out(session, first, brought, id, service.now)

        assert offices.bring_cash(session, OFFICE, 1, 5_000_000, uuid4(), service.now, leave)
    assert credit_by_two(service, operator, body(line("L1", anna))).status_code == 201
    assert "money-from-outside-by-two" not in broken_now(service)
    assert missed(database, service, PLANTS) == []


def test_the_list_has_pages(service: Service, first: Caller, operator: Person) -> None:
    """Newest first, each once, to the end."""
    made = [propose(service, first, replace(PAID_IN, amount=n * 1_000_000)).id for n in range(1, 6)]
    found: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = operator.get("/staff/v1/instructions", **query).json()
        assert len(page["items"]) <= 2
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == [str(id) for id in sorted(made, reverse=True)]


def test_no_batch_has_so_many_lines(service: Service, first: Caller, operator: Person) -> None:
    """What a second person confirms is bounded by what one batch may have."""
    path = f"/staff/v1/instructions/{propose(service, first).id}/decision"
    decision = {"decision": "approve", "reason": "đã gọi nhà trường"}
    assert slug_of(operator.post(path, decision | {"again": LINES_MAX + 1})) == "malformed-request"
    assert slug_of(operator.post(path, decision | {"again": LINES_MAX})) == "again-not-confirmed"
