"""What is handed to a phone and comes back as it was: encrypted, for one customer and one purpose."""

from base64 import urlsafe_b64decode

from atm_service.platform.context import Context
from atm_service.platform.keys.domain import base64url


def out(context: Context, raw: bytes, place: bytes) -> str:
    """Write it as text for a phone; `place` names purpose and customer."""
    return base64url(context.cipher.encrypt(raw, place))


def back(context: Context, text: str, place: bytes) -> bytes:
    """Read what `out` has written for this place. Raises `ValueError` and `Undecryptable` for anything else."""
    return context.cipher.decrypt(urlsafe_b64decode(text + "=" * (-len(text) % 4)), place)
