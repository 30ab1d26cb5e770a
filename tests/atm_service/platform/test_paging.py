from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.platform import paging
from atm_service.platform.refusals import MalformedRequest

ID = UUID("01990000-0000-7000-8000-000000000000")


@given(st.from_regex(r"[A-Za-z0-9-]{1,64}", fullmatch=True))
def test_round_trip(position: str) -> None:
    """A cursor gives back the position that it was made of."""
    assert paging.read(paging.write(position)) == position


@given(st.text(max_size=40))
def test_anything_else_is_malformed(cursor: str) -> None:
    """What `write` never wrote is refused as malformed, and nothing else is raised."""
    try:
        position = paging.read(cursor)
    except MalformedRequest:
        return
    assert paging.write(position) == cursor


@pytest.mark.parametrize("cursor", ["MDU5NzEtMQ==", "MDU5NzEtMR", "AA", "", "Zm9vIGJhcg"])
def test_not_canonical(cursor: str) -> None:
    """Padding, loose bits, control characters, nothing, a space: refused."""
    with pytest.raises(MalformedRequest):
        paging.read(cursor)


def test_first_page() -> None:
    """No cursor starts before the newest id, and without a version."""
    assert paging.read_id(None) == UUID(int=2**128 - 1)
    assert paging.read_version(None) is None


def test_ids_and_versions() -> None:
    """An id and a version come back as what they were; each refuses the other's cursor."""
    assert paging.read_id(paging.write(str(ID))) == ID
    assert paging.read_version(paging.write("42")) == 42
    with pytest.raises(MalformedRequest):
        paging.read_id(paging.write("42"))
    with pytest.raises(MalformedRequest):
        paging.read_version(paging.write(str(ID)))


def test_version_bounds() -> None:
    """A version that no database can hold is refused, not sent to one."""
    assert paging.read_version(paging.write(str(2**63 - 1))) == 2**63 - 1
    with pytest.raises(MalformedRequest):
        paging.read_version(paging.write(str(2**63)))


def test_write_refuses_odd_positions() -> None:
    """A position with other characters is a mistake of the program."""
    with pytest.raises(ValueError, match="not a position"):
        paging.write("a b")
