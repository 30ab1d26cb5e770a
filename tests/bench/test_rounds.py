"""Workloads take turns."""

from collections.abc import Callable

from bench.rounds import BASE, Measured, Workload, alternate


def workload(what: str, clients: int, figures: list[float], calls: list[str], at: str = "") -> Workload:
    def run(seconds: int) -> Measured:
        calls.append(f"{what} {clients} {seconds}")
        return Measured(figures.pop(0), "noted")

    return Workload("part", what, clients, "a second", run, at=at)


def nobody(_line: str) -> None:
    """Hear what is told on the way."""


def test_every_round_runs_every_workload_once() -> None:
    """Whatever slows the machine for a while slows them all."""
    calls: list[str] = []
    pair = [workload("one", 1, [1, 2], calls), workload("two", 8, [3, 4], calls)]
    rows = alternate(pair, 2, 7, nobody)
    assert calls == ["one 1 7", "two 8 7", "one 1 7", "two 8 7"]
    assert [(row.what, row.at, row.values, row.note) for row in rows] == [
        ("one", "1 client", (1, 2), "noted"),
        ("two", "8 clients", (3, 4), "noted"),
    ]


def test_the_base_is_that_of_the_same_clients() -> None:
    """One client is not compared with eight."""
    base = [workload(BASE, 1, [10], []), workload(BASE, 8, [40], [])]
    ours = [workload("ours", number, [80], []) for number in (1, 8, 32)]
    rows = alternate([*base, *ours], 1, 1, nobody)
    assert [row.ratio for row in rows] == [1, 1, 8, 2, None]


def test_what_is_not_about_clients_has_no_base() -> None:
    """Seconds are not compared with transactions a second."""
    rows = alternate([workload(BASE, 1, [10], []), workload("file", 1, [2], [], at="9 lines")], 1, 1, nobody)
    assert (rows[1].at, rows[1].ratio) == ("9 lines", None)


def test_each_result_is_told_as_it_comes() -> None:
    """Somebody waits in front of it."""
    told: list[str] = []
    say: Callable[[str], None] = told.append
    alternate([workload("one", 1, [1234], [])], 1, 1, say)
    assert told == ["round 1: one, 1 client: 1,234.0 a second"]
