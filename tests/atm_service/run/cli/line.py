"""The command line in this process, at a database and a time of the test's."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from atm_service.run.cli import app as cli
from tests.atm_service.world import START
from tests.database import Database

Run = Callable[..., Result]


def invoke(*arguments: object, now: datetime = START, **environment: str) -> Result:
    """Run one command with no settings but these."""
    env = {"SOFT_ATM_ENV_FILE": None, "COLUMNS": "200", **environment}
    return CliRunner().invoke(cli.app, [str(one) for one in arguments], obj=lambda: now, env=env)


def migrated(database: Database, folder: Path, at: datetime = START) -> Run:
    """Give the command line of a migrated service; a command may say another `now`."""
    settings = {
        "SOFT_ATM_DATABASE_URL": database.url,
        "SOFT_ATM_DATA_DIR": str(folder / "data"),
        "SOFT_ATM_SECRET_KEYS_FILE": f"{folder}/secret-keys.toml",
    }

    def run(*arguments: object, now: datetime = at) -> Result:
        return invoke(*arguments, now=now, **settings)

    done(run("migrate"))
    return run


def done(result: Result) -> None:
    """Say that a command of the preparation went well."""
    assert result.exit_code == 0, result.output


def add_staff(run: Run, **roles: str) -> None:
    """Bring in members of staff by user name and role."""
    for name, role in roles.items():
        who = ("--name", f"Vi Thị {role}", "--password", "a-long-password")
        done(run("staff", "add", name, "--role", role, *who))
