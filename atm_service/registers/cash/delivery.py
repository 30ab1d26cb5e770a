"""Cash on the road, from order to end: pure rules.

    ordered ──send──▶ sent ──receive──▶ received
       │                │
       │                └─refuse, cancel──▶ turned-back ──receive──▶ returned
       └─cancel──▶ cancelled

Who sends is the area for cash to an office and the office for cash back to the area; the other side receives.
What is turned back is received again by the side that sent it. Only the area orders and cancels.

No step that could hide a theft is alone: whoever sent or counted the cash does not explain what is over or short, and
whoever has ordered more for one office in a day than the policy's threshold does not send it. Cash that an office sends
back is counted in by another hand than sent it: no later count of that office would show that it never came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from atm_service.registers.cash import errors
from atm_service.registers.notes.domain import Counts, counted_total


class Direction(StrEnum):
    """Where the cash is to go."""

    TO_OFFICE = "to-office"
    TO_AREA = "to-area"

    @classmethod
    def _missing_(cls, value: object) -> "Direction | None":
        """Read what a counter wrote down before migration 0020, when areas were districts, and asks for again."""
        return cls.TO_AREA if value == "to-district" else None


class Side(StrEnum):
    """Who acts: supervisors for the area, clerks for their office."""

    AREA = "area"
    OFFICE = "office"


class DeliveryStatus(StrEnum):
    """Where a delivery stands."""

    ORDERED = "ordered"
    SENT = "sent"
    TURNED_BACK = "turned-back"
    RECEIVED = "received"
    RETURNED = "returned"
    CANCELLED = "cancelled"


ON_THE_ROAD = frozenset({DeliveryStatus.SENT, DeliveryStatus.TURNED_BACK})
OPEN = ON_THE_ROAD | {DeliveryStatus.ORDERED}


@dataclass(frozen=True)
class Delivery:
    """One delivery. `amount` was ordered and, once sent, sent; `difference` is received less sent. In đồng.

    `needs_two`: with what the same person had ordered that day for the office, the sum was above the policy's threshold
    when it was ordered, so that another person sends it.
    None: it was ordered before there was this rule.
    """

    id: UUID
    office: str
    direction: Direction
    amount: int
    ordered_by: UUID
    ordered_at: datetime
    needs_two: bool | None = None
    status: DeliveryStatus = DeliveryStatus.ORDERED
    sent_by: UUID | None = None
    sent_at: datetime | None = None
    sent_counts: Mapping[Any, int] | None = None
    turned_by: UUID | None = None
    turned_at: datetime | None = None
    turned_reason: str | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    ended_counts: Mapping[Any, int] | None = None
    difference: int = 0
    explained_by: UUID | None = None
    explained_at: datetime | None = None
    explanation: str | None = None

    @property
    def sender(self) -> Side:
        """Tell who sends."""
        return Side.AREA if self.direction is Direction.TO_OFFICE else Side.OFFICE

    @property
    def receiver(self) -> Side:
        """Tell who is to receive what is on the road: of cash that was turned back, whoever sent it."""
        if self.status is DeliveryStatus.TURNED_BACK:
            return self.sender
        return Side.OFFICE if self.sender is Side.AREA else Side.AREA

    @property
    def is_open(self) -> bool:
        """Tell whether something is still to be done about the cash."""
        return self.status in OPEN

    def waits_for_another(self, than: frozenset[UUID]) -> bool:
        """Tell whether the next step is not this person's, who has had a hand in the cash or in its order.

        `than`: all names under which this may be one person.
        """
        if self.status is DeliveryStatus.ORDERED:
            return bool(self.needs_two) and self.ordered_by in than
        return self.is_unexplained and not than.isdisjoint({self.sent_by, self.ended_by})

    @property
    def is_unexplained(self) -> bool:
        """Tell whether what was over or short still waits for a word."""
        return not self.is_open and self.difference != 0 and self.explained_at is None

    def send(
        self, side: Side, by: UUID, counts: Counts, now: datetime, kin: frozenset[UUID] = frozenset()
    ) -> "Delivery":
        """Hand the counted notes over to the road; they come to what was ordered. `kin`: who may be `by` as well."""
        self._refuse_unless(DeliveryStatus.ORDERED)
        self._refuse_other_side(side, self.sender)
        if self.waits_for_another(than=kin | {by}):
            raise errors.SenderOrdered
        if counted_total(counts) != self.amount:
            raise errors.DeliverySumDiffers(amount=self.amount)
        return replace(self, status=DeliveryStatus.SENT, sent_by=by, sent_at=now, sent_counts=dict(counts))

    def may_receive(self, side: Side, by: frozenset[UUID] = frozenset()) -> None:
        """Raise unless this side is to receive the cash now. `by`: who counts it, by all names that may be theirs."""
        self._refuse_unless(*ON_THE_ROAD)
        self._refuse_other_side(side, self.receiver)
        if side is Side.AREA and self.sender is Side.OFFICE and self.sent_by in by:
            raise errors.ReceiverSent

    def receive(self, side: Side, by: UUID, counts: Counts, now: datetime) -> "Delivery":
        """Take the counted notes in; what differs from what was sent waits for an explanation."""
        self.may_receive(side)
        ended = DeliveryStatus.RECEIVED if self.status is DeliveryStatus.SENT else DeliveryStatus.RETURNED
        return replace(
            self,
            status=ended,
            ended_by=by,
            ended_at=now,
            ended_counts=dict(counts),
            difference=counted_total(counts) - self.amount,
        )

    def refuse(self, side: Side, by: UUID, reason: str, now: datetime) -> "Delivery":
        """Do not take the cash in; it goes back to the side that sent it."""
        self._refuse_unless(DeliveryStatus.SENT)
        self._refuse_other_side(side, self.receiver)
        return self._turned(by, reason, now)

    def cancel(self, by: UUID, reason: str, now: datetime) -> "Delivery":
        """Call the delivery off, by the area: before it is sent it ends here; from the road it turns back."""
        self._refuse_unless(DeliveryStatus.ORDERED, DeliveryStatus.SENT)
        if self.status is DeliveryStatus.SENT:
            return self._turned(by, reason, now)
        return replace(
            self, status=DeliveryStatus.CANCELLED, turned_by=by, turned_at=now, turned_reason=reason
        )

    def explain(
        self, by: UUID, explanation: str, now: datetime, kin: frozenset[UUID] = frozenset()
    ) -> "Delivery":
        """Say why it was over or short, once, by somebody who neither sent nor counted it, as `kin` either."""
        if not self.is_unexplained:
            raise errors.NothingToExplain
        if self.waits_for_another(than=kin | {by}):
            raise errors.ExplainerHandled
        return replace(self, explained_by=by, explained_at=now, explanation=explanation)

    def _turned(self, by: UUID, reason: str, now: datetime) -> "Delivery":
        return replace(
            self, status=DeliveryStatus.TURNED_BACK, turned_by=by, turned_at=now, turned_reason=reason
        )

    def _refuse_unless(self, *expected: DeliveryStatus) -> None:
        if self.status not in expected:
            raise errors.DeliveryNotAtStep(delivery_status=self.status)

    def _refuse_other_side(self, side: Side, wanted: Side) -> None:
        if side is not wanted:
            raise errors.DeliveryOtherSide(side=wanted)
