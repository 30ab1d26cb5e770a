"""What the service answers, as values.

Members that this app does not know are ignored; a missing or wrong one is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

_PROBLEM: Final = "urn:soft-atm:problem:"

T = TypeVar("T")


class GarbledError(Exception):
    """An answer that is not what the contract says. What it held is not repeated."""


@dataclass(frozen=True)
class Tokens:
    """A staff session as the service gives it. `expires_in` in seconds."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    role: Literal["clerk", "supervisor", "operator", "auditor"]
    office: str | None
    office_name: str | None
    display_name: str
    device: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Payee:
    """Who is to be paid, as much as the counter may know."""

    masked_name: str
    masked_id: str


@dataclass(frozen=True)
class Presentation:
    """The sole right of this drawer to pay a withdrawal, until `lease_until`. Amounts in đồng."""

    withdrawal_id: str
    amount: int
    fee: int
    payee: Payee
    lease_until: datetime
    requires: tuple[str, ...]
    notes: dict[str, int] | None = None  # proposed; None where the drawer does not know its notes
    small_notes: dict[str, int] | None = None
    delegate: str | None = None  # the masked card of the delegate whom the cash is for


@dataclass(frozen=True)
class Delegate:
    """Who collected for the customer."""

    delegation_id: str
    masked_id: str
    checked: Literal["qr", "mrz", "typed"]


@dataclass(frozen=True)
class Receipt:
    """Proof of a payment. Amounts in đồng. `undone_by` is the number of the voucher of its reversal."""

    id: str
    number: str
    withdrawal_id: str
    amount: int
    fee: int
    office: str
    office_name: str
    drawer: int
    clerk: str
    payee: Payee
    identity_checked: Literal["qr", "mrz", "typed"]
    paid_at: datetime
    notes: dict[str, int] | None = None
    delegate: Delegate | None = None
    undone_by: str | None = None
    receipt_code: str | None = None  # the text of the QR on the paper


@dataclass(frozen=True)
class Movements:
    """What went through a shift's drawer besides payments, in đồng. Transfers move no cash."""

    deposit_count: int
    deposit_total: int
    transfer_count: int
    transfer_total: int
    payment_undone_count: int
    payment_undone_total: int
    deposit_undone_count: int
    deposit_undone_total: int
    moved_in_total: int
    moved_out_total: int
    counts_over_short: int = 0  # what counts amid the shift have found


@dataclass(frozen=True)
class Shift:
    """A clerk's turn at a drawer. `over_short` is counted less ledger, in đồng; negative is short."""

    id: str
    office: str
    drawer: int
    clerk: str
    status: Literal["open", "closed"]
    opened_at: datetime
    opening_total: int
    opening_over_short: int
    closed_at: datetime | None
    closing_total: int | None
    closing_over_short: int | None
    paid_count: int
    paid_total: int
    undone_count: int = 0  # of those paid, what was undone since
    undone_total: int = 0
    recount: bool = False  # the count just sent differs: count once more, the next one stands
    counted_by: str | None = None
    movements: Movements | None = None  # told after the close, and in the totals that the clerk asks for
    expected: int | None = None  # in the totals alone


@dataclass(frozen=True)
class Headroom:
    """What the office may still pay, and what the drawer has at least (None: a count is in doubt). In đồng."""

    day_left: int
    month_left: int
    drawer_at_least: int | None


@dataclass(frozen=True)
class Application:
    """A customer's application that waits for a person's decision."""

    id: str
    full_name: str
    masked_id: str
    date_of_birth: date
    reasons: tuple[str, ...]
    created_at: datetime
    field: str | None = None


@dataclass(frozen=True)
class Decided:
    """An application after the decision."""

    id: str
    status: Literal["approved", "rejected", "review", "pending"]


@dataclass(frozen=True)
class Voucher:
    """Proof of a deposit, an assisted transfer or a reversal. Amounts in đồng.

    `undoes` is the number of what it undoes, `undone_by` that of its own reversal.
    """

    id: str
    number: str
    kind: Literal["deposit", "transfer", "withdrawal-reversal", "deposit-reversal"]
    subject: str
    amount: int
    fee: int
    counts: Mapping[str, int] | None
    office: str
    office_name: str
    drawer: int
    clerk: str
    customer: Payee
    other: Payee | None
    confirmed: Literal["name", "card", "pin", "approval"]
    made_at: datetime
    undoes: str | None
    undone_by: str | None
    receipt_code: str | None = None


