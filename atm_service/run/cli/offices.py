"""`soft-atm offices`: bring them in, take each through its life, its hours, and how much of the province is served."""

import re
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

import ledger
from atm_service.platform.bodies import SAID
from atm_service.platform.calendar import VIETNAM
from atm_service.registers.offices import hours, life, life_store, service, store
from atm_service.registers.offices.domain import ADDRESS_MAX, PHONE_FORM, Line, State
from atm_service.registers.offices.states import Item
from atm_service.registers.staff import service as staff
from atm_service.registers.units import coverage, files
from atm_service.registers.units import service as units
from atm_service.registers.units import store as unit_store
from atm_service.registers.units.coverage import Coverage
from atm_service.registers.units.errors import TreeInvalid
from atm_service.run.cli.context import fail, said, working
from atm_service.run.cli.signing import signed

HISTORY_MAX: Final = 100
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

app: Final = typer.Typer(
    help="Offices: import, list, check, state, drawers, hours, coverage.", no_args_is_help=True
)

Code = Annotated[str, typer.Argument(help="such as 05971-1")]
Why = Annotated[str, typer.Option(help="kept for good; nothing personal")]


@app.command("import")
def import_offices(
    ctx: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="CSV: code,name,unit,area", exists=True, dir_okay=False)
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from", formats=["%Y-%m-%d"], help="since when they stand in these units; default: today"
        ),
    ] = None,
) -> None:
    """Plan the offices of a CSV file. Offices that are there already stay as they are.

    Without a file: Lạng Sơn, with its units since 2021, its areas, and an office in each former commune.
    """
    try:
        with signed(ctx) as (context, _, now), context.transaction() as session:
            if file is None:
                new = units.furnish(session, now)
            else:
                day = since.date() if since else ledger.business_date(now)
                new = units.found_offices(session, files.offices(file), day)
    except TreeInvalid as wrong:
        fail(str(wrong))
    typer.echo(f"{new} new offices")


@app.command("list")
def list_offices(
    ctx: typer.Context,
    area: Annotated[str | None, typer.Option(help="of one area alone, such as 178")] = None,
    state: Annotated[State | None, typer.Option(help="in one state alone")] = None,
) -> None:
    """List offices: code, state, line, area, name, unit."""
    with working(ctx) as (context, now), context.transaction() as session:
        found, today = store.listed(session), ledger.business_date(now)
        places = unit_store.places(session, None, today)
        wanted = {one.code for one in found}
        if area is not None:
            wanted = unit_store.offices_below(session, area, today)
    for one in found:
        if state in (None, one.state) and one.code in wanted:
            stands = places[one.code]
            typer.echo(
                f"{one.code:9} {one.state:9} {one.line:5} {stands.area_code} {one.name}, {stands.unit}"
            )


@app.command("check")
def check_office(
    ctx: typer.Context,
    code: Code,
    item: Annotated[Item, typer.Argument(help="of the checklist")],
    words: Annotated[str, typer.Option(help="what was seen; kept for good; nothing personal")],
    *,
    failed: Annotated[bool, typer.Option("--failed", help="take the item back")] = False,
) -> None:
    """Check one item of an office's checklist off, in your name."""
    with signed(ctx) as (context, who, now), context.transaction() as session:
        life.check(session, who, code, item, said(words), now, passed=not failed)
    typer.echo(f"{code}: {item} {'not passed' if failed else 'passed'}")


@app.command("furnish")
def furnish_office(
    ctx: typer.Context, code: Code, drawers: Annotated[int, typer.Option(min=1, max=99)] = 1
) -> None:
    """Open an office's accounts and its drawers. Safe to repeat with more drawers."""
    with signed(ctx) as (context, _, now), context.transaction() as session:
        life.furnish(session, code, drawers, now)
    typer.echo(f"{code} has {drawers} drawer(s)")


@app.command("state")
def change_state(ctx: typer.Context, code: Code, to: State, reason: Why) -> None:
    """Change an office's state, in your name: planned, ready, active, suspended, closed."""
    with signed(ctx) as (context, who, now), context.transaction() as session:
        change = life.make_ready if to is State.READY else partial(life.change_state, to=to)
        change(session, who, code, reason=said(reason), now=now)
    typer.echo(f"{code} is {to}")


@app.command("freeze")
def freeze_drawer(ctx: typer.Context, code: Code, drawer: int, reason: Why) -> None:
    """Freeze a drawer: from now on it may only be counted and closed."""
    _freeze(ctx, code, drawer, reason, frozen=True)
    typer.echo(f"{code}: drawer {drawer} is frozen")


@app.command("thaw")
def thaw_drawer(ctx: typer.Context, code: Code, drawer: int, reason: Why) -> None:
    """Thaw a drawer."""
    _freeze(ctx, code, drawer, reason, frozen=False)
    typer.echo(f"{code}: drawer {drawer} works again")


@app.command("history")
def show_history(ctx: typer.Context, code: Code) -> None:
    """Show an office's checklist and its changes of state, newest first."""
    with working(ctx) as (context, _), context.transaction() as session:
        service.name(session, code)  # refuses an unknown office
        checks, changes = life_store.checks(session, code), life_store.history(session, code, HISTORY_MAX)
    for check in checks:
        word = "passed" if check.passed else "not passed"
        typer.echo(f"{check.item:10} {word:10} {_signed(check.checked_by, check.checked_at)}  {check.words}")
    for change in changes:
        step = f"{change.was} → {change.state}"
        typer.echo(f"{step:21} {_signed(change.changed_by, change.changed_at)}  {change.reason}")


