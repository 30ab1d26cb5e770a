"""HTTP bodies of areas."""

from pydantic import BaseModel, ConfigDict


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AreaView(_Body):
    """An area that has offices."""

    code: str
    name: str


class Areas(_Body):
    """All areas that have offices of their own."""

    items: list[AreaView]
