"""Builders of ledger commands for tests: every argument but the telling ones has a default."""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine

import ledger
from ledger import Account, AccountClass, Capture, Command, Entry, Hold, Outcome, Posting, Reason, Status

NOW: Final = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
TODAY: Final = date(2026, 3, 2)
HOUR: Final = timedelta(hours=1)
TICK: Final = timedelta(microseconds=1)

ANNA: Final = "customer/anna"
BINH: Final = "customer/binh"
DRAWER: Final = "office/05971-1/drawer/1"
FEES: Final = "office/05971-1/fees"
BANK: Final = "bank/970436/settlement"
TREASURY: Final = "treasury/cash"

ACCOUNTS: Final = (
    Account(ANNA, AccountClass.LIABILITY, floored=True),
    Account(BINH, AccountClass.LIABILITY, floored=True),
    Account(DRAWER, AccountClass.ASSET, floored=True),
    Account(FEES, AccountClass.INCOME, floored=False),
    Account(BANK, AccountClass.ASSET, floored=False),
    Account(TREASURY, AccountClass.ASSET, floored=False),
)

_numbers = itertools.count(1)

Line = tuple[str, str, int]


def new_id() -> UUID:
    """Give an id that no other call gives, in rising order as a UUIDv7's."""
    return UUID(int=next(_numbers) << 80 | 0x7 << 76 | 0x2 << 62)


def entry(
    *lines: Line,
    own_id: UUID | None = None,
    reference: str | None = None,
    kind: str = "top-up",
    business_date: date = TODAY,
    narration: str = "",
    corrects: UUID | None = None,
) -> Entry:
    """Build an entry from (debit, credit, amount) lines."""
    own_id = own_id or new_id()
    postings = tuple(Posting(*line) for line in lines)
    return Entry(own_id, reference or f"entry/{own_id}", kind, business_date, narration, postings, corrects)


def top_up(code: str = ANNA, amount: int = 1_000, **others: object) -> Entry:
    """Build an entry that puts bank money into a customer's wallet."""
    return entry((BANK, code, amount), **others)  # type: ignore[arg-type]


def fill(amount: int = 5_000, code: str = DRAWER) -> Entry:
    """Build an entry that puts cash into a drawer."""
    return entry((code, TREASURY, amount), kind="cash")


def hold(
    amount: int = 700,
    *,
    account: str = ANNA,
    own_id: UUID | None = None,
    reference: str | None = None,
    deadline: datetime = NOW + HOUR,
) -> Hold:
    """Build a hold on Anna's wallet that may be captured for an hour."""
    own_id = own_id or new_id()
    return Hold(own_id, reference or f"hold/{own_id}", account, amount, deadline)


def payment(placed: Hold, amount: int | None = None, **others: object) -> Capture:
    """Build the capture of a hold: its account's money leaves the drawer."""
    line = (placed.account, DRAWER, placed.amount if amount is None else amount)
    return Capture(placed.id, entry(line, kind="withdrawal", **others))  # type: ignore[arg-type]


def prepare(engine: Engine, commands: Iterable[Command] = ()) -> None:
    """Open the accounts, post the commands and commit."""
    with engine.begin() as session:
        ledger.open_accounts(session, ACCOUNTS, NOW)
        posted(ledger.post(session, list(commands), NOW))


def one(session: Connection, command: Command, now: datetime = NOW) -> Outcome:
    """Post one command and give its outcome."""
    return ledger.post(session, [command], now)[0]


def posted(outcomes: list[Outcome]) -> list[Outcome]:
    """Give the outcomes back, all of which must be posted."""
    assert {outcome.status for outcome in outcomes} <= {Status.POSTED}, outcomes
    return outcomes


def refused(reason: Reason) -> Outcome:
    """Give the outcome that refuses for this reason."""
    return Outcome(Status.REFUSED, reason, None)
