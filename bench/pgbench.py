"""The yardstick: pgbench's own workloads, as PostgreSQL ships them."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from bench import server
from bench.rounds import BASE, Measured, Workload
from bench.server import Server

PART: Final = "PostgreSQL's own pgbench"
SCALE: Final = 50  # branches: pgbench asks for at least as many as there are clients
CLIENTS: Final = (1, 8, 32)
THREADS: Final = 2


def workloads(on: Server, clients: Sequence[int] = CLIENTS, scale: int = SCALE) -> list[Workload]:
    """Fill pgbench's tables if they are not there, and give its workloads; the base comes first."""
    url, is_new = on.database("bench_pgbench")
    if is_new:
        server.pgbench(url, "--initialize", "--quiet", f"--scale={scale}")
    kinds = {
        BASE: ("--builtin=tpcb-like",),
        "pgbench tpcb-like, prepared": ("--builtin=tpcb-like", "--protocol=prepared"),
        "pgbench simple-update": ("--builtin=simple-update",),
    }
    return [
        Workload(PART, what, number, "transactions/s", partial(_run, url, number, arguments))
        for what, arguments in kinds.items()
        for number in clients
    ]


def base(on: Server) -> list[Workload]:
    """Give the base alone."""
    return [workload for workload in workloads(on) if workload.what == BASE]


def _run(url: str, clients: int, arguments: Sequence[str], seconds: int) -> Measured:
    printed = server.pgbench(
        url,
        f"--client={clients}",
        f"--jobs={min(clients, THREADS)}",
        f"--time={seconds}",
        "--no-vacuum",
        *arguments,
    )
    return Measured(server.counted(printed).per_second)
