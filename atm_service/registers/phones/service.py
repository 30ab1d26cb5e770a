"""Proving a phone number: a code is asked for, its digits are typed, and the proof is used once.

Whoever asks learns nothing of whether the number is known: answer, counts and rows are the same, and what differs is
said on the phone. Digits are compared, and wrong ones counted, under the code's own lock.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from atm_service.platform import attempts
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound, Refusal, TooManyAttempts
from atm_service.platform.visitors import Visitor
from atm_service.registers.phones import store
from atm_service.registers.phones.domain import PhoneCode, Purpose
from atm_service.registers.phones.errors import PhoneCodeOver, PhoneCodeWrong, PhoneNotProved
from kyc.encryption import Cipher


@dataclass(frozen=True, slots=True)
class Issued:
    """A code for one number: `digits` go to the phone and nowhere else; from `again_at` on another can be asked for."""

    id: UUID
    digits: str = field(repr=False)
    expires_at: datetime
    again_at: datetime


def ask(
    session: Connection,
    context: Context,
    purpose: Purpose,
    phone_print: bytes,
    asker: Visitor | Caller,
    now: datetime,
) -> Issued:
    """Make a code for a number, if one may be asked for at this moment, from this address or by this clerk.

    Raises `TooManyAttempts`. The address's turn comes first, then the number's: `docs/locking.md`. What clerks ask for
    is counted by itself, and for each office: neither a stranger nor a clerk elsewhere who uses up a number's day keeps
    anybody from being helped at a counter; for all counters together there is a higher ceiling.
    """
    number = phone_print.hex()
    doors = [(attempts.PHONE_CODE, number)]
    if isinstance(asker, Caller):
        doors = [
            (attempts.PHONE_CODE_ADDRESS, str(asker.subject)),
            (attempts.PHONE_CODE, f"{number} {asker.office}"),
            (attempts.PHONE_CODE_COUNTERS, number),
        ]
    elif asker.address is not None:
        doors = [(attempts.PHONE_CODE_ADDRESS, asker.address), *doors]
    for door, subject in doors:
        attempts.count(session, context.policy.attempts, door, subject, now)
    last = store.last_asked(session, phone_print, purpose)
    pause = timedelta(seconds=context.policy.phone_code.again_after_s)
    if last is not None and now < last + pause:
        raise TooManyAttempts(retry_after_s=max(1, int((last + pause - now).total_seconds()) + 1))
    return issue(session, context, purpose, phone_print, now)


def issue(
    session: Connection, context: Context, purpose: Purpose, phone_print: bytes, now: datetime
) -> Issued:
    """Make a code for a number, whoever asks and however often."""
    rules = context.policy.phone_code
    id = UUID(bytes=secrets.token_bytes(16), version=4)  # random, not a time: only who asked knows it
    digits = "".join(secrets.choice("0123456789") for _ in range(rules.digits))
    expires_at = now + timedelta(minutes=rules.lifetime_min)
    code = PhoneCode(id, purpose, phone_print, _print(context.cipher, id, digits), now, expires_at)
    store.insert(session, code)
    return Issued(id, digits, expires_at, now + timedelta(seconds=rules.again_after_s))


def prove(context: Context, id: UUID, digits: str, now: datetime) -> None:
    """Return when these are the digits that were sent. Harmless to repeat.

    Raises `NotFound`, `PhoneCodeOver` and `PhoneCodeWrong`, which is counted.
    """
    with context.transaction() as session:
        refusal = _compared(session, context, id, digits, now)
    if refusal is not None:
        raise refusal


def _compared(session: Connection, context: Context, id: UUID, digits: str, now: datetime) -> Refusal | None:
    code, rules = store.lock(session, id), context.policy.phone_code
    if code is None:
        return NotFound()
    if code.is_over(rules, now):
        return PhoneCodeOver()
    if not hmac.compare_digest(code.code_print, _print(context.cipher, id, digits)):
        store.wrong(session, id)
        return PhoneCodeWrong(remaining_attempts=rules.tries_max - code.wrong - 1)
    if code.proved_at is None:
        store.proved(session, id, now)
    return None


def use(
    session: Connection,
    context: Context,
    id: UUID,
    purpose: Purpose,
    phone_print: bytes,
    used_for: UUID,
    now: datetime,
) -> UUID:
    """Use a proof in the transaction of what it is for: once, for its number and purpose.

    Gives what it is used for: not `used_for`, where it was used before. Raises `PhoneNotProved`.
    """
    code = store.lock(session, id)
    if code is None or not code.proves(purpose, phone_print, context.policy.phone_code, now):
        raise PhoneNotProved
    if code.used_for is not None:
        return code.used_for
    store.used(session, id, used_for)
    return used_for


def refuse_unproved(
    session: Connection, context: Context, id: UUID, purpose: Purpose, phone_print: bytes, now: datetime
) -> None:
    """Return while a proof can be used for this purpose and number. Raises `PhoneNotProved`."""
    code = store.lock(session, id)
    rules = context.policy.phone_code
    if code is None or code.used_for is not None or not code.proves(purpose, phone_print, rules, now):
        raise PhoneNotProved


def forget_old(session: Connection, now: datetime) -> int:
    """Drop the codes of before yesterday: no policy has one live so long; give how many."""
    return store.forget_old(session, now - attempts.KEPT_FOR)


def _print(cipher: Cipher, id: UUID, digits: str) -> bytes:
    return cipher.fingerprint(f"{id} {digits}", "phone code")
