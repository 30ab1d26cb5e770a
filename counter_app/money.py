"""How a clerk reads money: in figures, in words and in notes. Amounts are integer đồng.

Vietnamese words follow the way amounts are written on vouchers: `mốt` for a final one and `tư` for a final
four after a ten, `lăm` for a final five after a ten, `linh` for a missing ten, `không trăm` for a missing
hundred inside a number.
"""

import re
from calendar import monthrange
from datetime import date
from typing import Final, Literal

Language = Literal["vi", "en"]

DENOMINATIONS: Final = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
COUNT_MAX: Final = 100_000
AMOUNT_MAX: Final = 10**15 - 1

_AMOUNT: Final = re.compile(
    r"[0-9]{1,3}(?:([., ])[0-9]{3}(?:\1[0-9]{3}){0,3})?(?![0-9])|[0-9]{1,15}(?![0-9])"
)

_VI_DIGITS: Final = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_VI_AFTER_TENS: Final = {1: "mốt", 4: "tư", 5: "lăm"}
_VI_SCALES: Final = ((1_000_000, "triệu"), (1_000, "nghìn"), (1, ""))

_EN_SMALL: Final = (
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_SCALES: Final = (
    (10**12, "trillion"),
    (10**9, "billion"),
    (10**6, "million"),
    (10**3, "thousand"),
    (1, ""),
)


def figures(amount: int, language: Language) -> str:
    """Write an amount in figures: `2.000.000 đ` in Vietnamese, `2,000,000 đ` in English."""
    grouped = f"{amount:,}"
    if language == "vi":
        grouped = grouped.replace(",", ".")
    return f"{grouped}\N{NO-BREAK SPACE}đ"


def signed(amount: int, language: Language) -> str:
    """Write a difference with its sign: `−183.400.000 đ`, `+50.000 đ`."""
    sign = {True: "+", False: "\N{MINUS SIGN}"}[amount > 0] if amount else ""
    return sign + figures(abs(amount), language)


class AmountUnreadableError(Exception):
    """What was typed is no amount of whole đồng. `understood` is what its beginning says, where it says anything."""

    def __init__(self, understood: int | None) -> None:
        super().__init__("not an amount")
        self.understood = understood


def read(text: str) -> int:
    """Read whole đồng as people type them: `1500000`, `1.500.000`, `1 500 000 đ`; groups of three, or none.

    `500.000,00` and `1.500.00` are not guessed at. Raises AmountUnreadableError.
    """
    plain = " ".join(text.split()).removesuffix("đ").rstrip()
    begun = _AMOUNT.match(plain)
    amount = int(re.sub(r"\D", "", begun[0])) if begun else None
    if begun is None or begun.end() != len(plain) or not amount:
        raise AmountUnreadableError(amount)
    return amount


def months_on(day: date, months: int) -> date:
    """Give the same day some months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def words(amount: int, language: Language) -> str:
    """Write an amount in words, with the currency and a capital: `Hai triệu đồng`, `Two million đồng`.

    Raises ValueError when the amount is negative or above `AMOUNT_MAX`.
    """
    if not 0 <= amount <= AMOUNT_MAX:
        raise ValueError("the amount cannot be written in words")
    spoken = _vietnamese(amount) if language == "vi" else _english(amount)
    return f"{spoken[0].upper()}{spoken[1:]} đồng"


def notes(amount: int) -> list[tuple[int, int]]:
    """Say which notes make up an amount, the fewest, largest first, as (denomination, count).

    What is below the smallest note is left out.
    """
    parts = []
    for denomination in DENOMINATIONS:
        count, amount = divmod(amount, denomination)
        if count:
            parts.append((denomination, count))
    return parts


def total(counts: dict[str, int]) -> int:
    """Add up counted notes, keyed by denomination as the contract writes them."""
    return sum(int(denomination) * count for denomination, count in counts.items())


def _vietnamese(number: int, *, inside: bool = False) -> str:
    """Say a number; `inside` says that something was said before it, so missing hundreds are named."""
    if number == 0 and not inside:
        return _VI_DIGITS[0]
    billions, number = divmod(number, 10**9)
    said = [_vietnamese(billions), "tỷ"] if billions else []
    for size, scale in _VI_SCALES:
        group, number = divmod(number, size)
        if group:
            said += _vietnamese_group(group, full=inside or bool(said))
            said += [scale] if scale else []
    return " ".join(said)


def _vietnamese_group(group: int, *, full: bool) -> list[str]:
    hundreds, rest = divmod(group, 100)
    tens, units = divmod(rest, 10)
    said = [_VI_DIGITS[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        if units and said:
            # After `linh` a four is `tư`; a one stays `một` and a five stays `năm`.
            return [*said, "linh", "tư" if units == 4 else _VI_DIGITS[units]]  # noqa: PLR2004 - the digit itself
        return [*said, _VI_DIGITS[units]] if units else said
    if tens == 1:
        said.append("mười")
        if units:
            said.append("lăm" if units == 5 else _VI_DIGITS[units])  # noqa: PLR2004 - the digit itself
        return said
    said += [_VI_DIGITS[tens], "mươi"]
    if units:
        said.append(_VI_AFTER_TENS.get(units, _VI_DIGITS[units]))
    return said


def _english(number: int) -> str:
    if number == 0:
        return _EN_SMALL[0]
    said: list[str] = []
    for size, scale in _EN_SCALES:
        group, number = divmod(number, size)
        if not group:
            continue
        if size == 1 and said and group < 100:  # noqa: PLR2004 - below one hundred
            said.append("and")
        said.append(_english_group(group))
        said += [scale] if scale else []
    return " ".join(said)


def _english_group(group: int) -> str:
    hundreds, rest = divmod(group, 100)
    said = [f"{_EN_SMALL[hundreds]} hundred"] if hundreds else []
    if rest:
        said += ["and"] if said else []
        tens, units = divmod(rest, 10)
        if rest < len(_EN_SMALL):
            said.append(_EN_SMALL[rest])
        else:
            said.append(f"{_EN_TENS[tens]}-{_EN_SMALL[units]}" if units else _EN_TENS[tens])
    return " ".join(said)
