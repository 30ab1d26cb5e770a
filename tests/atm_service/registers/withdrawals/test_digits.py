import random
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.registers.withdrawals import digits
from atm_service.registers.withdrawals.errors import CodeMalformed, DigitsMistyped


def samples() -> list[str]:
    chance = random.Random(2004)
    made = [digits.make(chance.randrange) for _ in range(500)]
    return [*made, digits.make(lambda _: 0), digits.make(lambda _: 999_999_999)]


def test_the_check_digit_is_damms() -> None:
    """The published example of the algorithm: the check digit of 572 is 4; and leading zeros are kept."""
    assert digits.make(lambda _: 572) == "0000005724"


def test_made_digits_are_ten_and_read_back() -> None:
    """What is made is ten digits, as random as its source, and is read back as it was."""
    asked: list[int] = []

    def chance(bound: int) -> int:
        asked.append(bound)
        return secrets.randbelow(bound)

    made = digits.make(chance)
    assert asked == [1_000_000_000]
    assert len(made) == 10
    assert digits.parse(made) == made


def test_shown_digits_are_read_back() -> None:
    """Digits are shown 3-3-4 and read back from there."""
    assert digits.show("1234567890") == "123-456-7890"
    for made in samples():
        assert digits.parse(digits.show(made)) == made


def test_each_of_two_slips_has_ten_digits_of_its_own() -> None:
    """Either half leaves as many possibilities for the other as an ordinary code; they are read in any order."""
    chance = iter([572, 0])
    made = digits.make_for_two(lambda bound: next(chance) if bound == 10**9 else -1)
    first, second = digits.halves(made)
    assert (made, first, second) == ("00000057240000000000", "000-000-5724", "000-000-0000")
    assert digits.parse(f"{first} {second}") == digits.parse(f"{second}{first}") == digits.found_by(made)
    for wrong in (f"000-000-5742 {second}", f"{first} 000-000-0001"):
        with pytest.raises(DigitsMistyped):
            digits.parse(wrong)


def test_digits_made_before_are_parted_as_they_were_printed() -> None:
    """Five on each slip, and looked up as they are."""
    assert digits.halves("0000005724") == ("000-00", "057-24")
    assert digits.parse("000-00 057-24") == digits.found_by("0000005724") == "0000005724"


def test_every_single_wrong_digit_is_found() -> None:
    """Of every sample, each of its ten digits replaced by each of the nine others is mistyped."""
    for made in samples():
        for place in range(10):
            for wrong in set("0123456789") - {made[place]}:
                with pytest.raises(DigitsMistyped):
                    digits.parse(made[:place] + wrong + made[place + 1 :])


def test_every_swap_of_neighbours_is_found() -> None:
    """Of every sample, each swap of two unlike neighbours is mistyped."""
    for made in samples():
        for place in range(9):
            swapped = made[:place] + made[place + 1] + made[place] + made[place + 2 :]
            if swapped != made:
                with pytest.raises(DigitsMistyped):
                    digits.parse(swapped)


@pytest.mark.parametrize(
    "typed", ["000 000 5724", "000-000-5724", "000.000.5724", " 0000005724 ", "0 0 0 0 0 0 5 7 2 4"]
)
def test_separators_do_not_matter(typed: str) -> None:
    """Spaces, hyphens and full stops may stand anywhere."""
    assert digits.parse(typed) == "0000005724"
    assert digits.looks_like_digits(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "000000572",
        "00000057244",
        "079204001234",
        "000000572A",
        "0000005724\n",
        "0000005724\x00",
        "+000005724",
        "０００００05724",
        "٠٠٠٠٠٠٥٧٢٤",
        "000_000_5724",
        "0" * 33,
        "0000005724" + " " * 30,
        "0" * 10_000_000,
    ],
)
def test_other_texts_are_malformed(typed: str) -> None:
    """What is not ten ASCII digits is malformed, however long."""
    with pytest.raises(CodeMalformed):
        digits.parse(typed)


@given(st.text(max_size=40))
def test_no_text_makes_it_stumble(typed: str) -> None:
    """Any text is taken or refused by name; what is taken had looked like digits."""
    try:
        digits.parse(typed)
    except (CodeMalformed, DigitsMistyped):
        return
    assert digits.looks_like_digits(typed)


@pytest.mark.parametrize("text", ["079204001234", "1", "12-34", "000-000-5720"])
def test_digits_of_any_number_go_to_the_digits_door(text: str) -> None:
    """Too few, too many or mistyped: whoever typed digits is to hear about digits."""
    assert digits.looks_like_digits(text)


@pytest.mark.parametrize(
    "text", ["", "-", " . ", "eyJhbGciOiJFZERTQSJ9.e30.AA", "12a", "１２３", "1" * 33, "12\n"]
)
def test_other_texts_go_to_the_other_door(text: str) -> None:
    """A scanned code, or anything with another character in it, is not taken for digits."""
    assert not digits.looks_like_digits(text)
