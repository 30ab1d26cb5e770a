"""HTTP bodies of counterfeit notes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from atm_service.desk.proposals.schemas import IdNumber
from atm_service.registers.notes.domain import Note
from kyc import names
from kyc.errors import NameWrongCharacters, NameWrongLength


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _full_name(text: str) -> str:
    try:
        return names.normalise(text)
    except (NameWrongLength, NameWrongCharacters):
        raise ValueError("a full name as it is printed on the card") from None


class CounterfeitRequest(_Body):
    """One note that is kept back, and whoever brought it: the record names that person."""

    note: Note = Field(examples=["500000"])
    serial: Annotated[str, Field(pattern=r"^[A-Z0-9]{4,16}$", examples=["QX24813579"])]
    deposit_id: UUID | None = Field(None, description="the deposit it was found in", examples=[None])
    bearer_name: Annotated[str, AfterValidator(_full_name)] = Field(
        min_length=2, max_length=280, repr=False, examples=["Nông Văn Thắng"]
    )
    bearer_id_number: IdNumber


class CounterfeitView(_Body):
    """The record of a counterfeit note. `number` is on the paper that its bearer is given."""

    id: UUID
    number: str = Field(examples=["05971-1-261121-G0001"])
    note: int
    serial: str
    deposit_id: UUID | None
    bearer_name: str
    masked_id: str
    office: str
    office_name: str
    drawer: int
    clerk: str
    found_at: datetime
