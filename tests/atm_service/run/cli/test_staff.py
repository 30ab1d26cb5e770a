"""Staff at the command line: the first of all, switched off and on, moved, reset; each by an operator."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection

from atm_service.platform.context import Context
from atm_service.registers.staff import service as staff
from atm_service.registers.staff.errors import NotFirst
from tests.atm_service.run.cli.line import (
    FIRST,
    ONCE,
    SECOND,
    Run,
    add_staff,
    begin,
    by_two,
    done,
    migrated,
    proposed,
    shell,
    sign_in,
)
from tests.atm_service.world import PASSWORD, START
from tests.database import Database
from tests.waiting import wait_until_blocked

SIGNED = ("--reason", "nghỉ việc")


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line of a service with offices, an operator, a supervisor and a clerk."""
    run = migrated(database, tmp_path)
    done(run("offices", "import"))
    add_staff(run, boss="supervisor")
    who = ("--name", "Lý Thị Hoa", "--password", ONCE, "--office", "05971-1")
    assert "an own password" in done(run("staff", "add", "hoa", "--role", "clerk", *who))
    begin(run, "hoa")
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
    unknown = run("staff", "off", "nobody", *SIGNED)
    assert (unknown.exit_code, "soft-atm staff list" in unknown.stderr) == (1, True)
    for name in ("boss", "hoa"):
        sign_in(run, name)
        refused = run("staff", "off", "hoa", *SIGNED)
        assert (refused.exit_code, "may not do this. Ask a colleague: operator" in refused.stderr) == (
            1,
            True,
        )


def test_the_first_two_are_operators_who_add_all_others_together(database: Database, tmp_path: Path) -> None:
    """Nobody is signed in while there are no two; from then on one proposes and the other approves, by name."""
    settings = {
        "SOFT_ATM_DATABASE_URL": database.url,
        "SOFT_ATM_DATA_DIR": str(tmp_path),
        "SOFT_ATM_SECOND_FACTOR": "off",
    }
    run = shell(settings, tmp_path, START)
    done(run("migrate"))
    who = ("--name", "Bế Văn Hành", "--password", PASSWORD)
    clerk = run("staff", "add", "boss", "--role", "supervisor", *who)
    assert (clerk.exit_code, "--role operator" in clerk.stderr) == (2, True)
    add_staff(run, **{FIRST: "operator", SECOND: "operator"})
    third = ("staff", "add", "op3", "--role", "operator", *who)
    assert (run(*third).exit_code, "nobody is signed in" in run(*third).stderr) == (1, True)
    sign_in(run, FIRST)
    own = proposed(run, *third)
    refused = run("approvals", "approve", own, "--reason", "tự duyệt")
    assert (refused.exit_code, "OwnInstruction" in refused.stderr) == (1, True)
    assert "op3" not in run("staff", "list").stdout
    done(by_two(run, *third))
    with database.owner.connect() as session:
        added = (
            "SELECT detail, actor IS NULL FROM service.audit_event WHERE action = 'staff.added' ORDER BY id"
        )
        assert [by_nobody for _, by_nobody in session.exec_driver_sql(added)] == [True, True, False]


def test_two_who_would_be_the_first(context: Context, database: Database) -> None:
    """When there is one already: one of them is, the other is told that there are two."""
    with context.transaction() as session:
        add_first(session, context, "op0")
    with context.engine.connect() as one, context.engine.connect() as other:
        one.begin()
        add_first(one, context, "op1")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(add_first, other, context, "op2")
            wait_until_blocked(database.owner, waiting)
            one.commit()
            with pytest.raises(NotFirst):
                waiting.result()


def add_first(session: Connection, context: Context, name: str) -> None:
    staff.add_first(session, context.hasher, name, PASSWORD, "Bế Văn Hành", START)


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
    done(by_two(run, "staff", "role", "hoa", "supervisor", "--place", "178", *SIGNED))
    assert "178" in run("staff", "list", "--role", "supervisor").stdout
    refused = run("staff", "role", "hoa", "clerk", *SIGNED)
    assert (refused.exit_code, "This role has another place" in refused.stderr) == (1, True)
