"""Double entry over PostgreSQL: accounts, journal entries, and holds that end once."""

from ledger.accounts import (
    Account,
    AccountClass,
    AccountMismatch,
    InvalidAccount,
    account_id,
    close_account,
    open_accounts,
)
from ledger.batch import post
from ledger.commands import Capture, Command, Entry, Expire, Hold, InvalidCommand, Posting, Void
from ledger.dates import DayNotOver, business_date, close_day, closed_through
from ledger.outcomes import DayClosed, NotPosted, Outcome, Reason, Status, must

__all__ = [
    "Account",
    "AccountClass",
    "AccountMismatch",
    "Capture",
    "Command",
    "DayClosed",
    "DayNotOver",
    "Entry",
    "Expire",
    "Hold",
    "InvalidAccount",
    "InvalidCommand",
    "NotPosted",
    "Outcome",
    "Posting",
    "Reason",
    "Status",
    "Void",
    "account_id",
    "business_date",
    "close_account",
    "close_day",
    "closed_through",
    "must",
    "open_accounts",
    "post",
]
