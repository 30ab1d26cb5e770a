"""What clerks do from opening to close: count, take deposits, pay in batches; the notes in the drawers follow."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from atm_service.desk.proposals import service as proposals
from atm_service.desk.proposals.domain import Proposal
from atm_service.desk.proposals.schemas import ConfirmedByCard, DepositRequest, NamedByCard
from atm_service.desk.vouchers.domain import Voucher, VoucherKind
from atm_service.payout import authorising, paying, presenting
from atm_service.payout import service as withdrawals
from atm_service.payout.schemas import PaymentRequest, WithdrawalRequest
from atm_service.platform.idempotency import Answer, Key
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import Refusal
from atm_service.promises.shifts import service as shifts
from atm_service.promises.shifts.domain import Shift
from atm_service.registers.notes.domain import Notes, counts_of, minus, notes_of, plus
from atm_service.registers.offices import life
from atm_service.registers.offices.domain import State
from tests.simulation.demand import Day, Deposit
from tests.simulation.province import PIN, Customer, Place, Province
from tests.simulation.vans import ONE_NOTE

TOGETHER: Final = 100


@dataclass(frozen=True)
class Code:
    """A code in a customer's hand."""

    customer: Customer
    id: UUID
    text: str
    amount: int


def open_all(province: Province, day: Day) -> None:
    """Open a shift at each office whose clerk is there; the others are suspended for the day."""
    with province.context.transaction() as session:
        for place in province.places:
            if place.number in day.lost_overnight:
                province.happened["note lost overnight"] += 1
                place.drawer = _without(place.drawer)
            place.is_open = place.number not in day.away
            if place.is_open:
                policy, counts, now = province.context.policy, counts_of(place.drawer), province.clock.now
                opened = shifts.open_shift(session, policy, place.clerk, 1, counts, now)
                if not isinstance(opened, Shift):
                    opened = shifts.open_shift(session, policy, place.clerk, 1, counts, now)
                assert isinstance(opened, Shift)


def set_states(province: Province, day: Day) -> None:
    """Suspend the offices whose clerk is ill, and let the others pay."""
    for place in province.places:
        away = place.number in day.away
        if away == place.is_suspended:
            continue
        state = State.SUSPENDED if away else State.ACTIVE
        why = "The clerk is ill" if away else "The clerk is well again"
        with province.context.transaction() as session:
            life.change_state(session, province.boss, place.code, state, why, province.clock.now)
        place.is_suspended = away
        province.happened["clerk ill"] += away


def close_all(province: Province, day: Day) -> None:
    """Close each shift by a count of what lies in the drawer: once more where it differs, and then it stands."""
    with province.context.transaction() as session:
        for place in province.places:
            if not place.is_open:
                continue
            if place.number in day.lost_notes:
                province.happened["note lost"] += 1
                place.drawer = _without(place.drawer)
            if place.number in day.found_notes:
                province.happened["note too many"] += 1
                place.drawer = plus(place.drawer, ONE_NOTE)
            counts = counts_of(place.drawer)
            closed = shifts.close_shift(
                session, province.context.policy, place.clerk, counts, province.clock.now
            )
            if isinstance(closed, Shift) and closed.recount:
                closed = shifts.close_shift(
                    session, province.context.policy, place.clerk, counts, province.clock.now
                )
            assert isinstance(closed, Shift)
            assert closed.closed_at is not None
            place.is_open = False


def _without(drawer: Notes) -> Notes:
    after = minus(drawer, ONE_NOTE)
    return after if min(after) >= 0 else drawer


