"""HTTP bodies of freezes."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.registers.cash.schemas import ReasonRequest
from atm_service.registers.customers.domain import Freezer
from atm_service.registers.customers.store import Freeze
from atm_service.registers.offices.life_store import DrawerState


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FreezeRequest(ReasonRequest):
    """Whether it is to be frozen or thawed, and why."""

    frozen: bool = Field(strict=True, examples=[True])


class CustomerFreezeRequest(FreezeRequest):
    """Whether a wallet is to be frozen or thawed, and why."""

    customers_too: bool = Field(
        False,
        strict=True,
        description="of a thaw: what the customer has frozen is thawed with it, by somebody else than froze it last",
    )


class CustomerByPhone(_Body):
    """Whom to look for, by phone number."""

    phone: str = Field(min_length=9, max_length=20, repr=False, examples=["0912345678"])


class CustomerByCard(_Body):
    """Whom to look for, by card number."""

    id_number: str = Field(pattern=r"^[0-9]{12}$", repr=False, examples=["020185001234"])


class CustomerSearch(_Body):
    """Whom to look for."""

    who: CustomerByPhone | CustomerByCard


class CustomerState(_Body):
    """Whether a customer's wallet is frozen; who said so, when and why: null where nobody ever did.

    `changed_by` is null, too, where the customer did it in the wallet.
    """

    id: UUID
    masked_name: str = Field(examples=["N••• V•• T••••"])
    masked_id: str = Field(examples=["••••••••4321"])
    frozen: bool
    frozen_by: Freezer | None = Field(description="`staff`, also where the customer has frozen it, too")
    frozen_by_customer: bool = Field(
        description="thawed by the customer at a counter, unless with `customers_too`"
    )
    reason: str | None = Field(examples=["Khách báo mất điện thoại"])
    changed_by: str | None = Field(examples=["Vi Thị Thu"])
    changed_at: datetime | None

    @classmethod
    def of(cls, id: UUID, masked: tuple[str, str], freeze: Freeze) -> Self:
        """Show a customer to whoever may freeze the wallet."""
        return cls(
            id=id,
            masked_name=masked[0],
            masked_id=masked[1],
            frozen=freeze.stands.by is not None,
            frozen_by=freeze.stands.by,
            frozen_by_customer=freeze.stands.own,
            reason=freeze.reason,
            changed_by=freeze.changed_by,
            changed_at=freeze.changed_at,
        )


class OfficeDrawer(_Body):
    """Whether a drawer is frozen; who said so last, when and why: null where nobody ever did."""

    number: int
    frozen: bool
    reason: str | None = Field(examples=["Kiểm quỹ đột xuất"])
    changed_by: str | None = Field(examples=["Vi Thị Thu"])
    changed_at: datetime | None

    @classmethod
    def of(cls, state: DrawerState) -> Self:
        """Show a drawer to whoever may freeze it."""
        return cls(**vars(state))


class Drawers(_Body):
    """The drawers of an office."""

    items: list[OfficeDrawer]
