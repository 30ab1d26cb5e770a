"""`soft-atm credits` and `soft-atm payers`: salaries and allowances for many, from one payer's money."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from sqlalchemy import Connection

from atm_service.control.instructions import service as instructions
from atm_service.registers.banks import data as banks
from atm_service.registers.credits import files, payers, service
from atm_service.registers.credits.domain import BATCH, Bad
from atm_service.registers.credits.errors import CreditedLately, LinesRefused, PayerShort
from atm_service.registers.credits.service import Plan, Wish
from atm_service.run.cli.approvals import by_two, proposed
from atm_service.run.cli.context import fail, working
from atm_service.run.cli.signing import signed

SOME_SKIPPED: Final = 3

credits_app: Final = typer.Typer(help="Bulk credits: salaries and allowances.", no_args_is_help=True)
payers_app: Final = typer.Typer(help="Payers of bulk credits, and their money.", no_args_is_help=True)


@credits_app.command("import")
def import_credits(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, as spreadsheets save it", exists=True, dir_okay=False)],
    payer: Annotated[str, typer.Option(help="whose money it is: a payer's code, or treasury")],
    batch: Annotated[
        str | None,
        typer.Option(help="the payer's name for this payment, such as salary-2026-11-school-12"),
    ] = None,
    *,
    again: Annotated[
        int, typer.Option(min=0, help="credit so many lines although another batch has credited them lately")
    ] = 0,
    skip_bad: Annotated[bool, typer.Option(help="credit the good lines although others are bad")] = False,
    dry_run: Annotated[bool, typer.Option(help="check everything and post nothing")] = False,
) -> None:
    """Credit the wallets named in a CSV file, each line exactly once. Safe to stop and to repeat.

    Columns: line_reference, id_number or phone, amount (đồng, digits only), and narration if you like. Nothing is
    posted while a line is bad (see --skip-bad) or the payer's money does not cover all. Run it again after a crash,
    or with corrected lines, under the same --batch: what was credited is not credited again. Lines that another batch
    of this payer has lately credited, to the same person with the same reference or amount, are shown; nothing is
    posted unless --again says how many there are.

    It takes two people: the first run proposes exactly these lines and ends with 4; when a colleague has approved them
    (soft-atm approvals), the same command credits them.

    Ends with 0 when every line is credited, 3 when bad lines were skipped, 4 when it waits for the second person,
    1 when it could not be done.
    """
    if batch is None:
        fail(
            f"name the payment: --batch salary-2026-11-{payer}, say; and the same name when its file is corrected",
            2,
        )
    if not BATCH.fullmatch(batch):
        fail("a batch's name is 1 to 64 letters, digits, . _ or -", 2)
    try:
        found = files.read(file)
    except files.FileUnusable as unusable:
        fail(str(unusable))
    wish = Wish(batch, payer, found.lines, found.bad, again)
    with signed(ctx) as (context, operator, now):
        try:
            plan = service.run(context, wish, _progress, now, skip_bad=skip_bad, dry_run=True)
            if not dry_run and plan.ready:
                leave = instructions.leave_for_batch(operator, wish, found.digest, now)
                proposed(context, operator, instructions.credits(wish, plan, found.digest), now)
                plan = service.run(context, wish, _progress, now, operator, leave, skip_bad=skip_bad)
        except LinesRefused as refused:
            for line in refused.members["lines"]:
                _show(line["line"], line["reason"], line["line_reference"])
            lines = len(refused.members["lines"])
            fail(
                f"nothing was credited: {lines:,} bad line(s). Correct them, or credit the others by --skip-bad"
            )
        except CreditedLately as lately:
            for line in lately.members["lines"]:
                _show_earlier(line)
            count = lately.members["again"]
            fail(
                f"nothing was credited: {count:,} line(s) are like ones that were credited lately. If this is"
                " that batch corrected, give its name to --batch and each line its reference; to credit them"
                f" once more nevertheless, add --again {count}"
            )
        except PayerShort as short:
            available, needed = short.members["available"], short.members["needed"]
            fail(f"nothing was credited: {payer} has {available:,} đ and {needed:,} đ are needed")
    _summarise(wish, plan, dry_run=dry_run)


def _progress(done: int, total: int) -> None:
    typer.echo(f"\r{done:,} of {total:,} lines credited", err=True, nl=done == total)


def _show(number: int, reason: str, reference: str | None) -> None:
    typer.echo(f"line {number}: {reason}{f' ({reference})' if reference else ''}", err=True)


def _show_earlier(line: dict[str, Any]) -> None:
    typer.echo(
        f"line {line['line']} ({line['line_reference']}): {line['earlier_amount']:,} đ were credited on"
        f" {line['earlier_day']} in batch {line['earlier_batch']} ({line['earlier_reference']})",
        err=True,
    )


def _summarise(wish: Wish, plan: Plan, *, dry_run: bool) -> None:
    bad: Bad
    for bad in plan.bad:
        _show(bad.number, bad.reason, bad.reference)
    verb = "would be credited" if dry_run else "credited"
    typer.echo(
        f"batch {wish.batch} from {wish.payer}: {len(plan.ready):,} line(s) {verb}, {plan.total:,} đ; "
        f"{plan.already:,} credited before; {len(plan.bad):,} skipped"
    )
    if plan.bad:
        raise typer.Exit(SOME_SKIPPED)


@payers_app.command("open")
def open_payer(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help="such as school-12")],
    name: Annotated[str, typer.Option(help="as people know it")],
) -> None:
    """Open a payer with an empty account. Safe to repeat."""
    try:
        with signed(ctx) as (context, operator, now), context.transaction() as session:
            new = payers.open_payer(session, code, name, now, operator)
    except payers.PayerInvalid as wrong:
        fail(str(wrong))
    typer.echo(f"{code} is open" if new else f"{code} is there already; nothing was changed")


@payers_app.command("fund")
def fund_payer(
    ctx: typer.Context,
    code: str,
    amount: Annotated[int, typer.Argument(min=1, max=payers.FUNDING_MAX, help="đồng")],
    reference: Annotated[str, typer.Option(help="the transfer's own number: the same again changes nothing")],
    bank: Annotated[
        str | None, typer.Option(help="BIN of the bank it came through; none: treasury cash")
    ] = None,
) -> None:
    """Record that a payer's money has come in. It takes two people.

    The first run proposes it and ends with 4; when a colleague has approved it, the same command records it.
    """
    if bank is not None and bank not in banks.BANKS:
        fail("no bank has this BIN", 2)
    wanted = instructions.funding(code, amount, reference, bank)
    try:
        with signed(ctx) as (context, operator, now):
            with context.transaction() as session:
                payers.check_funding(session, code, amount, reference)

            def record(session: Connection, leave: Callable[[UUID], object]) -> None:
                if not payers.fund(session, code, amount, reference, bank, now, operator, leave=leave):
                    fail("this transfer was recorded before; nothing was changed")
                typer.echo(f"{amount:,} đ for {code}")

            by_two(context, operator, wanted, record, now)
    except payers.PayerInvalid as wrong:
        fail(str(wrong))


@payers_app.command("list")
def list_payers(ctx: typer.Context) -> None:
    """List payers and what each has, in đồng."""
    with working(ctx) as (context, _), context.transaction() as session:
        every = payers.every(session)
    for payer in every:
        typer.echo(f"{payer.code:40} {payer.available:>20,}  {payer.name}")
