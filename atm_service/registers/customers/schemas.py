"""HTTP bodies of applications, sign-in and the account."""

import re
from datetime import date, datetime
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from atm_service.platform.sessions.schemas import Device, Label
from atm_service.registers.customers.application_store import Application
from atm_service.registers.customers.domain import ApplicationStatus, Freezer, Texts, told
from atm_service.registers.customers.service import Account, Limits
from atm_service.registers.phones.service import Issued
from kyc import cards

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _calendar_date(value: object) -> object:
    # A number of seconds or a time of day would be taken for a date, too.
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("must be a date as YYYY-MM-DD")
    return value


Pin = Annotated[str, Field(pattern=r"^[0-9]{6}$", repr=False, examples=["480152"])]
Phone = Annotated[str, Field(min_length=9, max_length=20, repr=False, examples=["0912345678"])]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CardTexts(_Body):
    """What was scanned or typed of an identity card; nothing of it is kept but until when the card is good."""

    card_qr: str | None = Field(
        None, min_length=1, max_length=cards.TEXT_MAX, repr=False, description="the text of the card's QR"
    )
    mrz: str | None = Field(
        None,
        min_length=1,
        max_length=cards.TEXT_MAX,
        repr=False,
        description="the three lines of the card's back, run together or not",
    )

    @property
    def texts(self) -> Texts:
        """Give what was read."""
        return Texts(self.card_qr, self.mrz)


class ApplicationRequest(CardTexts):
    """Who wants an account, as on the identity card, and the picture session of the eKYC provider's SDK."""

    full_name: str = Field(min_length=1, max_length=280, repr=False, examples=["Nông Văn Thắng"])
    date_of_birth: Annotated[date, BeforeValidator(_calendar_date)] = Field(
        repr=False, examples=["1985-03-14"]
    )
    id_number: str = Field(
        pattern=r"^([0-9]{9}|[0-9]{12})$",
        repr=False,
        examples=["020085004321"],
        description="of the citizen card; nine digits of an older card are refused with words of what to do",
    )
    old_id_number: str | None = Field(
        None, pattern=r"^[0-9]{9}$", repr=False, description="of the card before, where the QR names one"
    )
    phone: Phone
    pin: Pin
    capture: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$", repr=False, examples=["sample-clear"])
    phone_proof: UUID = Field(
        description="the id of a phone code whose digits were given: good once, for this number", repr=False
    )


class PhoneCodeRequest(_Body):
    """A number that shall be proved by a code sent to it, and what for."""

    purpose: Literal["opening", "pin-reset"]
    phone: Phone


class PhoneCodeView(_Body):
    """A code on its way, as it is told of every number. `again_at`: when another can be asked for."""

    id: UUID = Field(description="names the code, and what it proves; secret to whoever asked")
    digits: int = Field(description="how many digits it has", examples=[6])
    expires_at: datetime
    again_at: datetime

    @classmethod
    def of(cls, issued: Issued) -> Self:
        """Show to whoever asked that a code is on its way."""
        return cls(
            id=issued.id, digits=len(issued.digits), expires_at=issued.expires_at, again_at=issued.again_at
        )


class PhoneProofRequest(_Body):
    """The digits of the message."""

    code: str = Field(pattern=r"^[0-9]{6,8}$", repr=False, examples=["480152"])


class ApplicationView(_Body):
    """Where an application stands. `reasons`: slugs of why it is rejected or in review, as far as they are told."""

    id: UUID
    status: ApplicationStatus
    reasons: list[str] = Field(examples=[["face-doubtful"]])
    created_at: datetime
    hotline: str = Field(description="whom to call about it, with its id", examples=["1900 54 54 81"])

    @classmethod
    def of(cls, application: Application, hotline: str) -> Self:
        """Show an application to whoever knows its id: nothing personal."""
        return cls(
            id=application.id,
            status=application.status,
            reasons=told(application.status, application.reasons),
            created_at=application.created_at,
            hotline=hotline,
        )


class SignInRequest(_Body):
    """A customer's phone number and PIN."""

    phone: Phone
    pin: Pin
    device: Device = None
    label: Label = None


class PinRequest(_Body):
    """The customer's PIN and the one that shall take its place."""

    pin: Pin
    new_pin: Pin
    label: Label = None


class LifetimesView(_Body):
    """How many minutes a code lives, by its lifetime, and which one it has when none is named."""

    default: Literal["counter", "journey"]
    counter_min: int = Field(examples=[15])
    journey_min: int = Field(examples=[1_440])
    scheduled_min: int = Field(examples=[4_320])


class LimitsView(_Body):
    """What the rules allow, in đồng."""

    per_day: int = Field(examples=[20_000_000])
    used_today: int = Field(examples=[2_000_000])
    remaining_today: int = Field(examples=[18_000_000])
    renews_on: date = Field(description="the day on which there is more, in Vietnam")
    multiple: int = Field(examples=[10_000])
    amount_min: int = Field(examples=[50_000])
    amount_max: int = Field(examples=[20_000_000])
    lifetimes: LifetimesView

    @classmethod
    def of(cls, limits: Limits) -> Self:
        """Show the limits to the customer."""
        return cls(
            per_day=limits.per_day,
            used_today=limits.used_today,
            remaining_today=limits.remaining.amount,
            renews_on=limits.remaining.renews_on,
            multiple=limits.multiple,
            amount_min=limits.amount_min,
            amount_max=limits.amount_max,
            lifetimes=LifetimesView(
                default=limits.rules.default_lifetime,
                counter_min=limits.rules.counter_min,
                journey_min=limits.rules.journey_min,
                scheduled_min=limits.rules.scheduled_min,
            ),
        )


class AccountView(_Body):
    """The wallet as its owner sees it. `held` is for open withdrawals and pending payouts; amounts in đồng."""

    customer_id: UUID
    full_name: str = Field(examples=["Nông Văn Thắng"])
    phone: str = Field(examples=["0912345678"])
    tier: Literal["standard"]
    frozen: bool = Field(description="no money goes out, and none is taken in at a counter")
    frozen_by: Freezer | None = Field(
        description="whose word it was: the customer's own is thawed at any counter, for the staff's call `hotline`"
    )
    hotline: str = Field(description="whom to call", examples=["1900 54 54 81"])
    available: int = Field(examples=[5_000_000])
    held: int = Field(examples=[2_000_000])
    limits: LimitsView
    cooling_until: datetime | None = Field(
        description="while large sums wait after the PIN or the number was set anew"
    )
    cooling_left: int | None = Field(description="how much may go out before that", examples=[5_000_000])
    card_stops_on: date | None = Field(
        description="the identity card has expired: from this day no money goes out until another is verified"
    )

    @classmethod
    def of(cls, account: Account, hotline: str) -> Self:
        """Show the wallet to its owner."""
        return cls(
            customer_id=account.customer_id,
            full_name=account.full_name,
            phone=account.phone,
            tier="standard",
            frozen=account.frozen_by is not None,
            frozen_by=account.frozen_by,
            hotline=hotline,
            available=account.available,
            held=account.held,
            limits=LimitsView.of(account.limits),
            cooling_until=account.cooling_until,
            cooling_left=account.cooling_left,
            card_stops_on=account.card_stops_on,
        )
