"""A request of the old day that reaches the ledger after its close is told so, and may be repeated."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Connection

import ledger
from atm_service.registers.credits import store as credits_
from atm_service.registers.withdrawals import store as withdrawals
from tests.atm_service.control.instructions.colleague import agreed
from tests.atm_service.registers.credits.school import BATCH, SCHOOL, fund
from tests.atm_service.world import Clerk, Customer, Person, Service
from tests.contract.documented import slug_of
from tests.waiting import wait_until_blocked

SEVENTEEN_MINUTES = timedelta(minutes=17)


@pytest.fixture
def customer(service: Service) -> Customer:
    """Give a customer two minutes before the end of a business day."""
    service.clock.advance(hours=14, minutes=58)
    return service.customer()


def closed_on_the_way(
    service: Service, hold: Callable[[Connection], object], ask: Callable[[], Response]
) -> Response:
    """Ask, and close the day while the request waits for what `hold` holds; give the answer."""
    day, later = ledger.business_date(service.now), service.now + SEVENTEEN_MINUTES
    with ThreadPoolExecutor(1) as pool:
        with service.context.transaction() as session:
            hold(session)
            asked = pool.submit(ask)
            wait_until_blocked(service.context.engine, asked)
            assert ledger.close_day(session, day, later) == day
        answer = asked.result()
    service.clock.advance(minutes=17)
    return answer


def told(answer: Response) -> tuple[Any, ...]:
    return answer.status_code, slug_of(answer), answer.headers["Retry-After"]


def test_a_payment_counts_on_the_new_day(service: Service, customer: Customer) -> None:
    """503 and nothing paid; the same key, after midnight, pays once."""
    clerk, code = service.clerk(), customer.code()
    assert clerk.present(code["code"]).status_code == 201

    def pay(clerk: Clerk) -> Response:
        return clerk.pay(code["id"], customer.facts["id_number"], key="k1")

    answer = closed_on_the_way(
        service, lambda session: withdrawals.find(session, code["id"]), lambda: pay(clerk)
    )
    assert told(answer) == (503, "day-closed", "2")
    customer = service.again(customer)
    assert (customer.account()["held"], customer.look(code["id"])["status"]) == (2_000_000, "presented")
    assert pay(service.again(clerk)).status_code == 201
    assert customer.account()["held"] == 0


def test_salaries_count_on_the_new_day(service: Service, customer: Customer) -> None:
    """The same by the framework's own routes."""
    fund(service.context, 100_000)
    operator: Person = service.staff("operator")
    lines = [{"line_reference": "1", "phone": customer.facts["phone"], "amount": 1_000}]
    body = {"batch": BATCH, "payer": SCHOOL, "lines": lines}
    agreed(service, operator, body)
    answer = closed_on_the_way(
        service,
        lambda session: credits_.lock_for_transaction(session, SCHOOL),
        lambda: operator.post("/operator/v1/credits", body, key="k1"),
    )
    assert told(answer) == (503, "day-closed", "2")
    assert operator.post("/operator/v1/credits", body, key="k1").json()["credited_total"] == 1_000
