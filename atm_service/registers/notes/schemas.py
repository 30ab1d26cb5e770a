"""HTTP bodies of counted notes."""

from typing import Annotated

from pydantic import Field

from atm_service.registers.notes.domain import NOTES_MAX, Note

Counts = Annotated[
    dict[Note, Annotated[int, Field(strict=True, ge=0, le=NOTES_MAX)]],
    Field(description="how many notes of each kind", examples=[{"500000": 20, "100000": 50}]),
]
