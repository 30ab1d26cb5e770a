"""Reading the journal and the balances of a period, row by row, in a view of one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, text

from atm_service.control.audit import sql
from atm_service.control.audit.journal import AccountBalance, Extract, JournalEntry, Line, Side
from ledger import AccountClass

ROWS_AT_ONCE: Final = 1_000
# An auditor may ask about years, and waits; a reader who stops reading must not hold a snapshot for ever.
STATEMENT_TIMEOUT_MS: Final = 120_000
IDLE_TIMEOUT_MS: Final = 120_000
UNHURRIED_MS: Final = 3_600_000
"""For who looks at everything from the command line: a control over ten million entries takes a minute."""

_PATIENCE = text("""
    SELECT set_config('statement_timeout', :statement, true),
           set_config('idle_in_transaction_session_timeout', :idle, true),
           set_config('work_mem', '64MB', true)  -- whole days and journals are sorted and added up
""")
_ENTRIES = sql.query("journal_entries")
_SPAN = text(
    "SELECT min(business_date), max(business_date) FROM ledger.entry WHERE business_date BETWEEN :first AND :last"
)
_BALANCES = sql.query("journal_balances")
_COUNTS = sql.query("counts")


@contextmanager
def snapshot(
    engine: Engine, *, read_only: bool = True, timeout_ms: int = STATEMENT_TIMEOUT_MS
) -> Iterator[Connection]:
    """Open a transaction that sees one moment of the database, however many queries it makes."""
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": read_only}
    with engine.connect().execution_options(**options) as session, session.begin():
        session.execute(_PATIENCE, {"statement": str(timeout_ms), "idle": str(IDLE_TIMEOUT_MS)})
        yield session


def extract(session: Connection, first: date, last: date) -> Extract:
    """Give the journal from `first` to `last`, both inclusive, to be read while the snapshot is open."""
    return Extract(first, last, lambda: _balances(session, first, last), _entries(session, first, last))


def _entries(session: Connection, first: date, last: date) -> Iterator[JournalEntry]:
    """Give the journal's entries by business date, then as recorded, through a cursor on the server.

    One day at a time, so that neither a sort nor the first row waits for the whole period; of a period however long
    only the days from the first entry's to the last one's.
    """
    begin, end = session.execute(_SPAN, {"first": first, "last": last}).one()
    for number in range((end - begin).days + 1 if begin else 0):
        rows = _streamed(session, _ENTRIES, {"day": begin + timedelta(days=number)})
        for _id, of_one in groupby(rows, key=lambda row: row.id):
            yield _entry(list(of_one))


def _balances(session: Connection, first: date, last: date) -> Iterator[AccountBalance]:
    """Give every account that moved until `last`, by code, through a cursor on the server."""
    for row in _streamed(session, _BALANCES, {"first": first, "last": last}):
        yield AccountBalance(row.code, AccountClass(row.kind), row.opening, row.closing)


def counts(session: Connection, first: date, last: date) -> Iterator[Row[Any]]:
    """Give every count of cash from `first` to `last`, both inclusive, in order of time."""
    return _streamed(session, _COUNTS, {"first": first, "last": last})


def _streamed(session: Connection, query: Any, values: dict[str, Any]) -> Iterator[Row[Any]]:
    options = {"yield_per": ROWS_AT_ONCE}
    with session.execute(query, values, execution_options=options) as rows:
        yield from rows


def _entry(rows: list[Row[Any]]) -> JournalEntry:
    head = rows[0]
    lines = (
        Line(
            number=row.line,
            amount=row.amount,
            debit=Side(row.debit, AccountClass(row.debit_class), row.debit_balance, row.debit_version),
            credit=Side(row.credit, AccountClass(row.credit_class), row.credit_balance, row.credit_version),
        )
        for row in rows
    )
    return JournalEntry(
        id=head.id,
        business_date=head.business_date,
        recorded_at=head.recorded_at,
        kind=head.kind,
        reference=head.reference,
        narration=head.narration,
        corrects=head.corrects,
        lines=tuple(lines),
        undone_by=head.undone_by,
    )
