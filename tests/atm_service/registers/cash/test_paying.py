"""The notes of a payment: proposed when the code is presented, chosen by the clerk, gone when it is paid."""

from typing import Any

import pytest

from atm_service.platform import chart
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import Notes, notes_of
from tests.atm_service.world import OFFICE, Clerk, Customer, Service
from tests.contract.documented import slug_of

DRAWER = chart.drawer(OFFICE, 1)
MIXED = {"500000": 100, "200000": 100, "100000": 100, "50000": 300, "10000": 500}  # 100,000,000 đồng


def opened(service: Service, counts: dict[str, int]) -> Clerk:
    clerk = service.clerk(shift=False)
    assert clerk.open(counts=counts).status_code == 201
    return clerk


def held(service: Service) -> Notes | None:
    with service.context.transaction() as session:
        return stock.seen(session, DRAWER)


def presented(clerk: Clerk, customer: Customer, amount: int) -> dict[str, Any]:
    code = customer.code(amount)
    answer = clerk.present(code["code"])
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_notes_are_proposed_and_paid(service: Service) -> None:
    """Largest first; what is paid leaves the drawer and stands on the receipt."""
    clerk, customer = opened(service, MIXED), service.customer()
    shown = presented(clerk, customer, 1_750_000)
    assert shown["notes"] == {"500000": 3, "200000": 1, "50000": 1}
    assert shown["small_notes"] == {"100000": 17, "50000": 1}
    receipt = clerk.pay(shown["withdrawal_id"], customer.facts["id_number"]).json()
    assert receipt["notes"] == shown["notes"]
    assert clerk.get(f"/counter/v1/receipts/{receipt['id']}").json() == receipt
    assert held(service) == notes_of(MIXED | {"500000": 97, "200000": 99, "50000": 299})


def test_the_clerk_changes_the_mix(service: Service) -> None:
    """Other notes of the same sum are paid as the clerk says."""
    clerk, customer = opened(service, MIXED), service.customer()
    shown = presented(clerk, customer, 1_000_000)
    chosen = {"100000": 8, "10000": 20}
    receipt = clerk.pay(shown["withdrawal_id"], customer.facts["id_number"], notes=chosen).json()
    assert receipt["notes"] == chosen
    assert held(service) == notes_of(MIXED | {"100000": 92, "10000": 480})


def test_a_mix_of_another_sum_is_refused(service: Service) -> None:
    """One note too many pays nothing."""
    clerk, customer = opened(service, MIXED), service.customer()
    shown = presented(clerk, customer, 1_000_000)
    refused = clerk.pay(shown["withdrawal_id"], customer.facts["id_number"], notes={"500000": 3})
    assert (slug_of(refused), refused.json()["amount"], refused.json()["chosen"]) == (
        "mix-of-other-sum",
        1_000_000,
        1_500_000,
    )
    assert held(service) == notes_of(MIXED)


def test_a_mix_that_is_not_there_is_refused(service: Service) -> None:
    """It says which kind is too few, and not by how many; the proposed ones may still be paid."""
    clerk, customer = opened(service, MIXED), service.customer()
    shown = presented(clerk, customer, 1_000_000)
    refused = clerk.pay(shown["withdrawal_id"], customer.facts["id_number"], notes={"20000": 50})
    assert (slug_of(refused), refused.json()["too_few"]) == ("notes-not-there", ["20000"])
    assert clerk.pay(shown["withdrawal_id"], customer.facts["id_number"]).status_code == 201


@pytest.mark.parametrize(("amount", "nearest"), [(700_000, (500_000, 1_000_000)), (50_000, (None, 500_000))])
def test_an_amount_that_the_notes_cannot_make(
    service: Service, amount: int, nearest: tuple[int | None, int]
) -> None:
    """It is refused before anybody compares a card, with the nearest amounts; the code stays good elsewhere."""
    clerk, customer = opened(service, {"500000": 200}), service.customer()
    code = customer.code(amount)
    refused = clerk.present(code["code"])
    assert slug_of(refused) == "notes-cannot-make"
    assert (refused.json()["below"], refused.json()["above"]) == nearest
    assert customer.look(code["id"])["status"] == "authorised"
    other = service.clerk(drawer=2)
    assert other.serve(customer, code).status_code == 201


def test_notes_that_left_in_between(service: Service) -> None:
    """What was proposed and then paid to somebody else is proposed no more: the payment is refused."""
    clerk, customer, other = (
        opened(service, {"500000": 199, "100000": 5}),
        service.customer(),
        service.customer(),
    )
    shown = presented(clerk, customer, 100_000)
    assert clerk.post("/counter/v1/cash/moves", {"to": "vault", "counts": {"100000": 5}}).status_code == 201
    assert slug_of(clerk.pay(shown["withdrawal_id"], customer.facts["id_number"])) == "notes-cannot-make"
    assert slug_of(clerk.present(other.code(100_000)["code"])) == "notes-cannot-make"


def test_a_drawer_that_does_not_know_its_notes_pays(service: Service) -> None:
    """As ever: no notes are proposed, and none are on the receipt; what the clerk names is kept."""
    clerk, customer = opened(service, MIXED), service.customer()
    with service.context.transaction() as session:
        stock.forget(session, DRAWER)
    shown = presented(clerk, customer, 1_000_000)
    assert (shown["notes"], shown["small_notes"]) == (None, None)
    assert clerk.pay(shown["withdrawal_id"], customer.facts["id_number"]).json()["notes"] is None
    shown = presented(clerk, customer, 1_000_000)
    paid = clerk.pay(shown["withdrawal_id"], customer.facts["id_number"], notes={"500000": 2})
    assert paid.json()["notes"] == {"500000": 2}
    assert held(service) is None


def test_a_close_gives_the_notes_back(service: Service) -> None:
    """After a close the drawer knows what was counted, whatever it knew before."""
    clerk = opened(service, MIXED)
    with service.context.transaction() as session:
        stock.forget(session, DRAWER)
    clerk.close({"100000": 1_000})
    assert held(service) == notes_of({"100000": 1_000})
