"""What a text gives away of what it must not tell, and never by chance."""

import re
from collections.abc import Iterable
from typing import Final

SHORT: Final = 9  # digits: so many do not come together by chance


def given_away(secrets: Iterable[str], text: str) -> list[str]:
    """List the secrets that stand in a text; a PIN's few digits inside a random id or a fraction are none."""
    return [secret for secret in secrets if _stands_in(text, secret)]


def _stands_in(text: str, secret: str) -> bool:
    if secret.isdecimal() and len(secret) < SHORT:
        return re.search(rf"(?<![0-9a-f.]){secret}(?![0-9a-f])", text) is not None
    return secret in text
