"""HTTP bodies of delegations."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.desk.proposals.schemas import Checked, IdNumber
from atm_service.desk.slips.schemas import CustomerProof
from atm_service.payout.schemas import Amount
from atm_service.platform.days import Day
from atm_service.registers.offices.schemas import OfficeCode


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DelegationRequest(CustomerProof):
    """What the customer, who is here with card and PIN, lets the holder of another card do."""

    delegate_id_number: IdNumber
    ceiling: Amount = Field(description="the most at a time, in đồng")
    per_month: Amount = Field(description="the most in a calendar month, in đồng")
    office: OfficeCode
    ends_on: Day = Field(
        description="the last day, twelve months from today at the latest", examples=["2027-05-31"]
    )


class CustomerCard(_Body):
    """The card of the customer whose delegations are wanted."""

    id_number: IdNumber
    checked: Checked


class DelegationView(_Body):
    """A delegation as people see it. `alive`: it can still be used today."""

    id: UUID
    delegate: str = Field(description="the delegate's masked card", examples=["••••••••7788"])
    ceiling: int
    per_month: int
    used_this_month: int
    office: str
    office_name: str
    begins_on: date
    ends_on: date
    made_at: datetime
    revoked_at: datetime | None
    alive: bool


class Delegations(_Body):
    """A customer's delegations, newest first, a hundred at most."""

    delegations: list[DelegationView]
