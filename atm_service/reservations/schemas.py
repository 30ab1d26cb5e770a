"""HTTP bodies of appointments."""

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.days import Day
from atm_service.withdrawals.schemas import OfficeCode


class AppointmentMoveRequest(BaseModel):
    """Where and when the customer wants to come instead."""

    model_config = ConfigDict(extra="forbid")

    office: OfficeCode
    day: Day | None = Field(None, description="default: the next day it can be")
