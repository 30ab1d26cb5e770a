"""Wrong guesses, counted: a PIN, a password, ten digits at a drawer, a card for a code.

Counted in a transaction that commits, so that the refusal which follows cannot roll the count back: it gives the
refusal, and does not raise it. After so many wrong guesses within a time the door is shut for a time, both as the
policy says; a right guess clears the count. Where the policy lets it grow, each time a door shuts it stays shut twice
as long as the time before, until a quiet day.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, DateTime, text
from sqlmodel import Field, SQLModel

from atm_service.platform.context import Context
from atm_service.platform.locking import Rank
from atm_service.platform.policy import TRIES_WITHIN_MAX, Attempts, Tries
from atm_service.platform.refusals import TooManyAttempts


class AttemptRow(SQLModel, table=True):
    """The wrong guesses at one door."""

    __tablename__ = "attempt"
    __table_args__ = {"schema": "service"}

    door: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    wrong: int
    since: datetime = Field(sa_type=DateTime(timezone=True))
    shut_until: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    shuts: int = 0


@dataclass(frozen=True)
class Door:
    """Where guesses are made, which figures of the policy are for it, and where its lock stands in their order."""

    name: str
    tries: Callable[[Attempts], Tries]
    rank: Rank = Rank.ATTEMPT


PIN: Final = Door("pin", lambda rules: rules.pin, Rank.PROOF)
WALLET_SIGN_IN: Final = Door("wallet-sign-in", lambda rules: rules.wallet_sign_in)
STAFF_SIGN_IN: Final = Door("staff-sign-in", lambda rules: rules.staff_sign_in)
SECOND_FACTOR: Final = Door("second-factor", lambda rules: rules.second_factor)
DIGITS: Final = Door("digits", lambda rules: rules.digits)
PAYEE: Final = Door("payee", lambda rules: rules.payee, Rank.PROOF)
PAYEE_ADDRESS: Final = Door("payee-address", lambda rules: rules.payee_address, Rank.PROOF)
IDENTITY: Final = Door("identity", lambda rules: rules.identity, Rank.PROOF)
CONFIRMATION: Final = Door("confirmation", lambda rules: rules.confirmation, Rank.PROOF)
CONFIRMING_CLERK: Final = Door("confirming-clerk", lambda rules: rules.confirming_clerk, Rank.PROOF)
APPLICATION: Final = Door("application", lambda rules: rules.application)
ADDRESS: Final = Door("address", lambda rules: rules.address)
APPLICANT: Final = Door("application-address", lambda rules: rules.application_address)
PHONE_CODE: Final = Door("phone-code", lambda rules: rules.phone_code)
PHONE_CODE_COUNTERS: Final = Door("phone-code-counters", lambda rules: rules.phone_code_counters)
PHONE_CODE_ADDRESS: Final = Door("phone-code-address", lambda rules: rules.phone_code_address)
BANK_HOLDER: Final = Door("bank-holder", lambda rules: rules.bank_holder)
BILL_CASE: Final = Door("bill-case", lambda rules: rules.bill_case)
FACE: Final = Door("face", lambda rules: rules.face)
RECEIPT_ADDRESS: Final = Door("receipt-address", lambda rules: rules.receipt_address)

KEPT_FOR: Final = timedelta(minutes=TRIES_WITHIN_MAX)  # no policy looks further back

_COUNTED = text(
    "SELECT subject, shut_until FROM service.attempt WHERE door = :door AND subject = ANY (:subjects)"
)
_WRONG_SQL: Final = """
    INSERT INTO service.attempt AS a (door, subject, wrong, since) VALUES (:door, :subject, 1, :now)
    ON CONFLICT (door, subject) DO UPDATE SET
        wrong = CASE WHEN a.since < :start OR a.shut_until <= :now THEN 1 ELSE a.wrong + 1 END,
        since = CASE WHEN a.since < :start OR a.shut_until <= :now THEN :now ELSE a.since END,
        shut_until = CASE WHEN a.since < :start OR a.shut_until <= :now THEN NULL
                          WHEN a.wrong + 1 >= :most THEN CAST(:now AS timestamptz)
                              + least(:shut * power(2, a.shuts), :shut_max) * interval '1 minute'
                          ELSE a.shut_until END,
        shuts = CASE WHEN a.since < :start OR a.shut_until <= :now OR a.wrong + 1 <> :most THEN a.shuts
                     ELSE least(a.shuts + 1, 20) END
    RETURNING wrong, shut_until
"""
# Passing by what somebody is counting: nobody waits for housekeeping, nor it for them.
_FORGET = Rank.ATTEMPT.locks("""
    DELETE FROM service.attempt WHERE (door, subject) IN (
        SELECT door, subject FROM service.attempt
        WHERE since < :before AND coalesce(shut_until, since) < :before ORDER BY door, subject FOR UPDATE SKIP LOCKED
    )
