"""Members of staff at the command line: added, listed, switched off and on, moved, given a first password."""

from typing import Annotated, Final

import typer
from sqlalchemy import Connection

import ledger
from atm_service.platform.paging import FIRST_ID
from atm_service.registers.staff import rights, store
from atm_service.registers.staff import service as staff
from atm_service.registers.staff.domain import Role
from atm_service.registers.staff.store import Member
from atm_service.run.cli.context import fail, named, said, working

app: Final = typer.Typer(help="Members of staff.", no_args_is_help=True)

By = Annotated[str, typer.Option(help="user name of the operator who does it")]
Reason = Annotated[str, typer.Option(help="why, for the trail; nothing personal")]
_MOST: Final = 100_000


@app.command("add")
def add_staff(
    ctx: typer.Context,
    username: str,
    role: Annotated[Role, typer.Option(help="what this person may do")],
    name: Annotated[str, typer.Option(help="as printed on receipts")],
    office: Annotated[str | None, typer.Option(help="a clerk's office")] = None,
    area: Annotated[str | None, typer.Option(help="a supervisor's area; none: everywhere")] = None,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Add a member of staff; the password is asked for and not shown."""
    try:
        with working(ctx) as (context, now), context.transaction() as session:
            staff.add(session, context.hasher, username, password, role, office, name, now, area)
    except ValueError as wrong:
        fail(str(wrong))
    typer.echo(f"{username} may sign in as {role}")


@app.command("list")
def list_staff(
    ctx: typer.Context,
    role: Annotated[Role | None, typer.Option(help="only these")] = None,
    office: Annotated[str | None, typer.Option(help="only who works at this office")] = None,
) -> None:
    """List members of staff: user name, role, where, whether they may work, name."""
    with working(ctx) as (context, now), context.transaction() as session:
        found = store.listed(session, FIRST_ID, _MOST, ledger.business_date(now), role, office)
    for one in sorted(found, key=lambda one: one.username):
        state = "off" if not one.active else "password to be changed" if one.must_change else "active"
        typer.echo(
            f"{one.username:32} {one.role:10} {one.office or one.area or '':9} {state:22} {one.display_name}"
        )
    if not found:
        typer.echo("nobody")


@app.command("off")
def switch_off(ctx: typer.Context, username: str, by: By, reason: Reason) -> None:
    """Switch a member off: from now on nothing is paid or decided by them. An open shift waits for a take-over."""
    _switch(ctx, username, by, reason, active=False)
    typer.echo(f"{username} is switched off: signed out everywhere, and may not sign in")


@app.command("on")
def switch_on(ctx: typer.Context, username: str, by: By, reason: Reason) -> None:
    """Switch a member on again, with the password of before."""
    _switch(ctx, username, by, reason, active=True)
    typer.echo(f"{username} may sign in again")


@app.command("move")
def move(ctx: typer.Context, username: str, office: str, by: By, reason: Reason) -> None:
    """Move a clerk to another office."""
    with working(ctx) as (context, now), context.transaction() as session:
        operator, member = named(session, by, "operator"), _member(session, username)
        rights.move(session, operator, member.id, office, said(reason), now)
    typer.echo(f"{username} works at {office} now, and signs in anew")


@app.command("role")
def change_role(
    ctx: typer.Context,
    username: str,
    role: Role,
    by: By,
    reason: Reason,
    place: Annotated[str | None, typer.Option(help="a clerk's office, a supervisor's area")] = None,
) -> None:
    """Give a member another role."""
    with working(ctx) as (context, now), context.transaction() as session:
        operator, member = named(session, by, "operator"), _member(session, username)
        rights.change_role(session, operator, member.id, role, place, said(reason), now)
    typer.echo(f"{username} is {role} now, and signs in anew")


@app.command("reset")
def reset(ctx: typer.Context, username: str, by: By, reason: Reason) -> None:
    """Give a member a first password, shown once; the member chooses another at the counter's sign-in."""
    with working(ctx) as (context, now):
        with context.transaction() as session:
            operator, member = named(session, by, "operator"), _member(session, username)
        _, password = rights.reset(context, operator, member.id, said(reason), now)
    typer.echo(f"{username} signs in with {password} once, to choose another password")


def _switch(ctx: typer.Context, username: str, by: str, reason: str, *, active: bool) -> None:
    with working(ctx) as (context, now), context.transaction() as session:
        operator, member = named(session, by, "operator"), _member(session, username)
        rights.switch(session, operator, member.id, said(reason), now, active=active)


def _member(session: Connection, username: str) -> Member:
    member = store.find_by_username(session, username)
    if member is None:
        fail(f"nobody is called {username}: see `soft-atm staff list`")
    return member
