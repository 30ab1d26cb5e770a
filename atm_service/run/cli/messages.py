"""`soft-atm messages`: what did not reach a phone, and sending it again."""

from typing import Annotated, Final
from uuid import UUID

import typer

from atm_service.platform.paging import FIRST_ID
from atm_service.registers.messages import service, store
from atm_service.run.cli.context import fail, working
from atm_service.run.cli.signing import signed

LISTED_MAX: Final = 1_000

app: Final = typer.Typer(help="Messages to phones.", no_args_is_help=True)


@app.command("list")
def listed(ctx: typer.Context) -> None:
    """List the messages that were given up, newest first, a thousand at most."""
    with working(ctx) as (context, _), context.transaction() as session:
        found = store.dead(session, FIRST_ID, LISTED_MAX)
    for one in found:
        kept = "" if one.kept else "  wiped"
        facts = f"{one.kind:16} {one.fault:16} {one.tries:3}"
        typer.echo(f"{one.id}  {facts}  {one.dead_at:%Y-%m-%d %H:%M}  {one.customer_id or '–'}{kept}")


@app.command("send-again")
def send_again(
    ctx: typer.Context,
    ids: Annotated[list[UUID] | None, typer.Argument(help="as `messages list` shows them")] = None,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="all whose words are kept, a thousand at most")
    ] = False,
) -> None:
    """Send messages again that were given up: when the carrier is back, or a number was mended."""
    if every == bool(ids):
        fail("name messages, or say --all", 2)
    with signed(ctx) as (context, operator, now), context.transaction() as session:
        wanted = ids or [one.id for one in store.dead(session, FIRST_ID, LISTED_MAX) if one.kept]
        for id in sorted(wanted):  # so that two who send again do not wait in a circle
            service.send_again(session, operator, id, now)
    typer.echo(f"{len(wanted)} to be sent again")
