"""Who may open an account, and how often the eKYC provider is asked. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from atm_service.platform import pauses
from atm_service.registers.customers.errors import ApplicantRefused, FrozenByCustomer
from atm_service.registers.offices.errors import FreezeUnchanged
from atm_service.registers.withdrawals.errors import WalletFrozen
from kyc import cards, cccd, decision, names, phones, pins
from kyc.cards import Card, Source
from kyc.decision import Doubt
from kyc.errors import (
    BirthDateMismatch,
    CardExpired,
    CardRefused,
    CardUnreadable,
    NameWrongCharacters,
    NameWrongLength,
    NineDigits,
    NotIdentityCard,
    NotMobileNumber,
    NotTwelveDigits,
    NotVietnamese,
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
CLOSED_LATELY: Final = "closed-lately"
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
    NineDigits: ("id_number", "nine-digits"),
    NotTwelveDigits: ("id_number", "not-twelve-digits"),
    BirthDateMismatch: ("id_number", "birth-date-mismatch"),
    UnderAge: ("date_of_birth", "under-age"),
    NotMobileNumber: ("phone", "not-mobile-number"),
    WeakPin: ("pin", "weak"),
}

# Of what was read of a card: its source is the field.
CARD_REASONS: Final[dict[type[CardRefused], str]] = {
    CardUnreadable: "unreadable",
    NotIdentityCard: "not-identity-card",
    NotVietnamese: "not-vietnamese",
    CardExpired: "expired",
}
# What a person looks for is not told to whoever may be looked for.
LOOKED_AT: Final = "looked-at"
_UNTOLD: Final = frozenset(
    {
        decision.FORM_AND_QR,
        decision.FORM_AND_ZONE,
        decision.QR_AND_ZONE,
        decision.OLD_NUMBER_KNOWN,
        decision.WATCH_LIST,
    }
)

# At a customer's next card alone: it says somebody else's, or changed, data.
ANOTHER_CARD: Final = "another-card"
# At it too: by its pictures the provider does not approve it.
CARD_NOT_APPROVED: Final = "card-not-approved"

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
class Texts:
    """What was scanned or typed of a card: its QR, its machine-readable zone, neither or both."""

    card_qr: str | None = field(default=None, repr=False)
    mrz: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody whose data pass every rule. Nothing personal shows in its repr.

    `doubt`: what form and card do not agree about. `card_until`: the end of the month in which the card expires; None
    where it was not read, or is good for life.
    """

    identity: Identity
    phone: str = field(repr=False)
    pin: str = field(repr=False)
    doubt: Doubt | None = None
    card_until: date | None = field(default=None, repr=False)
    old_number: str | None = field(default=None, repr=False)


def applicant(
    full_name: str,
    birth_date: date,
    id_number: str,
    phone: str,
    pin: str,
    *,
    age_min: int,
    today: date,
    texts: Texts = Texts(),
    old_number: str | None = None,
) -> Applicant:
    """Check and normalise what an applicant typed. Raises `ApplicantRefused`, naming the first wrong field.

    `age_min` is the policy's, in full years on `today` (in Vietnam). `old_number`: of the card before, as stated.
    """
    name = _checked(lambda: names.normalise(full_name))
    _checked(lambda: cccd.check(id_number, birth_date, age_min=age_min, today=today))
    mobile = mobile_number(phone)
    _checked(lambda: pins.check(pin, birth_date, id_number, mobile))
    read = read_card(texts, today)
    identity = Identity(name, birth_date, id_number)
    doubt = decision.compare(identity, old_number, read)
    known_old = next((card.old_number for card in read if card.old_number), old_number)
    return Applicant(identity, mobile, pin, doubt, card_until(read), known_old)


def read_card(texts: Texts, today: date) -> list[Card]:
    """Read a card that is good today. Raises `ApplicantRefused`."""
    return _checked(lambda: cards.read(texts.card_qr, texts.mrz, today))


def same_person(identity: Identity, texts: Texts, today: date) -> date | None:
    """Give until when a card is good that says what is known of its holder. Raises `ApplicantRefused`."""
    read = read_card(texts, today)
    if not read:
        raise ApplicantRefused(field=Source.QR.value, reason=CARD_REASONS[CardUnreadable])
    if decision.compare(identity, None, read) is not None:
        raise ApplicantRefused(field=read[-1].source.value, reason=ANOTHER_CARD)
    return card_until(read)


def card_until(read: Sequence[Card]) -> date | None:
    """Give the end of the month in which a card expires, by either text; None where nothing was read, or for life."""
    ends = [card.expires_on for card in read if card.expires_on is not None]
    return cards.end_of_month(min(ends)) if ends else None


def minor_until(birth_date: date, alone_from: int, today: date) -> date | None:
    """Give the end of the month in which a minor comes of the age to be like everybody; None for whoever is."""
    if cccd.age(birth_date, today) >= alone_from:
        return None
    return cards.end_of_month(cards.birthday(birth_date, alone_from))


def told(status: ApplicationStatus, reasons: Sequence[str]) -> list[str]:
    """Give those reasons that the applicant is told. What a person looks for is one word, while that lasts."""
    shown = [LOOKED_AT if reason in _UNTOLD else reason for reason in reasons]
    waits = status is ApplicationStatus.REVIEW
    return [reason for reason in dict.fromkeys(shown) if waits or reason != LOOKED_AT]


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
        if isinstance(refused, CardRefused):
            field_name, reason = refused.source, CARD_REASONS[type(refused)]
        else:
            field_name, reason = REASONS[type(refused)]
        # From none: the cause's traceback holds frames with the very data that must not be logged.
        raise ApplicantRefused(field=field_name, reason=reason) from None
