"""Pages of a list, newest first, by an opaque cursor.

A cursor is base64url of the list's name and the last position shown. It says where to go on, never what
may be seen: every query is bound to its caller anyway.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Generic, Self, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from atm_service.refusals import MalformedRequest

LIMIT_MAX: Final = 100
LIMIT: Final = 20
CURSOR_CHARS_MAX: Final = 200

InCursor = Annotated[
    str | None,
    Query(alias="cursor", max_length=CURSOR_CHARS_MAX, description="`next_cursor` of the page before"),
]
InLimit = Annotated[int, Query(alias="limit", ge=1, le=LIMIT_MAX, description="how many items at most")]

Item = TypeVar("Item")
Row = TypeVar("Row")


class Page(BaseModel, Generic[Item]):
    """One page of a list. `next_cursor` is null on the last one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: list[Item]
    next_cursor: str | None = Field(examples=[None])

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        limit: int,
        item: Callable[[Row], Item],
        cursor: Callable[[Row], str],
    ) -> Self:
        """Make a page of at most `limit` from up to `limit + 1` rows: one too many means there is more."""
        shown = rows[:limit]
        more = len(rows) > limit
        return cls(items=[item(row) for row in shown], next_cursor=cursor(shown[-1]) if more else None)


def cursor_at(listing: str, position: str) -> str:
    """Make the cursor after `position` in the list of this name."""
    return base64.urlsafe_b64encode(f"{listing} {position}".encode()).rstrip(b"=").decode("ascii")


def position_at(listing: str, cursor: str | None) -> str | None:
    """Give the position in a cursor, None for the first page. Raises `MalformedRequest` for a foreign one."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, _, position = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(" ")
    except (binascii.Error, ValueError):
        raise _foreign() from None
    if name != listing or cursor_at(listing, position) != cursor:
        raise _foreign()
    return position


def id_at(listing: str, cursor: str | None) -> UUID | None:
    """Give the id in a cursor of a list that is ordered by id. Raises `MalformedRequest`."""
    position = position_at(listing, cursor)
    if position is None:
        return None
    try:
        return UUID(position)
    except ValueError:
        raise _foreign() from None


def version_at(listing: str, cursor: str | None) -> int | None:
    """Give the version in a cursor of a list that is ordered by version. Raises `MalformedRequest`."""
    position = position_at(listing, cursor)
    if position is None:
        return None
    if not (position.isascii() and position.isdigit() and len(position) <= len(str(2**62))):
        raise _foreign()
    return int(position)


def _foreign() -> MalformedRequest:
    return MalformedRequest(errors=[{"where": "query.cursor", "message": "not a cursor of this list"}])
