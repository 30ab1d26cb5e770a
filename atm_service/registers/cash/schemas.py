"""HTTP bodies of cash: vault moves and deliveries."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from atm_service.platform.bodies import SAID, said
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.cash.counting import Counted
from atm_service.registers.cash.delivery import Delivery, DeliveryStatus, Direction, Side
from atm_service.registers.cash.requests import Request
from atm_service.registers.notes.schemas import Counts
from atm_service.registers.offices.schemas import OfficeCode

AMOUNT_MAX = 10_000_000_000  # đồng in one delivery: ten times what a van may carry

Reason = Annotated[
    str,
    Field(min_length=3, max_length=200, pattern=SAID, examples=["The bag's seal is broken"]),
    said,
]


Amount = Annotated[
    int,
    Field(
        strict=True, ge=1_000, le=AMOUNT_MAX, multiple_of=1_000, description="đồng", examples=[100_000_000]
    ),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DeliveryRequest(_Body):
    """What is to be brought, and where."""

    office: OfficeCode
    direction: Direction = Field(examples=["to-office"])
    amount: Amount


class AskRequest(_Body):
    """How much an office asks for, and why; which notes, if it matters. Write nothing personal into it."""

    amount: Amount
    reason: Reason


class OrderRequest(_Body):
    """How much is ordered for a request."""

    amount: Amount


class CashRequestView(_Body):
    """A request for cash. `amount` was asked for; what was ordered, its office counts blind."""

    id: UUID
    office: str
    amount: int
    reason: str
    asked_by: str
    asked_at: datetime
    status: Literal["waiting", "ordered", "refused"]
    decided_at: datetime | None
    refusal: str | None = Field(description="why no cash comes")

    @classmethod
    def of(cls, request: Request) -> Self:
        """Show a request."""
        return cls(**vars(request), status=request.status)


class CountsRequest(_Body):
    """Notes as they were counted."""

    counts: Counts


class ReasonRequest(_Body):
    """Why. Write nothing personal into it."""

    reason: Reason


class VaultView(_Body):
    """When the vault was last counted, and by whom; null: never since it was opened, empty. No figure: it is blind."""

    counted_at: datetime | None
    counted_by: str | None
    count_due: bool = Field(description="no cash leaves the vault before it is counted again")


class CashCountView(_Body):
    """A count of the vault, or of a drawer amid its shift, in đồng.

    With `recount` it differs and nothing else is told: the next count stands.
    """

    recount: bool = False
    id: UUID | None = None
    counted_at: datetime | None = None
    total: int | None = None
    over_short: int | None = Field(default=None, description="counted less ledger: negative is short")

    @classmethod
    def of(cls, counted: Counted | None) -> Self:
        """Show a count that stands; None: it differs."""
        return cls(recount=True) if counted is None else cls(**vars(counted))


class KeptCountView(_Body):
    """A vault's count as it is kept. `over_short` is counted less ledger; a count that did not stand was made again."""

    id: UUID
    office: str
    clerk: str
    counted_at: datetime
    counted: int
    expected: int
    over_short: int
    stood: bool

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Show a kept count of the vault `row.code`."""
        facts = {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        return cls(**facts, office=row.code.split("/")[1], over_short=row.counted - row.expected)


class DeliveryView(_Body):
    """A delivery. `amount` and `difference` are null to an office that is still to count what has come."""

    id: UUID
    office: str
    direction: Direction
    status: DeliveryStatus
    amount: int | None
    ordered_at: datetime
    sent_at: datetime | None
    turned_at: datetime | None
    turned_reason: str | None = Field(description="why it was refused or called off")
    ended_at: datetime | None
    difference: int | None = Field(description="received less sent, once it is received")
    explained_at: datetime | None
    explanation: str | None
    for_another: bool = Field(
        description="the next step is another supervisor's: this one ordered so large a sum, or handled the cash"
    )
    recount: bool = Field(
        description="the count just sent differs from what was sent: count once more, the next count stands"
    )

    @classmethod
    def of(cls, delivery: Delivery, reader: Caller, *, recount: bool = False) -> Self:
        """Show a delivery to a member of staff; from a clerk it hides what the cash is to come to when counted."""
        blind = reader.role == "clerk" and delivery.is_open and delivery.sender is Side.AREA
        return cls(
            id=delivery.id,
            office=delivery.office,
            direction=delivery.direction,
            status=delivery.status,
            amount=None if blind else delivery.amount,
            ordered_at=delivery.ordered_at,
            sent_at=delivery.sent_at,
            turned_at=delivery.turned_at,
            turned_reason=delivery.turned_reason,
            ended_at=delivery.ended_at,
            difference=None if delivery.is_open else delivery.difference,
            explained_at=delivery.explained_at,
            explanation=delivery.explanation,
            for_another=delivery.waits_for_another(than=frozenset((reader.subject,))),
            recount=recount,
        )
