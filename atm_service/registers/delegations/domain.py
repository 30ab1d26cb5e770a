"""Who may collect for a customer: a delegation, what it allows and how it ends. Pure; amounts in đồng."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from atm_service.platform.policy import Delegation as Rules
from atm_service.registers.delegations import errors
from atm_service.registers.withdrawals.errors import WrongOffice
from ledger import business_date


@dataclass(frozen=True)
class Delegation:
    """A customer's word that the holder of a card may collect: each time, each month, at one office, until a day.

    It is a fact that never changes; a revocation is another one. The last day counts whole.
    """

    id: UUID
    customer_id: UUID
    delegate_print: bytes = field(repr=False)
    delegate_sealed: bytes = field(repr=False)
    ceiling: int
    per_month: int
    office: str
    begins_on: date
    ends_on: date
    made_at: datetime
    revoked_at: datetime | None = None

    def is_alive(self, now: datetime) -> bool:
        """Tell whether it can still be used."""
        return self.revoked_at is None and business_date(now) <= self.ends_on

    def check(self, amount: int, so_far: int, office: str, now: datetime) -> None:
        """Return when the delegate may be paid `amount` at `office` after `so_far` in the same month.

        Refuses in this order: revoked, ended, wrong office, above the ceiling, above the month.
        """
        if self.revoked_at is not None:
            raise errors.DelegationRevoked(revoked_at=self.revoked_at)
        if business_date(now) > self.ends_on:
            raise errors.DelegationEnded(ended_on=self.ends_on)
        if office != self.office:
            raise WrongOffice(office=self.office)
        if amount > self.ceiling:
            raise errors.DelegationCeiling(ceiling=self.ceiling)
        if so_far + amount > self.per_month:
            raise errors.DelegationMonth(per_month=self.per_month, remaining=max(0, self.per_month - so_far))


def check_amounts(ceiling: int, per_month: int, rules: Rules) -> None:
    """Refuse a delegation for more than the policy lets anybody collect for another."""
    if ceiling > rules.ceiling_max or not ceiling <= per_month <= rules.per_month_max:
        raise errors.DelegationTooLarge(ceiling_max=rules.ceiling_max, per_month_max=rules.per_month_max)


def check_end(begins_on: date, ends_on: date) -> None:
    """Refuse an end before the beginning, or later than twelve months after it."""
    if not begins_on <= ends_on <= latest_end(begins_on):
        raise errors.DelegationTooLong(ends_on_min=begins_on, ends_on_max=latest_end(begins_on))


def latest_end(begins_on: date) -> date:
    """Give the last day that a delegation may have: twelve months, as on VNPost's form 13-HSB.

    From 29 February it is the 28th of the next year.
    """
    try:
        return begins_on.replace(year=begins_on.year + 1)
    except ValueError:
        return (begins_on - timedelta(days=1)).replace(year=begins_on.year + 1)
