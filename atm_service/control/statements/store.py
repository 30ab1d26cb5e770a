"""Tables and queries of statements, matches and breaks. Nothing here is ever updated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Row,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from atm_service.control.statements.domain import Last, is_order
from atm_service.control.statements.matching import BankLine, Break, BreakKind, Match, Ours, Rule, Window
from atm_service.platform.locking import Rank

_SCHEMA: Final = {"schema": "service"}


def _later(of: str) -> ForeignKey:
    """Name what comes after its parts, in the same transaction."""
    return ForeignKey(of, deferrable=True, initially="DEFERRED")


class SettlementAccountRow(SQLModel, table=True):
    """Our account at a bank, by the number under which its statements come: one a bank."""

    __tablename__ = "settlement_account"
    __table_args__ = (UniqueConstraint("bin", name="settlement_account_of_bank"), _SCHEMA)

    number: str = Field(primary_key=True)
    bin: str
    opened_by: UUID = Field(foreign_key="service.staff.id")
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))


class StatementFileRow(SQLModel, table=True):
    """A file as it was received, once. What is in it stands in pieces."""

    __tablename__ = "statement_file"
    __table_args__ = (UniqueConstraint("sha256", name="statement_file_once"), _SCHEMA)

    id: UUID = Field(primary_key=True)
    sha256: bytes = Field(sa_type=LargeBinary)
    format: str
    size: int
    imported_by: UUID = Field(foreign_key="service.staff.id")
    imported_at: datetime = Field(sa_type=DateTime(timezone=True))


class StatementPieceRow(SQLModel, table=True):
    """A part of a file, encrypted: names and account numbers of people are in it."""

    __tablename__ = "statement_piece"
    __table_args__ = _SCHEMA

    file_id: UUID = Field(primary_key=True, foreign_key="service.statement_file.id")
    number: int = Field(primary_key=True, sa_type=SmallInteger)
    content_sealed: bytes = Field(sa_type=LargeBinary)


class BankStatementRow(SQLModel, table=True):
    """One account's statement. `previous`: the one that it follows, and opens as that one closed."""

    __tablename__ = "bank_statement"
    __table_args__ = (
        UniqueConstraint("id", "account", "closing", name="bank_statement_closing"),
        UniqueConstraint(
            "account", "previous", name="bank_statement_one_chain", postgresql_nulls_not_distinct=True
        ),
        ForeignKeyConstraint(
            ["previous", "account", "opening"],
            [f"service.bank_statement.{name}" for name in ("id", "account", "closing")],
            name="bank_statement_opens_as_closed",
        ),
        Index("bank_statement_of_file", "file_id"),
        _SCHEMA,
    )

    id: UUID = Field(primary_key=True)
    file_id: UUID = Field(foreign_key="service.statement_file.id")
    account: str = Field(foreign_key="service.settlement_account.number")
    sequence: int
    previous: UUID | None = None
    opening: int = Field(sa_type=BigInteger)
    opening_on: date
    closing: int = Field(sa_type=BigInteger)
    closing_on: date
    lines: int
    total: int = Field(sa_type=BigInteger)


class StatementLineRow(SQLModel, table=True):
    """One movement. `at`: its line in the file. `names`: references by which it may be known."""

    __tablename__ = "statement_line"
    __table_args__ = (
        UniqueConstraint("statement_id", "number", name="statement_line_once"),
        _SCHEMA,
    )

    id: UUID = Field(primary_key=True)
    statement_id: UUID = Field(sa_column_args=(_later("service.bank_statement.id"),))
    number: int
    at: int
    booked_on: date
    value_on: date
    amount: int = Field(sa_type=BigInteger)
    charges: int = Field(sa_type=BigInteger)
    reversal: bool
    names: list[str] = Field(sa_type=ARRAY(Text))
    text_sealed: bytes = Field(sa_type=LargeBinary)


class MatchRunRow(SQLModel, table=True):
    """One run of the rules over an account, by a version of them, up to the last day that the bank has told."""

    __tablename__ = "match_run"
    __table_args__ = (Index("match_run_of_account", "account", "id"), _SCHEMA)

    id: UUID = Field(primary_key=True)
    account: str = Field(foreign_key="service.settlement_account.number")
    version: int = Field(sa_type=SmallInteger)
    through: date
    days: int = Field(sa_type=SmallInteger)
    matched: int
    opened: int
    ended: int
    expected: int
    run_by: UUID = Field(foreign_key="service.staff.id")
    run_at: datetime = Field(sa_type=DateTime(timezone=True))


