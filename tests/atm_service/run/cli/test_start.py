"""What does not start says in one line what is wrong and what to do."""

import socket
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from atm_service.platform import database as db
from atm_service.run.cli.context import why
from kyc.encryption import generate_keys
from tests.atm_service.run.cli.line import invoke
from tests.database import Database, administer


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> dict[str, str]:
    """Give what a service that would start is set to."""
    owner = {
        "SOFT_ATM_DATABASE_URL": database.url,
        "SOFT_ATM_DATA_DIR": str(tmp_path),
        "SOFT_ATM_SECRET_KEYS_FILE": f"{tmp_path}/secret-keys.toml",
        "SOFT_ATM_DEMONSTRATION": "true",
        "SOFT_ATM_METRICS": "",
    }
    assert invoke("migrate", **owner).exit_code == 0
    return owner | {"SOFT_ATM_DATABASE_URL": db.service_url(database.url), "SOFT_ATM_PORT": "0"}


@pytest.fixture
def stranger(database: Database) -> Iterator[str]:
    """Give the URL of a login that is a member of nothing."""
    name = f"stranger_{make_url(database.url).database}"
    administer(database.url, f"CREATE ROLE {name} LOGIN")
    yield make_url(database.url).set(username=name).render_as_string(hide_password=False)
    administer(database.url, f"DROP ROLE {name}")


def refused(**settings: str) -> str:
    """Try to serve; give the one line."""
    answer = invoke("serve", **settings)
    assert answer.exit_code == 1, answer.output
    (line,) = answer.stderr.splitlines()
    return line


def test_a_port_that_is_taken(settings: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        line = refused(**settings | {"SOFT_ATM_PORT": str(taken.getsockname()[1])})
    assert "Address already in use" in line
    assert line.endswith("or set SOFT_ATM_PORT.")


def test_a_login_without_its_roles(settings: dict[str, str], stranger: str) -> None:
    line = refused(**settings | {"SOFT_ATM_DATABASE_URL": stranger})
    assert "(42501)" in line
    assert "docs/operations.md" in line


def test_a_login_that_may_do_everything(settings: dict[str, str], database: Database) -> None:
    assert "may do more than a service needs" in refused(**settings | {"SOFT_ATM_DATABASE_URL": database.url})


def test_a_server_that_is_not_there(settings: dict[str, str]) -> None:
    line = refused(**settings | {"SOFT_ATM_DATABASE_URL": "postgresql://u:p@127.0.0.1:1/x"})
    assert "(08001). Does it run" in line


def test_a_policy_that_is_not_there_ends_the_start(settings: dict[str, str]) -> None:
    """Before any worker is started: the server would start it again and again."""
    answer = invoke("serve", **settings | {"SOFT_ATM_POLICY": "nowhere"})
    assert answer.exit_code == 1
    assert "nowhere.toml cannot be used" in answer.output + str(answer.exception)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ('FATAL:  password authentication failed for user "x"', "28P01"),
        ('FATAL:  invalid value for parameter "role": "soft_atm_service"', "22023"),
        ("FATAL:  sorry, too many clients already", "53300"),
        ("FATAL:  the database system is starting up", "57P03"),
        ("connection refused", "08001"),
    ],
)
def test_a_connection_that_is_not_made_has_its_state(said: str, state: str) -> None:
    """The driver knows none; the server's words tell."""
    line = why(psycopg.OperationalError(said + "\nmore"))
    assert f"({state}). " in line
    assert "\n" not in line


def test_a_folder_with_a_space(tmp_path: Path) -> None:
    """The embedded server cannot be there: said by every command that would start it."""
    folder = tmp_path / "two words"
    for command in (("serve",), ("migrate",), ("offices", "coverage"), ("demo", "--data-dir", str(folder))):
        keys = tmp_path / "secret-keys.toml"
        keys.write_text(generate_keys())
        keys.chmod(0o600)
        demonstration = {"SOFT_ATM_SECRET_KEYS_FILE": str(keys), "SOFT_ATM_DEMONSTRATION": "true"}
        answer = invoke(*command, SOFT_ATM_DATA_DIR=str(folder), **demonstration)
        assert answer.exit_code == 1
        assert "the path has a space. Set SOFT_ATM_DATA_DIR" in answer.stderr


def test_another_date_style(database: Database) -> None:
    """Times are read whatever the database's style is."""
    with database.owner.begin() as session:
        session.exec_driver_sql(
            f"ALTER DATABASE {make_url(database.url).database} SET datestyle = 'SQL, DMY'"
        )
    engine = db.app_engine(database.url, pool_size=1)
    with engine.connect() as session:
        assert session.execute(text("SELECT clock_timestamp()")).scalar_one().tzinfo is not None
    engine.dispose()


def test_several_hosts_in_a_url() -> None:
    """As libpq writes them."""
    url = db.url("postgresql://u:p@one:5432,two:5433/books?target_session_attrs=read-write")
    engine = create_engine(url)
    _, how = engine.dialect.create_connect_args(make_url(url))
    assert (how["host"], how["port"], how["dbname"]) == ("one,two", "5432,5433", "books")
    assert how["target_session_attrs"] == "read-write"
