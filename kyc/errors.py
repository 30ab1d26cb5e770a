"""Every reason for which this package says no. None carries a name, a number or a key in its text."""

from enum import StrEnum


class Refused(Exception):  # noqa: N818  # a refusal is an answer by rule, not an error
    """What an applicant gave does not pass a rule. One subclass for each reason."""


class NotTwelveDigits(Refused):
    """A card number is not twelve ASCII digits."""


class NineDigits(Refused):
    """A number of the old identity card, which is good no more: Luật 26/2023/QH15, điều 46."""


class CardRefused(Refused):
    """What was read of a card does not pass a rule; `source` is the field that it was read from."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source


class CardUnreadable(CardRefused):
    """It is not what a card's QR or machine-readable zone holds, or a check digit in it is wrong."""


class NotIdentityCard(CardRefused):
    """It is the zone of another document: a passport, a visa, a residence card."""


class NotVietnamese(CardRefused):
    """It is the zone of an identity card that another state has issued, or of a foreigner's."""


class CardExpired(CardRefused):
    """The card is good no more."""


class BirthDateMismatch(Refused):
    """The birth year inside a card number is not that of the birth date."""


class UnderAge(Refused):
    """The person has not reached the age of the policy, `age_min` in full years."""

    def __init__(self, age_min: int) -> None:
        super().__init__(f"younger than {age_min} years")
        self.age_min = age_min


class NameWrongLength(Refused):
    """A full name is shorter or longer than a card can show."""


class NameWrongCharacters(Refused):
    """A full name has something else than letters, spaces, hyphens, apostrophes and full stops."""


class NotMobileNumber(Refused):
    """A phone number is not a Vietnamese mobile number."""


class PinWeakness(StrEnum):
    """Why a PIN is refused; the value is a slug for clients to translate."""

    NOT_SIX_DIGITS = "not-six-digits"
    FEW_DIGITS = "few-digits"
    RUN = "run"
    REPEATED = "repeated"
    COMMON = "common"
    BIRTH_DATE = "birth-date"
    CARD_NUMBER = "card-number"
    PHONE = "phone"


class WeakPin(Refused):
    """A PIN that somebody who knows the person, or nobody in particular, would try first."""

    def __init__(self, reason: PinWeakness) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Undecryptable(Exception):  # noqa: N818  # named for the state of the value, as the callers speak of it
    """An encrypted value cannot be decrypted: damaged, moved to another place, or its key is not here."""


class KeyFileInvalid(Exception):  # noqa: N818  # the same
    """The text of a key file cannot be used; the message says where, and shows no key."""


class IdentityUnreadable(Exception):  # noqa: N818  # the same
    """Opened bytes are not an identity that this version can read."""


class ProviderUnavailable(Exception):  # noqa: N818  # the same
    """The eKYC provider gave no answer that can be trusted: unknown; ask again with the same id."""


class ProviderRefused(Exception):  # noqa: N818  # the same
    """The eKYC provider will never answer this request as it is; `status` is its HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the eKYC provider refused the request with status {status}")
        self.status = status


class WatchListUnavailable(Exception):  # noqa: N818  # the same
    """The watch list gave no answer: unknown; ask again."""