def take(province: Province, brought: Sequence[Deposit]) -> int:
    """Take deposits in at the offices that are open, each by the account holder's own card; give the sum."""
    taken = 0
    with province.context.transaction() as session:
        for one in brought:
            place, customer = province.places[one.office], province.customers[one.customer]
            if not place.is_open:
                continue
            notes = notes_of({"100000": one.amount // 100_000})
            wish = DepositRequest(to=NamedByCard(id_number=customer.id_number), counts=counts_of(notes))
            now = province.clock.now
            proposed = proposals.propose(session, province.context, place.clerk, wish, now)
            assert isinstance(proposed, Proposal)
            proof = ConfirmedByCard(by="card", id_number=customer.id_number, checked="qr")
            taken_in = proposals.confirm(
                session, province.context, place.clerk, VoucherKind.DEPOSIT, proposed.id, proof, now
            )
            assert isinstance(taken_in, Voucher)
            place.drawer = plus(place.drawer, notes)
            taken += one.amount
    return taken


def authorise(province: Province, wanted: Sequence[tuple[Customer, dict[str, Any]]]) -> list[Code | Refusal]:
    """Make codes for customers, each wanting an amount, perhaps at an office on a day."""
    results: list[Code | Refusal] = []
    for start in range(0, len(wanted), TOGETHER):
        part = wanted[start : start + TOGETHER]
        wishes = [
            authorising.Wish(one.caller, WithdrawalRequest(pin=PIN, **body), _key(province, one.caller))
            for one, body in part
        ]
        answers = _batch(authorising.authorise_each, province, wishes)
        results += [_code(one, answer) for (one, _), answer in zip(part, answers, strict=True)]
    return results


def _code(customer: Customer, answer: Any) -> Code | Refusal:
    if isinstance(answer, Refusal):
        return answer
    assert isinstance(answer, Answer)
    body = json.loads(answer.body)
    return Code(customer, UUID(body["id"]), body["code"], body["amount"])


def serve(province: Province, at: Sequence[tuple[Place, Code]]) -> list[Refusal | None]:
    """Let customers come to counters, each with a code: presented, and paid or refused; a refused one keeps its money.

    One customer of an office at a time: the first of each office together, then the second of each.
    """
    results: dict[UUID, Refusal | None] = {}
    waiting = list(at)
    while waiting:
        together = list({place.number: (place, code) for place, code in reversed(waiting)}.values())
        _serve(province, together, results)
        served = {code.id for _, code in together}
        waiting = [(place, code) for place, code in waiting if code.id not in served]
    return [results[code.id] for _, code in at]


def _serve(province: Province, at: Sequence[tuple[Place, Code]], results: dict[UUID, Refusal | None]) -> None:
    now = province.clock.tick()
    asks = [presenting.Presentation(place.clerk, code.text, now) for place, code in at]
    shown = _batch(presenting.present_each, province, asks)
    presented = []
    for (place, code), answer in zip(at, shown, strict=True):
        if isinstance(answer, Refusal):
            results[code.id] = answer
        else:
            presented.append((place, code))
    payments = [
        paying.Payment(
            place.clerk,
            code.id,
            PaymentRequest(id_number=code.customer.id_number, checked="qr"),
            _key(province, place.clerk),
        )
        for place, code in presented
    ]
    for (place, code), answer in zip(presented, _batch(paying.pay_each, province, payments), strict=True):
        if isinstance(answer, Refusal):
            results[code.id] = answer
            with province.context.transaction() as session:
                withdrawals.release(session, place.clerk, code.id, now)
        else:
            results[code.id] = None
            place.drawer = minus(place.drawer, notes_of(json.loads(answer.body)["notes"]))


def give_up(province: Province, codes: Sequence[Code]) -> None:
    """Let customers cancel codes that brought them nothing."""
    with province.context.transaction() as session:
        for code in codes:
            withdrawals.cancel(
                session, province.context, code.customer.caller, code.id, province.clock.tick()
            )


def _key(province: Province, caller: Caller) -> Key:
    name = f"key-{next(province.keys)}"
    return Key(
        str(caller.subject), name, name.encode().ljust(32), province.context.cipher, province.clock.now
    )


def _batch(use_case: Any, province: Province, asks: Sequence[Any]) -> list[Any]:
    """Do what was asked together; where asks stand in each other's way, one by one, as the service itself does."""
    if not asks:
        return []
    try:
        return list(use_case(province.context, asks))
    except (authorising._Entangled, paying._Entangled):
        return [use_case(province.context, [ask])[0] for ask in asks]
