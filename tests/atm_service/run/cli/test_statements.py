"""Banks' files at the command line: in somebody's name, whole or not at all, and breaks as a list."""

from pathlib import Path

import pytest

from atm_service.control.statements import simulated
from tests.atm_service.control.statements.banks import BIN, NUMBER, a_line, a_statement
from tests.atm_service.run.cli.line import Run, add_staff, done, migrated, sign_in
from tests.database import Database


@pytest.fixture
def run(empty: Database, tmp_path: Path) -> Run:
    """Give the command line, with an operator signed in and our account at a bank."""
    run = migrated(empty, tmp_path)
    done(run("statements", "open-account", BIN, NUMBER))
    return run


def file(folder: Path, *amounts: int, sequence: int = 1, opening: int = 0) -> Path:
    """Write a bank's file."""
    path = folder / f"{sequence}.xml"
    path.write_bytes(simulated.camt([a_statement(*map(a_line, amounts), sequence=sequence, opening=opening)]))
    return path


def test_a_file_is_imported_once_and_its_breaks_are_listed(run: Run, tmp_path: Path) -> None:
    """The same again changes nothing; the list ends with what all of it comes to."""
    first = file(tmp_path, 500_000, -11_000)
    assert "0 matched, 0 expected, 2 break(s) opened, 0 ended" in done(run("statements", "import", first))
    assert "nothing was changed" in done(run("statements", "import", first))
    (line,) = done(run("statements", "list")).splitlines()
    done(run("statements", "file", line.split()[0], "--output", tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == first.read_bytes()
    listed = done(run("breaks", "list")).splitlines()
    assert [len(listed), listed[-1]] == [3, "2 break(s), +489,000 đ"]
    assert done(run("breaks", "list", "--ended")) == "0 break(s), +0 đ\n"
    assert "0 matched" in done(run("statements", "match"))
    assert "it is there already" in done(run("statements", "open-account", BIN, NUMBER))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: file(folder, 5, sequence=3), "a gap"),
        (lambda folder: file(folder, 5, sequence=2, opening=1), "does not open as the one before closed"),
        (lambda folder: Path(__file__), "line 1: neither camt.053 nor MT940"),
    ],
)
def test_a_refused_file_leaves_nothing(run: Run, tmp_path: Path, make: object, said: str) -> None:
    """One line says where and why, and what to do; it ends with 1."""
    done(run("statements", "import", file(tmp_path, 500_000)))
    refused = run("statements", "import", make(tmp_path))  # type: ignore[operator]
    assert refused.exit_code == 1
    assert refused.stderr.startswith("nothing was imported: ")
    assert said in refused.stderr
    assert done(run("breaks", "list")).splitlines()[-1] == "1 break(s), +500,000 đ"


def test_an_account_at_no_bank_is_refused(run: Run) -> None:
    """One account a bank, one bank an account."""
    assert "nothing was changed" in run("statements", "open-account", BIN, "222222").stderr
    assert run("statements", "open-account", "000000", "222222").exit_code == 1


def test_an_auditor_lists_and_imports_nothing(run: Run, tmp_path: Path) -> None:
    """Whoever checks the books does not write in them."""
    add_staff(run, auditing="auditor")
    sign_in(run, "auditing")
    assert done(run("breaks", "list")) == "0 break(s), +0 đ\n"
    assert "may not do this" in run("statements", "import", file(tmp_path, 5)).stderr


@pytest.mark.parametrize("form", ["camt.053", "mt940"])
def test_the_simulated_bank_writes_its_day(run: Run, tmp_path: Path, form: str) -> None:
    """What it writes is taken in."""
    path = tmp_path / "day"
    done(run("statements", "simulate", BIN, NUMBER, "2026-11-16", "--output", path, "--format", form))
    assert "1 statement(s), 0 line(s)" in done(run("statements", "import", path))
