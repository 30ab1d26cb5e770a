"""Offices, drawers and counted cash: pure rules."""

from dataclasses import dataclass
from enum import StrEnum


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
    """A post office that pays, or will. `code` is the commune's code and a running number: 05971-1."""

    code: str
    name: str
    commune_code: str
    commune: str
    kind: str
    district_code: str
    district: str
    state: State
    line: Line