class BankMatchRow(SQLModel, table=True):
    """Lines and entries that come to the same, by a rule of a run or by a person with a word."""

    __tablename__ = "bank_match"
    __table_args__ = _SCHEMA

    id: UUID = Field(primary_key=True)
    account: str = Field(foreign_key="service.settlement_account.number")
    rule: str
    run_id: UUID | None = Field(default=None, foreign_key="service.match_run.id")
    made_by: UUID | None = Field(default=None, foreign_key="service.staff.id")
    words: str | None = None
    made_at: datetime = Field(sa_type=DateTime(timezone=True))


class MatchLineRow(SQLModel, table=True):
    """A line is matched once."""

    __tablename__ = "match_line"
    __table_args__ = (Index("match_line_of_match", "match_id"), _SCHEMA)

    line_id: UUID = Field(primary_key=True, foreign_key="service.statement_line.id")
    match_id: UUID = Field(sa_column_args=(_later("service.bank_match.id"),))


class MatchEntryRow(SQLModel, table=True):
    """An entry is matched once on each account that it moves."""

    __tablename__ = "match_entry"
    __table_args__ = (Index("match_entry_of_match", "match_id"), _SCHEMA)

    account: str = Field(primary_key=True, foreign_key="service.settlement_account.number")
    entry_id: UUID = Field(primary_key=True, foreign_key="ledger.entry.id")
    match_id: UUID = Field(sa_column_args=(_later("service.bank_match.id"),))


class BankBreakRow(SQLModel, table=True):
    """What a run found and could not match. `amount`: the bank's less ours. `since`: the day from which it is aged."""

    __tablename__ = "bank_break"
    __table_args__ = (Index("bank_break_of_line", "line_id"), _SCHEMA)

    id: UUID = Field(primary_key=True)
    account: str = Field(foreign_key="service.settlement_account.number")
    kind: str
    line_id: UUID | None = Field(default=None, foreign_key="service.statement_line.id")
    entries: list[UUID] = Field(sa_type=ARRAY(Uuid))
    amount: int = Field(sa_type=BigInteger)
    since: date
    run_id: UUID = Field(foreign_key="service.match_run.id")
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))


class BreakStepRow(SQLModel, table=True):
    """What somebody did to a break: claimed it, or noted something."""

    __tablename__ = "break_step"
    __table_args__ = (Index("break_step_of_break", "break_id", "id"), _SCHEMA)

    id: UUID = Field(primary_key=True)
    break_id: UUID = Field(foreign_key="service.bank_break.id")
    kind: str
    words: str | None = None
    made_by: UUID = Field(foreign_key="service.staff.id")
    made_at: datetime = Field(sa_type=DateTime(timezone=True))


class BreakEndRow(SQLModel, table=True):
    """The one end of a break: the match that explains it."""

    __tablename__ = "break_end"
    __table_args__ = _SCHEMA

    break_id: UUID = Field(primary_key=True, foreign_key="service.bank_break.id")
    match_id: UUID = Field(foreign_key="service.bank_match.id")
    ended_at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class OpenBreak:
    """A break as whoever resolves it needs it. `owner`: who has claimed it last."""

    id: UUID
    account: str
    bin: str
    kind: BreakKind
    line: UUID | None
    entries: tuple[UUID, ...]
    amount: int
    owner: UUID | None
    owner_name: str | None
    match_id: UUID | None


