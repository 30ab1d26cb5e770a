"""HTTP bodies of offices."""

from pydantic import BaseModel, ConfigDict


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DistrictView(_Body):
    """A district that has offices."""

    code: str
    name: str


class Districts(_Body):
    """All districts."""

    items: list[DistrictView]