@dataclass(frozen=True)
class Approval:
    """A request for a supervisor's approval, and where it stands."""

    id: str
    kind: Literal[
        "withdrawal-reversal",
        "deposit-reversal",
        "deposit",
        "transfer",
        "opening-count",
        "closing-count",
        "vault-count",
    ]
    subject: str
    amount: (
        int | None
    )  # of a count: over, or short (negative); None to whoever is to count the same once more
    office: str
    office_name: str
    reason: str
    words: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    status: Literal["waiting", "approved", "refused", "expired", "used"]
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


@dataclass(frozen=True)
class Deposit:
    """Cash on the counter for a customer's account, before the customer has confirmed."""

    id: str
    amount: int
    counts: Mapping[str, int]
    payee: Payee
    ways: tuple[Literal["name", "card", "pin", "approval"], ...]
    needs_approval: bool
    approval: Approval | None
    voucher_id: str | None


@dataclass(frozen=True)
class Transfer:
    """An assisted transfer before the payer has confirmed."""

    id: str
    amount: int
    payer: Payee
    payee: Payee
    needs_approval: bool
    approval: Approval | None
    voucher_id: str | None


@dataclass(frozen=True)
class Counterfeit:
    """A counterfeit note that was kept back, and who brought it."""

    id: str
    number: str
    note: int
    serial: str
    bearer_name: str = field(repr=False)
    masked_id: str
    office: str
    office_name: str
    drawer: int
    clerk: str
    found_at: datetime


@dataclass(frozen=True)
class Slip:
    """What is printed for a customer without a phone. For a delegate: halves, and no code."""

    withdrawal_id: str
    amount: int
    expires_at: datetime
    office: str | None
    office_name: str | None
    payee: Payee
    code: str | None = field(repr=False)
    digits: str | None = field(repr=False)
    halves: tuple[str, str] | None = field(repr=False)
    delegate: str | None


@dataclass(frozen=True)
class Delegation:
    """Who may collect for a customer, with the delegate's masked card. Amounts in đồng."""

    id: str
    delegate: str
    ceiling: int
    per_month: int
    office: str
    office_name: str
    ends_on: date
    revoked_at: datetime | None
    alive: bool


@dataclass(frozen=True)
class Page:
    """One page of a list, newest first, with where the next begins."""

    items: list[Any]
    next_cursor: str | None


@dataclass(frozen=True)
class SecondFactorOffer:
    """What a member's authenticator is to have, told once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


@dataclass(frozen=True)
class Problem:
    """A refusal of the service. `members` are the extra members of the problem."""

    slug: str
    status: int
    members: Mapping[str, Any]
    retry_after_s: int | None = None


def read(kind: type[T], answer: object) -> T:
    """Read a value of `kind` from decoded JSON. Raises GarbledError."""
    try:
        return TypeAdapter(kind).validate_python(answer)
    except ValidationError:
        raise GarbledError(f"not a {kind.__name__}") from None


def read_page(kind: type[T], answer: object) -> tuple[list[T], str | None]:
    """Read one page of a list of `kind`. Raises GarbledError."""
    page = read(Page, answer)
    return [read(kind, item) for item in page.items], page.next_cursor


def read_problem(status: int, answer: object) -> Problem:
    """Read a problem (RFC 9457) of the service. Raises GarbledError for anybody else's error page."""
    if not isinstance(answer, dict):
        raise GarbledError("not a problem")
    kind = answer.get("type")
    if not isinstance(kind, str) or not kind.startswith(_PROBLEM):
        raise GarbledError("not a problem of the service")
    members = {k: v for k, v in answer.items() if k not in ("type", "title", "status", "detail", "instance")}
    wait = members.get("retry_after_s")
    return Problem(kind.removeprefix(_PROBLEM), status, members, wait if isinstance(wait, int) else None)
