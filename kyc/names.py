"""A person's full name: one spelling of it to keep, and what a clerk is shown of it."""

import re
import unicodedata
from typing import Final

from kyc.errors import NameWrongCharacters, NameWrongLength

LENGTH_MIN: Final = 2
LENGTH_MAX: Final = 70

# Decomposed Vietnamese has up to three code points for a letter; more than that is not a name at all.
_RAW_MAX: Final = 4 * LENGTH_MAX
_PUNCTUATION: Final = frozenset(" '-.")
# Phones type the curly apostrophe; the card prints the straight one.
_APOSTROPHES: Final = str.maketrans("’ʼ", "''")
# Scripts of South Asia stack a vowel and a tone on a letter. A taller stack only hides other text.
_TOO_MANY_MARKS: Final = 3
_HIDDEN: Final = "•••"


def normalise(full_name: str) -> str:
    """Give the one spelling of a name: composed (NFC), single spaces, straight apostrophes; case is kept.

    Letters and marks of any script, space, hyphen, apostrophe, full stop; it starts with a letter and has 2
    to 70 characters. Raises `NameWrongLength` or `NameWrongCharacters`.
    """
    if len(full_name) > _RAW_MAX:
        raise NameWrongLength
    spaced = "".join(" " if unicodedata.category(char) == "Zs" else char for char in full_name)
    # Only spaces: split() without an argument would also swallow line ends and other control characters.
    name = re.sub(" +", " ", unicodedata.normalize("NFC", spaced).translate(_APOSTROPHES)).strip(" ")
    if not LENGTH_MIN <= len(name) <= LENGTH_MAX:
        raise NameWrongLength
    if not _is_letter(name[0]) or not _well_formed(name):
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
    *before, given = normalise(full_name).split(" ")
    if not before:
        return given[0] + _HIDDEN
    return " ".join([*(word[0] + _HIDDEN for word in before), given])


def _is_letter(char: str) -> bool:
    return unicodedata.category(char).startswith("L")


def _well_formed(name: str) -> bool:
    marks = 0
    for char in name:
        if unicodedata.category(char) in {"Mn", "Mc"}:
            marks += 1
        elif _is_letter(char) or char in _PUNCTUATION:
            # A mark needs a letter below it: on a space or a full stop it is a drawing, not a name.
            marks = 0 if _is_letter(char) else _TOO_MANY_MARKS - 1
        else:
            return False
        if marks >= _TOO_MANY_MARKS:
            return False
    return True
