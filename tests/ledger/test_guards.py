"""The hand at psql: as the service's role and as the owner, in SQL, around the ledger's functions."""

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

import ledger
from ledger import Account, AccountClass, Status
from tests.database import Database
from tests.ledger.builders import ANNA, DRAWER, NOW, top_up
from tests.ledger.model import TOTAL_MAX

FORBIDDEN = "42501"  # insufficient_privilege: the role may not
REFUSED = "23001"  # restrict_violation: nobody may
CHECKED = "23514"  # check_violation
TAKEN = "23505"  # unique_violation

POSE = "SET ledger.writer = 'ledger'"
"""What somebody does who wants to be taken for one of the ledger's functions."""

STRAY_ENTRY = (
    "INSERT INTO ledger.entry SELECT gen_random_uuid(), 'stray', fingerprint, kind, business_date, narration,"
    " lines, recorded_at, corrects FROM ledger.entry LIMIT 1"
)
STRAY_POSTING = (
    "INSERT INTO ledger.posting SELECT entry_id, line + 1, debit_id, credit_id, amount, debit_balance,"
    " debit_version + 10, credit_balance, credit_version + 10 FROM ledger.posting LIMIT 1"
)
STRAY_HOLD = (
    "INSERT INTO ledger.hold SELECT gen_random_uuid(), 'stray', fingerprint, account_id, 1, deadline,"
    " placed_at FROM ledger.hold LIMIT 1"
)
STRAY_END = (
    "INSERT INTO ledger.hold_end SELECT id, 'voided', NULL, 'stray', fingerprint, placed_at FROM ledger.hold"
    " WHERE reference = 'open'"
)
STRAY_ACCOUNT = (
    "INSERT INTO ledger.account (id, code, class, floored, opened_at)"
    " VALUES (gen_random_uuid(), 'customer/stray', 'liability', true, now())"
)
TO_THE_JOURNAL = (
    "UPDATE ledger.entry SET narration = narration",
    "UPDATE ledger.posting SET amount = amount + 1",
    "UPDATE ledger.hold SET deadline = deadline",
    "UPDATE ledger.hold_end SET outcome = outcome",
    "DELETE FROM ledger.entry",
    "DELETE FROM ledger.posting",
    "DELETE FROM ledger.hold",
    "DELETE FROM ledger.hold_end",
    "DELETE FROM ledger.account",
    "TRUNCATE ledger.entry CASCADE",
    "TRUNCATE ledger.posting",
    "TRUNCATE ledger.hold CASCADE",
    "TRUNCATE ledger.hold_end",
    "TRUNCATE ledger.account CASCADE",
)
BESIDE_THE_FUNCTIONS = (
    STRAY_ENTRY,
    STRAY_POSTING,
    STRAY_HOLD,
    STRAY_END,
    STRAY_ACCOUNT,
    "UPDATE ledger.account SET credits = credits + 1",
    "UPDATE ledger.account SET floored = false",
)


def answer(engine: Engine, *statements: str) -> tuple[str, str]:
    """Run the statements by hand, and give the code and the text of what the last one is answered."""
    with engine.connect() as session:
        for statement in statements[:-1]:
            session.exec_driver_sql(statement)
        with pytest.raises(DBAPIError) as caught:
            session.exec_driver_sql(statements[-1])
    return caught.value.orig.sqlstate, str(caught.value.orig)  # type: ignore[union-attr]


@pytest.mark.parametrize("change", TO_THE_JOURNAL + BESIDE_THE_FUNCTIONS)
def test_the_service_may_not_write(prepared: Database, change: str) -> None:
    """The service's role has no right to the ledger's tables but to read them, whoever it poses as."""
    assert answer(prepared.app, change)[0] == FORBIDDEN
    assert answer(prepared.app, POSE, change)[0] == FORBIDDEN


@pytest.mark.parametrize("change", TO_THE_JOURNAL + BESIDE_THE_FUNCTIONS)
def test_the_owner_is_stopped_and_told_what_to_do(prepared: Database, change: str) -> None:
    """A hand at psql as the owner changes nothing, and reads what to do instead."""
    code, text = answer(prepared.owner, change)
    assert (code, "ledger.post" in text) == (REFUSED, True)


@pytest.mark.parametrize("change", TO_THE_JOURNAL)
def test_not_even_the_ledgers_functions_change_the_journal(prepared: Database, change: str) -> None:
    """Rows stay as they were written while the ledger writes, too."""
    assert answer(prepared.owner, POSE, change)[0] == REFUSED


