"""`soft-atm approvals`: the second person's word on what takes two; and how the first one proposes it."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

import typer
from sqlalchemy import Connection

from atm_service.control.instructions import service
from atm_service.control.instructions.domain import Instruction, InstructionStatus, Wanted
from atm_service.control.instructions.errors import AgainNotConfirmed
from atm_service.control.instructions.store import ShownInstruction
from atm_service.platform import standing
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.paging import FIRST_ID
from atm_service.run.cli.context import fail, said
from atm_service.run.cli.signing import prove_again, signed

WAITS: Final = 4
"""How a command ends that has proposed something, or whose proposal waits."""
_LISTED_MAX: Final = 1_000

app: Final = typer.Typer(
    help="What takes two, proposed by a colleague: list, show, approve, refuse.",
    no_args_is_help=True,
)

Why = Annotated[str, typer.Option(help="kept for good; nothing personal")]


@app.command("list")
def list_instructions(
    ctx: typer.Context,
    *,
    every: Annotated[bool, typer.Option("--all", help="also what is done, refused or has lapsed")] = False,
) -> None:
    """List what waits for a second person or may be carried out, newest first, a thousand at most."""
    with signed(ctx) as (context, caller, now), context.transaction() as session:
        for shown in service.listed(session, caller, FIRST_ID, _LISTED_MAX, now, every=every):
            typer.echo(_line(shown, now))


@app.command("show")
def show(ctx: typer.Context, id: UUID) -> None:
    """Show all that was proposed: compare it with what the payer or the bank has told you yourself."""
    with signed(ctx) as (context, caller, now), context.transaction() as session:
        _tell(service.look(session, caller, id, now), now)


@app.command("approve")
def approve(
    ctx: typer.Context,
    id: UUID,
    reason: Why,
    again: Annotated[
        int, typer.Option(min=0, help="credit so many lines although another batch has credited them lately")
    ] = 0,
) -> None:
    """Approve what a colleague proposed. Nothing moves yet: the colleague runs the same command again."""
    shown = _decided(ctx, id, again, reason, approved=True)
    typer.echo(f"approved. {shown.proposer} runs the same command again until {_time(shown)}")


@app.command("refuse")
def refuse(ctx: typer.Context, id: UUID, reason: Why) -> None:
    """Refuse what a colleague proposed; the same cannot be proposed again before its time is over."""
    shown = _decided(ctx, id, 0, reason, approved=False)
    typer.echo(f"refused. Tell {shown.proposer}: {reason}")


def by_two(
    context: Context,
    caller: Caller,
    wanted: Wanted,
    carry_out: Callable[[Connection, Callable[[UUID], object]], None],
    now: datetime,
) -> None:
    """Propose what is wanted, and end the command, unless another has approved it: then carry it out, once."""
    if proposed(context, caller, wanted, now).status(now) is InstructionStatus.DONE:
        typer.echo("recorded before; nothing was changed")
        return
    with context.transaction() as session:
        standing.keep(session, caller)
        carry_out(session, partial(service.carry_out, session, caller, wanted, now=now))


def proposed(context: Context, caller: Caller, wanted: Wanted, now: datetime) -> Instruction:
    """Propose what is wanted or find it; end the command unless it may be carried out, or was."""
    with context.transaction() as session:
        instruction = service.propose(session, context.policy, caller, wanted, now)
        shown = service.look(session, caller, instruction.id, now)
    status = instruction.status(now)
    if status is InstructionStatus.WAITING:
        _tell(shown, now)
        typer.echo(
            f"Nothing is recorded yet. A colleague approves it: soft-atm approvals show {instruction.id}."
            " Then run the same command again"
        )
        raise typer.Exit(WAITS)
    if status is InstructionStatus.REFUSED:
        assert instruction.decision is not None
        fail(
            f"nothing was recorded: {shown.decider} has refused it: {instruction.decision.reason}."
            f" Correct it, or propose the same again after {_time(shown)}"
        )
    return instruction


def _decided(ctx: typer.Context, id: UUID, again: int, reason: str, *, approved: bool) -> ShownInstruction:
    with signed(ctx) as (context, caller, now):
        prove_again(context, caller, now)
        facts = (context.policy, caller, id, again, context.clock())
        try:
            with context.transaction() as session:
                return service.decide(session, *facts, approved=approved, reason=said(reason))
        except AgainNotConfirmed as lines:
            number = lines.members["again"]
            fail(
                f"not decided: {number:,} line(s) are like ones that were credited lately. See them by"
                f" `soft-atm approvals show`; to credit them once more nevertheless, add --again {number}"
            )


def _line(shown: ShownInstruction, now: datetime) -> str:
    one = shown.instruction
    facts = f"{one.kind:8} {one.amount:>20,}  {one.status(now):9} {one.proposed_at:%Y-%m-%d %H:%M}"
    return f"{one.id}  {facts} {shown.proposer}"


def _tell(shown: ShownInstruction, now: datetime) -> None:
    one = shown.instruction
    typer.echo(_line(shown, now))
    typer.echo(f"  lapses {_time(shown)}")
    if one.office is not None:
        typer.echo(f"  office {one.office}")
    for name, value in one.facts.items():
        if isinstance(value, list):
            for line in value:
                typer.echo(f"  {name}: {_words(line)}")
        elif value is not None:
            typer.echo(f"  {name} {value:,}" if isinstance(value, int) else f"  {name} {value}")
    if one.decision is not None:
        typer.echo(f"  decided by {shown.decider}: {one.decision.reason}")


def _words(line: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in line.items())


def _time(shown: ShownInstruction) -> str:
    return f"{shown.instruction.expires_at:%Y-%m-%d %H:%M} UTC"
