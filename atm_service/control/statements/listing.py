"""What the desk reads: accounts and how they tie, statements, lines, runs, breaks and their totals, one break whole."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from atm_service.control.statements.store import OWNED, TOLD

CANDIDATES_MAX: Final = 10

# Per account: the bank's closing, our ledger's balance, and what stands between them. `before` is what was there at the
# first statement's opening and is no break: bank less books less breaks plus what is expected is `before`, always.
_ACCOUNTS: Final = text(f"""
    SELECT of.number AS account, of.bin, told.since, told.through, coalesce(last.closing, 0) AS closing, books.balance,
           coalesce(broken.number, 0) AS breaks, coalesce(broken.total, 0) AS breaks_total,
           coalesce(ours.total, 0) AS expected_total, coalesce(first.opening, 0) - coalesce(ours.before, 0) AS before
    FROM service.settlement_account AS of
    CROSS JOIN LATERAL (SELECT debits - credits AS balance FROM ledger.account
                        WHERE id = ledger.account_id(concat('bank/', of.bin, '/settlement'))) AS books
    LEFT JOIN ({TOLD}) AS told ON told.account = of.number
    LEFT JOIN service.bank_statement AS first ON first.account = of.number AND first.previous IS NULL
    LEFT JOIN LATERAL (
        SELECT closing FROM service.bank_statement AS one WHERE account = of.number
        AND NOT EXISTS (SELECT FROM service.bank_statement WHERE previous = one.id)) AS last ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS number, sum(amount) AS total, array_agg(entry) FILTER (WHERE entry IS NOT NULL) AS entries
        FROM (SELECT id, CASE WHEN row_number() OVER (PARTITION BY id) = 1 THEN amount ELSE 0 END AS amount, entry
              FROM service.bank_break AS b LEFT JOIN LATERAL unnest(b.entries) AS entry ON true
              WHERE b.account = of.number
                AND NOT EXISTS (SELECT FROM service.break_end WHERE break_id = b.id)) AS open_
    ) AS broken ON true
    LEFT JOIN LATERAL (
        SELECT sum(moved) FILTER (WHERE entry.business_date >= told.since) AS total,
               sum(moved) FILTER (WHERE entry.business_date < told.since OR told.since IS NULL) AS before
        FROM (SELECT entry_id, sum(amount) AS moved FROM (
                  SELECT entry_id, amount FROM ledger.posting
                  WHERE debit_id = ledger.account_id(concat('bank/', of.bin, '/settlement'))
                  UNION ALL SELECT entry_id, -amount FROM ledger.posting
                  WHERE credit_id = ledger.account_id(concat('bank/', of.bin, '/settlement'))) AS each
              GROUP BY entry_id) AS posted
        JOIN ledger.entry AS entry ON entry.id = posted.entry_id
        WHERE NOT EXISTS (SELECT FROM service.match_entry WHERE account = of.number AND entry_id = entry.id)
          AND entry.id <> ALL (coalesce(broken.entries, '{{}}'))
    ) AS ours ON true
    ORDER BY of.bin
""")  # noqa: S608  made of constants
_STATEMENTS: Final = text("""
    SELECT one.*, of.bin, file.sha256, file.format, file.size, file.imported_at, imported.username AS imported_by,
           before.sequence AS follows, before.closing AS closed_before,
           (SELECT count(*) FROM service.statement_line AS line WHERE line.statement_id = one.id
            AND NOT EXISTS (SELECT FROM service.match_line WHERE line_id = line.id)) AS open_lines
    FROM service.bank_statement AS one JOIN service.settlement_account AS of ON of.number = one.account
    JOIN service.statement_file AS file ON file.id = one.file_id
    JOIN service.staff AS imported ON imported.id = file.imported_by
    LEFT JOIN service.bank_statement AS before ON before.id = one.previous
    WHERE one.id < :before AND (CAST(:bin AS text) IS NULL OR of.bin = :bin)
      AND (CAST(:id AS uuid) IS NULL OR one.id = :id)
    ORDER BY one.id DESC LIMIT :limit
""")
_LINES: Final = text("""
    SELECT line.*, made.rule, b.id AS break_id
    FROM service.statement_line AS line
    LEFT JOIN service.match_line AS part ON part.line_id = line.id
    LEFT JOIN service.bank_match AS made ON made.id = part.match_id
    LEFT JOIN LATERAL (SELECT id FROM service.bank_break WHERE line_id = line.id
                       ORDER BY id DESC LIMIT 1) AS b ON true
    WHERE line.statement_id = :id AND line.number > :after ORDER BY line.number LIMIT :limit
""")
_RUNS: Final = text("""
    SELECT run.*, of.bin, staff.username FROM service.match_run AS run
    JOIN service.settlement_account AS of ON of.number = run.account JOIN service.staff ON staff.id = run.run_by
    WHERE run.id < :before ORDER BY run.id DESC LIMIT :limit
