"""Credit many wallets out of one payer's money, each line exactly once, however often it is asked.

A line is `credit/{batch}/{line_reference}` in the ledger, and the ledger is the only record of it: what is there is
done, whatever became of the program that did it. So a run first looks at every line, posts nothing while one is
bad, may have been credited by another line or the money is short, then posts the rest, a thousand lines a
transaction. Killed and run again, it finds what is there and posts what is not. One run at a time has a payer's money.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, exc

import ledger
from atm_service.platform import calendar, chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound
from atm_service.registers.credits import errors, store
from atm_service.registers.credits.domain import Bad, Line, Reason, credited_lately, same_reference
from atm_service.registers.credits.store import Batch, Credited
from atm_service.registers.customers import at_rest
from kyc.encryption import Cipher
from ledger import Entry, Posting, reading

KIND: Final = "credit"
POSTED_AT_ONCE: Final = 1_000
LOOKED_UP_AT_ONCE: Final = 5_000
_GONE: Final = UUID(int=0)
"""In the place of a customer who has closed the wallet."""
RETRY_AFTER_S: Final = 5

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants credited: well-formed lines, and those found bad before.

    `again`: how many of them although they were credited lately by another line.
    """

    batch: str
    payer: str
    lines: Sequence[Line] = field(repr=False)
    bad: Sequence[Bad] = ()
    again: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about a wish: lines to credit, each with its customer; all good ones, credited before or not.

    `again`: what is to be confirmed, line by line, because another line has credited it lately.
    """

    ready: list[tuple[Line, UUID]] = field(repr=False)
    good: list[tuple[Line, UUID]] = field(repr=False)
    bad: list[Bad]
    again: list[dict[str, Any]] = field(default_factory=list)

    @property
    def already(self) -> int:
        """How many lines were credited before."""
        return len(self.good) - len(self.ready)

    @property
    def total(self) -> int:
        """How many đồng are to be credited."""
        return sum(line.amount for line, _ in self.ready)


Leave = Callable[[Connection, Plan, UUID], None]
"""Asked with the plan and the batch's id, in the transaction that begins it: refuses, or notes that this is done."""


def nobody_asked(session: Connection, plan: Plan, batch: UUID) -> None:
    """Let a batch begin without a second person: for loaders of demonstrations, tests and measurements."""


def run(
    context: Context,
    wish: Wish,
    progress: Callable[[int, int], None],
    now: datetime,
    caller: Caller | None = None,
    leave: Leave = nobody_asked,
    *,
    skip_bad: bool = False,
    dry_run: bool = False,
) -> Plan:
    """Carry a wish of any size out, a thousand lines a transaction; `progress(done, all)` after each.

    `leave` is asked before the first of them.

    Give what was done, or with `dry_run` what would be. Before anything is posted it raises `LinesRefused` (unless
    `skip_bad`), `CreditedLately`, `PayerShort`, `PayerUnknown`, `BatchOfAnotherPayer` and `PayerBusy`. Safe to repeat
    after any end.
    """
    with context.engine.connect() as session:
        # The payer's lock outlives transactions and ends with the connection, which so belongs to this run alone.
        session.detach()
        with session.begin():
            _lock(session, store.lock, wish.payer)
        with session.begin():
            plan = _payable(session, context, wish, now, skip_bad=skip_bad)
        if dry_run or not plan.ready:
            return plan
        with session.begin():
            _begin(session, wish, plan, caller, leave, now)
        done = 0
        for part in _slices(plan.ready, POSTED_AT_ONCE):
            with session.begin():
                _hold(session, part)
                _post(session, wish, part, now)
            done += len(part)
            progress(done, len(plan.ready))
    return plan


def look(session: Connection, context: Context, wish: Wish, now: datetime) -> Plan:
    """Tell what would be done about a wish. Raises what `run` raises."""
    _lock(session, store.lock_for_transaction, wish.payer)
    return _payable(session, context, wish, now, skip_bad=False)


