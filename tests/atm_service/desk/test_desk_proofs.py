"""PINs, cards and names at the desk are proved, and wrong ones counted, in the transaction that decides."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from atm_service.desk.delegations import service as delegations
from atm_service.desk.delegations.schemas import DelegationRequest
from atm_service.desk.proposals import service as proposals
from atm_service.desk.proposals.schemas import ConfirmedByPin
from atm_service.desk.vouchers.domain import VoucherKind
from atm_service.platform import policy
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.customers import service as customers
from atm_service.registers.withdrawals.errors import WrongPin
from tests.atm_service.counter import confirm, propose
from tests.atm_service.elders import DELEGATE, LAST_DAY, delegate, delegated, proof, revoke
from tests.atm_service.world import OFFICE, Clerk, Customer, Service
from tests.contract.documented import slug_of
from tests.waiting import wait_until_blocked

THREADS = 24
TRIES = policy.load("bank_agent").attempts
WRONG = "135792"
COUNTS = {"500000": 2}


def caller(clerk: Clerk) -> Caller:
    return Caller(clerk.id, "staff", "clerk", OFFICE)


def at_once(ask: Callable[[int], Response], times: int) -> Counter[str]:
    """Ask so often at the same moment; tell how often each answer came."""
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(ask, range(times)))
    return Counter(slug_of(one) if one.is_error else str(one.status_code) for one in answers)


def test_the_transaction_that_takes_a_deposit_in_proves_the_pin(service: Service) -> None:
    """No proof that was made before it counts."""
    customer, clerk = service.customer(0), service.clerk()
    deposit = propose(clerk, customer, COUNTS).json()
    with service.context.transaction() as session:
        answer = proposals.confirm(
            session,
            service.context,
            caller(clerk),
            VoucherKind.DEPOSIT,
            UUID(deposit["id"]),
            ConfirmedByPin(by="pin", pin=WRONG),
            service.now,
        )
    assert isinstance(answer, WrongPin)
    assert answer.members == {"remaining_attempts": TRIES.pin.most - 1}
    assert customer.account()["available"] == 0


def test_the_transaction_that_makes_a_delegation_proves_the_pin(service: Service) -> None:
    """A wrong PIN writes nothing and is counted by the same commit."""
    customer, clerk = service.customer(), service.clerk()
    wish = {
        **proof(customer, pin=WRONG),
        "delegate_id_number": DELEGATE,
        "ceiling": 1_000_000,
        "per_month": 1_000_000,
        "office": OFFICE,
        "ends_on": LAST_DAY,
    }
    with service.context.transaction() as session:
        answer = delegations.make(
            session,
            service.context,
            caller(clerk),
            customer.id,
            DelegationRequest.model_validate_json(json.dumps(wish)),
            service.now,
        )
    assert isinstance(answer, WrongPin)
    assert customer.get("/wallet/v1/delegations").json() == {"delegations": []}


@pytest.mark.parametrize("door", ["deposit", "transfer", "make", "revoke", "reprint"])
def test_wrong_pins_are_counted_one_by_one_at_each_door(service: Service, door: str) -> None:
    """Five are compared, whatever comes beside them; then the right one is not compared either."""
    customer, clerk = service.customer(), service.clerk()
    ask = _door(service, customer, clerk, door)
    seen = at_once(lambda _: ask(WRONG), THREADS)
    assert seen == {"wrong-pin": TRIES.pin.most, "too-many-attempts": THREADS - TRIES.pin.most}
    assert slug_of(ask(customer.facts["pin"])) == "too-many-attempts"


def _door(service: Service, customer: Customer, clerk: Clerk, door: str) -> Callable[[str], Response]:
    if door == "deposit":
        deposit = propose(clerk, customer, COUNTS).json()
        return lambda pin: confirm(clerk, deposit, "pin", pin=pin)
    if door == "transfer":
        payee = service.customer(0)
        wish = {
            "id_number": customer.facts["id_number"],
            "checked": "qr",
            "to": {"phone": payee.facts["phone"]},
            "amount": 1_000_000,
        }
        transfer = clerk.post("/counter/v1/transfers", wish).json()
        path = f"/counter/v1/transfers/{transfer['id']}/confirmation"
        return lambda pin: clerk.post(path, {"pin": pin})
    if door == "make":
        return lambda pin: delegate(clerk, customer, pin=pin)
    if door == "revoke":
        made = delegated(clerk, customer)
        return lambda pin: revoke(clerk, customer, made, pin=pin)
    return lambda pin: clerk.post("/counter/v1/slips/reprint", proof(customer, pin=pin))


def test_wrong_cards_for_a_deposit_are_counted_one_by_one(service: Service) -> None:
    """Five other cards are compared, over all deposits for the customer; whatever comes beside or after them is not."""
    customer, clerk = service.customer(0), service.clerk()
    deposits = [propose(clerk, customer, COUNTS).json() for _ in range(4)]
    other = service.customer(0).facts["id_number"]

    def ask(number: int) -> Response:
        return confirm(clerk, deposits[number % 4], "card", id_number=other, checked="qr")

    most = TRIES.confirmation.most
    assert at_once(ask, THREADS) == {"wrong-identity": most, "too-many-attempts": THREADS - most}


def test_a_clerks_wrong_names_are_counted_one_by_one_over_all_customers(service: Service) -> None:
    """Each customer's row is locked by another transaction; the clerk's count is one all the same."""
    clerk, people = service.clerk(), [service.customer(0) for _ in range(8)]
    deposits = [propose(clerk, one, COUNTS).json() for one in people]
    seen = at_once(lambda number: confirm(clerk, deposits[number % 8], name="Hoà"), 2 * THREADS)
    most = TRIES.confirming_clerk.most
    assert seen == {"wrong-name": most, "too-many-attempts": 2 * THREADS - most}


def test_a_clerks_guesses_for_two_customers_take_turns(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one is being compared, the next waits: it must find the first one counted."""
    clerk, people = service.clerk(), [service.customer(0) for _ in range(2)]
    first, second = (propose(clerk, one, COUNTS).json() for one in people)
    really, began = customers.name_matches, []

    with ThreadPoolExecutor(1) as pool:

        def looking(*facts: Any) -> bool:
            if not began:
                began.append(pool.submit(confirm, clerk, second, name="Hoà"))
                wait_until_blocked(service.context.engine, *began)
            return really(*facts)

        monkeypatch.setattr(customers, "name_matches", looking)
        left = [confirm(clerk, first, name="Hoà").json(), began[0].result().json()]
    most = TRIES.confirmation.most
    assert [one["remaining_attempts"] for one in left] == [most - 1, most - 1]


