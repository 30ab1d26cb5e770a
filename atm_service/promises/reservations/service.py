"""Reserve and give back, inside a transaction of withdrawals. Locks: docs/locking.md."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

import ledger
from atm_service.platform.policy import Policy
from atm_service.platform.refusals import Refusal
from atm_service.promises.availability import store as availability
from atm_service.promises.availability.domain import Facts
from atm_service.promises.reservations import domain
from atm_service.registers.headroom import store as headroom
from atm_service.registers.headroom.store import Part
from atm_service.registers.offices import errors as office_errors
from atm_service.registers.withdrawals.domain import Withdrawal


def promise_each(
    session: Connection, policy: Policy, wanted: Sequence[Withdrawal], now: datetime
) -> list[Refusal | None]:
    """Find out, for each in order, whether its office can promise it for its day, beside those before it.

    Nobody else reserves there until the transaction ends; `count` those that go through.
    """
    today = ledger.business_date(now)
    parts = [part(one) for one in wanted]
    headroom.lock_spans(session, parts, today)
    known = availability.of_each(session, sorted({one.office for one in parts}), today)
    facts = {code: one.facts for code, one in known.items()}
    return [_promised(facts, one, now, policy) for one in parts]


def _promised(facts: dict[str, Facts], wanted: Part, now: datetime, policy: Policy) -> Refusal | None:
    if wanted.office not in facts:
        return office_errors.OfficeUnknown()
    try:
        after = domain.promise(facts[wanted.office], wanted.office, wanted.amount, wanted.day, now, policy)
    except Refusal as refusal:
        return refusal
    facts[wanted.office] = after
    return None


def first_day(session: Connection, office: str, now: datetime) -> date:
    """Give the day on which an office is open next. Raises `OfficeUnknown`."""
    known = availability.of_each(session, [office], ledger.business_date(now))
    if office not in known:
        raise office_errors.OfficeUnknown
    return domain.first_day(known[office].facts, now)


def count(session: Connection, reserved: Sequence[Withdrawal], now: datetime) -> None:
    """Count reservations that were promised."""
    if reserved:
        headroom.reserve(session, [part(one) for one in reserved], ledger.business_date(now))


def give_back(session: Connection, before: Sequence[Withdrawal], now: datetime) -> None:
    """Give back what withdrawals had reserved; those without a standing reservation had nothing."""
    lock(session, before, now)
    give_back_locked(session, before, now)


def lock(session: Connection, before: Sequence[Withdrawal], now: datetime) -> None:
    """Keep others from the days for which withdrawals have something reserved, so that it may be given back late."""
    if coming := _coming(before, now):
        headroom.lock_spans(session, coming, ledger.business_date(now))


def give_back_locked(session: Connection, before: Sequence[Withdrawal], now: datetime) -> None:
    """Give back what withdrawals had reserved, on days that this transaction has locked."""
    if coming := _coming(before, now):
        headroom.reserve(session, coming, ledger.business_date(now))


def _coming(before: Sequence[Withdrawal], now: datetime) -> list[Part]:
    today = ledger.business_date(now)
    parts = [_minus(part(one)) for one in before if one.day is not None and one.is_reserved_on(one.day)]
    return [one for one in parts if one.day >= today]


def part(withdrawal: Withdrawal) -> Part:
    """Give what an appointment reserves."""
    assert withdrawal.office is not None
    assert withdrawal.day is not None
    return Part(withdrawal.office, withdrawal.day, withdrawal.amount)


def _minus(one: Part) -> Part:
    return Part(one.office, one.day, -one.amount)
