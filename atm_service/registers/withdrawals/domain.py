"""One customer's wish for cash, from authorised to its end: pure rules, one refusal per state.

    authorised ──present──▶ presented ──pay──▶ paid ──reverse──▶ reversed
       │  ▲                   │
       │  └─release / lapse───┘
       ├──cancel──▶ cancelled
       └──deadline──▶ expired

Precedence of refusals: how it ended (paid, reversed, cancelled, expired), then a frozen wallet, then the wrong office,
then the day, then another drawer's lease, then the deadline. Time is an argument; nothing here reads a clock, a
database or the network.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NoReturn
from uuid import UUID

from atm_service.platform.policy import Withdrawal as Rules
from atm_service.registers.withdrawals import errors
from ledger import business_date


class WithdrawalStatus(StrEnum):
    """Where a withdrawal stands."""

    AUTHORISED = "authorised"
    PRESENTED = "presented"
    PAID = "paid"
    REVERSED = "reversed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


LIVE = frozenset({WithdrawalStatus.AUTHORISED, WithdrawalStatus.PRESENTED})


class Lifetime(StrEnum):
    """How long a code lives: at the counter, for a day's journey, or by appointment at one office."""

    COUNTER = "counter"
    JOURNEY = "journey"
    SCHEDULED = "scheduled"


class Reservation(StrEnum):
    """How it stands with cash and headroom that are reserved at the office for the day.

    Broken: the office cannot keep its word. Missed: the day has passed. Either is paid like any other code of that
    office, if its cash allows, or moved.
    """

    STANDING = "standing"
    BROKEN = "broken"
    MISSED = "missed"


@dataclass(frozen=True)
class Drawer:
    """A drawer of an office, as a place that pays."""

    office: str
    number: int


@dataclass(frozen=True)
class Payment:
    """When and where the cash left a drawer."""

    receipt_id: UUID
    at: datetime
    drawer: Drawer


