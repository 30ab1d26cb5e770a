"""`soft-atm ledger`: closing business dates."""

from datetime import datetime
from typing import Annotated, Final

import typer

import ledger
from atm_service.platform import trail
from atm_service.run.cli.context import fail
from atm_service.run.cli.signing import signed

app: Final = typer.Typer(help="The ledger's business dates.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `close-day` a command of its own: a group of one would lose its name."""


@app.command("close-day")
def close_day(
    ctx: typer.Context,
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="the last business date to close")],
) -> None:
    """Close a business date and all before it: no entry is posted into them any more. This cannot be undone.

    A correction then goes to an open day and names the entry it corrects. A day can be closed from 00:15 of the next
    one on, in Vietnam. Safe to repeat.
    """
    try:
        with signed(ctx) as (context, operator, now), context.transaction() as session:
            closed = ledger.close_day(session, day.date(), now)
            trail.record(session, now, "day-closed", None, operator, {"through": closed.isoformat()})
    except ledger.DayNotOver as not_over:
        fail(str(not_over))
    typer.echo(f"closed through {closed}")
