"""How a body, an address and a query name an office."""

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from atm_service.registers.offices.domain import OFFICE_FORM

OfficeCode = Annotated[str, Field(pattern=OFFICE_FORM, examples=["05971-1"])]
InOffice = Annotated[str, Path(pattern=OFFICE_FORM, examples=["05971-1"])]
InOfficeWanted = Annotated[str | None, Query(pattern=OFFICE_FORM)]
