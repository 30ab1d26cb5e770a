"""Run the harness: `make bench`, or `python -m bench` with the same settings in the environment."""

import os
import platform
import signal
import sys
from datetime import UTC, datetime

import orjson

from bench import (
    growth,
    office,
    options,
    peer,
    pgbench,
    posting,
    report,
    rounds,
    salaries,
    server,
    sizes,
    withdrawals,
)
from bench.figures import Row
from bench.options import Options, WrongOption
from bench.server import Server
from bench.town import CUSTOMERS


def clock() -> datetime:
    """Read the clock: aware, in UTC."""
    return datetime.now(UTC)


def say(line: str) -> None:
    """Tell how far it is."""
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    """Measure what was asked for, print the table and write the JSON."""
    try:
        chosen = options.read(os.environ)
    except WrongOption as wrong:
        sys.exit(str(wrong))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the server is stopped, too
    started_at = clock()
    with server.started(chosen.data_dir) as on:
        about = {
            "at": started_at.isoformat(timespec="seconds"),
            "cores": options.cores(),
            "python": platform.python_version(),
            "postgresql": on.version(),
            "seconds": chosen.seconds,
            "rounds": chosen.rounds,
            "parts": list(chosen.parts),
        }
        rows = _measured(on, chosen)
    print(report.table(rows))
    print(
        f"\n{about['cores']} cores, PostgreSQL {about['postgresql']}, Python {about['python']}, {about['at']}"
    )
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_bytes(orjson.dumps(report.data(rows, about), option=orjson.OPT_INDENT_2))
    print(f"written: {chosen.output}")


def _measured(on: Server, chosen: Options) -> list[Row]:
    found: list[Row] = []
    compared = []
    if "ledger" in chosen.parts:
        say("filling the books …")
        compared += pgbench.workloads(on) + peer.workloads(on, chosen.peer_python)
        compared += posting.workloads(on, clock)
    if "http" in chosen.parts:
        say("founding the town …")
        if not compared:
            compared += pgbench.base(on)
        more, prove = withdrawals.workloads(on, clock)
        compared += more + office.workloads(on, clock)
    if "salaries" in chosen.parts:
        say("hiring employees …")
        compared += salaries.workloads(on, clock)
    found += rounds.alternate(compared, chosen.rounds, chosen.seconds, say)
    if "http" in chosen.parts:
        prove()
    if "growth" in chosen.parts:
        people = max(CUSTOMERS, chosen.sizes[-1] // growth.EACH)  # the same at each size
        towns = {size: growth.grown(on, size, clock, people) for size in chosen.sizes}
        found += sizes.measured(towns, chosen.rounds, chosen.seconds, chosen.patience_s, clock, say)
    return found


if __name__ == "__main__":
    main()
