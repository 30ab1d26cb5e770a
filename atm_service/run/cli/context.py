"""What a command works with: settings, a database, the service's context; and one plain line when it cannot."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NoReturn

import typer
from sqlalchemy import exc

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
    """Give what a command works with; a refusal or an absent database becomes one line and exit status 1."""
    chosen = chosen_settings()
    try:
        with owner_url(chosen) as url:
            context = assembly.context(chosen, url, ctx.obj)
            try:
                yield context, ctx.obj()
            finally:
                context.engine.dispose()
    except Refusal as refusal:
        kind = KINDS[type(refusal)]
        fail(f"refused: {kind.title} ({refusal}). {kind.advice} {refusal.members or ''}".rstrip())
    except ledger.DayClosed:
        fail("the business day was closed meanwhile. Run it again: what is done is not done twice")
    except (exc.SQLAlchemyError, key_store.KeyUnreadableError) as error:
        fail(
            f"the database did not answer as it should ({type(error).__name__}). Has `soft-atm migrate` run?"
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
