"""Figures of a run: what was measured round by round, its median, its ratio to a base, and the goal."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Goal:
    """What is to be reached, by the ratio to the base or by the figure itself."""

    of: Literal["ratio", "figure"]
    is_least: bool
    bound: float

    def reached(self, figure: float, ratio: float | None) -> bool | None:
        """Tell whether it is; None when there is no ratio to tell by."""
        seen = ratio if self.of == "ratio" else figure
        if seen is None:
            return None
        return seen >= self.bound if self.is_least else seen <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.is_least else "≤"
        return f"{sign} {self.bound:g}{' ×' if self.of == 'ratio' else ''}"


def ratio_at_least(bound: float) -> Goal:
    """Make a goal: so many times the base, or more."""
    return Goal("ratio", is_least=True, bound=bound)


def ratio_at_most(bound: float) -> Goal:
    """Make a goal: so many times the base, or less."""
    return Goal("ratio", is_least=False, bound=bound)


def at_most(bound: float) -> Goal:
    """Make a goal: so much, or less."""
    return Goal("figure", is_least=False, bound=bound)


@dataclass(frozen=True)
class Row:
    """One line of the table. `values` has a figure for each round, `base` those of what it is compared with."""

    part: str
    what: str
    at: str
    values: tuple[float, ...]
    unit: str
    base: tuple[float, ...] = ()
    goal: Goal | None = None
    note: str = ""

    @property
    def figure(self) -> float:
        """The median over the rounds."""
        return median(self.values)

    @property
    def ratio(self) -> float | None:
        """The median over the rounds of the ratio to the base; None without one."""
        return ratio(self.values, self.base)

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None where there is none, or nothing to tell by."""
        return self.goal.reached(self.figure, self.ratio) if self.goal else None


def ratio(values: Sequence[float], base: Sequence[float]) -> float | None:
    """Give the median of the rounds' own ratios: what slows a whole round down stands above and below the line.

    One base stands for all rounds. None when there is none. Raises `ValueError` for another number of them.
    """
    if not base:
        return None
    if len(base) == 1:
        base = list(base) * len(values)
    return median(value / under for value, under in zip(values, base, strict=True))
