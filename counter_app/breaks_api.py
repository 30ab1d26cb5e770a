"""What banks say of our accounts, and what does not match: answers as values, and a function for each call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from counter_app import service_api
from counter_app.service_api import Service, json_body, read_answer, read_answers

Outcome = Literal["resolved", "waiting", "refused"]


@dataclass(frozen=True)
class Account:
    """Our account at a bank: `closing` is `balance` and breaks, less what is expected, and what was there before."""

    account: str
    bin: str
    bank: str
    through: date | None
    closing: int
    balance: int
    breaks: int
    breaks_total: int
    expected_total: int
    before: int


@dataclass(frozen=True)
class Statement:
    """A statement that was imported, and the gates that it passed."""

    id: str
    account: str
    bank: str
    sequence: int
    follows: int | None
    opening: int
    opening_on: date
    closing: int
    closing_on: date
    closed_before: int | None
    lines: int
    total: int
    open_lines: int
    sha256: str
    format: str
    size: int
    imported_by: str
    imported_at: datetime


@dataclass(frozen=True)
class Ending:
    """How a break ended."""

    at: datetime
    rule: str
    by: str | None
    words: str | None


@dataclass(frozen=True)
class Break:
    """What a bank has more than we (positive), or less, in đồng."""

    id: str
    account: str
    bin: str
    bank: str
    kind: str
    amount: int
    since: date
    band: str
    owner: str | None
    opened_at: datetime
    end: Ending | None


@dataclass(frozen=True)
class Total:
    """All breaks of a kind and age that pass the filters."""

    kind: str
    band: str
    number: int
    total: int


@dataclass(frozen=True)
class Breaks:
    """A page of breaks, and what all that pass the filters come to."""

    items: list[Break]
    next_cursor: str | None
    totals: list[Total]
    number: int
    total: int


@dataclass(frozen=True)
class BankLine:
    """The bank's line."""

    sequence: int
    at: int
    booked_on: date
    value_on: date
    amount: int
    charges: int
    reversal: bool
    names: list[str]
    text: str


@dataclass(frozen=True)
class Entry:
    """Our entry."""

    kind: str
    business_date: date
    recorded_at: datetime
    reference: str
    amount: int


@dataclass(frozen=True)
class Step:
    """What somebody did to it."""

    kind: str
    words: str | None
    by: str
    at: datetime


@dataclass(frozen=True)
class Correction:
    """A correction that was proposed for it."""

    id: str
    reason: str
    breaks: list[str]
    amount: int
    expires_at: datetime
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    status: str


@dataclass(frozen=True)
class Whole(Break):
    """A break with all that is known of it."""

    line: BankLine | None
    entries: list[Entry]
    steps: list[Step]
    proposals: list[Correction]
    opposite: list[Break]


@dataclass(frozen=True)
class _Resolution:
    outcome: Outcome


async def accounts(service: Service, token: str) -> list[Account]:
    """List our accounts at banks."""
    answer = await service_api.ask(service, "GET", "/audit/v1/settlement-accounts", token=token)
    return read_answer(list[Account], answer)


async def statements(
    service: Service, token: str, query: Mapping[str, str]
) -> tuple[list[Statement], str | None]:
    """List statements, newest first, and give the next cursor."""
    return read_answers(
        Statement, await service_api.ask(service, "GET", "/audit/v1/statements", token=token, query=query)
    )


async def breaks(service: Service, token: str, query: Mapping[str, str]) -> Breaks:
    """List breaks that pass the filters."""
    return read_answer(
        Breaks, await service_api.ask(service, "GET", "/audit/v1/breaks", token=token, query=query)
    )


async def one(service: Service, token: str, id: str) -> Whole:
    """Return a break."""
    return read_answer(Whole, await service_api.ask(service, "GET", f"/audit/v1/breaks/{id}", token=token))


async def step(service: Service, token: str, id: str, what: str, body: Mapping[str, Any] | None) -> None:
    """Claim a break, or note something."""
    path = f"/staff/v1/breaks/{id}/{what}"
    await service_api.ask(service, "POST", path, token=token, body=None if body is None else json_body(body))


async def resolve(service: Service, token: str, breaks: Sequence[str], reason: str) -> Outcome:
    """Match breaks by hand, or propose or carry out the correction that they take."""
    body = json_body({"breaks": list(breaks), "reason": reason})
    answer = await service_api.ask(service, "POST", "/staff/v1/breaks/resolution", token=token, body=body)
    return read_answer(_Resolution, answer).outcome
