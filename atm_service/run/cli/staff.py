"""Members of staff at the command line: added, listed, switched off and on, moved, given a first password.

The first two, operators, are added by whoever installs the service, with nobody signed in; from then on whoever is to
decide for others is proposed by one of the staff and approved by another.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, TypeVar

import typer
from sqlalchemy import Connection

import ledger
from atm_service.control.instructions import service as instructions
from atm_service.control.instructions.domain import Wanted
from atm_service.control.instructions.errors import InstructionNeeded
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.paging import FIRST_ID
from atm_service.registers.staff import rights, store
from atm_service.registers.staff import service as staff
from atm_service.registers.staff.domain import FIRST, Role
from atm_service.registers.staff.store import Member
from atm_service.run.cli import approvals as cli_approvals
from atm_service.run.cli.context import fail, said, working
from atm_service.run.cli.signing import signed

app: Final = typer.Typer(help="Members of staff.", no_args_is_help=True)

Reason = Annotated[str, typer.Option(help="why, for the trail; nothing personal")]
_MOST: Final = 100_000
Done = TypeVar("Done")


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
    """Add a member of staff; the password is asked for and not shown. The first two are operators.

    Whoever decides for others is proposed by this command; once a colleague has approved, it adds.
    """
    try:
        if _is_first(ctx):
            if role != "operator":
                fail("the first two are operators, who add the others: --role operator", 2)
            with working(ctx) as (context, now), context.transaction() as session:
                staff.add_first(session, context.hasher, username, password, name, now)
        else:
            with signed(ctx) as (context, operator, now):
                facts = (username, password, role, office, name)
                wanted = instructions.member_added(username, role, office or area, name)
                leave = instructions.leave_for_member(operator, wanted, now)

                def add() -> None:
                    with context.transaction() as session:
                        staff.add(session, context.hasher, *facts, now, area, by=operator, leave=leave)

                _by_two(context, operator, wanted, now, add)
                typer.echo(f"{username} chooses an own password at the first sign-in")
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
def switch_off(ctx: typer.Context, username: str, reason: Reason) -> None:
    """Switch a member off: from now on nothing is paid or decided by them. An open shift waits for a take-over."""
    _switch(ctx, username, reason, active=False)
    typer.echo(f"{username} is switched off: signed out everywhere, and may not sign in")


@app.command("on")
def switch_on(ctx: typer.Context, username: str, reason: Reason) -> None:
    """Switch a member on again, with the password of before."""
    _switch(ctx, username, reason, active=True)
    typer.echo(f"{username} may sign in again")


@app.command("move")
def move(ctx: typer.Context, username: str, office: str, reason: Reason) -> None:
    """Move a clerk to another office."""
    with signed(ctx) as (context, operator, now), context.transaction() as session:
        rights.move(session, operator, _member(session, username).id, office, said(reason), now)
    typer.echo(f"{username} works at {office} now, and signs in anew")


@app.command("role")
def change_role(
    ctx: typer.Context,
    username: str,
    role: Role,
    reason: Reason,
    place: Annotated[str | None, typer.Option(help="a clerk's office, a supervisor's area")] = None,
) -> None:
    """Give a member another role."""
    why = said(reason)
    with signed(ctx) as (context, operator, now):
        with context.transaction() as session:
            member = _member(session, username)
            wanted = instructions.member_role(session, member, role, place, why)
        leave = instructions.leave_for_member(operator, wanted, now)

        def change() -> None:
            with context.transaction() as session:
                rights.change_role(session, operator, member.id, role, place, why, now, leave)

        _by_two(context, operator, wanted, now, change)
    typer.echo(f"{username} is {role} now, and signs in anew")


@app.command("reset")
def reset(ctx: typer.Context, username: str, reason: Reason) -> None:
    """Give a member a first password, shown once; the member chooses another at the counter's sign-in."""
    with signed(ctx) as (context, operator, now):
        with context.transaction() as session:
            member = _member(session, username)
            wanted = instructions.member_reset(session, member, said(reason))
        leave = instructions.leave_for_member(operator, wanted, now)
        facts = (context, operator, member.id, said(reason), now, leave)
        _, password = _by_two(context, operator, wanted, now, lambda: rights.reset(*facts))
    typer.echo(f"{username} signs in with {password} once, to choose another password")


def _by_two(
    context: Context, operator: Caller, wanted: Wanted, now: datetime, act: Callable[[], Done]
) -> Done:
    """Act, where one alone may or another has approved it; else propose it, and end the command."""
    try:
        return act()
    except InstructionNeeded:
        cli_approvals.proposed(context, operator, wanted, now)
        return act()


def _is_first(ctx: typer.Context) -> bool:
    with working(ctx) as (context, _), context.transaction() as session:
        return store.number(session) < FIRST


def _switch(ctx: typer.Context, username: str, reason: str, *, active: bool) -> None:
    with signed(ctx) as (context, operator, now), context.transaction() as session:
        rights.switch(session, operator, _member(session, username).id, said(reason), now, active=active)


def _member(session: Connection, username: str) -> Member:
    member = store.find_by_username(session, username)
    if member is None:
        fail(f"nobody is called {username}: see `soft-atm staff list`")
    return member
