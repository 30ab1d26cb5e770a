"""HTTP bodies of staff sessions and of the applications that wait for a person."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.bodies import SAID, SEEN, said, seen
from atm_service.platform.sessions.domain import Tokens
from atm_service.platform.sessions.schemas import Device, Session
from atm_service.registers.customers import service as customers
from atm_service.registers.customers.application_store import Application
from atm_service.registers.staff.domain import Role
from atm_service.registers.staff.passkey_store import Passkey
from atm_service.registers.staff.passwords import LENGTH_MAX
from atm_service.registers.staff.store import Member
from kyc.identity import Identity

Bytes = Annotated[
    str, Field(min_length=1, max_length=4096, pattern=r"^[A-Za-z0-9_-]+$", examples=["3q2-7wAAAAA"])
]
CredentialId = Annotated[
    str,
    Field(min_length=1, max_length=1364, pattern=r"^[A-Za-z0-9_-]+$", examples=["3q2-7wAAAAA"]),
]  # of 1,023 bytes at most
Code = Annotated[str | None, Field(pattern=r"^[0-9]{6}$", repr=False, examples=["492039"])]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StaffSignInRequest(_Body):
    """A member's user name and password, and the authenticator's six digits where one is enrolled."""

    username: str = Field(min_length=1, max_length=32, examples=["hoa.05971"])
    password: str = Field(min_length=1, max_length=LENGTH_MAX, repr=False, examples=["mot-cau-dai-de-nho"])
    code: Code = None
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


class PasskeySigned(_Body):
    """What an authenticator gives: the answer to a challenge, or a new key. All of it base64url, without padding."""

    client_data: Bytes = Field(alias="clientDataJSON")
    authenticator_data: Bytes | None = Field(None, alias="authenticatorData")
    signature: Bytes | None = None
    user_handle: Bytes | None = Field(None, alias="userHandle")
    attestation_object: Bytes | None = Field(None, alias="attestationObject")


class PasskeyAnswer(_Body):
    """A `PublicKeyCredential` of the browser in JSON (WebAuthn Level 3, 5.1)."""

    id: CredentialId
    raw_id: CredentialId = Field(alias="rawId")
    type: Literal["public-key"] = Field(examples=["public-key"])
    response: PasskeySigned

    def json_of(self) -> dict[str, Any]:
        """Give it as the browser has written it."""
        return self.model_dump(by_alias=True, exclude_none=True)


class PasskeySignInRequest(_Body):
    """The answer to the challenge that a sign-in with the right password was given."""

    username: str = Field(min_length=1, max_length=32, examples=["giam.dinh"])
    passkey: PasskeyAnswer


class PasskeyOfferRequest(_Body):
    """The authenticator's code of now: a session alone makes no passkey."""

    code: Code


class PasskeyOffer(_Body):
    """What the browser makes a passkey from."""

    options: dict[str, Any] = Field(
        description="PublicKeyCredentialCreationOptionsJSON (WebAuthn Level 3, 5.1.8)",
        examples=[{"challenge": "3q2-7wAAAAA", "rp": {"id": "localhost", "name": "soft-ATM"}}],
    )


class PasskeyRequest(_Body):
    """What the browser has made, and what its owner calls it."""

    name: Annotated[str, seen] = Field(
        min_length=1, max_length=40, pattern=SEEN, examples=["Khoá USB màu xanh"]
    )
    passkey: PasskeyAnswer


class PasskeyView(_Body):
    """A passkey of whoever asks."""

    id: UUID
    name: str = Field(examples=["Khoá USB màu xanh"])
    added_at: datetime
    used_at: datetime | None = Field(description="when it last proved its owner")

    @classmethod
    def of(cls, passkey: Passkey) -> Self:
        """Show a passkey to its owner."""
        return cls(id=passkey.id, name=passkey.name, added_at=passkey.added_at, used_at=passkey.used_at)


class Passkeys(_Body):
    """All passkeys of whoever asks, the oldest first."""

    items: list[PasskeyView]
    rp: str = Field(
        description="the name at which, or below which, a browser makes and uses them", examples=["localhost"]
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
    """An application that was left to a person, and all the reasons why, which the applicant is not told."""

    id: UUID
    full_name: str = Field(examples=["Nông Văn Thắng"])
    masked_id: str = Field(examples=["••••••••4321"])
    date_of_birth: date
    reasons: list[str] = Field(examples=[["form-qr-differ"]])
    field: str | None = Field(description="where form and card do not agree", examples=["full_name"])
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
            field=application.differs_in,
            created_at=application.created_at,
        )


class DecisionRequest(_Body):
    """A supervisor's decision and why. Write nothing personal into the reason."""

    decision: Literal["approve", "reject"]
    reason: Annotated[str, said] = Field(
        min_length=3, max_length=200, pattern=SAID, examples=["Called the person"]
    )
