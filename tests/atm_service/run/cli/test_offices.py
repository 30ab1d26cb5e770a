"""Offices at the command line: the checklist by name, states, hours, coverage."""

from pathlib import Path

import pytest

from tests.atm_service.run.cli.line import FIRST, Run, add_staff, done, migrated, sign_in
from tests.database import Database

OFFICE = "05971-1"


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line of a service with planned offices, an operator, a supervisor and an auditor."""
    run = migrated(database, tmp_path)
    done(run("offices", "import"))
    add_staff(run, boss="supervisor", watch="auditor")
    return run


def test_an_office_opens_step_by_step_and_by_name(run: Run) -> None:
    """Refused while an item is missing; then ready and active; the history says who and why."""
    ready = ("offices", "state", OFFICE, "ready", "--reason", "đã xem tận nơi")
    refused = run(*ready)
    assert (refused.exit_code, "'missing': [" in refused.stderr) == (1, True)
    sign_in(run, "boss")
    for item in ("staff", "line", "equipment", "training"):
        assert run("offices", "check", OFFICE, item, "--words", "đã xem").exit_code == 0
    by_supervisor = run(*ready)
    assert by_supervisor.exit_code == 1
    sign_in(run, FIRST)
    assert run(*ready).exit_code == 0
    assert run("offices", "state", OFFICE, "active", "--reason", "khai trương").exit_code == 0
    told = run("offices", "history", OFFICE).stdout
    assert "ready → active" in told
    assert "Vi Thị operator  khai trương" in told
    assert "Vi Thị supervisor" in told
    assert OFFICE in run("offices", "list", "--state", "active").stdout
    assert "   1 of  65 units     1 of 200 offices" in run("offices", "coverage").stdout.splitlines()[-1]


def test_hours_and_holidays(run: Run) -> None:
    """A weekday is changed, a date is closed and taken back, and what cannot be read is refused."""
    changed = run("offices", "hours", OFFICE, "--day", "sat=07:30-11:30").stdout
    assert "sat  07:30-11:30\nsun  closed" in changed
    run("offices", "holiday", "2026-11-18", "--reason", "Lễ hội")
    assert "2026-11-18  closed  Lễ hội" in run("offices", "hours", OFFICE).stdout
    assert run("offices", "hours", OFFICE, "--day", "sat=8-11").exit_code == 1
    assert run("offices", "hours", OFFICE, "--day", "someday=").exit_code == 2
    done(run("sign-out"))
    assert run("offices", "hours", OFFICE, "--day", "sat=").exit_code == 1
    assert run("offices", "hours", OFFICE).exit_code == 0


def test_where_an_office_stands_and_whom_to_call(run: Run) -> None:
    """One is changed without the other; customers read both; what is no number or no line of words is refused."""
    done(run("offices", "activate", OFFICE))
    assert run("offices", "contact", OFFICE, "--address", "Số 2, chợ Kỳ Lừa").stdout.endswith(
        "Kỳ Lừa, no number\n"
    )
    both = run("offices", "contact", OFFICE, "--phone", "02053812345").stdout
    assert both == f"{OFFICE}: Số 2, chợ Kỳ Lừa, 02053812345\n"
    for wrong in (
        ("--phone", "113"),
        ("--phone", "٠٩١٢٣٤٥٦٧٨"),
        ("--address", "ab"),
        ("--address", "a\u202ebc"),
        (),
    ):
        assert run("offices", "contact", OFFICE, *wrong).exit_code == 2
    unknown = run("offices", "contact", "99999-1", "--phone", "02053812345")
    assert (unknown.exit_code, "OfficeUnknown" in unknown.stderr) == (1, True)


def test_nobody_else_signs(run: Run) -> None:
    """An auditor is no operator and no supervisor; whoever is signed out is nobody."""
    sign_in(run, "watch")
    refused = run("offices", "line", OFFICE, "weak")
    assert (refused.exit_code, "Ask a colleague: operator or supervisor" in refused.stderr) == (1, True)
    done(run("sign-out"))
    refused = run("offices", "line", OFFICE, "weak")
    assert (refused.exit_code, "soft-atm sign-in NAME" in refused.stderr) == (1, True)
