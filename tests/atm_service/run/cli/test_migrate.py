"""`migrate` where it cannot: one line that says why and what to do."""

from pathlib import Path

from sqlalchemy import make_url

from tests.atm_service.run.cli.line import invoke
from tests.database import Database


def test_no_database_is_one_line(database: Database, tmp_path: Path) -> None:
    """A database that is not there, and a server that is not: no traceback."""
    here = make_url(database.url)
    for absent in (here.set(database="nowhere"), here.set(host="127.0.0.1", port=1, query={})):
        url = absent.render_as_string(hide_password=False)
        answer = invoke(
            "migrate",
            SOFT_ATM_DATABASE_URL=url,
            SOFT_ATM_DATA_DIR=str(tmp_path),
            SOFT_ATM_SECRET_KEYS_FILE=f"{tmp_path}/secret-keys.toml",
        )
        assert answer.exit_code == 1, answer.output
        (line,) = answer.stderr.splitlines()
        assert line.startswith("not brought up to date: ")
        assert line.endswith("The database is as it was; mend this and run it again")