""")
# One after another in the order that is given; in a statement of its own, so that the next one sees what was counted.
_TURNS_SQL: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended(:door || ' ' || subject, 1))
    FROM unnest(CAST(:subjects AS text[])) AS wanted (subject)
"""
_RANKS: Final = (Rank.ATTEMPT, Rank.PROOF)
_WRONG: Final = {rank: rank.locks(_WRONG_SQL) for rank in _RANKS}
_TURNS: Final = {rank: rank.locks(_TURNS_SQL) for rank in _RANKS}
_CLEAR = text("DELETE FROM service.attempt WHERE door = :door AND subject = ANY (:subjects)")


def guess(
    context: Context, door: Door, subject: str, now: datetime, right: Callable[[Connection], bool]
) -> int | None:
    """Make one guess at a door: None when it was right, else how many wrong ones are left (0: shut now).

    Guesses at the same door by the same subject take turns, so a thousand at once are still counted one by one.
    Raises `TooManyAttempts` while the door is shut: then nothing is compared.
    """
    with context.transaction() as session:
        made = guess_each(session, context.policy.attempts, door, {subject: lambda: right(session)}, now)[
            subject
        ]
    if isinstance(made, TooManyAttempts):
        raise made
    return made


def guess_each(
    session: Connection,
    rules: Attempts,
    door: Door,
    guesses: Mapping[str, Callable[[], bool]],
    now: datetime,
) -> dict[str, int | TooManyAttempts | None]:
    """Make one guess for each subject, as `guess` does, in the caller's transaction, which must be committed."""
    subjects = sorted(guesses)
    take_turns(session, door, subjects)
    counted = _counted(session, door, subjects)
    made: dict[str, int | TooManyAttempts | None] = dict(_closed(counted, now))
    for subject in subjects:
        if subject not in made:
            made[subject] = None if guesses[subject]() else wrong(session, rules, door, subject, now)
    if cleared := [subject for subject in counted if made[subject] is None]:
        session.execute(_CLEAR, {"door": door.name, "subjects": cleared})
    return made


def take_turns(session: Connection, door: Door, subjects: Sequence[str]) -> None:
    """Wait until nobody else guesses at this door for these subjects; until the commit, nobody else does."""
    session.execute(_TURNS[door.rank], {"door": door.name, "subjects": sorted(subjects)})


def clear(session: Connection, door: Door, subjects: Sequence[str]) -> None:
    """Open a door again: whoever it was shut for has proved who they are by more than was guessed."""
    take_turns(session, door, subjects)
    session.execute(_CLEAR, {"door": door.name, "subjects": list(subjects)})


def count(session: Connection, rules: Attempts, door: Door, subject: str, now: datetime) -> None:
    """Count one more of what may be asked so often, right or wrong. Raises `TooManyAttempts` while the door is shut."""
    take_turns(session, door, [subject])
    refuse_when_shut(session, door, subject, now)
    wrong(session, rules, door, subject, now)


def refuse_when_shut(session: Connection, door: Door, subject: str, now: datetime) -> None:
    """Raise `TooManyAttempts` while the door is shut for this subject."""
    if refusal := shut(session, door, [subject], now).get(subject):
        raise refusal


def shut(
    session: Connection, door: Door, subjects: Sequence[str], now: datetime
) -> dict[str, TooManyAttempts]:
    """Give a refusal for each subject for which the door is shut."""
    return _closed(_counted(session, door, subjects), now)


def _counted(session: Connection, door: Door, subjects: Sequence[str]) -> dict[str, datetime | None]:
    rows = session.execute(_COUNTED, {"door": door.name, "subjects": list(subjects)})
    return {row.subject: row.shut_until for row in rows}


def _closed(counted: Mapping[str, datetime | None], now: datetime) -> dict[str, TooManyAttempts]:
    return {
        subject: TooManyAttempts(retry_after_s=max(1, int((until - now).total_seconds()) + 1))
        for subject, until in counted.items()
        if until is not None and until > now
    }


def wrong(session: Connection, rules: Attempts, door: Door, subject: str, now: datetime) -> int:
    """Count a wrong guess; give how many are left before the door shuts (0: it is shut now)."""
    tries = door.tries(rules)
    counted = {
        "door": door.name,
        "subject": subject,
        "now": now,
        "start": now - timedelta(minutes=tries.within_min),
        "most": tries.most,
        "shut": tries.shut_min,
        "shut_max": tries.shut_max_min or tries.shut_min,
    }
    return max(0, tries.most - int(session.execute(_WRONG[door.rank], counted).one().wrong))


def forget_old(session: Connection, now: datetime) -> int:
    """Drop counts that no door looks at any more; give how many."""
    return session.execute(_FORGET, {"before": now - KEPT_FOR}).rowcount
