"""A file of salaries at the command line, corrected and imported again."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from atm_service.platform.context import Context
from tests.atm_service.registers.credits.school import SCHOOL, credited, fund, settle, write
from tests.atm_service.run.cli.line import (
    FIRST,
    SECOND,
    Run,
    add_staff,
    by_two,
    proposed,
    shell,
    sign_in,
)
from tests.database import Database
from tests.simulation import people

NOVEMBER = ("--payer", SCHOOL, "--batch", "november")


@pytest.fixture
def context(database: Database, tmp_path: Path) -> Iterator[Context]:
    """Give a service with its secret keys in a folder, as the command line finds them, and a funded payer."""
    town = people.found(database.url, tmp_path)
    fund(town.context, 100_000)
    yield town.context
    town.close()


@pytest.fixture
def run(context: Context, database: Database, tmp_path: Path) -> Run:
    """Give the command line."""
    environment = {
        "SOFT_ATM_DATABASE_URL": database.url.replace("+psycopg", "", 1),
        "SOFT_ATM_DATA_DIR": str(tmp_path),
        "SOFT_ATM_SECRET_KEYS_FILE": f"{tmp_path}/secret-keys.toml",
        "SOFT_ATM_SECOND_FACTOR": "off",
    }
    run = shell(environment, tmp_path, context.clock())
    add_staff(run, **{FIRST: "operator"})
    sign_in(run, FIRST)
    return run


def test_a_corrected_file_credits_nobody_again(context: Context, run: Run, tmp_path: Path) -> None:
    """Without a name it is told to give one; under another name it is told who was credited, until it says how many."""
    (anna, _), (binh, _) = settle(context, 2)
    path = tmp_path / "salaries.csv"
    write(path, f"01,{anna},,1000,Lương", f"02,{binh},,2.000,Lương")
    load = ("credits", "import", path)
    unnamed = run(*load, "--payer", SCHOOL)
    assert (unnamed.exit_code, "--batch salary-2026-11-school-12" in unnamed.stderr) == (2, True)
    assert by_two(run, *load, *NOVEMBER, "--skip-bad").exit_code == 3

    write(path, f"1,{anna},,1000,Lương", f"2,{binh},,2000,Lương")
    other = run(*load, "--payer", SCHOOL, "--batch", "corrected")
    assert other.exit_code == 1
    assert "line 2 (1): 1,000 đ were credited on" in other.stderr
    assert "add --again 1" in other.stderr
    assert len(credited(context)) == 1
    assert by_two(run, *load, *NOVEMBER).exit_code == 0
    assert credited(context) == {"credit/november/1": 1_000, "credit/november/2": 2_000}
    corrected = (*load, "--payer", SCHOOL, "--batch", "corrected", "--again", "2")
    id = proposed(run, *corrected)
    shown = run("approvals", "show", id).stdout
    assert f"file {hashlib.sha256(path.read_bytes()).hexdigest()}" in shown
    assert "lines 2\n" in shown
    assert shown.count("earlier_batch=november") == 2
    assert anna not in shown
    sign_in(run, SECOND)
    unconfirmed = run("approvals", "approve", id, "--reason", "đã đối chiếu")
    assert (unconfirmed.exit_code, "add --again 2" in unconfirmed.stderr) == (1, True)
    assert by_two(run, *corrected, again=2).exit_code == 0
    assert len(credited(context)) == 4
