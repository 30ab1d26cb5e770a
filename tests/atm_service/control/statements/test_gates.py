"""A file is kept whole, once, and after its gates; the database holds it as it was received."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import exc

from atm_service.control.statements import domain, simulated
from atm_service.control.statements import service as statements
from atm_service.control.statements.domain import Last, Statement, StatementRefused
from atm_service.platform.refusals import Unauthenticated
from tests.atm_service.control.statements.banks import MONDAY, Desk, a_line, a_statement
from tests.atm_service.world import Service
from tests.database import Database

ONE = a_statement(a_line(500_000), a_line(-200_000))
TUESDAY = MONDAY + timedelta(days=1)
LAST = Last(statements.UUID(int=1), 7, 1_000, MONDAY)
NEXT = a_statement(a_line(5), sequence=8, opening=1_000, on=TUESDAY)
NEW_YEAR = date(2027, 1, 4)


@pytest.fixture
def desk(service: Service) -> Desk:
    return Desk(service)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (replace(NEXT, sequence=9), "a gap"),
        (replace(NEXT, sequence=7), "a gap"),
        (replace(NEXT, sequence=1), "a gap"),
        (replace(NEXT, opening=1_001, closing=1_006), "does not open as the one before closed"),
        (replace(NEXT, opening_on=MONDAY - timedelta(days=1)), "does not open as the one before closed"),
        (replace(NEXT, closing=1_006), "opening and lines are not the closing"),
        (replace(NEXT, closing_on=MONDAY), "closes before it opens"),
        (replace(NEXT, closing_on=NEW_YEAR + timedelta(days=1)), "after today"),
        (replace(NEXT, lines=(a_line(5, on=TUESDAY + timedelta(days=1)),)), "booked after"),
        (replace(NEXT, opening_on=TUESDAY - timedelta(days=367)), "more than a year before"),
        (replace(NEXT, opening_on=date.min, closing_on=date.min, lines=()), "more than a year before"),
        (replace(NEXT, lines=(a_line(5, on=TUESDAY - timedelta(days=367)),)), "more than a year from"),
        (replace(NEXT, lines=(replace(a_line(5), value_on=date.max),)), "more than a year from"),
    ],
)
def test_each_gate_refuses(statement: Statement, reason: str) -> None:
    """Days, sum, sequence, opening."""
    with pytest.raises(StatementRefused, match=reason):
        domain.check(statement, LAST, NEW_YEAR)


def test_what_follows_passes() -> None:
    """The next number, or 1 in another year; an account's first statement may have any."""
    domain.check(NEXT, LAST, TUESDAY)
    domain.check(NEXT, None, TUESDAY)
    domain.check(replace(NEXT, sequence=1, opening_on=NEW_YEAR, closing_on=NEW_YEAR), LAST, NEW_YEAR)


def test_working_days_pass_over_weekends_and_days_off() -> None:
    """From a Friday two working days are Tuesday, and Wednesday when Monday is off."""
    friday = date(2026, 11, 20)
    assert domain.working_days(friday, 2, frozenset()) == date(2026, 11, 24)
    assert domain.working_days(friday, 2, frozenset({date(2026, 11, 23)})) == date(2026, 11, 25)
    assert domain.working_days(date(2026, 11, 24), -2, frozenset()) == friday


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "0-1"), (1, "0-1"), (2, "2-5"), (5, "2-5"), (6, "6-30"), (30, "6-30"), (31, "over-30")],
)
def test_ages_have_bands(desk: Desk, service: Service, days: int, name: str) -> None:
    """By calendar days, to the day."""
    desk.told(a_line(1))
    desk.move_to(MONDAY + timedelta(days=days))
    (found,) = desk.breaks()["items"]
    assert found["band"] == name
    assert desk.breaks(age=name)["number"] == 1


def test_a_value_date_to_come_makes_no_break_younger(desk: Desk) -> None:
    """A break is aged from its value date, and from the last day that was told if that is earlier."""
    desk.take_in(
        simulated.camt([a_statement(replace(a_line(1), value_on=MONDAY + timedelta(days=300)), a_line(-2))])
    )
    assert [one["since"] for one in desk.breaks()["items"]] == [MONDAY.isoformat()] * 2


def test_a_file_is_kept_as_received_and_comes_once(desk: Desk, service: Service) -> None:
    """Byte by byte, under its hash; the same again changes nothing, though another would have to follow."""
    written = simulated.mt940([ONE])
    first = desk.take_in(written)
    with service.context.transaction() as session:
        assert (
            statements.content(session, service.context, desk.operator, first.file_id, service.now) == written
        )
    again = desk.take_in(written)
    assert (again.again, again.file_id, again.runs) == (True, first.file_id, ())
    assert len(service.staff("auditor").get("/audit/v1/statements").json()["items"]) == 1


