"""Numbers of what is printed: office, day and the place in the day's run, such as `05971-1-261121-0007`.

Places are given under a lock of the run: they have no gap and rise in the order of commits. So a list by places that
shows one document shows, or has shown, all before it. Ids would not do: they are made of a clock that was read before
the lock (docs/decisions/0060-lists-in-the-order-of-commits.md).
"""

from dataclasses import dataclass
from datetime import date

from atm_service.platform import paging


@dataclass(frozen=True)
class Run:
    """The documents of one kind that an office makes on one business day."""

    office: str
    day: date
    letter: str = ""

    @property
    def prefix(self) -> str:
        """Give what all numbers of the run begin with."""
        return f"{self.office}-{self.day:%y%m%d}-{self.letter}"

    def number(self, place: int) -> str:
        """Write the number of a place, the first being 1."""
        return f"{self.prefix}{place:04d}"

    def after(self, cursor: str | None, limit: int) -> dict[str, object]:
        """Give the values of `newest` for the page after a cursor. Raises `MalformedRequest` for another list's."""
        end = f"{self.prefix}:"  # the first text after all digits
        before = end if cursor is None else paging.read(cursor)
        if cursor is not None and not (
            before.startswith(self.prefix) and before.removeprefix(self.prefix).isdigit()
        ):
            raise paging.foreign()
        length = paging.POSITION_MAX + 1 if cursor is None else len(before)
        values: dict[str, object] = {"office": self.office, "prefix": self.prefix, "end": end, "limit": limit}
        return values | {"length": length, "before": before}


def newest(table: str) -> str:
    """Write the query for the ids of a page of a run; `Run.after` gives its values."""
    # Shorter first: the place after 9999 has a digit more.
    return f"""
        SELECT id FROM {table}
        WHERE office = :office AND number > :prefix AND number < :end
          AND (length(number), number) < (:length, :before)
        ORDER BY length(number) DESC, number DESC LIMIT :limit
    """  # noqa: S608  a table's name
