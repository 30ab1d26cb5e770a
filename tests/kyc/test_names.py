import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kyc import names
from kyc.errors import NameWrongCharacters, NameWrongLength

REFUSED = (NameWrongCharacters, NameWrongLength)
VIETNAMESE = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặờợừựỵÂĐÊÔƠƯVNT", min_size=1, max_size=9)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Nông Văn Thắng", "Nông Văn Thắng"),
        ("  Nông   Văn Thắng ", "Nông Văn Thắng"),
        ("Nông\u00a0Văn\u3000Thắng", "Nông Văn Thắng"),
        (unicodedata.normalize("NFD", "Nông Văn Thắng"), "Nông Văn Thắng"),
        ("NÔNG VĂN THẮNG", "NÔNG VĂN THẮNG"),
        ("Y Moan Niê", "Y Moan Niê"),
        ("Jean-Pierre O’Brien Jr.", "Jean-Pierre O'Brien Jr."),
        ("Ｎông Văn Thắng", "Nông Văn Thắng"),
        ("Y Ngŭn Niê", "Y Ngŭn Niê"),
        ("An", "An"),
        ("A" * 70, "A" * 70),
    ],
)
def test_gives_one_spelling(typed: str, kept: str) -> None:
    """Names come out composed and single-spaced, with their case."""
    assert names.normalise(typed) == kept


@pytest.mark.parametrize("typed", ["", " ", "A", " A ", "A" * 71, "A" * 1_000_000, " " * 300 + "An"])
def test_refuses_a_length_no_card_shows(typed: str) -> None:
    """One letter is too short and 71 are too many."""
    with pytest.raises(NameWrongLength):
        names.normalise(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "Nông Văn Thắng 2",
        "Nông\nVăn",
        "Nông\tVăn",
        "Nông Văn\n",
        "Nông\0Văn",
        "Nông\u202eVăn",
        "Nông\u200bVăn",
        "Nông\u2028Văn",
        "Nông|Văn",
        "Nông, Văn",
        "<b>Nông</b>",
        "Nông 👍",
        "- Nông",
        ".. ",
        "\u0301Nông",
        "Nông \u0301Văn",
        "Ng\u0335\u0336\u0337uyen",
        "เอกชัย น้ำใจ",
        "王小明",
        "Ngô Dаnh Sách",
        "Ngô Danh Ѕách",
        "Ngô Dɑnh Sách",
        "Ngô Ðanh Sách",
        "Ngo\u0302\u0301\u0301 Danh",
        "Nông ٣",
        "Nông \ud800",
        "Nông\ue000",
    ],
)
def test_refuses_what_no_name_has(typed: str) -> None:
    """Digits, control characters, other scripts, invisible or stacked marks, signs and pictures are not in a name."""
    with pytest.raises(NameWrongCharacters):
        names.normalise(typed)


@given(st.text(max_size=90))
def test_one_spelling_stays(typed: str) -> None:
    """What has been normalised is not changed again, and is within bounds."""
    try:
        name = names.normalise(typed)
    except REFUSED:
        return
    assert names.normalise(name) == name
    assert 2 <= len(name) <= 70
    assert unicodedata.is_normalized("NFKC", name)


@pytest.mark.parametrize(
    ("full_name", "shown"),
    [
        ("Nông Văn Thắng", "N••• V••• Thắng"),
        ("Hoàng Thị Kim Ngân", "H••• T••• K••• Ngân"),
        ("Lý Ba", "L••• Ba"),
        ("Thắng", "T•••"),
        ("Y Moan Niê", "Y••• M••• Niê"),
    ],
)
def test_mask_keeps_the_given_name(full_name: str, shown: str) -> None:
    """The clerk sees the name to call and the initials before it; a single name is not shown whole."""
    assert names.mask(full_name) == shown


@given(st.lists(VIETNAMESE, min_size=2, max_size=6), st.data())
def test_mask_tells_no_more_than_initials(words: list[str], data: st.DataObject) -> None:
    """Names that differ only behind the initials, in letters or in length, have the same mask."""
    others = [word[0] + data.draw(VIETNAMESE) for word in words[:-1]]
    assert names.mask(" ".join(words)) == names.mask(" ".join([*others, words[-1]]))


@given(st.text("ABCđềạ", min_size=2, max_size=20))
def test_mask_of_one_word_is_its_initial(word: str) -> None:
    """A single name shows its first letter only."""
    assert names.mask(word) == word[0] + "•••"


@pytest.mark.parametrize(
    "said",
    [
        "Đinh Thị Hoà",
        "dinh thi hoa",
        "ĐINH  THỊ HOÀ",
        unicodedata.normalize("NFD", "Đinh Thị Hoà"),
        "dinhthihoa",
    ],
)
def test_a_name_that_was_said_is_the_same(said: str) -> None:
    """A clerk who types without marks, or in capitals, has typed the same name."""
    assert names.same(said, "Đinh Thị Hoà")


@pytest.mark.parametrize("said", ["Hoà", "Đinh Hoà", "Đinh Thị Hoa Lan", "Hoà Thị Đinh", "", "•••"])
def test_another_name_is_another(said: str) -> None:
    """The given name, which the clerk sees, is not the whole one."""
    assert not names.same(said, "Đinh Thị Hoà")
