"""Why a text is no receipt code: one class per reason."""

from atm_service.platform.kinds import refused_as
from atm_service.platform.refusals import Refusal


@refused_as(
    400,
    "receipt-code-malformed",
    "This is not a receipt code, or not the whole of one",
    "Scan the square on the receipt again, or paste the whole text.",
)
class ReceiptCodeMalformed(Refusal):
    """Garbled, cut short, or something else."""


@refused_as(
    403,
    "receipt-code-not-genuine",
    "No key of this service has signed this as a receipt",
    "Do not trust the paper. Call the hotline, or ask at a post office.",
)
class ReceiptCodeNotGenuine(Refusal):
    """Forged, or signed as something else: a code for cash, the proof of a bill."""
