from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyc import cccd
from kyc.errors import BirthDateMismatch, NotTwelveDigits, UnderAge
from kyc.provinces import PROVINCES

NUMBER = "020085001234"
BIRTH_DATE = date(1985, 7, 14)
TODAY = date(2025, 11, 3)


def check(
    number: str = NUMBER, birth_date: date = BIRTH_DATE, age_min: int = 15, today: date = TODAY
) -> cccd.CardNumber:
    return cccd.check(number, birth_date, age_min=age_min, today=today)


def test_takes_a_number_apart() -> None:
    """A number of Lạng Sơn tells province, sex and birth year."""
    card = cccd.parse("020185001234")
    assert (card.province, card.sex, card.birth_year) == ("Lạng Sơn", cccd.Sex.FEMALE, 1985)
    assert card.number == "020185001234"


@pytest.mark.parametrize(
    ("digit", "sex", "birth_year"),
    [
        ("0", cccd.Sex.MALE, 1907),
        ("1", cccd.Sex.FEMALE, 1907),
        ("2", cccd.Sex.MALE, 2007),
        ("3", cccd.Sex.FEMALE, 2007),
        ("4", cccd.Sex.MALE, 2107),
        ("9", cccd.Sex.FEMALE, 2307),
    ],
)
def test_reads_century_and_sex(digit: str, sex: cccd.Sex, birth_year: int) -> None:
    """The fourth digit gives century and sex."""
    card = cccd.parse(f"020{digit}07123456")
    assert (card.sex, card.birth_year) == (sex, birth_year)


def test_knows_every_province() -> None:
    """All 63 provinces of the circular are there, under three digits, each name once."""
    assert len(PROVINCES) == len(set(PROVINCES.values())) == 63
    assert all(len(code) == 3 and code.isdigit() for code in PROVINCES)
    assert (min(PROVINCES), max(PROVINCES)) == ("001", "096")
    # The sum finds a slip of any one code in the table (Phụ lục 1, Thông tư 07/2016/TT-BCA).
    assert sum(map(int, PROVINCES)) == 3108


@pytest.mark.parametrize("code", ["000", "003", "013", "021", "090", "097", "101", "999"])
def test_a_province_is_a_hint(code: str) -> None:
    """A code that no province has is that of a country, or a new one: whose card it is, eKYC says."""
    assert check(f"{code}085001234").province is None


@pytest.mark.parametrize(
    "number",
    [
        "",
        "02008500123",
        "0200850012345",
        "02008500123a",
        "020 08500123",
        " 020085001234",
        "020085001234\n",
        "020085001234\0",
        "0200850\x00123",
        "０２００８５００１２３４",
        "02008500123٤",
        "02008500123²",
        "-20085001234",
        "0" * 100_000,
    ],
)
def test_refuses_what_is_not_twelve_ascii_digits(number: str) -> None:
    """Other lengths, spaces, signs, NUL and the digits of other scripts are not a card number."""
    with pytest.raises(NotTwelveDigits):
        cccd.parse(number)
    with pytest.raises(NotTwelveDigits):
        cccd.mask(number)


@given(st.text(max_size=20))
def test_takes_twelve_digits_of_a_province_or_refuses(text: str) -> None:
    """Any text either parses to its own number or is refused with one of two reasons."""
    try:
        assert cccd.parse(text).number == text
    except NotTwelveDigits as refusal:
        assert str(refusal) == ""  # noqa: PT017  # both ways out are checked


def test_accepts_a_number_that_fits_the_person() -> None:
    """A number with the birth year of a grown person passes and is given back in parts."""
    assert check().birth_year == 1985


@pytest.mark.parametrize("birth_date", [date(1984, 12, 31), date(1986, 1, 1), date(2085, 7, 14)])
def test_refuses_another_birth_year(birth_date: date) -> None:
    """A year off, or the right digits of another century, is a mismatch."""
    with pytest.raises(BirthDateMismatch):
        check(birth_date=birth_date)


@pytest.mark.parametrize("birth_date", [date(2010, 11, 3), date(2010, 11, 2), date(2010, 10, 31)])
def test_is_of_age_on_the_birthday(birth_date: date) -> None:
    """A person is fifteen on the fifteenth birthday."""
    assert check("020210001234", birth_date).birth_year == 2010


@pytest.mark.parametrize("birth_date", [date(2010, 11, 4), date(2010, 12, 1), date(2010, 12, 31)])
def test_is_under_age_before_the_birthday(birth_date: date) -> None:
    """A person is not fifteen on the day before, and is told the age that is needed."""
    with pytest.raises(UnderAge) as refusal:
        check("020210001234", birth_date)
    assert refusal.value.age_min == 15


def test_counts_a_leap_day_birth_from_the_first_of_march() -> None:
    """Born on 29 February, a person comes of age on 1 March of a year without that day."""
    leap = date(2008, 2, 29)
    assert check("020208001234", leap, today=date(2023, 3, 1))
    with pytest.raises(UnderAge):
        check("020208001234", leap, today=date(2023, 2, 28))


def test_refuses_a_birth_in_the_future() -> None:
    """Whoever is not born yet is under any age."""
    with pytest.raises(UnderAge):
        check("020225001234", date(2025, 12, 1), age_min=0)


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_mask_shows_only_the_last_four(number: str) -> None:
    """Two numbers with the same last four digits have the same mask."""
    assert cccd.mask(number) == "••••••••" + number[8:]


def test_repr_shows_nothing() -> None:
    """A card number in a log line or a traceback shows no digit of itself."""
    assert NUMBER[-4:] not in repr(cccd.parse(NUMBER))
    assert "1985" not in repr(cccd.parse(NUMBER))
