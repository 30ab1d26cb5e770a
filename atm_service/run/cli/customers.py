"""`soft-atm customers`: freeze a wallet, thaw it, and see which it is."""

from typing import Annotated, Final
from uuid import UUID

import typer
from sqlalchemy import Connection

from atm_service.platform.context import Context
from atm_service.registers.customers import service, store
from atm_service.run.cli.context import fail, said, working
from atm_service.run.cli.signing import signed

app: Final = typer.Typer(help="Customers' wallets: show, freeze, thaw.", no_args_is_help=True)

Phone = Annotated[str, typer.Argument(help="the customer's phone number")]
Why = Annotated[str, typer.Option(help="kept for good; nothing personal")]


@app.command("show")
def show(ctx: typer.Context, phone: Phone) -> None:
    """Show whether a wallet is frozen, since when, by whom and why."""
    with working(ctx) as (context, _), context.transaction() as session:
        id = _found(session, context, phone)
        found = store.freeze_of(session, id)
        name, _id_number = service.masked(service.identity(session, context, id))
    assert found is not None
    since = "" if found.changed_at is None else f" since {found.changed_at:%Y-%m-%d %H:%M}"
    by = "" if found.reason is None else f", {found.changed_by or 'the customer'}: {found.reason}"
    typer.echo(f"{id}  {name}  {_state(found)}{since}{by}")


@app.command("freeze")
def freeze(ctx: typer.Context, phone: Phone, reason: Why) -> None:
    """Freeze a wallet: no code is made or paid from now on, and it is signed out everywhere."""
    _freeze(ctx, phone, reason, frozen=True)
    typer.echo("frozen: nothing goes out of this wallet, and it is signed out everywhere")


@app.command("thaw")
def thaw(ctx: typer.Context, phone: Phone, reason: Why) -> None:
    """Thaw a wallet: its codes that are still good can be paid again."""
    before = _freeze(ctx, phone, reason, frozen=False)
    if before.stands.own:
        typer.echo("thawed, but for what the customer has frozen: that is thawed in person, at any counter")
    else:
        typer.echo("thawed: the customer signs in anew")


def _state(freeze: store.Freeze) -> str:
    if freeze.stands.by is None:
        return "active"
    return "frozen by staff and customer" if freeze.stands.own and freeze.stands.staff else "frozen"


def _freeze(ctx: typer.Context, phone: str, reason: str, *, frozen: bool) -> store.Freeze:
    with signed(ctx) as (context, who, now), context.transaction() as session:
        return service.freeze(session, who, _found(session, context, phone), said(reason), now, frozen=frozen)


def _found(session: Connection, context: Context, phone: str) -> UUID:
    found = service.by_number(session, context, phone=phone)
    if found is None:
        fail("no customer has this phone number")
    return found
