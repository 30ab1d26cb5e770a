"""Why cash does not move: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    404, "delivery-unknown", "There is no such delivery here", "Look at the list of deliveries again."
)
class DeliveryUnknown(Refusal):
    """There is no such delivery, or it is another office's."""


@refused_as(
    409,
    "delivery-not-at-step",
    "The delivery is not at this step",
    "Look at `delivery_status`: somebody may have done this step, or called the delivery off.",
)
class DeliveryNotAtStep(Refusal):
    """The delivery has gone on, or has not come so far. Member `delivery_status`."""


@refused_as(
    409,
    "delivery-other-side",
    "This step is the other side's",
    "Wait until the side named in `side` has done it.",
)
class DeliveryOtherSide(Refusal):
    """This step is the other side's: the area's or the office's. Member `side`."""


@refused_as(
    409,
    "delivery-sum-differs",
    "The notes do not come to the ordered sum",
    "Count again: exactly `amount` is to be sent. For another sum, let a supervisor order it anew.",
)
class DeliverySumDiffers(Refusal):
    """The notes to be sent do not come to the ordered sum. Member `amount`."""


@refused_as(
    409,
    "sender-ordered",
    "So large a sum is not ordered and sent by one person",
    "Keep the cash where it is and let another supervisor send it. Each of its area has it in the list.",
)
class SenderOrdered(Refusal):
    """The caller ordered this delivery, and the day's sum is above what one person orders and sends alone."""


@refused_as(
    409,
    "receiver-sent",
    "Whoever may have sent an office's cash does not count it in",
    "Keep the bag shut and let another supervisor count it. Each of its area has it in the list.",
)
class ReceiverSent(Refusal):
    """The caller may be the one who sent this cash from the office, so nobody else would ever have seen it."""


@refused_as(
    409,
    "explainer-handled",
    "Whoever sent or counted a delivery does not explain its difference",
    "Tell another supervisor what you know; that one explains it.",
)
class ExplainerHandled(Refusal):
    """The caller sent or counted this delivery, and so does not explain what is over or short."""


@refused_as(
    409,
    "nothing-to-explain",
    "There is no difference to explain",
    "Look at the delivery again: it agreed, or has its explanation.",
)
class NothingToExplain(Refusal):
    """The delivery was neither over nor short, or has been explained."""


@refused_as(
    409,
    "vault-short",
    "There is not so much cash",
    "Choose a smaller sum, or ask the area for a delivery.",
    audited=True,
)
class VaultShort(Refusal):
    """The vault does not hold this sum."""


@refused_as(
    409,
    "vault-count-due",
    "The vault has not been counted for too long",
    "Count the vault (`POST /counter/v1/cash/vault/count`), then ask again.",
)
class VaultCountDue(Refusal):
    """Nobody has counted the vault for too long. Member `counted_at`: when it was last, or null."""


@refused_as(
    409,
    "count-again",
    "The count differs: count once more",
    "Take the notes out and count each kind again. The figure is told to nobody before.",
)
class CountAgain(Refusal):
    """A first count that differs from the books. It is kept; nothing else has changed."""


@refused_as(
    409,
    "count-needs-word",
    "The count still differs, by much",
    "Ask a supervisor (`POST /counter/v1/counts/{id}/approval-request`), wait, and count the same once more.",
    audited=True,
)
class CountNeedsWord(Refusal):
    """A count that still differs by more than the policy lets a clerk say alone. Member `count_id`. It is kept."""


@refused_as(
    409,
    "count-first",
    "The last count of this cash differed",
    "Count it again (`place` says what), and ask when a count stands: between two counts no figure is told, and no "
    "cash is moved.",
    audited=True,
)
class CountFirst(Refusal):
    """The last count differed, and none has stood since. Member `place`: `drawer`, `vault` or `colleague`."""


@refused_as(409, "nothing-to-approve", "The count needs no word", "Count again, or go on.")
class NothingToApprove(Refusal):
    """The count stands already, or agrees."""


@refused_as(
    409, "cash-asked", "The office has asked already", "Wait for the area's word, or call the supervisor."
)
class CashAsked(Refusal):
    """A request for cash of this office waits already."""


@refused_as(
    404, "request-unknown", "There is no such request for cash here", "Look at the list of requests again."
)
class RequestUnknown(Refusal):
    """There is no such request for cash, or it is of an office that the caller does not look after."""


@refused_as(
    409, "request-decided", "This request for cash is decided", "Look at the list again: somebody was faster."
)
class RequestDecided(Refusal):
    """The request for cash was ordered or refused before."""


@refused_as(
    409,
    "own-cash-request",
    "Nobody decides a request for cash of their own",
    "Let another supervisor of the area decide it: it is in the list.",
)
class OwnCashRequest(Refusal):
    """The caller asked for this cash, as a clerk of the office, and so does not decide it."""
