import re
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from counter_app.languages import LANGUAGES, language, load

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


def in_the_source() -> Iterator[str]:
    """Find every message that the code and the templates hold."""
    options: dict[str, Any] = {"templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
    keywords: dict[str, Any] = {"_": None, "later": None, "gettext": None}
    folder = str(files("counter_app"))
    for _, _, message, _, _ in extract_from_dir(folder, METHODS, options, keywords=keywords):
        assert isinstance(message, str)
        yield message


def catalogue(code: str) -> dict[str, str]:
    """Read a catalogue as it is written."""
    text = files("counter_app").joinpath("locale", code, "LC_MESSAGES", "messages.po").read_bytes()
    return {
        str(message.id): str(message.string)
        for message in read_po(BytesIO(text), locale=code)
        if message.id and not message.fuzzy
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_message_is_missing(code: str) -> None:
    """Every text of the app is in every catalogue, translated, and nothing else is."""
    written = catalogue(code)
    assert set(in_the_source()) == set(written)
    assert [message for message, said in written.items() if not said.strip()] == []


def test_vietnamese_is_not_english() -> None:
    """No Vietnamese text is left in English."""
    same = {message for message, said in catalogue("vi").items() if message == said}
    assert same == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_places_to_fill_are_the_same(code: str) -> None:
    """A translation fills in what the English text fills in."""
    for message, said in catalogue(code).items():
        assert sorted(re.findall(r"%\(\w+\)s", said)) == sorted(re.findall(r"%\(\w+\)s", message)), message


def test_compiled_in_memory() -> None:
    """Catalogues need no build step."""
    assert load("vi").gettext("PAID") == "ĐÃ CHI TIỀN"
    assert load("en").gettext("PAID") == "PAID"


@pytest.mark.parametrize(
    ("cookie", "chosen"), [("en", "en"), ("vi", "vi"), (None, "vi"), ("xx", "vi"), ("../en", "vi")]
)
def test_language_of_a_cookie(cookie: str | None, chosen: str) -> None:
    """Vietnamese is spoken unless a known language was chosen."""
    assert language(cookie) == chosen
