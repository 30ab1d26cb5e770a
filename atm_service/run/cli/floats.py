"""`soft-atm floats`: what offices are to hold, what they will need, and a proposed trip for an area."""

from datetime import datetime, timedelta
from typing import Annotated, Final

import typer

import ledger
from atm_service.control.floats import backtest, domain, service
from atm_service.control.floats.backtest import Tally
from atm_service.control.floats.domain import Float, Levels, Market
from atm_service.platform.policy import AMOUNT_MAX, FLOAT_MAX
from atm_service.registers.cash.delivery import Direction
from atm_service.registers.units import store as units
from atm_service.run.cli.context import fail, working
from atm_service.run.cli.signing import signed

app: Final = typer.Typer(help="Floats: levels, forecasts, plans.", no_args_is_help=True)

Office = Annotated[str, typer.Argument(help="such as 05971-1")]
Cash = Annotated[int, typer.Option(min=0, max=FLOAT_MAX, help="đồng")]
Area = Annotated[str | None, typer.Option(help="an area's code; none: all")]


@app.command("set")
def set_float(
    ctx: typer.Context,
    office: Office,
    minimum: Cash,
    target: Cash,
    maximum: Cash,
    market_every: Annotated[int | None, typer.Option(help="days from market to market: 5 or 7")] = None,
    market_since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="any one of its market days")
    ] = None,
) -> None:
    """Set how much cash an office is to hold, and its market days. The history stays."""
    if (market_every is None) != (market_since is None):
        fail("a market has both: --market-every and --market-since", 2)
    if market_every not in {None, *domain.MARKET_CYCLES}:
        fail("a market comes every 5 or every 7 days", 2)
    market = Market(market_every, market_since.date()) if market_every and market_since else None
    with signed(ctx) as (context, operator, now), context.transaction() as session:
        one = service.set_float(session, operator, office, Levels(minimum, target, maximum), market, now)
    typer.echo(_line(one))


@app.command("show")
def show(ctx: typer.Context, office: Office) -> None:
    """Show what an office is to hold: as it was set last, or by the policy."""
    with working(ctx) as (context, _), context.transaction() as session:
        one = service.current(session, context.policy.float, office)
    typer.echo(_line(one))


@app.command("list")
def standings(ctx: typer.Context, area: Area = None) -> None:
    """List the active offices: cash, what is coming, what is needed until the next delivery, and alarms."""
    with working(ctx) as (context, now), context.transaction() as session:
        found = service.standings(session, context.policy.float, now, area)
    typer.echo(f"{'office':9} {'cash':>15} {'coming':>15} {'needed':>15}  alarms")
    for one in found:
        at = one.position
        typer.echo(
            f"{at.office:9} {at.cash:>15,} {at.coming - at.going:>15,} {at.need:>15,}  {' '.join(at.alarms)}"
        )


@app.command("forecast")
def forecast(
    ctx: typer.Context,
    office: Annotated[str, typer.Option(help="such as 05971-1")],
    days: Annotated[int, typer.Option(min=1, max=domain.DAYS_MAX, help="how many, from today")] = 14,
) -> None:
    """Say what an active office will need on each day, and what to have now to be sure for all of them."""
    with working(ctx) as (context, now), context.transaction() as session:
        today, rules = ledger.business_date(now), context.policy.float
        found = service.forecast(session, rules, office, today, today + timedelta(days - 1))
    for day in found.days:
        typer.echo(f"{day.day:%a %Y-%m-%d} {day.expected:>15,}  {' '.join(sorted(day.kinds))}".rstrip())
    typer.echo(f"needed to be sure {rules.safety_percent} times of 100: {found.need:,} đ")


@app.command("backtest")
def run_backtest(
    ctx: typer.Context,
    office: Annotated[str | None, typer.Option(help="one office alone")] = None,
    area: Area = None,
) -> None:
    """Show the forecast's error against naive guesses, over each office's own past."""
    with working(ctx) as (context, now):
        rules, last = context.policy.float, ledger.business_date(now) - timedelta(1)
        with context.transaction() as session:
            pasts = (
                service.pasts(session, rules, area, last)
                if office is None
                else {office: service.past_of(session, rules, office, last)}
            )
    tallies = dict.fromkeys(backtest.GUESSERS, Tally())
    for past in pasts.values():
        for name, guess in backtest.GUESSERS.items():
            tallies[name] = tallies[name].plus(backtest.judged(past, guess, rules.safety_percent))
    if not tallies["forecast"].days:
        fail("there is not enough history yet: at least 31 working days of an office")
    typer.echo(f"{'guess':25} {'days':>6} {'mean error đ':>14} {'days short':>11} {'left over đ':>14}")
    for name, one in tallies.items():
        figures = f"{one.days:>6} {one.error_mean:>14,} {one.short_percent:>9.1f} % {one.left_mean:>14,}"
        typer.echo(f"{name:25} {figures}")


@app.command("plan")
def plan(
    ctx: typer.Context,
    area: Annotated[str, typer.Option(help="an area's code, such as 178")],
    cash: Annotated[
        int | None, typer.Option(min=0, max=AMOUNT_MAX, help="đồng that it has; default the policy's")
    ] = None,
) -> None:
    """Propose one trip of an area's cash, out and back. Nothing is ordered: see `soft-atm cash order`."""
    with working(ctx) as (context, now), context.transaction() as session:
        rules = context.policy.float
        if not units.has_area(session, area, ledger.business_date(now)):
            fail(f"no office is in area {area}")
        area_cash = rules.area_cash if cash is None else cash
        made, _ = service.plan(session, rules, area, area_cash, now)
    for one in made.proposals:
        typer.echo(f"{one.office:9} {one.direction:11} {one.amount:>15,}  then {one.after:,}")
    out, back = made.total(Direction.TO_OFFICE), made.total(Direction.TO_AREA)
    typer.echo(f"out {out:,} of {area_cash:,}; back {back:,}; the van's most {rules.trip_max:,}")
    if made.missing:
        typer.echo(f"missing to be sure until the next delivery: {made.missing:,}")


def _line(one: Float) -> str:
    levels = f"{one.levels.minimum:,} ≤ {one.levels.target:,} ≤ {one.levels.maximum:,}"
    market = f", market every {one.market.every} days as on {one.market.since}" if one.market else ""
    source = f"set {one.set_at:%Y-%m-%d %H:%M}" if one.set_at else "the policy's"
    return f"{one.office}: {levels}{market} ({source})"
