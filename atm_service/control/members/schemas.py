"""HTTP bodies of the list of staff and of changes to it."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.registers.cash.schemas import ReasonRequest
from atm_service.registers.offices.schemas import OfficeCode
from atm_service.registers.staff.domain import Role
from atm_service.registers.staff.store import Member


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SwitchRequest(ReasonRequest):
    """Whether the member may work, and why that changes."""

    active: bool = Field(examples=[False])


class MoveRequest(ReasonRequest):
    """The office where a clerk works from now on, and why."""

    office: OfficeCode


class RoleRequest(ReasonRequest):
    """What the member may do from now on, and where: a clerk's office, a supervisor's area or none."""

    role: Role
    place: str | None = Field(None, pattern=r"^[0-9-]{1,16}$", examples=["178"])


class MemberProposal(ReasonRequest):
    """The role that a member is to have, and where; without one, a first password. And why."""

    role: Role | None = Field(None, examples=["supervisor"])
    place: str | None = Field(None, pattern=r"^[0-9-]{1,16}$", examples=["178"])


class MemberView(_Body):
    """A member of the staff. `must_change`: the password was given by somebody else, and is not changed yet."""

    id: UUID
    username: str = Field(examples=["hoa.05971"])
    display_name: str = Field(examples=["Lý Thị Hoa"])
    role: Role
    office: str | None = Field(examples=["05971-1"])
    office_name: str | None = Field(examples=["Bưu điện xã Quốc Khánh"])
    area: str | None = Field(description="what a supervisor looks after; null: everything", examples=["178"])
    active: bool = Field(examples=[True])
    must_change: bool = Field(examples=[False])

    @classmethod
    def of(cls, member: Member) -> Self:
        """Show a member to whoever looks after the staff."""
        return cls(**{name: getattr(member, name) for name in cls.model_fields})


class FirstPassword(_Body):
    """A password that is told once, and good only for choosing another."""

    member: MemberView
    password: str = Field(repr=False, examples=["k7fm-2xqp-hh9d-wn3c"])
