"""What a journal costs as it grows: the same questions and deeds at each size."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import ledger
from atm_service import chart
from atm_service.audit import sealing, watching
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
NEW: Final = 4_000
STRETCH_S: Final = 600
# As cheap at ten million as at ten thousand, but for a quarter: so much of the rate is to be left.
SAME_COST: Final = ratio_at_least(1 / 1.25)


class NotWhole(RuntimeError):  # noqa: N818  named for what happened
    """A control is broken, or the verification found something."""


def measured(
    town: Town,
    sizes: Sequence[int],
    seconds: int,
    patience_s: float,
    clock: Clock,
    say: Callable[[str], None],
) -> list[Row]:
    """Load the journal to each size in turn and measure there; rates are compared with the first size."""
    found: list[Row] = []
    for size in sizes:
        say(f"growing to {size:,} postings …")
        loaded = growth.load(town, size, clock, say)
        at = f"{growth.postings(town):,} postings"  # with those that opened the customers' accounts
        if loaded:
            found.append(
                Row(PART, f"loading, {growth.A_CALL:,} postings a call", at, (loaded,), "postings/s")
            )
        for what, unit, goal, work in _works(town, seconds, patience_s, clock):
            done = work()
            if done is None:
                say(f"{at}: {what}: left out")
                continue
            value, note = done
            say(f"{at}: {what}: {value:,.3f} {unit} {note}")
            first = tuple(row.values[0] for row in found if row.what == what)[:1]
            found.append(Row(PART, what, at, (value,), unit, first if goal is SAME_COST else (), goal, note))
    return sorted(found, key=lambda row: [one.what for one in found].index(row.what))


_Result = tuple[float, str]
_Work = tuple[str, str, Goal | None, Callable[[], _Result | None]]


def _works(town: Town, seconds: int, patience_s: float, clock: Clock) -> list[_Work]:
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
        ("sealing", "rows/s", None, partial(_seal, town, patience_s, clock)),
        ("controls, all of time", "s", None, partial(_controls, town, clock, everything=True)),
        (f"controls, {NEW:,} new entries", "s", None, partial(_news, town, one, clock)),
        ("verification, live rows", "rows/s", None, partial(_verify, town, clock)),
    ]


def _withdraw(turns: withdrawals.Turns, seconds: int) -> _Result:
    done = withdrawals.measure(turns, 1, CLIENTS, seconds, is_hot=False)
    return done.figure, f"{CLIENTS} clients, {done.note}"


def _rate(prepare: clients.Prepare, seconds: int) -> _Result:
    return clients.processes(prepare, CLIENTS, seconds).rate, f"{CLIENTS} clients"


def _ask(town: Town, ask: Callable[[Any], Any]) -> _Result:
    """Ask three times; give the time that lies between the others."""
    took = []
    for _ in range(TIMES):
        with audit_store.snapshot(town.context.engine) as session:
            started = time.perf_counter()
            ask(session)
            took.append(time.perf_counter() - started)
    return sorted(took)[TIMES // 2], f"median of {TIMES}"


def _seal(town: Town, patience_s: float, clock: Clock) -> _Result:
    """Seal what is there, for as long as there is patience."""
    stopping = town.context.stopping
    limit = threading.Timer(patience_s, stopping.set)
    limit.start()
    started = time.perf_counter()
    rows = sealing.seal_all(town.context, clock())
    took = time.perf_counter() - started
    limit.cancel()
    left = stopping.is_set()
    stopping.clear()
    return rows / took, f"{rows:,} rows in {took:.1f} s{', the rest is left' if left else ''}"


def _controls(town: Town, clock: Clock, *, everything: bool) -> _Result:
    """Run the controls as `soft-atm audit controls` does, and remember that they held."""
    with audit_store.snapshot(town.context.engine, read_only=False) as session:
        started = time.perf_counter()
        span = watching.EVERYTHING if everything else watching.since_mark(session)
        found = watching.controls(session, town.context.policy, clock(), span)
        took = time.perf_counter() - started
        if broken := [f"{one.name}: {one.examples[:1]}" for one in found if not one.holds]:
            raise NotWhole("; ".join(broken))
        watching.remember(session, found)
    looked = f"what is new since seal {span.mark.seal}" if span.mark else "everything"
    return took, f"{len(found)} controls hold over {looked}"


def _news(town: Town, prepare: clients.Prepare, clock: Clock) -> _Result:
    """Post some entries after the controls were run, seal them, and run the controls again."""
    clients.processes(prepare, CLIENTS, STRETCH_S, NEW // CLIENTS)
    sealing.seal_all(town.context, clock())
    return _controls(town, clock, everything=False)


def _verify(town: Town, clock: Clock) -> _Result | None:
    """Verify all there is; None while not all is sealed, which would be found and told row by row."""
    with audit_store.snapshot(town.context.engine) as session:
        if sealing.unsealed_for(session, clock()) > sealing.SEALED_WITHIN:
            return None
        keys = {key.kid: key.public for key in sealing.verifying_keys(town.context, session)}
        started = time.perf_counter()
        report = verifying.verify(live.books(session), keys, clock())
        took = time.perf_counter() - started
    if not report.holds:
        raise NotWhole("; ".join(map(str, report.findings[:3])))
    return report.leaves / took, f"{report.leaves:,} rows in {took:.1f} s"
