"""The one rule of limits, for each policy, against a few plain numbers; and its boundaries at the ends of days."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.platform import policy
from atm_service.registers.headroom import domain
from atm_service.registers.headroom.domain import OfficeDay, Used
from atm_service.registers.headroom.errors import (
    CustomerLimitReached,
    OfficeLimitReached,
    TransferLimitReached,
)

BOOKS = [policy.load("bank_agent"), policy.load("mobile_money")]
EVE = date(2026, 11, 30)
EVES = [EVE, date(2026, 12, 31), date(2028, 2, 28), date(2026, 12, 1), date(2026, 11, 16)]
STEP = 1_000_000


@dataclass
class Office:
    """What is known without any figure kept: every movement and every reservation, with its day."""

    moved: list[tuple[date, int]] = field(default_factory=list)
    reserved: list[tuple[date, int]] = field(default_factory=list)

    def on(self, day: date) -> int:
        return sum(amount for at, amount in self.moved + self.reserved if at == day)

    def in_month(self, day: date, *, reserved: bool = True) -> int:
        counted = self.moved + (self.reserved if reserved else [])
        return sum(amount for at, amount in counted if (at.year, at.month) == (day.year, day.month))

    def read(self, today: date) -> OfficeDay:
        """Give the figures as the row of `today` has them."""
        coming = [(at, amount) for at, amount in self.reserved if at >= today]
        return OfficeDay(
            today=today,
            moved_today=sum(amount for at, amount in self.moved if at == today),
            moved_this_month=self.in_month(today, reserved=False),
            reserved_on=sum(amount for at, amount in coming if at == today),
            reserved_in_month=sum(
                amount for at, amount in coming if (at.year, at.month) == (today.year, today.month)
            ),
            reserved_from=sum(amount for _, amount in coming),
        )


def rules(per_day: int, per_month: int) -> policy.Office:
    return policy.Office(per_day=per_day, per_month=per_month)


def refused(day: OfficeDay, amount: int, of: policy.Office, *, reserved: bool = False) -> str | None:
    try:
        day.move(amount, of, reserved=reserved)
    except OfficeLimitReached as reached:
        period: str = reached.members["period"]
        return period if reached.members["limit"] == getattr(of, f"per_{period}") else "another limit"
    return None


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.version)
def test_the_last_dong_of_a_day_and_of_a_month_moves_and_not_one_more(book: policy.Policy) -> None:
    """For each policy, with what is reserved counted as moved."""
    of = book.office
    assert refused(OfficeDay(0, 0, today=EVE), of.per_day, of) is None
    assert refused(OfficeDay(0, 0, today=EVE), of.per_day + 1, of) == "day"
    assert refused(OfficeDay(STEP, STEP, STEP, STEP, STEP, today=EVE), of.per_day - 2 * STEP, of) is None
    assert refused(OfficeDay(STEP, STEP, STEP, STEP, STEP, today=EVE), of.per_day - 2 * STEP + 1, of) == "day"
    full = of.per_month - 3 * STEP
    assert refused(OfficeDay(0, full, 0, STEP, STEP, today=EVE), 2 * STEP, of) is None
    assert refused(OfficeDay(0, full, 0, STEP, STEP, today=EVE), 2 * STEP + 1, of) == "month"


def test_what_is_reserved_for_the_next_month_leaves_this_one_alone() -> None:
    """On 30 November, 20 million for 1 December and 10 million left in November: 10 million are paid."""
    of = BOOKS[0].office
    day = OfficeDay(0, of.per_month - 10_000_000, 0, 0, 20_000_000, today=EVE)
    assert refused(day, 10_000_000, of) is None
    assert refused(day, 10_000_001, of) == "month"


def test_what_was_reserved_takes_its_own_place() -> None:
    """It leaves the day and the month of the others as they were, and needs no second place."""
    of = rules(3 * STEP, 5 * STEP)
    before = OfficeDay(STEP, 3 * STEP, 2 * STEP, 2 * STEP, 4 * STEP, today=EVE)
    assert refused(before, STEP, of) == "month"
    after = before.move(2 * STEP, of, reserved=True)
    assert after == OfficeDay(3 * STEP, 5 * STEP, 0, 0, 2 * STEP, today=EVE)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.version)
def test_a_customers_last_dong_moves_and_not_one_more(book: policy.Policy) -> None:
    """By the day where the book has one, by the month where it has one; a transfer counts by the month alone."""
    of = book.customer
    used = Used(STEP, STEP)
    most = domain.remaining(used, of, EVE).amount
    domain.refuse_customer(used, most, of, EVE)
    with pytest.raises(CustomerLimitReached) as reached:
        domain.refuse_customer(used, most + 1, of, EVE)
    assert reached.value.members["remaining"] == most
    if of.per_month is not None:
        with pytest.raises(CustomerLimitReached):
            domain.refuse_customer(Used(0, of.per_month), 1, of, EVE, is_cash=False)
    domain.refuse_customer(Used(of.per_day, 0), 1, of, EVE, is_cash=False)


AMOUNTS = st.integers(1, 6).map(lambda n: n * STEP)
DEEDS = st.lists(
    st.tuples(st.sampled_from(["move", "reserve", "keep", "night"]), AMOUNTS, st.integers(0, 6)), max_size=40
)


@pytest.mark.parametrize("start", EVES, ids=str)
@given(deeds=DEEDS)
def test_whatever_happens_no_day_and_no_month_holds_more(
    start: date, deeds: list[tuple[str, int, int]]
) -> None:
    """Days go by over the ends of months and years; the kept figures decide as the whole list of deeds does."""
    of, today, office = rules(8 * STEP, 20 * STEP), start, Office()
    for deed, amount, ahead in deeds:
        if deed == "night":
            office.reserved = [one for one in office.reserved if one[0] > today]
            today += timedelta(days=1)
        elif deed == "reserve":
            day = today + timedelta(days=ahead)
            coming: dict[date, int] = {}
            for at, reserved in office.reserved:
                coming[at] = coming.get(at, 0) + reserved
            now = office.read(today)
            used = domain.reading(day, today, now.moved_today, now.moved_this_month, coming)
            assert used == Used(office.on(day), office.in_month(day))
            if not domain.exceeded(used, amount, of):
                office.reserved.append((day, amount))
        elif deed == "keep":
            due = [one for one in office.reserved if one[0] == today]
            if due:
                assert refused(office.read(today), due[0][1], of, reserved=True) is None
                office.reserved.remove(due[0])
                office.moved.append(due[0])
        else:
            fits = office.on(today) + amount <= of.per_day and office.in_month(today) + amount <= of.per_month
            assert (refused(office.read(today), amount, of) is None) == fits
            if fits:
                office.moved.append((today, amount))
        for day in {at for at, _ in office.moved + office.reserved}:
            assert office.on(day) <= of.per_day
            assert office.in_month(day) <= of.per_month


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.version)
@pytest.mark.parametrize("eve", EVES, ids=str)
@given(
    left=st.integers(0, 40), today=st.integers(0, 20), tomorrow=st.integers(0, 20), amount=st.integers(1, 41)
)
def test_each_policys_own_figures_at_the_end_of_a_day(
    book: policy.Policy, eve: date, left: int, today: int, tomorrow: int, amount: int
) -> None:
    """So much left of the month and so much reserved for today and tomorrow: the day's and the month's last đồng."""
    of, unit, next_day = book.office, book.customer.per_day // 4, eve + timedelta(days=1)
    office = Office(reserved=[(eve, today * unit), (next_day, tomorrow * unit)])
    if eve.day > 1:  # the month was moved before today, so that its end comes before the day's
        office.moved.append((eve.replace(day=1), of.per_month - left * unit))
    for one in (amount * unit - 1, amount * unit, amount * unit + 1):
        fits_day = office.on(eve) + one <= of.per_day
        fits_month = office.in_month(eve) + one <= of.per_month
        day_first = of.per_day - office.on(eve) < of.per_month - office.in_month(eve)
        assert refused(office.read(eve), one, of) == (
            None if fits_day and fits_month else "day" if day_first else "month"
        )


def test_a_transfer_has_its_own_day() -> None:
    """The last đồng that may be sent in a day is sent; where the month has less left, that is told."""
    book = BOOKS[1]
    most, month = book.transfer.per_day, book.customer.per_month
    assert month is not None
    domain.refuse_transfer(Used(book.customer.per_day, 0), most - STEP, STEP, book, EVE)
    with pytest.raises(TransferLimitReached) as reached:
        domain.refuse_transfer(Used(0, 0), most - STEP, STEP + 1, book, EVE)
    assert reached.value.members == {"limit": most, "remaining": STEP, "renews_on": date(2026, 12, 1)}
    with pytest.raises(CustomerLimitReached) as used_up:
        domain.refuse_transfer(Used(0, month - STEP), 0, STEP + 1, book, EVE)
    december = {"limit": month, "remaining": STEP, "renews_on": date(2026, 12, 1)}
    assert used_up.value.members == {"period": "month", **december}


def test_what_is_told_may_be_moved() -> None:
    """Of two limits that are exceeded, the one with less left is told, and when it renews; of equal ones the later."""
    of = BOOKS[1].customer
    assert of.per_month is not None
    for day, month, told in (
        (3, 2, ("month", 2)),
        (2, 3, ("day", 2)),
        (2, 2, ("month", 2)),
        (-1, 5, ("day", 0)),
    ):
        used = Used(of.per_day - day * STEP, of.per_month - month * STEP)
        with pytest.raises(CustomerLimitReached) as reached:
            domain.refuse_customer(used, 6 * STEP, of, date(2026, 12, 30))
        assert (reached.value.members["period"], reached.value.members["remaining"]) == (
            told[0],
            told[1] * STEP,
        )
        renews = date(2026, 12, 31) if told[0] == "day" else date(2027, 1, 1)
        assert reached.value.members["renews_on"] == renews
    sent = BOOKS[1].transfer.per_day - 3 * STEP
    with pytest.raises(CustomerLimitReached) as month_first:
        domain.refuse_transfer(Used(0, of.per_month - 2 * STEP), sent, 4 * STEP, BOOKS[1], EVE)
    assert month_first.value.members["remaining"] == 2 * STEP


def test_each_day_reads_its_own_month() -> None:
    """What is reserved over the turn of a year counts on its day and in its month, and nowhere else."""
    eve = date(2026, 12, 31)
    coming = {eve: STEP, eve + timedelta(days=1): 2 * STEP, eve + timedelta(days=2): 3 * STEP}
    seen = [domain.reading(day, eve, STEP, 7 * STEP, coming) for day in coming]
    assert seen == [Used(2 * STEP, 8 * STEP), Used(2 * STEP, 5 * STEP), Used(3 * STEP, 5 * STEP)]
    assert all(one.month >= other.day for one, other in pairwise(seen))
