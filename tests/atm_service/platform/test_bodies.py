"""Words that people write for people: they show, and hide nothing."""

import re
import unicodedata
from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from atm_service.platform import bodies
from tests.contract.documented import document

NOTHING: list[str] = ["   ", "\u3164" * 3, "\u2800" * 3, "a\u034f\u034fb", "a \u0301 \u0323", "ok", " ok "]
HIDING: list[str] = [
    "đúng\u061crồi",
    "du\u00adng",
    "x\U000e0041yz",
    "ab\u2028cd",
    "abc\u202edef",
    "ab\uffa0cd",
    "ab\ncd",
]
SAID: TypeAdapter[str] = TypeAdapter(Annotated[str, bodies.said])
SEEN: TypeAdapter[str] = TypeAdapter(Annotated[str, bodies.seen])
COMPARED = {  # names of what is looked for, or compared with what is known; nobody reads it
    "ConfirmedByName.name",
    "ReceiptLookRequest.text",
    "SearchRequest.text",
}


@pytest.mark.parametrize("text", [*NOTHING, *HIDING])
def test_what_shows_nothing_or_hides_something_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        SAID.validate_python(text)


@pytest.mark.parametrize(
    "text", ["ừ.", "được rồi", unicodedata.normalize("NFD", "Đã trả"), "好的吧", "👍👍👍"]
)
def test_what_people_write_is_taken_without_blanks_around_it(text: str) -> None:
    assert SEEN.validate_python(f" {text} ") == text
    assert text == "ừ." or SAID.validate_python(f"{text} ") == text


def test_the_pattern_says_as_much_as_a_pattern_can() -> None:
    """Of the first plane it refuses all that does not show; what it takes of spaces and marks does not count."""
    for one in map(chr, range(0x10000)):
        kind = unicodedata.category(one)
        if kind in ("Cc", "Cf", "Zl", "Zp") or one in "\u115f\u1160\u3164\uffa0":
            for pattern in (bodies.SAID, bodies.SEEN, bodies.ONE_LINE):
                assert not re.search(pattern, f"abc{one}def"), hex(ord(one))
    for pattern in (bodies.SAID, bodies.SEEN):
        assert not re.search(pattern, "   ")
    assert not re.search(bodies.SAID, "ok")
    assert re.search(bodies.SAID, "ok!")


def test_every_pattern_of_words_is_one_of_these() -> None:
    """A new field in which people write says which it is: words that are read, or a text that is compared."""
    found = {
        f"{name}.{member}"
        for name, shape in document()["components"]["schemas"].items()
        for member, rules in shape.get("properties", {}).items()
        for one in (rules, *rules.get("anyOf", ()))
        if one.get("pattern") == bodies.ONE_LINE
    }
    assert found == COMPARED