_TURN: Final = Rank.STATEMENT.locks("SELECT pg_advisory_xact_lock(hashtextextended('statements', 0))")
_BIN: Final = text("SELECT bin FROM service.settlement_account WHERE number = :number")
_OPEN_ACCOUNT: Final = Rank.STATEMENT.writes("""
    INSERT INTO service.settlement_account (number, bin, opened_by, opened_at) VALUES (:number, :bin, :by, :now)
    ON CONFLICT DO NOTHING
""")
_IS_OPEN: Final = text(
    "SELECT count(*) FROM service.settlement_account WHERE number = :number AND bin = :bin"
)
_KNOWN: Final = text("SELECT id FROM service.statement_file WHERE sha256 = :sha256")
_LAST: Final = text("""
    SELECT id, sequence, closing, closing_on FROM service.bank_statement AS last
    WHERE account = :account
      AND NOT EXISTS (SELECT FROM service.bank_statement WHERE previous = last.id AND account = :account)
""")
# What is dated the day before, as an opening balance of MT940 is, says nothing of that day's movements.
TOLD: Final = """
    SELECT first.account, first.opening_on + CAST(first.opening_on < first.closing_on AND NOT EXISTS (
               SELECT FROM service.statement_line WHERE statement_id = first.id AND booked_on <= first.opening_on
           ) AS integer) AS since,
           (SELECT max(closing_on) FROM service.bank_statement WHERE account = first.account) AS through
    FROM service.bank_statement AS first WHERE first.previous IS NULL
"""
_SPAN: Final = text(f"SELECT since, through FROM ({TOLD}) AS told WHERE account = :account")  # noqa: S608
_TOLD: Final = text("SELECT DISTINCT account FROM service.bank_statement ORDER BY account")
_FILE: Final = text("""
    INSERT INTO service.statement_file (id, sha256, format, size, imported_by, imported_at)
    VALUES (:id, :sha256, :format, :size, :by, :now)
""")
_PIECE: Final = text(
    "INSERT INTO service.statement_piece (file_id, number, content_sealed) VALUES (:id, :number, :sealed)"
)
_PIECES: Final = text(
    "SELECT number, content_sealed FROM service.statement_piece WHERE file_id = :id ORDER BY number"
)
_STATEMENT: Final = text("""
    INSERT INTO service.bank_statement
        (id, file_id, account, sequence, previous, opening, opening_on, closing, closing_on, lines, total)
    VALUES (:id, :file_id, :account, :sequence, :previous, :opening, :opening_on, :closing, :closing_on, :lines, :total)
""")
_LINE: Final = text("""
    INSERT INTO service.statement_line
        (id, statement_id, number, at, booked_on, value_on, amount, charges, reversal, names, text_sealed)
    VALUES (:id, :statement_id, :number, :at, :booked_on, :value_on, :amount, :charges, :reversal, :names, :text_sealed)
""")
_OPEN_LINES: Final = text("""
    SELECT line.id, line.amount, line.value_on, line.names, line.reversal
    FROM service.statement_line AS line JOIN service.bank_statement AS statement ON statement.id = line.statement_id
    WHERE statement.account = :account AND NOT EXISTS (SELECT FROM service.match_line WHERE line_id = line.id)
    ORDER BY statement.closing_on, statement.id, line.number
""")
_MATCHED_NAMES: Final = text("""
    SELECT DISTINCT name
    FROM service.bank_statement AS statement JOIN service.statement_line AS line ON line.statement_id = statement.id
    JOIN service.match_line AS part ON part.line_id = line.id CROSS JOIN LATERAL unnest(line.names) AS name
    WHERE statement.account = :account AND statement.closing_on >= :since AND name = ANY (:names)
""")
# What moved on the account and is not matched. The bank knows a top-up or payout by its id or by its own reference,
# a payer's money by the transfer's number.
_OPEN_OURS: Final = text("""
    SELECT entry.id, entry.business_date, entry.reference, payment.bank_reference,
           service.moved_at_bank(:bin, entry.id) AS amount
    FROM (SELECT entry_id FROM ledger.posting
          WHERE debit_id = ledger.account_id(concat('bank/', CAST(:bin AS text), '/settlement'))
          UNION SELECT entry_id FROM ledger.posting
          WHERE credit_id = ledger.account_id(concat('bank/', CAST(:bin AS text), '/settlement'))) AS moved
    JOIN ledger.entry AS entry ON entry.id = moved.entry_id
    LEFT JOIN service.bank_payment AS payment ON payment.entry_id = entry.id
    WHERE entry.business_date >= :since
      AND NOT EXISTS (SELECT FROM service.match_entry WHERE account = :account AND entry_id = entry.id)
    ORDER BY entry.business_date, entry.id
""")
_RUN: Final = text("""
    INSERT INTO service.match_run
        (id, account, version, through, days, matched, opened, ended, expected, run_by, run_at)
    VALUES (:id, :account, :version, :through, :days, :matched, :opened, :ended, :expected, :by, :now)
""")
_MATCH: Final = text("""
    INSERT INTO service.bank_match (id, account, rule, run_id, made_by, words, made_at)
    SELECT id, :account, rule, :run_id, :by, :words, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:rules AS text[])) AS made (id, rule)
""")
_MATCH_LINES: Final = text("""
    INSERT INTO service.match_line (line_id, match_id)
    SELECT * FROM unnest(CAST(:parts AS uuid[]), CAST(:matches AS uuid[]))
""")
_MATCH_ENTRIES: Final = text("""
    INSERT INTO service.match_entry (account, entry_id, match_id)
    SELECT :account, * FROM unnest(CAST(:parts AS uuid[]), CAST(:matches AS uuid[]))
""")
_BREAK: Final = text("""
    INSERT INTO service.bank_break (id, account, kind, line_id, entries, amount, since, run_id, opened_at)
    VALUES (:id, :account, :kind, :line, CAST(:entries AS uuid[]), :amount, :on, :run_id, :now)
""")
_END: Final = text(
    "INSERT INTO service.break_end (break_id, match_id, ended_at) VALUES (:id, :match_id, :now)"
)
_STEP: Final = text("""
    INSERT INTO service.break_step (id, break_id, kind, words, made_by, made_at)
    VALUES (:id, :break_id, :kind, :words, :by, :now)
""")
OWNED: Final = """
    LEFT JOIN LATERAL (
        SELECT made_by, username FROM service.break_step JOIN service.staff ON staff.id = made_by
        WHERE break_id = b.id AND kind = 'claimed' ORDER BY break_step.id DESC LIMIT 1) AS owner ON true
"""
_OPEN: Final = f"""
    SELECT b.id, b.account, of.bin, b.kind, b.line_id, b.entries, b.amount, owner.made_by AS owner,
           owner.username AS owner_name, ended.match_id
    FROM service.bank_break AS b JOIN service.settlement_account AS of ON of.number = b.account {OWNED}
    LEFT JOIN service.break_end AS ended ON ended.break_id = b.id
"""  # noqa: S608  made of constants
_OF_IDS: Final = text(f"{_OPEN} WHERE b.id = ANY (:ids) ORDER BY b.id")
_OF_ACCOUNT: Final = text(f"{_OPEN} WHERE b.account = :account AND ended.match_id IS NULL ORDER BY b.id")


