"""Batches that no caller of ours sends: numbers that are wrong, arrays that are short, doubled or shifted."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

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

ARRAYS = ("commands", "movements", "accounts", "holds")
CODES = (BANK, ANNA, BINH, FEES, DRAWER)  # the accounts of the batch, in the order of their numbers
LINES, ENTRY_ID, HOLD_NUMBER = 4, 5, 10  # places in a command

Mistake = tuple[str, str, int, int, int, int]


@dataclass
class Sent:
    """What goes to ledger.post: its arrays as lists of rows, and what is odd about an array as a whole."""

    rows: dict[str, list[Any]]
    odd: dict[str, str] = field(default_factory=dict)

    def literals(self) -> list[str]:
        """Write the arrays as PostgreSQL reads them."""
        return [self._literal(self.rows[name], self.odd.get(name)) for name in ARRAYS]

    def _literal(self, rows: list[Any], odd: str | None) -> str:
        text = "{" + ",".join(map(self._row, rows)) + "}"
        if odd == "shift" and rows:
            return f"[0:{len(rows) - 1}]={text}"  # begins at 0, where arrays begin at 1
        return "{" + text + "}" if odd == "nest" and rows else text

    def _row(self, row: Any) -> str:
        if row is None or isinstance(row, UUID):
            return "NULL" if row is None else str(row)
        return literals.rows([row])[1:-1]

    def spoil(self, how: str, name: str, place: int, at: int, other: int, number: int) -> None:
        """Make a mistake: in a field of a row, in rows, or in an array as a whole."""
        rows = self.rows[name]
        if not rows:
            return
        at, other = at % len(rows), other % len(rows)
        match how:
            case "shift" | "nest":
                self.odd[name] = how
            case "drop":
                del rows[at]
            case "swap":
                rows[at], rows[other] = rows[other], rows[at]
            case "double":
                rows.append(rows[at])
            case "lose":
                rows[at] = None
            case _ if isinstance(rows[at], tuple) and isinstance(rows[other], tuple):
                rows[at] = spoilt(rows[at], how, place % len(rows[at]), rows[other], number)


def spoilt(
    row: tuple[Any, ...], how: str, place: int, other: tuple[Any, ...], number: int
) -> tuple[Any, ...]:
    """Give a row with a mistake in one field."""
    value = {"copy": other[place], "null": None}.get(
        how, number if isinstance(row[place], int) else row[place]
    )
    return (*row[:place], value, *row[place + 1 :])


def good(session: Connection) -> Sent:
    """Give a batch with everything in it."""
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
    made = batch._Batch()
    for command in commands:
        made.add(command)
    accounts = [account_id(code) for code in made.accounts]
    return Sent(
        {
            "commands": list(made.commands),
            "movements": list(made.movements),
            "accounts": accounts,
            "holds": list(made.holds),
        }
    )


def send(session: Connection, sent: Sent) -> bool:
    """Call ledger.post with these; whether it answered."""
    session.exec_driver_sql("SAVEPOINT sent")
    try:
        session.exec_driver_sql(batch._POST, (*sent.literals(), NOW)).all()
    except DBAPIError:
        session.exec_driver_sql("ROLLBACK TO SAVEPOINT sent")
        return False
    return True


@st.composite
def mistakes(draw: st.DrawFn) -> Mistake:
    """Choose what to do wrong: how, in which array, in which field, at which rows, with which number."""
    in_a_field, in_rows = ("copy", "null", "number"), ("drop", "swap", "double", "lose", "shift", "nest")
    how = draw(st.sampled_from((*in_a_field, *in_a_field, *in_rows)))
    place, at, other = draw(st.integers(0, 13)), draw(st.integers(0, 5)), draw(st.integers(0, 5))
    return how, draw(st.sampled_from(ARRAYS)), place, at, other, draw(st.integers(-2, 8))


@given(st.lists(mistakes(), min_size=1, max_size=3))
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_malformed_batch_makes_wrong_money(books: Connection, wrong: list[Mistake]) -> None:
    """Whatever the numbers say, the call is refused as a whole or leaves a ledger whose controls all hold."""
    books.exec_driver_sql("SAVEPOINT before")
    sent = good(books)
    for mistake in wrong:
        sent.spoil(*mistake)
    send(books, sent)
    assert [control for control in controls.run(books) if not control.holds] == []
    books.exec_driver_sql("ROLLBACK TO SAVEPOINT before")


def test_the_batch_to_be_spoiled_is_good(books: Connection) -> None:
    """Left alone, it is posted: what the other tests see is the mistakes' doing."""
    sent = good(books)
    assert sent.rows["accounts"] == [account_id(code) for code in CODES]
    assert send(books, sent)
    assert reading.balance(books, BINH).normal == 3


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (LINES, (1, -1, 2, 1, 0, 2)),
        (LINES, (1, 0, 2, 1, 0, 0)),
        (LINES, (1, 1, 2, 1, 0, 0)),
        (ENTRY_ID, (None,) * 6),
        (HOLD_NUMBER, (None, 3, None, 1, 2, None)),
    ],
)
def test_wrong_numbers_are_refused(books: Connection, place: int, values: tuple[Any, ...]) -> None:
    """The known ways to move money that no posting or hold tells of are closed."""
    sent = good(books)
    sent.rows["commands"] = [
        (*command[:place], value, *command[place + 1 :])
        for command, value in zip(sent.rows["commands"], values, strict=True)
    ]
    assert not send(books, sent)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("holds", "empty"),
        ("accounts", "twice"),
        *((name, "shift") for name in ARRAYS),
    ],
)
def test_wrong_arrays_are_refused(books: Connection, name: str, how: str) -> None:
    """A hold without a number, an account with two, and arrays that do not begin at 1."""
    sent = good(books)
    if how == "empty":
        sent.rows[name] = []
    elif how == "twice":
        sent.rows[name] = [account_id(BANK if code == FEES else code) for code in CODES]
    else:
        sent.odd[name] = how
    assert not send(books, sent)
