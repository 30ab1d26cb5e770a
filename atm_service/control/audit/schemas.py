"""HTTP bodies of the audit. Amounts in đồng."""

import datetime as dt
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.paging import Page


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccountTotals(_Body):
    """An account's totals. `balance` is positive where its class expects it to be."""

    code: str = Field(examples=["office/05971-1/drawer/1"])
    class_: Literal["asset", "liability", "income", "expense", "equity"] = Field(alias="class")
    debits: int
    credits: int
    balance: int


class TrialBalance(_Body):
    """Every account that has moved, with its totals until the end of a business day."""

    as_of: dt.date
    accounts: list[AccountTotals]
    total_debits: int
    total_credits: int
    balanced: bool


class CountView(_Body):
    """A count of the drawer. `over_short` is counted minus ledger: negative is short."""

    shift: UUID
    moment: Literal["opening", "closing"]
    at: dt.datetime
    counted: int
    over_short: int


class DrawerView(_Body):
    """A drawer's day. `closing` = opening + received − paid + over_short, from receipts and counts.

    `ledger` is the drawer's account at the end of the day, and must be the same. `counted` is the count that
    ended the day, null while a shift is open; `difference` is that count minus the ledger right after it.
    `undone` is in `paid`, and in `received`: its cash came back on the same day.
    """

    drawer: int
    opening: int
    received: int
    paid: int
    undone: int
    over_short: int
    closing: int
    ledger: int
    counted: int | None
    difference: int | None
    counts: list[CountView]


class WithdrawalsView(_Body):
    """What the office paid that day, and what it may be asked to pay: bound here, or presented here now.

    `undone_…` is in `paid_…`: payments whose cash came back on the same day.
    """

    paid_count: int
    paid_total: int
    undone_count: int
    undone_total: int
    live_count: int
    live_total: int


class BreakView(_Body):
    """A mismatch: the control that it breaks, and what to look at."""

    control: str = Field(examples=["drawer-count"])
    detail: str


class OfficeReconciliation(_Body):
    """An office's day."""

    office: str = Field(examples=["05971-1"])
    name: str
    date: dt.date
    drawers: list[DrawerView]
    withdrawals: WithdrawalsView
    breaks: list[BreakView]


class OfficeFigures(_Body):
    """The sums over an office's drawers. `undone_…` is in `paid…`: payments whose cash came back on the same day."""

    opening: int
    received: int
    paid: int
    over_short: int
    closing: int
    ledger: int
    paid_count: int
    undone_count: int
    undone_total: int
    live_count: int
    live_total: int
    breaks: int


class OfficeSummary(OfficeFigures):
    """One office's day in one line."""

    office: str
    name: str


class Reconciliation(Page[OfficeSummary]):
    """The offices where something happened that day, by code. The totals are of all, not of the page."""

    date: dt.date
    offices: int
    totals: OfficeFigures


class PostingView(_Body):
    """`amount` đồng from the credit account to the debit account, both by code."""

    line: int
    debit: str
    credit: str
    amount: int


class JournalEntryView(_Body):
    """A journal entry, as the JSON export has it. `corrects` is the id of an earlier entry.

    `undone_by` is the id of the entry of the same day that corrects this one.
    """

    id: UUID
    business_date: dt.date
    recorded_at: dt.datetime
    kind: str = Field(examples=["withdrawal"])
    reference: str
    corrects: UUID | None
    undone_by: UUID | None
    narration: str
    postings: list[PostingView]


class ControlView(_Body):
    """A control: an invariant, and what breaks it."""

    name: str = Field(examples=["open-holds-are-promised"])
    holds: bool
    breaks: int
    examples: list[str]


class Controls(_Body):
    """All controls. `since_seal`: they looked at what is new since then; null: at everything that is recorded."""

    checked_at: dt.datetime
    since_seal: int | None
    controls: list[ControlView]
    all_hold: bool
