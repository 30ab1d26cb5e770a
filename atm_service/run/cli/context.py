"""What a command works with: settings, a database, the service's context; and one plain line when it cannot."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from subprocess import CalledProcessError
from typing import Final, NoReturn

import psycopg
import typer
from sqlalchemy import Engine, exc, inspect, text

import ledger
from atm_service.platform import database, settings
from atm_service.platform.context import Context
from atm_service.platform.keys import store as key_store
from atm_service.platform.kinds import KINDS
from atm_service.platform.refusals import Refusal
from atm_service.run import assembly


def chosen_settings() -> settings.Settings:
    """Read the settings from the environment, or from the file that `SOFT_ATM_ENV_FILE` names."""
    return settings.load(os.environ.get("SOFT_ATM_ENV_FILE"))


@contextmanager
def owner_url(chosen: settings.Settings) -> Iterator[str]:
    """Give the owner's URL: of the configured server, or of the embedded one for as long as the command runs."""
    url = chosen.owner_database_url or chosen.database_url
    if url is not None:
        yield url.get_secret_value()
        return
    with database.embedded(chosen.data_dir / "postgres") as embedded:
        yield embedded


@contextmanager
def working(ctx: typer.Context) -> Iterator[tuple[Context, datetime]]:
    """Give what a command works with; a refusal or an absent database becomes one line and exit status 1.

    So does a clock that is far from the database's: a shell moves money by its own time, as a service does.
    """
    chosen = chosen_settings()
    with explained(), owner_url(chosen) as url:
        context = assembly.context(chosen, url, ctx.obj)
        try:
            context.clocks.look(context.engine, ctx.obj)
            now = ctx.obj()
            context.clocks.refuse_wrong(now)
            yield context, now
        finally:
            context.engine.dispose()


@contextmanager
def auditing(ctx: typer.Context, role: str = database.AUDITOR_ROLE) -> Iterator[tuple[Engine, datetime]]:
    """Give what an auditor works with: a role that reads, by whatever login is configured, and no secret key."""
    chosen = chosen_settings()
    with explained(), owner_url(chosen) as url:
        engine = database.app_engine(url, pool_size=2, role=role)
        try:
            yield engine, ctx.obj()
        finally:
            engine.dispose()


@contextmanager
def serving_url(chosen: settings.Settings) -> Iterator[str]:
    """Give the URL that a service works with: the configured one, or its own login at the embedded server."""
    if chosen.database_url is not None:
        yield chosen.database_url.get_secret_value()
        return
    with owner_url(chosen) as url:
        yield database.service_url(url)


@contextmanager
def explained() -> Iterator[None]:
    """Make one line and exit status 1 of a refusal, and of a database that does not do as it should."""
    try:
        yield
    except Refusal as refusal:
        kind = KINDS[type(refusal)]
        fail(f"refused: {kind.title} ({refusal}). {kind.advice} {refusal.members or ''}".rstrip())
    except ledger.DayClosed:
        fail("the business day was closed meanwhile. Run it again: what is done is not done twice")
    except (exc.SQLAlchemyError, psycopg.Error, CalledProcessError) as error:
        fail(why(error))
    except database.FolderUnfitError as error:
        fail(f"{error}. Set SOFT_ATM_DATA_DIR (or --data-dir) to a folder without one")
    except key_store.KeyUnreadableError as error:
        fail(
            f"the signing keys in the database do not open: {error}. Are these the secret keys they were made with?"
        )


ADVICE: Final = {
    "28P01": "Look at user and password in the URL.",
    "28000": "The server lets this login not in: look at its pg_hba.conf and at the URL.",
    "3D000": "Create the database, or look at its name in the URL.",
    "42501": "The login has not the rights: docs/operations.md, 'Logins', says what it needs.",
    "42P01": "Run `soft-atm migrate` first.",
    "3F000": "Run `soft-atm migrate` first.",
    "22023": "The roles are missing: restore them (`pg_dumpall --globals-only`), then the database again.",
    "53300": "The server has no connection left: raise max_connections, or lower SOFT_ATM_POOL_SIZE.",
    "57P03": "The server is starting or stopping: wait, and run it again.",
}
# The driver knows no SQLSTATE of a connection that was not made; the server's words tell.
SAID: Final = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    "permission denied to set role": "42501",
    'invalid value for parameter "role"': "22023",
    "remaining connection slots": "53300",
    "too many clients": "53300",
    "is starting up": "57P03",
}


def why(error: Exception) -> str:
    """Say in one line what a database said, with its SQLSTATE, and what to do."""
    if isinstance(error, CalledProcessError):
        return f"the embedded PostgreSQL does not start ({error.cmd[0]} ended with {error.returncode}). See its log."
    said = " ".join(str(getattr(error, "orig", None) or error).split("\n")[:1])
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    state = state or next((code for words, code in SAID.items() if words in said), None)
    if isinstance(getattr(error, "orig", error), database.UnfitLineError):
        return (
            f"the connection cannot be used: {said}. docs/operations.md says what logins and poolers may do."
        )
    if state is None:
        return f"the database cannot be reached: {said} (08001). Does it run, and is the URL right?"
    return f"the database says: {said} ({state}). {ADVICE.get(state, 'Has `soft-atm migrate` run?')}"


def refuse_strange_keys(chosen: settings.Settings, url: str) -> None:
    """End where no key file is there, and a database that was filled with one: new keys would open nothing of it."""
    if chosen.keys_file.exists():
        return
    engine = database.owner_engine(url)
    try:
        with engine.connect() as session:
            tables = inspect(session).has_table("signing_key", schema="service")
            filled = tables and session.scalar(text("SELECT EXISTS (SELECT FROM service.signing_key)"))
    except exc.DBAPIError:
        filled = False  # `migrate` itself says what is wrong
    finally:
        engine.dispose()
    if filled:
        fail(
            f"{chosen.keys_file} is not there, and the database was filled with other secret keys. Put the copy of "
            "that file back; without one see docs/master-key.md. Nothing was changed"
        )


def refuse_taken(host: str, port: int) -> None:
    """End where somebody else listens there; 0 takes any port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as taken:
            fail(
                f"cannot listen at {host}:{port}: {taken.strerror}. Stop what uses it, or set SOFT_ATM_PORT."
            )


def said(text: str) -> str:
    """Take words or a reason as the API does: one printable line of 3 to 200 characters."""
    if not 3 <= len(text) <= 200 or not text.isprintable():  # noqa: PLR2004  as in the API
        fail("words are one printable line of 3 to 200 characters", 2)
    return text


def fail(message: str, status: int = 1) -> NoReturn:
    """Say why not, and end."""
    typer.echo(message, err=True)
    raise typer.Exit(status)
