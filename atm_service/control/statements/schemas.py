"""HTTP bodies of statements and breaks. Amounts in đồng, with the sign of what the bank has."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.control.instructions.store import ShownInstruction
from atm_service.control.statements.matching import BreakKind, Rule
from atm_service.control.statements.working import Outcome
from atm_service.platform.bodies import SAID, said
from atm_service.platform.paging import Page
from atm_service.registers.banks import data

Band = Literal["0-1", "2-5", "6-30", "over-30"]
TOGETHER_MAX = 200


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def of(cls, row: Any, **more: Any) -> Self:
        """Take from a row what the body has, and the bank's name by its BIN."""
        facts = {name: row[name] for name in cls.model_fields if name in row}
        if "bin" in row and "bank" in cls.model_fields:
            facts["bank"] = data.name(row["bin"])
        return cls(**facts | more)


class SettlementAccountView(_Body):
    """Our account at a bank: `closing` = `balance` + `breaks_total` - `expected_total` + `before`."""

    account: str = Field(examples=["0011004000001"])
    bin: str = Field(examples=["970436"])
    bank: str = Field(examples=["Vietcombank"])
    through: date | None = Field(description="the last day that the bank has told", examples=["2026-11-16"])
    closing: int = Field(description="by the bank's last statement")
    balance: int = Field(description="by our ledger, of now")
    breaks: int = Field(description="open ones")
    breaks_total: int = Field(description="the bank's less ours")
    expected_total: int = Field(description="ours that no statement has told of yet, and that are not due")
    before: int = Field(description="what the bank had more than we when its first statement opened")


class BankStatementView(_Body):
    """A statement and the gates that it has passed."""

    id: UUID
    account: str
    bin: str = Field(examples=["970436"])
    bank: str
    sequence: int
    follows: int | None = Field(description="sequence of the one before; null: the first of its account")
    opening: int
    opening_on: date
    closing: int
    closing_on: date
    closed_before: int | None = Field(description="closing of the one before: it is the opening")
    lines: int
    total: int = Field(description="sum of the lines: opening and it are the closing")
    open_lines: int = Field(description="lines that nothing is matched with")
    file_id: UUID
    sha256: str = Field(description="of the file as it was received")
    format: Literal["camt.053", "mt940"]
    size: int
    imported_by: str
    imported_at: datetime


class StatementLineView(_Body):
    """One line. Without a rule it is open, and in a break."""

    id: UUID
    number: int
    at: int = Field(description="line of the file")
    booked_on: date
    value_on: date
    amount: int
    charges: int
    reversal: bool
    names: list[str]
    rule: Rule | None
    break_id: UUID | None


class RunView(_Body):
    """One run of the rules over an account."""

    id: UUID
    account: str
    bin: str
    bank: str
    version: int = Field(description="of the rules")
    through: date
    days: int
    matched: int
    opened: int
    ended: int
    expected: int
    run_by: str
    run_at: datetime


class BreakEnding(_Body):
    """How a break ended: by a rule of a run, or by a person."""

    at: datetime
    rule: Rule
    by: str | None
    words: str | None


class BankBreakView(_Body):
    """A break between a bank and us. `amount`: the bank's less ours."""

    id: UUID
    account: str
    bin: str = Field(examples=["970436"])
    bank: str
    kind: BreakKind
    amount: int
    since: date = Field(description="value date of the line, or business date of the entry")
    band: Band = Field(description="age in calendar days, until now or its end")
    owner: str | None = Field(examples=["ha.supervisor"])
    opened_at: datetime
    end: BreakEnding | None

    @classmethod
    def shown(cls, row: Any) -> Self:
        """Show a break."""
        end = None
        if row["ended_at"] is not None:
            by, words = row["ended_by"], row["ended_words"]
            end = BreakEnding(at=row["ended_at"], rule=row["rule"], by=by, words=words)
        return cls.of(row, end=end)


class BreakTotal(_Body):
    """All breaks of one kind and age that pass the filters."""

    kind: BreakKind
    band: Band
    number: int
    total: int


class Breaks(Page[BankBreakView]):
    """A page of breaks; `totals` are of all that pass the filters, on every page the same."""

    totals: list[BreakTotal]
    number: int
    total: int = Field(description="sum of the totals")


class BankLineView(_Body):
    """The bank's line in a break, with the words that came with it."""

    statement_id: UUID
    sequence: int
    number: int
    at: int
    booked_on: date
    value_on: date
    amount: int
    charges: int
    reversal: bool
    names: list[str]
    text: str


class BankEntryView(_Body):
    """Our entry in a break, by what it moved at the bank."""

    id: UUID
    kind: str
    business_date: date
    recorded_at: datetime
    reference: str
    amount: int


class StepView(_Body):
    """What somebody did to it."""

    kind: Literal["claimed", "noted"]
    words: str | None
    by: str
    at: datetime


class CorrectionView(_Body):
    """A correction that was proposed: with these breaks and this reason again it is carried out once approved."""

    id: UUID
    reason: str
    breaks: list[UUID]
    amount: int
    expires_at: datetime
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    status: Literal["waiting", "approved", "refused", "lapsed", "done"]

    @classmethod
    def shown(cls, one: ShownInstruction, now: datetime) -> Self:
        """Show a correction as its instruction stands."""
        instruction = one.instruction
        facts = vars(instruction) | {name: instruction.facts[name] for name in ("reason", "breaks")}
        decided_at = instruction.decision and instruction.decision.at
        return cls.of(
            facts,
            proposed_by=one.proposer,
            decided_by=one.decider,
            decided_at=decided_at,
            status=instruction.status(now).value,
        )


class BreakWhole(BankBreakView):
    """A break with all that is known of it. `opposite`: open breaks with which it comes to zero."""

    line: BankLineView | None
    entries: list[BankEntryView]
    steps: list[StepView]
    proposals: list[CorrectionView]
    opposite: list[BankBreakView]


class NoteRequest(_Body):
    """Words that stay."""

    words: Annotated[str, said] = Field(
        min_length=3, max_length=200, pattern=SAID, examples=["đã gọi ngân hàng"]
    )


class ResolutionRequest(_Body):
    """Breaks of one bank, and why: matched with one another where they come to zero, corrected by two where not."""

    breaks: list[UUID] = Field(
        min_length=1, max_length=TOGETHER_MAX, examples=[["01928f6e-1b3a-7c4d-8e2f-0a1b2c3d4e5f"]]
    )
    reason: Annotated[str, said] = Field(
        min_length=3, max_length=200, pattern=SAID, examples=["ngân hàng thu phí chuyển tiền"]
    )


class Resolution(_Body):
    """What became of it. Waiting: a colleague has the word; then the same is asked for again."""

    outcome: Outcome
