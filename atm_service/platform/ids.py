"""UUID version 7 (RFC 9562 §5.7): ids that sort by time, made by the application."""

import secrets
import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final
from uuid import UUID

_KEPT: Final = 256  # milliseconds whose last id is remembered: a request's moment is one of the latest
_BITS: Final = 74
_STEP_BITS: Final = 32

_last: "OrderedDict[int, int]" = OrderedDict()
_lock: Final = threading.Lock()


def new(now: datetime, after: UUID | None = None) -> UUID:
    """Make a UUIDv7: 48 bits of Unix milliseconds from `now`, then 74 random bits.

    Those of one millisecond, made by one process, count upwards (§6.2, method 2): what is written one after the
    other is read in that order. Where the newest of a series counts, the one before goes in as `after`: another
    process's clock may have been ahead.
    """
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    with _lock:
        before = _last.pop(milliseconds, None)
        # A fresh start leaves the highest bit free, so that counting upwards does not end within a process's life.
        rest = secrets.randbits(_BITS - 1) if before is None else before + 1 + secrets.randbits(_STEP_BITS)
        _last[milliseconds] = rest
        if len(_last) > _KEPT:
            _last.popitem(last=False)
    high = (milliseconds << 16) | 0x7000 | (rest >> 62)
    low = (0b10 << 62) | (rest & ((1 << 62) - 1))
    made = UUID(int=(high << 64) | low)
    return made if after is None or made > after else UUID(int=after.int + 1)


def first(at: datetime) -> UUID:
    """Give the lowest UUIDv7 of a moment, so that a range of ids finds the rows made since then."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
