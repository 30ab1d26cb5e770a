import string
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import counter_app.cards as at_the_counter
from kyc import cards
from kyc.cards import TEXT_MAX, Card, Source
from kyc.cccd import Sex
from kyc.errors import CardExpired, CardRefused, CardUnreadable, NotIdentityCard, NotVietnamese
from tests.kyc.card_texts import qr, zone

TODAY = date(2026, 11, 16)
NUMBER = "020085004321"
BORN = date(1985, 4, 12)
PASSPORT = "P<VNMNONG<<VAN<THANG".ljust(44, "<") + "\n" + "C1234567<8VNM8504124M3504127".ljust(44, "<")


def named(line: str) -> str:
    """Write a zone with another third line, which no check digit covers."""
    return "\n".join([*zone().split("\n")[:2], line])


def facts(card: Card) -> tuple[Any, ...]:
    return card.id_number, card.birth_date, card.sex, card.expires_on, card.old_number


def test_the_qr_of_a_card() -> None:
    """Seven fields; what newer cards add is not read; the day of expiry follows from the law."""
    for text in (qr(old="081234567"), qr(old="081234567", more="||Nông Văn Tú|Lý Thị Sen|")):
        card = cards.read_qr(text, TODAY)
        assert facts(card) == (NUMBER, BORN, Sex.MALE, date(2045, 4, 12), "081234567")
        assert card.is_named("nông  văn THẮNG")
        assert not card.is_named("Nông Văn Thắm")
    assert cards.read_qr(qr(), TODAY).old_number is None


@pytest.mark.parametrize("parted", ["\n", "\r\n", " ", ""])
def test_the_zone_of_a_card(parted: str) -> None:
    """However its lines are parted, in capitals or not."""
    card = cards.read_zone(zone().replace("\n", parted).lower())
    assert facts(card) == (NUMBER, BORN, Sex.MALE, date(2045, 4, 12), None)
    assert card.is_named("Nông Văn Thắng")
    assert not card.is_named("Nông Văn Thắng Lợi")


def test_a_name_that_the_zone_has_no_room_for() -> None:
    """Of a long name the zone holds the beginning."""
    name = "Hoàng Nguyễn Thị Phương Thảo Nguyên"
    card = cards.read_zone(zone(name=name))
    assert card.is_named(name)
    assert not card.is_named("Hoàng Nguyễn Thị Phương")


@pytest.mark.parametrize(
    ("field", "digit"),
    [("520727", 3), ("AB2134<<<", 5), ("D231458907" + 15 * "<" + "74081221204159" + 11 * "<", 6)],
)
def test_check_digits_of_the_standard(field: str, digit: int) -> None:
    """The check digits are those of the examples in ICAO Doc 9303, parts 3 and 5."""
    assert cards.check_digit(field) == digit


@pytest.mark.parametrize("wrong", ["document", "born", "until", "all"])
def test_each_check_digit_counts(wrong: str) -> None:
    with pytest.raises(CardUnreadable):
        cards.read_zone(zone(wrong=wrong))


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (PASSPORT, NotIdentityCard),
        (zone(kind="AR"), NotIdentityCard),
        (zone(state="LAO"), NotVietnamese),
        (zone(nationality="CHN"), NotVietnamese),
        (zone(document="085004322"), CardUnreadable),
        (zone(born="851312"), CardUnreadable),
        (zone(sex="<"), CardUnreadable),
        (zone(until="4504<<"), CardUnreadable),
        (zone()[:-1], CardUnreadable),
        (named("NONG<<VAN".ljust(29, "<") + "T"), CardUnreadable),
        (named("N".ljust(29, "<") + "O"), CardUnreadable),
        (named("NONG<VAN<T".rjust(30, "<")), CardUnreadable),
        (named("NONG<<VAN<<THANG".ljust(30, "<")), CardUnreadable),
        (zone().replace("D", "Đ"), CardUnreadable),
        ("", CardUnreadable),
        ("<" * 90, NotIdentityCard),
        (" " * TEXT_MAX + zone(), CardUnreadable),
    ],
)
def test_zones_that_are_refused(text: str, refused: type[CardRefused]) -> None:
    """Another document, another state's card, and what no zone holds, each by its name."""
    with pytest.raises(refused) as raised:
        cards.read_zone(text)
    assert raised.value.source == Source.ZONE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "||||||",
        qr()[: qr().rindex("|")],
        qr("02008500432"),
        qr("081234567"),
        qr(old="08123456"),
        qr(old=NUMBER),
        qr(name="7"),
        qr(sex="Gà"),
        qr(born=date(1985, 4, 12)).replace("12041985", "31021985"),
        qr(issued=date(2026, 11, 17)),
        qr(issued=BORN),
        qr().replace("0", "０"),
        qr(more="|" + "x" * TEXT_MAX),
    ],
)
def test_qrs_that_cannot_be_read(text: str) -> None:
    with pytest.raises(CardUnreadable) as raised:
        cards.read_qr(text, TODAY)
    assert raised.value.source == Source.QR


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        (date(1997, 4, 11), date(1999, 4, 12)),
        (date(1997, 4, 12), date(2010, 4, 12)),
        (date(2008, 4, 11), date(2010, 4, 12)),
        (date(2008, 4, 12), date(2025, 4, 12)),
        (date(2023, 4, 11), date(2025, 4, 12)),
        (date(2023, 4, 12), date(2045, 4, 12)),
        (date(2043, 4, 11), date(2045, 4, 12)),
        (date(2043, 4, 12), None),
    ],
)
def test_cards_end_at_25_40_and_60(issued: date, until: date | None) -> None:
    """By the law; made within two years before, a card is good until the next age, and for life after the last."""
    assert cards.expires_on(BORN, issued) == until


