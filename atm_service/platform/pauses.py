"""How long to wait before somebody who did not answer is asked once more. Pure."""

from datetime import timedelta
from typing import Final

_DOUBLINGS_MAX: Final = 20


def doubled(first: timedelta, longest: timedelta, tries: int) -> timedelta:
    """Give the pause after so many tries in vain: the first one, doubled each time, up to the longest."""
    return min(first * (1 << min(max(tries - 1, 0), _DOUBLINGS_MAX)), longest)
