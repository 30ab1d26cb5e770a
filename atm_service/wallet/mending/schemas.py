"""HTTP bodies of what is mended from the phone."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from atm_service.registers.customers.mending import Sent
from atm_service.registers.customers.schemas import CardTexts, Phone, Pin


class ProofsRequest(BaseModel):
    """The digits of a message and a picture of the face: two proofs, of which neither is enough."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code_id: UUID = Field(repr=False)
    code: str = Field(pattern=r"^[0-9]{6,8}$", repr=False, examples=["480152"])
    face_capture: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$", repr=False, examples=["sample-clear"])

    @property
    def sent(self) -> Sent:
        """Give what came to the phone."""
        return Sent(self.code_id, self.code)


class PinResetRequest(ProofsRequest):
    """Whose PIN is forgotten, and the one that shall take its place."""

    phone: Phone
    new_pin: Pin


class NewCardRequest(CardTexts):
    """Another identity card, by one of its two texts or both, and the face of its holder."""

    pin: Pin
    face_capture: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,128}$", repr=False, examples=["sample-clear"])
