"""The bank's side for the desk: what was imported and matched, and breaks. Files come in by the command line alone."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

import ledger
from atm_service.control.instructions import store as instructions
from atm_service.control.instructions.errors import InstructionNeeded
from atm_service.control.statements import listing, working
from atm_service.control.statements.errors import BreakEnded, BreaksApart, BreakTaken
from atm_service.control.statements.matching import BreakKind
from atm_service.control.statements.schemas import (
    Band,
    BankBreakView,
    BankEntryView,
    BankLineView,
    BankStatementView,
    Breaks,
    BreakTotal,
    BreakWhole,
    CorrectionView,
    NoteRequest,
    Resolution,
    ResolutionRequest,
    RunView,
    SettlementAccountView,
    StatementLineView,
    StepView,
)
from atm_service.platform import paging
from atm_service.platform.callers import InOverseer, InWithFactor
from atm_service.platform.context import Context, InContext, InNow
from atm_service.platform.paging import InCursor, InLimit, Page
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound
from atm_service.registers.customers import at_rest

router = APIRouter()

InBin = Annotated[str | None, Query(pattern="^[0-9]{6}$", description="the bank's BIN", examples=["970436"])]
InBreak = Annotated[UUID, Path()]


@router.get("/audit/v1/settlement-accounts", tags=["audit"], name="settlement_accounts", responses=refuses())
def accounts(desk: InWithFactor, context: InContext) -> list[SettlementAccountView]:
    """List our accounts at banks, and what stands between each bank and our books."""
    with context.reading() as session:
        working.look(session, desk)
        return [SettlementAccountView.of(row) for row in listing.accounts(session)]


@router.get("/audit/v1/statements", tags=["audit"], name="statements", responses=refuses())
def statements(
    desk: InWithFactor,
    context: InContext,
    bank: InBin = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[BankStatementView]:
    """List the statements that were imported, newest first. What was refused is in the trail alone."""
    with context.reading() as session:
        working.look(session, desk)
        found = listing.statements(session, paging.read_id(cursor), limit + 1, bank)
    return paging.page(found, limit, _statement)


@router.get("/audit/v1/statements/{id}", tags=["audit"], name="statement", responses=refuses(NotFound))
def statement(id: UUID, desk: InWithFactor, context: InContext) -> BankStatementView:
    """Show a statement and its gates."""
    with context.reading() as session:
        working.look(session, desk)
        found = listing.statements(session, paging.FIRST_ID, 1, id=id)
    if not found:
        raise NotFound
    return _statement(found[0])


@router.get(
    "/audit/v1/statements/{id}/lines", tags=["audit"], name="statement_lines", responses=refuses(NotFound)
)
def lines(
    id: UUID,
    desk: InWithFactor,
    context: InContext,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Page[StatementLineView]:
    """List a statement's lines as the bank has them, and by which rule each was matched."""
    after = paging.read_version(cursor) or 0
    with context.reading() as session:
        working.look(session, desk)
        if not listing.statements(session, paging.FIRST_ID, 1, id=id):
            raise NotFound
        found = listing.lines(session, id, after, limit + 1)
    return paging.page(found, limit, StatementLineView.of, "number")


@router.get("/audit/v1/match-runs", tags=["audit"], name="match_runs", responses=refuses())
def runs(
    desk: InWithFactor, context: InContext, cursor: InCursor = None, limit: InLimit = paging.LIMIT_DEFAULT
) -> Page[RunView]:
    """List the runs of the matching rules, newest first."""
    with context.reading() as session:
        working.look(session, desk)
        found = listing.runs(session, paging.read_id(cursor), limit + 1)
    return paging.page(found, limit, lambda row: RunView.of(row, run_by=row["username"]))


