"""`soft-atm statements` and `soft-atm breaks`: what banks say of our accounts, and what does not match."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal
from uuid import UUID

import typer

import ledger
from atm_service.control.statements import listing, service, simulated, working
from atm_service.control.statements.domain import StatementRefused
from atm_service.control.statements.service import Run
from atm_service.platform.paging import FIRST_ID
from atm_service.registers.banks import data
from atm_service.registers.banks.simulated import SimulatedBank
from atm_service.run.cli.context import fail
from atm_service.run.cli.context import working as opened
from atm_service.run.cli.signing import signed

_LISTED_MAX: Final = 1_000

app: Final = typer.Typer(help="Banks' statements of our accounts.", no_args_is_help=True)
breaks_app: Final = typer.Typer(help="What banks say and we do not, or otherwise.", no_args_is_help=True)

Bin = Annotated[str, typer.Argument(help="the bank's BIN")]


@app.command("open-account")
def open_account(
    ctx: typer.Context,
    bin: Bin,
    number: Annotated[str, typer.Argument(help="as the bank's files name it, or IBAN")],
) -> None:
    """Write down under which number our account at a bank stands in its files, for good. Safe to repeat."""
    try:
        with signed(ctx) as (context, caller, now), context.transaction() as session:
            new = service.open_account(session, caller, bin, number, now)
    except StatementRefused as refused:
        fail(f"nothing was changed: {refused}")
    typer.echo(f"{number} at {data.name(bin)}" if new else "it is there already; nothing was changed")


@app.command("import")
def import_statements(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="camt.053 or MT940, as the bank has sent it", exists=True, dir_okay=False)
    ],
) -> None:
    """Import a bank's file, whole or not at all, and match it with what was posted.

    The same file again changes nothing. Ends with 1, and says line and reason, when a gate refuses
    it: then nothing of it was kept.
    """
    try:
        with signed(ctx) as (context, caller, now):
            with file.open("rb") as read:
                content = read.read(context.policy.statement.file_bytes_max + 1)
            done = service.take_in(context, caller, content, now)
    except StatementRefused as refused:
        fail(f"nothing was imported: {refused}. Ask the bank for a right file; do not mend it by hand")
    if done.again:
        typer.echo("this file was imported before; nothing was changed")
        return
    typer.echo(f"{done.statements} statement(s), {done.lines:,} line(s)")
    _tell(done.runs)


@app.command("match")
def match(ctx: typer.Context) -> None:
    """Run the matching rules again, for what was posted after the bank had told of it. Safe to repeat."""
    with signed(ctx) as (context, caller, now):
        runs = service.run_all(context, caller, now)
    _tell(runs)


@app.command("file")
def take_away(
    ctx: typer.Context,
    id: Annotated[UUID, typer.Argument(help="of the statement, as lists name it")],
    output: Annotated[Path, typer.Option(help="file to write", dir_okay=False)],
) -> None:
    """Write the file in which a statement came, as it was received. Names and numbers of people are in it."""
    with signed(ctx) as (context, caller, now), context.transaction() as session:
        working.look(session, caller)
        found = listing.statements(session, FIRST_ID, 1, id=id)
        if not found:
            fail("there is no such statement")
        content = service.content(session, context, caller, found[0]["file_id"], now)
    output.write_bytes(content)
    typer.echo(f"{len(content):,} bytes, SHA-256 {bytes(found[0]['sha256']).hex()}")


@app.command("list")
def list_statements(ctx: typer.Context) -> None:
    """List statements, newest first, a thousand at most."""
    with signed(ctx) as (context, caller, _), context.reading() as session:
        working.look(session, caller)
        for one in listing.statements(session, FIRST_ID, _LISTED_MAX):
            typer.echo(
                f"{one['id']}  {data.name(one['bin']):16} {one['sequence']:>6} {one['closing_on']}"
                f" {one['closing']:>20,} {one['lines']:>6} lines, {one['open_lines']} open"
            )


@app.command("simulate")
def simulate(
    ctx: typer.Context,
    bin: Bin,
    number: Annotated[str, typer.Argument(help="our account there")],
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])],
    output: Annotated[Path, typer.Option(help="file to write", dir_okay=False)],
    format_: Annotated[Literal["camt.053", "mt940"], typer.Option("--format")] = "camt.053",
) -> None:
    """Write what the simulated bank says of a day. Only where banks are simulated."""
    with opened(ctx) as (context, _):
        if not isinstance(context.bank, SimulatedBank):
            fail("the banks here are no simulation: ask them for their files")
        told = simulated.day(context.bank, bin, number, day.date())
    output.write_bytes(simulated.camt([told]) if format_ == "camt.053" else simulated.mt940([told]))
    typer.echo(f"{len(told.lines)} line(s), from {told.opening:,} to {told.closing:,} đ")


@breaks_app.command("list")
def list_breaks(
    ctx: typer.Context,
    *,
    ended: Annotated[bool, typer.Option("--ended", help="those that have an end")] = False,
    bank: Annotated[str | None, typer.Option(help="BIN")] = None,
) -> None:
    """List breaks, newest first, a thousand at most, and what all of them come to."""
    asked = {"open": not ended, "bin": bank, "kind": None, "band": None, "owner": None}
    with signed(ctx) as (context, caller, now), context.reading() as session:
        working.look(session, caller)
        today = ledger.business_date(now)
        for one in listing.breaks(session, asked, today, FIRST_ID, _LISTED_MAX):
            owner = one["owner"] or "-"
            typer.echo(
                f"{one['id']}  {data.name(one['bin']):16} {one['kind']:10} {one['since']}"
                f" {one['band']:>8} {one['amount']:>+20,} {owner}"
            )
        totals = listing.totals(session, asked, today)
    typer.echo(f"{sum(one['number'] for one in totals)} break(s), {sum(one['total'] for one in totals):+,} đ")


def _tell(runs: "tuple[Run, ...] | list[Run]") -> None:
    for one in runs:
        typer.echo(
            f"{one.account}: {one.matched:,} matched, {one.expected:,} expected,"
            f" {one.opened:,} break(s) opened, {one.ended:,} ended"
        )