def test_a_failed_gate_leaves_nothing_but_a_row_in_the_trail(desk: Desk, database: Database) -> None:
    """The second account of a file is none of ours: nothing of the first is kept."""
    both = simulated.camt([ONE, a_statement(a_line(1), account="9999")])
    with pytest.raises(StatementRefused, match="line 18: account 9999 is none of ours"):
        desk.take_in(both)
    with database.owner.connect() as session:
        for table in ("statement_file", "bank_statement", "statement_line", "match_run"):
            assert session.exec_driver_sql(f"SELECT count(*) FROM service.{table}").scalar_one() == 0
        detail = session.exec_driver_sql(
            "SELECT detail FROM service.audit_event WHERE action = 'statement.refused'"
        ).scalar_one()
    assert (detail["line"], detail["reason"]) == (18, "account 9999 is none of ours")


def test_two_who_import_one_file_at_once(desk: Desk) -> None:
    """One has imported it, the other is told so."""
    written = simulated.camt([ONE])
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: desk.take_in(written).again, range(8)))
    assert sorted(done) == [False] + [True] * 7


def test_two_files_for_one_place_in_the_chain(desk: Desk) -> None:
    """Of two different first statements one stands; the other does not follow it."""

    def take(written: bytes) -> bool:
        try:
            return not desk.take_in(written).again
        except StatementRefused:
            return False

    other = simulated.camt([a_statement(a_line(1))])
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, [simulated.camt([ONE]), other])) == [False, True]


def test_whoever_was_switched_off_imports_nothing(desk: Desk) -> None:
    """The rights are held in the transaction, and are those of the session's beginning no more."""
    desk.operator = replace(desk.operator, generation=desk.operator.generation + 1)
    with pytest.raises(Unauthenticated):
        desk.take_in(simulated.camt([ONE]))


def test_an_account_is_written_down_once(desk: Desk) -> None:
    """The same again changes nothing; another number of the bank, or the number at another bank, is refused."""
    assert desk.opened
    assert not desk.open_account("970436", "0011004000001")
    for bin, number in (("970436", "222222"), ("970405", "0011004000001"), ("970405", "no-number")):
        with pytest.raises(StatementRefused):
            desk.open_account(bin, number)


TABLES = (
    "settlement_account", "statement_file", "statement_piece", "bank_statement", "statement_line", "match_run",
    "bank_match", "match_line", "match_entry", "bank_break", "break_step", "break_end",
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_nobody_changes_what_is_kept(desk: Desk, database: Database, table: str) -> None:
    """The service's role has no right to; the owner is stopped by a trigger."""
    desk.told(a_line(1))
    for deed in (f"DELETE FROM service.{table}", f"TRUNCATE service.{table} CASCADE"):
        with database.app.connect() as session, pytest.raises(exc.DBAPIError, match="permission denied"):
            session.exec_driver_sql(deed)
        with (
            database.owner.connect() as session,
            pytest.raises(exc.DBAPIError, match=r"never changed|refused"),
        ):
            session.exec_driver_sql(deed)


COPY = """
    INSERT INTO service.{table} SELECT (jsonb_populate_record(one, '{change}')).* FROM service.{table} AS one LIMIT 1
"""
OTHER = '"id": "00000000-0000-0000-0000-000000000001"'


@pytest.mark.parametrize(
    ("table", "change", "guard"),
    [
        ("statement_file", OTHER, "statement_file_once"),
        ("statement_line", f'{OTHER}, "number": 2', "no more lines"),
        ("bank_statement", OTHER, "bank_statement_one_chain|not its lines"),
        ("bank_statement", f'{OTHER}, "lines": 0, "total": 0', "bank_statement_adds_up"),
        ("bank_statement", f'{OTHER}, "lines": 0, "total": 0, "closing": 0', "bank_statement_one_chain"),
        ("bank_break", f'{OTHER}, "amount": 0', "bank_break_amount"),
        ("bank_break", f'{OTHER}, "kind": "missing"', "bank_break_kind"),
    ],
)
def test_the_database_holds_what_statements_are(
    desk: Desk, database: Database, table: str, change: str, guard: str
) -> None:
    """Lines are not added later, a chain does not fork, sums add up: whatever the code believes."""
    desk.told(a_line(1))
    with database.app.connect() as session, pytest.raises(exc.DBAPIError, match=guard):
        session.exec_driver_sql(COPY.format(table=table, change="{" + change + "}").replace("%", "%%"))
