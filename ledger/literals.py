"""PostgreSQL array literals, written as text.

One text per array is several times faster than the driver's own lists, which choose an adapter for each
element, and its type is the same whatever the values, so that the statement stays prepared.
"""

from collections.abc import Iterable
from uuid import UUID


def words(values: Iterable[object]) -> str:
    """Write values whose text is plain: not empty, not `null`, no comma, brace, quote, backslash or space.

    Numbers, dates, account codes and the ledger's own constants are plain. None is written as NULL.
    """
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def uuids(values: Iterable[UUID | None]) -> str:
    """Write UUIDs without hyphens, which is faster and means the same. None is written as NULL."""
    return "{" + ",".join(["NULL" if value is None else value.hex for value in values]) + "}"


def texts(values: Iterable[str | None]) -> str:
    """Write any texts. None is written as NULL."""
    return "{" + ",".join(["NULL" if value is None else _quoted(value) for value in values]) + "}"


def blobs(values: Iterable[bytes]) -> str:
    """Write byte strings in PostgreSQL's hex form."""
    return "{" + ",".join([f'"\\\\x{value.hex()}"' for value in values]) + "}"


def rows(values: Iterable[Iterable[object]]) -> str:
    """Write rows of a composite type: each field a text, bytes, None, or what is plain as text."""
    return "{" + ",".join(['"(' + ",".join(map(_field, row)) + ')"' for row in values]) + "}"


def _field(value: object) -> str:
    # What is quoted in a row is quoted once more in an array.
    if value is None:
        return ""
    if isinstance(value, str):
        return '\\"' + value.replace("\\", "\\\\\\\\").replace('"', '\\\\\\"') + '\\"'
    if isinstance(value, bytes):
        return f"\\\\\\\\x{value.hex()}"
    return value.hex if isinstance(value, UUID) else str(value)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
