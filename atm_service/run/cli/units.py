"""`soft-atm units` and `soft-atm areas`: a new tree of the state's, and areas drawn anew; first shown, then done."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

import ledger
from atm_service.registers.units import files, service, store
from atm_service.registers.units.errors import TreeInvalid
from atm_service.registers.units.service import Change
from atm_service.run.cli.context import fail, working
from atm_service.run.cli.signing import signed

SHOWN_MAX: Final = 20

units_app: Final = typer.Typer(help="Units of the state's administration.", no_args_is_help=True)
areas_app: Final = typer.Typer(help="Areas: who looks after which offices.", no_args_is_help=True)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV with a heading; see above")]
From = Annotated[
    datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="the first day on which it counts")
]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="of this day; default: today")
]
Apply = Annotated[bool, typer.Option("--apply", help="do it; without this it is only shown")]


@units_app.command("import")
def import_units(ctx: typer.Context, file: File, since: From, *, apply: Apply = False) -> None:
    """Take a new tree from a day on. It is shown first; --apply does it, whole or not at all. Again: nothing happens.

    The file has a row for each unit of the new tree: code,kind,name,parent,made_of. A kind is a word such as province,
    district, commune, ward or township. `made_of` names the former units that lie in it, parted by spaces: 05971 goes
    whole; of one that was split, 05971:main marks where its post office stands, and 05971:part the others. Empty: the
    unit was there before, and is the same land. Every unit at the bottom of the former tree must go somewhere.
    """
    day = since.date()
    try:
        with signed(ctx) as (context, operator, now), context.transaction() as session:
            change = service.import_units(session, files.units(file), day, now, apply=apply, by=operator)
    except TreeInvalid as wrong:
        fail(str(wrong))
    if change.is_none:
        typer.echo(f"This tree counts from {day} on already: nothing to do.")
        return
    _tell_nodes(change, day)
    typer.echo(f"{len(change.moves)} offices stand in another unit; each keeps its code:")
    _tell_moves(change)
    typer.echo("Areas stay as they are, and so does what each supervisor looks after.")
    _tell_end(change)


@units_app.command("list")
def list_units(ctx: typer.Context, on: On = None) -> None:
    """List the units of a day: code, kind, parent, name."""
    with working(ctx) as (context, now), context.transaction() as session:
        day = on.date() if on else ledger.business_date(now)
        found = store.tree(session, store.UNITS).on(day)
    for code, node in sorted(found.items()):
        typer.echo(f"{code:5} {node.kind:10} {node.parent or '':5} {node.name}")


@areas_app.command("draw")
def draw_areas(ctx: typer.Context, file: File, since: From, *, apply: Apply = False) -> None:
    """Draw the areas anew, from today or later. It is shown first; --apply does it, whole or not at all.

    The file has a row for each office: office,area,name,parent; a row without an office draws an area that has none of
    its own, such as the province. Supervisors look after the area whose code they have, and what is below: what they
    gain and lose is shown. A code that has ended is not used again.
    """
    day = since.date()
    try:
        with signed(ctx) as (context, operator, now), context.transaction() as session:
            change = service.draw_areas(session, *files.areas(file), day, now, apply=apply, by=operator)
    except TreeInvalid as wrong:
        fail(str(wrong))
    if change.is_none:
        typer.echo(f"The areas are drawn like this on {day} already: nothing to do.")
        return
    _tell_nodes(change, day)
    typer.echo(f"{len(change.moves)} offices belong to another area:")
    _tell_moves(change)
    typer.echo(
        f"{len(change.reach)} supervisors look after other offices:"
        if change.reach
        else "Nobody's reach changes."
    )
    for username, (was, becomes) in change.reach.items():
        gains, loses = sorted(becomes - was), sorted(was - becomes)
        typer.echo(f"  {username}: {len(was)} → {len(becomes)}{_named('+', gains)}{_named('-', loses)}")
    _tell_end(change)


@areas_app.command("list")
def list_areas(ctx: typer.Context, on: On = None) -> None:
    """List the areas of a day: code, parent, how many offices of their own, name."""
    with working(ctx) as (context, now), context.transaction() as session:
        day = on.date() if on else ledger.business_date(now)
        found = store.tree(session, store.AREAS).on(day)
        own = Counter(place.area_code for place in store.places(session, None, day).values())
    for code, node in sorted(found.items()):
        typer.echo(f"{code:12} {node.parent or '':12} {own[code]:>4} offices  {node.name}")


def _tell_nodes(change: Change, day: date) -> None:
    reform = change.reform
    typer.echo(f"From {day}: {len(reform.ends)} end, {len(reform.begins)} begin.")
    for word, nodes in (("ends", reform.ends), ("begins", reform.begins)):
        for node in nodes[:SHOWN_MAX]:
            typer.echo(f"  {word:6} {node.code} {node.name}")
        if len(nodes) > SHOWN_MAX:
            typer.echo(f"  {word:6} … {len(nodes) - SHOWN_MAX} more")


def _tell_moves(change: Change) -> None:
    for office, (was, becomes) in sorted(change.moves.items()):
        before = f"{was.code} {was.name}" if was else "nowhere"
        typer.echo(f"  {office:9} {before} → {becomes.code} {becomes.name}")


def _named(sign: str, codes: list[str]) -> str:
    more = f" … {len(codes) - SHOWN_MAX} more" if len(codes) > SHOWN_MAX else ""
    return "".join(f" {sign}{code}" for code in codes[:SHOWN_MAX]) + more


def _tell_end(change: Change) -> None:
    typer.echo("Done." if change.done else "Nothing was changed. Do it with --apply.")