@app.command("activate")
def activate_office(
    ctx: typer.Context, code: Code, drawers: Annotated[int, typer.Option(min=1, max=99)] = 1
) -> None:
    """Take an office all the way to active at once, on your word for every item. For old offices."""
    with signed(ctx) as (context, operator, now), context.transaction() as session:
        life.activate(session, code, drawers, now, operator)
    typer.echo(f"{code} is active with {drawers} drawer(s)")


@app.command("line")
def set_line(ctx: typer.Context, code: Code, line: Line) -> None:
    """Say how good an office's line is."""
    with signed(ctx) as (context, who, now), context.transaction() as session:
        life.set_line(session, who, code, line, now)
    typer.echo(f"{code}: the line is {line}")


@app.command("contact")
def set_contact(
    ctx: typer.Context,
    code: Code,
    address: Annotated[str | None, typer.Option(help="where it stands, as people there say it")] = None,
    phone: Annotated[str | None, typer.Option(help="what it answers, such as 02053812345")] = None,
) -> None:
    """Say where an office stands and what number it answers: customers read both before they set out."""
    if phone is not None and not re.fullmatch(PHONE_FORM, phone, re.ASCII):
        fail("a phone number is ten or eleven digits and begins with 0", 2)
    if address is not None and not (len(address) <= ADDRESS_MAX and re.fullmatch(SAID, address)):
        fail(f"an address is one line of 3 to {ADDRESS_MAX} characters", 2)
    if address is None and phone is None:
        fail("say --address, --phone or both", 2)
    with signed(ctx) as (context, who, now), context.transaction() as session:
        staff.office_in_scope(session, who, code, ledger.business_date(now))
        life.set_contact(session, who, code, address, phone, now)
        office = store.find(session, code)
    assert office is not None
    typer.echo(f"{code}: {office.address or 'no address'}, {office.phone or 'no number'}")


@app.command("hours")
def set_hours(
    ctx: typer.Context,
    code: Code,
    day: Annotated[
        list[str] | None, typer.Option("--day", help='such as "sat=07:30-11:30"; "sun=" is a day off')
    ] = None,
) -> None:
    """Show an office's week and the dates to come that differ; with `--day`, change weekdays in your name."""
    if day:
        _change_hours(ctx, code, _days(day))
    with working(ctx) as (context, now), context.transaction() as session:
        service.name(session, code)  # refuses an unknown office
        today = now.astimezone(VIETNAM).date()
        its_hours = life_store.hours_of(session, today, code).of(code)
        others = life_store.exceptions(session, code, today)
    for name, one in zip(DAYS, its_hours.week, strict=True):
        typer.echo(f"{name}  {hours.write(one) or 'closed'}")
    for other in others:
        typer.echo(f"{other.day}  {other.hours or 'closed'}  {other.reason}")


@app.command("holiday")
def set_holiday(
    ctx: typer.Context,
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"])],
    reason: Why,
    office: Annotated[str | None, typer.Option(help="of one office; none: of all")] = None,
    open_at: Annotated[str, typer.Option("--hours", help="other hours; none: closed")] = "",
    *,
    usual: Annotated[bool, typer.Option("--usual", help="take it back: as on any such day")] = False,
) -> None:
    """Set the hours of one date, of all offices or of one."""
    with signed(ctx) as (context, who, now), context.transaction() as session:
        written = None if usual else open_at
        life.set_day(session, who, office, day.date(), written, said(reason), now)
    typer.echo(f"{day:%Y-%m-%d}: {'as usual' if usual else open_at or 'closed'}")


@app.command("coverage")
def show_coverage(
    ctx: typer.Context,
    tree: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="by the units and areas of this day; default: today's"),
    ] = None,
) -> None:
    """Show how many units and offices are served, by area and whole."""
    with working(ctx) as (context, now), context.transaction() as session:
        today = ledger.business_date(now)
        found = unit_store.standings(session, None, today, tree.date() if tree else today)
    for one in coverage.of(found):
        typer.echo(f"{one.area_code:5} {_share(one)}  {one.area}")
    typer.echo(f"all   {_share(coverage.whole(found))}")


def _freeze(ctx: typer.Context, code: str, drawer: int, reason: str, *, frozen: bool) -> None:
    with signed(ctx) as (context, who, now), context.transaction() as session:
        staff.office_in_scope(session, who, code, ledger.business_date(now))
        life.freeze_drawer(session, who, code, drawer, said(reason), now, frozen=frozen)


def _share(one: Coverage) -> str:
    units = f"{one.units_served:>4} of {one.units:>3} units"
    return f"{units}  {one.offices_active:>4} of {one.offices:>3} offices"


def _change_hours(ctx: typer.Context, code: str, changed: dict[str, str]) -> None:
    with signed(ctx) as (context, who, now), context.transaction() as session:
        service.name(session, code)  # refuses an unknown office
        today = now.astimezone(VIETNAM).date()
        week = life_store.hours_of(session, today, code).of(code).week
        written = [changed.get(name, hours.write(one)) for name, one in zip(DAYS, week, strict=True)]
        life.set_hours(session, who, code, written, now)


def _days(given: list[str]) -> dict[str, str]:
    found = dict(one.partition("=")[::2] for one in given)
    if not found.keys() <= set(DAYS):
        fail(f"a day is one of {', '.join(DAYS)}, such as sat=07:30-11:30", 2)
    return found


def _signed(who: str | None, at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} {who or 'command line'}"
