"""What the service asks of a customer's bank or of a biller, and what they may answer.

Money is asked for under the bank payment's id, and a bank answers the same id always with the same result: asking again
is how an unknown outcome becomes known, and never moves money twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, Protocol
from uuid import UUID

NAME_MAX: Final = 128
AMOUNT_MAX: Final = 2**53
"""Above every sum and number that is one: what is more is garbled."""


class BankStatus(StrEnum):
    """The bank's word on an order. It is final."""

    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class BankOrder:
    """A wish to take `amount` đồng from a bank account, or to pay it in. The account number shows in no repr.

    `id` is the bank payment's, and the idempotency key towards the bank.
    """

    id: UUID
    bin: str
    account_number: str = field(repr=False)
    amount: int


@dataclass(frozen=True, slots=True)
class BankResult:
    """What became of an order. Declined has a reason (a slug), approved has none (else `ValueError`).

    `bank_reference` is the bank's own name for it, for reconciliation; what cannot be kept of it is left out.
    """

    status: BankStatus
    reason: str | None
    bank_reference: str

    def __post_init__(self) -> None:
        if (self.status is BankStatus.DECLINED) != (self.reason is not None):
            raise ValueError("declined has a reason, approved has none")
        object.__setattr__(self, "bank_reference", _kept(self.bank_reference))
        if self.reason is not None:
            object.__setattr__(self, "reason", _kept(self.reason))


@dataclass(frozen=True, slots=True)
class HolderRequest:
    """Whose account is this? `name` is whom we take the holder for, as ISO 20022's acmt.023 tells it.

    Neither name nor number shows in a repr.
    """

    bin: str
    account_number: str = field(repr=False)
    name: str = field(repr=False)


class BankTimeout(Exception):  # noqa: N818  named for what happened, as the callers speak of it
    """No answer came that can be trusted: the outcome is unknown. Ask again with the same id."""


class BankGateway(Protocol):
    """A way to the banks. Never call it inside a database transaction: it is a network away."""

    def holder(self, request: HolderRequest, timeout_s: float) -> str | None:
        """Give the holder's name as the bank has it; None: no such account, or one that takes no payments.

        Raises `BankTimeout` when no answer came within `timeout_s` seconds.
        """

    def debit(self, order: BankOrder, timeout_s: float) -> BankResult:
        """Take the money, or give the first result when this id was ordered before.

        Raises `BankTimeout` when no answer came within `timeout_s` seconds.
        """

    def credit(self, order: BankOrder, timeout_s: float) -> BankResult:
        """Pay the money in, or give the first result when this id was ordered before. Raises `BankTimeout`."""

    def status(self, id: UUID, timeout_s: float) -> BankResult | None:
        """Tell what became of an order; None: the bank has never heard of it. Raises `BankTimeout`."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case at a public office, for which a fee is due. The number shows in no repr."""

    procedure: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Due:
    """What is due for a case, in đồng, from whom, and by when (None: no day is set). Paid: nothing is due any more.

    `payer` may be empty. Half a đồng is no answer that can be trusted: raises `BankTimeout`.
    """

    amount: int
    payer: str = field(repr=False)
    due_on: date | None
    is_paid: bool

    def __post_init__(self) -> None:
        if not isinstance(self.amount, int):
            raise BankTimeout("what is due is no sum")
        object.__setattr__(self, "payer", _kept(self.payer))


@dataclass(frozen=True, slots=True)
class BillOrder:
    """A wish to pay what is due for a case. `id` is the bank payment's, and the idempotency key towards the biller."""

    id: UUID
    case: Case
    amount: int


@dataclass(frozen=True, slots=True)
class Refund:
    """What a biller gave back of an order. Numbers rise; `reference` is the biller's own name for it.

    A garbled one can be written down, too: -1 stands for what is no number or sum.
    """

    number: int
    reference: str
    order_id: UUID
    amount: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", _counted(self.number))
        object.__setattr__(self, "reference", _kept(self.reference))
        object.__setattr__(self, "amount", _counted(self.amount))


class BillerGateway(Protocol):
    """A way to whoever takes public-service fees for the treasury: it answers orders as a bank does.

    Never call it inside a database transaction. Each method raises `BankTimeout` when no answer came in time.
    """

    def look_up(self, case: Case, timeout_s: float) -> Due | None:
        """Tell what is due for a case; None: there is no such case."""

    def pay(self, order: BillOrder, timeout_s: float) -> BankResult:
        """Take it as paid, or give the first result when this id was ordered before.

        Declined when the case is paid already (`already-paid`), or another sum is due now (`amount-changed`). The
        reference of an approved one is the receipt's number.
        """

    def status(self, id: UUID, timeout_s: float) -> BankResult | None:
        """Tell what became of an order; None: the biller has never heard of it."""

    def refunds(self, after: int, timeout_s: float) -> Sequence[Refund]:
        """List what was given back, by number, from behind `after` on (-1: from the first); at most a hundred."""


def _kept(said: str | None) -> str:
    """Give of another side's word what can be written down."""
    return "".join(filter(str.isprintable, said or ""))[:NAME_MAX]


def _counted(said: int) -> int:
    return said if isinstance(said, int) and 0 <= said <= AMOUNT_MAX else -1
