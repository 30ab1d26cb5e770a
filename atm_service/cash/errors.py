"""Why cash does not move: one class per reason."""

from atm_service.refusals import Refusal


class DeliveryUnknown(Refusal):
    """There is no such delivery, or it is another office's."""


class DeliveryNotAtStep(Refusal):
    """The delivery has gone on, or has not come so far. Member `delivery_status`."""


class DeliveryOtherSide(Refusal):
    """This step is the other side's: the district's or the office's. Member `side`."""


class DeliverySumDiffers(Refusal):
    """The notes to be sent do not come to the ordered sum. Member `amount`."""


class SenderOrdered(Refusal):
    """The caller ordered this delivery, and the sum is above what one person orders and sends alone."""


class ExplainerHandled(Refusal):
    """The caller sent or counted this delivery, and so does not explain what is over or short."""


class NothingToExplain(Refusal):
    """The delivery was neither over nor short, or has been explained."""


class NotesNotThere(Refusal):
    """The drawer or the vault does not hold these notes. Members `place` and `missing`."""


class VaultShort(Refusal):
    """The vault does not hold this sum."""


class VaultCountDue(Refusal):
    """Nobody has counted the vault for too long. Member `counted_at`: when it was last, or null."""


class NotesCannotMake(Refusal):
    """The drawer's notes cannot make the amount. Members `below` and `above`: the nearest that they can, or null."""


class MixOfOtherSum(Refusal):
    """The notes that the clerk chose do not come to the amount. Members `amount` and `chosen`."""
