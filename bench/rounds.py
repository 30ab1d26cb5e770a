"""Workloads, run one after another, round by round, so that all of them share the machine's good and bad minutes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.figures import Goal, Row

BASE: Final = "pgbench tpcb-like"
"""What the others are compared with, at the same number of clients."""


@dataclass(frozen=True)
class Measured:
    """What one run of a workload did: its figure, and what else is worth knowing."""

    figure: float
    note: str = ""


@dataclass(frozen=True)
class Workload:
    """Something done as often as it goes for some seconds by some clients. `run(seconds)` gives the figure.

    `at` says what stands in the place of the number of clients, where that is not what matters.
    """

    part: str
    what: str
    clients: int
    unit: str
    run: Callable[[int], Measured]
    goal: Goal | None = None
    at: str = ""


def alternate(
    workloads: Sequence[Workload], rounds: int, seconds: int, say: Callable[[str], None]
) -> list[Row]:
    """Run every workload once a round and give a row for each, compared with the base of the same rounds."""
    done: list[list[Measured]] = [[] for _ in workloads]
    for number in range(1, rounds + 1):
        for workload, measured in zip(workloads, done, strict=True):
            measured.append(workload.run(seconds))
            last = measured[-1]
            say(f"round {number}: {workload.what}, {_at(workload)}: {last.figure:,.1f} {workload.unit}")
    return rows(workloads, done)


def rows(workloads: Sequence[Workload], done: Sequence[Sequence[Measured]]) -> list[Row]:
    """Give a row for each workload."""
    figures = [tuple(one.figure for one in measured) for measured in done]
    bases = {
        workload.clients: values
        for workload, values in zip(workloads, figures, strict=True)
        if workload.what == BASE
    }
    return [
        Row(
            workload.part,
            workload.what,
            _at(workload),
            values,
            workload.unit,
            () if workload.at else bases.get(workload.clients, ()),
            workload.goal,
            measured[-1].note,
        )
        for workload, values, measured in zip(workloads, figures, done, strict=True)
    ]


def _at(workload: Workload) -> str:
    return workload.at or f"{workload.clients} client{'s' if workload.clients > 1 else ''}"
