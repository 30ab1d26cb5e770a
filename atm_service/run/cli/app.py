"""The operator's command line. Every command says plainly what it did, and ends with 1 when it could not."""

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final, cast, get_args

import structlog
import typer
import uvicorn
from sqlalchemy import exc, make_url

from atm_service.platform import database, logs, metrics, policy
from atm_service.platform.keys import store as key_store
from atm_service.platform.keys.domain import Purpose
from atm_service.platform.settings import Address, Settings
from atm_service.run import app as application
from atm_service.run import assembly, demo, resealing, scraping, workers
from atm_service.run.cli import approvals as cli_approvals
from atm_service.run.cli import audit as cli_audit
from atm_service.run.cli import cash as cli_cash
from atm_service.run.cli import credits as cli_credits
from atm_service.run.cli import customers as cli_customers
from atm_service.run.cli import floats as cli_floats
from atm_service.run.cli import ledger as cli_ledger
from atm_service.run.cli import messages as cli_messages
from atm_service.run.cli import offices as cli_offices
from atm_service.run.cli import signing
from atm_service.run.cli import staff as cli_staff
from atm_service.run.cli import units as cli_units
from atm_service.run.cli.context import (
    chosen_settings,
    explained,
    fail,
    owner_url,
    refuse_strange_keys,
    refuse_taken,
    serving_url,
    why,
    working,
)
from atm_service.run.line import Line, allow_lines
from kyc.errors import Undecryptable

SLOW_START_S: Final = 120
"""A worker that is still importing answers nobody: on a small machine the server would kill it, and begin again."""
IDLE_LINE_S: Final = 75
"""Longer than counters and proxies keep an idle line: who asks must hang up first, or a request is lost."""

