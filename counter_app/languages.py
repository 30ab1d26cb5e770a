"""Vietnamese and English from gettext catalogues. Another language is another file."""

import gettext
from importlib.resources import files
from io import BytesIO
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from counter_app.money import Language

LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")
DEFAULT: Final[Language] = "vi"


def language(text: str | None) -> Language:
    """Return the language of a cookie's value; the default for anything else."""
    return text if text in LANGUAGES else DEFAULT


def load(code: Language) -> gettext.GNUTranslations:
    """Compile a language's `.po` in memory."""
    source = files("counter_app").joinpath("locale", code, "LC_MESSAGES", "messages.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def later(message: str) -> str:
    """Mark a message for the catalogues; it is translated when the page's language is known."""
    return message
