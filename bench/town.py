"""A town for the workloads over HTTP: customers with money, offices with a clerk and a full drawer.

It is founded on the service's own use cases, without the slow parts that no workload measures: no eKYC provider is
asked, and passwords are not hashed, since tokens are made here.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import text

import ledger
from atm_service.platform import chart, ids
from atm_service.platform import database as db
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import issue_access
from atm_service.platform.settings import Settings
from atm_service.registers.customers import at_rest
from atm_service.registers.customers import domain as customer_domain
from atm_service.registers.customers import store as customer_store
from atm_service.registers.offices import life
from atm_service.registers.offices import service as offices
from atm_service.registers.units import service as units
from atm_service.run import assembly
from bench import books
from bench.books import Clock
from bench.server import Server
from kyc.identity import Identity

CUSTOMERS: Final = 5_000
OFFICES: Final = 200
MONEY: Final = 1_000_000_000  # đồng of each customer at the start
NOTE: Final = "50000"
NOTES: Final = 100_000  # in each drawer
CASH: Final = int(NOTE) * NOTES
PIN: Final = "480152"
TOKEN_LIFETIME: Final = timedelta(minutes=60)
BANK: Final = "970405"
TOGETHER: Final = 1_000  # rows a transaction

_ADD_CLERK: Final = text("""
    INSERT INTO service.staff (id, username, password_hash, display_name, role, office, active, created_at)
    VALUES (:id, :name, 'no password has this hash', 'Hoàng Thị Lan', 'clerk', :office, true, :now)
""")


@dataclass(frozen=True)
class Person:
    """A customer: the number of the card, and the token of a session (empty until somebody signs in)."""

    id: UUID
    id_number: str
    token: str = ""


@dataclass(frozen=True)
class Clerk:
    """A clerk of an office of the own, who works at its drawer 1."""

    id: UUID
    office: str
    token: str = ""


@dataclass(frozen=True)
class Town:
    """Who lives there. `context` is this process's own door to the database; `data_dir` holds the secret keys."""

    url: str
    data_dir: Path
    context: Context
    people: Sequence[Person]
    clerks: Sequence[Clerk]


def founded(on: Server, name: str, clock: Clock, customers: int = CUSTOMERS, offices_: int = OFFICES) -> Town:
    """Found the town in a database of that name; people and offices that are there already stay."""
    url, is_new = on.database(name)
    data_dir = on.folder / name
    data_dir.mkdir(exist_ok=True)
    db.migrate(url)
    settings = Settings(data_dir=data_dir, secret_keys_file=data_dir / "secret-keys.toml")
    assembly.make_keys(settings.keys_file)
    context = assembly.context(settings, url, clock)
    on.at_end.callback(context.engine.dispose)
    assembly.make_signing_keys(context, clock())
    if is_new:
        with context.transaction() as session:
            units.furnish(session, clock())
        _settle(context, url, customers, clock)
        _furnish(context, offices_, clock())
        settle(url)
    return Town(url, data_dir, context, _people(context), _clerks(context))


def signed_in(town: Town, now: datetime) -> Town:
    """Give clerks, and as many customers as withdraw, a token for the next hour, signed as the service signs them."""
    keys = town.context.keys.at(now)

    def person(one: Person) -> Person:
        token = issue_access(keys, one.id, "wallet", "customer", None, now, TOKEN_LIFETIME)
        return replace(one, token=token)

    def clerk(one: Clerk) -> Clerk:
        token = issue_access(keys, one.id, "staff", "clerk", one.office, now, TOKEN_LIFETIME)
        return replace(one, token=token)

    people = [*map(person, town.people[:CUSTOMERS]), *town.people[CUSTOMERS:]]
    return replace(town, people=people, clerks=[*map(clerk, town.clerks)])


def settle(url: str) -> None:
    """Let the server look at what was loaded and write it to disk, as it would by itself after a while."""
    owner = db.owner_engine(url)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        session.execute(text("VACUUM ANALYZE"))
        session.execute(text("CHECKPOINT"))
    owner.dispose()


def id_number(number: int) -> str:
    """Make up the number of a card."""
    return f"020085{number:06d}"


def _settle(context: Context, url: str, customers: int, clock: Clock) -> None:
    """Let customers in, each with a wallet full of money: as the owner, many at once, while nobody else is there."""
    owner = db.owner_engine(url)
    with owner.begin() as session:
        ledger.open_accounts(session, chart.bank_accounts(BANK), clock())
    for start in range(0, customers, TOGETHER):
        now = clock()  # not one moment for all: the entries of a journal come one after another
        numbers = range(start, min(customers, start + TOGETHER))
        with owner.begin() as session:
            let_in = [_customer(context, number, now) for number in numbers]
            for one in let_in:
                if not customer_store.add(session, one):
                    raise RuntimeError("a made-up customer is there twice")
            accounts = [account for one in let_in for account in chart.customer_accounts(one.id)]
            ledger.open_accounts(session, accounts, now)
        with owner.begin() as session:
            source = chart.settlement(BANK)
            books.post(
                session, [books.entry(source, chart.customer(one.id), MONEY, now) for one in let_in], now
            )
    owner.dispose()


def _customer(context: Context, number: int, now: datetime) -> customer_store.Customer:
    id, cipher = ids.new(now), context.cipher
    identity = Identity("Nông Văn Thắng", date(1985, 4, 12), id_number(number))
    phone = f"09{number:08d}"
    return customer_store.Customer(
        id=id,
        tier=customer_domain.TIER,
        identity_sealed=cipher.encrypt(identity.to_bytes(), at_rest.place(at_rest.CUSTOMER, "identity", id)),
        phone_sealed=cipher.encrypt(phone.encode(), at_rest.place(at_rest.CUSTOMER, "phone", id)),
        id_print=at_rest.id_print(cipher, identity.id_number),
        phone_print=at_rest.phone_print(cipher, phone),
        pin_print=at_rest.pin_print(cipher, id, PIN),
        provider_reference=f"bench-{number}",
        created_at=now,
    )


def _furnish(context: Context, number: int, now: datetime) -> None:
    """Open offices, each with a clerk and a full drawer."""
    with context.transaction() as session:
        codes = (
            session.execute(
                text("SELECT code FROM service.office ORDER BY code LIMIT :number"), {"number": number}
            )
            .scalars()
            .all()
        )
    for place, code in enumerate(codes):
        with context.transaction() as session:
            life.activate(session, code, 1, now)
        with context.transaction() as session:
            offices.bring_cash(session, code, 1, CASH, ids.new(now), now)
            session.execute(
                _ADD_CLERK, {"id": ids.new(now), "name": f"clerk{place}", "office": code, "now": now}
            )


def _people(context: Context) -> list[Person]:
    """Find everybody again. The card's number is in the provider's reference, which is made up as well."""
    with context.transaction() as session:
        rows = session.execute(
            text(
                "SELECT id, provider_reference FROM service.customer WHERE provider_reference LIKE 'bench-%'"
            )
        ).all()
    found = [Person(row.id, id_number(int(row.provider_reference.removeprefix("bench-")))) for row in rows]
    random.Random(1).shuffle(found)
    return found


def _clerks(context: Context) -> list[Clerk]:
    with context.transaction() as session:
        rows = session.execute(
            text("SELECT id, office FROM service.staff WHERE role = 'clerk' ORDER BY office")
        ).all()
    return [Clerk(row.id, row.office) for row in rows]