def take_turn(session: Connection) -> None:
    """Let those who read statements in, match, or work on breaks take turns until the commit."""
    session.execute(_TURN)


def bin_of(session: Connection, number: str) -> str | None:
    """Give the bank of one of our accounts; None: it is none of ours."""
    found: str | None = session.execute(_BIN, {"number": number}).scalar_one_or_none()
    return found


def open_account(session: Connection, number: str, bin: str, by: UUID, now: datetime) -> bool | None:
    """Write down our account at a bank; False: it is there; None: the bank has another one, or the number has."""
    values = {"number": number, "bin": bin, "by": by, "now": now}
    if session.execute(_OPEN_ACCOUNT, values).rowcount:
        return True
    return False if session.execute(_IS_OPEN, values).scalar_one() else None


def known(session: Connection, sha256: bytes) -> UUID | None:
    """Give the file that was received with this content."""
    found: UUID | None = session.execute(_KNOWN, {"sha256": sha256}).scalar_one_or_none()
    return found


def last(session: Connection, account: str) -> Last | None:
    """Give an account's newest statement."""
    row = session.execute(_LAST, {"account": account}).one_or_none()
    return None if row is None else Last(*row)


def span(session: Connection, account: str) -> tuple[date, date] | None:
    """Give the days from the first to the last that the bank has told of an account."""
    row = session.execute(_SPAN, {"account": account}).one_or_none()
    return None if row is None else (row.since, row.through)


def told_accounts(session: Connection) -> list[str]:
    """Give the accounts of which there are statements."""
    return list(session.execute(_TOLD).scalars())


def add_file(session: Connection, values: dict[str, Any], pieces: Sequence[bytes]) -> None:
    """Keep a file as it was received."""
    session.execute(_FILE, values)
    session.execute(
        _PIECE,
        [{"id": values["id"], "number": n, "sealed": piece} for n, piece in enumerate(pieces, start=1)],
    )


def pieces(session: Connection, file_id: UUID) -> list[tuple[int, bytes]]:
    """Give a file's pieces in order, encrypted."""
    return [(row.number, bytes(row.content_sealed)) for row in session.execute(_PIECES, {"id": file_id})]


def add_statement(session: Connection, values: dict[str, Any], lines: Sequence[dict[str, Any]]) -> None:
    """Write a statement down, its lines first."""
    if lines:
        session.execute(_LINE, lines)
    session.execute(_STATEMENT, values)


