"""The peer's workloads, run by the peer's own Python."""

import json
import subprocess
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import text

from atm_service.platform import database as db
from bench import server
from bench.rounds import Measured, Workload
from bench.server import Server

PART: Final = "a peer: django-hordak"
ROOT: Final = Path(__file__).parents[1]
ACCOUNTS: Final = 1_000
CLIENTS: Final = (1, 8)
TIMEOUT_S: Final = 600


class PeerFailed(RuntimeError):  # noqa: N818  named for what happened
    """The peer ended with an error, or has other transactions than it counted."""


def workloads(on: Server, python: Path, accounts: int = ACCOUNTS) -> list[Workload]:
    """Fill the peer's tables if they are not there, and give its workloads; none where the peer is not installed."""
    if not python.exists():
        return []
    url, is_new = on.database("bench_hordak")
    if is_new:
        _run(python, "prepare", server.plain(url), str(accounts))
    kinds = {"account.transfer_to": CLIENTS, "account.transfer_to, hot account": CLIENTS[-1:]}
    return [
        Workload(
            PART,
            what,
            number,
            "entries/s",
            partial(_post, python, url, accounts, number, is_hot="hot" in what),
        )
        for what, numbers in kinds.items()
        for number in numbers
    ]


def _post(python: Path, url: str, accounts: int, clients: int, seconds: int, *, is_hot: bool) -> Measured:
    before = _count(url)
    numbers = (str(accounts), str(clients), str(seconds), str(int(is_hot)))
    done = json.loads(_run(python, "post", server.plain(url), *numbers))
    if _count(url) - before != done["total"]:
        raise PeerFailed("it has another number of transactions than it counted")
    return Measured(done["rate"])


def _run(python: Path, *arguments: str) -> str:
    ended = subprocess.run(
        [str(python.absolute()), "-m", "bench.hordak", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    if ended.returncode:
        raise PeerFailed(ended.stderr)
    return ended.stdout


def _count(url: str) -> int:
    owner = db.owner_engine(url)
    with owner.connect() as session:
        number: int = session.execute(text("SELECT count(*) FROM hordak_transaction")).scalar_one()
    owner.dispose()
    return number
