import pytest
from sqlalchemy import Connection

import ledger
from ledger import Account, AccountClass, AccountMismatch, InvalidAccount, account_id, reading
from tests.ledger.builders import ACCOUNTS, ANNA, NOW


@pytest.mark.parametrize(
    "code", ["a/b", "customer/0190", "office/05971-1/drawer/1", "a1-/b-c/2", "a/" + "b" * 118]
)
def test_a_code_is_a_path_of_lower_case_words(code: str) -> None:
    """Such a code has an id, and always the same one."""
    assert account_id(code) == account_id(code)
    assert account_id(code).version == 8


@pytest.mark.parametrize(
    "code",
    [
        "",
        "a",
        "a/",
        "/a",
        "a//b",
        "A/b",
        "1/b",
        "a/B",
        "a/-b",
        "a/b c",
        "a/b\n",
        "a/ô",
        "a/b'",
        "a/" + "b" * 119,
    ],
)
def test_other_codes_are_refused(code: str) -> None:
    """What is not such a path has no id and no account."""
    with pytest.raises(InvalidAccount):
        account_id(code)
    with pytest.raises(InvalidAccount):
        Account(code, AccountClass.ASSET, floored=True)


def test_the_database_computes_the_same_id(books: Connection) -> None:
    """Python and SQL agree on the id of every account."""
    rows = books.exec_driver_sql("SELECT code, id, ledger.account_id(code) FROM ledger.account").all()
    assert [(code, account_id(code), account_id(code)) for code, _, _ in rows] == rows


def test_opening_again_changes_nothing(books: Connection) -> None:
    """Accounts that are open stay as they are; new ones are opened beside them."""
    new = Account("customer/chi", AccountClass.LIABILITY, floored=True)
    before = reading.balance(books, ANNA)
    ledger.open_accounts(books, [*ACCOUNTS, new, new], NOW)
    assert reading.balance(books, ANNA) == before
    assert reading.balance(books, "customer/chi").normal == 0


@pytest.mark.parametrize(
    "other",
    [Account(ANNA, AccountClass.ASSET, floored=True), Account(ANNA, AccountClass.LIABILITY, floored=False)],
)
def test_an_account_cannot_be_opened_as_something_else(books: Connection, other: Account) -> None:
    """Another class or floor for an open code is refused by name, and nothing is opened."""
    new = Account("customer/chi", AccountClass.LIABILITY, floored=True)
    with pytest.raises(AccountMismatch) as caught:
        ledger.open_accounts(books, [new, other], NOW)
    assert caught.value.codes == (ANNA,)
    assert reading.balances(books, ["customer/chi"]) == []


def test_one_call_cannot_open_an_account_in_two_ways(books: Connection) -> None:
    """Two classes for one code in one call are refused."""
    torn = [
        Account("a/b", AccountClass.ASSET, floored=False),
        Account("a/b", AccountClass.INCOME, floored=False),
    ]
    with pytest.raises(AccountMismatch):
        ledger.open_accounts(books, torn, NOW)


def test_opening_has_limits(books: Connection) -> None:
    """Too many accounts, or a time without a zone, do not reach the database."""
    one = Account("a/b", AccountClass.ASSET, floored=False)
    with pytest.raises(ValueError, match="at most 10000"):
        ledger.open_accounts(books, [one] * 10_001, NOW)
    with pytest.raises(ValueError, match="time zone"):
        ledger.open_accounts(books, [one], NOW.replace(tzinfo=None))
    ledger.open_accounts(books, [], NOW)
