"""What a password must not be: short, known to everybody, or made of what everybody knows of its owner.

How many guesses it would take is estimated by zxcvbn, which brings the 30,000 passwords that are most often found where
they leaked, and knows words, names, dates, keyboards, repetitions and letters written as digits. Given to it besides:
what belongs to this person and to this service.
"""

import re
from typing import Final

from zxcvbn import zxcvbn

from atm_service.registers.offices.service import plain
from atm_service.registers.staff.errors import PasswordGuessable, PasswordTooShort

LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 128
GUESSES_MIN: Final = 500_000_000
LOOKED_AT: Final = (
    40  # of so many characters; estimating takes long for long ones, and more only makes it harder
)

_OBVIOUS: Final = (
    "bưu điện",
    "bưu điện xã",
    "vnpost",
    "lạng sơn",
    "việt nam",
    "mật khẩu",
    "giao dịch viên",
    "soft atm",
    "rút tiền",
    "xin chào",
    "anh yêu em",
)


def check(password: str, *known: str | None) -> None:
    """Raise `PasswordTooShort` or `PasswordGuessable`. `known`: names of the person, the office and the like."""
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
        raise PasswordTooShort(PasswordTooShort.__doc__)
    words = [word for said in (*_OBVIOUS, *filter(None, known)) for word in _written(said)]
    found = zxcvbn(plain(password[:LOOKED_AT]), user_inputs=words)
    if found["guesses"] < GUESSES_MIN:
        raise PasswordGuessable(PasswordGuessable.__doc__)


def _written(said: str) -> list[str]:
    """Give the ways in which a name is written into a password: whole, together, and each word of it."""
    letters = plain(said)
    words = re.findall(r"\w+", letters)
    return [letters, "".join(words), *words]
