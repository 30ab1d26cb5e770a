from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import business_date


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 1, 16, 59, 59, 999_999, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 1, 17, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
def test_the_day_begins_at_midnight_in_vietnam(now: datetime, day: date) -> None:
    """17:00 UTC is the next business date."""
    assert business_date(now) == day


@given(st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1)))
def test_it_is_the_date_in_ho_chi_minh_city(moment: datetime) -> None:
    """The time zone database agrees for every moment the ledger may see."""
    now = moment.replace(tzinfo=UTC)
    assert business_date(now) == now.astimezone(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    assert business_date(now + timedelta(days=1)) > business_date(now)


def test_a_naive_time_has_no_business_date() -> None:
    """A time without a zone is refused."""
    with pytest.raises(ValueError, match="time zone"):
        business_date(datetime(2026, 3, 1))