@pytest.mark.parametrize(
    ("stray", "code"),
    [
        (STRAY_POSTING, REFUSED),
        (STRAY_POSTING.replace("line + 1", "line"), TAKEN),
        (STRAY_POSTING.replace("entry_id, line + 1", "gen_random_uuid(), line"), REFUSED),
    ],
    ids=["another line", "the same line", "no entry"],
)
def test_nothing_is_added_to_an_entry_later(prepared: Database, stray: str, code: str) -> None:
    """A posting alone is refused, even to somebody who poses as the ledger."""
    assert answer(prepared.owner, POSE, stray)[0] == code


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        (f"UPDATE ledger.account SET debits = debits + 1001 WHERE code = '{ANNA}'", "account_floor"),
        (f"UPDATE ledger.account SET credits = credits + 5001 WHERE code = '{DRAWER}'", "account_floor"),
        (f"UPDATE ledger.account SET held = held + 1001 WHERE code = '{ANNA}'", "account_floor"),
        ("UPDATE ledger.account SET held = -1 WHERE floored", "total_bounded"),
        ("UPDATE ledger.account SET held = 1 WHERE NOT floored", "account_floor"),
        ("UPDATE ledger.account SET debits = -1 WHERE NOT floored", "total_bounded"),
        ("UPDATE ledger.account SET debits = 100000000000000001 WHERE NOT floored", "total_bounded"),
        ("UPDATE ledger.account SET class = 'cash'", "account_class_known"),
        ("UPDATE ledger.account SET code = upper(code)", "account_code_form"),
    ],
)
def test_no_balance_can_be_wrong(prepared: Database, change: str, constraint: str) -> None:
    """Constraints stand behind the functions: a customer is not overdrawn, a total is not below zero."""
    code, text = answer(prepared.owner, POSE, change)
    assert (code, constraint in text) == (CHECKED, True)


@pytest.mark.parametrize("change", ["debits = debits + 1000", "held = held + 1000"])
def test_an_account_can_go_to_its_floor(prepared: Database, change: str) -> None:
    """The floor is zero, and not one đồng above it."""
    with prepared.owner.connect() as session:
        session.exec_driver_sql(POSE)
        session.exec_driver_sql(f"UPDATE ledger.account SET {change} WHERE code = '{ANNA}'")


def assert_unmarked(session: Connection) -> None:
    """Check that the session does not pass for the ledger."""
    mark = session.exec_driver_sql("SELECT coalesce(current_setting('ledger.writer', true), '')").scalar_one()
    assert mark == ""


def test_the_writers_mark_ends_with_the_function(prepared: Database) -> None:
    """After the ledger has written, or failed to, the same transaction cannot write by hand."""
    broken = "SELECT ledger.open_accounts('{c/d}', '{nonsense}', '{t}', now())"
    with prepared.owner.connect() as session:
        assert ledger.post(session, [top_up()], NOW)[0].status is Status.POSTED
        assert_unmarked(session)
        ledger.open_accounts(session, [Account("a/b", AccountClass.EQUITY, floored=False)], NOW)
        assert_unmarked(session)
        session.exec_driver_sql("SAVEPOINT before")
        with pytest.raises(DBAPIError, match="account_class_known"):
            session.exec_driver_sql(broken)
        session.exec_driver_sql("ROLLBACK TO SAVEPOINT before")
        assert_unmarked(session)


def test_only_the_ledgers_own_doors_are_open(prepared: Database) -> None:
    """The service's role may call what the ledger offers and nothing inside it; others may call nothing."""
    query = (
        "SELECT proname FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace"
        " AND has_function_privilege(%s, oid, 'execute') ORDER BY proname"
    )
    with prepared.owner.connect() as session:
        service = session.exec_driver_sql(query, ("soft_atm_app",)).scalars().all()
        others = session.exec_driver_sql(query, ("pg_monitor",)).scalars().all()
    doors = [
        "account_id",
        "close_account",
        "close_day",
        "open_accounts",
        "post",
        "post_one",
        "seal",
        "set_marks",
    ]
    assert (service, others) == (doors, [])


def test_a_total_has_one_bound(prepared: Database) -> None:
    """What the ledger's functions call full is what the domain of a total lets be written, and one đồng more is not."""
    with prepared.owner.connect() as session:
        assert session.exec_driver_sql("SELECT ledger.total_max()::ledger.total").scalar_one() == TOTAL_MAX
    assert answer(prepared.owner, "SELECT (ledger.total_max() + 1)::ledger.total")[0] == CHECKED
