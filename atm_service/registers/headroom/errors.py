"""Why a limit refuses: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "office-limit-reached",
    "The office has paid out what the law allows",
    "Move at most `remaining`, send the customer to another office, or ask to come back on `renews_on`.",
    audited=True,
)
class OfficeLimitReached(Refusal):
    """The office has paid out what the policy allows. Members `period`, `limit`, `remaining` and `renews_on`."""


@refused_as(
    409,
    "customer-limit-reached",
    "The limit of the day or month is reached",
    "Choose at most `remaining`, or come back on `renews_on`.",
    audited=True,
)
class CustomerLimitReached(Refusal):
    """The customer's day or month is used up. Members `period`, `limit`, `remaining` and `renews_on`."""


@refused_as(
    409,
    "cooling-off",
    "Large sums wait for a day after the PIN or the phone number was set anew",
    "Choose at most `remaining` now, or come back after `until`.",
    audited=True,
)
class CoolingOff(Refusal):
    """More than leaves the wallet so soon after a change. Members `limit`, `remaining` and `until`."""


@refused_as(
    409,
    "card-lapsed",
    "The customer's identity card has expired, and the days of grace are over",
    "Have the new card verified in the wallet, with a picture of the face; money that comes in still does.",
    audited=True,
)
class CardLapsed(Refusal):
    """The card that is known has expired for longer than the policy's days. Member `since`."""


@refused_as(
    409,
    "transfer-limit-reached",
    "The customer's transfers of the day are used up",
    "Choose at most `remaining`, or send the rest on `renews_on`.",
    audited=True,
)
class TransferLimitReached(Refusal):
    """The customer's transfers of the day are used up. Members `limit`, `remaining` and `renews_on`."""
