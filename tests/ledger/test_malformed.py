"""Batches that no caller of ours sends: numbers that are wrong, arrays that are short, doubled or shifted."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ledger import Command, Void, account_id, batch, controls, literals, reading
from tests.ledger.builders import (
    ANNA,
    BANK,
    BINH,
    DRAWER,
    FEES,
    NOW,
    entry,
    hold,
    one,
    payment,
    posted,
    top_up,
)

Arrays = list[list[Any] | Any]
PLACES = range(19)
CODES = (BANK, ANNA, BINH, FEES, DRAWER)  # the accounts of the batch, in the order of their numbers


def arrays(session: Connection) -> Arrays:
    """Give the parameters of a batch with everything in it, as PostgreSQL reads them."""
    placed, other = hold(10, reference="m/1"), hold(20, reference="m/2")
    posted([one(session, placed)])
    commands: list[Command] = [
        top_up(amount=50, reference="m/3"),
        other,
        entry((ANNA, BINH, 5), (ANNA, FEES, 1), reference="m/4"),
        payment(placed, reference="m/5"),
        Void(other.id, "m/6"),
        entry((BINH, BANK, 2), reference="m/7"),
    ]
    columns = batch._Columns()
    for command in commands:
        columns.add(command)
    casts = batch._POST[batch._POST.index("(") + 1 : batch._POST.rindex(")")]
    return list(session.exec_driver_sql("SELECT " + casts, columns.parameters(NOW)).one())


def send(session: Connection, parameters: Arrays) -> bool:
    """Call ledger.post with these; whether it answered."""
    session.exec_driver_sql("SAVEPOINT sent")
    try:
        session.exec_driver_sql(batch._POST, tuple(parameters)).all()
    except DBAPIError:
        session.exec_driver_sql("ROLLBACK TO SAVEPOINT sent")
        return False
    return True


@st.composite
def mistakes(draw: st.DrawFn) -> tuple[str, int, int, int, int]:
    """Choose what to do wrong: how, in which array, at which places, with which number."""
    how = draw(st.sampled_from(("copy", "null", "number", "drop", "swap", "double", "shift", "nest")))
    place = draw(st.sampled_from(PLACES))
    return how, place, draw(st.integers(0, 5)), draw(st.integers(0, 5)), draw(st.integers(-2, 8))


def spoil(values: list[Any], how: str, at: int, other: int, number: int) -> Any:
    """Do it to a copy of one array."""
    if not values:
        return values
    spoilt = list(values)
    at, other = at % len(spoilt), other % len(spoilt)
    match how:
        case "copy":
            spoilt[at] = spoilt[other]
        case "null":
            spoilt[at] = None
        case "number" if any(isinstance(value, int) for value in spoilt):
            spoilt[at] = number
        case "drop":
            del spoilt[at]
        case "swap":
            spoilt[at], spoilt[other] = spoilt[other], spoilt[at]
        case "double":
            spoilt.append(spoilt[at])
        case "shift":
            return shifted(spoilt)
        case "nest":
            return [spoilt]
    return spoilt


def shifted(values: list[Any]) -> Any:
    """Write an array that begins at 0, where arrays begin at 1."""
    if any(isinstance(value, bytes) for value in values):
        return values
    return (
        f"[0:{len(values) - 1}]={literals.texts(None if value is None else str(value) for value in values)}"
    )


@given(st.lists(mistakes(), min_size=1, max_size=3))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_malformed_batch_makes_wrong_money(
    books: Connection, wrong: list[tuple[str, int, int, int, int]]
) -> None:
    """Whatever the numbers say, the call is refused as a whole or leaves a ledger whose controls all hold."""
    books.exec_driver_sql("SAVEPOINT before")
    parameters = arrays(books)
    for how, place, at, other, number in wrong:
        if isinstance(parameters[place], list):
            parameters[place] = spoil(parameters[place], how, at, other, number)
    send(books, parameters)
    assert [control for control in controls.run(books) if not control.holds] == []
    books.exec_driver_sql("ROLLBACK TO SAVEPOINT before")


def test_the_batch_to_be_spoiled_is_good(books: Connection) -> None:
    """Left alone, it is posted: what the other tests see is the mistakes' doing."""
    parameters = arrays(books)
    assert parameters[14] == [account_id(code) for code in CODES]
    assert send(books, parameters)
    assert reading.balance(books, BINH).normal == 3


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (9, [1, -1, 2, 1, 0, 2]),
        (9, [1, 0, 2, 1, 0, 0]),
        (10, [None, 3, None, 1, 2, None]),
        (15, []),
        (14, "twice"),
        (14, "shift"),
        (16, "shift"),
    ],
)
def test_wrong_numbers_are_refused(books: Connection, place: int, value: Any) -> None:
    """The known ways to move money that no posting or hold tells of are closed."""
    parameters = arrays(books)
    if value == "twice":
        value = [parameters[place][0] if code == FEES else account_id(code) for code in CODES]
    elif value == "shift":
        value = shifted(parameters[place])
    parameters[place] = value
    assert not send(books, parameters)
