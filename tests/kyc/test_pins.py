from datetime import date

import pytest

from kyc import pins
from kyc.errors import PinWeakness, WeakPin


def weakness(
    pin: str, birth_date: date = date(1985, 7, 14), id_number: str = "020085009163", phone: str = "0912745806"
) -> PinWeakness | None:
    """Say why the PIN is refused, or None."""
    try:
        pins.check(pin, birth_date, id_number, phone)
    except WeakPin as refusal:
        return refusal.reason
    return None


def test_refusal_does_not_quote_the_pin() -> None:
    """The message is the reason and nothing else."""
    with pytest.raises(WeakPin) as refusal:
        pins.check("777777", date(1985, 7, 14), "020085009163", "0912745806")
    assert str(refusal.value) == "few-digits"


@pytest.mark.parametrize("pin", ["394718", "802649", "000129", "123465", "198614", "071486"])
def test_accepts_a_pin_that_says_nothing(pin: str) -> None:
    """An ordinary PIN passes, also one that is near a pattern or a date."""
    assert weakness(pin) is None


@pytest.mark.parametrize(
    "pin",
    ["", "39471", "3947180", "39471a", "394 718", "39471\n", "394718\n", "39471\0", "３９４７１８", "39471٨"],
)
def test_refuses_what_is_not_six_ascii_digits(pin: str) -> None:
    """Other lengths, letters, spaces, NUL and the digits of other scripts are not a PIN."""
    assert weakness(pin) is PinWeakness.NOT_SIX_DIGITS


@pytest.mark.parametrize("pin", ["000000", "777777", "121212", "111222", "686868", "688886"])
def test_refuses_one_or_two_different_digits(pin: str) -> None:
    """Six times one digit, and anything of two digits, is refused."""
    assert weakness(pin) is PinWeakness.FEW_DIGITS


@pytest.mark.parametrize("pin", ["012345", "123456", "456789", "890123", "654321", "987654", "210987"])
def test_refuses_runs(pin: str) -> None:
    """Counting up or down is refused, also around through zero."""
    assert weakness(pin) is PinWeakness.RUN


@pytest.mark.parametrize("pin", ["123123", "520520", "112233", "998877", "110022"])
def test_refuses_repetitions(pin: str) -> None:
    """Three digits twice, and three double digits, are refused."""
    assert weakness(pin) is PinWeakness.REPEATED


@pytest.mark.parametrize("pin", ["159753", "147258", "123321"])
def test_refuses_what_everybody_chooses(pin: str) -> None:
    """Tracks on a keypad and mirrors are refused."""
    assert weakness(pin) is PinWeakness.COMMON


@pytest.mark.parametrize(
    "pin",
    ["140785", "071485", "850714", "851407", "148507", "078514", "198507", "198599", "071985", "141985"],
)
def test_refuses_the_birth_date(pin: str) -> None:
    """Day, month and year in any order, and the year in full, are refused."""
    assert weakness(pin) is PinWeakness.BIRTH_DATE


@pytest.mark.parametrize("pin", ["050390", "030590", "900305", "199003"])
def test_writes_a_birth_date_with_zeros(pin: str) -> None:
    """The fifth of March is 0503, as people write it."""
    assert weakness(pin, birth_date=date(1990, 3, 5)) is PinWeakness.BIRTH_DATE


@pytest.mark.parametrize(
    ("pin", "reason"),
    [
        ("009163", PinWeakness.CARD_NUMBER),
        ("020085", PinWeakness.CARD_NUMBER),
        ("745806", PinWeakness.PHONE),
        ("127458", PinWeakness.PHONE),
    ],
)
def test_refuses_digits_of_the_card_or_phone(pin: str, reason: PinWeakness) -> None:
    """Six digits in a row of the card number or the phone are refused, the last six above all."""
    assert weakness(pin) is reason


def test_leaves_people_a_choice() -> None:
    """More than 99 in 100 PINs are allowed, whoever the person is."""
    refused = sum(weakness(f"{number:06}") is not None for number in range(0, 1_000_000, 47))
    assert refused < 1_000_000 / 47 / 100
