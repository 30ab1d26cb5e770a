import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyc.errors import IdentityUnreadable
from kyc.identity import Identity

TEACHER = Identity("Nông Văn Thắng", date(1985, 7, 14), "020085001234")


def altered(**members: object) -> bytes:
    """Give the teacher's bytes with some members changed."""
    facts = json.loads(TEACHER.to_bytes()) | members
    return json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()


def test_has_one_encoding() -> None:
    """The bytes are fixed: they are encrypted today and read in ten years."""
    assert TEACHER.to_bytes() == (
        b'{"birth_date":"1985-07-14","full_name":"N\\u00f4ng V\\u0103n Th\\u1eafng",'
        b'"id_number":"020085001234","version":1}'
    )


@given(st.builds(Identity, st.text(max_size=70), st.dates(), st.text(max_size=12)))
def test_comes_back_as_it_was(identity: Identity) -> None:
    """Whatever is written is read back equal."""
    assert Identity.from_bytes(identity.to_bytes()) == identity


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b"[" * 4000,
        b" " + TEACHER.to_bytes(),
        TEACHER.to_bytes()[:-1],
        altered(version=2),
        altered(version=True),
        altered(birth_date="1985-02-30"),
        altered(birth_date="19850714"),
        altered(birth_date=None),
        altered(full_name=7),
        altered(id_number=20085001234),
        altered(more="x"),
        altered(full_name="x" * 5000),
        json.dumps({"full_name": "Nông Văn Thắng"}).encode(),
    ],
)
def test_reads_nothing_else(data: bytes) -> None:
    """Any other bytes are refused, and the refusal quotes nothing of them."""
    with pytest.raises(IdentityUnreadable) as refusal:
        Identity.from_bytes(data)
    assert str(refusal.value) == ""
    assert refusal.value.__cause__ is None


def test_repr_shows_nothing() -> None:
    """An identity in a log line or a traceback shows none of its facts."""
    shown = f"{TEACHER!r} {TEACHER}"
    assert not any(fact in shown for fact in ("Thắng", "1985", "001234"))
