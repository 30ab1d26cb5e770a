"""What the service asks of a customer's bank, and what the bank may answer.

A debit is asked for under the top-up's id, and a bank answers the same id always with the same result: asking
again is how an unknown outcome becomes known, and never takes money twice.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class DebitStatus(StrEnum):
    """The bank's word on a debit. It is final."""

    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class DebitRequest:
    """A wish to take `amount` đồng from a bank account. The account number shows in no repr.

    `top_up_id` is the idempotency key towards the bank.
    """

    top_up_id: UUID
    bin: str
    account_number: str = field(repr=False)
    amount: int


@dataclass(frozen=True, slots=True)
class DebitResult:
    """What became of a debit. Declined has a reason (a slug), approved has none (else `ValueError`).

    `bank_reference` is the bank's own name for it, for reconciliation.
    """

    status: DebitStatus
    reason: str | None
    bank_reference: str

    def __post_init__(self) -> None:
        if (self.status is DebitStatus.DECLINED) != (self.reason is not None):
            raise ValueError("declined has a reason, approved has none")


class BankTimeout(Exception):  # noqa: N818  named for what happened, as the callers speak of it
    """No answer came that can be trusted: the outcome is unknown. Ask again with the same id."""


class BankGateway(Protocol):
    """A way to the banks. Never call it inside a database transaction: it is a network away."""

    def debit(self, request: DebitRequest, timeout_s: float) -> DebitResult:
        """Take the money, or give the first result when this id was asked for before.

        Raises `BankTimeout` when no answer came within `timeout_s` seconds.
        """

    def status(self, top_up_id: UUID, timeout_s: float) -> DebitResult | None:
        """Tell what became of a debit; None: the bank has never heard of it. Raises `BankTimeout`."""
