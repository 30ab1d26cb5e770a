"""Blind counts: who counts is not told the ledger's figure, and counts once more when the first count differs.

Which count stands is judged in `domain`. Every count is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Connection, DateTime, Row, UniqueConstraint, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

import ledger
from atm_service.platform import chart, ids
from atm_service.platform.policy import AMOUNT_MAX
from atm_service.registers.cash import domain, errors
from atm_service.registers.cash.domain import Verdict
from atm_service.registers.notes.domain import Counts, counted_total
from ledger import Entry, Posting, reading

LOOKED_AT: Final = 100


class CashCountRow(SQLModel, table=True):
    """One count of a drawer, a delivery or a vault. `expected` is what the ledger had. Immutable.

    Its subject is the shift at a close, the delivery, and else the ledger's account: a drawer at its opening, a vault.
    """

    __tablename__ = "cash_count"
    __table_args__ = (
        UniqueConstraint("subject", "number", name="cash_count_number_key"),
        {"schema": "service"},
    )

    id: UUID = Field(primary_key=True)
    subject: UUID
    number: int
    counted_by: UUID
    counted_at: datetime = Field(sa_type=DateTime(timezone=True))
    counts: dict[str, Any] = Field(sa_type=JSONB)
    total: int = Field(sa_type=BigInteger)
    expected: int = Field(sa_type=BigInteger)
    stood: bool


_LAST: Final = text("""
    SELECT id, number, counted_by, expected, stood FROM service.cash_count
    WHERE subject = :subject ORDER BY number DESC LIMIT 1
""")
_ADD: Final = text("""
    INSERT INTO service.cash_count (id, subject, number, counted_by, counted_at, counts, total, expected, stood)
    VALUES (:id, :subject, :number, :counted_by, :now, :counts, :total, :expected, :stood)
""").bindparams(bindparam("counts", type_=JSONB))


_IN_DOUBT: Final = text("""
    SELECT NOT stood FROM service.cash_count WHERE subject = :subject ORDER BY number DESC LIMIT 1
""")
_FIND: Final = text("""
    SELECT id, subject, counted_by, total - expected AS difference, stood FROM service.cash_count WHERE id = :id
""")


@dataclass(frozen=True)
class Counted:
    """A count that stands. `over_short` is counted less ledger, in đồng."""

    id: UUID
    counted_at: datetime
    total: int
    over_short: int


@dataclass(frozen=True)
class Judged:
    """A count that was kept, and what becomes of it. `word_on`: the count before it, on which there is a word."""

    id: UUID
    verdict: Verdict
    difference: int
    word_on: UUID | None = None


Word = Callable[[UUID, int], bool]
"""Tells whether a supervisor lets this count stand, which is over or short by so much."""


def judge(
    session: Connection,
    office: str,
    subject: UUID,
    counted_by: UUID,
    counts: Counts,
    expected: int,
    now: datetime,
    *,
    word_above: int | None = None,
    word: Word | None = None,
) -> Judged:
    """Keep a count of cash of an office, and tell what becomes of it. The caller has locked the subject.

    Whatever moved since the last count makes it other cash, which may be counted twice again. A word is on one sum: it
    lets the same sum stand when it is counted once more. Without `word_above` no word is asked, whatever it finds.
    """
    last = session.execute(_LAST, {"subject": subject}).one_or_none()
    known = (last.counted_by, last.expected, last.stood) if last else None
    before = known == (counted_by, expected, False)
    total = counted_total(counts)
    difference = total - expected
    found = 0 if word_above is None else so_far(session, office, now)
    verdict, word_on = domain.judge(difference, word_above, found, before=before), None
    if verdict is Verdict.WORD and last and word and word(last.id, difference):
        verdict, word_on = Verdict.STANDS, last.id
    id = ids.new(now)
    values = {
        "id": id,
        "subject": subject,
        "number": last.number + 1 if last else 1,
        "counted_by": counted_by,
        "now": now,
        "counts": dict(counts),
        "total": total,
        "expected": expected,
        "stood": verdict is Verdict.STANDS,
    }
    session.execute(_ADD, values)
    return Judged(id, verdict, difference, word_on)


def so_far(session: Connection, office: str, now: datetime) -> int:
    """Add up what counts found over or short at an office today, in đồng; endless where it is too often to look at."""
    day = ledger.business_date(now)
    legs = reading.statement(session, chart.over_short(office), None, LOOKED_AT)
    amounts = [leg.amount for leg in legs if leg.business_date == day]
    return sum(amounts) if len(amounts) < LOOKED_AT else AMOUNT_MAX


def in_doubt(session: Connection, subject: UUID) -> bool:
    """Tell whether the last count of this cash differed and none has stood since: no figure is told meanwhile."""
    return bool(session.execute(_IN_DOUBT, {"subject": subject}).scalar_one_or_none())


def refuse_in_doubt(session: Connection, subject: UUID, place: str) -> None:
    """Raise `CountFirst` while a count of this cash is in doubt: whoever moves notes feels what is there."""
    if in_doubt(session, subject):
        raise errors.CountFirst(place=place)


def find(session: Connection, id: UUID) -> Row[Any] | None:
    """Find a count: whose, of what, over or short by how much, and whether it stood."""
    return session.execute(_FIND, {"id": id}).one_or_none()


def post_difference(
    session: Connection, kind: str, reference: str, office: str, place: str, difference: int, now: datetime
) -> None:
    """Post what a count of one of the office's places is over (or short, negative), if it is."""
    if difference == 0:
        return
    over_short = chart.over_short(office)
    debit, credit = (place, over_short) if difference > 0 else (over_short, place)
    entry = Entry(
        id=ids.new(now),
        reference=reference,
        kind=kind,
        business_date=ledger.business_date(now),
        narration=f"counted cash differs at {office}",
        postings=(Posting(debit, credit, abs(difference)),),
    )
    ledger.must(ledger.post(session, [entry], now))
