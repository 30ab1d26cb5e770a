"""One day of an office: what people recorded against what the ledger says. Pure rules; amounts in đồng.

A drawer's closing figure is made of what was recorded outside the ledger (receipts, counts) and what was
brought; it must be the ledger's. Whatever differs is a break: it names the control, and what to look at.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar
from uuid import UUID

Fact = TypeVar("Fact")


@dataclass(frozen=True)
class DrawerLedger:
    """A drawer's account on the day: balance before it, what was brought, balance after it, number of moves.

    `is_open` tells whether a shift was open at the day's end, or is now.
    """

    office: str
    drawer: int
    opening: int
    received: int
    ledger: int
    moves: int
    is_open: bool


@dataclass(frozen=True)
class Count:
    """A counted drawer. `over_short` is counted less ledger, as the shift has it.

    `posted` is what the ledger got for it and `balance` the account right after that; None: nothing was
    posted. `moved_after` is what moved later on the same day.
    """

    office: str
    drawer: int
    shift: UUID
    moment: Literal["opening", "closing"]
    at: datetime
    counted: int
    over_short: int
    posted: int | None
    balance: int | None
    moved_after: int


@dataclass(frozen=True)
class Payments:
    """What a drawer paid, by its receipts and by the ledger's entries; `mismatches` names the odd ones."""

    office: str
    drawer: int
    receipts: int
    receipts_total: int
    entries: int
    entries_total: int
    mismatches: Sequence[str]


@dataclass(frozen=True)
class Undone:
    """Payments whose cash came back into a drawer on the day that they were paid, by their vouchers."""

    office: str
    drawer: int
    count: int
    total: int


@dataclass(frozen=True)
class Live:
    """Withdrawals that an office may be asked to pay; `mismatches` names those that fit no open hold."""

    office: str
    count: int
    total: int
    mismatches: Sequence[str]


@dataclass(frozen=True)
class Counter:
    """What the office has paid by its running figures, from which limits and receipt numbers are made.

    `undone_total` of it was undone on the same day.
    """

    office: str
    receipts: int
    paid_total: int
    undone_total: int = 0


@dataclass(frozen=True)
class Facts:
    """All that is known of one day, of one office or of many. `offices` gives codes and names."""

    offices: Sequence[tuple[str, str]]
    drawers: Sequence[DrawerLedger]
    counts: Sequence[Count]
    payments: Sequence[Payments]
    live: Sequence[Live]
    counters: Sequence[Counter]
    undone: Sequence[Undone] = ()


@dataclass(frozen=True)
class Break:
    """A mismatch: which control it breaks, and what to look at."""

    control: str
    detail: str


@dataclass(frozen=True)
class DrawerDay:
    """A drawer's day: `closing` is opening + received - paid + over_short; `ledger` is what it must be.

    `counted` is the count that ended the day, None while a shift is open. `difference` is the count less the
    ledger at its moment, after over/short was posted: 0 unless something is wrong. `undone` is in `paid`, and in
    `received`, for its cash came back.
    """

    drawer: int
    opening: int
    received: int
    paid: int
    undone: int
    over_short: int
    closing: int
    ledger: int
    counted: int | None
    difference: int | None
    counts: Sequence[Count]


@dataclass(frozen=True)
class OfficeDay:
    """An office's day, drawer by drawer."""

    office: str
    name: str
    drawers: Sequence[DrawerDay]
    paid_count: int
    paid_total: int
    undone_count: int
    undone_total: int
    live_count: int
    live_total: int
    breaks: Sequence[Break]
    is_active: bool


def reconcile(facts: Facts) -> list[OfficeDay]:
    """Put each office's day together, in the order of `facts.offices`."""
    drawers = _by_office(facts.drawers, lambda fact: fact.office)
    counts = _by_office(facts.counts, lambda fact: fact.office)
    payments = _by_office(facts.payments, lambda fact: fact.office)
    live = {fact.office: fact for fact in facts.live}
    undone = _by_office(facts.undone, lambda fact: fact.office)
    counters = {fact.office: fact for fact in facts.counters}
    return [
        _office_day(
            (code, name),
            drawers[code],
            counts[code],
            payments[code],
            undone[code],
            live.get(code, Live(code, 0, 0, ())),
            counters.get(code, Counter(code, 0, 0)),
        )
        for code, name in facts.offices
    ]


