"""The books that the ledger's workloads post to: customers with money, and one account that everybody pays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine, text

import ledger
from atm_service.platform import chart, ids
from atm_service.platform import database as db
from bench.server import Server
from ledger import Account, AccountClass, Entry, Posting

CUSTOMERS: Final = 20_000
MONEY: Final = 1_000_000_000  # đồng of each customer at the start
HOT: Final = "biller/electricity"
BANK: Final = "bank/970405/settlement"
KIND: Final = "bench"
OPENED_AT_ONCE: Final = 5_000

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Books:
    """A database and the accounts of its `customers`, who pay each other; or all of them the hot account."""

    url: str
    customers: tuple[str, ...] = field(repr=False)
    is_hot: bool = False


def customer(number: int) -> str:
    """Give the account code of a customer by number."""
    return chart.customer(UUID(int=number))


def opened(on: Server, name: str, clock: Clock, customers: int = CUSTOMERS) -> Books:
    """Give the books in a database of that name; open and fill them if it is new."""
    url, is_new = on.database(name)
    if is_new:
        db.migrate(url)
        owner = db.owner_engine(url)
        _fill(owner, customers, clock)
        with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
            session.execute(text("VACUUM ANALYZE"))
        owner.dispose()
    return Books(url, tuple(map(customer, range(1, customers + 1))))


def _fill(owner: Engine, customers: int, clock: Clock) -> None:
    with owner.begin() as session:
        ledger.open_accounts(
            session,
            [
                Account(HOT, AccountClass.LIABILITY, floored=False),
                Account(BANK, AccountClass.ASSET, floored=False),
            ],
            clock(),
        )
    for start in range(1, customers + 1, OPENED_AT_ONCE):
        numbers = range(start, min(customers + 1, start + OPENED_AT_ONCE))
        with owner.begin() as session:
            accounts = [Account(customer(number), AccountClass.LIABILITY, floored=True) for number in numbers]
            ledger.open_accounts(session, accounts, clock())
        with owner.begin() as session:
            post(session, [entry(BANK, customer(number), MONEY, clock()) for number in numbers], clock())


def entry(debit: str, credit: str, amount: int, now: datetime) -> Entry:
    """Make an entry of one posting, under a reference of its own."""
    id = ids.new(now)
    return Entry(id, f"{KIND}/{id}", KIND, ledger.business_date(now), "", (Posting(debit, credit, amount),))


def post(session: Connection, entries: Sequence[Entry], now: datetime) -> None:
    """Post entries that must pass. Raises `NotPosted`."""
    ledger.must(ledger.post(session, entries, now))


def count(books: Books) -> int:
    """Give how many entries the ledger holds."""
    owner = db.owner_engine(books.url)
    with owner.connect() as session:
        number: int = session.execute(text("SELECT count(*) FROM ledger.entry")).scalar_one()
    owner.dispose()
    return number