def credit(
    session: Connection,
    context: Context,
    wish: Wish,
    caller: Caller,
    now: datetime,
    leave: Leave = nobody_asked,
) -> Batch:
    """Carry a wish of at most a thousand lines out in the caller's transaction: all of it or nothing.

    Raises what `run` raises; lines that were credited before are no error.
    """
    plan = look(session, context, wish, now)
    _hold(session, plan.ready)
    batch = _begin(session, wish, plan, caller, leave, now)
    _post(session, wish, plan.ready, now)
    return batch


def batch(session: Connection, id: UUID) -> Batch:
    """Give a batch. Raises `NotFound`."""
    found = store.find_by_id(session, id)
    if found is None:
        raise NotFound
    return found


def _lock(session: Connection, lock: Callable[[Connection, str], None], payer: str) -> None:
    if not store.has_payer(session, payer):
        raise errors.PayerUnknown
    try:
        lock(session, payer)
    except exc.OperationalError as waited:
        if getattr(waited.orig, "sqlstate", None) != store.LOCK_NOT_AVAILABLE:
            raise
        raise errors.PayerBusy(retry_after_s=RETRY_AFTER_S) from None


def _payable(session: Connection, context: Context, wish: Wish, now: datetime, *, skip_bad: bool) -> Plan:
    """Look at everything before anything is posted."""
    known = store.find(session, wish.batch)
    if known is not None and known.payer != wish.payer:
        raise errors.BatchOfAnotherPayer(payer=known.payer)
    plan, padded = Plan([], [], list(wish.bad)), _padded(session, wish)
    for part in _slices(wish.lines, LOOKED_UP_AT_ONCE):
        more = _examined(session, context.cipher, wish, part, padded)
        plan = Plan(plan.ready + more.ready, plan.good + more.good, plan.bad + more.bad)
    plan.bad.sort(key=lambda bad: bad.number)
    if plan.bad and not skip_bad:
        raise _refused(plan.bad)
    plan = replace(plan, again=_refuse_again(session, context, wish, plan, now))
    available = _available(session, wish.payer)
    if plan.total > available:
        raise errors.PayerShort(available=available, needed=plan.total)
    return plan


def _refused(bad: Sequence[Bad]) -> errors.LinesRefused:
    return errors.LinesRefused(
        lines=[{"line": one.number, "reason": one.reason, "line_reference": one.reference} for one in bad]
    )


def _padded(session: Connection, wish: Wish) -> dict[str, Credited]:
    """Give what the batch has credited under numbers with noughts before them, by what their references are today."""
    found = store.credited_padded(session, wish.batch)
    return {
        _reference(wish, same_reference(one.split("/", 2)[2])): credited for one, credited in found.items()
    }


def _examined(
    session: Connection, cipher: Cipher, wish: Wish, lines: Sequence[Line], padded: dict[str, Credited]
) -> Plan:
    """Find the customer of each line, and what the ledger has of it already."""
    plan = Plan([], [], [])
    credited = padded | store.credited(session, [_reference(wish, line.reference) for line in lines])
    prints = [_prints(cipher, line) for line in lines]
    people = store.people(session, {one for of_line in prints for one in of_line})
    for line, of_line in zip(lines, prints, strict=True):
        customers = {people.get(one) for one in of_line}
        customer = customers.pop()
        before = credited.get(_reference(wish, line.reference))
        if (customer is None or None in customers) and _is_done(before, wish, line):
            plan.good.append((line, _GONE))  # who was paid and has left since keeps nobody else's
        elif customer is None or None in customers:
            plan.bad.append(Bad(line.number, Reason.UNKNOWN_PERSON, line.reference))
        elif customers:
            plan.bad.append(Bad(line.number, Reason.TWO_PERSONS, line.reference))
        elif before is not None and before != _as_credited(wish, line, customer):
            plan.bad.append(Bad(line.number, Reason.ALREADY_DIFFERENT, line.reference))
        else:
            plan.good.append((line, customer))
            if before is None:
                plan.ready.append((line, customer))
    return plan


