"""A province of 200 offices on a real database, and the notes that really lie in its drawers, vaults and bags.

All that is recorded is recorded by the service's own use cases. What lies where is kept here by hand, note by note, as
it would be in the world; the service is never asked for it.
"""

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text

import ledger
from atm_service.control.floats import service as floats
from atm_service.control.floats.domain import Levels
from atm_service.control.instructions import service as instructions
from atm_service.control.instructions.domain import Wanted
from atm_service.platform import calendar, chart, ids, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.settings import Settings
from atm_service.registers.cash.delivery import Delivery
from atm_service.registers.credits import domain as lines
from atm_service.registers.credits import payers
from atm_service.registers.credits import service as credits_
from atm_service.registers.customers import at_rest
from atm_service.registers.customers import domain as customer_domain
from atm_service.registers.customers import store as customer_store
from atm_service.registers.notes.domain import NONE, Notes
from atm_service.registers.offices import life
from atm_service.registers.units import service as units
from atm_service.run import assembly
from kyc.identity import Identity
from tests.simulation import demand
from tests.simulation.demand import Living, Size

PIN: Final = "480152"
SAVED: Final = 300_000_000  # đồng of each customer at the start
SMALL: Final = Levels(10_000_000, 20_000_000, 60_000_000)  # what a village's office is to hold
BANK: Final = "970405"
TREASURER: Final = "post-savings"

_ADD_STAFF = text("""
    INSERT INTO service.staff (id, username, password_hash, display_name, role, office, active, created_at)
    VALUES (:id, :name, 'no password has this hash', 'Hoàng Thị Lan', :role, :office, true, :now)
""")
_CODES = text("""
    SELECT office AS code, area AS area_code FROM service.office_area WHERE valid_to IS NULL
    ORDER BY area, office LIMIT :number
""")


class Clock:
    """The time of the simulation."""

    def __init__(self) -> None:
        self.now = calendar.day_start(demand.FIRST - timedelta(1))

    def __call__(self) -> datetime:
        return self.now

    def set(self, day: date, hour: int, minute: int = 0) -> datetime:
        """Turn it to a time of a day in Vietnam."""
        self.now = datetime.combine(day, time(hour, minute), calendar.VIETNAM).astimezone(self.now.tzinfo)
        return self.now

    def tick(self) -> datetime:
        """Let a second pass."""
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True)
class Bag:
    """A bag on the road: what was sent by the books, in đồng, and what lies in it."""

    sent: int
    notes: Notes


@dataclass
class Place:
    """An office: who works there, what lies in its drawer, its vault, and in the bags on the road to it.

    `back` is what the area has ordered back and the clerk has not sent yet.
    """

    number: int
    code: str
    area: str
    clerk: Caller
    drawer: Notes = NONE
    vault: Notes = NONE
    bags: dict[UUID, Bag] = field(default_factory=dict)
    vault_counted: date = demand.FIRST - timedelta(1)
    back: list[Delivery] = field(default_factory=list)
    is_open: bool = False
    is_suspended: bool = False


@dataclass(frozen=True)
class Customer:
    """A customer: who is calling, and the number of the card."""

    caller: Caller
    id_number: str


@dataclass
class Province:
    """Everything and everybody. `boss` orders, explains and approves, `teller` counts for the areas, `payroll` pays."""

    context: Context
    clock: Clock
    size: Size
    places: Sequence[Place]
    customers: Sequence[Customer]
    boss: Caller
    teller: Caller
    payroll: Caller
    keys: "itertools.count[int]" = field(default_factory=itertools.count)
    happened: "Counter[str]" = field(default_factory=Counter)

    def neighbours(self, place: Place) -> list[Place]:
        """List the other offices of an area, in order of code."""
        return [one for one in self.places if one.area == place.area and one is not place]


def found(url: str, folder: Path, size: Size) -> Province:
    """Found the province in a migrated database: offices with their floats, staff, customers with savings."""
    clock, settings = Clock(), Settings(data_dir=folder, secret_keys_file=folder / "secret-keys.toml")
    assembly.make_keys(settings.keys_file)
    context = assembly.context(settings, url, clock)
    assembly.make_signing_keys(context, clock())
    with context.transaction() as session:
        units.furnish(session, clock())
        boss, teller = (_staff(session, name, "supervisor", None, clock()) for name in ("boss", "teller"))
        payroll = _staff(session, "payroll", "operator", None, clock())
        rows = list(session.execute(_CODES, {"number": size.offices}))
    places = []
    for number, row in enumerate(rows):
        with context.transaction() as session:
            life.activate(session, row.code, 1, clock())
            floats.set_float(session, None, row.code, SMALL, demand.market(number), clock())
            clerk = _staff(session, f"clerk{number}", "clerk", row.code, clock())
        places.append(Place(number, row.code, row.area_code, clerk))
    customers = [_settled(context, number, clock()) for number in range(size.offices * size.customers)]
    province = Province(context, clock, size, places, customers, boss, teller, payroll)
    _save_up(province)
    return province


