"""A day's work of two offices, through the front door, for audits to look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from atm_service.control.audit import service as audit
from atm_service.control.audit import store
from ledger.controls import Control
from tests.atm_service.wallet.bank_payments import banking
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clerk, Customer, Service
from tests.database import Database

BANK = "970405"


@dataclass
class Day:
    """Who worked, and what became of the withdrawals. `short` is what the other office lacked at its close."""

    clerk: Clerk
    other: Clerk
    customers: list[Customer]
    receipts: list[dict[str, Any]]
    live: dict[str, Any]
    bound: dict[str, Any]
    presented: dict[str, Any]
    cancelled: dict[str, Any]
    payout: dict[str, Any]
    declined: dict[str, Any]
    pending: dict[str, Any]
    short: int


def topped_up(service: Service, amount: int = 20_000_000) -> Customer:
    """Bring in a customer whose money came by a real top-up."""
    customer = service.customer(balance=0)
    answer = banking.top_up(customer, banking.link(customer, bin=BANK), amount)
    assert answer.json()["status"] == "succeeded", answer.text
    return customer


def work(service: Service) -> Day:
    """Let two offices work: payments, a cancellation, open codes, payouts, and a close that is short."""
    customers = [topped_up(service) for _ in range(3)]
    clerk, other = service.clerk(OFFICE), service.clerk(OTHER_OFFICE)
    first, second, third = customers
    receipts = [
        clerk.serve(first, first.code(2_000_000)).json(),
        clerk.serve(second, second.code(3_000_000)).json(),
        other.serve(third, third.code(500_000)).json(),
    ]
    cancelled = first.code(1_000_000)
    assert first.cancel(cancelled["id"]).status_code == 200
    live = first.code(1_500_000)
    bound = second.code(700_000, office=OFFICE)
    presented = third.code(900_000)
    assert clerk.present(presented["code"]).status_code == 201
    ends = ("6789", banking.DECLINES, banking.SILENT)
    payout, declined, pending = (
        banking.payout(first, banking.link(first, end, BANK), 300_000).json() for end in ends
    )
    service.clock.advance(minutes=1)
    assert other.close_twice({"500000": 198, "100000": 4, "20000": 4}).status_code == 200
    return Day(
        clerk,
        other,
        customers,
        receipts,
        live,
        bound,
        presented,
        cancelled,
        payout,
        declined,
        pending,
        short=20_000,
    )


def tamper(session: Connection, statement: str, **values: Any) -> None:
    """Change rows as somebody would who has gone around every guard of the database."""
    session.execute(text("SET LOCAL session_replication_role = 'replica'"))
    session.execute(text(statement), values)


def broken(session: Connection, service: Service) -> dict[str, Control]:
    """Give the controls that do not hold, by name."""
    found = audit.controls(session, service.context.policy, service.now)
    return {control.name: control for control in found if not control.holds}


def broken_now(service: Service) -> dict[str, Control]:
    """Give the controls that do not hold, as an auditor's snapshot shows them."""
    with store.snapshot(service.context.engine) as session:
        return broken(session, service)


def missed(
    database: Database, service: Service, plants: Iterable[tuple[str, str]], **values: Any
) -> list[tuple[str, str]]:
    """Change rows behind the service's back, one plant after another.

    Gives the plants whose control still holds, or breaks without an example.
    """
    unseen = []
    with database.owner.connect() as session:
        for name, statement in plants:
            tamper(
                session, statement, **{key: value for key, value in values.items() if f":{key}" in statement}
            )
            found = broken(session, service)
            if name not in found or not found[name].examples[0]:
                unseen.append((name, statement))
            session.rollback()
    return unseen
