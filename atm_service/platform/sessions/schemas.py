"""HTTP bodies of sessions, shared by the wallet and the staff."""

from datetime import datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.platform.sessions.domain import Live, Tokens
from atm_service.platform.visitors import SIGN_MAX

DEVICE: Final = "0199f3a2-7c3e-7b1a-9d55-2f1c6e0a4b7d." + "3f" * 32

Device = Annotated[
    str | None,
    Field(
        max_length=SIGN_MAX,
        repr=False,
        description="what the last sign-in on this device gave: its tries are then its own, whoever else guesses",
        examples=[DEVICE],
    ),
]


Label = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=40,
        pattern=r"^[0-9A-Za-zÀ-ỹ ,.()/+-]+$",
        description="what the list of sessions calls this device",
        examples=["Android"],
    ),
]


class RefreshRequest(BaseModel):
    """The refresh token of the last answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    refresh_token: str = Field(
        min_length=1, max_length=128, examples=["q0c8J9bWm3Qx5l0k2yZ1tG7uVhRpN4sAeDfCiBoXyLw"]
    )


class Session(BaseModel):
    """Tokens as in RFC 6749 §5.1: send the access token as `Authorization: Bearer …`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID = Field(description="the session's, as in the list of sessions")
    access_token: str = Field(
        examples=["eyJhbGciOiJFZERTQSIsImtpZCI6IkFiQ2QiLCJ0eXAiOiJhdCtqd3QifQ.e30.c2ln"]
    )
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the name of a scheme
    expires_in: int = Field(description="life of the access token in seconds", examples=[600])
    refresh_token: str = Field(
        description="good for one use; gives the next pair",
        examples=["q0c8J9bWm3Qx5l0k2yZ1tG7uVhRpN4sAeDfCiBoXyLw"],
    )
    idle_minutes: int = Field(
        description="sign out on a screen that nobody has touched for so many minutes", examples=[5]
    )
    device: str | None = Field(
        None,
        description="after signing in: keep it beyond the session and send it with the next sign-in",
        examples=[DEVICE],
    )

    @classmethod
    def of(cls, tokens: Tokens) -> Self:
        """Show a session's tokens to the one who signed in."""
        return cls(
            id=tokens.session_id,
            access_token=tokens.access_token,
            expires_in=tokens.expires_in_s,
            refresh_token=tokens.refresh_token,
            idle_minutes=tokens.idle_minutes,
            device=tokens.device,
        )


class SessionView(BaseModel):
    """One sign-in that has not ended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    label: str | None = Field(description="what the device called itself", examples=["Android"])
    opened_at: datetime
    renewed_at: datetime = Field(description="when it last came for tokens")

    @classmethod
    def of(cls, live: Live) -> Self:
        """Show a session to whoever opened it."""
        return cls(id=live.id, label=live.label, opened_at=live.opened_at, renewed_at=live.renewed_at)


class SessionsView(BaseModel):
    """The sign-ins that have not ended, newest first."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    items: list[SessionView]
