"""A request that comes again a month later, its answer long forgotten, moves no money again."""

from collections.abc import Callable
from typing import Final

from httpx2 import Response

from atm_service.platform import idempotency
from tests.atm_service import elders
from tests.atm_service.desk.proposals import test_transfers as transfers
from tests.atm_service.wallet.bank_payments import banking
from tests.atm_service.wallet.transfers import sending
from tests.atm_service.world import Clerk, Customer, Service

KEPT: Final = "SELECT count(*) FROM service.idempotency WHERE answer <> ''"
BOOKED: Final = "SELECT (SELECT count(*) FROM ledger.entry) + (SELECT count(*) FROM ledger.hold)"


def count(service: Service, query: str) -> int:
    with service.context.transaction() as session:
        return int(session.exec_driver_sql(query).scalar_one())


def test_a_month_later_nothing_is_done_again(service: Service) -> None:
    """Top-up, code, payment, transfer, deposit, payment by card, sending, payout: each key has one effect, for good."""
    clerk, customer, other = service.clerk(), service.customer(10_000_000), service.customer()
    link, code = banking.link(customer), customer.code()
    assert clerk.present(code["code"]).status_code == 201
    transfer = transfers.propose(clerk, customer, other).json()
    deposit = clerk.post(
        "/counter/v1/deposits", {"to": {"phone": customer.facts["phone"]}, "counts": {"500000": 2}}
    ).json()
    intention = sending.intended(customer, other)

    def asks(clerk: Clerk, customer: Customer) -> list[Callable[[], Response]]:
        return [
            lambda: banking.top_up(customer, link, key="k1"),
            lambda: customer.authorise(key="k2"),
            lambda: clerk.pay(code["id"], customer.facts["id_number"], key="k3"),
            lambda: transfers.confirm(clerk, transfer, key="k4"),
            lambda: clerk.post(
                f"/counter/v1/deposits/{deposit['id']}/confirmation",
                {"by": "name", "name": "Nông Văn Thắng"},
                "k5",
            ),
            lambda: elders.pay_by_card(clerk, customer, key="k6"),
            lambda: sending.send(customer, intention, key="k7"),
            lambda: banking.payout(customer, link, key="k8"),
        ]

    assert [ask().status_code for ask in asks(clerk, customer)] == [201] * 8
    booked = count(service, BOOKED)
    service.clock.advance(days=30, seconds=1)
    with service.context.transaction() as session:
        assert idempotency.forget_old(session, service.now) > 0
    with service.context.transaction() as session:
        assert idempotency.forget_old(session, service.now) == 0
    assert count(service, KEPT) == 0
    late = [ask() for ask in asks(service.again(clerk), service.again(customer))]
    assert [(one.status_code, one.json().get("type", "").rpartition(":")[2]) for one in late] == [
        (409, "answer-forgotten")
    ] * 8
    assert count(service, BOOKED) == booked
