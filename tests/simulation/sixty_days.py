"""Sixty business days over two hundred offices, once with customers who just go and once with those who ask.

python -m tests.simulation.sixty_days --seed 1      on an embedded PostgreSQL; prints the table
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from sqlalchemy import make_url

from atm_service.control.floats import backtest
from atm_service.control.floats import service as floats
from atm_service.control.floats.backtest import Tally
from atm_service.platform import database
from atm_service.platform.logs import configure
from tests.database import administer
from tests.folders import walkable
from tests.simulation import demand, province
from tests.simulation.demand import Size
from tests.simulation.lives import Life
from tests.simulation.province import Province

ROOT: Final = Path(__file__).parents[2]
WAYS: Final = {"go": False, "ask": True}
ROWS: Final = {
    "wishes": "wishes for cash",
    "journeys": "journeys",
    "vain": "of them in vain",
    "paid": "paid",
    "elsewhere": "sent to another office of the area",
    "reserved": "reserved",
    "broken": "reservations broken, with notice",
    "stayed_home": "told at home that no office near could pay",
    "given_up": "given up",
}


def lived(url: str, folder: Path, seed: int, size: Size, *, asks: bool) -> dict[str, Any]:
    """Live through the days in a migrated database; give what was seen, and how good the forecasts were."""
    began = time.monotonic()
    settled = province.found(url, folder, size)
    founded = time.monotonic()
    seen = Life(settled, asks).live(list(demand.days(seed, size)))
    found = vars(seen) | {
        "happened": settled.happened,
        "forecasts": _judged(settled),
        "seconds": round(time.monotonic() - began),
        "founding": round(founded - began),
    }
    settled.context.engine.dispose()
    return found


def _judged(settled: Province) -> dict[str, dict[str, float]]:
    rules = settled.context.policy.float
    with settled.context.transaction() as session:
        pasts = floats.pasts(session, rules, None, settled.clock.now.date())
    tallies = dict.fromkeys(backtest.GUESSERS, Tally())
    for past in pasts.values():
        for name, guess in backtest.GUESSERS.items():
            tallies[name] = tallies[name].plus(backtest.judged(past, guess, rules.safety_percent))
    return {
        name: {"error": one.error_mean, "short": round(one.short_percent, 1), "left": one.left_mean}
        for name, one in tallies.items()
    }


def both(urls: dict[str, str], folder: Path, seed: int, size: Size) -> dict[str, dict[str, Any]]:
    """Live through the same days both ways, each in a process and a database of its own."""
    running = {}
    for way, url in urls.items():
        command = [sys.executable, "-m", "tests.simulation.sixty_days", "--way", way, "--seed", str(seed)]
        command += [
            "--customers",
            str(size.customers),
            "--folder",
            str(folder / way),
            "--days",
            str(size.days),
            "--offices",
            str(size.offices),
        ]
        environment = {**os.environ, "SIMULATION_DATABASE_URL": url}
        running[way] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    results = {}
    for way, process in running.items():
        printed, _ = process.communicate()
        results[way] = json.loads(printed.splitlines()[-1]) if process.returncode == 0 else None
    if None in results.values():
        raise RuntimeError("a way did not end well: see what it printed")
    return results


def table(results: dict[str, dict[str, Any]]) -> str:
    """Write the figures as a table."""
    go, ask = results["go"], results["ask"]
    lines = ["| | just go | ask and reserve |", "|---|---:|---:|"]
    lines += [f"| {words} | {go[name]:,} | {ask[name]:,} |" for name, words in ROWS.items()]
    shares = [f"{100 * one['vain'] / one['journeys']:.2f} %" for one in (go, ask)]
    lines.append(f"| **share of journeys in vain** | **{shares[0]}** | **{shares[1]}** |")
    for one in sorted(go["why"] | ask["why"]):
        lines.append(f"| in vain: {one} | {go['why'].get(one, 0):,} | {ask['why'].get(one, 0):,} |")
    lines += ["", "| forecast of one day (way: just go) | mean error đ | days short | left over đ |"]
    lines.append("|---|---:|---:|---:|")
    for name, one in go["forecasts"].items():
        lines.append(f"| {name} | {one['error']:,} | {one['short']} % | {one['left']:,} |")
    return "\n".join(lines)


def main() -> None:
    """Live through one way (in a given database) or both, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=Size().customers, help="of each office")
    parser.add_argument("--days", type=int, default=Size().days)
    parser.add_argument("--offices", type=int, default=Size().offices)
    parser.add_argument(
        "--way", choices=WAYS, help="one way alone, in the database of SIMULATION_DATABASE_URL"
    )
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    size = Size(offices=chosen.offices, customers=chosen.customers, days=chosen.days)
    configure("error")
    if chosen.way:
        chosen.folder.mkdir(parents=True)
        url = os.environ["SIMULATION_DATABASE_URL"]
        print(json.dumps(lived(url, chosen.folder, chosen.seed, size, asks=WAYS[chosen.way])))
        return
    with ExitStack() as stack:
        folder = stack.enter_context(walkable(lasts=False))
        server = stack.enter_context(database.embedded(folder / "data", keep=False, durable=False))
        urls = {}
        for way in WAYS:
            administer(server, f"CREATE DATABASE way_{way}")
            urls[way] = make_url(server).set(database=f"way_{way}").render_as_string(hide_password=False)
            database.migrate(urls[way])
        results = both(urls, folder, chosen.seed, size)
    print(table(results))
    print(json.dumps({way: [one["seconds"], one["founding"]] for way, one in results.items()}))
    for way, one in results.items():
        for wrong in one["differences"] + one["unkept"]:
            print(f"{way}: {wrong}")


if __name__ == "__main__":
    main()
