"""Shifts: pure rules and values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from atm_service.platform import chart
from atm_service.registers.offices.errors import DrawerFrozen, OfficeSuspended

ROUNDED_TO: Final = 1_000_000  # đồng


class ClosedHow(StrEnum):
    """Who counted at the close: the clerk, the next clerk with the clerk there, or another clerk by leave."""

    OWN = "own"
    HANDED_OVER = "handed-over"
    TAKEN_OVER = "taken-over"


class Stopped(StrEnum):
    """Why nothing is paid or taken in a shift any more: it may only be counted and closed."""

    OFFICE_SUSPENDED = "office-suspended"
    DRAWER_FROZEN = "drawer-frozen"


@dataclass(frozen=True)
class Shift:
    """A clerk's turn at a drawer, from counted opening to counted close. Totals and over/short in đồng.

    `recount`: the count just made differs from the ledger; the shift is still open, and the next count stands.
    `clerk_generation` is that of the clerk's rights: see `standing`. `stopped` is written by whoever suspends the
    office or freezes the drawer, on this row, which each payment has locked.
    """

    id: UUID
    office: str
    drawer: int
    clerk_id: UUID
    clerk: str
    opened_at: datetime
    opening_counts: Mapping[str, int]
    opening_total: int
    opening_over_short: int
    closed_at: datetime | None = None
    closing_counts: Mapping[str, int] | None = None
    closing_total: int | None = None
    closing_over_short: int | None = None
    closed_how: ClosedHow | None = None
    counted_by: str | None = None
    recount: bool = False
    clerk_generation: int = 1
    stopped: Stopped | None = None

    @property
    def place(self) -> str:
        """The ledger's account of its drawer."""
        return chart.drawer(self.office, self.drawer)

    def refuse_stopped(self, *but: Stopped) -> None:
        """Raise `OfficeSuspended` or `DrawerFrozen` where nothing goes on, but for the reasons that do not matter."""
        if self.stopped is None or self.stopped in but:
            return
        raise DrawerFrozen if self.stopped == Stopped.DRAWER_FROZEN else OfficeSuspended


def at_least(cash: int) -> int:
    """Round a drawer's cash down for whoever works at it: enough to know what can be paid, too little to count by."""
    return cash - cash % ROUNDED_TO


@dataclass(frozen=True)
class Paid:
    """What a shift has paid, and what of it was undone since, in whichever shift. Totals in đồng."""

    paid_count: int
    paid_total: int
    undone_count: int
    undone_total: int


@dataclass(frozen=True)
class Movements:
    """What went through a shift's drawer besides payments: how many, and how much in đồng. Transfers move no cash.

    `counts_over_short`: what counts amid the shift have found, counted less ledger.
    """

    deposit_count: int
    deposit_total: int
    transfer_count: int
    transfer_total: int
    payment_undone_count: int
    payment_undone_total: int
    deposit_undone_count: int
    deposit_undone_total: int
    moved_in_total: int
    moved_out_total: int
    counts_over_short: int
