"""What a voucher proves: pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from atm_service.desk.vouchers import errors
from atm_service.platform.numbers import Run
from atm_service.registers.notes.domain import Counts, counted_total


class VoucherKind(StrEnum):
    """What happened at the counter."""

    DEPOSIT = "deposit"
    TRANSFER = "transfer"
    WITHDRAWAL_REVERSAL = "withdrawal-reversal"
    DEPOSIT_REVERSAL = "deposit-reversal"


class Confirmed(StrEnum):
    """Who besides the clerk said yes: a whole name that was said, a card, a PIN, or a supervisor."""

    NAME = "name"
    CARD = "card"
    PIN = "pin"
    APPROVAL = "approval"


@dataclass(frozen=True)
class Draft:
    """A voucher before it has its number. Amount and fee in đồng; `counts` are the notes that moved, if any did."""

    id: UUID
    kind: VoucherKind
    subject: UUID
    entry_id: UUID
    shift_id: UUID
    customer_id: UUID
    amount: int
    fee: int
    counts: Counts | None
    office: str
    drawer: int
    clerk_id: UUID
    confirmed: Confirmed


@dataclass(frozen=True)
class Voucher:
    """A voucher with the names that are printed.

    `undoes` is the number of the receipt or voucher that it undoes, `undone_by` that of its own reversal. The other
    party is a transfer's payee.
    """

    id: UUID
    number: str
    kind: VoucherKind
    subject: UUID
    entry_id: UUID
    customer_id: UUID
    amount: int
    fee: int
    counts: Mapping[str, int] | None
    office: str
    office_name: str
    drawer: int
    clerk_id: UUID
    clerk: str
    confirmed: Confirmed
    made_at: datetime
    identity_sealed: bytes
    other_id: UUID | None
    other_sealed: bytes | None
    undoes: str | None
    undone_by: str | None


def check_count(counts: Counts, amount: int) -> None:
    """Refuse notes that do not come to the amount exactly."""
    if (counted := counted_total(counts)) != amount:
        raise errors.CountDiffers(counted=counted, amount=amount)


def run(office: str, day: date) -> Run:
    """Name an office's vouchers of a day, which are numbered `05971-1-261121-V0007`."""
    return Run(office, day, "V")
