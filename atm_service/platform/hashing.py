"""Argon2id takes 64 MiB and all of a processor: a few at a time, a few that wait, and the rest are told to come back.

Whoever waits here holds a thread that answers requests, so the queue is short. A place where somebody of the staff has
signed in before has places of its own: a crowd of strangers cannot take them.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from atm_service.platform.refusals import Unavailable

AT_ONCE: Final = 2
STRANGERS_MAX: Final = 8
KNOWN_MAX: Final = 6
RETRY_AFTER_S: Final = 2

_running: Final = threading.BoundedSemaphore(AT_ONCE)
_strangers: Final = threading.BoundedSemaphore(STRANGERS_MAX)
_known: Final = threading.BoundedSemaphore(KNOWN_MAX)


@contextmanager
def turn(*, known: bool) -> Iterator[None]:
    """Wait until one of the few may hash. Raises `Unavailable` at once when too many wait."""
    places = _known if known else _strangers
    if not places.acquire(blocking=False):
        raise Unavailable(retry_after_s=RETRY_AFTER_S)
    try:
        with _running:
            yield
    finally:
        places.release()
