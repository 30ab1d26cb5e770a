"""The books as they stand in the database, to be verified or exported."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from ledger.seals import reading, waiting
from ledger.seals.leaves import Leaf, title
from ledger.seals.seal import LEAVES_MAX
from ledger.seals.verifying import Books

STRETCH: Final = 100_000
STRAYS_MAX: Final = 100


def books(session: Connection) -> Books:
    """Give the books as one moment of the database sees them.

    Run it in a transaction that is REPEATABLE READ and read only, and read its parts while that is open.
    """
    return Books(
        blocks=reading.blocks(session),
        unsealed=_unsealed(session),
        totals=reading.totals(session),
        strays=_strays(session),
    )


def _unsealed(session: Connection) -> Iterator[Leaf]:
    first: UUID | None = waiting.FIRST
    while first is not None:
        keys, first = waiting.stretch(session, STRETCH, first)
        for start in range(0, len(keys), LEAVES_MAX):
            yield from reading.leaves(session, keys[start : start + LEAVES_MAX])


def _strays(session: Connection) -> Iterator[str]:
    for id in reading.strays(session, STRAYS_MAX):
        yield title("entry", id)