@router.get("/audit/v1/breaks", tags=["audit"], name="breaks", responses=refuses())
def breaks(
    desk: InWithFactor,
    context: InContext,
    now: InNow,
    *,
    ended: bool = False,
    bank: InBin = None,
    kind: BreakKind | None = None,
    age: Band | None = None,
    owner: Annotated[str | None, Query(min_length=1, max_length=64, description="user name")] = None,
    cursor: InCursor = None,
    limit: InLimit = paging.LIMIT_DEFAULT,
) -> Breaks:
    """List breaks, newest first, with what all that pass the filters come to."""
    asked = {"open": not ended, "bin": bank, "kind": kind, "band": age, "owner": owner}
    today = ledger.business_date(now)
    with context.reading() as session:
        working.look(session, desk)
        found = listing.breaks(session, asked, today, paging.read_id(cursor), limit + 1)
        totals = [BreakTotal.of(row) for row in listing.totals(session, asked, today)]
    page = paging.page(found, limit, BankBreakView.shown)
    return Breaks(
        items=page.items,
        next_cursor=page.next_cursor,
        totals=totals,
        number=sum(one.number for one in totals),
        total=sum(one.total for one in totals),
    )


@router.get("/audit/v1/breaks/{id}", tags=["audit"], name="break", responses=refuses(NotFound))
def show(id: InBreak, desk: InWithFactor, context: InContext, now: InNow) -> BreakWhole:
    """Show a break with its line and entries, its history, and what it comes to zero with."""
    with context.reading() as session:
        working.look(session, desk)
        return _whole(session, context, id, now)


# Without keys: each says what is to be, and the same again finds it so or is told that the break has ended.
@router.post(
    "/staff/v1/breaks/{id}/claim",
    tags=["staff"],
    name="claim_break",
    responses=refuses(NotFound, BreakEnded, posted=True),
)
def claim(id: InBreak, overseer: InOverseer, context: InContext, now: InNow) -> BreakWhole:
    """Make a break one's own, also from a colleague, who reads it in the history."""
    with context.transaction() as session:
        working.claim(session, overseer, id, now)
        return _whole(session, context, id, now)


@router.post(
    "/staff/v1/breaks/{id}/notes",
    tags=["staff"],
    name="note_on_break",
    status_code=201,
    responses=refuses(NotFound, BreakEnded, posted=True),
)
def note(id: InBreak, body: NoteRequest, overseer: InOverseer, context: InContext, now: InNow) -> BreakWhole:
    """Add a note to a break, for good."""
    with context.transaction() as session:
        working.note(session, overseer, id, body.words, now)
        return _whole(session, context, id, now)


@router.post(
    "/staff/v1/breaks/resolution",
    tags=["staff"],
    name="resolve_breaks",
    responses=refuses(NotFound, BreakEnded, BreakTaken, BreaksApart, InstructionNeeded, posted=True),
)
def resolve(body: ResolutionRequest, overseer: InOverseer, context: InContext, now: InNow) -> Resolution:
    """Match breaks that come to zero with one another; else propose a correction, or carry out an approved one."""
    with context.transaction() as session:
        outcome = working.resolve(session, context, overseer, body.breaks, body.reason, now)
    return Resolution(outcome=outcome)


def _statement(row: Any) -> BankStatementView:
    return BankStatementView.of(row, sha256=bytes(row["sha256"]).hex())


def _whole(session: Connection, context: Context, id: UUID, now: Any) -> BreakWhole:
    today = ledger.business_date(now)
    found = listing.one(session, id, today)
    if found is None:
        raise NotFound
    parts = listing.parts(session, found, today)
    line = next(iter(parts["line"]), None)
    return BreakWhole(
        **BankBreakView.shown(found).model_dump(),
        line=None if line is None else BankLineView.of(line, text=_text(context, line)),
        entries=[BankEntryView.of(row) for row in parts["entries"]],
        steps=[StepView.of(row, by=row["username"], at=row["made_at"]) for row in parts["steps"]],
        proposals=[
            CorrectionView.shown(one, now) for one in instructions.of_break(session, id, found["opened_at"])
        ],
        opposite=[BankBreakView.shown(row) for row in parts["opposite"]],
    )


def _text(context: Context, line: Any) -> str:
    place = at_rest.place("statement_line", "text", line["id"])
    return context.cipher.decrypt(bytes(line["text_sealed"]), place).decode()
