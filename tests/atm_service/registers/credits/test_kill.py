"""`kill -9` of an import, ten times at random moments: run again, every line is credited exactly once."""

import multiprocessing
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from atm_service.platform.context import Context
from atm_service.registers.credits import service
from atm_service.run.cli import app as cli
from tests.atm_service.registers.credits.school import BATCH, SCHOOL, credited, fund, settle, write
from tests.atm_service.run.cli.line import FIRST, add_staff, agree, shell, sign_in
from tests.database import Database
from tests.simulation import people
from tests.simulation.processes import wait_until

LINES: Final = 2_000
KILLS: Final = 10
IMPORT: Final = ("credits", "import", "--payer", SCHOOL, "--batch", BATCH)
PART: Final = 10  # lines a transaction, so that there is something to kill

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["atm_service.__main__"])


def import_file(database_url: str, data_dir: str, file: str) -> None:
    """Be `soft-atm credits import`."""
    os.environ |= {
        "SOFT_ATM_DATABASE_URL": database_url.replace("+psycopg", "", 1),
        "SOFT_ATM_DATA_DIR": data_dir,
        "XDG_STATE_HOME": f"{data_dir}/state",
        "SOFT_ATM_SECRET_KEYS_FILE": f"{data_dir}/secret-keys.toml",
    }
    service.POSTED_AT_ONCE = PART  # type: ignore[misc]
    cli.app([*IMPORT[:2], file, *IMPORT[2:]], obj=people.clock)


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Iterator[Context]:
    """Give a database with its secret keys in a folder, as the command line finds them."""
    town = people.found(database.url, tmp_path)
    yield town.context
    town.close()


def test_killed_imports_credit_every_line_once(town: Context, database: Database, tmp_path: Path) -> None:
    """Ten imports are killed on the way; the eleventh ends well, and each line is in the ledger once."""
    seed = int(os.environ.get("SOFT_ATM_TEST_SEED") or random.SystemRandom().randrange(10**9))
    print(f"SOFT_ATM_TEST_SEED={seed}")
    dice = random.Random(seed)
    customers = settle(town, LINES)
    fund(town, LINES * 10_000)
    rows = [f"L{n},{id_number},,{1_000 + n},Lương" for n, (id_number, _) in enumerate(customers)]
    file = write(tmp_path / "salaries.csv", *rows)
    settings = {
        "SOFT_ATM_DATABASE_URL": database.url,
        "SOFT_ATM_DATA_DIR": str(tmp_path),
        "SOFT_ATM_SECRET_KEYS_FILE": f"{tmp_path}/secret-keys.toml",
        "SOFT_ATM_SECOND_FACTOR": "off",
    }
    run = shell(settings, tmp_path, people.clock())
    add_staff(run, **{FIRST: "operator"})
    sign_in(run, FIRST)
    agree(run, *IMPORT[:2], file, *IMPORT[2:])

    def begin() -> multiprocessing.context.ForkServerProcess:
        process = _forking.Process(
            target=import_file, args=(database.url, str(tmp_path), str(file)), daemon=True
        )
        process.start()
        return process

    seen = set()
    for _ in range(KILLS):
        reached = len(credited(town)) + dice.randrange(1, LINES // 40)  # from where the last one was killed
        process = begin()
        wait_until(lambda so_far=reached: len(credited(town)) >= so_far, "the import")  # type: ignore[misc]
        process.kill()
        process.join()
        seen.add(len(credited(town)))
    assert len(seen) >= KILLS // 2  # a kill that came late, on a busy machine, met an import that had ended
    last = begin()
    last.join(60)
    assert last.exitcode == 0
    assert credited(town) == {f"credit/{BATCH}/L{n}": 1_000 + n for n in range(LINES)}
