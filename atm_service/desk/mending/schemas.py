"""HTTP bodies of what is mended at a counter."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.desk.proposals.schemas import Checked, IdNumber
from atm_service.registers.customers.domain import Freezer
from atm_service.registers.customers.mending import Sent
from atm_service.registers.customers.schemas import Phone, PhoneCodeView
from atm_service.registers.customers.schemas import Pin as NewPin

_CAPTURE = r"^[A-Za-z0-9._:-]{1,128}$"


class CardRequest(BaseModel):
    """The card of the customer who stands here, and how it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id_number: IdNumber
    checked: Checked


class FaceRequest(CardRequest):
    """The card, and a picture that was taken at the counter."""

    face_capture: str = Field(pattern=_CAPTURE, repr=False, examples=["sample-clear"])


class CodeRequest(CardRequest):
    """Where a code is to go: to the number that the wallet has, for a PIN; or to another that it shall have."""

    phone: str | None = Field(None, min_length=9, max_length=20, repr=False, examples=["0912345678"])


class ProvedRequest(FaceRequest):
    """Card, picture, and the digits of the message that came to the customer's phone."""

    code_id: UUID = Field(repr=False)
    code: str = Field(pattern=r"^[0-9]{6,8}$", repr=False, examples=["480152"])

    @property
    def sent(self) -> Sent:
        """Give what came to the phone."""
        return Sent(self.code_id, self.code)


class PinResetAtCounter(ProvedRequest):
    """The PIN that shall be the customer's, typed on the keypad page."""

    new_pin: NewPin


class PhoneChangeRequest(ProvedRequest):
    """The number that shall be the wallet's."""

    phone: Phone


class CodeSent(PhoneCodeView):
    """A code on its way, and the end of the number to which it goes."""

    phone_end: str = Field(examples=["678"])


class Helped(BaseModel):
    """Whose wallet it is, as much as the counter may know, and how it stands now."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    masked_name: str = Field(examples=["N••• V•• T••••"])
    masked_id: str = Field(examples=["••••••••4321"])
    phone_end: str = Field(examples=["678"])
    frozen_by: Freezer | None = Field(
        description="whose word it was, if it is frozen: `staff` also where the customer has frozen it, too"
    )
