"""A person's full name: one spelling of it to keep, and what a clerk is shown of it."""

import re
import unicodedata
from typing import Final

from kyc.errors import NameWrongCharacters, NameWrongLength

LENGTH_MIN: Final = 2
LENGTH_MAX: Final = 70

# Decomposed Vietnamese has up to three code points for a letter; more than that is not a name at all.
_RAW_MAX: Final = 4 * LENGTH_MAX
# Phones type the curly apostrophe; the card prints the straight one.
_APOSTROPHES: Final = str.maketrans("’ʼ", "''")
# Grave, acute, circumflex, tilde, breve, hook, horn, dot below: a letter has one of its own and one for the tone.
_LETTER: Final = "[A-Za-zĐđ][\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323]{0,2}"
_NAME: Final = re.compile(f"{_LETTER}(?:{_LETTER}|[ '.-])*")
_HIDDEN: Final = "•••"


def normalise(full_name: str) -> str:
    """Give the one spelling of a name: composed (NFKC), single spaces, straight apostrophes; case is kept.

    Letters and marks of Vietnamese, space, hyphen, apostrophe, full stop; it starts with a letter and has 2 to 70
    characters. Letters of other scripts may look alike, and would name nobody on a list. Raises `NameWrongLength` or
    `NameWrongCharacters`.
    """
    if len(full_name) > _RAW_MAX:
        raise NameWrongLength
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in full_name)
    # Only spaces: split() without an argument would also swallow line ends and other control characters.
    name = re.sub(" +", " ", unicodedata.normalize("NFKC", spaced).translate(_APOSTROPHES)).strip(" ")
    if not LENGTH_MIN <= len(name) <= LENGTH_MAX:
        raise NameWrongLength
    if not _NAME.fullmatch(unicodedata.normalize("NFD", name)):
        raise NameWrongCharacters
    return name


def same(said: str, full_name: str) -> bool:
    """Tell whether somebody who was told a name has typed this one: letters count, marks, case and spaces do not."""
    return _letters(said) == _letters(full_name)


def begins(full_name: str, start: str) -> bool:
    """Tell whether a name begins with these letters, compared as `same` does: a zone has room for so many."""
    return _letters(full_name).startswith(_letters(start))


def plain(full_name: str) -> str:
    """Write a name in small letters without marks, as banks and short messages do in capitals: "nong van thang"."""
    return unmarked(full_name.casefold())


def unmarked(words: str) -> str:
    """Write Vietnamese words without marks, in the letters that they had: "Đồng Đăng" is "Dong Dang"."""
    apart = unicodedata.normalize("NFD", words).replace("đ", "d").replace("Đ", "D")
    return "".join(char for char in apart if not unicodedata.category(char).startswith("M"))


def _letters(name: str) -> str:
    return "".join(char for char in plain(name) if _is_letter(char))


def mask(full_name: str) -> str:
    """Show the given name and the initials before it: "Nông Văn Thắng" is "N••• V••• Thắng".

    The clerk calls a person by the given name, which in Vietnamese comes last, and reads the rest from the
    card in hand. Family names are few and shared, so the initials give little away; three dots stand for any
    length. A name of one word would be shown whole and keeps only its initial.
    """
    *before, given = full_name.split(" ")
    if not before:
        return given[0] + _HIDDEN
    return " ".join([*(word[0] + _HIDDEN for word in before), given])


def _is_letter(char: str) -> bool:
    return unicodedata.category(char).startswith("L")
