"""No smartphone: paid by card and PIN, once; a slip for later; printed again by proof alone."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from httpx2 import Response

from atm_service.registers.withdrawals import codes
from tests.atm_service.counter import refused
from tests.atm_service.elders import make_slip, pay_by_card, proof
from tests.atm_service.records import unchanged
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clerk, Customer, Service

DRAWER = f"office/{OFFICE}/drawer/1"


def test_card_and_pin_pay_at_once(service: Service) -> None:
    """One request: the receipt, the drawer and the wallet say the same, and the trail names the clerk."""
    clerk, customer = service.clerk(), service.customer()
    answer = pay_by_card(clerk, customer)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert (receipt["amount"], receipt["identity_checked"], receipt["delegate"]) == (2_000_000, "qr", None)
    assert (service.balance(DRAWER), customer.account()["available"]) == (98_000_000, 3_000_000)
    assert customer.account()["held"] == 0
    (row,) = service.trail("authorise")
    assert (row["actor"], row["detail"]["at_counter"]) == (clerk.id, True)


def test_the_same_key_pays_once(service: Service) -> None:
    """Repeated after a lost answer it gives the same receipt; another body under the key is refused."""
    clerk, customer = service.clerk(), service.customer()
    first = pay_by_card(clerk, customer, key="k").json()
    assert pay_by_card(clerk, customer, key="k").json() == first
    assert refused(pay_by_card(clerk, customer, 1_000_000, key="k")) == "idempotency-key-reused"
    assert service.balance(DRAWER) == 98_000_000


def test_eight_at_once_with_one_key_pay_once(service: Service) -> None:
    """Whoever is not first gets the same receipt, or is told that it is still being worked on."""
    clerk, customer = service.clerk(), service.customer(20_000_000)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: pay_by_card(clerk, customer, key="k"), range(8)))
    receipts = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    others = {refused(answer) for answer in answers if answer.status_code != 201}
    assert (len(receipts), others <= {"request-in-progress"}) == (1, True)
    assert (service.balance(DRAWER), customer.account()["held"]) == (98_000_000, 0)


def test_a_wrong_pin_pays_nothing_and_is_counted(service: Service) -> None:
    """Five wrong PINs shut the door, at this counter and everywhere."""
    clerk, customer = service.clerk(), service.customer()
    with unchanged(service):
        for left in range(4, -1, -1):
            answer = pay_by_card(clerk, customer, pin="111222")
            assert (refused(answer), answer.json()["remaining_attempts"]) == ("wrong-pin", left)
        assert refused(pay_by_card(clerk, customer)) == "too-many-attempts"
        assert refused(make_slip(clerk, customer)) == "too-many-attempts"
    assert customer.authorise().status_code == 429


def test_nobodys_card_is_counted(service: Service) -> None:
    """A clerk who tries many cards is shut out for a while."""
    clerk, customer = service.clerk(), service.customer()
    for _ in range(20):
        assert refused(pay_by_card(clerk, customer, id_number="020085999999")) == "payer-card-unknown"
    assert refused(pay_by_card(clerk, customer)) == "too-many-attempts"


def test_a_short_drawer_leaves_no_money_waiting(service: Service) -> None:
    """What is refused after the code was made is given up: nothing is held, and the next amount is paid."""
    clerk, customer = service.clerk(cash=1_000_000), service.customer()
    answer = pay_by_card(clerk, customer, key="k")
    assert refused(answer) == "drawer-short"
    assert (customer.account()["held"], customer.account()["available"]) == (0, 5_000_000)
    assert refused(pay_by_card(clerk, customer, key="k")) == "drawer-short"  # a refusal stands
    assert pay_by_card(clerk, customer, 1_000_000).status_code == 201


def test_without_a_shift_nothing_is_made(service: Service) -> None:
    """A clerk without a drawer makes no code."""
    clerk, customer = service.clerk(shift=False), service.customer()
    with unchanged(service):
        assert refused(pay_by_card(clerk, customer)) == "no-open-shift"
        assert refused(make_slip(clerk, customer)) == "no-open-shift"


@pytest.mark.parametrize("door", [pay_by_card, make_slip])
def test_the_policy_bounds_the_amount(service: Service, door: Callable[..., Response]) -> None:
    """Ten million is the most without a face match; a step more is refused, and says so."""
    clerk, customer = service.clerk(), service.customer(20_000_000)
    answer = door(clerk, customer, 10_010_000)
    assert (refused(answer), answer.json()["amount_max"]) == ("amount-out-of-range", 10_000_000)
    assert door(clerk, customer, 10_000_000).status_code == 201


@pytest.mark.parametrize(
    ("amount", "slug"),
    [(40_000, "amount-out-of-range"), (55_000, "amount-not-multiple"), (5_010_000, "insufficient-funds")],
)
def test_the_rules_of_every_withdrawal_hold(service: Service, amount: int, slug: str) -> None:
    """Too small, not made of notes, more than there is."""
    clerk, customer = service.clerk(), service.customer()
    with unchanged(service):
        assert refused(pay_by_card(clerk, customer, amount)) == slug


def test_a_slip_is_a_code_like_any_other(service: Service) -> None:
    """Its QR is genuine, its digits are ten; nothing on it is a whole number, a name or a balance."""
    clerk, customer = service.clerk(), service.customer()
    slip = make_slip(clerk, customer).json()
    code = codes.verify(slip["code"], service.context.keys.at(service.now), service.now)
    assert (str(code.withdrawal), code.amount) == (slip["withdrawal_id"], 2_000_000)
    assert len(slip["digits"].replace("-", "")) == 10
    assert slip["payee"] == {
        "masked_name": "N••• V••• Thắng",
        "masked_id": f"••••••••{customer.facts['id_number'][-4:]}",
    }
    assert (slip["halves"], slip["delegate"]) == (None, None)
    assert clerk.present(slip["code"]).status_code == 201
    assert clerk.pay(slip["withdrawal_id"], customer.facts["id_number"]).status_code == 201


def test_a_slips_digits_need_the_pin(service: Service) -> None:
    """Whoever finds a slip has neither the card nor the PIN."""
    clerk, customer = service.clerk(), service.customer()
    slip = make_slip(clerk, customer).json()
    assert clerk.present(slip["digits"]).json()["requires"] == ["id_number", "pin"]
    assert refused(clerk.pay(slip["withdrawal_id"], customer.facts["id_number"])) == "pin-required"


def test_a_slip_for_one_office(service: Service) -> None:
    """A scheduled slip names its office, which is printed; elsewhere it is refused."""
    clerk, customer = service.clerk(), service.customer()
    service.clerk(OTHER_OFFICE)
    assert refused(make_slip(clerk, customer, lifetime="scheduled")) == "office-required"
    slip = make_slip(clerk, customer, lifetime="scheduled", office=OTHER_OFFICE).json()
    assert (slip["office"], bool(slip["office_name"])) == (OTHER_OFFICE, True)
    assert refused(clerk.present(slip["code"])) == "wrong-office"


def test_the_same_key_makes_one_slip(service: Service) -> None:
    """After a lost answer the same slip comes back."""
    clerk, customer = service.clerk(), service.customer()
    assert make_slip(clerk, customer, key="k").json() == make_slip(clerk, customer, key="k").json()
    assert customer.account()["held"] == 2_000_000


def test_printed_again_by_proof_alone(service: Service) -> None:
    """At any counter, by card and PIN, while it can be paid; each time is in the trail."""
    clerk, customer = service.clerk(), service.customer()
    elsewhere = service.clerk(OTHER_OFFICE)
    slip = make_slip(clerk, customer).json()
    customer.code(500_000)  # made in the wallet: no slip
    again = elsewhere.post("/counter/v1/slips/reprint", proof(customer))
    assert again.json() == {"slips": [slip]}
    (row,) = service.trail("slip.reprinted")
    assert (str(row["subject"]), row["actor"]) == (slip["withdrawal_id"], elsewhere.id)
    assert refused(elsewhere.post("/counter/v1/slips/reprint", proof(customer, pin="111222"))) == "wrong-pin"


def test_what_has_ended_is_not_printed_again(service: Service) -> None:
    """Paid, or past its time."""
    clerk, customer = service.clerk(), service.customer()
    paid = make_slip(clerk, customer).json()
    clerk.present(paid["code"])
    clerk.pay(paid["withdrawal_id"], customer.facts["id_number"])
    make_slip(clerk, customer, 1_000_000)
    assert len(reprinted(clerk, customer)) == 1
    service.clock.advance(hours=24)
    assert reprinted(service.again(clerk), customer) == []


def reprinted(clerk: Clerk, customer: Customer) -> list[dict[str, object]]:
    found: list[dict[str, object]] = clerk.post("/counter/v1/slips/reprint", proof(customer)).json()["slips"]
    return found
