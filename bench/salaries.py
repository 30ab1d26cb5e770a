"""Salaries: a file of twenty thousand lines, read and credited by what `soft-atm credits import` calls."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

from atm_service.registers.credits import files, payers, service
from atm_service.registers.credits.service import Wish
from bench.books import Clock
from bench.figures import at_most
from bench.rounds import Measured, Workload
from bench.server import Server
from bench.town import BANK, Town, founded

PART: Final = "bulk credits"
LINES: Final = 20_000
SALARY: Final = 9_000_000
PAYER: Final = "school-12"


class NotCredited(RuntimeError):  # noqa: N818  named for what happened
    """Not every line was credited."""


def workloads(on: Server, clock: Clock, lines: int = LINES) -> list[Workload]:
    """Found a town of employees; every run credits all of them anew, under a batch of its own."""
    town = founded(on, "bench_salaries", clock, customers=lines, offices_=0)
    path = town.data_dir / "salaries.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("line_reference,id_number,amount,narration\n")
        file.writelines(
            f"{number},{person.id_number},{SALARY},Lương tháng 11\n"
            for number, person in enumerate(town.people, start=1)
        )
    with town.context.transaction() as session:
        payers.open_payer(session, PAYER, "Trường Tiểu học số 12", clock())
    run = partial(_credit, town, path, clock)
    return [Workload(PART, "a file of salaries", 1, "s", run, at_most(3), f"{lines:,} lines")]


def _credit(town: Town, path: Path, clock: Clock, _seconds: int) -> Measured:
    now, total = clock(), len(town.people) * SALARY
    with town.context.transaction() as session:
        payers.fund(session, PAYER, total, str(uuid4()), BANK, now)
    with _stopwatch() as took:
        found = files.read(path)
        wish = Wish(str(uuid4()), PAYER, found.lines, found.bad, again=len(found.lines))
        plan = service.run(town.context, wish, lambda _done, _all: None, now)
    if len(plan.ready) != len(town.people) or plan.bad:
        raise NotCredited(f"{len(plan.ready)} of {len(town.people)} lines")
    return Measured(took[0], f"{len(town.people) / took[0]:,.0f} lines/s")


@contextmanager
def _stopwatch() -> Iterator[list[float]]:
    took: list[float] = []
    started = time.perf_counter()
    yield took
    took.append(time.perf_counter() - started)
