"""Counted notes as a form sends them."""

from collections.abc import Mapping

from counter_app import money


class CountUnreadableError(Exception):
    """A count on the form is not a whole number from 0 to the maximum."""


def read(fields: Mapping[str, str], prefix: str = "count") -> dict[str, int]:
    """Read how many notes of each kind were counted; an empty field is none. Raises CountUnreadableError."""
    counts = {}
    for denomination in money.DENOMINATIONS:
        text = fields.get(f"{prefix}-{denomination}", "").strip() or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(money.COUNT_MAX))):
            raise CountUnreadableError
        counts[str(denomination)] = int(text)
        if counts[str(denomination)] > money.COUNT_MAX:
            raise CountUnreadableError
    return counts
