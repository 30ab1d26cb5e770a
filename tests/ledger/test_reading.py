from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

import ledger
from ledger import AccountClass, Void, reading
from tests.ledger.builders import (
    ACCOUNTS,
    ANNA,
    BANK,
    BINH,
    DRAWER,
    FEES,
    HOUR,
    NOW,
    TODAY,
    entry,
    hold,
    new_id,
    one,
    payment,
    posted,
    top_up,
)

DAY = timedelta(days=1)


@pytest.fixture
def session(session: Connection) -> Connection:
    """Give a session with open accounts and no entries."""
    ledger.open_accounts(session, ACCOUNTS, NOW)
    return session


def test_a_balance_reads_as_its_class_expects(session: Connection) -> None:
    """Assets grow by debits, the rest by credits; what is held is not available."""
    posted(ledger.post(session, [top_up(amount=1_000), hold(300)], NOW))
    anna, bank = reading.balance(session, ANNA), reading.balance(session, BANK)
    assert (anna.signed, anna.normal, anna.held, anna.available, anna.version) == (-1_000, 1_000, 300, 700, 1)
    assert (bank.signed, bank.normal, bank.available, bank.class_) == (
        1_000,
        1_000,
        1_000,
        AccountClass.ASSET,
    )


def test_an_unknown_account_has_no_balance(session: Connection) -> None:
    """Asking for it says so, now and at a date; asking for several leaves it out."""
    with pytest.raises(reading.UnknownAccount):
        reading.balance(session, "customer/nobody")
    with pytest.raises(reading.UnknownAccount):
        reading.balance_at(session, "customer/nobody", TODAY)
    assert [found.code for found in reading.balances(session, ["customer/nobody", BINH, ANNA])] == [
        ANNA,
        BINH,
    ]


@pytest.mark.parametrize("limit", [3, 4], ids=["pages end with a debit", "pages end with a credit"])
def test_a_statement_pages_through_every_leg_once(session: Connection, limit: int) -> None:
    """The newest come first, each page before the last version of the one before, debits and credits mixed."""
    moves = [top_up(amount=100) if n % 3 else entry((ANNA, BINH, n)) for n in range(1, 12)]
    posted(ledger.post(session, moves, NOW))
    legs, before = [], None
    while page := reading.statement(session, ANNA, before, limit):
        assert len(page) <= limit
        legs += page
        before = page[-1].version
    assert [leg.version for leg in legs] == list(range(11, 0, -1))
    assert [leg.entry_id for leg in legs] == [move.id for move in reversed(moves)]
    assert legs[0].balance == reading.balance(session, ANNA).signed == sum(leg.signed for leg in legs)


def test_a_leg_tells_its_entry(session: Connection) -> None:
    """A leg carries what the statement prints: counterpart, kind, date, narration, correction."""
    wrong = top_up(amount=7)
    right = entry((ANNA, BANK, 7), kind="correction", narration="nhầm số tiền", corrects=wrong.id)
    posted(ledger.post(session, [wrong, right], NOW))
    assert reading.statement(session, ANNA, None, 1) == [
        reading.Leg(
            entry_id=right.id,
            line=1,
            code=ANNA,
            counterpart=BANK,
            side="debit",
            amount=7,
            balance=0,
            version=2,
            reference=right.reference,
            kind="correction",
            business_date=TODAY,
            recorded_at=NOW,
            narration="nhầm số tiền",
            corrects=wrong.id,
        )
    ]


def test_a_statement_of_days_and_kinds_is_what_the_span_adds_up(session: Connection) -> None:
    """By business date, both days inclusive; before, in and out are of the same days, whatever the order of entries."""
    for day, amount in ((TODAY, 1), (TODAY - DAY, 10), (TODAY + DAY, 100), (TODAY - 2 * DAY, 1_000)):
        posted([one(session, top_up(amount=amount, business_date=day))])
    posted([one(session, entry((ANNA, BINH, 5), kind="transfer", business_date=TODAY))])

    def amounts(**wanted: object) -> list[int]:
        return [-leg.signed for leg in reading.statement(session, ANNA, None, 9, **wanted)]  # type: ignore[arg-type]

    assert amounts(first=TODAY - DAY, last=TODAY) == [-5, 10, 1]
    assert amounts(first=TODAY - DAY, last=TODAY, kinds=["transfer"]) == [-5]
    assert amounts(kinds=["payout"]) == []
    assert reading.span(session, ANNA, TODAY - DAY, TODAY) == reading.Span(-1_000, 5, 11)
    assert reading.span(session, ANNA, TODAY + DAY, TODAY + 9 * DAY) == reading.Span(-1_006, 0, 100)
    assert reading.span(session, "customer/nobody", TODAY, TODAY) == reading.Span(0, 0, 0)


