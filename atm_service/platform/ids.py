"""UUID version 7 (RFC 9562 §5.7): ids that sort by time, made by the application."""

import secrets
from datetime import datetime
from uuid import UUID


def new(now: datetime) -> UUID:
    """Make a UUIDv7: 48 bits of Unix milliseconds from `now`, then 74 random bits."""
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    high = (milliseconds << 16) | 0x7000 | secrets.randbits(12)
    low = (0b10 << 62) | secrets.randbits(62)
    return UUID(int=(high << 64) | low)


def first(at: datetime) -> UUID:
    """Give the lowest UUIDv7 of a moment, so that a range of ids finds the rows made since then."""
    return UUID(int=int(at.timestamp() * 1000) << 80)
