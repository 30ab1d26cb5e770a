"""Marks: how far the books have been found right, so that the next run of the controls looks at what is new.

An account's mark is its totals and version at the last run in which everything held. Versions have no gap and follow
the order of commits, so what is new of an account are its postings above that version, however late they committed;
and an account that has not moved must still have the very same totals.

Entries, holds and ends are new when they were sealed after the newest seal that a mark names. A row is sealed soon
after its commit, and once: so none is passed over, however late it committed, and one that is not sealed yet is
looked at next time.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ledger import literals
from ledger.controls.queries import New


@dataclass(frozen=True, slots=True)
class Mark:
    """The books were right when `seal` was the last seal; it was made at `sealed_at`."""

    seal: int
    sealed_at: datetime


_LAST: Final = """
SELECT s.number, s.sealed_at FROM ledger.seal AS s
WHERE s.number = (SELECT max(seal) FROM ledger.account_mark)
"""
_SET_MARKS: Final = "/* lock: marks */ SELECT ledger.set_marks()"
_SEALED_SINCE: Final = "SELECT DISTINCT id FROM ledger.sealed WHERE seal > %s LIMIT %s"
# An account that has no postings since may have holds since.
_MOVED: Final = """
SELECT a.id FROM ledger.account AS a LEFT JOIN ledger.account_mark AS mark ON mark.account_id = a.id
WHERE a.held <> 0 OR (a.debits, a.credits, a.version) IS DISTINCT FROM (mark.debits, mark.credits, mark.version)
UNION
SELECT h.account_id FROM ledger.hold AS h WHERE h.id = ANY (%s::uuid[])
LIMIT %s
"""


def last(session: Connection) -> Mark | None:
    """Give the last mark; None when there is none yet, or nothing was sealed then."""
    row = session.exec_driver_sql(_LAST).one_or_none()
    return None if row is None else Mark(*row)


def new_since(session: Connection, mark: Mark, limit: int) -> New | None:
    """Find what is new since the mark; None when it is more than `limit` ids."""
    ids = list(session.exec_driver_sql(_SEALED_SINCE, (mark.seal, limit + 1)).scalars())
    if len(ids) > limit:
        return None
    accounts = list(session.exec_driver_sql(_MOVED, (literals.words(ids), limit + 1)).scalars())
    return New(ids, accounts) if len(accounts) <= limit else None


def set_here(session: Connection) -> int:
    """Remember that everything held, as this transaction sees it; give how many accounts have moved.

    Call it in the REPEATABLE READ transaction in which the controls ran, and only when all held that look at
    what is new.
    """
    moved: int = session.exec_driver_sql(_SET_MARKS).scalar_one()
    return moved