def test_an_entry_is_found_in_the_accounts_that_it_moved(session: Connection) -> None:
    """All its lines there, the last first, and none for an account that it left alone."""
    posted([one(session, top_up(amount=100))])
    moved = entry((ANNA, BINH, 5), (ANNA, FEES, 1), kind="transfer")
    posted([one(session, moved)])
    assert [(leg.line, leg.counterpart) for leg in reading.legs_of(session, ANNA, moved.id)] == [
        (2, FEES),
        (1, BINH),
    ]
    assert [leg.line for leg in reading.legs_of(session, BINH, moved.id)] == [1]
    assert reading.legs_of(session, BANK, moved.id) == []


@pytest.mark.parametrize("limit", [0, -1, 1_001])
def test_a_page_has_limits(session: Connection, limit: int) -> None:
    """A page has one leg to a thousand."""
    with pytest.raises(ValueError, match="1 to 1000"):
        reading.statement(session, ANNA, None, limit)


def test_balances_on_a_day_are_by_business_date(session: Connection) -> None:
    """An entry dated back counts from its date on; one dated ahead does not count before."""
    for day, amount in ((TODAY, 1), (TODAY - DAY, 10), (TODAY + DAY, 100), (TODAY - DAY, 1_000)):
        posted([one(session, top_up(amount=amount, business_date=day))])
    expected = {TODAY - 2 * DAY: 0, TODAY - DAY: 1_010, TODAY: 1_011, TODAY + DAY: 1_111}
    for day, amount in expected.items():
        assert reading.balance_at(session, ANNA, day).normal == amount
        assert {row.code: row.normal for row in reading.trial_balance(session, day)} == {
            ANNA: amount, BANK: amount, BINH: 0, DRAWER: 0, FEES: 0, "treasury/cash": 0,
        }  # fmt: skip


def test_a_trial_balance_is_zero(session: Connection) -> None:
    """Debits equal credits over all accounts, by code, on any day; a prefix picks some of them."""
    posted(ledger.post(session, [top_up(), entry((ANNA, FEES, 5), (ANNA, BANK, 6))], NOW))
    for day in (date(2020, 1, 1), TODAY):
        rows = reading.trial_balance(session, day)
        assert sum(row.signed for row in rows) == 0
        assert [row.code for row in rows] == sorted(account.code for account in ACCOUNTS)
    assert [row.code for row in reading.trial_balance(session, TODAY, "customer/")] == [ANNA, BINH]


def test_open_holds_are_those_that_have_not_ended(session: Connection) -> None:
    """By deadline, under a prefix; captured and voided ones are gone."""
    late, soon, paid, gone = hold(10), hold(20, deadline=NOW), hold(30), hold(40)
    other = hold(5, account=BINH)
    filled = entry((DRAWER, "treasury/cash", 100))
    posted(ledger.post(session, [top_up(), top_up(BINH), filled, late, soon, paid, gone, other], NOW))
    posted(ledger.post(session, [payment(paid), Void(gone.id, "v")], NOW))
    found = reading.open_holds(session, ANNA)
    assert [(held.id, held.code, held.amount) for held in found] == [(soon.id, ANNA, 20), (late.id, ANNA, 10)]
    assert [held.id for held in reading.open_holds(session, "customer/")] == [soon.id, late.id, other.id]
    assert found[1].deadline == NOW + HOUR


def test_the_legs_are_a_debit_and_a_credit_row(session: Connection) -> None:
    """Reports read two rows for each posting, which sum to zero."""
    moved = entry((BANK, ANNA, 9), (ANNA, FEES, 2), own_id=new_id())
    posted([one(session, moved)])
    rows = session.exec_driver_sql(
        "SELECT line, side, code, amount, balance, version FROM ledger.leg ORDER BY line, side DESC"
    ).all()
    assert rows == [
        (1, "debit", BANK, 9, 9, 1),
        (1, "credit", ANNA, 9, -9, 1),
        (2, "debit", ANNA, 2, -7, 2),
        (2, "credit", FEES, 2, -2, 1),
    ]
