from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

import ledger
from ledger import Command, InvalidCommand, Posting, Void, commands
from tests.ledger.builders import ANNA, BANK, NOW, entry, hold, new_id, payment, top_up


@pytest.mark.parametrize("amount", [1, 10**15])
def test_amounts_from_one_to_the_limit_are_accepted(amount: int) -> None:
    """The bounds themselves are fine."""
    assert Posting(ANNA, BANK, amount).amount == hold(amount).amount


@pytest.mark.parametrize("amount", [0, -1, 10**15 + 1, True, 1.0, "1", None])
def test_other_amounts_are_refused(amount: Any) -> None:
    """Zero, negative, huge, and whatever is not an int never becomes a command."""
    with pytest.raises(commands.InvalidAmount):
        Posting(ANNA, BANK, amount)
    with pytest.raises(commands.InvalidAmount):
        hold(amount)


@pytest.mark.parametrize("reference", ["", "a b", "a\n", "é", "\0", "a" * 121, None, 5])
def test_references_are_visible_ascii(reference: Any) -> None:
    """Empty, long, spaced or foreign references are refused in every command."""
    makers: list[Callable[[], object]] = [
        lambda: replace(top_up(), reference=reference),
        lambda: replace(hold(), reference=reference),
        lambda: Void(new_id(), reference),
        lambda: ledger.Expire(new_id(), reference),
    ]
    for make in makers:
        with pytest.raises(commands.InvalidText):
            make()
    assert Void(new_id(), "a" * 120).reference == "a" * 120


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", ""), ("kind", "Top-Up"), ("kind", "top up"), ("kind", "a" * 41), ("kind", None),
        ("narration", "x" * 201), ("narration", "a\nb"), ("narration", "\0"), ("narration", "\ud800"),
        ("narration", None),
    ],
)  # fmt: skip
def test_texts_have_limits(field: str, value: Any) -> None:
    """Kinds are one short word; narrations are one short printable line."""
    with pytest.raises(commands.InvalidText):
        replace(top_up(), **{field: value})


@pytest.mark.parametrize("day", [NOW, date(1999, 12, 31), date(2200, 1, 1), "2026-03-02"])
def test_business_dates_are_plain_days(day: Any) -> None:
    """A moment is not a day, and a day lies in this age."""
    with pytest.raises(commands.InvalidTime):
        top_up(business_date=day)


def test_postings_have_limits() -> None:
    """An entry has one posting to a hundred, each between two accounts."""
    line = (ANNA, BANK, 1)
    assert len(entry(*[line] * 100).postings) == 100
    for broken in ((), (line,) * 101):
        with pytest.raises(commands.InvalidPostings):
            entry(*broken)
    with pytest.raises(commands.InvalidPostings):
        Posting(ANNA, ANNA, 1)
    with pytest.raises(commands.InvalidPostings):
        replace(top_up(), postings=[Posting(*line)])  # type: ignore[arg-type]


def test_an_entry_does_not_correct_itself() -> None:
    """A correction names another entry."""
    own_id = new_id()
    with pytest.raises(InvalidCommand):
        top_up(own_id=own_id, corrects=own_id)


def test_times_have_a_zone(books: Connection) -> None:
    """A naive deadline or `now` is refused."""
    naive = datetime(2026, 3, 2, 4, 30)
    with pytest.raises(commands.InvalidTime):
        hold(deadline=naive)
    with pytest.raises(commands.InvalidTime):
        ledger.post(books, [], naive)


def test_a_batch_has_a_limit(books: Connection) -> None:
    """Ten thousand commands go, one more does not."""
    with pytest.raises(commands.InvalidBatch):
        ledger.post(books, [top_up()] * 10_001, NOW)


def test_ten_thousand_commands_go_at_once(books: Connection) -> None:
    """The largest batch is posted in one call, holds and their ends included."""
    holds = [hold(1) for _ in range(500)]
    batch: list[Command] = [*holds, *map(payment, holds), *(top_up(amount=1) for _ in range(9_000))]
    assert {outcome.status.value for outcome in ledger.post(books, batch, NOW)} == {"posted"}


def test_a_new_id_has_one_reference(books: Connection) -> None:
    """A batch that gives one new id to two references is refused before anything happens."""
    one, placed = top_up(), hold()
    batches: list[list[Command]] = [
        [one, replace(one, reference="other")],
        [placed, replace(placed, reference="other")],
        [one, payment(placed, own_id=one.id, reference="other")],
    ]
    for batch in batches:
        with pytest.raises(commands.InvalidBatch):
            ledger.post(books, batch, NOW)
    assert len(ledger.post(books, [one, one], NOW)) == 2