def open_lines(session: Connection, account: str, since: date) -> list[BankLine]:
    """Give the lines of an account that nothing is matched with, as the bank has them.

    A double bears a name of one that was matched, in a statement that closed `since` or later.
    """
    rows = session.execute(_OPEN_LINES, {"account": account}).all()
    names = sorted({name for row in rows for name in row.names if not is_order(name)})
    asked = {"account": account, "since": since, "names": names}
    known = set(session.execute(_MATCHED_NAMES, asked).scalars()) if names else set[str]()
    return [
        BankLine(
            row.id,
            row.amount,
            row.value_on,
            frozenset(row.names),
            row.reversal,
            not known.isdisjoint(row.names),
        )
        for row in rows
    ]


def open_ours(session: Connection, account: str, bin: str, since: date) -> list[Ours]:
    """Give our entries on an account that are not matched, from a day on."""
    found = session.execute(_OPEN_OURS, {"account": account, "bin": bin, "since": since})
    return [Ours(row.id, int(row.amount), row.business_date, _names(row)) for row in found if row.amount]


def _names(row: Row[Any]) -> frozenset[str]:
    kind, _, rest = row.reference.partition("/")
    own = rest.rpartition("/")[2] if kind == "payer-funding" else rest.replace("-", "")
    return frozenset(filter(None, (own.upper(), (row.bank_reference or "").upper())))


def add_run(
    session: Connection,
    id: UUID,
    account: str,
    version: int,
    window: Window,
    counts: dict[str, int],
    by: UUID,
    now: datetime,
) -> None:
    """Write down that the rules were run."""
    values = {
        "id": id,
        "account": account,
        "version": version,
        "through": window.through,
        "days": window.days,
    }
    session.execute(_RUN, values | counts | {"by": by, "now": now})


def add_matches(
    session: Connection,
    account: str,
    made: Sequence[tuple[UUID, Match]],
    now: datetime,
    *,
    run_id: UUID | None = None,
    by: UUID | None = None,
    words: str | None = None,
) -> None:
    """Write matches down, their parts first: the database adds them up."""
    for query, parts in (
        (_MATCH_LINES, [(line, id) for id, one in made for line in one.lines]),
        (_MATCH_ENTRIES, [(entry, id) for id, one in made for entry in one.entries]),
    ):
        values = {
            "account": account,
            "parts": [part for part, _ in parts],
            "matches": [id for _, id in parts],
        }
        session.execute(query, values)
    rules: list[Rule] = [one.rule for _, one in made]
    head = {"account": account, "run_id": run_id, "by": by, "words": words, "now": now}
    session.execute(_MATCH, head | {"ids": [id for id, _ in made], "rules": rules})


def add_breaks(
    session: Connection, account: str, found: Sequence[tuple[UUID, Break]], run_id: UUID, now: datetime
) -> None:
    """Open breaks."""
    rows = [
        {**{name: getattr(one, name) for name in Break.__slots__}, "id": id, "account": account}
        | {"entries": list(one.entries), "run_id": run_id, "now": now}
        for id, one in found
    ]
    if rows:
        session.execute(_BREAK, rows)


def end(session: Connection, ended: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """End breaks, each by a match."""
    rows = [{"id": id, "match_id": match_id, "now": now} for id, match_id in ended]
    if rows:
        session.execute(_END, rows)


def add_step(
    session: Connection, id: UUID, break_id: UUID, kind: str, words: str | None, by: UUID, now: datetime
) -> None:
    """Write down what somebody did to a break."""
    values = {"id": id, "break_id": break_id, "kind": kind, "words": words, "by": by, "now": now}
    session.execute(_STEP, values)


def of_ids(session: Connection, ids: Sequence[UUID]) -> list[OpenBreak]:
    """Give breaks by id, ended or not, in order."""
    return [_open(row) for row in session.execute(_OF_IDS, {"ids": list(ids)})]


def open_of(session: Connection, account: str) -> list[OpenBreak]:
    """Give an account's open breaks."""
    return [_open(row) for row in session.execute(_OF_ACCOUNT, {"account": account})]


def _open(row: Row[Any]) -> OpenBreak:
    return OpenBreak(
        id=row.id,
        account=row.account,
        bin=row.bin,
        kind=BreakKind(row.kind),
        line=row.line_id,
        entries=tuple(row.entries),
        amount=row.amount,
        owner=row.owner,
        owner_name=row.owner_name,
        match_id=row.match_id,
    )
