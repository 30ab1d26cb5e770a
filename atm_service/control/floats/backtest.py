"""How good the forecast would have been, against what anybody would guess: pure.

Each working day of the history is guessed from the days before it alone. What is kept in stock is the guess and what
so many of a hundred of the guesser's own earlier errors stayed within; a day that needed more was short.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from atm_service.control.floats.domain import Past, forecast, quantile

LEARN_DAYS: Final = 20  # working days before the first guess
ERRORS_MIN: Final = 10  # of a guesser, before what it keeps in stock is judged
MEAN_OF: Final = 10


@dataclass(frozen=True)
class Tally:
    """What guesses came to: days judged, the sum of their errors, days short, and the sum of what was left over."""

    days: int = 0
    errors: int = 0
    short: int = 0
    left: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Add another office's."""
        return Tally(
            self.days + other.days,
            self.errors + other.errors,
            self.short + other.short,
            self.left + other.left,
        )

    @property
    def error_mean(self) -> int:
        """The mean absolute error of a day, in đồng."""
        return self.errors // self.days if self.days else 0

    @property
    def left_mean(self) -> int:
        """What was left over in the evening of a mean day, in đồng; short days left nothing."""
        return self.left // self.days if self.days else 0

    @property
    def short_percent(self) -> float:
        """How many of a hundred days were short."""
        return 100 * self.short / self.days if self.days else 0.0


def by_kinds(past: Past, day: date) -> int:
    """Guess as the forecast does."""
    return forecast(past, day, day, 100).expected


def by_last_week(past: Past, day: date) -> int:
    """Guess what the same weekday of last week needed."""
    return past.needs.get(day - timedelta(7), 0)


def by_mean(past: Past, day: date) -> int:  # noqa: ARG001  every guesser is asked for a day
    """Guess the mean of the last ten working days; nothing where too few days had a row to call any a working day."""
    last = past.worked()[-MEAN_OF:]
    return sum(past.needs.get(one, 0) for one in last) // len(last) if last else 0


GUESSERS: Final[Mapping[str, Callable[[Past, date], int]]] = {
    "forecast": by_kinds,
    "same weekday last week": by_last_week,
    "mean of the last 10 days": by_mean,
}


def judged(past: Past, guess: Callable[[Past, date], int], percent: int) -> Tally:
    """Let one guesser guess every working day that it can, and judge it from its eleventh guess on."""
    tally, errors = Tally(), list[int]()
    for day in past.worked()[LEARN_DAYS:]:
        need, guessed = past.needs.get(day, 0), guess(past.before(day), day)
        if len(errors) >= ERRORS_MIN:
            stock = max(0, guessed + quantile(errors, percent))
            short, left = need > stock, max(0, stock - need)
            tally = tally.plus(Tally(1, abs(need - guessed), int(short), left))
        errors.append(need - guessed)
    return tally
