"""A list of people whom no wallet is opened for without a person's look: sanctions, wanted persons, people of rank.

Which list it is, and how often it is brought up to date, is the operator's to choose. That of demonstrations and tests:

| a full name of the letters of | answers |
|---|---|
| `Ngô Danh Sách` | on the list |
| `Ngô Sách Hỏng` | unavailable three times, then not on the list |
| `Ngô Sách Cũ` | not on the list, which is a year old |
| anybody else | not on the list |
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from kyc import names
from kyc.errors import WatchListUnavailable
from kyc.identity import Identity

ASKS_WHILE_DOWN: Final = 3
OLD: Final = timedelta(days=366)

_LISTED: Final = "Ngô Danh Sách"
_DOWN: Final = "Ngô Sách Hỏng"
_STALE: Final = "Ngô Sách Cũ"


@dataclass(frozen=True, slots=True)
class Screened:
    """Whether somebody is on the list, as it was at `as_of`."""

    is_listed: bool
    as_of: datetime


class WatchList(Protocol):
    """A watch list. Never ask it inside a database transaction: it may be a network away."""

    def screen(self, person: Identity, timeout_s: float) -> Screened:
        """Look somebody up. Raises `WatchListUnavailable` when no answer came within `timeout_s` seconds."""


class SimulatedWatchList:
    """Answers by the name, as the table says; safe to share between threads. `clock` gives the list's age."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asks = 0

    def screen(self, person: Identity, timeout_s: float) -> Screened:  # noqa: ARG002  answers at once
        """Look somebody up, as `WatchList` says."""
        if names.same(person.full_name, _DOWN):
            with self._lock:
                self._asks += 1
                if self._asks <= ASKS_WHILE_DOWN:
                    raise WatchListUnavailable
        as_of = self._clock() - (OLD if names.same(person.full_name, _STALE) else timedelta(0))
        return Screened(names.same(person.full_name, _LISTED), as_of)
