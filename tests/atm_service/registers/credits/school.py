"""A school that pays salaries, and files of credits for tests."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import ledger
from atm_service.platform import chart
from atm_service.platform.context import Context
from atm_service.registers.credits import payers, service
from atm_service.registers.credits.domain import Line
from atm_service.registers.credits.service import Plan, Wish
from atm_service.registers.customers import at_rest, store
from atm_service.registers.customers.store import Customer

SCHOOL: Final = "school-12"
BATCH: Final = "salary-2026-11-school-12"
HEADER: Final = "line_reference,id_number,phone,amount,narration"

_numbers = itertools.count(1)


def fund(context: Context, amount: int, code: str = SCHOOL) -> None:
    """Open the payer and put money in."""
    with context.transaction() as session:
        payers.open_payer(session, code, "Trường THCS Số 12", context.clock())
        payers.fund(session, code, amount, str(uuid4()), None, context.clock())


def settle(context: Context, count: int) -> list[tuple[str, str]]:
    """Let people have wallets, without an application each; give their card numbers and phones."""
    people, now = [], context.clock()
    for _ in range(count):
        number = next(_numbers)
        id_number, phone, id = f"020090{number:06d}", f"03{number:08d}", uuid4()
        people.append((id_number, phone))
        customer = Customer(
            id=id,
            tier="standard",
            identity_sealed=b"-",
            phone_sealed=b"-",
            id_print=at_rest.id_print(context.cipher, id_number),
            phone_print=at_rest.phone_print(context.cipher, phone),
            pin_print=bytes(32),
            provider_reference="test",
            created_at=now,
        )
        with context.transaction() as session:
            assert store.add(session, customer)
            ledger.open_accounts(session, chart.customer_accounts(id), now)
    return people


def line(number: int, id_number: str = "", amount: int = 1_000, **others: Any) -> Line:
    """Build a line whose reference is its number."""
    facts = {"reference": f"L{number}", "phone": "", "narration": "Lương tháng 11", **others}
    return Line(number=number, id_number=id_number, amount=amount, **facts)


def run(context: Context, lines: list[Line], **options: Any) -> Plan:
    """Carry lines out as the school's batch."""
    wish = Wish(options.pop("batch", BATCH), options.pop("payer", SCHOOL), lines, options.pop("bad", ()))
    wish = replace(wish, again=options.pop("again", 0))
    progress = options.pop("progress", lambda _done, _all: None)
    return service.run(context, wish, progress, context.clock(), **options)


def write(path: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    """Write a file of credits."""
    path.write_bytes("\r\n".join([header, *rows, ""]).encode(encoding))
    return path


def credited(context: Context) -> dict[str, int]:
    """Give every credit in the ledger: reference and amount."""
    with context.transaction() as session:
        rows = session.exec_driver_sql(
            "SELECT e.reference, p.amount FROM ledger.entry e JOIN ledger.posting p ON p.entry_id = e.id"
            " WHERE e.kind = 'credit'"
        )
        found = [(row.reference, row.amount) for row in rows]
    assert len(dict(found)) == len(found)
    return dict(found)


def customer_of(context: Context, id_number: str) -> UUID:
    """Find whose card number it is."""
    with context.transaction() as session:
        query = "SELECT id FROM service.customer WHERE id_print = %s"
        found: UUID = session.exec_driver_sql(
            query, (at_rest.id_print(context.cipher, id_number),)
        ).scalar_one()
    return found
