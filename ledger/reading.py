"""Reading the ledger: balances now and on any day, statements, open holds.

Every function is one query, so what it gives is consistent in itself. Amounts are đồng. A *signed* balance is
debits less credits; a *normal* one is positive where the account's class expects it to be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from ledger.accounts import AccountClass, account_id

PAGE_MAX: Final = 1_000


class UnknownAccount(Exception):  # noqa: N818  named for what it is
    """There is no such account. `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's totals. `held` is set aside by open holds; `version` counts its postings."""

    code: str
    class_: AccountClass
    floored: bool
    debits: int
    credits: int
    held: int
    version: int

    @property
    def signed(self) -> int:
        """Debits less credits."""
        return self.debits - self.credits

    @property
    def normal(self) -> int:
        """The balance as its class reads it: positive is what we have (asset) or owe (liability)."""
        return self.signed if self.class_.grows_by_debit else -self.signed

    @property
    def available(self) -> int:
        """The normal balance less what is held."""
        return self.normal - self.held


@dataclass(frozen=True, slots=True)
class Leg:
    """One account's side of one posting. `balance` is the account's signed balance after it."""

    entry_id: UUID
    line: int
    code: str
    counterpart: str
    side: str
    amount: int
    balance: int
    version: int
    reference: str
    kind: str
    business_date: date
    recorded_at: datetime
    narration: str
    corrects: UUID | None

    @property
    def signed(self) -> int:
        """The amount, positive for a debit and negative for a credit."""
        return self.amount if self.side == "debit" else -self.amount


@dataclass(frozen=True, slots=True)
class DatedBalance:
    """An account's totals from all entries whose business date is not after a day."""

    code: str
    class_: AccountClass
    debits: int
    credits: int

    @property
    def signed(self) -> int:
        """Debits less credits."""
        return self.debits - self.credits

    @property
    def normal(self) -> int:
        """The balance as its class reads it."""
        return self.signed if self.class_.grows_by_debit else -self.signed


@dataclass(frozen=True, slots=True)
class OpenHold:
    """A hold that has not ended. It may still be open after its deadline, until it is expired."""

    id: UUID
    reference: str
    code: str
    amount: int
    deadline: datetime
    placed_at: datetime


def balance(session: Connection, code: str) -> Balance:
    """Give the account's balance now. Raises `UnknownAccount`."""
    if found := balances(session, [code]):
        return found[0]
    raise UnknownAccount(code)


_BALANCES: Final = """
SELECT code, class, floored, debits, credits, held, version
FROM ledger.account WHERE id = ANY (%s::uuid[]) ORDER BY code
"""


def balances(session: Connection, codes: Sequence[str]) -> list[Balance]:
    """Give the balances now of those accounts that exist, by code."""
    rows = session.exec_driver_sql(_BALANCES, ([account_id(code) for code in codes],))
    return [Balance(code, AccountClass(class_), *rest) for code, class_, *rest in rows]


# Two index ranges, newest first, of which the merged top is taken: the cost is that of the legs looked at, whatever the
# account's age. Entries are looked up leg by leg (OFFSET 0), or the planner might read a whole day of everybody's.
_SIDE: Final = """
    (SELECT p.entry_id, p.line, '{side}' AS side, p.{other}_id AS other_id, p.amount, p.{side}_balance AS balance,
            p.{side}_version AS version, e.reference, e.kind, e.business_date, e.recorded_at, e.narration, e.corrects
     FROM ledger.posting AS p
     CROSS JOIN LATERAL (SELECT * FROM ledger.entry WHERE id = p.entry_id OFFSET 0) AS e
     WHERE p.{side}_id = %(id)s AND {which}
     ORDER BY p.{side}_version DESC LIMIT %(limit)s)
"""
_LEGS: Final = """
SELECT leg.entry_id, leg.line, %(code)s::text, other.code, leg.side, leg.amount, leg.balance, leg.version,
       leg.reference, leg.kind, leg.business_date, leg.recorded_at, leg.narration, leg.corrects
FROM ({debits} UNION ALL {credits} ORDER BY version DESC LIMIT %(limit)s) AS leg
JOIN ledger.account AS other ON other.id = leg.other_id
ORDER BY leg.version DESC
"""
_WANTED: Final = """
    p.{side}_version < %(before)s
    AND (%(first)s::date IS NULL OR e.business_date >= %(first)s)
    AND (%(last)s::date IS NULL OR e.business_date <= %(last)s)
    AND (%(kinds)s::text[] IS NULL OR e.kind = ANY (%(kinds)s))
"""


def _legs(which: str) -> str:
    debits, credits_ = (
        _SIDE.format(side=side, other=other, which=which.format(side=side))
        for side, other in (("debit", "credit"), ("credit", "debit"))
    )
    return _LEGS.format(debits=debits, credits=credits_)


_STATEMENT: Final = _legs(_WANTED)
_OF_ENTRY: Final = _legs("p.entry_id = %(entry)s")


def statement(
    session: Connection,
    code: str,
    before_version: int | None,
    limit: int,
    *,
    first: date | None = None,
    last: date | None = None,
    kinds: Sequence[str] | None = None,
) -> list[Leg]:
    """Give at most `limit` legs of the account, newest first, before `before_version` (None: the newest).

    Those alone whose entry is of one of `kinds`, and has a business date from `first` to `last`, both inclusive. The
    next page is the one before the last leg's version. An account without postings, or none at all, gives none.
    """
    parameters = {
        "id": account_id(code),
        "code": code,
        "before": 2**63 - 1 if before_version is None else before_version,
        "limit": _page(limit),
        "first": first,
        "last": last,
        "kinds": None if kinds is None else list(kinds),
    }
    return [Leg(*row) for row in session.exec_driver_sql(_STATEMENT, parameters)]


def legs_of(session: Connection, code: str, entry_id: UUID) -> list[Leg]:
    """Give the account's legs of one entry, the last line first; none where the entry has not moved it."""
    parameters = {"id": account_id(code), "code": code, "entry": entry_id, "limit": PAGE_MAX}
    return [Leg(*row) for row in session.exec_driver_sql(_OF_ENTRY, parameters)]


@dataclass(frozen=True, slots=True)
class Span:
    """What an account had before the first day of a span, and what moved it in the span: debits and credits."""

    signed_before: int
    debits: int
    credits: int


_SPAN: Final = """
SELECT coalesce(sum(leg.debit - leg.credit) FILTER (WHERE e.business_date < %(first)s), 0)::bigint,
       coalesce(sum(leg.debit) FILTER (WHERE e.business_date >= %(first)s), 0)::bigint,
       coalesce(sum(leg.credit) FILTER (WHERE e.business_date >= %(first)s), 0)::bigint
FROM (
    SELECT entry_id, amount AS debit, 0 AS credit FROM ledger.posting WHERE debit_id = %(id)s
    UNION ALL
    SELECT entry_id, 0, amount FROM ledger.posting WHERE credit_id = %(id)s
) AS leg
CROSS JOIN LATERAL (SELECT business_date FROM ledger.entry WHERE id = leg.entry_id OFFSET 0) AS e
WHERE e.business_date <= %(last)s
"""


def span(session: Connection, code: str, first: date, last: date) -> Span:
    """Give what an account had and moved in the days from `first` to `last`, both inclusive, by business date.

    It reads every posting of the account: for one that one person moves.
    """
    row = session.exec_driver_sql(_SPAN, {"id": account_id(code), "first": first, "last": last}).one()
    return Span(*row)


# What happened after the day is taken from the totals of now: exact for entries that were dated back, and
# quick for the days that people ask for, which are near the end of the journal. Accounts are added up and not joined:
# the planner believes that no entry is newer than it has seen, and would compare every account with every one that
# moved. Postings are looked up entry by entry (OFFSET 0): they lie in the order of entries, so nothing jumps about.
_TRIAL_BALANCE: Final = """
SELECT max(side.code) AS code, max(side.class) AS class, sum(side.debits)::bigint, sum(side.credits)::bigint
FROM (
    SELECT a.id, a.code, a.class, a.debits, a.credits FROM ledger.account AS a
    UNION ALL
    SELECT undone.id, NULL, NULL, undone.debits, undone.credits
    FROM ledger.entry AS e
    CROSS JOIN LATERAL (
        SELECT * FROM ledger.posting AS p WHERE p.entry_id = e.id
        OFFSET 0
    ) AS p
    CROSS JOIN LATERAL (
        VALUES (p.debit_id, -p.amount, 0::bigint), (p.credit_id, 0::bigint, -p.amount)
    ) AS undone (id, debits, credits)
    WHERE e.business_date > %(day)s
) AS side
GROUP BY side.id
HAVING %(prefix)s::text IS NULL OR starts_with(max(side.code), %(prefix)s)
ORDER BY 1
"""


def trial_balance(session: Connection, as_of: date, code_prefix: str | None = None) -> list[DatedBalance]:
    """Give every account's totals from entries with a business date not after `as_of`, by code.

    Over all accounts, debits and credits have the same sum. With `code_prefix`, only the codes that start
    with it.
    """
    rows = session.exec_driver_sql(_TRIAL_BALANCE, {"day": as_of, "prefix": code_prefix})
    return [_dated(row) for row in rows]


_BALANCE_AT: Final = """
SELECT a.code, a.class,
       a.debits - coalesce((
           SELECT sum(p.amount) FROM ledger.posting AS p JOIN ledger.entry AS e ON e.id = p.entry_id
           WHERE p.debit_id = a.id AND e.business_date > %(day)s), 0)::bigint,
       a.credits - coalesce((
           SELECT sum(p.amount) FROM ledger.posting AS p JOIN ledger.entry AS e ON e.id = p.entry_id
           WHERE p.credit_id = a.id AND e.business_date > %(day)s), 0)::bigint
FROM ledger.account AS a WHERE a.id = %(id)s
"""


def balance_at(session: Connection, code: str, day: date) -> DatedBalance:
    """Give the account's totals from entries dated not after `day`. Raises `UnknownAccount`."""
    row = session.exec_driver_sql(_BALANCE_AT, {"day": day, "id": account_id(code)}).one_or_none()
    if row is None:
        raise UnknownAccount(code)
    return _dated(row)


_OPEN_HOLDS: Final = """
SELECT h.id, h.reference, a.code, h.amount, h.deadline, h.placed_at
FROM ledger.account AS a
JOIN ledger.hold AS h ON h.account_id = a.id
WHERE a.held > 0 AND starts_with(a.code, %s)
  AND NOT EXISTS (SELECT FROM ledger.hold_end AS ended WHERE ended.hold_id = h.id)
ORDER BY h.deadline, h.id
"""


def open_holds(session: Connection, code_prefix: str) -> list[OpenHold]:
    """Give the open holds of the accounts whose code starts with `code_prefix`, by deadline."""
    return [OpenHold(*row) for row in session.exec_driver_sql(_OPEN_HOLDS, (code_prefix,))]


def _dated(row: Sequence[Any]) -> DatedBalance:
    code, class_, debits, credits_ = row
    return DatedBalance(code, AccountClass(class_), debits, credits_)


def _page(limit: int) -> int:
    if not 1 <= limit <= PAGE_MAX:
        raise ValueError(f"a page has 1 to {PAGE_MAX} legs")
    return limit
