"""The command line in this process, at a database and a time of the test's."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch

from click.testing import CliRunner, Result
from typer.main import get_command

from atm_service.platform import clocks
from atm_service.run import assembly
from atm_service.run.cli import app as cli
from tests.atm_service.world import HASHER, PASSWORD, START
from tests.database import Database

Run = Callable[..., Result]
FIRST: Final = "first"
SECOND: Final = "second"
ONCE: Final = "cau-chi-dung-mot-lan"
_COMMAND: Final = get_command(cli.app)


def invoke(
    *arguments: object,
    now: datetime = START,
    typed: str | None = None,
    off: timedelta = timedelta(0),
    **environment: str,
) -> Result:
    """Run one command with no settings but these, and what is typed; `off`: how far its clock is ahead."""
    env = {"SOFT_ATM_ENV_FILE": None, "COLUMNS": "200", **environment}
    theirs = patch.object(clocks, "database_time", lambda _: now - off)
    cheap = patch.object(assembly, "PasswordHasher", lambda: HASHER)
    with theirs, cheap, patch.dict(os.environ):  # the demonstration sets its own
        return CliRunner().invoke(
            _COMMAND, [str(one) for one in arguments], obj=lambda: now, env=env, input=typed
        )


def migrated(database: Database, folder: Path, at: datetime = START) -> Run:
    """Give the command line of a migrated service, with its first operator signed in; a command may say its `now`."""
    settings = {
        "SOFT_ATM_DATABASE_URL": database.url,
        "SOFT_ATM_DATA_DIR": str(folder / "data"),
        "SOFT_ATM_SECRET_KEYS_FILE": f"{folder}/secret-keys.toml",
        "SOFT_ATM_SECOND_FACTOR": "off",
    }
    run = shell(settings, folder, at)
    done(run("migrate"))
    add_staff(run, **{FIRST: "operator", SECOND: "operator"})
    sign_in(run, FIRST)
    return run


def proposed(run: Run, *command: object) -> str:
    """Propose money from outside; give the instruction's id."""
    answer = run(*command)
    assert answer.exit_code == 4, answer.output
    return str(answer.stdout.split()[0])


def by_two(run: Run, *command: object, again: int = 0) -> Result:
    """Have money from outside proposed by the first operator, approved by the second, and recorded."""
    agree(run, *command, again=again)
    return run(*command)


def agree(run: Run, *command: object, again: int = 0) -> None:
    """Have what takes two proposed and approved; the first operator is at the shell again."""
    id = proposed(run, *command)
    if SECOND not in run("staff", "list").stdout:
        add_staff(run, **{SECOND: "operator"})
    sign_in(run, SECOND)
    done(run("approvals", "approve", id, "--reason", "đã đối chiếu", "--again", again))
    sign_in(run, FIRST)


def shell(settings: dict[str, str], folder: Path, at: datetime) -> Run:
    """Give the command line of somebody at a shell, whose session is kept in the folder."""

    def run(
        *arguments: object, now: datetime = at, typed: str | None = None, off: timedelta = timedelta(0)
    ) -> Result:
        state = str(folder / "state")
        return invoke(*arguments, now=now, typed=typed, off=off, XDG_STATE_HOME=state, **settings)

    return run


def sign_in(run: Run, name: str) -> None:
    """Let another member of staff take over the shell."""
    done(run("sign-in", name, typed=f"{PASSWORD}\n"))


def done(result: Result) -> str:
    """Say that a command of the preparation went well; give what it said."""
    assert result.exit_code == 0, result.output
    return result.stdout


def add_staff(run: Run, **roles: str) -> None:
    """Bring in members of staff by user name and role; the first two at once, others by two."""
    for name, role in roles.items():
        alone = name in (FIRST, SECOND)
        who = ("--name", f"Vi Thị {role}", "--password", PASSWORD if alone else ONCE)
        command = ("staff", "add", name, "--role", role, *who)
        if not alone:
            agree(run, *command)
        done(run(*command))
        if not alone:
            begin(run, name)


def begin(run: Run, name: str) -> None:
    """Let whoever was added choose an own password; the first operator is at the shell again."""
    done(run("sign-in", name, typed=f"{ONCE}\n{PASSWORD}\n"))
    sign_in(run, FIRST)