def _by_office(facts: Iterable[Fact], office: Callable[[Fact], str]) -> defaultdict[str, list[Fact]]:
    grouped = defaultdict(list)
    for fact in facts:
        grouped[office(fact)].append(fact)
    return grouped


def _office_day(
    office: tuple[str, str],
    ledgers: Sequence[DrawerLedger],
    counts: Sequence[Count],
    payments: Sequence[Payments],
    undone: Sequence[Undone],
    live: Live,
    counter: Counter,
) -> OfficeDay:
    paid = {fact.drawer: fact for fact in payments}
    came_back = {fact.drawer: fact.total for fact in undone}
    days = [
        _drawer_day(
            ledger,
            [count for count in counts if count.drawer == ledger.drawer],
            paid.get(ledger.drawer),
            came_back.get(ledger.drawer, 0),
        )
        for ledger in ledgers
    ]
    breaks = [broken for day in days for broken in _drawer_breaks(day)]
    breaks += [broken for fact in payments for broken in _payment_breaks(fact)]
    paid_count, paid_total = (
        sum(fact.receipts for fact in payments),
        sum(fact.receipts_total for fact in payments),
    )
    if (counter.receipts, counter.paid_total) != (paid_count, paid_total):
        counted = f"{counter.receipts} payments of {counter.paid_total} counted"
        breaks.append(Break("office-day", f"{counted}, {paid_count} receipts of {paid_total}"))
    undone_total = sum(came_back.values())
    if counter.undone_total != undone_total:
        breaks.append(
            Break("office-day", f"{counter.undone_total} counted as undone, vouchers of {undone_total}")
        )
    breaks += [Break("live-holds", detail) for detail in live.mismatches]
    has_moved = any(ledger.moves for ledger in ledgers)
    return OfficeDay(
        office=office[0],
        name=office[1],
        drawers=days,
        paid_count=paid_count,
        paid_total=paid_total,
        undone_count=sum(fact.count for fact in undone),
        undone_total=undone_total,
        live_count=live.count,
        live_total=live.total,
        breaks=breaks,
        is_active=has_moved or bool(counts or payments or live.count or breaks),
    )


def _drawer_day(
    ledger: DrawerLedger, counts: Sequence[Count], payments: Payments | None, undone: int
) -> DrawerDay:
    paid = payments.receipts_total if payments else 0
    over_short = sum(count.over_short for count in counts)
    closings = [count for count in counts if count.moment == "closing"]
    last = None if ledger.is_open or not closings else max(closings, key=lambda count: count.at)
    return DrawerDay(
        drawer=ledger.drawer,
        opening=ledger.opening,
        received=ledger.received,
        paid=paid,
        undone=undone,
        over_short=over_short,
        closing=ledger.opening + ledger.received - paid + over_short,
        ledger=ledger.ledger,
        counted=last.counted if last else None,
        difference=last.counted - (ledger.ledger - last.moved_after) if last else None,
        counts=counts,
    )


def _drawer_breaks(day: DrawerDay) -> Iterable[Break]:
    for count in day.counts:
        where = f"drawer {day.drawer}, {count.moment} of shift {count.shift}"
        if count.over_short:
            word = "over" if count.over_short > 0 else "short"
            yield Break("drawer-count", f"{where}: {abs(count.over_short)} {word}")
        if (count.posted or 0) != count.over_short:
            yield Break(
                "over-short-posted", f"{where}: {count.over_short} counted, {count.posted or 0} posted"
            )
        elif count.balance is not None and count.balance != count.counted:
            yield Break(
                "over-short-posted", f"{where}: {count.counted} counted, ledger then at {count.balance}"
            )
    if day.closing != day.ledger:
        detail = f"drawer {day.drawer}: {day.closing} by receipts and counts, {day.ledger} in the ledger"
        yield Break("drawer-ledger", detail)
    if day.difference:
        detail = (
            f"drawer {day.drawer}: {day.counted} counted at the close, {day.difference} more than the ledger"
        )
        yield Break("drawer-difference", detail)


def _payment_breaks(fact: Payments) -> Iterable[Break]:
    for detail in fact.mismatches:
        yield Break("receipts-entries", f"drawer {fact.drawer}: {detail}")
    if (fact.receipts, fact.receipts_total) != (fact.entries, fact.entries_total):
        detail = (
            f"drawer {fact.drawer}: {fact.receipts} receipts of {fact.receipts_total}, "
            f"{fact.entries} entries of {fact.entries_total}"
        )
        yield Break("receipts-entries", detail)
