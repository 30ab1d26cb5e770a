"""What a journal costs as it grows: the same questions and deeds at each size."""

import gc
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import ledger
from atm_service.control.audit import sealing, watching
from atm_service.control.audit import service as audit
from atm_service.control.audit import store as audit_store
from atm_service.platform import chart
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
    towns: Mapping[int, Town],
    rounds: int,
    seconds: int,
    patience_s: float,
    clock: Clock,
    say: Callable[[str], None],
) -> list[Row]:
    """Load each journal to its size, then measure them in turns; rates are compared with the first one's."""
    found: list[Row] = []
    for size, town in towns.items():
        say(f"growing to {size:,} postings …")
        if loaded := growth.load(town, size, clock, say):
            what = f"loading, {growth.A_CALL:,} postings a call"
            found.append(Row(PART, what, f"{size:,} postings", (loaded,), "postings/s"))
    # With those that opened the customers' accounts.
    names = [f"{growth.postings(town):,} postings" for town in towns.values()]
    each = [_works(town, seconds, patience_s, clock) for town in towns.values()]
    gc.freeze()  # a service does not hold a hundred thousand people, and Python does not walk through them
    for works in zip(*each, strict=True):
        times = rounds if works[0].goal is SAME_COST else 1
        found += _rows(works, names, _in_turns(works, names, times, say))
    return found


def _in_turns(
    works: Sequence["_Work"], names: Sequence[str], times: int, say: Callable[[str], None]
) -> list[list["_Result"]]:
    """Do the same at each size, as often as asked; give what came of it, by size."""
    done: list[list[_Result]] = [[] for _ in works]
    for _ in range(times):
        for work, name, results in zip(works, names, done, strict=True):
            result = work.do()
            if result is None:
                say(f"{name}: {work.what}: left out")
                continue
            results.append(result)
            say(f"{name}: {work.what}: {result[0]:,.3f} {work.unit} {result[1]}")
    return done


def _rows(works: Sequence["_Work"], names: Sequence[str], done: Sequence[Sequence["_Result"]]) -> list[Row]:
    first = tuple(figure for figure, _ in done[0])
    return [
        Row(
            PART,
            work.what,
            name,
            tuple(figure for figure, _ in results),
            work.unit,
            first if work.goal is SAME_COST else (),
            work.goal,
            results[-1][1],
        )
        for work, name, results in zip(works, names, done, strict=True)
        if results
    ]


_Result = tuple[float, str]


@dataclass(frozen=True)
class _Work:
    """Something done at a size: its figure and what else is worth knowing, or None where it is left out."""

    what: str
    unit: str
    goal: Goal | None
    do: Callable[[], _Result | None]


def _works(town: Town, seconds: int, patience_s: float, clock: Clock) -> list[_Work]:
    """List what is done at each size, in an order in which nothing spoils the next.

    Questions come before deeds, which make a day of a year's entries. The controls run before the service does: its
    housekeeping looks at everything when nobody has before.
    """
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
        *(_Work(what, "s", goal, partial(_ask, town, ask)) for what, goal, ask in asked),
        _Work("sealing", "rows/s", None, partial(_seal, town, patience_s, clock)),
        _Work("controls, all of time", "s", None, partial(_controls, town, clock, everything=True)),
        _Work(f"controls, {NEW:,} new entries", "s", None, partial(_news, town, one, clock)),
        _Work(
            "complete withdrawals over HTTP", "withdrawals/s", SAME_COST, partial(_withdraw, turns, seconds)
        ),
        _Work("one entry a call, Python", "entries/s", SAME_COST, lambda: _rate(one, seconds)),
        _Work("batches of 100, Python", "entries/s", SAME_COST, lambda: _rate(hundred, seconds)),
        _Work("verification, live rows", "rows/s", None, partial(_verify, town, patience_s, clock)),
    ]


def _withdraw(turns: withdrawals.Turns, seconds: int) -> _Result:
    done = withdrawals.measure(turns, 1, CLIENTS, seconds, is_hot=False)
    return done.figure, f"{CLIENTS} clients, {done.note}"


def _rate(prepare: clients.Prepare, seconds: int) -> _Result:
    """Measure after as long unmeasured: what a cold server reads first is not what a day costs."""
    clients.processes(prepare, CLIENTS, seconds)
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


def _seal(town: Town, patience_s: float, clock: Clock) -> _Result | None:
    """Seal what is there, for as long as there is patience; None where nothing is left of an earlier run's."""
    stopping = town.context.stopping
    limit = threading.Timer(patience_s, stopping.set)
    limit.start()
    started = time.perf_counter()
    rows = sealing.seal_all(town.context, clock())
    took = time.perf_counter() - started
    limit.cancel()
    left = stopping.is_set()
    stopping.clear()
    if not rows:
        return None
    return rows / took, f"{rows:,} rows in {took:.1f} s{', the rest is left' if left else ''}"


def _controls(town: Town, clock: Clock, *, everything: bool) -> _Result:
    """Run the controls as `soft-atm audit controls` does, and remember that they held."""
    with audit_store.snapshot(
        town.context.engine, read_only=False, timeout_ms=audit_store.UNHURRIED_MS
    ) as session:
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


def _verify(town: Town, patience_s: float, clock: Clock) -> _Result | None:
    """Verify all there is; None while not all is sealed, which would be found and told row by row."""
    _seal(town, patience_s, clock)
    with audit_store.snapshot(town.context.engine, timeout_ms=audit_store.UNHURRIED_MS) as session:
        if sealing.unsealed_for(session, clock()) > sealing.SEALED_WITHIN:
            return None
        keys = {key.kid: key.public for key in sealing.verifying_keys(town.context, session)}
        started = time.perf_counter()
        report = verifying.verify(live.books(session), keys, clock())
        took = time.perf_counter() - started
    if not report.holds:
        raise NotWhole("; ".join(map(str, report.findings[:3])))
    return report.leaves / took, f"{report.leaves:,} rows in {took:.1f} s"
