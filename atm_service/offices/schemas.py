"""HTTP bodies of offices."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from atm_service.offices.domain import NOTES_MAX, Note

Counts = Annotated[
    dict[Note, Annotated[int, Field(strict=True, ge=0, le=NOTES_MAX)]],
    Field(description="how many notes of each kind", examples=[{"500000": 20, "100000": 50}]),
]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DistrictView(_Body):
    """A district that has offices."""

    code: str
    name: str


class Districts(_Body):
    """All districts."""

    items: list[DistrictView]
