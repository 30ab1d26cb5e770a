"""Why a message is not sent again."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "message-wiped",
    "The words of this message are gone",
    "It was given up too long ago. Call the customer and say what it was about.",
)
class MessageWiped(Refusal):
    """The message was given up so long ago that its words and number are gone."""
