"""What waits for a seal: the rows of the journal that are in none yet."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from ledger.seals.reading import ABSENT, Key

BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
FIRST: Final = UUID(int=0)
LAST: Final = UUID(int=2**128 - 1)
FRONT_SEALS: Final = 1_000
"""Among so many seals is one that is not of rows that came late."""


class Stretch(NamedTuple):
    """The rows of a stretch of the journal that are in no seal, and where the next one begins (None: nowhere)."""

    unsealed: list[Key]
    next: UUID | None


_FRONT: Final = f"""
SELECT max(least(s.last_at, s.sealed_at))
FROM (SELECT last_at, sealed_at FROM ledger.seal ORDER BY number DESC LIMIT {FRONT_SEALS}) AS s
"""  # noqa: S608  constants

# What is newer than a moment, by absence from the sealed set: each row of a short range of an index is looked
# up on its own, and the range ends where there is enough. (As a join this depends on what the planner believes of the
# range; it knows little of where in time an id lies, and may compare every row with every other.) An end is found by
# the entry that captured the hold, or else by its time.
_RECENT: Final = f"""
(SELECT 'entry', e.id, e.recorded_at FROM ledger.entry AS e
 WHERE e.id >= %(since)s AND {ABSENT.format(kind="entry", id="e.id")} ORDER BY e.id LIMIT %(limit)s)
UNION ALL
(SELECT 'hold', h.id, h.placed_at FROM ledger.hold AS h
 WHERE h.id >= %(since)s AND {ABSENT.format(kind="hold", id="h.id")} ORDER BY h.id LIMIT %(limit)s)
UNION ALL
(SELECT 'end', ended.hold_id, ended.ended_at FROM ledger.hold_end AS ended
 WHERE ended.entry_id >= %(since)s AND {ABSENT.format(kind="end", id="ended.hold_id")}
 ORDER BY ended.entry_id LIMIT %(limit)s)
UNION ALL
(SELECT 'end', ended.hold_id, ended.ended_at FROM ledger.hold_end AS ended
 WHERE ended.outcome <> 'captured' AND ended.ended_at >= %(since_at)s
   AND {ABSENT.format(kind="end", id="ended.hold_id")}
 ORDER BY ended.ended_at LIMIT %(limit)s)
ORDER BY 3, 1, 2 LIMIT %(limit)s
"""  # noqa: S608  constants

# The first of each kind, along an index: a few look-ups when sealing works, and none the more when it has stopped.
_OLDEST: Final = f"""
SELECT min(at) FROM (
    (SELECT e.recorded_at AS at FROM ledger.entry AS e
     WHERE e.id >= %(since)s AND {ABSENT.format(kind="entry", id="e.id")} ORDER BY e.id LIMIT 1)
    UNION ALL
    (SELECT h.placed_at FROM ledger.hold AS h
     WHERE h.id >= %(since)s AND {ABSENT.format(kind="hold", id="h.id")} ORDER BY h.id LIMIT 1)
    UNION ALL
    (SELECT ended.ended_at FROM ledger.hold_end AS ended
     WHERE ended.outcome <> 'captured' AND ended.ended_at >= %(since_at)s
       AND {ABSENT.format(kind="end", id="ended.hold_id")} ORDER BY ended.ended_at LIMIT 1)
) AS oldest
"""  # noqa: S608  constants

# Where a stretch ends: so that at most so many rows of each kind are in it.
_NEXT: Final = """
SELECT least(
    (SELECT e.id FROM ledger.entry AS e WHERE e.id >= %(first)s ORDER BY e.id OFFSET %(rows)s LIMIT 1),
    (SELECT h.id FROM ledger.hold AS h WHERE h.id >= %(first)s ORDER BY h.id OFFSET %(rows)s LIMIT 1),
    (SELECT ended.hold_id FROM ledger.hold_end AS ended
     WHERE ended.hold_id >= %(first)s ORDER BY ended.hold_id OFFSET %(rows)s LIMIT 1)
)
"""
_STRETCH: Final = f"""
SELECT 'entry', e.id FROM ledger.entry AS e
WHERE e.id BETWEEN %(first)s AND %(last)s AND {ABSENT.format(kind="entry", id="e.id")}
UNION ALL
SELECT 'hold', h.id FROM ledger.hold AS h
WHERE h.id BETWEEN %(first)s AND %(last)s AND {ABSENT.format(kind="hold", id="h.id")}
UNION ALL
SELECT 'end', ended.hold_id FROM ledger.hold_end AS ended
WHERE ended.hold_id BETWEEN %(first)s AND %(last)s AND {ABSENT.format(kind="end", id="ended.hold_id")}
ORDER BY 2, 1
"""  # noqa: S608  constants
_COUNT: Final = """
SELECT (SELECT count(*) FROM ledger.entry) + (SELECT count(*) FROM ledger.hold)
     + (SELECT count(*) FROM ledger.hold_end) - (SELECT count(*) FROM ledger.sealed)
"""


def front(session: Connection) -> datetime:
    """Tell up to which moment the journal is sealed, but for what came late: the newest that the last seals have.

    A machine whose clock is ahead does not carry it into the future: a row counts as no newer than its seal.
    """
    found: datetime | None = session.exec_driver_sql(_FRONT).scalar_one()
    return found or BEGINNING


def unsealed(session: Connection, limit: int, since: datetime = BEGINNING) -> list[Key]:
    """Name at most `limit` rows since a moment that are in no seal yet, oldest first.

    Only index ranges are read: rows whose id was made since then (ids are UUIDv7), and ends since then. Whatever this
    does not find, `stretch` finds. It costs as much as there are rows since then up to the last that is found.
    """
    wanted = {"since": _made(since), "since_at": since, "limit": limit}
    return [Key(kind, id) for kind, id, _ in session.exec_driver_sql(_RECENT, wanted)]


def oldest_unsealed(session: Connection, overlap: timedelta) -> datetime | None:
    """Tell when the oldest row was recorded that is in no seal; None: there is none.

    Looks from the front of what is sealed, and `overlap` before it. (A captured hold's end is sealed as soon as its
    entry.)
    """
    since = front(session) - overlap
    wanted = {"since": _made(since), "since_at": since}
    found: datetime | None = session.exec_driver_sql(_OLDEST, wanted).scalar_one()
    return found


def stretch(session: Connection, rows: int, first: UUID = FIRST) -> Stretch:
    """Look through the journal by id, from `first` on: at most `rows` entries, holds and ends each.

    One stretch after the other passes over no row that was there when the first one began, whatever its id or its
    time. (The id of an end is its hold's.)
    """
    following: UUID | None = session.exec_driver_sql(_NEXT, {"first": first, "rows": rows}).scalar_one()
    last = LAST if following is None else UUID(int=following.int - 1)
    found = session.exec_driver_sql(_STRETCH, {"first": first, "last": last})
    return Stretch([Key(kind, id) for kind, id in found], following)


def count(session: Connection) -> int:
    """Count the rows that are in no seal. Takes as long as counting the journal does."""
    number: int = session.exec_driver_sql(_COUNT).scalar_one()
    return number


def _made(since: datetime) -> UUID:
    """Give the lowest UUIDv7 of a moment, or of all."""
    return UUID(int=max(0, int(since.timestamp() * 1000)) << 80)