app: Final = typer.Typer(
    help="soft-ATM: cash at the post office. Settings come from SOFT_ATM_… in the environment.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
_keys: Final = typer.Typer(help="Secret keys and signing keys.", no_args_is_help=True)
app.command("sign-in")(signing.sign_in)
app.command("sign-out")(signing.sign_out)
app.command()(signing.whoami)
app.add_typer(_keys, name="keys")
app.add_typer(cli_approvals.app, name="approvals")
app.add_typer(cli_audit.app, name="audit")
app.add_typer(cli_cash.app, name="cash")
app.add_typer(cli_credits.credits_app, name="credits")
app.add_typer(cli_credits.payers_app, name="payers")
app.add_typer(cli_customers.app, name="customers")
app.add_typer(cli_messages.app, name="messages")
app.add_typer(cli_floats.app, name="floats")
app.add_typer(cli_ledger.app, name="ledger")
app.add_typer(cli_offices.app, name="offices")
app.add_typer(cli_staff.app, name="staff")
app.add_typer(cli_units.units_app, name="units")
app.add_typer(cli_units.areas_app, name="areas")

Folder = Annotated[Path, typer.Option(help="where all data is kept")]


@app.command()
def migrate(ctx: typer.Context) -> None:
    """Bring the database's tables and functions up to date. Safe to repeat."""
    chosen = chosen_settings()
    with explained(), owner_url(chosen) as url:
        refuse_strange_keys(chosen, url)
        made = assembly.make_keys(chosen.keys_file)
        try:
            database.migrate(url)
        except exc.DBAPIError as error:
            fail(
                f"not brought up to date: {why(error)} The database is as it was; mend this and run it again"
            )
        context = assembly.context(chosen, url, ctx.obj)
        assembly.make_signing_keys(context, ctx.obj())
        context.engine.dispose()
    typer.echo("The database is up to date." + (f" New secret keys: {chosen.keys_file}" if made else ""))


@app.command()
def serve() -> None:
    """Serve the wallet, counter and audit APIs. `migrate` must have run.

    With simulated banks or eKYC it does not start, unless SOFT_ATM_DEMONSTRATION=true.
    """
    chosen = chosen_settings()
    assembly.refuse_simulated(chosen)
    policy.load(chosen.policy)
    assembly.read_keys(chosen.keys_file)
    with explained(), ExitStack() as stack, serving_url(chosen) as url:
        database.check_login(url)
        refuse_taken(chosen.host, chosen.port)
        _refuse_taken(chosen.metrics)
        allow_lines()
        workers.supervise()
        os.environ["SOFT_ATM_DATABASE_URL"] = database.plain(url)
        logs.configure(chosen.log_level)
        counted = stack.enter_context(tempfile.TemporaryDirectory(prefix="soft-atm-metrics-"))
        if chosen.workers > 1:
            os.environ[metrics.FOLDER] = counted
        structlog.get_logger("service").info("service starts", **_started(chosen, url))
        uvicorn.run(
            "atm_service.__main__:application",
            factory=True,
            host=chosen.host,
            port=chosen.port,
            workers=chosen.workers,
            access_log=False,
            server_header=False,
            log_level="warning",
            log_config=None,
            timeout_graceful_shutdown=10,
            timeout_keep_alive=IDLE_LINE_S,
            http=Line,
            ws="none",
            proxy_headers=chosen.proxy is not None,
            forwarded_allow_ips=chosen.proxy,
            timeout_worker_healthcheck=SLOW_START_S,
        )


def _started(chosen: Settings, url: str) -> dict[str, object]:
    """Tell what a service runs with, and no secret."""
    where = make_url(url)
    shown = ("host", "port", "workers", "pool_size", "policy", "housekeeping_s", "kyc_provider")
    return {
        **{name: getattr(chosen, name) for name in shown},
        "database": f"{where.host or where.query.get('host')}/{where.database}",
        "login": where.username,
        "demonstration": chosen.demo_file is not None,
    }


def _refuse_taken(address: Address | None) -> None:
    try:
        scraping.refuse_taken(address)
    except OSError as taken:
        fail(f"cannot listen at {address}: {taken.strerror}. Give SOFT_ATM_METRICS another address, or none")


@app.command(name="openapi")
def print_openapi() -> None:
    """Print the OpenAPI document. `docs/openapi.json` is this, committed."""
    typer.echo(json.dumps(application.document(), ensure_ascii=False, indent=2, sort_keys=True))


@app.command(name="demo")
def run_demo(
    ctx: typer.Context,
    data_dir: Folder = Path("var"),
    port: Annotated[int, typer.Option(help="of the service; 0 takes any free one", min=0, max=65535)] = 8000,
    counter_port: Annotated[int, typer.Option(help="of the counter app", min=0, max=65535)] = 8001,
    ready_file: Annotated[Path | None, typer.Option(help="written as JSON when everything answers")] = None,
) -> None:
    """Run everything on this machine, with demo people and cash. Ctrl-C stops it; the data stays."""
    with explained():
        ended = demo.run(data_dir.resolve(), port, counter_port, ready_file, ctx.obj)
    sys.exit(ended)


@_keys.command("init")
def init_keys() -> None:
    """Make the file of secret keys. Keep a copy of it away from the database: without it no identity opens."""
    path = chosen_settings().keys_file
    typer.echo(
        f"made {path}" if assembly.make_keys(path) else f"{path} is there already; nothing was changed"
    )


@_keys.command("rotate-master")
def rotate_master() -> None:
    """Make a new current secret key, and encrypt everything with it. Stop every `soft-atm serve` first.

    After any end run it again: it makes one key more, and misses nothing.
    """
    chosen = chosen_settings()
    with explained(), owner_url(chosen) as url:
        engine = database.owner_engine(url)
        try:
            with engine.connect() as session:
                running = resealing.others(session)
            if running:
                fail(
                    f"{running} others are connected to the database: stop every `soft-atm serve`, then run it again"
                )
            done = resealing.reseal(engine.connect, assembly.add_master_key(chosen.keys_file))
        except Undecryptable as value:
            fail(f"a value opens with none of the keys ({value}). What was done stays: docs/master-key.md")
        finally:
            engine.dispose()
    typer.echo(
        f"{done} values are encrypted with a new key. Copy {chosen.keys_file} to where its copy is kept, now."
    )


@_keys.command("rotate")
def rotate_keys(
    ctx: typer.Context, purpose: Annotated[str, typer.Argument(help="code, access, seal or proof")] = "code"
) -> None:
    """Make a new signing key. The old one verifies until its last code has expired; of seals and proofs, for ever."""
    if purpose not in get_args(Purpose):
        fail("the purpose is `code`, `access`, `seal` or `proof`")
    with working(ctx) as (context, now), context.transaction() as session:
        kid = key_store.rotate(session, context.cipher, cast("Purpose", purpose), now)
    typer.echo(f"{kid} signs now")
