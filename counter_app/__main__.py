"""`soft-atm-counter`: run the counter app at an office."""

import json
import logging
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import httpx2
import typer
import uvicorn
from pydantic import ValidationError

from counter_app import logs
from counter_app.app import create_app
from counter_app.encryption import KeyFileError, load_cipher
from counter_app.journal import Journal
from counter_app.journal_errors import EMPTIED, JournalFileError
from counter_app.settings import Settings

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def clock() -> datetime:
    """Read the one clock of this process."""
    return datetime.now(UTC)


@cli.command()
def serve(
    service_url: Annotated[str | None, typer.Option(help="Where the service answers.")] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; loopback unless HTTPS is in front.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes any free one.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where the journal and its key are kept.")] = None,
    ready_file: Annotated[Path | None, typer.Option(help="Write {counter_url} here when listening.")] = None,
) -> None:
    """Serve the clerk's pages. Settings come from SOFT_ATM_COUNTER_…; options go before them."""
    given = {"service_url": service_url, "host": host, "port": port, "data_dir": data_dir}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as wrong:
        for error in wrong.errors(include_input=False, include_url=False):
            typer.echo(f"setting {'.'.join(map(str, error['loc']))}: {error['msg']}", err=True)
        raise typer.Exit(2) from None
    try:
        journal = _open_journal(settings.data_dir)
    except (JournalFileError, KeyFileError, OSError) as failure:
        typer.echo(f"cannot open the journal: {failure}", err=True)
        raise typer.Exit(1) from None
    if journal.emptied:
        typer.echo(f"{settings.data_dir}: {EMPTIED}", err=True)
    _run(settings, journal, ready_file)
    journal.close()


def _open_journal(data_dir: Path) -> Journal:
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.umask(0o077)
    key = data_dir / "journal.key"
    worked_here = key.exists()
    return Journal(data_dir / "journal.sqlite", load_cipher(key), worked_here=worked_here)


def _run(settings: Settings, journal: Journal, ready_file: Path | None) -> None:
    # Idle connections are given up before the other side gives them up: a lost answer costs the clerk's time.
    client = httpx2.AsyncClient(
        base_url=str(settings.service_url),
        timeout=httpx2.Timeout(settings.timeout_s, connect=5.0, pool=5.0),
        limits=httpx2.Limits(max_connections=20, keepalive_expiry=3.0),
        trust_env=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[logs.handler()])
    app = create_app(settings, client, journal, clock)
    try:
        listening = socket.create_server((settings.host, settings.port))
    except OSError as failure:
        typer.echo(f"cannot listen on {settings.host}:{settings.port}: {failure.strerror}", err=True)
        raise typer.Exit(1) from None
    url = f"http://{settings.host}:{listening.getsockname()[1]}"
    typer.echo(f"counter app on {url}, service at {settings.service_url}")
    if ready_file is not None:
        ready_file.write_text(json.dumps({"counter_url": url}), encoding="utf-8")
    # Access logs are off: an address may carry the id of a withdrawal.
    config = uvicorn.Config(app, access_log=False, log_config=None, server_header=False)
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """Enter here from the console script."""
    cli()


if __name__ == "__main__":
    main()
