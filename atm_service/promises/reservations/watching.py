"""Find reservations that no longer stand, and tell their customers before they set out. For housekeeping."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import trail
from atm_service.platform.context import Context
from atm_service.platform.policy import Policy
from atm_service.platform.trail import Deed
from atm_service.promises.availability import store as availability
from atm_service.promises.availability.domain import Facts, Why
from atm_service.promises.availability.store import Known
from atm_service.promises.notices import store as notices
from atm_service.promises.notices.store import Notice, NoticeKind
from atm_service.promises.reservations import domain, service, store
from atm_service.registers.headroom import store as headroom
from atm_service.registers.headroom.store import Part
from atm_service.registers.units import store as units
from atm_service.registers.units.store import Place
from atm_service.registers.withdrawals import store as withdrawals
from atm_service.registers.withdrawals.domain import Withdrawal

AT_ONCE: Final = 200
NEAR_MAX: Final = 1_000


def miss(context: Context, now: datetime) -> int:
    """Let reservations go whose day has passed; their codes live on. Give how many."""
    with context.transaction() as session:
        ids = store.past(session, now, AT_ONCE)
        if not ids:
            return 0
        before = [found.withdrawal for found in withdrawals.find_each(session, ids).values()]
        after = [one.miss(ledger.business_date(now)) for one in before]
        offices = sorted({_office(one) for one in before})
        known = availability.of_each(session, offices, _day(before[0]))
        places = units.places(session, offices, ledger.business_date(now))
        withdrawals.save(session, after)
        told = [
            _told(one, _place(known[_office(one)], places, _day(one)), NoticeKind.MISSED, {}) for one in after
        ]
        notices.insert_each(session, told, now)
        _record(session, "miss-reservation", after, now)
    return len(after)


def break_what_does_not_stand(context: Context, now: datetime) -> int:
    """Break the reservations that their offices cannot keep, and tell each customer. Give how many."""
    today = ledger.business_date(now)
    with context.transaction() as session:
        offices = store.offices(session)
        known = availability.of_each(session, offices, today) if offices else {}
    in_doubt = [code for code, one in known.items() if domain.doubtful(one.facts, now, context.policy)]
    return sum(_break(context, office, now) for office in sorted(in_doubt))


def _break(context: Context, office: str, now: datetime) -> int:
    today, policy = ledger.business_date(now), context.policy
    with context.transaction() as session:
        standing = store.coming(session, office, now, AT_ONCE)
        held = withdrawals.find_each(session, [one.id for one in standing])
        headroom.lock_spans(session, [Part(office, one.day, one.amount) for one in standing], today)
        here = availability.of_each(session, [office], today)[office]
        found = domain.broken(here.facts, standing, now, policy)
        if not found:
            return 0
        before = [one.withdrawal for id, one in held.items() if id in found]
        after = [one.break_reservation(now, policy.withdrawal) for one in before]
        withdrawals.save(session, after)
        store.bind(session, after)
        service.give_back(session, before, now)
        _tell(session, policy, here, after, found, now)
        _record(session, "break-reservation", after, now)
    return len(found)


def _tell(
    session: Connection,
    policy: Policy,
    here: Known,
    broken: Sequence[Withdrawal],
    why: Mapping[UUID, Why],
    now: datetime,
) -> None:
    """Write a notice for each, and propose the nearest office that can pay; no office is proposed beyond its cash."""
    today = ledger.business_date(now)
    places = units.places(session, None, today)
    wanted = {"unit": places[here.code].unit_code, "area": None, "words": None}
    near = availability.listed(session, today, (-1, ""), wanted, NEAR_MAX)
    left = {one.code: one.facts for one in near if one.code != here.code}
    told = []
    for one in broken:
        found = _proposed(near, left, one, now, policy)
        more = {"why": why[one.id], "proposed": found and _place(found[0], places, found[1])}
        told.append(_told(one, _place(here, places, _day(one)), NoticeKind.BROKEN, more))
    notices.insert_each(session, told, now)


def _proposed(
    near: Sequence[Known], left: dict[str, Facts], one: Withdrawal, now: datetime, policy: Policy
) -> tuple[Known, date] | None:
    """Find the nearest office that can pay on the day, else on the day after."""
    for day in (_day(one), _day(one) + timedelta(days=1)):
        for known in near:
            facts = left.get(known.code)
            if facts is not None and domain.can_take(facts, one.amount, day, now, policy):
                left[known.code] = domain.promised(facts, one.amount, day)
                return known, day
    return None


def _told(one: Withdrawal, place: dict[str, Any], kind: NoticeKind, more: dict[str, Any]) -> Notice:
    facts = {"amount": one.amount, "place": place, "expires_at": one.expires_at, **more}
    return Notice(one.customer_id, one.id, kind, facts)


def _place(at: Known, places: Mapping[str, Place], day: date) -> dict[str, Any]:
    stands = places[at.code]
    return {"office": at.code, "name": at.name, "unit": stands.unit, "area": stands.area, "day": day}


def _record(session: Connection, action: str, about: Sequence[Withdrawal], now: datetime) -> None:
    deeds = [Deed(action, one.id, None, {"office": _office(one), "day": str(_day(one))}) for one in about]
    trail.record_each(session, now, deeds)


def _office(one: Withdrawal) -> str:
    assert one.office is not None
    return one.office


def _day(one: Withdrawal) -> date:
    assert one.day is not None
    return one.day
