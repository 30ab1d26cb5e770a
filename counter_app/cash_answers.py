"""What the service answers about shifts of others, vaults and deliveries, as values."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator

from counter_app.answers import Shift


def _word_of_today(direction: object) -> object:
    """Read what a service remembers from before migration 0020, when areas were districts."""
    return "to-area" if direction == "to-district" else direction


@dataclass(frozen=True)
class HandOver:
    """The closed shift, and the colleague's at the same drawer; None while the count must be repeated."""

    closed: Shift
    opened: Shift | None


@dataclass(frozen=True)
class OpenShift:
    """An open shift, without any figure."""

    id: str
    office: str
    drawer: int
    clerk: str
    opened_at: datetime
    may_be_taken_over: bool


@dataclass(frozen=True)
class OpenShifts:
    """The open shifts of an office."""

    items: list[OpenShift]


@dataclass(frozen=True)
class Vault:
    """When the vault was last counted and by whom, and whether it must be before its cash may leave."""

    counted_at: datetime | None
    counted_by: str | None
    count_due: bool


@dataclass(frozen=True)
class Count:
    """A count of the vault, or of the drawer amid the shift, in đồng; with `recount` the others are None."""

    recount: bool
    total: int | None
    over_short: int | None
    counted_at: datetime | None


@dataclass(frozen=True)
class Move:
    """Cash moved between vault and drawer, or to a colleague's drawer, in đồng."""

    id: str
    to: Literal["drawer", "vault", "colleague"]
    amount: int
    drawer: int | None = None


@dataclass(frozen=True)
class Exchange:
    """Notes of the drawer that were changed for others of the same sum, in đồng."""

    id: str
    partner: Literal["customer", "vault"]
    amount: int
    given: dict[str, int]
    taken: dict[str, int]


@dataclass(frozen=True)
class Delivery:
    """Cash on the road. `amount` is None to an office that is still to count it."""

    id: str
    office: str
    direction: Annotated[Literal["to-office", "to-area"], BeforeValidator(_word_of_today)]
    status: Literal["ordered", "sent", "turned-back", "received", "returned", "cancelled"]
    amount: int | None
    ordered_at: datetime
    sent_at: datetime | None
    turned_reason: str | None
    difference: int | None
    explanation: str | None
    for_another: bool = False
    recount: bool = False

    @property
    def comes_here(self) -> bool:
        """Whether the office is to receive it now."""
        return (self.direction, self.status) in {("to-office", "sent"), ("to-area", "turned-back")}

    @property
    def goes_back(self) -> bool:
        """Whether the area is to receive it now."""
        return (self.direction, self.status) in {("to-area", "sent"), ("to-office", "turned-back")}


@dataclass(frozen=True)
class CashRequest:
    """What an office asked its area for, in đồng, and what became of it."""

    id: str
    office: str
    amount: int
    reason: str
    asked_by: str
    asked_at: datetime
    status: Literal["waiting", "ordered", "refused"]
    refusal: str | None


@dataclass(frozen=True)
class Area:
    """An area that has offices."""

    code: str
    name: str


@dataclass(frozen=True)
class Areas:
    """All areas."""

    items: list[Area]


@dataclass(frozen=True)
class Proposal:
    """A delivery that may be ordered; `need` until the next one, `after`: what the office then has. In đồng."""

    office: str
    name: str
    direction: Literal["to-office", "to-area"]
    amount: int
    cash: int
    need: int
    after: int
    alarms: list[str]


@dataclass(frozen=True)
class Plan:
    """A proposed trip of an area's cash; `missing` is what offices lack after it until `until`. In đồng."""

    area_code: str
    until: date
    area_cash: int
    trip_max: int
    out: int
    back: int
    missing: int
    proposals: list[Proposal]
