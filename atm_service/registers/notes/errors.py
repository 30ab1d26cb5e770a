"""Why notes do not move: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    409,
    "notes-not-there",
    "These notes are not there",
    "Choose other notes: `too_few` names the kinds of which there are not so many.",
    audited=True,
)
class NotesNotThere(Refusal):
    """The drawer or the vault does not hold these notes. Members `place` and `too_few`, which tells no figure.

    How many there are is asked on record (`totals`): a count is blind.
    """


@refused_as(
    409,
    "notes-cannot-make",
    "The drawer's notes cannot make this amount",
    "Do not pay. Bring other notes from the vault, or let the customer choose `below` or `above`.",
)
class NotesCannotMake(Refusal):
    """The drawer's notes cannot make the amount. Members `below` and `above`: the nearest that they can, or null."""


@refused_as(
    409,
    "mix-of-other-sum",
    "The chosen notes do not come to the amount",
    "Choose notes that come to exactly `amount`.",
)
class MixOfOtherSum(Refusal):
    """The notes that the clerk chose do not come to the amount. Members `amount` and `chosen`."""


@refused_as(
    409,
    "exchange-differs",
    "The notes given and taken are not of the same sum",
    "Count both again: `given` and `taken` must be equal.",
)
class ExchangeDiffers(Refusal):
    """The notes of an exchange do not come to the same sum. Members `given` and `taken`."""
