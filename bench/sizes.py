"""What a journal costs as it grows: the same questions and deeds at each size."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import ledger
from atm_service import chart
from atm_service.audit import sealing
from atm_service.audit import service as audit
from atm_service.audit import store as audit_store
from bench import clients, growth, withdrawals
from bench.books import Books, Clock
from bench.figures import Goal, Row, at_most, ratio_at_least
from bench.posting import poster
from bench.town import Town
from ledger import reading
from ledger.seals import live, verifying

PART: Final = "growth"
CLIENTS: Final = 8
TIMES: Final = 3
PAGE: Final = 50
# As cheap at ten million as at ten thousand, but for a quarter: so much of the rate is to be left.
SAME_COST: Final = ratio_at_least(1 / 1.25)


class NotWhole(RuntimeError):  # noqa: N818  named for what happened
    """A control is broken, or the verification found something."""


def measured(
    town: Town, sizes: Sequence[int], seconds: int, clock: Clock, say: Callable[[str], None]
) -> list[Row]:
    """Load the journal to each size in turn and measure there; rates are compared with the first size."""
    found: list[Row] = []
    for size in sizes:
        say(f"growing to {size:,} postings …")
        loaded = growth.load(town, size, clock, say)
        at = f"{size:,} postings"
        if loaded:
            found.append(
                Row(PART, f"loading, {growth.A_CALL:,} postings a call", at, (loaded,), "postings/s")
            )
        for what, unit, goal, work in _works(town, seconds, clock):
            value, note = work()
            say(f"{at}: {what}: {value:,.3f} {unit} {note}")
            first = tuple(row.values[0] for row in found if row.what == what)[:1]
            found.append(Row(PART, what, at, (value,), unit, first if goal is SAME_COST else (), goal, note))
    return sorted(found, key=lambda row: [one.what for one in found].index(row.what))


_Work = tuple[str, str, Goal | None, Callable[[], tuple[float, str]]]


def _works(town: Town, seconds: int, clock: Clock) -> list[_Work]:
    """List what is done at each size, in an order in which nothing spoils the next."""
    accounts = tuple(chart.customer(person.id) for person in town.people)
    one, hundred = (poster(clock, size, Books(town.url, accounts)) for size in (1, 100))
    turns = withdrawals.Turns(town)
    asked: list[tuple[str, Goal | None, Callable[[Any], Any]]] = [
        (
            "trial balance, today",
            at_most(1),
            lambda session: reading.trial_balance(session, ledger.business_date(clock())),
        ),
        (
            f"a statement's page of {PAGE}, a drawer's",
            None,
            lambda session: reading.statement(session, chart.drawer(town.clerks[0].office, 1), None, PAGE),
        ),
        (
            "one office's reconciliation",
            None,
            lambda session: audit.reconcile_office(
                session,
                town.context.policy,
                town.clerks[0].office,
                ledger.business_date(clock()),
                clock(),
            ),
        ),
        (
            "all offices' reconciliation",
            at_most(2),
            lambda session: audit.reconcile_all(
                session, town.context.policy, ledger.business_date(clock()), clock()
            ),
        ),
    ]
    return [
        ("complete withdrawals over HTTP", "withdrawals/s", SAME_COST, partial(_withdraw, turns, seconds)),
        ("one entry a call, Python", "entries/s", SAME_COST, lambda: _rate(one, seconds)),
        ("batches of 100, Python", "entries/s", SAME_COST, lambda: _rate(hundred, seconds)),
        *((what, "s", goal, partial(_ask, town, ask)) for what, goal, ask in asked),
        ("sealing", "rows/s", None, lambda: _seal(town, clock)),
        ("controls, all of time", "s", None, lambda: _controls(town, clock)),
        ("verification, live rows", "rows/s", None, lambda: _verify(town, clock)),
    ]


def _withdraw(turns: withdrawals.Turns, seconds: int) -> tuple[float, str]:
    done = withdrawals.measure(turns, 1, CLIENTS, seconds, is_hot=False)
    return done.figure, f"{CLIENTS} clients, {done.note}"


def _rate(prepare: clients.Prepare, seconds: int) -> tuple[float, str]:
    return clients.processes(prepare, CLIENTS, seconds).rate, f"{CLIENTS} clients"


def _ask(town: Town, ask: Callable[[Any], Any]) -> tuple[float, str]:
    """Ask three times; give the time that lies between the others."""
    took = []
    for _ in range(TIMES):
        with audit_store.snapshot(town.context.engine) as session:
            started = time.perf_counter()
            ask(session)
            took.append(time.perf_counter() - started)
    return sorted(took)[TIMES // 2], f"median of {TIMES}"


def _seal(town: Town, clock: Clock) -> tuple[float, str]:
    started = time.perf_counter()
    rows = sealing.seal_all(town.context, clock())
    took = time.perf_counter() - started
    return rows / took, f"{rows:,} rows in {took:.1f} s"


def _controls(town: Town, clock: Clock) -> tuple[float, str]:
    with audit_store.snapshot(town.context.engine) as session:
        started = time.perf_counter()
        found = audit.controls(session, town.context.policy, clock())
        took = time.perf_counter() - started
    if broken := [f"{one.name}: {one.examples[:1]}" for one in found if not one.holds]:
        raise NotWhole("; ".join(broken))
    return took, f"{len(found)} controls hold"


def _verify(town: Town, clock: Clock) -> tuple[float, str]:
    with audit_store.snapshot(town.context.engine) as session:
        keys = {key.kid: key.public for key in sealing.verifying_keys(town.context, session)}
        started = time.perf_counter()
        report = verifying.verify(live.books(session), keys, clock())
        took = time.perf_counter() - started
    if not report.holds:
        raise NotWhole("; ".join(map(str, report.findings[:3])))
    return report.leaves / took, f"{report.leaves:,} rows in {took:.1f} s"