""")
_BREAKS: Final = f"""
    SELECT b.*, of.bin, owner.username AS owner, ended.ended_at, made.rule, made.words AS ended_words,
           maker.username AS ended_by,
           CASE WHEN age.days <= 1 THEN '0-1' WHEN age.days <= 5 THEN '2-5' WHEN age.days <= 30 THEN '6-30'
                ELSE 'over-30' END AS band
    FROM service.bank_break AS b JOIN service.settlement_account AS of ON of.number = b.account {OWNED}
    LEFT JOIN service.break_end AS ended ON ended.break_id = b.id
    LEFT JOIN service.bank_match AS made ON made.id = ended.match_id
    LEFT JOIN service.staff AS maker ON maker.id = made.made_by
    CROSS JOIN LATERAL (
        SELECT coalesce((ended.ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, :today) - b.since AS days) AS age
"""  # noqa: S608  made of constants
_FILTERED: Final = f"""
    SELECT * FROM ({_BREAKS}) AS found
    WHERE (ended_at IS NULL) = :open AND (CAST(:bin AS text) IS NULL OR bin = :bin)
      AND (CAST(:kind AS text) IS NULL OR kind = :kind) AND (CAST(:band AS text) IS NULL OR band = :band)
      AND (CAST(:owner AS text) IS NULL OR owner = :owner)
"""  # noqa: S608  the same
_LISTED: Final = text(f"SELECT * FROM ({_FILTERED}) AS one WHERE id < :before ORDER BY id DESC LIMIT :limit")  # noqa: S608
_TOTALS: Final = text(f"""
    SELECT kind, band, count(*) AS number, sum(amount) AS total FROM ({_FILTERED}) AS one
    GROUP BY kind, band ORDER BY kind, band
""")  # noqa: S608  the same
_ONE: Final = text(f"SELECT * FROM ({_BREAKS}) AS one WHERE id = :id")  # noqa: S608
_OPPOSITE: Final = text(f"""
    SELECT * FROM ({_BREAKS}) AS one
    WHERE account = :account AND ended_at IS NULL AND amount = -CAST(:amount AS bigint) AND id <> :id
    ORDER BY abs(since - CAST(:since AS date)), id LIMIT {CANDIDATES_MAX}
""")  # noqa: S608  the same
_LINE: Final = text("""
    SELECT line.*, statement.sequence FROM service.statement_line AS line
    JOIN service.bank_statement AS statement ON statement.id = line.statement_id WHERE line.id = :id
""")
_ENTRIES: Final = text("""
    SELECT id, kind, business_date, recorded_at, reference, service.moved_at_bank(:bin, id) AS amount
    FROM ledger.entry WHERE id = ANY (:ids) ORDER BY id
""")
_STEPS: Final = text("""
    SELECT step.kind, step.words, step.made_at, staff.username FROM service.break_step AS step
    JOIN service.staff ON staff.id = step.made_by WHERE step.break_id = :id ORDER BY step.id
""")
Found = Sequence[RowMapping]


def _all(session: Connection, query: Any, **values: Any) -> Found:
    return session.execute(query, values).mappings().all()


def accounts(session: Connection) -> Found:
    """Give each of our accounts at banks, and what stands between its bank and our books."""
    return _all(session, _ACCOUNTS)


def statements(
    session: Connection, before: UUID, limit: int, bin: str | None = None, id: UUID | None = None
) -> Found:
    """List statements, newest first; of one bank, or one."""
    return _all(session, _STATEMENTS, before=before, limit=limit, bin=bin, id=id)


def lines(session: Connection, id: UUID, after: int, limit: int) -> Found:
    """List a statement's lines, as the bank has them, and what each was matched by."""
    return _all(session, _LINES, id=id, after=after, limit=limit)


def runs(session: Connection, before: UUID, limit: int) -> Found:
    """List runs of the rules, newest first."""
    return _all(session, _RUNS, before=before, limit=limit)


def breaks(session: Connection, asked: Mapping[str, Any], today: date, before: UUID, limit: int) -> Found:
    """List breaks that pass the filters `open`, `bin`, `kind`, `band`, `owner`; newest first."""
    return _all(session, _LISTED, **asked, today=today, before=before, limit=limit)


def totals(session: Connection, asked: Mapping[str, Any], today: date) -> Found:
    """Give what all breaks that pass the filters come to, by kind and age."""
    return _all(session, _TOTALS, **asked, today=today)


def one(session: Connection, id: UUID, today: date) -> RowMapping | None:
    """Give a break."""
    return next(iter(_all(session, _ONE, id=id, today=today)), None)


def parts(session: Connection, found: RowMapping, today: date) -> dict[str, Found]:
    """Give what is in a break and beside it: line, entries, steps, and breaks that it comes to zero with."""
    id = found["id"]
    opposite = {"account": found["account"], "amount": found["amount"], "since": found["since"]}
    return {
        "line": _all(session, _LINE, id=found["line_id"]),
        "entries": _all(session, _ENTRIES, ids=list(found["entries"]), bin=found["bin"]),
        "steps": _all(session, _STEPS, id=id),
        "opposite": _all(session, _OPPOSITE, id=id, today=today, **opposite)
        if found["ended_at"] is None
        else [],
    }
