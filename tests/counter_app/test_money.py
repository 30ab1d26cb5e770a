from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.money import (
    AMOUNT_MAX,
    DENOMINATIONS,
    AmountUnreadableError,
    Language,
    figures,
    notes,
    read,
    total,
    words,
)

AMOUNTS = st.integers(0, AMOUNT_MAX) | st.integers(0, 10**5).map(lambda n: n * 10_000)

VIETNAMESE = {
    0: "Không đồng",
    1: "Một đồng",
    10: "Mười đồng",
    11: "Mười một đồng",
    14: "Mười bốn đồng",
    15: "Mười lăm đồng",
    20: "Hai mươi đồng",
    21: "Hai mươi mốt đồng",
    24: "Hai mươi tư đồng",
    25: "Hai mươi lăm đồng",
    55: "Năm mươi lăm đồng",
    100: "Một trăm đồng",
    101: "Một trăm linh một đồng",
    104: "Một trăm linh tư đồng",
    105: "Một trăm linh năm đồng",
    111: "Một trăm mười một đồng",
    115: "Một trăm mười lăm đồng",
    1_000: "Một nghìn đồng",
    1_001: "Một nghìn không trăm linh một đồng",
    1_010: "Một nghìn không trăm mười đồng",
    50_000: "Năm mươi nghìn đồng",
    500_000: "Năm trăm nghìn đồng",
    1_005_000: "Một triệu không trăm linh năm nghìn đồng",
    1_050_000: "Một triệu không trăm năm mươi nghìn đồng",
    1_250_000: "Một triệu hai trăm năm mươi nghìn đồng",
    2_000_000: "Hai triệu đồng",
    4_440_000: "Bốn triệu bốn trăm bốn mươi nghìn đồng",
    21_210_000: "Hai mươi mốt triệu hai trăm mười nghìn đồng",
    104_040_000: "Một trăm linh tư triệu không trăm bốn mươi nghìn đồng",
    1_000_000_000: "Một tỷ đồng",
    1_000_000_005: "Một tỷ không trăm linh năm đồng",
    1_000_500_000: "Một tỷ năm trăm nghìn đồng",
    24_000_000_000: "Hai mươi tư tỷ đồng",
    1_000_000_000_000: "Một nghìn tỷ đồng",
    5_005_000_010_000: "Năm nghìn không trăm linh năm tỷ không trăm mười nghìn đồng",
}

ENGLISH = {
    0: "Zero đồng",
    13: "Thirteen đồng",
    21: "Twenty-one đồng",
    105: "One hundred and five đồng",
    1_001: "One thousand and one đồng",
    1_100: "One thousand one hundred đồng",
    2_000_000: "Two million đồng",
    1_250_000: "One million two hundred and fifty thousand đồng",
    10**12: "One trillion đồng",
}


@pytest.mark.parametrize(("amount", "said"), VIETNAMESE.items())
def test_vietnamese_words(amount: int, said: str) -> None:
    """Amounts are said as a Vietnamese voucher writes them."""
    assert words(amount, "vi") == said


@pytest.mark.parametrize(("amount", "said"), ENGLISH.items())
def test_english_words(amount: int, said: str) -> None:
    """Amounts are said in plain English."""
    assert words(amount, "en") == said


@given(AMOUNTS)
def test_vietnamese_words_mean_the_amount(amount: int) -> None:
    """Whoever hears the Vietnamese words writes the same figures."""
    assert heard_in_vietnamese(words(amount, "vi")) == amount


@given(AMOUNTS)
def test_english_words_mean_the_amount(amount: int) -> None:
    """Whoever hears the English words writes the same figures."""
    assert heard_in_english(words(amount, "en")) == amount


@pytest.mark.parametrize("amount", [-1, AMOUNT_MAX + 1])
@pytest.mark.parametrize("language", get_args(Language))
def test_amounts_that_cannot_be_said(amount: int, language: Language) -> None:
    """An amount out of bounds is an error, never wrong words."""
    with pytest.raises(ValueError, match="words"):
        words(amount, language)


def test_figures() -> None:
    """Figures are grouped as each language writes them."""
    assert figures(2_000_000, "vi") == "2.000.000\N{NO-BREAK SPACE}đ"
    assert figures(2_000_000, "en") == "2,000,000\N{NO-BREAK SPACE}đ"


def test_notes_are_the_fewest() -> None:
    """A suggested payout starts with the largest notes."""
    assert notes(1_870_000) == [(500_000, 3), (200_000, 1), (100_000, 1), (50_000, 1), (20_000, 1)]


@given(st.integers(0, 10**6).map(lambda n: n * 1_000))
def test_notes_add_up(amount: int) -> None:
    """The notes add up to the amount, each with the smaller ones below the next larger."""
    assert total({str(note): count for note, count in notes(amount)}) == amount
    assert all(note in DENOMINATIONS and count > 0 for note, count in notes(amount))


def heard_in_vietnamese(said: str) -> int:
    """Write down what is heard: digits build a group, a scale ends it."""
    digits = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
    digit = {word: value for value, word in enumerate(digits)} | {"mốt": 1, "tư": 4, "lăm": 5}
    whole = part = group = last = 0
    for word in said.lower().removesuffix(" đồng").split():
        if word in digit:
            last = digit[word]
            group += last
        elif word == "trăm":
            group = group - last + 100 * last
        elif word == "mươi":
            group = group - last + 10 * last
        elif word == "mười":
            group += 10
        elif word in ("nghìn", "triệu"):
            part, group = part + group * {"nghìn": 10**3, "triệu": 10**6}[word], 0
        elif word == "tỷ":
            whole, part, group = (whole + part + group) * 10**9, 0, 0
        else:
            assert word == "linh"
    return whole + part + group


def heard_in_english(said: str) -> int:
    """Write down what is heard."""
    small = [
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
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ]
    tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    value = {word: n for n, word in enumerate(small)} | {word: 10 * n for n, word in enumerate(tens, 2)}
    scales = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    whole = group = 0
    for word in said.lower().removesuffix(" đồng").replace("-", " ").split():
        if word in scales:
            whole, group = whole + group * scales[word], 0
        elif word == "hundred":
            group *= 100
        elif word != "and":
            group += value[word]
    return whole + group


@pytest.mark.parametrize(
    "text",
    ["1500000", "1.500.000", "1,500,000", "1 500 000", " 1.500.000 đ", "1.500.000đ", "1\u00a0500\u00a0000"],
)
def test_an_amount_in_groups_of_three_or_none(text: str) -> None:
    """As it is written in either language, with or without the currency."""
    assert read(text) == 1_500_000


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("500.000,00", 500_000),
        ("1,5", 1),
        ("1.500.00", 1_500),
        ("1.500,000", 1_500),
        ("1500.000", 1_500),
        ("5.000.000x", 5_000_000),
        ("-500", None),
        ("０５", None),
        ("", None),
        ("9" * 16, None),
        ("0", 0),
    ],
)
def test_an_amount_is_not_guessed(text: str, understood: int | None) -> None:
    """What could be another amount is refused, with what its beginning says."""
    with pytest.raises(AmountUnreadableError) as refused:
        read(text)
    assert refused.value.understood == understood
