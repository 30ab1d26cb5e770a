"""Who may open an account, and how often the eKYC provider is asked. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from atm_service.platform import pauses
from atm_service.registers.customers.errors import ApplicantRefused, FrozenByCustomer
from atm_service.registers.offices.errors import FreezeUnchanged
from atm_service.registers.withdrawals.errors import WalletFrozen
from kyc import cccd, names, phones, pins
from kyc.errors import (
    BirthDateMismatch,
    NameWrongCharacters,
    NameWrongLength,
    NotMobileNumber,
    NotTwelveDigits,
    Refused,
    UnderAge,
    WeakPin,
)
from kyc.identity import Identity

TIER: Final = "standard"

FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=10)

# Reasons of our own, beside those of the eKYC provider.
DUPLICATE_PERSON: Final = "duplicate-person"
CLOSED_TODAY: Final = "closed-today"
PHONE_TAKEN: Final = "phone-taken"
NOT_CHECKABLE: Final = "not-checkable"
STAFF_DECISION: Final = "staff-decision"


class ApplicationStatus(StrEnum):
    """Where an application stands. Approved and rejected are final."""

    PENDING = "pending"
    REVIEW = "review"
    APPROVED = "approved"
    REJECTED = "rejected"


# Field and slug of each refusal of `kyc`; a test proves it total over what `applicant` can meet.
REASONS: Final[dict[type[Refused], tuple[str, str]]] = {
    NameWrongLength: ("full_name", "wrong-length"),
    NameWrongCharacters: ("full_name", "wrong-characters"),
    NotTwelveDigits: ("id_number", "not-twelve-digits"),
    BirthDateMismatch: ("id_number", "birth-date-mismatch"),
    UnderAge: ("date_of_birth", "under-age"),
    NotMobileNumber: ("phone", "not-mobile-number"),
    WeakPin: ("pin", "weak"),
}

_Result = TypeVar("_Result")


class Freezer(StrEnum):
    """By whose word a wallet is frozen."""

    CUSTOMER = "customer"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Freezes:
    """Whose freezes of a wallet stand. Each is thawed by itself, and the wallet is frozen while one stands."""

    own: bool
    staff: bool

    @property
    def by(self) -> Freezer | None:
        """By whose word it is frozen, if it is: the staff's before the customer's, who can do nothing about that."""
        if self.staff:
            return Freezer.STAFF
        return Freezer.CUSTOMER if self.own else None


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody whose data pass every rule. Nothing personal shows in its repr."""

    identity: Identity
    phone: str = field(repr=False)
    pin: str = field(repr=False)


def applicant(
    full_name: str, birth_date: date, id_number: str, phone: str, pin: str, *, age_min: int, today: date
) -> Applicant:
    """Check and normalise what an applicant typed. Raises `ApplicantRefused`, naming the first wrong field.

    `age_min` is the policy's, in full years on `today` (in Vietnam).
    """
    name = _checked(lambda: names.normalise(full_name))
    _checked(lambda: cccd.check(id_number, birth_date, age_min=age_min, today=today))
    mobile = mobile_number(phone)
    _checked(lambda: pins.check(pin, birth_date, id_number, mobile))
    return Applicant(Identity(name, birth_date, id_number), mobile, pin)


def mobile_number(phone: str) -> str:
    """Normalise the number that an applicant typed. Raises `ApplicantRefused`."""
    return _checked(lambda: phones.normalise(phone))


def check_freeze(stands: Freezes, *, frozen: bool, own: bool) -> None:
    """Return when a wallet may be frozen or thawed, by the customer's word (`own`) or the staff's.

    Each may freeze it, whatever the other has done, and thaws its own freeze, the customer in person at a counter.
    Raises `FreezeUnchanged`, `WalletFrozen` and `FrozenByCustomer`.
    """
    if (stands.own if own else stands.staff) is not frozen:
        return
    if not frozen and own and stands.staff:
        raise WalletFrozen
    if not frozen and not own and stands.own:
        raise FrozenByCustomer
    raise FreezeUnchanged


def pause(asks: int) -> timedelta:
    """Give how long to wait after the provider was asked `asks` times in vain: 5 s, doubled up to 10 min."""
    return pauses.doubled(FIRST_PAUSE, LONGEST_PAUSE, asks)


def _checked(check: Callable[[], _Result]) -> _Result:
    try:
        return check()
    except Refused as refused:
        field_name, reason = REASONS[type(refused)]
        # From none: the cause's traceback holds frames with the very data that must not be logged.
        raise ApplicantRefused(field=field_name, reason=reason) from None