@dataclass(frozen=True)
class Withdrawal:
    """A withdrawal. Amount and fee in đồng; `office` and `day` are set where the code is bound to one.

    With `delegation_id` the cash is for a delegate, at the delegation's office. `frozen` is written by whoever freezes
    the customer, on this row, which each payment has locked.
    """

    id: UUID
    customer_id: UUID
    amount: int
    fee: int
    lifetime: Lifetime
    office: str | None
    created_at: datetime
    expires_at: datetime
    status: WithdrawalStatus = WithdrawalStatus.AUTHORISED
    drawer: Drawer | None = None
    lease_until: datetime | None = None
    by_digits: bool = False
    payment: Payment | None = None
    day: date | None = None
    reservation: Reservation | None = None
    delegation_id: UUID | None = None
    frozen: bool = False

    @property
    def is_live(self) -> bool:
        """Tell whether the money is still set aside."""
        return self.status in LIVE

    def is_over(self, now: datetime) -> bool:
        """Tell whether the deadline has passed with no clerk at work on it."""
        return now >= self.expires_at and not self.is_leased(now)

    def is_leased(self, now: datetime) -> bool:
        """Tell whether a drawer has the sole right to pay."""
        return (
            self.status is WithdrawalStatus.PRESENTED
            and self.lease_until is not None
            and now < self.lease_until
        )

    def is_reserved_on(self, day: date) -> bool:
        """Tell whether cash and headroom are reserved for it on this day."""
        return self.reservation is Reservation.STANDING and self.day == day

    def present(self, drawer: Drawer, now: datetime, lease: timedelta, *, by_digits: bool) -> "Withdrawal":
        """Give `drawer` the sole right to pay until the lease ends. Presenting again there is harmless.

        A lease never outlives the code by more than one lease: the held money waits no longer than that.
        """
        self._refuse_if_ended(drawer)
        self._refuse_elsewhere(drawer, now)
        if self.is_over(now):
            raise errors.CodeExpired(expired_at=self.expires_at)
        lease_until = min(now + lease, self.expires_at + lease)
        return replace(
            self,
            status=WithdrawalStatus.PRESENTED,
            drawer=drawer,
            lease_until=lease_until,
            by_digits=by_digits,
        )

    def pay(self, drawer: Drawer, receipt_id: UUID, now: datetime) -> "Withdrawal":
        """Record that the cash may leave `drawer`.

        A lapsed lease alone does not undo a payment in progress: the same drawer may still pay as long as nobody
        else has presented since and the code's own time is not over.
        """
        self._refuse_if_ended(drawer)
        self._refuse_elsewhere(drawer, now)
        if self.status is not WithdrawalStatus.PRESENTED or self.drawer != drawer:
            raise errors.NotPresented
        if self.is_over(now):
            raise errors.CodeExpired(expired_at=self.expires_at)
        paid = Payment(receipt_id, now, drawer)
        return replace(
            self, status=WithdrawalStatus.PAID, drawer=None, lease_until=None, payment=paid, reservation=None
        )

    def release(self, drawer: Drawer) -> "Withdrawal":
        """Give the right to pay back. Harmless when this drawer does not have it."""
        if self.status is not WithdrawalStatus.PRESENTED or self.drawer != drawer:
            return self
        return replace(
            self, status=WithdrawalStatus.AUTHORISED, drawer=None, lease_until=None, by_digits=False
        )

    def cancel(self, now: datetime) -> "Withdrawal":
        """Give the withdrawal up, unless a clerk is counting. Cancelling again is harmless."""
        if self.status is WithdrawalStatus.CANCELLED:
            return self
        if not self.is_live:
            raise errors.AlreadyEnded(ended_as=self.status)
        if self.is_leased(now):
            raise errors.BeingPaid(lease_until=self.lease_until)
        return replace(
            self, status=WithdrawalStatus.CANCELLED, drawer=None, lease_until=None, reservation=None
        )

    def expire(self, now: datetime) -> "Withdrawal":
        """Let the code lapse: when it is live, its deadline has passed and no clerk is at work on it."""
        if not self.is_live or not self.is_over(now):
            return self
        return replace(self, status=WithdrawalStatus.EXPIRED, drawer=None, lease_until=None, reservation=None)

    def reserve(self, office: str, day: date, now: datetime) -> "Withdrawal":
        """Bind an appointment to an office and a day there; at first, and when it moves.

        Refuses in this order: ended, a code without an appointment, being paid, expired, a day out of its life.
        """
        if not self.is_live:
            raise errors.AlreadyEnded(ended_as=self.status)
        if self.lifetime is not Lifetime.SCHEDULED:
            raise errors.NotAnAppointment
        if self.is_leased(now):
            raise errors.BeingPaid(lease_until=self.lease_until)
        if now >= self.expires_at:
            raise errors.CodeExpired(expired_at=self.expires_at)
        first, last = business_date(now), business_date(self.expires_at)
        if not first <= day <= last:
            raise errors.DayNotPossible(first_day=first, last_day=last)
        return replace(
            self,
            status=WithdrawalStatus.AUTHORISED,
            drawer=None,
            lease_until=None,
            by_digits=False,
            office=office,
            day=day,
            reservation=Reservation.STANDING,
        )

    def break_reservation(self, now: datetime, rules: Rules) -> "Withdrawal":
        """Take the office's word back; the code lives on for long enough to go elsewhere."""
        longest = self.created_at.replace(microsecond=0) + rules.longest_appointment
        extended = min(now.replace(microsecond=0) + rules.extension, longest)
        return replace(self, reservation=Reservation.BROKEN, expires_at=max(self.expires_at, extended))

    def miss(self, today: date) -> "Withdrawal":
        """Let the reservation go whose day has passed; the code lives on."""
        if self.reservation is not Reservation.STANDING or self.day is None or self.day >= today:
            return self
        return replace(self, reservation=Reservation.MISSED)

    def reverse(self, day: date) -> "Withdrawal":
        """Undo the payment, on the business date on which it was made.

        Refuses in this order: reversed before, never paid, paid on another day.
        """
        if self.status is WithdrawalStatus.REVERSED:
            raise errors.AlreadyReversed
        if self.status is not WithdrawalStatus.PAID or self.payment is None:
            raise errors.NotPaid(stands=self.status)
        if business_date(self.payment.at) != day:
            raise errors.NotToday(paid_at=self.payment.at)
        return replace(self, status=WithdrawalStatus.REVERSED)

    def _refuse_if_ended(self, drawer: Drawer) -> None:
        """Say how it ended, or that its wallet is frozen."""
        if self.is_live:
            if self.frozen:
                raise errors.WalletFrozen
            return
        if self.status is WithdrawalStatus.PAID:
            self._refuse_paid(drawer)
        if self.status is WithdrawalStatus.EXPIRED:
            raise errors.CodeExpired(expired_at=self.expires_at)
        if self.status is WithdrawalStatus.CANCELLED:
            raise errors.WithdrawalCancelled
        raise errors.WithdrawalReversed

    def _refuse_paid(self, drawer: Drawer) -> NoReturn:
        """Say when and where to the office that paid; elsewhere only that it was paid."""
        if self.payment is None or self.payment.drawer.office != drawer.office:
            raise errors.AlreadyPaid
        raise errors.AlreadyPaid(
            paid_at=self.payment.at,
            paid_drawer=self.payment.drawer.number,
            receipt_id=self.payment.receipt_id,
        )

    def _refuse_elsewhere(self, drawer: Drawer, now: datetime) -> None:
        if self.office is not None and self.office != drawer.office:
            raise errors.WrongOffice(office=self.office)
        if (
            self.day is not None
            and self.reservation is Reservation.STANDING
            and business_date(now) < self.day
        ):
            raise errors.WrongDay(day=self.day)
        if self.is_leased(now) and self.drawer != drawer and self.lease_until is not None:
            raise errors.AlreadyPresented(retry_after_s=int((self.lease_until - now).total_seconds()) + 1)


def check_amount(amount: int, rules: Rules) -> None:
    """Refuse an amount that is too small, too large, or that notes cannot make."""
    if not rules.amount_min <= amount <= rules.amount_max:
        raise errors.AmountOutOfRange(amount_min=rules.amount_min, amount_max=rules.amount_max)
    if amount % rules.multiple:
        raise errors.AmountNotMultiple(multiple=rules.multiple)