def credit(province: Province, batch: str, payer: str, amounts: dict[int, int]) -> None:
    """Fund a payer through its bank, and let it credit customers: each proposed by one and approved by another."""
    now, total, context, payroll = (
        province.clock.tick(),
        sum(amounts.values()),
        province.context,
        province.payroll,
    )
    wanted_money = instructions.funding(payer, total, batch, BANK)
    with context.transaction() as session:
        payers.open_payer(session, payer, f"Đơn vị {payer}", now)
    _agree(province, wanted_money, now)
    with context.transaction() as session:
        leave = partial(instructions.carry_out, session, payroll, wanted_money, now=now)
        payers.fund(session, payer, total, batch, BANK, now, payroll, leave=leave)
    wanted = [
        lines.Line(n, f"{n}", province.customers[customer].id_number, "", amount, "Lương")
        for n, (customer, amount) in enumerate(amounts.items(), 1)
    ]
    wish = credits_.Wish(batch, payer, wanted)
    plan = credits_.run(context, wish, lambda _, __: None, now, dry_run=True)
    _agree(province, instructions.credits(wish, plan, None), now)
    leave_for_batch = instructions.leave_for_batch(payroll, wish, None, now)
    credits_.run(context, wish, lambda _, __: None, now, payroll, leave_for_batch)


def _agree(province: Province, wanted: Wanted, now: datetime) -> None:
    context = province.context
    with context.transaction() as session:
        one = instructions.propose(session, context.policy, province.payroll, wanted, now)
    with context.transaction() as session:
        facts = (context.policy, province.boss, one.id, wanted.again, now)
        instructions.decide(session, *facts, approved=True, reason="đã đối chiếu")


def pay_salaries(province: Province, payer: int, day: date) -> int:
    """Let a payer credit its people; give how many đồng in all."""
    people = [
        n
        for n in range(len(province.customers))
        if demand.living(n) is Living.SALARY and demand.payer(n) == payer
    ]
    if people:
        credit(province, f"salary-{payer}-{day}", f"school-{payer}", dict.fromkeys(people, demand.SALARY))
    return len(people) * demand.SALARY


def _save_up(province: Province) -> None:
    amounts = dict.fromkeys(range(len(province.customers)), SAVED)
    credit(province, "savings", TREASURER, amounts)


def _staff(session: Connection, name: str, role: str, office: str | None, now: datetime) -> Caller:
    id = ids.new(now)
    session.execute(_ADD_STAFF, {"id": id, "name": name, "role": role, "office": office, "now": now})
    trail.record(session, now, "staff.added", id, None, {"role": role, "office": office})
    return Caller(id, "staff", role, office)  # type: ignore[arg-type]


def _settled(context: Context, number: int, now: datetime) -> Customer:
    """Let a customer in by the store: no eKYC provider is asked, as in the performance harness."""
    id, cipher, id_number = ids.new(now), context.cipher, f"020085{number:06d}"
    identity, phone = Identity("Nông Văn Thắng", date(1985, 4, 12), id_number), f"09{number:08d}"
    added = customer_store.Customer(
        id=id,
        tier=customer_domain.TIER,
        identity_sealed=cipher.encrypt(identity.to_bytes(), at_rest.place(at_rest.CUSTOMER, "identity", id)),
        phone_sealed=cipher.encrypt(phone.encode(), at_rest.place(at_rest.CUSTOMER, "phone", id)),
        id_print=at_rest.id_print(cipher, id_number),
        phone_print=at_rest.phone_print(cipher, phone),
        pin_print=at_rest.pin_print(cipher, id, PIN),
        provider_reference=f"simulation-{number}",
        created_at=now,
    )
    with context.transaction() as session:
        assert customer_store.add(session, added)
        ledger.open_accounts(session, chart.customer_accounts(id), now)
    return Customer(Caller(id, "wallet", "customer", None), id_number)
