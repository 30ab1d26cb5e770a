"""Reading seals and what they seal from the database, in runs of bounded size."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from ledger import literals
from ledger.seals import merkle
from ledger.seals.leaves import End, Entry, Hold, Leaf, Leg, order
from ledger.seals.seal import LEAVES_MAX, Seal

SEALS_AT_ONCE: Final = 500


class Key(NamedTuple):
    """Names a row that is or can be sealed. The id of an end is its hold's."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class SealedLeaf:
    """A leaf in its seal: the hash that was sealed, and the row as it is now, if it is there."""

    position: int
    key: Key
    hash: bytes
    leaf: Leaf | None


@dataclass(frozen=True, slots=True)
class Block:
    """A seal with its leaves, in the order of their positions."""

    seal: Seal
    leaves: Sequence[SealedLeaf]


_SEAL: Final = "number, previous, history, root, leaves, first_at, last_at, sealed_at, kid, signature"
# The ids are listed first so that an id of no row gives a row, too: with null for all of the fact.
_ENTRIES: Final = """
SELECT {key}, e.id, e.reference, e.fingerprint, e.kind, e.business_date, e.narration, e.corrects, e.lines,
       e.recorded_at,
       p.line, coalesce(d.code, 'id ' || p.debit_id), coalesce(c.code, 'id ' || p.credit_id), p.amount,
       p.debit_balance, p.debit_version, p.credit_balance, p.credit_version
FROM {wanted}
{join} JOIN ledger.entry AS e ON e.id = wanted.id
LEFT JOIN ledger.posting AS p ON p.entry_id = e.id
LEFT JOIN ledger.account AS d ON d.id = p.debit_id
LEFT JOIN ledger.account AS c ON c.id = p.credit_id
ORDER BY {by}, p.line
"""
_HOLDS: Final = """
SELECT {key}, h.id, h.reference, h.fingerprint, coalesce(a.code, 'id ' || h.account_id), h.amount, h.deadline,
       h.placed_at
FROM {wanted}
{join} JOIN ledger.hold AS h ON h.id = wanted.id
LEFT JOIN ledger.account AS a ON a.id = h.account_id
ORDER BY {by}
"""
_ENDS: Final = """
SELECT {key}, ended.hold_id, ended.outcome, ended.entry_id, ended.reference, ended.fingerprint, ended.ended_at
FROM {wanted}
{join} JOIN ledger.hold_end AS ended ON ended.hold_id = wanted.id
ORDER BY {by}
"""
_QUERIES: Final = {"entry": _ENTRIES, "hold": _HOLDS, "end": _ENDS}
_LOOSE: Final = {
    "key": "0, 0, wanted.id, NULL",
    "wanted": "(SELECT DISTINCT unnest(%(ids)s::uuid[]) AS id) AS wanted",
    "join": "",
    "by": "wanted.id",
}
ABSENT: Final = "(SELECT true FROM ledger.sealed AS s WHERE s.kind = '{kind}' AND s.id = {id}) IS NULL"
_GIVEN: Final = ABSENT.replace("{id}", "given.id")
_UNSEALED: Final = {
    **_LOOSE,
    "wanted": f"(SELECT DISTINCT id FROM unnest(%(ids)s::uuid[]) AS given (id) WHERE {_GIVEN}) AS wanted",  # noqa: S608  constants
}
_IN_SEALS: Final = {
    "key": "wanted.seal, wanted.position, wanted.id, wanted.leaf_hash",
    "wanted": (
        "(SELECT * FROM ledger.sealed WHERE kind = '{kind}' AND seal BETWEEN %(first)s AND %(last)s) AS wanted"
    ),
    "join": "LEFT",
    "by": "wanted.seal, wanted.position",
}


def _statements(parts: dict[str, str]) -> dict[str, str]:
    return {
        kind: query.format(**{name: part.format(kind=kind) for name, part in parts.items()})
        for kind, query in _QUERIES.items()
    }


_LOOSE_STATEMENTS: Final = _statements(_LOOSE)
_UNSEALED_STATEMENTS: Final = _statements(_UNSEALED)
_SEALED_STATEMENTS: Final = _statements(_IN_SEALS)


def last_seal(session: Connection) -> Seal | None:
    """Give the newest seal."""
    query = f"SELECT {_SEAL} FROM ledger.seal ORDER BY number DESC LIMIT 1"  # noqa: S608  constants
    row = session.exec_driver_sql(query).one_or_none()
    return None if row is None else Seal(*row)


def seals(session: Connection, first: int, last: int) -> list[Seal]:
    """Give the seals numbered `first` to `last`, both inclusive, that exist."""
    query = f"SELECT {_SEAL} FROM ledger.seal WHERE number BETWEEN %s AND %s ORDER BY number"  # noqa: S608  constants
    return [Seal(*row) for row in session.exec_driver_sql(query, (first, last))]


def page(session: Connection, before: int | None, limit: int) -> list[Seal]:
    """Give at most `limit` seals, newest first, with numbers below `before` (None: the newest)."""
    query = f"SELECT {_SEAL} FROM ledger.seal WHERE number < %s ORDER BY number DESC LIMIT %s"  # noqa: S608  constants
    rows = session.exec_driver_sql(query, (2**63 - 1 if before is None else before, limit))
    return [Seal(*row) for row in rows]


