import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.cards import TEXT_MAX, Card, CardUnreadableError, mrz_check_digit, read
from tests.counter_app.fake_service import CARD, CARD_QR

NUMBERS = st.text(string.digits, min_size=12, max_size=12)


def mrz(id_number: str = CARD, *, document: str = "", wrong: str = "") -> str:
    """Build the three lines of a card's back; `wrong` names the one check digit that is not right."""
    document, born, expires = document or id_number[3:], "850902", "250902"

    def digit(name: str, field: str) -> str:
        return str((mrz_check_digit(field) + (name == wrong)) % 10)

    upper = f"IDVNM{document}{digit('document', document)}{id_number}<<8"
    dates = f"{born}{digit('born', born)}F{expires}{digit('expires', expires)}VNM{'<' * 11}"
    middle = dates + digit("all", upper[5:] + dates[0:7] + dates[8:15] + dates[18:29])
    return "\n".join((upper, middle, "HOANG<<THI<MAI".ljust(30, "<")))


def test_check_digits_of_the_standard() -> None:
    """The check digits are those of the examples in ICAO Doc 9303, parts 3 and 5."""
    assert mrz_check_digit("520727") == 3
    assert mrz_check_digit("AB2134<<<") == 5
    assert mrz_check_digit("D231458907" + 15 * "<" + "74081221204159" + 11 * "<") == 6


def test_qr_of_the_card() -> None:
    """The first of the QR's fields is the card's number."""
    assert read(CARD_QR) == Card(CARD, "qr")


def test_qr_without_old_number() -> None:
    """An empty second field, of people who never had an old card, changes nothing."""
    assert read(CARD_QR.replace("|081234567|", "||")) == Card(CARD, "qr")


@pytest.mark.parametrize("spaces", ["\n", "\r\n", "", " \n"])
def test_machine_readable_zone(spaces: str) -> None:
    """The zone is read however the scanner parts its lines."""
    assert read(mrz().replace("\n", spaces)) == Card(CARD, "mrz")


def test_qr_of_a_card_since_july_2024() -> None:
    """A card with its QR on the back carries more fields; only the first is read, however many follow."""
    assert read(CARD_QR + "||Hoàng Văn Tú|Nông Thị Sen||" + "x|" * 20) == Card(CARD, "qr")


@pytest.mark.parametrize("before", ["]Q1", "]Q0", "]Q1\\000026", "\\000026", "\x02", "\ufeff"])
@pytest.mark.parametrize("text", [CARD_QR, CARD])
def test_what_a_scanner_adds(before: str, text: str) -> None:
    """A scanner's prefixes and control characters are no part of the card."""
    assert read(f"{before}{text}\x1d\x03").id_number == CARD


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("eyJhbGciOi.eyJh.c2ln", "code-for-card"),
        ("EYjHBGcIoI.EYjH.C2LN", "code-for-card"),
        (mrz().replace("D", "Đ"), "keyboard-not-plain"),
        ("02018500123", "card-unreadable"),
    ],
)
def test_what_it_looks_like(text: str, slug: str) -> None:
    """A code in the card's field, or a zone that Vietnamese typing has spoilt, is called by its name."""
    with pytest.raises(CardUnreadableError) as refused:
        read(text)
    assert refused.value.slug == slug


def test_machine_readable_zone_in_small_letters() -> None:
    """A keyboard without Caps Lock does not spoil the zone."""
    assert read(mrz().lower()) == Card(CARD, "mrz")


@pytest.mark.parametrize(
    "text", [CARD, f"  {CARD} ", "020 185 001 234", "020.185.001.234", "020-185-001-234"]
)
def test_typed_digits(text: str) -> None:
    """Twelve digits may be typed with the usual separators."""
    assert read(text) == Card(CARD, "typed")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "   ",
            "02018500123",
            "0201850012345",
            "02018500123a",
            "٠٢٠١٨٥٠٠١٢٣٤",
            "０２０１８５００１２３４",
        ),
        *("|||||||", f"{CARD}|", f"12345|{CARD}|a|b|c|d|e", f"{CARD}|" * 5, "IDVNM", "ID" + CARD, "\0" * 12),
        mrz().replace("IDVNM", "IDTHA"),
        mrz()[:-1],
        "9" * (TEXT_MAX + 1),
        "https://example.org/?a=1|2|3",
    ],
)
def test_other_texts(text: str) -> None:
    """Whatever is not a card is refused."""
    with pytest.raises(CardUnreadableError):
        read(text)


def test_refusal_does_not_repeat_the_card() -> None:
    """The refusal's message holds nothing of what was scanned."""
    with pytest.raises(CardUnreadableError) as refused:
        read(f"{CARD}0|Hoàng Thị Mai")
    assert not set(str(refused.value)) & set(string.digits)
    assert "Mai" not in str(refused.value)


@pytest.mark.parametrize("wrong", ["document", "born", "expires", "all"])
def test_each_check_digit_counts(wrong: str) -> None:
    """One wrong check digit refuses the zone though all others, and the sum over all, are right."""
    with pytest.raises(CardUnreadableError, match="check digit"):
        read(mrz(wrong=wrong))


def test_two_numbers_in_one_zone() -> None:
    """A zone whose document number is not the card number's end is no card of this country."""
    with pytest.raises(CardUnreadableError, match="differ"):
        read(mrz(document="185001235"))


@given(NUMBERS)
def test_every_number_survives_the_zone(id_number: str) -> None:
    """What is printed in the zone is what is read."""
    assert read(mrz(id_number)) == Card(id_number, "mrz")


@given(NUMBERS, st.sampled_from([*range(5, 27), *range(30, 37), *range(38, 45), 59]), st.data())
def test_one_wrong_digit_in_the_zone(id_number: str, place: int, data: st.DataObject) -> None:
    """One digit read wrongly, wherever a check digit guards it, is noticed."""
    zone = mrz(id_number).replace("\n", "")
    other = data.draw(st.sampled_from([digit for digit in string.digits if digit != zone[place]]))
    with pytest.raises(CardUnreadableError):
        read(zone[:place] + other + zone[place + 1 :])


@given(st.text(max_size=TEXT_MAX + 10))
def test_any_text_is_a_card_or_refused(text: str) -> None:
    """No text does anything else."""
    try:
        card = read(text)
    except CardUnreadableError:
        return
    assert len(card.id_number) == 12
    assert card.id_number.isascii()
    assert card.id_number.isdigit()
