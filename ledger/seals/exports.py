"""The sealed journal as a file that is verified without a database: one JSON object a line.

`docs/seals.md` describes it. First a head with the public keys; then each seal, followed by its leaves; then
what is not sealed yet; every account's totals; and a last line that counts, so that a file that was cut short
is not taken for a whole one.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson

from ledger.seals import records
from ledger.seals.leaves import KINDS, Leaf
from ledger.seals.reading import Block, Key, SealedLeaf, Totals
from ledger.seals.records import Keys, MalformedRecord
from ledger.seals.seal import LEAVES_MAX
from ledger.seals.verifying import Books

FORMAT: Final = "soft-atm sealed journal 1"
LINE_BYTES_MAX: Final = 1 << 20

_KINDS: Final = tuple(KINDS.values())
Part = TypeVar("Part")


class MalformedExport(ValueError):  # noqa: N818  named for what it is, as all the ledger's
    """The file is not such an export, or not a whole one. `line` is where, counted from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line


@dataclass(slots=True)
class Counts:
    """How many of each a file holds."""

    seals: int = 0
    leaves: int = 0
    unsealed: int = 0
    accounts: int = 0
    strays: int = 0


def write(books: Books, keys: Keys, now: datetime) -> Iterator[bytes]:
    """Write the books, a line at a time."""
    counts = Counts()
    yield _line({"format": FORMAT, "exported_at": records.rfc3339(now), **records.of_keys(keys)})
    for block in books.blocks:
        counts.seals += 1
        yield _line({"seal": records.of_seal(block.seal)})
        for sealed in block.leaves:
            counts.leaves += 1
            yield _line(_of_sealed(sealed))
    for leaf in books.unsealed:
        counts.unsealed += 1
        yield _line({KINDS[type(leaf)]: records.of_leaf(leaf)})
    for row in books.totals:
        counts.accounts += 1
        yield _line({"account": {**row._asdict(), "id": str(row.id)}})
    for stray in books.strays:
        counts.strays += 1
        yield _line({"stray": stray})
    yield _line({"complete": asdict(counts)})


def read(lines: Iterable[bytes]) -> tuple[Books, Keys]:
    """Read an export as its lines come. The keys are those that it brings along: nobody need trust them.

    Raises `MalformedExport` at once or while the books are read, which is done in their order, each part once.
    """
    reader = _Reader(iter(lines))
    keys = next(reader.located(reader.head()))
    return Books(
        blocks=reader.located(reader.blocks()),
        unsealed=reader.located(reader.unsealed()),
        totals=reader.located(reader.totals()),
        strays=reader.located(reader.strays()),
    ), keys


class _Reader:
    """The lines, one of them looked at ahead."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._ahead: dict[str, Any] | None = None
        self._number = 0
        self._counts = Counts()

    def located(self, parts: Iterator[Part]) -> Iterator[Part]:
        """Say in which line something is not as it should be."""
        try:
            yield from parts
        except MalformedRecord as wrong:
            raise MalformedExport(self._number, str(wrong)) from None
        except (AttributeError, KeyError, TypeError, ValueError):
            raise MalformedExport(self._number, "not as documented") from None

    def head(self) -> Iterator[Keys]:
        head = self._take()
        if head.get("format") != FORMAT:
            raise MalformedRecord(f"not a {FORMAT!r}")
        yield records.keys(head)

    def blocks(self) -> Iterator[Block]:
        while "seal" in self._peek():
            seal = records.seal(self._take()["seal"])
            leaves: list[SealedLeaf] = []
            while "position" in self._peek():
                leaves.append(_sealed(self._take()))
                if len(leaves) > LEAVES_MAX:
                    raise MalformedRecord(f"a seal has at most {LEAVES_MAX} leaves")
            self._counts.seals += 1
            self._counts.leaves += len(leaves)
            yield Block(seal, leaves)

    def unsealed(self) -> Iterator[Leaf]:
        while (kind := _kind(self._peek())) is not None:
            self._counts.unsealed += 1
            yield records.leaf(kind, self._take()[kind])

    def totals(self) -> Iterator[Totals]:
        while "account" in self._peek():
            record = self._take()["account"]
            self._counts.accounts += 1
            yield Totals(**{**record, "id": UUID(record["id"])})

    def strays(self) -> Iterator[str]:
        while "stray" in self._peek():
            self._counts.strays += 1
            yield str(self._take()["stray"])
        if self._take().get("complete") != asdict(self._counts):
            raise MalformedRecord("the last line counts other rows than there are")
        if self._ahead is not None or next(self._lines, b""):
            raise MalformedRecord("there is something after the last line")

    def _peek(self) -> dict[str, Any]:
        if self._ahead is None:
            line = next(self._lines, b"")
            self._number += 1
            if not line.endswith(b"\n"):
                raise MalformedRecord(
                    "the file is cut short" if len(line) < LINE_BYTES_MAX else "too long a line"
                )
            value = orjson.loads(line)
            if not isinstance(value, dict):
                raise MalformedRecord("not an object")
            self._ahead = value
        return self._ahead

    def _take(self) -> dict[str, Any]:
        taken = self._peek()
        self._ahead = None
        return taken


def _of_sealed(sealed: SealedLeaf) -> dict[str, Any]:
    leaf = None if sealed.leaf is None else records.of_leaf(sealed.leaf)
    record = {"position": sealed.position, "hash": sealed.hash.hex(), sealed.key.kind: leaf}
    return record if leaf is not None else {**record, "id": str(sealed.key.id)}


def _sealed(record: dict[str, Any]) -> SealedLeaf:
    kind = _kind(record)
    if kind is None or type(record["position"]) is not int:
        raise MalformedRecord("not a leaf")
    leaf = None if record[kind] is None else records.leaf(kind, record[kind])
    key = Key(kind, UUID(record["id"]) if leaf is None else leaf.id)
    return SealedLeaf(record["position"], key, records.hash_(record["hash"]), leaf)


def _kind(record: dict[str, Any]) -> str | None:
    return next((kind for kind in _KINDS if kind in record), None)


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
