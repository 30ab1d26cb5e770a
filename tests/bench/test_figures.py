"""Medians, ratios and goals."""

import pytest

from bench.figures import Row, at_most, ratio, ratio_at_least, ratio_at_most


def row(*values: float, base: tuple[float, ...] = (), goal: object = None) -> Row:
    return Row("part", "what", "at", values, "unit", base, goal)  # type: ignore[arg-type]


def test_the_figure_is_the_median_of_the_rounds() -> None:
    """One odd round does not move it."""
    assert row(10, 1000, 11).figure == 11
    assert row(10, 20).figure == 15


def test_a_ratio_is_taken_round_by_round() -> None:
    """A round in which the whole machine was slow counts like the others."""
    assert ratio((100, 10, 300), (50, 5, 100)) == 2
    assert ratio((1, 100), (1, 400)) == pytest.approx(0.625)


def test_one_base_stands_for_all_rounds() -> None:
    """What was measured once is compared with every round."""
    assert ratio((10, 20, 30), (10,)) == 2


def test_without_a_base_there_is_no_ratio() -> None:
    """Nothing is made up."""
    assert row(5).ratio is None
    assert row(5, goal=ratio_at_least(1)).reached is None


def test_rounds_that_do_not_fit_are_an_error() -> None:
    """A round without its base would be compared with another's."""
    with pytest.raises(ValueError, match="argument"):
        ratio((1, 2, 3), (1, 2))


@pytest.mark.parametrize(
    ("goal", "figure", "base", "reached"),
    [
        (ratio_at_least(2), 20, 10, True),
        (ratio_at_least(2), 19.9, 10, False),
        (ratio_at_most(1.25), 12.5, 10, True),
        (ratio_at_most(1.25), 12.6, 10, False),
        (at_most(3), 3, 1, True),
        (at_most(3), 3.1, 1, False),
    ],
)
def test_a_goal_is_reached_at_its_bound(goal: object, figure: float, base: float, reached: bool) -> None:  # noqa: FBT001
    """The bound itself is good enough, and nothing beyond it."""
    assert row(figure, base=(base,), goal=goal).reached is reached


def test_a_goal_says_itself() -> None:
    """As the table shows it."""
    assert [str(ratio_at_least(1.2)), str(at_most(4096))] == ["≥ 1.2 ×", "≤ 4096"]
