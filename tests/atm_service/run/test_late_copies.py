"""A copy of a refused request that comes late: the clerk was told *refused*, and so it stays."""

from typing import Any

import pytest
from httpx2 import Response

from atm_service.platform import idempotency
from atm_service.platform.idempotency import Key
from tests.atm_service import elders
from tests.atm_service.world import Service


def told(answer: Response) -> tuple[int, str, bool]:
    body = answer.json()
    return answer.status_code, body.get("type", "").rpartition(":")[2], body.get("refused_before", False)


def test_a_refused_payment_is_not_paid_by_its_copy(service: Service) -> None:
    """What was missing is there when the copy comes: the same refusal, a month later too; a new key pays."""
    clerk, customer = service.clerk(), service.customer()
    code = customer.code()
    assert told(clerk.pay(code["id"], customer.facts["id_number"], key="k")) == (409, "not-presented", False)
    assert clerk.present(code["code"]).status_code == 201
    copy = clerk.pay(code["id"], customer.facts["id_number"], key="k")
    assert told(copy) == (409, "not-presented", True)
    assert clerk.pay(code["id"], customer.facts["id_number"], key="new").status_code == 201
    service.clock.advance(days=31)
    with service.context.transaction() as session:
        idempotency.forget_old(session, service.now)
    late = service.again(clerk).pay(code["id"], customer.facts["id_number"], key="k")
    assert told(late) == (409, "not-presented", True)


def test_a_refusal_for_guesses_is_final_for_its_key(service: Service) -> None:
    """The door that was shut is open again when the copy comes, with the right PIN: nothing is paid."""
    clerk, customer = service.clerk(), service.customer()
    for n in range(5):
        elders.pay_by_card(clerk, customer, key=f"wrong{n}", pin="111222")
    assert told(elders.pay_by_card(clerk, customer, key="k"))[1:] == ("too-many-attempts", False)
    service.clock.advance(hours=2)
    clerk = service.again(clerk)
    assert told(elders.pay_by_card(clerk, customer, key="k"))[1:] == ("too-many-attempts", True)
    assert elders.pay_by_card(clerk, customer, key="new").status_code == 201


def test_a_copy_that_came_first_is_the_answer(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy is paid between a refusal and its record: whoever was about to be refused is told of the payment."""
    clerk, customer = service.clerk(), service.customer()
    code = customer.code()
    refuse = Key.refuse

    def pay() -> Response:
        return clerk.pay(code["id"], customer.facts["id_number"], key="k")

    def later(self: Key, *refused: Any) -> Any:
        monkeypatch.setattr(Key, "refuse", refuse)
        assert clerk.present(code["code"]).status_code == 201
        assert pay().status_code == 201
        return refuse(self, *refused)

    monkeypatch.setattr(Key, "refuse", later)
    answer = pay()
    assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (201, "true")


def test_a_customer_may_try_a_key_again(service: Service) -> None:
    """A refusal in the wallet is *not now*: nobody hands cash over by it."""
    customer = service.customer(0)
    assert told(customer.authorise(key="k"))[1] == "insufficient-funds"
    service.credit(customer.id, 5_000_000)
    assert customer.authorise(key="k").status_code == 201
