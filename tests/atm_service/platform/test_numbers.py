from datetime import date

import pytest
from sqlalchemy import Connection, text

from atm_service.platform import numbers, paging
from atm_service.platform.numbers import Run
from atm_service.platform.refusals import MalformedRequest

RUN = Run("05971-1", date(2026, 11, 16), "V")


def test_a_page_goes_on_after_the_last_number(session: Connection) -> None:
    """The ten-thousandth of a day comes after the one before it; other days, offices and kinds are not there."""
    others = [
        Run("05971-1", RUN.day.replace(day=17), "V"),
        Run("05971-1", RUN.day),
        Run("05971-11", RUN.day, "V"),
    ]
    made = [RUN.number(place) for place in (9_999, 1, 10_001, 10_000)] + [other.number(1) for other in others]
    session.exec_driver_sql('CREATE TEMPORARY TABLE made (id text, office text, number text COLLATE "C")')
    for number in made:
        session.exec_driver_sql("INSERT INTO made VALUES (%s, '05971-1', %s)", (number, number))
    query, pages, cursor = text(numbers.newest("made")), list[list[str]](), None
    while not pages or pages[-1]:
        pages.append(list(session.execute(query, RUN.after(cursor, 2)).scalars()))
        cursor = paging.write(pages[-1][-1]) if pages[-1] else None
    assert pages == [
        [f"05971-1-261116-V{place}" for place in places]
        for places in (("10001", "10000"), ("9999", "0001"), ())
    ]


@pytest.mark.parametrize("position", ["7", "05971-1-261116-0001", "05971-1-261116-V", "05971-1-261117-V0001"])
def test_another_lists_cursor_is_refused(position: str) -> None:
    """A version, another kind's number, no number, another day's."""
    with pytest.raises(MalformedRequest):
        RUN.after(paging.write(position), 2)
