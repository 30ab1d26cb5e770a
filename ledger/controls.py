"""The ledger's controls: each invariant as a query that finds what breaks it.

The database does not let these be broken. The controls are for the day on which somebody went around it, and
for the auditor who does not take our word. Each is one statement, so it looks at one moment and may run while
money moves.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

EXAMPLES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Control:
    """What a control found: how many breaks, and the first few of them in words."""

    name: str
    breaks: int
    examples: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return self.breaks == 0


_ENTRIES_COMPLETE: Final = """
SELECT concat('entry ', coalesce(e.id, p.entry_id), ': ', coalesce(e.lines, 0), ' postings announced, ',
              coalesce(p.n, 0), ' found') AS detail
FROM ledger.entry AS e
FULL JOIN (SELECT entry_id, count(*) AS n, max(line) AS last FROM ledger.posting GROUP BY entry_id) AS p
    ON p.entry_id = e.id
WHERE (e.lines::bigint, e.lines) IS DISTINCT FROM (p.n, p.last) OR e.lines IS NULL
"""

_CORRECTIONS_KNOWN: Final = """
SELECT concat('entry ', e.id, ' corrects ', e.corrects, ', which does not exist') AS detail
FROM ledger.entry AS e
WHERE e.corrects IS NOT NULL AND NOT EXISTS (SELECT FROM ledger.entry AS c WHERE c.id = e.corrects)
"""

_BALANCES_SUM: Final = """
SELECT concat('account ', coalesce(a.code, 'of id ' || sums.id), ': has ', a.debits, ' debits, ', a.credits,
              ' credits, version ', a.version, '; its postings make ', coalesce(sums.debits, 0), ', ',
              coalesce(sums.credits, 0), ', ', coalesce(sums.n, 0)) AS detail
FROM ledger.account AS a
FULL JOIN (
    SELECT id, sum(debit) AS debits, sum(credit) AS credits, count(*) AS n
    FROM (
        SELECT debit_id AS id, amount AS debit, 0 AS credit FROM ledger.posting
        UNION ALL
        SELECT credit_id, 0, amount FROM ledger.posting
    ) AS legs
    GROUP BY id
) AS sums ON sums.id = a.id
WHERE (a.debits, a.credits, a.version) IS DISTINCT FROM
      (coalesce(sums.debits, 0)::bigint, coalesce(sums.credits, 0)::bigint, coalesce(sums.n, 0))
"""

_VERSIONS_FOLLOW: Final = """
SELECT concat('account ', coalesce(a.code, 'of id ' || leg.id), ': posting ', leg.entry_id, ' line ',
leg.line,
              ' has version ', leg.version, ' and balance ', leg.balance, '; expected ', leg.n, ' and ',
              leg.running) AS detail
FROM (
    SELECT id, entry_id, line, version, balance,
           row_number() OVER (PARTITION BY id ORDER BY version) AS n,
           sum(amount) OVER (PARTITION BY id ORDER BY version ROWS UNBOUNDED PRECEDING) AS running
    FROM (
        SELECT debit_id AS id, entry_id, line, debit_version AS version, debit_balance AS balance, amount
        FROM ledger.posting
        UNION ALL
        SELECT credit_id, entry_id, line, credit_version, credit_balance, -amount FROM ledger.posting
    ) AS both_sides
) AS leg
LEFT JOIN ledger.account AS a ON a.id = leg.id
WHERE (leg.version, leg.balance) IS DISTINCT FROM (leg.n, leg.running::bigint)
"""

_HELD_IS_OPEN_HOLDS: Final = """
SELECT concat('account ', coalesce(a.code, 'of id ' || open.account_id), ': ', coalesce(a.held, 0),
              ' held, ', coalesce(open.amount, 0), ' in open holds') AS detail
