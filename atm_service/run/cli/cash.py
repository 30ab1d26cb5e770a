"""`soft-atm cash`: cash brought for a demonstration, deliveries in a supervisor's name, and which notes are where."""

from typing import Annotated, Final
from uuid import UUID

import typer

from atm_service.platform import ids
from atm_service.platform.paging import FIRST_ID
from atm_service.registers.cash import service, store
from atm_service.registers.cash.delivery import Delivery, Direction
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import DENOMINATIONS, Counts, counts_of
from atm_service.registers.offices import service as offices
from atm_service.run.cli.context import fail, named, said, working

LISTED_MAX: Final = 1_000

app: Final = typer.Typer(help="Cash: drawers, vaults, deliveries.", no_args_is_help=True)

Supervisor = Annotated[str, typer.Option(help="user name of the supervisor in whose name this is done")]


@app.command("bring")
def bring_cash(
    ctx: typer.Context,
    office: str,
    amount: Annotated[int, typer.Argument(min=1_000, max=10_000_000_000, help="đồng")],
    drawer: Annotated[int, typer.Option(min=1, max=99)] = 1,
) -> None:
    """Record cash brought from the treasury straight into a drawer. For demonstrations: offices get deliveries."""
    with working(ctx) as (context, now), context.transaction() as session:
        offices.bring_cash(session, office, drawer, amount, ids.new(now), now)
    typer.echo(f"{amount:,} đ in drawer {drawer} of {office}")


@app.command("order")
def order(
    ctx: typer.Context,
    office: str,
    amount: Annotated[int, typer.Argument(min=1_000, max=10_000_000_000, help="đồng, whole thousands")],
    by: Supervisor,
    *,
    back: Annotated[bool, typer.Option(help="from the office back to the area")] = False,
) -> None:
    """Order a delivery; print its id."""
    if amount % 1_000:
        fail("an order is of whole thousands", 2)
    direction = Direction.TO_AREA if back else Direction.TO_OFFICE
    with working(ctx) as (context, now), context.transaction() as session:
        supervisor = named(session, by, "supervisor")
        delivery = service.order(session, context.policy, supervisor, office, direction, amount, now)
    typer.echo(delivery.id)


@app.command("send")
def send(
    ctx: typer.Context,
    id: UUID,
    by: Supervisor,
    notes: Annotated[
        list[str], typer.Option("--notes", help="such as 500000=20; once for each kind of note")
    ],
) -> None:
    """Hand the area's cash of a delivery over to the road."""
    counts = _counts(notes)
    with working(ctx) as (context, now), context.transaction() as session:
        delivery = service.send(session, context.policy, named(session, by, "supervisor"), id, counts, now)
    typer.echo(_line(delivery))


@app.command("cancel")
def cancel(
    ctx: typer.Context,
    id: UUID,
    by: Supervisor,
    reason: Annotated[str, typer.Option(help="kept on record; nothing personal")],
) -> None:
    """Call a delivery off; cash on the road turns back."""
    with working(ctx) as (context, now), context.transaction() as session:
        delivery = service.cancel(session, named(session, by, "supervisor"), id, said(reason), now)
    typer.echo(_line(delivery))


@app.command("deliveries")
def deliveries(
    ctx: typer.Context,
    office: Annotated[str | None, typer.Option(help="of one office alone")] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="also those that have ended")] = False,
) -> None:
    """List the open deliveries, newest first, a thousand at most."""
    with working(ctx) as (context, _), context.transaction() as session:
        found = store.listed(session, "all" if every else "open", office, FIRST_ID, LISTED_MAX)
    for delivery in found:
        typer.echo(_line(delivery))


@app.command("notes")
def notes(ctx: typer.Context, office: str) -> None:
    """Show which notes an office's vault and drawers hold, as far as they are known."""
    with working(ctx) as (context, _), context.transaction() as session:
        offices.name(session, office)  # refuses an unknown office
        places = stock.of_office(session, office)
    for place, balance, known in places:
        shown = (
            "not known"
            if known is None
            else " ".join(f"{n}×{number}" for n, number in counts_of(known).items())
        )
        typer.echo(f"{place:32} {balance:>18,}  {shown}")


def _counts(notes: list[str]) -> Counts:
    """Read `500000=20`, once for each kind."""
    found: dict[int, int] = {}
    for one in notes:
        note, _, number = one.partition("=")
        if not (note.isdigit() and number.isdigit()) or int(note) not in DENOMINATIONS or int(note) in found:
            fail(f"{one}: write a note and how many, such as 500000=20, once for each kind", 2)
        found[int(note)] = int(number)
    return counts_of(tuple(found.get(note, 0) for note in DENOMINATIONS))


def _line(delivery: Delivery) -> str:
    at = delivery.ended_at or delivery.sent_at or delivery.ordered_at
    odd = f"  {delivery.difference:+,}" if delivery.difference else ""
    facts = f"{delivery.office:9} {delivery.direction:11} {delivery.amount:>16,}  {delivery.status:11}"
    return f"{delivery.id}  {facts} {at:%Y-%m-%d %H:%M}{odd}"
