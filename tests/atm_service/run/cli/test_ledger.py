"""Closing a day and listing payers at the command line."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import ledger
from tests.atm_service.run.cli.line import Run, by_two, done, migrated
from tests.database import Database
from tests.ledger.builders import NOW, TODAY, one, prepare, refused, top_up

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line of a migrated service, at a time that may be given."""
    return migrated(database, tmp_path, NOW)


def closed_through(database: Database) -> date | None:
    with database.app.connect() as session:
        return ledger.closed_through(session)


def test_a_day_is_closed(run: Run, database: Database) -> None:
    """From then on the ledger refuses entries of that day, and the trail says who closed what."""
    answer = run("ledger", "close-day", YESTERDAY)
    assert (answer.exit_code, answer.stdout) == (0, f"closed through {YESTERDAY}\n")
    prepare(database.owner)
    with database.app.begin() as session:
        assert one(session, top_up(business_date=YESTERDAY)) == refused(ledger.Reason.DAY_CLOSED)
        trail = session.exec_driver_sql(
            "SELECT detail FROM service.audit_event WHERE action = 'day-closed'"
        ).scalars()
        assert list(trail) == [{"through": str(YESTERDAY)}]


def test_closing_again_changes_nothing(run: Run, database: Database) -> None:
    """The same day, or one before it: answered with the day through which all are closed."""
    assert run("ledger", "close-day", YESTERDAY).exit_code == 0
    for day in (YESTERDAY, YESTERDAY - timedelta(days=3)):
        answer = run("ledger", "close-day", day)
        assert (answer.exit_code, answer.stdout) == (0, f"closed through {YESTERDAY}\n")
    assert closed_through(database) == YESTERDAY


def test_a_day_that_is_not_over_is_not_closed(run: Run, database: Database) -> None:
    """Today, or yesterday before a quarter past midnight in Vietnam: a line that says why, and nothing is closed."""
    midnight = datetime.combine(TODAY, datetime.min.time(), ledger.dates.VIETNAM)
    for day, now in ((TODAY, NOW), (YESTERDAY, midnight + timedelta(minutes=14))):
        answer = run("ledger", "close-day", day, now=now)
        assert (answer.exit_code, answer.stdout) == (1, "")
        assert f"{day} cannot be closed before" in answer.stderr
    assert closed_through(database) is None
    assert run("ledger", "close-day", YESTERDAY, now=midnight + timedelta(minutes=15)).exit_code == 0


@pytest.mark.parametrize("off", [timedelta(days=2), timedelta(minutes=-1)])
def test_a_shell_with_a_wrong_clock_moves_nothing(run: Run, database: Database, off: timedelta) -> None:
    """A command works by the machine's own time, so that must go with the database's, as a service's must."""
    answer = run("ledger", "close-day", YESTERDAY, off=off)
    assert (answer.exit_code, "closed" in answer.stdout) == (1, False)
    assert "clock is wrong" in answer.stderr
    assert run("payers", "open", "clinic", "--name", "Trạm y tế", off=off).exit_code == 1
    assert closed_through(database) is None
    assert run("ledger", "close-day", YESTERDAY, off=timedelta(seconds=20)).exit_code == 0


@pytest.mark.parametrize("written", ["yesterday", "2026-3-1x", "01/03/2026"])
def test_a_day_is_written_in_one_way(run: Run, database: Database, written: str) -> None:
    """Anything but YYYY-MM-DD is a mistake of the caller."""
    assert run("ledger", "close-day", written).exit_code == 2
    assert closed_through(database) is None


def test_payers_are_listed_with_their_money(run: Run) -> None:
    """By code, the treasury among them, each with what it has and its name."""
    assert run("payers", "open", "school-12", "--name", "Trường THCS Số 12").exit_code == 0
    assert run("payers", "open", "clinic", "--name", "Trạm y tế").exit_code == 0
    fund = ("payers", "fund", "school-12")
    nameless = run(*fund, 5_000_000)
    assert (nameless.exit_code, "--reference" in nameless.stderr) == (2, True)
    seen: set[str] = set()
    for amount, reference in ((5_000_000, "FT1"), (1_250_000, "FT2"), (1_250_000, "FT2")):
        command = (*fund, amount, "--bank", "970436", "--reference", reference)
        done(by_two(run, *command) if reference not in seen else run(*command))
        seen.add(reference)
    answer = run("payers", "list")
    assert answer.exit_code == 0
    assert [line.split(maxsplit=2) for line in answer.stdout.splitlines()] == [
        ["clinic", "0", "Trạm y tế"],
        ["school-12", "6,250,000", "Trường THCS Số 12"],
        ["treasury", "0", "Kho bạc Nhà nước"],
    ]
