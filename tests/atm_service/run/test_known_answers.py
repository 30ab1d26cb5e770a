"""A key that was used does not tell which PIN or password was right: nobody counts what is asked under it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from httpx2 import Response

from atm_service.platform.idempotency import Key
from tests.atm_service import elders
from tests.atm_service.counter import propose
from tests.atm_service.desk.proposals import test_transfers as transfers
from tests.atm_service.promises.shifts import test_shifts as shifts
from tests.atm_service.records import unchanged
from tests.atm_service.world import PASSWORD, Clerk, Customer, Service
from tests.contract.documented import slug_of

Ask = Callable[[str], Response]
WRONG = {"480152": "735109", PASSWORD: "another-long-password"}


def digits(service: Service, clerk: Clerk, customer: Customer) -> Ask:
    code = customer.code()
    assert clerk.present(code["digits"]).status_code == 201
    return lambda pin: clerk.pay(code["id"], customer.facts["id_number"], key="k", pin=pin)


def transfer(service: Service, clerk: Clerk, customer: Customer) -> Ask:
    proposed = transfers.propose(clerk, customer, service.customer(0)).json()
    return lambda pin: transfers.confirm(clerk, proposed, pin, key="k")


def deposit(service: Service, clerk: Clerk, customer: Customer) -> Ask:
    proposed = propose(clerk, customer, {"500000": 2}).json()
    path = f"/counter/v1/deposits/{proposed['id']}/confirmation"
    return lambda pin: clerk.post(path, {"by": "pin", "pin": pin}, "k")


def hand_over(service: Service, clerk: Clerk, customer: Customer) -> Ask:
    _, username = shifts.colleague(service)
    body = {"counts": shifts.SAME_SUM, "username": username}
    path = "/counter/v1/shifts/current/hand-over"
    return lambda password: clerk.post(path, {**body, "password": password}, "k")


DOORS: dict[str, Callable[[Service, Clerk, Customer], Ask]] = {
    "digits": digits,
    "transfer": transfer,
    "deposit": deposit,
    "hand-over": hand_over,
    "card": lambda _, clerk, customer: lambda pin: elders.pay_by_card(clerk, customer, key="k", pin=pin),
    "slip": lambda _, clerk, customer: lambda pin: elders.make_slip(clerk, customer, key="k", pin=pin),
    "delegation": lambda _, clerk, customer: lambda pin: elders.delegate(clerk, customer, key="k", pin=pin),
}


@pytest.mark.parametrize("door", DOORS)
def test_a_wrong_secret_gets_the_same_answer_as_the_right_one(service: Service, door: str) -> None:
    """Under a key that was used, both are told what was done, and nothing is done."""
    right = PASSWORD if door == "hand-over" else "480152"
    ask = DOORS[door](service, service.clerk(), service.customer())
    first = ask(right)
    assert first.status_code < 300, first.text
    with unchanged(service):
        for secret in (WRONG[right], right):
            again = ask(secret)
            assert (again.status_code, again.content) == (first.status_code, first.content)


def test_what_was_remembered_before_is_known(service: Service) -> None:
    """An answer that was kept under a fingerprint with its secrets is found by whoever asks with the same ones."""
    customer, key = service.customer(), str(uuid4())
    first = customer.authorise(key=key)
    with service.context.transaction() as session:
        kept = session.exec_driver_sql("SELECT fingerprint FROM service.idempotency").scalar_one()
        asked = Key(str(customer.id), key, b"new", service.context.cipher, service.now, bytes(kept))
        answer = asked.known(session)
    assert answer is not None
    assert answer.body == first.content


def test_a_slip_is_a_slip_after_the_shift(service: Service) -> None:
    """Asked for again when the shift is closed, it is the same slip, and no withdrawal as the wallet shows it."""
    clerk, customer = service.clerk(), service.customer()
    first = elders.make_slip(clerk, customer, key="k").json()
    assert clerk.close(shifts.SAME_SUM).json()["status"] == "closed"
    assert elders.make_slip(clerk, customer, key="k").json() == first
    assert len(service.trail("slip.reprinted")) == 1
    assert customer.post(f"/wallet/v1/withdrawals/{first['withdrawal_id']}/cancel").is_success
    assert slug_of(elders.make_slip(clerk, customer, key="k")) == "already-ended"
