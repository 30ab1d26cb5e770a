"""`soft-atm cash`: cash brought by two people, deliveries by the supervisor who is signed in, and notes."""

from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID, uuid5

import typer
from sqlalchemy import Connection

from atm_service.control.instructions import service as instructions
from atm_service.platform.paging import FIRST_ID
from atm_service.registers.cash import service, store
from atm_service.registers.cash.delivery import Delivery, Direction
from atm_service.registers.credits.payers import REFERENCE
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import DENOMINATIONS, Counts, counts_of
from atm_service.registers.offices import service as offices
from atm_service.registers.offices import store as office_store
from atm_service.registers.offices.errors import DrawerUnknown
from atm_service.run.cli.approvals import by_two
from atm_service.run.cli.context import fail, said, working
from atm_service.run.cli.signing import signed

LISTED_MAX: Final = 1_000
BROUGHT: Final = UUID(
    "3b9f0a54-6d0e-4f5f-9b39-0c7f0f1b6c11"
)  # any constant: a paper's number is an id of its own

app: Final = typer.Typer(help="Cash: drawers, vaults, deliveries.", no_args_is_help=True)


@app.command("bring")
def bring_cash(
    ctx: typer.Context,
    office: str,
    amount: Annotated[int, typer.Argument(min=1_000, max=10_000_000_000, help="đồng")],
    reference: Annotated[str, typer.Option(help="the paper's own number: the same again changes nothing")],
    drawer: Annotated[int, typer.Option(min=1, max=99)] = 1,
) -> None:
    """Record cash brought from the treasury straight into a drawer, without a delivery. It takes two people.

    The first run proposes it and ends with 4; when a colleague has approved it, the same command records it.
    """
    if not REFERENCE.fullmatch(reference):
        fail("a reference is 1 to 60 letters, digits, . _ or -", 2)
    wanted = instructions.cash(office, drawer, amount, reference)
    with signed(ctx) as (context, operator, now):
        with context.transaction() as session:
            if office_store.lock_drawer(session, office, drawer) is None:
                raise DrawerUnknown
        id = uuid5(BROUGHT, f"{office} {reference}")

        def record(session: Connection, leave: Callable[[UUID], object]) -> None:
            if not offices.bring_cash(session, office, drawer, amount, id, now, leave):
                fail("nothing was recorded: this reference has brought other cash to this office before")
            typer.echo(f"{amount:,} đ in drawer {drawer} of {office}")

        by_two(context, operator, wanted, record, now)


@app.command("order")
def order(
    ctx: typer.Context,
    office: str,
    amount: Annotated[int, typer.Argument(min=1_000, max=10_000_000_000, help="đồng, whole thousands")],
    *,
    back: Annotated[bool, typer.Option(help="from the office back to the area")] = False,
) -> None:
    """Order a delivery; print its id."""
    if amount % 1_000:
        fail("an order is of whole thousands", 2)
    direction = Direction.TO_AREA if back else Direction.TO_OFFICE
    with signed(ctx) as (context, supervisor, now), context.transaction() as session:
        delivery = service.order(session, context.policy, supervisor, office, direction, amount, now)
    typer.echo(delivery.id)


@app.command("send")
def send(
    ctx: typer.Context,
    id: UUID,
    notes: Annotated[
        list[str], typer.Option("--notes", help="such as 500000=20; once for each kind of note")
    ],
) -> None:
    """Hand the area's cash of a delivery over to the road."""
    counts = _counts(notes)
    with signed(ctx) as (context, supervisor, now), context.transaction() as session:
        delivery = service.send(session, context.policy, supervisor, id, counts, now)
    typer.echo(_line(delivery))


@app.command("cancel")
def cancel(
    ctx: typer.Context,
    id: UUID,
    reason: Annotated[str, typer.Option(help="kept on record; nothing personal")],
) -> None:
    """Call a delivery off; cash on the road turns back."""
    with signed(ctx) as (context, supervisor, now), context.transaction() as session:
        delivery = service.cancel(session, supervisor, id, said(reason), now)
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
