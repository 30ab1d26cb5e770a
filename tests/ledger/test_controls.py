"""Every control finds the corruption that it is for, planted by a superuser who goes around everything."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

import ledger
from ledger import controls
from tests.database import Database
from tests.ledger.builders import ANNA, BANK, DRAWER, HOUR, NOW, TICK, hold, payment

PLANTED = {
    "entries-complete": (
        "DELETE FROM ledger.posting",
        "DELETE FROM ledger.entry",
        "UPDATE ledger.entry SET lines = lines + 1",
    ),
    "corrections-known": ("UPDATE ledger.entry SET corrects = gen_random_uuid() WHERE kind = 'cash'",),
    "balances-equal-postings": (
        f"UPDATE ledger.account SET credits = credits + 1 WHERE code = '{ANNA}'",
        "UPDATE ledger.account SET version = version + 1",
        "UPDATE ledger.posting SET amount = amount + 1",
        f"DELETE FROM ledger.account WHERE code = '{BANK}'",
        f"UPDATE ledger.account SET debits = debits + 5, credits = credits + 5 WHERE code = '{ANNA}'",
    ),
    "versions-follow": (
        "UPDATE ledger.posting SET debit_version = debit_version + 7",
        "UPDATE ledger.posting SET credit_balance = credit_balance - 1 WHERE amount > 1000",
        "UPDATE ledger.posting SET amount = amount + 1",
    ),
    "held-equals-open-holds": (
        f"UPDATE ledger.account SET held = held - 1 WHERE code = '{ANNA}'",
        "DELETE FROM ledger.hold WHERE reference = 'open'",
        "DELETE FROM ledger.hold_end",
        "UPDATE ledger.hold SET amount = amount + 1 WHERE reference = 'open'",
    ),
    "floors-kept": (
        "UPDATE ledger.account SET floored = true",
        f"UPDATE ledger.posting SET debit_balance = 1 WHERE debit_id = ledger.account_id('{ANNA}')",
        f"UPDATE ledger.posting SET credit_balance = -1 WHERE credit_id = ledger.account_id('{DRAWER}')",
    ),
    "holds-end-right": (
        "UPDATE ledger.hold SET deadline = placed_at - interval '1 microsecond' WHERE reference = 'spent'",
        "UPDATE ledger.hold SET amount = 9 WHERE reference = 'spent'",
        "UPDATE ledger.hold SET placed_at = placed_at + interval '91 seconds' WHERE reference = 'spent'",
        "UPDATE ledger.hold_end SET ended_at = ended_at + interval '1 second'",
        "UPDATE ledger.hold_end SET outcome = 'expired', entry_id = NULL",
        "UPDATE ledger.hold_end SET entry_id = (SELECT id FROM ledger.entry WHERE kind = 'top-up')",
        "UPDATE ledger.hold_end SET entry_id = gen_random_uuid()",
        "DELETE FROM ledger.hold WHERE reference = 'spent'",
    ),
    "trial-balance-zero": (f"UPDATE ledger.account SET credits = credits + 1 WHERE code = '{ANNA}'",),
    "closed-days-kept": ("INSERT INTO ledger.closed_day VALUES ('2026-03-02', '2026-03-02 04:28:29+00')",),
    "account-ids-follow-codes": (
        f"UPDATE ledger.account SET code = CASE code WHEN '{ANNA}' THEN 'x/y' ELSE code END",
    ),
}
APART = timedelta(seconds=90)
LOOSE = (
    "ALTER TABLE ledger.account DROP CONSTRAINT account_floor",
    "ALTER DOMAIN ledger.total DROP CONSTRAINT total_bounded",
    "ALTER TABLE ledger.hold DROP CONSTRAINT hold_deadline_ahead",
    "ALTER TABLE ledger.hold_end DROP CONSTRAINT hold_end_by_entry_or_reference",
    "SET session_replication_role = replica",
)


def broken(session: Connection) -> dict[str, tuple[str, ...]]:
    return {control.name: control.examples for control in controls.run(session) if not control.holds}


def test_all_hold_in_a_ledger_that_was_left_alone(books: Connection) -> None:
    """No control cries wolf, and each one ran."""
    assert [control.name for control in controls.run(books)] == list(controls.CONTROLS)
    assert broken(books) == {}


def test_all_hold_at_the_last_moment_of_a_hold(books: Connection) -> None:
    """A hold captured whole at its deadline, and one that expired right after it, are in order."""
    last, lapsed = hold(500), hold(500)
    ledger.post(books, [last, lapsed], NOW)
    ledger.post(books, [payment(last)], NOW + HOUR)
    ledger.post(books, [ledger.Expire(lapsed.id, "e")], NOW + HOUR + TICK)
    assert broken(books) == {}


@pytest.mark.parametrize(
    ("name", "corruption"), [(name, planted) for name, all_of in PLANTED.items() for planted in all_of]
)
def test_a_control_finds_what_breaks_it(prepared: Database, name: str, corruption: str) -> None:
    """The corruption is found by the control it is for, with an example that names the row."""
    with prepared.owner.connect() as session:
        for statement in (*LOOSE, corruption):
            session.exec_driver_sql(statement)
        found = broken(session)
    assert name in found
    assert all(" " in example for example in found[name])


def test_a_close_may_have_waited_for_an_entry(prepared: Database) -> None:
    """An entry that was recorded up to a minute and a half after the close was under way when that began."""
    with prepared.owner.connect() as session:
        for statement in (
            *LOOSE,
            "INSERT INTO ledger.closed_day VALUES ('2026-03-02', '2026-03-02 04:28:30+00')",
        ):
            session.exec_driver_sql(statement)
        assert "closed-days-kept" not in broken(session)


def test_every_control_has_a_plant_and_says_what_it_proves() -> None:
    """None is trusted that was never seen to fail; the first line of each is a sentence for the auditor."""
    assert set(PLANTED) == set(controls.CONTROLS)
    assert all(query.sql.startswith("-- ") for query in controls.CONTROLS.values())


def test_a_control_counts_all_and_shows_a_few(prepared: Database) -> None:
    """Many breaks are counted; five are shown."""
    with prepared.owner.connect() as session:
        for statement in (*LOOSE, "UPDATE ledger.account SET version = version + 1"):
            session.exec_driver_sql(statement)
        control = controls.check(session, "balances-equal-postings")
    assert (control.holds, control.breaks, len(control.examples)) == (False, 6, 5)


def test_clocks_may_differ(books: Connection) -> None:
    """A hold is placed by a clock as far ahead as any that serves, and ended by one that is right."""
    placed = hold(500, deadline=NOW + HOUR)
    ledger.post(books, [placed], NOW + APART)
    ledger.post(books, [payment(placed)], NOW)
    assert broken(books) == {}
