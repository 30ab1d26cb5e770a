"""Pages of a list by an opaque cursor: the position after which to go on.

A cursor is base64url of that position. It never says what may be seen: every query is bound to its caller
anyway, so somebody else's cursor only starts the own list somewhere else.
"""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.refusals import MalformedRequest

LIMIT_DEFAULT: Final = 20
LIMIT_MAX: Final = 100
FIRST_ID: Final = UUID(int=2**128 - 1)  # no UUIDv7 comes after it
VERSION_MAX: Final = 2**63 - 1
POSITION_MAX: Final = 64

_POSITION: Final = re.compile(rf"[A-Za-z0-9-]{{1,{POSITION_MAX}}}")

InCursor = Annotated[
    str | None,
    Query(
        min_length=1, max_length=100, description="`next_cursor` of the page before", examples=["MDU5NzEtMQ"]
    ),
]
InLimit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="how many items at most")]

Found = TypeVar("Found")
Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """One page of a list. `next_cursor` is null on the last one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: list[Item]
    next_cursor: str | None = Field(examples=[None])


def page(
    found: Sequence[Found], limit: int, show: Callable[[Found], Item], position: str = "id"
) -> Page[Item]:
    """Show `limit` of what was found; one more tells that the list goes on, after the last one's `position`."""
    items = [show(one) for one in found[:limit]]
    return Page(
        items=items, next_cursor=write(str(getattr(items[-1], position))) if len(found) > limit else None
    )


def write(position: str) -> str:
    """Make the cursor for going on after `position`: 1 to 64 letters, digits and hyphens."""
    if not _POSITION.fullmatch(position):
        raise ValueError("not a position")
    return base64.urlsafe_b64encode(position.encode("ascii")).rstrip(b"=").decode("ascii")


def read(cursor: str) -> str:
    """Give the position in a cursor. Raises `MalformedRequest` for what `write` never wrote."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        position = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        same = write(position) == cursor
    except (binascii.Error, ValueError):
        same = False
    if not same:
        raise foreign()
    return position


def read_id(cursor: str | None) -> UUID:
    """Give the id in the cursor of a list, newest first by id; `FIRST_ID` for the first page.

    Raises `MalformedRequest`.
    """
    if cursor is None:
        return FIRST_ID
    try:
        return UUID(read(cursor))
    except ValueError:
        raise foreign() from None


def read_version(cursor: str | None) -> int | None:
    """Give the version in the cursor of a list, newest first by version; None for the first page.

    Raises `MalformedRequest`.
    """
    if cursor is None:
        return None
    position = read(cursor)
    if not position.isdigit() or int(position) > VERSION_MAX:
        raise foreign()
    return int(position)


def foreign() -> MalformedRequest:
    """Make the refusal of a cursor that is not of this list."""
    return MalformedRequest(errors=[{"where": "query.cursor", "message": "not a cursor of this list"}])
