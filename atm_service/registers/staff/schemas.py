"""HTTP bodies of staff sessions and of the applications that wait for a person."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.bodies import ONE_LINE
from atm_service.platform.sessions.domain import Tokens
from atm_service.platform.sessions.schemas import Device, Session
from atm_service.registers.customers import service as customers
from atm_service.registers.customers.application_store import Application
from atm_service.registers.staff.domain import Role
from atm_service.registers.staff.passwords import LENGTH_MAX
from atm_service.registers.staff.store import Member
from kyc.identity import Identity


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StaffSignInRequest(_Body):
    """A member's user name and password, and the authenticator's six digits where one is enrolled."""

    username: str = Field(min_length=1, max_length=32, examples=["hoa.05971"])
    password: str = Field(min_length=1, max_length=LENGTH_MAX, repr=False, examples=["mot-cau-dai-de-nho"])
    code: str | None = Field(None, pattern=r"^[0-9]{6}$", repr=False, examples=["492039"])
    device: Device = None


class SecondFactorRequest(_Body):
    """A member's user name and password, for a secret that an authenticator is to have."""

    username: str = Field(min_length=1, max_length=32, examples=["giam.dinh"])
    password: str = Field(min_length=1, max_length=LENGTH_MAX, repr=False, examples=["mot-cau-dai-de-nho"])
    device: Device = None


class SecondFactorOffer(_Body):
    """What the authenticator is to have, told once; it counts from the first sign-in with its code."""

    secret: str = Field(repr=False, examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    uri: str = Field(
        repr=False, description="the same for a QR", examples=["otpauth://totp/soft-ATM:giam.dinh"]
    )


class PasswordRequest(StaffSignInRequest):
    """A member's user name, the password of now, and the one to be used from now on."""

    new_password: str = Field(
        min_length=1, max_length=LENGTH_MAX, repr=False, examples=["mot-cau-khac-de-nho"]
    )


class StaffSession(Session):
    """A session's tokens, and whose they are."""

    role: Role
    office: str | None = Field(examples=["05971-1"])
    office_name: str | None = Field(examples=["Bưu điện xã Quốc Khánh"])
    display_name: str = Field(examples=["Lý Thị Hoa"])

    @classmethod
    def of_member(cls, tokens: Tokens, member: Member) -> Self:
        """Show a session to the member who signed in."""
        return cls(
            id=tokens.session_id,
            access_token=tokens.access_token,
            expires_in=tokens.expires_in_s,
            refresh_token=tokens.refresh_token,
            idle_minutes=tokens.idle_minutes,
            device=tokens.device,
            role=member.role,
            office=member.office,
            office_name=member.office_name,
            display_name=member.display_name,
        )


class ApplicationInReview(_Body):
    """An application that the eKYC provider left to a person."""

    id: UUID
    full_name: str = Field(examples=["Nông Văn Thắng"])
    masked_id: str = Field(examples=["••••••••4321"])
    date_of_birth: date
    reasons: list[str] = Field(examples=[["face-doubtful"]])
    created_at: datetime

    @classmethod
    def of(cls, application: Application, identity: Identity) -> Self:
        """Show an application to a supervisor."""
        return cls(
            id=application.id,
            full_name=identity.full_name,
            masked_id=customers.masked(identity)[1],
            date_of_birth=identity.birth_date,
            reasons=list(application.reasons),
            created_at=application.created_at,
        )


class DecisionRequest(_Body):
    """A supervisor's decision and why. Write nothing personal into the reason."""

    decision: Literal["approve", "reject"]
    reason: str = Field(min_length=3, max_length=200, pattern=ONE_LINE, examples=["Called the person"])