def test_born_on_a_leap_day() -> None:
    assert cards.expires_on(date(1984, 2, 29), date(2001, 1, 1)) == date(2009, 3, 1)
    assert cards.expires_on(date(1984, 2, 29), date(2020, 1, 1)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("day", "end"), [(date(2026, 1, 1), date(2026, 1, 31)), (date(2028, 2, 29), date(2028, 2, 29))]
)
def test_end_of_month(day: date, end: date) -> None:
    assert cards.end_of_month(day) == end


def test_a_card_is_good_on_its_last_day() -> None:
    """And not on the next one, by either of its texts."""
    last = date(2025, 4, 12)
    assert cards.read(None, zone(until="250412"), last)
    with pytest.raises(CardExpired) as refused:
        cards.read(None, zone(until="250412"), TODAY)
    assert refused.value.source == Source.ZONE
    old = qr(issued=date(2021, 5, 12))
    assert cards.read(old, zone(until="250412"), last)
    for other in (None, zone()):
        with pytest.raises(CardExpired) as refused:
            cards.read(old, other, TODAY)
        assert refused.value.source == Source.QR
    assert cards.read(None, None, TODAY) == []


@pytest.mark.parametrize("until", ["991231", "450413", "900101"])
def test_a_zone_is_good_for_no_longer_than_a_card_made_today(until: str) -> None:
    """At 41 a card ends at 60; `991231` is for life, from 58 on."""
    with pytest.raises(CardUnreadable) as refused:
        cards.read(None, zone(until=until), TODAY)
    assert refused.value.source == Source.ZONE
    (for_life,) = cards.read(None, zone(until="991231"), date(2043, 4, 12))
    assert for_life.expires_on is None


@given(st.text(max_size=TEXT_MAX + 10))
def test_any_text_is_a_card_or_refused(text: str) -> None:
    """No text does anything else, and no refusal repeats it."""
    for read in (cards.read_zone, lambda text: cards.read_qr(text, TODAY)):
        try:
            read(text)
        except CardRefused as refused:
            assert str(refused) in set(Source)  # noqa: PT017  # both ways out are checked


@given(st.from_regex(r"[0-9]{3}0(8[0-5])[0-9]{6}", fullmatch=True))
def test_counter_and_service_read_alike(id_number: str) -> None:
    """Two machines, each with its own reading: the counter has one door, and no other code of the service."""
    born = date(1900 + int(id_number[4:6]), 4, 12)
    texts = (
        qr(id_number, born=born),
        zone(id_number, born=f"{born:%y%m%d}", until=f"{born.year - 1940}0412"),
    )
    for text in texts:
        assert at_the_counter.read(text).id_number == id_number
    assert {card.id_number for card in cards.read(*texts, TODAY)} == {id_number}


@given(st.sampled_from([*range(5, 27), *range(30, 37), *range(38, 45), 59]), st.sampled_from(string.digits))
def test_one_wrong_digit_in_the_zone(place: int, digit: str) -> None:
    """One digit read wrongly, wherever a check digit guards it, is noticed."""
    text = zone().replace("\n", "")
    if text[place] == digit:
        return
    with pytest.raises(CardUnreadable):
        cards.read_zone(text[:place] + digit + text[place + 1 :])


def test_repr_shows_nothing() -> None:
    assert not any(fact in repr(cards.read_qr(qr(), TODAY)) for fact in ("Thắng", "1985", "4321"))
