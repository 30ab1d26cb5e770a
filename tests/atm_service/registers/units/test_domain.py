"""Trees of a day, ways from one to the next, and what a new tree must say. Pure."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.registers.units import errors, reform
from atm_service.registers.units.domain import Node, Part, Tree, Way, below
from atm_service.registers.units.reform import Planned

FIRST, SECOND, THIRD = date(2021, 1, 1), date(2024, 12, 1), date(2025, 7, 1)


def unit(code: str, parent: str | None = "20", since: date = FIRST, until: date | None = None) -> Node:
    return Node(code, "commune", f"Xã {code}", parent, since, until)


def row(code: str, made_of: str = "", parent: str | None = "20", name: str | None = None) -> Planned:
    parts = dict(word.split(":") if ":" in word else (word, "whole") for word in made_of.split())
    return Planned(
        code, "commune", name or f"Xã {code}", parent, {one: Part(part) for one, part in parts.items()}
    )


ROOT = Planned("20", "commune", "Xã 20", None)
BEFORE = {node.code: node for node in (unit("20", None), unit("01"), unit("02"), unit("03"))}


def test_a_day_has_its_tree() -> None:
    """The first day counts and the last does not; a code names on each day what stands then."""
    tree = Tree([unit("20", None), unit("01", until=SECOND), unit("01", None, SECOND)])
    assert [node.valid_from for node in tree.path("01", date(2024, 11, 30))] == [FIRST, FIRST]
    assert [node.valid_from for node in tree.path("01", SECOND)] == [SECOND]
    assert tree.below("20", FIRST) == {"20", "01"}
    assert tree.below("20", SECOND) == {"20"}
    assert tree.below("01", date(2020, 12, 31)) == set()


def test_land_is_followed_the_main_way() -> None:
    """Through one reform after another; a lesser part does not count, and what ends without a way is lost."""
    ways = [
        Way(SECOND, "01", "02", Part.MAIN),
        Way(SECOND, "01", "03", Part.PART),
        Way(THIRD, "02", "01", Part.WHOLE),
    ]
    first, lost = unit("01", until=SECOND), unit("04", until=SECOND)
    tree = Tree([first, lost, unit("02", since=SECOND, until=THIRD), unit("01", since=THIRD)], ways)
    assert tree.heir(first, FIRST) == first
    assert tree.heir(first, SECOND) == unit("02", since=SECOND, until=THIRD)
    assert tree.heir(first, THIRD) == unit("01", since=THIRD)
    assert tree.heir(lost, SECOND) is None


def test_only_what_changes_ends() -> None:
    """Two become one; a third stays the row that it was; a fourth is but renamed, and its way leads to itself."""
    before = BEFORE | {"04": unit("04")}
    found = reform.plan(before, [ROOT, row("02", "01 02"), row("03"), row("04", name="Xã mới")], SECOND)
    assert {node.code for node in found.ends} == {"01", "02", "04"}
    assert {node.code for node in found.begins} == {"02", "04"}
    assert {(way.origin, way.heir, way.part) for way in found.ways} == {
        ("01", "02", Part.WHOLE),
        ("02", "02", Part.WHOLE),
        ("04", "04", Part.WHOLE),
    }
    assert found.heir("01") == unit("02", since=SECOND)


def test_offices_follow_the_main_part() -> None:
    """What was split has one place where its office stands."""
    found = reform.plan(BEFORE, [ROOT, row("02", "02 01:part"), row("03", "03 01:main")], SECOND)
    assert found.heir("01").code == "03"
    with pytest.raises(errors.OfficeNowhere):
        found.heir("20")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row("01"), row("01")], errors.Malformed),
        ([row("01"), row("02"), row("03")], errors.ParentUnknown),
        ([row("01", parent="02"), row("02", parent="03"), row("03", parent="01")], errors.InCircles),
        ([ROOT, row("01", "01 09"), row("02"), row("03")], errors.OriginUnknown),
        ([ROOT, row("01"), row("02"), row("03"), row("04")], errors.MadeOfNothing),
        ([ROOT, row("01"), row("02")], errors.GoesNowhere),
        ([ROOT, row("01"), row("02", "02 01:part"), row("03")], errors.PartsWrong),
        ([ROOT, row("02", "02 01:main"), row("03", "03 01:main")], errors.PartsWrong),
        ([ROOT, row("02", "02 01:part"), row("03", "03 01:part")], errors.PartsWrong),
        ([ROOT, row("02", "02 01"), row("03", "03 01")], errors.PartsWrong),
    ],
)
def test_what_is_no_tree_is_refused(rows: list[Planned], reason: type[Exception]) -> None:
    """Each by its own reason."""
    with pytest.raises(reason):
        reform.plan(BEFORE, rows, SECOND)


def test_the_first_tree_comes_from_nothing() -> None:
    """Everything begins, and nothing has gone there."""
    found = reform.plan({}, [ROOT, row("01")], FIRST)
    assert ([node.code for node in found.begins], found.ends, found.ways) == (["20", "01"], [], [])


CODES = [f"{number:02}" for number in range(1, 9)]


@given(st.dictionaries(st.sampled_from(CODES), st.sampled_from(CODES), min_size=1))
def test_every_piece_of_land_is_somewhere(goes: dict[str, str]) -> None:
    """Whoever merges with whom: each former unit's heir is the one that was said, and stands on the day."""
    before = {"20": unit("20", None)} | {code: unit(code) for code in goes}
    rows = [ROOT] + [
        row(heir, " ".join(code for code, to in goes.items() if to == heir)) for heir in set(goes.values())
    ]
    found = reform.plan(before, rows, SECOND)
    ended = {node.code: node for node in found.ends}
    stays = [node for node in before.values() if node not in found.ends]
    closed = [unit(code, ended[code].parent, FIRST, SECOND) for code in ended]
    tree = Tree([*stays, *closed, *found.begins], found.ways)
    assert set(tree.on(SECOND)) == {"20", *goes.values()}
    for code, heir in goes.items():
        was = tree.find(code, FIRST)
        assert was is not None
        became = tree.heir(was, SECOND)
        assert became is not None
        assert became.code == heir
    assert below(tree.on(SECOND).values(), "20") == set(tree.on(SECOND))
