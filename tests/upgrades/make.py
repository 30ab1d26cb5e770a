"""Make a dump from the history: `python -m tests.upgrades.make 0007`, or, without a number, all that are missing.

The old commit is unpacked into a temporary folder and runs there as it did, with the packages of today: its own demo
brings in offices, staff and customers, `tests/upgrades/furnishing.py` lets them do a day's work over HTTP, housekeeping
seals it, and pg_dump writes it down. Beside the dump stand, in a JSON file, the secret keys (of this made-up house
alone), who is who, and the journal of a counter whose answer was lost. A finished dump is never made again: it is what
that version wrote.
"""

import base64
import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine

from atm_service.platform import database
from tests import psql
from tests.upgrades.furnishing import furnish
from tests.upgrades.history import DUMPS, HEADS

ROOT: Final = Path(__file__).parents[2]
WITHIN_S: Final = 180
# Run by the old commit's own modules: what its counter writes down before it sends a payment.
JOURNAL: Final = """
import json, sys
from datetime import datetime, timezone
from pathlib import Path
from counter_app.journal import Journal, Kind, Question, Who
try:
    from counter_app.encryption import load_cipher as load
except ModuleNotFoundError:
    from counter_app.sealing import load_sealer as load
folder, asked = Path(sys.argv[1]), json.loads(sys.argv[2])
journal = Journal(folder / "journal.sqlite", load(folder / "journal.key"))
who = Who(asked["username"], asked["office"], asked["drawer"])
question = Question(
    asked["key"], Kind.PAYMENT, "POST", asked["path"], asked["body"].encode(), who, asked["withdrawal"]
)
journal.begin(question, datetime.now(timezone.utc))
journal.close()
"""


def make(revision: str) -> None:
    """Make one dump."""
    with tempfile.TemporaryDirectory() as folder:
        tree, data = Path(folder, "tree"), Path(folder, "data")
        tree.mkdir()
        packed = subprocess.run(
            ["git", "archive", HEADS[revision]], cwd=ROOT, check=True, capture_output=True
        )
        subprocess.run(["tar", "-x"], cwd=tree, check=True, input=packed.stdout)
        with demo(tree, data) as facts:
            done = furnish(facts, revision)
            sealed(facts["database_url"])
            dump = "\n".join([*psql.dump(facts["database_url"]), ""])
        counter = data / "counter"
        code = [sys.executable, "-c", JOURNAL, str(counter), json.dumps(done["asked"])]
        subprocess.run(code, cwd=tree, env=environment(tree), check=True)
        with sqlite3.connect(counter / "journal.sqlite") as journal:
            lines = list(journal.iterdump())
        journal.close()
        about = {
            "commit": HEADS[revision],
            **done,
            "customers": facts["customers"],
            "staff": facts["staff"],
            "secret_keys": (data / "secret-keys.toml").read_text(encoding="ascii").splitlines(),
            "journal_key": base64.b64encode((counter / "journal.key").read_bytes()).decode(),
            "journal": lines,
        }
    DUMPS.mkdir(exist_ok=True)
    (DUMPS / f"{revision}.sql.gz").write_bytes(gzip.compress(dump.encode(), mtime=0))
    text = json.dumps(about, ensure_ascii=False, indent=1)
    (DUMPS / f"{revision}.json").write_text(text + "\n", encoding="utf-8")


def environment(tree: Path) -> dict[str, str]:
    """Give an environment in which the old tree is what is imported."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOFT_ATM_")}
    return kept | {"PYTHONPATH": str(tree), "SOFT_ATM_WORKERS": "1", "SOFT_ATM_HOUSEKEEPING_S": "1"}


@contextmanager
def demo(tree: Path, data: Path) -> Iterator[dict[str, Any]]:
    """Run the old commit's demo; give what it says of itself."""
    ready = data / "ready.json"
    command = [sys.executable, "-m", "atm_service", "demo", "--data-dir", str(data), "--port", "0"]
    command += ["--counter-port", "0", "--ready-file", str(ready)]
    with subprocess.Popen(command, cwd=tree, env=environment(tree), stdout=subprocess.DEVNULL) as process:
        try:
            end = time.monotonic() + WITHIN_S
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"the demo of {tree} did not start")
                time.sleep(0.2)
            yield json.loads(ready.read_text(encoding="utf-8"))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(WITHIN_S)


def sealed(url: str) -> None:
    """Wait until housekeeping has sealed something, where there are seals."""
    engine = create_engine(database.url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if connection.exec_driver_sql("SELECT to_regclass('ledger.seal')").scalar_one() is not None:
            while not connection.exec_driver_sql("SELECT count(*) FROM ledger.seal").scalar_one():
                time.sleep(0.2)
    engine.dispose()


if __name__ == "__main__":
    for one in sys.argv[1:] or [one for one in HEADS if not (DUMPS / f"{one}.json").exists()]:
        print(one, HEADS[one])
        make(one)
