"""HTTP bodies of offices as customers find them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from atm_service.promises.availability.domain import CanPay, Why


class OfficeView(BaseModel):
    """An office as a customer sees it: whether it can pay and why, never how much it holds."""

    model_config = ConfigDict(extra="forbid")

    code: str
    name: str
    address: str | None = Field(description="where it stands, where that is known", examples=["Chợ Đồng Mỏ"])
    phone: str | None = Field(
        description="the number that it answers, where one is known", examples=["02053812345"]
    )
    hours: str = Field(
        description="when it is open today, in Vietnam's time; empty: not at all",
        examples=["07:30-11:30 13:30-17:00"],
    )
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
