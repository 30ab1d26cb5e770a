"""HTTP bodies of offices as customers find them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from atm_service.promises.availability.domain import CanPay, Why


class OfficeView(BaseModel):
    """An office as a customer sees it: whether it can pay and why, never how much it holds."""

    model_config = ConfigDict(extra="forbid")

    code: str
    name: str
    unit_code: str
    unit: str
    area_code: str
    area: str
    open: bool = Field(description="somebody is there who can pay")
    can_pay: CanPay
    why: Why = Field(description="what the answer rests on")
    opens_at: datetime | None = Field(
        description="where the answer will be another one: when the office opens"
    )
