"""Staff at the command line: switched off and on, moved, reset; each in an operator's name."""

from pathlib import Path

import pytest

from tests.atm_service.run.cli.line import Run, add_staff, done, migrated
from tests.database import Database

SIGNED = ("--by", "op1", "--reason", "nghỉ việc")


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line of a service with offices, an operator, a supervisor and a clerk."""
    run = migrated(database, tmp_path)
    done(run("offices", "import"))
    add_staff(run, op1="operator", boss="supervisor")
    who = ("--name", "Lý Thị Hoa", "--password", "a-long-password", "--office", "05971-1")
    done(run("staff", "add", "hoa", "--role", "clerk", *who))
    return run


def test_a_clerk_is_switched_off_and_on(run: Run) -> None:
    """The list says so each time; twice is refused, and only an operator may."""
    assert "hoa" in run("staff", "list", "--office", "05971-1").stdout
    assert run("staff", "off", "hoa", *SIGNED).exit_code == 0
    assert " off " in run("staff", "list", "--role", "clerk").stdout
    again = run("staff", "off", "hoa", *SIGNED)
    assert (again.exit_code, "It is so already (RightsUnchanged)" in again.stderr) == (1, True)
    assert run("staff", "on", "hoa", *SIGNED).exit_code == 0
    assert " active " in run("staff", "list", "--role", "clerk").stdout
    for by in ("boss", "hoa", "nobody"):
        refused = run("staff", "off", "hoa", "--by", by, "--reason", "nghỉ việc")
        assert (refused.exit_code, "no active operator" in refused.stderr) == (1, True)
    unknown = run("staff", "off", "nobody", *SIGNED)
    assert (unknown.exit_code, "soft-atm staff list" in unknown.stderr) == (1, True)


def test_a_clerk_moves_and_gets_a_first_password(run: Run) -> None:
    """The new office is listed; the password is shown once, and the list says that it is to be changed."""
    assert run("staff", "move", "hoa", "05974-1", *SIGNED).exit_code == 0
    assert "hoa" in run("staff", "list", "--office", "05974-1").stdout
    assert run("staff", "list", "--office", "05971-1").stdout == "nobody\n"
    shown = run("staff", "reset", "hoa", *SIGNED).stdout
    assert len(shown.split(" signs in with ")[1].split()[0]) == len("xxxx-xxxx-xxxx-xxxx")
    assert "password to be changed" in run("staff", "list", "--role", "clerk").stdout


def test_a_clerk_becomes_a_supervisor_of_an_area(run: Run) -> None:
    """The list shows the area; a role without its place is refused."""
    assert run("staff", "role", "hoa", "supervisor", "--place", "178", *SIGNED).exit_code == 0
    assert "178" in run("staff", "list", "--role", "supervisor").stdout
    refused = run("staff", "role", "hoa", "clerk", *SIGNED)
    assert (refused.exit_code, "This role has another place" in refused.stderr) == (1, True)
