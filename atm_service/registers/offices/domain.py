"""Offices, drawers and counted cash: pure rules."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

OFFICE_FORM: Final = "^[0-9]{5}-[0-9]{1,3}$"
"""An office's code: of the commune where it once began, and which one there."""


PHONE_FORM: Final = "^0[0-9]{9,10}$"
"""A number as it is dialled within the country, of an office: fixed or mobile."""
ADDRESS_MAX: Final = 160


class State(StrEnum):
    """Where an office is in its life. Only an active one pays."""

    PLANNED = "planned"
    READY = "ready"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Line(StrEnum):
    """How good the office's line to the service is."""

    GOOD = "good"
    WEAK = "weak"
    NONE = "none"


@dataclass(frozen=True)
class Office:
    """A post office that pays, or will. It keeps its `code`, such as 05971-1, wherever the state's borders go."""

    code: str
    name: str
    state: State
    line: Line
    address: str | None = None
    phone: str | None = None