FROM ledger.account AS a
FULL JOIN (
    SELECT h.account_id, sum(h.amount)::bigint AS amount
    FROM ledger.hold AS h
    WHERE NOT EXISTS (SELECT FROM ledger.hold_end AS ended WHERE ended.hold_id = h.id)
    GROUP BY h.account_id
) AS open ON open.account_id = a.id
WHERE coalesce(a.held, 0) <> coalesce(open.amount, 0)
"""

# Less than what is held is below zero, too. History is looked at in the balances that postings carry.
_FLOORS_KEPT: Final = """
SELECT concat('account ', code, ': ', available, ' available') AS detail
FROM (
    SELECT code, floored,
           CASE WHEN class IN ('asset', 'expense') THEN debits - credits ELSE credits - debits END - held
               AS available
    FROM ledger.account
) AS now
WHERE floored AND available < 0
UNION ALL
SELECT concat('account ', a.code, ': below zero after its version ', p.debit_version)
FROM ledger.posting AS p JOIN ledger.account AS a ON a.id = p.debit_id
WHERE a.floored AND p.debit_balance > 0 AND a.class NOT IN ('asset', 'expense')
UNION ALL
SELECT concat('account ', a.code, ': below zero after its version ', p.credit_version)
FROM ledger.posting AS p JOIN ledger.account AS a ON a.id = p.credit_id
WHERE a.floored AND p.credit_balance < 0 AND a.class IN ('asset', 'expense')
"""

_HOLDS_END_RIGHT: Final = """
SELECT concat('hold ', ended.hold_id, ': ', ended.outcome, CASE
           WHEN h.id IS NULL THEN ', but does not exist'
           WHEN ended.outcome = 'expired' THEN ' before its deadline'
           WHEN ended.outcome <> 'captured' THEN ' before it was placed'
           WHEN e.id IS NULL THEN ' by an entry that does not exist'
           WHEN ended.ended_at > h.deadline THEN ' after its deadline'
           WHEN ended.ended_at <> e.recorded_at THEN ' at another time than its entry was recorded'
           ELSE concat(' by an entry that takes ', taken.amount, ' of ', h.amount) END) AS detail
FROM ledger.hold_end AS ended
LEFT JOIN ledger.hold AS h ON h.id = ended.hold_id
LEFT JOIN ledger.account AS a ON a.id = h.account_id
LEFT JOIN ledger.entry AS e ON e.id = ended.entry_id
LEFT JOIN LATERAL (
    SELECT coalesce(sum(p.amount), 0) AS amount
    FROM ledger.posting AS p
    WHERE p.entry_id = e.id
      AND h.account_id = CASE WHEN a.class IN ('asset', 'expense') THEN p.credit_id ELSE p.debit_id END
) AS taken ON true
WHERE h.id IS NULL
   OR ended.ended_at < h.placed_at
   OR CASE ended.outcome
          WHEN 'captured' THEN e.id IS NULL OR ended.ended_at > h.deadline OR ended.ended_at <> e.recorded_at
                               OR taken.amount NOT BETWEEN 1 AND h.amount
          WHEN 'expired' THEN ended.ended_at <= h.deadline
          ELSE false END
"""

_TRIAL_BALANCE_ZERO: Final = """
SELECT concat(debits, ' debits, ', credits, ' credits in all accounts') AS detail
FROM (
    SELECT coalesce(sum(debits), 0) AS debits, coalesce(sum(credits), 0) AS credits FROM ledger.account
) AS totals
WHERE debits <> credits
"""

_IDS_FOLLOW_CODES: Final = """
SELECT concat('account ', code, ': has the id of another code') AS detail
FROM ledger.account WHERE id <> ledger.account_id(code)
"""

CONTROLS: Final = {
    "entries-complete": _ENTRIES_COMPLETE,
    "corrections-known": _CORRECTIONS_KNOWN,
    "balances-equal-postings": _BALANCES_SUM,
    "versions-follow": _VERSIONS_FOLLOW,
    "held-equals-open-holds": _HELD_IS_OPEN_HOLDS,
    "floors-kept": _FLOORS_KEPT,
    "holds-end-right": _HOLDS_END_RIGHT,
    "trial-balance-zero": _TRIAL_BALANCE_ZERO,
    "account-ids-follow-codes": _IDS_FOLLOW_CODES,
}


def run(session: Connection) -> list[Control]:
    """Run every control over the whole ledger, in the order of `CONTROLS`."""
    return [check(session, name) for name in CONTROLS]


def check(session: Connection, name: str) -> Control:
    """Run the control of that name. Raises `KeyError` when there is none."""
    # The query is one of the constants above.
    found = f"SELECT count(*), array_agg(detail ORDER BY detail) FROM ({CONTROLS[name]}) AS broken"  # noqa: S608
    breaks, details = session.exec_driver_sql(found).one()
    return Control(name, breaks, tuple((details or ())[:EXAMPLES_MAX]))
