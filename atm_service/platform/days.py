"""A business day, as a query or a body names it."""

import re
from datetime import date
from typing import Annotated, Final

from fastapi import Query
from pydantic import BeforeValidator, Field

DAY_MIN: Final = date(2020, 1, 1)
DAY_MAX: Final = date(2100, 12, 31)

_WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _plain(value: object) -> object:
    """Take `2026-11-01` alone for a day: no time of day, no number of seconds."""
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


InDay = Annotated[
    Annotated[date, BeforeValidator(_plain)] | None,
    Query(
        ge=DAY_MIN,
        le=DAY_MAX,
        description="a business day in Vietnam; default today",
        examples=["2026-11-16"],
    ),
]


def _text(value: object) -> object:
    # In a body a number of seconds would be taken for a date, too. A date itself comes from within.
    return value if isinstance(value, date) else _plain(value if isinstance(value, str) else "")


Day = Annotated[date, BeforeValidator(_text), Field(examples=["2026-11-16"])]
"""A business day in Vietnam, in a body; which days can be is the rules' matter."""
