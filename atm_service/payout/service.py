"""The use cases of a withdrawal. Those that are given a session run inside its transaction, the others in their own.

Locks: docs/locking.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.policy import Policy
from atm_service.platform.policy import Withdrawal as Rules
from atm_service.platform.refusals import NotFound, Refusal
from atm_service.platform.trail import Deed
from atm_service.promises.availability import store as availability
from atm_service.promises.availability.domain import CanPay, answer
from atm_service.promises.reservations import service as reservations
from atm_service.promises.shifts import service as shifts
from atm_service.promises.shifts.domain import Shift, Stopped
from atm_service.registers.offices.errors import OfficeSuspended
from atm_service.registers.units import store as units
from atm_service.registers.withdrawals import codes, digits, errors, store
from atm_service.registers.withdrawals.codes import Code
from atm_service.registers.withdrawals.domain import Drawer, Lifetime, Withdrawal
from ledger import Expire, Void

EXPIRE_AT_ONCE: Final = 200
NEAR_MAX: Final = 20  # of so many offices around, those that can pay are told
TOLD_MAX: Final = 3


@dataclass(frozen=True)
class Shown:
    """A withdrawal with the code and the digits that its customer may see while it is live."""

    withdrawal: Withdrawal
    code: str | None
    digits: str | None


def show(context: Context, withdrawal: Withdrawal, digits_sealed: bytes, now: datetime) -> Shown:
    """Add code and digits to a live withdrawal. The same facts under the same key make the same code.

    What is for a delegate is in two halves on two slips, and nowhere whole.
    """
    if not withdrawal.is_live or withdrawal.delegation_id is not None:
        return Shown(withdrawal, None, None)
    ten = context.cipher.decrypt(digits_sealed, digits_place(withdrawal.id)).decode()
    return Shown(withdrawal, code(context, withdrawal, now), digits.show(ten))


def cancel(session: Connection, context: Context, customer: Caller, id: UUID, now: datetime) -> Withdrawal:
    """Give a withdrawal up; its money is available again when this commits. Cancelling again is harmless."""
    found = store.find(session, id)
    if found is None or found.withdrawal.customer_id != customer.subject:
        raise NotFound
    before = found.withdrawal
    after = before.cancel(now)
    if after != before:
        store.save(session, [after])
        reservations.give_back(session, [before], now)
        ledger.must(ledger.post(session, [_giving_back(context.policy, before, "cancelled", now)], now))
        trail.record(session, now, "cancel", id, customer)
    return after


def give_up(
    session: Connection, policy: Policy, by: Caller, id: UUID, now: datetime, *, drawer: Drawer | None = None
) -> Withdrawal:
    """Give up what was made at a counter and cannot be paid any more; give how it stands now.

    With `drawer` only as far as no other drawer is paying it. What has ended stays as it ended.
    """
    found = store.find(session, id)
    if found is None:
        raise NotFound
    (stands,) = give_up_each(session, policy, by, [found.withdrawal], now, drawer=drawer)
    return stands


def give_up_each(
    session: Connection,
    policy: Policy,
    by: Caller,
    found: Sequence[Withdrawal],
    now: datetime,
    *,
    drawer: Drawer | None = None,
) -> list[Withdrawal]:
    """Give up each as `give_up` does; the caller has locked them all."""
    stands = [_given_up(one, drawer, now) for one in found]
    gone = [(before, after) for before, after in zip(found, stands, strict=True) if after != before]
    store.save(session, [after for _, after in gone])
    reservations.give_back(session, [before for before, _ in gone], now)
    ledger.must(
        ledger.post(session, [_giving_back(policy, before, "cancelled", now) for before, _ in gone], now)
    )
    trail.record_each(session, now, [Deed("cancel", after.id, by, {}) for _, after in gone])
    return stands


def _given_up(before: Withdrawal, drawer: Drawer | None, now: datetime) -> Withdrawal:
    own = before.drawer if drawer is None else drawer
    free = before if own is None else before.release(own)
    return before if not free.is_live or free.is_leased(now) else free.cancel(now)


def read(context: Context, text: str, now: datetime) -> Code | str:
    """Tell what was scanned or typed: a genuine code, or ten digits that fit together.

    Signature and check digit are looked at before any transaction.
    """
    if digits.looks_like_digits(text):
        return digits.parse(text)
    try:
        return codes.verify(text, context.keys.at(now), now)
    except errors.CodeNotGenuine:
        # Another process may have signed it with a key that this one has not read yet.
        return codes.verify(text, context.keys.newest(now), now)


def release(session: Connection, clerk: Caller, id: UUID, now: datetime) -> None:
    """Give the right to pay back, so that the code may be presented elsewhere. Harmless to repeat."""
    found = store.find(session, id)
    if found is None:
        raise NotFound
    shift = shifts.shift_of(session, clerk, *Stopped)
    after = found.withdrawal.release(Drawer(shift.office, shift.drawer))
    if after != found.withdrawal:
        store.save(session, [after])
        trail.record(session, now, "release", id, clerk)


def tell_elsewhere(
    session: Connection, policy: Policy, refused: Refusal, shift: Shift, amount: int, now: datetime
) -> None:
    """Add to the refusal of a suspended office which others can pay the amount: whoever stands there goes on to one."""
    if not isinstance(refused, OfficeSuspended):
        return
    today = ledger.business_date(now)
    unit = units.places(session, [shift.office], today)[shift.office].unit_code
    near = availability.listed(
        session, today, (-1, ""), {"unit": unit, "area": None, "words": None}, NEAR_MAX
    )
    able = [one.name for one in near if answer(one.facts, amount, policy, now).can_pay is not CanPay.NO]
    refused.members["elsewhere"] = able[:TOLD_MAX]


def expire_due(context: Context, now: datetime) -> int:
    """Let every code lapse whose time is over, and give its money back; give how many."""
    done = 0
    while not context.stopping.is_set():
        with context.transaction() as session:
            due = store.due(session, now, EXPIRE_AT_ONCE)
            if not due:
                return done
            store.save(session, [withdrawal.expire(now) for withdrawal in due])
            reservations.give_back(session, due, now)
            givings = [_giving_back(context.policy, withdrawal, "expired", now) for withdrawal in due]
            ledger.must(ledger.post(session, givings, now))
            for withdrawal in due:
                trail.record(session, now, "expire", withdrawal.id, None)
        done += len(due)
    return done


def _giving_back(policy: Policy, withdrawal: Withdrawal, why: str, now: datetime) -> Void | Expire:
    """End the hold: voided before the ledger's own deadline, expired after it."""
    end = Expire if now > hold_deadline(withdrawal, policy.withdrawal) else Void
    return end(withdrawal.id, f"withdrawal/{withdrawal.id}/{why}")


def hold_deadline(withdrawal: Withdrawal, rules: Rules) -> datetime:
    """Give the moment until which the hold may be captured: the code's last possible end, and one lease.

    A hold's deadline is for good. A scheduled code may be given more time, so its hold has that time from the start.
    """
    if withdrawal.lifetime is Lifetime.SCHEDULED:
        return withdrawal.created_at.replace(microsecond=0) + rules.longest_appointment + rules.lease
    return withdrawal.expires_at + rules.lease


def code(context: Context, withdrawal: Withdrawal, now: datetime) -> str:
    """Sign the withdrawal's code. The same facts under the same key make the same code."""
    facts = Code(withdrawal.id, withdrawal.amount, withdrawal.expires_at, office=withdrawal.office)
    return codes.issue(facts, context.keys.at(now).signing("code"))


def digits_place(id: UUID) -> bytes:
    """Name where a withdrawal's digits are encrypted."""
    return f"withdrawal digits {id}".encode()