def _names(clerk: Clerk) -> dict[str, Callable[[str], Response]]:
    def card(number: str) -> dict[str, Any]:
        return {"id_number": number, "checked": "typed"}

    return {
        "payee-unknown": lambda number: clerk.post(
            "/counter/v1/deposits", {"to": {"id_number": number}, "counts": COUNTS}
        ),
        "payer-card-unknown": lambda number: clerk.post("/counter/v1/delegations/find", card(number)),
        "slips": lambda number: clerk.post("/counter/v1/slips/reprint", {**card(number), "pin": WRONG}),
        "cash": lambda number: clerk.post(
            "/counter/v1/card-withdrawals", {**card(number), "pin": WRONG, "amount": 100_000}
        ),
    }


@pytest.mark.parametrize("door", ["payee-unknown", "payer-card-unknown", "slips", "cash"])
def test_names_of_nobody_are_counted_one_by_one(service: Service, door: str) -> None:
    """As many are looked up as the policy says, and not one more, however many are asked for at once."""
    clerk = service.clerk()
    ask = _names(clerk)[door]
    seen = at_once(lambda number: ask(f"020199{number:06d}"), 3 * THREADS)
    unknown = "payee-unknown" if door == "payee-unknown" else "payer-card-unknown"
    assert seen == {unknown: TRIES.payee.most, "too-many-attempts": 3 * THREADS - TRIES.payee.most}


def test_all_doors_of_a_name_have_one_count(service: Service) -> None:
    """Whoever is shut out at one is shut out at all."""
    clerk = service.clerk()
    doors = list(_names(clerk).values())
    seen = at_once(lambda number: doors[number % len(doors)](f"020199{number:06d}"), 3 * THREADS)
    assert seen["too-many-attempts"] == 3 * THREADS - TRIES.payee.most


def test_applications_for_one_card_are_counted_one_by_one(service: Service) -> None:
    """Each asks the provider, which costs money."""
    most = TRIES.application.most
    seen = at_once(lambda _: service.apply(id_number="020085999999"), most + 10)
    assert seen["too-many-attempts"] == 10


def test_an_answer_is_given_again_without_another_proof(service: Service) -> None:
    """The same key and the same PIN: the first answer, even while the customer's PIN is shut."""
    customer, clerk = service.customer(0), service.clerk()
    deposit, key = propose(clerk, customer, COUNTS).json(), str(uuid4())
    pin = customer.facts["pin"]
    first = confirm(clerk, deposit, "pin", key, pin=pin)
    other = propose(clerk, customer, COUNTS).json()
    for _ in range(TRIES.pin.most):
        assert slug_of(confirm(clerk, other, "pin", pin=WRONG)) == "wrong-pin"
    again = confirm(clerk, deposit, "pin", key, pin=pin)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