def _is_done(before: Credited | None, wish: Wish, line: Line) -> bool:
    return before is not None and before == replace(
        _as_credited(wish, line, _GONE), credit_id=before.credit_id
    )


def _refuse_again(
    session: Connection, context: Context, wish: Wish, plan: Plan, now: datetime
) -> list[dict[str, Any]]:
    """Give the lines that may have been credited by another line; refuse, unless the wish says how many there are.

    By one of another batch, or by one of this batch that does not stand in the wish: somebody has named its lines anew.
    """
    first = ledger.business_date(now) - timedelta(days=context.policy.credits.again_within_days)
    payer, since = ledger.account_id(chart.payer(wish.payer)), ids.first(calendar.day_start(first))
    accounts = {line.number: ledger.account_id(chart.customer(customer)) for line, customer in plan.ready}
    own = {line.reference for line in wish.lines}
    earlier = {
        account: [one for one in found if one.batch != wish.batch or same_reference(one.reference) not in own]
        for account, found in store.credited_lately(session, payer, accounts.values(), since).items()
    }
    shown = [
        {
            "line": line.number,
            "line_reference": line.reference,
            "earlier_batch": alike.batch,
            "earlier_reference": alike.reference,
            "earlier_amount": alike.amount,
            "earlier_day": alike.day,
        }
        for line, _ in plan.ready
        if (alike := credited_lately(line, earlier.get(accounts[line.number], ()))) is not None
    ]
    if shown and wish.again != len(shown):
        raise errors.CreditedLately(again=len(shown), lines=shown)
    return shown


def _prints(cipher: Cipher, line: Line) -> list[bytes]:
    prints = []
    if line.id_number:
        prints.append(at_rest.id_print(cipher, line.id_number))
    if line.phone:
        prints.append(at_rest.phone_print(cipher, line.phone))
    return prints


def _as_credited(wish: Wish, line: Line, customer: UUID) -> Credited:
    return Credited(
        debit_id=ledger.account_id(chart.payer(wish.payer)),
        credit_id=ledger.account_id(chart.customer(customer)),
        amount=line.amount,
        narration=line.narration,
    )


def _available(session: Connection, payer: str) -> int:
    """Give how many đồng the payer has. The treasury has what it brought in cash and has not yet credited."""
    try:
        return reading.balance(session, chart.payer(payer)).available
    except reading.UnknownAccount:
        return 0


def _begin(
    session: Connection, wish: Wish, plan: Plan, caller: Caller | None, leave: Leave, now: datetime
) -> Batch:
    """Write down that this run begins; the batch itself is written by the first one."""
    store.add(session, Batch(ids.new(now), wish.batch, wish.payer, now))
    found = store.find(session, wish.batch)
    assert found is not None
    leave(session, plan, found.id)
    detail = {
        "payer": wish.payer,
        "lines": len(plan.ready),
        "total": plan.total,
        "skipped": len(plan.bad),
        "again": wish.again,
    }
    trail.record(session, now, "credits", found.id, caller, detail)
    return found


def _hold(session: Connection, part: Sequence[tuple[Line, UUID]]) -> None:
    """Keep these wallets open until the commit; who has just closed one is a line that is refused."""
    there = store.hold_open(session, [customer for _, customer in part])
    if gone := [
        Bad(line.number, Reason.UNKNOWN_PERSON, line.reference)
        for line, customer in part
        if customer not in there
    ]:
        raise _refused(gone)


def _post(session: Connection, wish: Wish, part: Sequence[tuple[Line, UUID]], now: datetime) -> None:
    payer, day = chart.payer(wish.payer), ledger.business_date(now)
    entries = [
        Entry(
            id=ids.new(now),
            reference=_reference(wish, line.reference),
            kind=KIND,
            business_date=day,
            narration=line.narration,
            postings=(Posting(payer, chart.customer(customer), line.amount),),
        )
        for line, customer in part
    ]
    ledger.must(ledger.post(session, entries, now))  # everything was looked at under the payer's lock


def _reference(wish: Wish, line_reference: str) -> str:
    return f"credit/{wish.batch}/{line_reference}"


def _slices(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
