"""Opening hours: every boundary of a day, a week and a holiday, in Vietnam's time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.platform.calendar import VIETNAM
from atm_service.registers.offices import errors, hours
from atm_service.registers.offices.hours import Hours, Range

USUAL = Hours()
MONDAY = date(2026, 11, 16)


def at(text: str, day: date = MONDAY) -> datetime:
    hour, minute = text.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=VIETNAM).astimezone(UTC)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("00:00", False),
        ("07:29", False),
        ("07:30", True),
        ("11:29", True),
        ("11:30", False),
        ("13:29", False),
        ("13:30", True),
        ("16:59", True),
        ("17:00", False),
        ("23:59", False),
    ],
)
def test_a_usual_day(time: str, *, expected: bool) -> None:
    """Open from its first minute, closed from its last; closed over lunch."""
    assert hours.is_open(USUAL, at(time)) is expected


@pytest.mark.parametrize(
    ("time", "day", "opens", "on"),
    [
        ("07:00", MONDAY, "07:30", MONDAY),
        ("12:00", MONDAY, "13:30", MONDAY),
        ("17:00", MONDAY, "07:30", date(2026, 11, 17)),
        ("23:59", MONDAY, "07:30", date(2026, 11, 17)),
        ("17:00", date(2026, 11, 21), "07:30", date(2026, 11, 23)),  # Saturday to Monday
        ("09:00", date(2026, 11, 22), "07:30", date(2026, 11, 23)),  # a Sunday
        ("10:00", MONDAY, "10:00", MONDAY),
    ],
)
def test_when_it_opens_next(time: str, day: date, opens: str, on: date) -> None:
    """After lunch, on the next morning, after Sunday; now, when it is open."""
    assert hours.next_open(USUAL, at(time, day)) == at(opens, on)


def test_a_holiday_and_a_day_with_other_hours() -> None:
    """A date's own hours stand instead of its weekday's."""
    tuesday, sunday = date(2026, 11, 17), date(2026, 11, 22)
    special = Hours(instead={tuesday: (), sunday: hours.read("08:00-10:00")})
    assert not hours.is_open(special, at("09:00", tuesday))
    assert hours.next_open(special, at("17:00", MONDAY)) == at("07:30", date(2026, 11, 18))
    assert hours.is_open(special, at("09:00", sunday))


def test_until_midnight() -> None:
    """24:00 is the end of the day; the next minute is the next day's."""
    late = Hours((hours.read("22:00-24:00"), *((),) * 6))
    assert hours.is_open(late, at("23:59"))
    assert not hours.is_open(late, at("00:00", date(2026, 11, 17)))


def test_the_day_is_vietnams() -> None:
    """Half past seven on Monday in Lạng Sơn is half past midnight in UTC."""
    assert hours.is_open(USUAL, datetime(2026, 11, 16, 0, 30, tzinfo=UTC))
    assert not hours.is_open(USUAL, datetime(2026, 11, 15, 23, 59, tzinfo=UTC))


def test_an_office_without_hours_never_opens() -> None:
    """Nobody is promised anything."""
    assert hours.next_open(Hours(((),) * 7), at("09:00")) is None


@pytest.mark.parametrize(
    "text",
    [
        "7:30-11:30",
        "07:30",
        "07:30-07:30",
        "11:30-07:30",
        "07:30-11:30 11:30-12:00",
        "07:30-12:00 11:00-13:00",
        "07:30-11:30  13:30-17:00",
        "07:30-11:30 ",
        " 07:30-11:30",
        "07:60-11:30",
        "07:30-24:01",
        "24:00-24:00",
        "01:00-02:00 03:00-04:00 05:00-06:00 07:00-08:00 09:00-10:00",
        "٠٧:30-11:30",
    ],
)
def test_unreadable_hours_are_refused(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(errors.HoursUnreadable):
        hours.read(text)


days = st.lists(st.integers(0, 1440), max_size=8, unique=True).map(
    lambda times: tuple(
        Range(start, end)
        for start, end in zip(sorted(times)[: len(times) // 2 * 2 : 2], sorted(times)[1::2], strict=True)
    )
)


@given(days)
def test_what_is_written_is_read(day: hours.Day) -> None:
    """A day's hours survive being written."""
    assert hours.read(hours.write(day)) == day


@given(st.lists(days, min_size=7, max_size=7), st.integers(0, 14 * 1440))
def test_the_next_opening_is_the_first_open_minute(week: list[hours.Day], minute: int) -> None:
    """Against brute force: no minute before it is open, and it is."""
    its = Hours(tuple(week))
    start = at("00:00") + timedelta(minutes=minute)
    found = hours.next_open(its, start)
    minutes = (start + timedelta(minutes=number) for number in range(8 * 1440))
    assert found == next((one for one in minutes if hours.is_open(its, one)), None)
