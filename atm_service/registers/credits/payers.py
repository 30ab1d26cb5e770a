"""Payers of bulk credits: opening them, and putting their money in. For the command line."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

import ledger
from atm_service.platform import chart, ids, trail
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.credits import errors, store
from atm_service.registers.credits.domain import PAYER, TREASURY
from ledger import Entry, Posting, reading

NAME_MAX: Final = 100
FUNDING_MAX: Final = 1_000_000_000_000  # đồng at once
REFERENCE: Final = re.compile(r"[A-Za-z0-9._-]{1,60}")


class PayerInvalid(ValueError):  # noqa: N818  an answer to the operator, named for what it is
    """What was typed cannot be a payer or its funding; the message says what can."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A payer and how many đồng it has."""

    code: str
    name: str
    available: int


def open_payer(session: Connection, code: str, name: str, now: datetime, by: Caller | None = None) -> bool:
    """Open a payer with an empty account; False when it is there already. Raises `PayerInvalid`."""
    if code == TREASURY or not PAYER.fullmatch(code):
        raise PayerInvalid("a payer's code is 1 to 40 of a-z, 0-9 and -, and not `treasury`, which is there")
    if not 1 <= len(name) <= NAME_MAX or not name.isprintable():
        raise PayerInvalid(f"a payer's name is 1 to {NAME_MAX} printable characters")
    if not store.add_payer(session, code, name, now):
        return False
    ledger.open_accounts(session, chart.payer_accounts(code), now)
    trail.record(session, now, "payer-opened", None, by, {"payer": code})
    return True


def fund(
    session: Connection,
    code: str,
    amount: int,
    reference: str,
    bank: str | None,
    now: datetime,
    by: Caller | None = None,
    *,
    leave: Callable[[UUID], object] | None = None,
) -> bool:
    """Record that a payer's money has come in: through a bank's settlement account, or else as treasury cash.

    `reference` is the transfer's own: the same again changes nothing and gives False. `leave` is asked with the entry's
    id before it is posted. Raises `PayerUnknown` and
    `PayerInvalid`, the latter also for a transfer that was recorded with another content or on another day.
    """
    check_funding(session, code, amount, reference)
    accounts = chart.bank_accounts(bank) if bank else chart.TREASURY
    ledger.open_accounts(session, accounts, now)
    source = chart.settlement(bank) if bank else chart.TREASURY_CASH
    entry = Entry(
        id=ids.new(now),
        reference=f"payer-funding/{code}/{reference}",
        kind="payer-funding",
        business_date=ledger.business_date(now),
        narration=f"money of payer {code}",
        postings=(Posting(source, chart.payer(code), amount),),
    )
    if leave is not None:
        leave(entry.id)
    (outcome,) = ledger.post(session, [entry], now)
    if outcome.reason is ledger.Reason.REFERENCE_REUSED:
        raise PayerInvalid("this transfer was recorded before, with another amount, bank or day")
    if outcome.status is ledger.Status.ALREADY_POSTED:
        return False
    ledger.must([outcome])
    trail.record(session, now, "payer-funded", entry.id, by, {"payer": code, "amount": amount})
    return True


def check_funding(session: Connection, code: str, amount: int, reference: str) -> None:
    """Raise `PayerUnknown` or `PayerInvalid` for what cannot be a funding."""
    if code == TREASURY:
        raise PayerInvalid("the treasury has what it brings in cash: see `soft-atm cash bring`")
    if not store.has_payer(session, code):
        raise errors.PayerUnknown
    if not 1 <= amount <= FUNDING_MAX or not REFERENCE.fullmatch(reference):
        raise PayerInvalid("the amount is 1 to 10^12 đồng, the reference 1 to 60 letters, digits, . _ or -")


def every(session: Connection) -> list[Payer]:
    """List the payers with what each has."""
    rows = store.payers(session)
    balances = {
        balance.code: balance.available
        for balance in reading.balances(session, [chart.payer(row.code) for row in rows])
    }
    return [Payer(row.code, row.name, balances.get(chart.payer(row.code), 0)) for row in rows]