def history(session: Connection, ranges: Iterable[merkle.Range]) -> list[bytes]:
    """Give the hashes of subtrees of the tree over all seals, from the few rows that they are made of.

    Raises `KeyError` with the number of a seal that is not there.
    """
    covers = [merkle.cover(start, end) for start, end in ranges]
    numbers = {end for cover in covers for _, end in cover}
    query = "SELECT number, hash, subtree FROM ledger.seal WHERE number = ANY (%s::bigint[])"
    rows = session.exec_driver_sql(query, (literals.words(sorted(numbers)),))
    found = {number: (own, subtree) for number, own, subtree in rows}
    return [
        merkle.folded([found[end][0 if end - start == 1 else 1] for start, end in cover]) for cover in covers
    ]


def place(session: Connection, kind: str, id: UUID) -> tuple[int, int] | None:
    """Give the seal that a row is in, and its position there; None while it is not sealed."""
    query = "SELECT seal, position FROM ledger.sealed WHERE kind = %s AND id = %s"
    row = session.exec_driver_sql(query, (kind, id)).one_or_none()
    return None if row is None else (row.seal, row.position)


def hashes(session: Connection, number: int) -> list[bytes]:
    """Give the hashes of a seal's leaves, in order."""
    query = "SELECT leaf_hash FROM ledger.sealed WHERE seal = %s ORDER BY position"
    return list(session.exec_driver_sql(query, (number,)).scalars())


def leaves(session: Connection, keys: Iterable[Key], *, unsealed: bool = False) -> list[Leaf]:
    """Give the rows of these keys that exist, in the order of leaves; with `unsealed` those that have no seal."""
    statements = _UNSEALED_STATEMENTS if unsealed else _LOOSE_STATEMENTS
    ids: dict[str, list[UUID]] = {}
    for kind, id in keys:
        ids.setdefault(kind, []).append(id)
    found = []
    for kind, of_kind in ids.items():
        rows = session.exec_driver_sql(statements[kind], {"ids": literals.words(of_kind)}).all()
        found += [leaf.leaf for _, leaf in _assembled(kind, rows) if leaf.leaf is not None]
    return sorted(found, key=order)


def blocks(session: Connection, first: int = 1) -> Iterator[Block]:
    """Give the seals from `first` on, each with its leaves. Holds about as many leaves as one seal may have.

    Consistent in itself inside one snapshot (REPEATABLE READ).
    """
    while page := seals(session, first, first + SEALS_AT_ONCE - 1) or _next(session, first):
        run: list[Seal] = []
        size = 0
        for seal in page:
            if size + seal.leaves > LEAVES_MAX and run:
                yield from _with_leaves(session, run)
                run, size = [], 0
            run.append(seal)
            size += seal.leaves
        yield from _with_leaves(session, run)
        first = page[-1].number + 1


def _next(session: Connection, first: int) -> list[Seal]:
    """Give the next seal after a gap of numbers."""
    query = f"SELECT {_SEAL} FROM ledger.seal WHERE number >= %s ORDER BY number LIMIT 1"  # noqa: S608  constants
    return [Seal(*row) for row in session.exec_driver_sql(query, (first,))]


def _with_leaves(session: Connection, run: list[Seal]) -> Iterator[Block]:
    found: dict[int, list[SealedLeaf]] = {}
    for kind, statement in _SEALED_STATEMENTS.items():
        between = {"first": run[0].number, "last": run[-1].number}
        for number, leaf in _assembled(kind, session.exec_driver_sql(statement, between).all()):
            found.setdefault(number, []).append(leaf)
    for seal in run:
        yield Block(seal, sorted(found.get(seal.number, ()), key=lambda leaf: leaf.position))


def _assembled(kind: str, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[int, SealedLeaf]]:
    """Make leaves of rows that begin with seal, position, id and hash; give each with its seal."""
    if kind == "entry":
        for (number, position, id, hash_), group in groupby(rows, key=itemgetter(0, 1, 2, 3)):
            of_one = list(group)
            entry = None if of_one[0][4] is None else _entry(of_one)
            yield number, SealedLeaf(position, Key(kind, id), hash_, entry)
        return
    make = Hold if kind == "hold" else End
    for number, position, id, hash_, *fact in rows:
        leaf = None if fact[0] is None else make(*fact)
        yield number, SealedLeaf(position, Key(kind, id), hash_, leaf)


def _entry(rows: list[Sequence[Any]]) -> Entry:
    postings = tuple([Leg(*row[13:]) for row in rows if row[13] is not None])
    return Entry._make((*rows[0][4:13], postings))


class Totals(NamedTuple):
    """An account's totals as they stand now."""

    id: UUID
    code: str
    debits: int
    credits: int
    held: int
    version: int


def totals(session: Connection) -> Iterator[Totals]:
    """Give every account's totals in order of id, through a cursor on the server."""
    query = "SELECT id, code, debits, credits, held, version FROM ledger.account ORDER BY id"
    with session.exec_driver_sql(query, execution_options={"yield_per": LEAVES_MAX}) as rows:
        for row in rows:
            yield Totals(*row)


_STRAYS: Final = """
SELECT DISTINCT p.entry_id FROM ledger.posting AS p
WHERE NOT EXISTS (SELECT FROM ledger.entry AS e WHERE e.id = p.entry_id) ORDER BY 1 LIMIT %s
"""


def strays(session: Connection, limit: int) -> list[UUID]:
    """Name at most `limit` entries that have postings and do not exist."""
    return list(session.exec_driver_sql(_STRAYS, (limit,)).scalars())
