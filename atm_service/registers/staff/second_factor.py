"""The second factor of whoever decides for others: a code of six digits by the clock (TOTP, RFC 6238), used once.

Enrolled at the first sign-in: whoever knows the password gets a secret, shown once, and proves with the first code that
an authenticator has it. From then on no session opens, and no other password is chosen, without a code. Another
operator's reset takes the factor away with the password, and the passkeys, which stand beside it (`passkeys`). Locks:
docs/locking.md.
"""

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp
from sqlalchemy import BigInteger, Connection, DateTime, LargeBinary, text
from sqlmodel import Field, SQLModel

from atm_service.platform import attempts, trail
from atm_service.platform.context import Context
from atm_service.platform.locking import Rank
from atm_service.registers.customers import at_rest
from atm_service.registers.staff import passkey_store
from atm_service.registers.staff.domain import DECIDING
from atm_service.registers.staff.errors import SecondFactorNeeded, SecondFactorToEnrol, SecondFactorWrong
from atm_service.registers.staff.store import Member

STEP_S: Final = 30
STEPS_OFF: Final = 1  # a phone's clock may be so many steps ahead or behind
ISSUER: Final = "soft-ATM"


class SecondFactorRow(SQLModel, table=True):
    """A member's secret. `last_step`: the newest step of the clock whose code was used; a code counts once."""

    __tablename__ = "second_factor"
    __table_args__ = {"schema": "service"}

    subject: UUID = Field(primary_key=True, foreign_key="service.staff.id")
    secret_sealed: bytes = Field(sa_type=LargeBinary)
    last_step: int = Field(sa_type=BigInteger)
    offered_at: datetime = Field(sa_type=DateTime(timezone=True))
    enrolled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class _Found:
    secret_sealed: bytes = field(repr=False)
    is_enrolled: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret that an authenticator is to have; told once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


_FIND: Final = text("""
    SELECT secret_sealed, enrolled_at IS NOT NULL AS is_enrolled
    FROM service.second_factor WHERE subject = :subject
""")
_OFFER: Final = Rank.ATTEMPT.locks("""
    INSERT INTO service.second_factor AS f (subject, secret_sealed, last_step, offered_at)
    VALUES (:subject, :secret_sealed, 0, :now)
    ON CONFLICT (subject) DO UPDATE SET secret_sealed = excluded.secret_sealed, offered_at = excluded.offered_at
    WHERE f.enrolled_at IS NULL
""")
_USE: Final = Rank.ATTEMPT.locks("""
    UPDATE service.second_factor SET last_step = :step, enrolled_at = coalesce(enrolled_at, :now)
    WHERE subject = :subject AND last_step < :step
""")
_FORGET: Final = Rank.ATTEMPT.locks("DELETE FROM service.second_factor WHERE subject = :subject")


def offer(session: Connection, context: Context, member: Member, now: datetime) -> Offer | None:
    """Give a locked member a new secret; None when one is enrolled, which stays."""
    secret = pyotp.random_base32()
    values = {
        "subject": member.id,
        "secret_sealed": context.cipher.encrypt(secret.encode(), _place(member.id)),
        "now": now,
    }
    if session.execute(_OFFER, values).rowcount == 0:
        return None
    trail.record(session, now, "second-factor.offered", member.id, None)
    return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=member.username, issuer_name=ISSUER))


def prove(context: Context, member: Member, code: str | None, now: datetime) -> None:
    """Return when the code is right and new, or none is asked of this member. In transactions of its own.

    Raises `SecondFactorToEnrol`, `SecondFactorNeeded`, `SecondFactorWrong` and `TooManyAttempts`.
    """
    with context.transaction() as session:
        found = _find(session, member.id)
    is_enrolled = found is not None and found.is_enrolled
    is_off = context.settings.second_factor == "off" and (code is None or found is None)
    if not is_enrolled and (member.role not in DECIDING or is_off):
        return
    if found is None or (code is None and not is_enrolled):
        raise SecondFactorToEnrol
    if code is None:
        raise SecondFactorNeeded
    _guess(context, member, code, now)


def prove_enrolled(context: Context, member: Member, code: str | None, now: datetime) -> None:
    """Return when the code is right and new, or the member has no factor yet. Raises as `prove` does."""
    with context.transaction() as session:
        found = _find(session, member.id)
    if found is not None and found.is_enrolled:
        prove(context, member, code, now)


def forget(session: Connection, id: UUID) -> None:
    """Take a locked member's factor away, and the passkeys: the next sign-in enrols another."""
    session.execute(_FORGET, {"subject": id})
    passkey_store.forget(session, id)


def _guess(context: Context, member: Member, code: str, now: datetime) -> None:
    def right(session: Connection) -> bool:
        found = _find(session, member.id)
        step = None if found is None else _step(context, member.id, found, code, now)
        used = {"subject": member.id, "step": step, "now": now}
        if step is None or session.execute(_USE, used).rowcount == 0:
            return False
        if found is not None and not found.is_enrolled:
            trail.record(session, now, "second-factor.enrolled", member.id, None)
        return True

    remaining = attempts.guess(context, attempts.SECOND_FACTOR, str(member.id), now, right)
    if remaining is not None:
        raise SecondFactorWrong(remaining_attempts=remaining)


def _step(context: Context, id: UUID, found: _Found, code: str, now: datetime) -> int | None:
    """Give the step of the clock whose code this is, used or not."""
    codes = pyotp.TOTP(context.cipher.decrypt(found.secret_sealed, _place(id)).decode())
    here = int(now.timestamp()) // STEP_S
    steps = range(here - STEPS_OFF, here + STEPS_OFF + 1)
    return next((one for one in steps if hmac.compare_digest(codes.generate_otp(one), code)), None)


def _find(session: Connection, subject: UUID) -> _Found | None:
    row = session.execute(_FIND, {"subject": subject}).one_or_none()
    return None if row is None else _Found(*row)


def _place(id: UUID) -> bytes:
    return at_rest.place("second_factor", "secret", id)
