"""Cash in at the counter: named, confirmed, within limits, once."""

import functools
import threading
from collections.abc import Callable, Sequence

import pytest
from httpx2 import Response

from atm_service.control.audit import service as audit
from tests.atm_service.counter import (
    ask_to_reverse,
    confirm,
    decide,
    deposited,
    propose,
    refused,
    reverse,
    supervisor,
)
from tests.atm_service.records import unchanged
from tests.atm_service.world import OFFICE, Service

DRAWER = f"office/{OFFICE}/drawer/1"
ONE, TEN, TWENTY = {"500000": 2}, {"500000": 20}, {"500000": 40}


def test_cash_comes_in(service: Service) -> None:
    """Into drawer and wallet at once, with a voucher that says by what it was confirmed."""
    clerk, customer = service.clerk(), service.customer(0)
    proposed = propose(clerk, customer, {"500000": 1, "200000": 2, "100000": 1})
    assert proposed.status_code == 201, proposed.text
    deposit = proposed.json()
    assert (deposit["amount"], deposit["ways"], deposit["voucher_id"]) == (
        1_000_000,
        ["name", "card", "pin"],
        None,
    )
    assert deposit["payee"]["masked_name"] == "N••• V••• Thắng"
    assert service.balance(DRAWER) == 100_000_000
    answer = confirm(clerk, deposit)
    assert answer.status_code == 201, answer.text
    voucher = answer.json()
    assert (voucher["kind"], voucher["amount"], voucher["confirmed"]) == ("deposit", 1_000_000, "name")
    assert (service.balance(DRAWER), customer.account()["available"]) == (101_000_000, 1_000_000)
    assert clerk.get(f"/counter/v1/deposits/{deposit['id']}").json()["voucher_id"] == voucher["id"]


def test_named_by_card(service: Service) -> None:
    """The card's number finds the same customer as the phone."""
    clerk, customer = service.clerk(), service.customer(0)
    by_card = propose(clerk, customer, ONE, id_number=customer.facts["id_number"]).json()
    by_phone = propose(clerk, customer, ONE, phone="+84 " + customer.facts["phone"][1:]).json()
    assert by_card["payee"] == by_phone["payee"]


@pytest.mark.parametrize(("by", "proof"), [("card", {"checked": "typed"}), ("pin", {"pin": "480152"})])
def test_the_account_holder_confirms(service: Service, by: str, proof: dict[str, str]) -> None:
    """By the own card or the own PIN, which a larger amount takes."""
    clerk, customer = service.clerk(), service.customer(0)
    deposit = propose(clerk, customer, TEN).json()
    assert deposit["ways"] == ["card", "pin"]
    assert refused(confirm(clerk, deposit)) == "confirmation-needed"
    if by == "card":
        proof = {**proof, "id_number": customer.facts["id_number"]}
    assert confirm(clerk, deposit, by, **proof).json()["confirmed"] == by


def test_the_name_is_enough_up_to_the_policys_figure(service: Service) -> None:
    """Two million by name, a thousand more by card or PIN."""
    clerk, customer = service.clerk(), service.customer(0)
    assert propose(clerk, customer, {"500000": 4}).json()["ways"][0] == "name"
    assert propose(clerk, customer, {"500000": 4, "1000": 1}).json()["ways"][0] == "card"


def test_another_card_or_pin_is_refused_and_counted(service: Service) -> None:
    """Five wrong ones shut the door."""
    clerk, customer, other = service.clerk(), service.customer(0), service.customer(0)
    deposit = propose(clerk, customer, TEN).json()
    card = {"id_number": other.facts["id_number"], "checked": "qr"}
    for left in range(4, -1, -1):
        answer = confirm(clerk, deposit, "card", **card)
        assert (refused(answer), answer.json()["remaining_attempts"]) == ("wrong-identity", left)
    assert refused(confirm(clerk, deposit, "card", **card)) == "too-many-attempts"
    assert refused(confirm(clerk, deposit, "pin", pin="111222")) == "wrong-pin"
    assert service.balance(DRAWER) == 100_000_000


def test_the_whole_name_is_said(service: Service) -> None:
    """What the clerk sees is not enough; wrong ones are counted, and five shut this clerk's door to names and cards."""
    clerk, customer = service.clerk(), service.customer(0, full_name="Đinh Thị Hoà")
    deposit = propose(clerk, customer, {"500000": 1}).json()
    assert deposit["payee"]["masked_name"] == "Đ••• T••• Hoà"
    for left, said in zip(
        (4, 3, 2, 1, 0), ("Hoà", "Đinh Hoà", "Đ T Hoà", "Nông Văn Thắng", "Hoa"), strict=True
    ):
        wrong = confirm(clerk, deposit, name=said)
        assert (refused(wrong), wrong.json()["remaining_attempts"]) == ("wrong-name", left)
    assert refused(confirm(clerk, deposit, name="Đinh Thị Hoà")) == "too-many-attempts"
    colleague = service.clerk(drawer=2)
    other = propose(colleague, customer, {"500000": 1}).json()
    assert refused(confirm(colleague, other, name=None)) == "confirmation-needed"
    assert confirm(colleague, other, name="dinh  thi HOA").json()["confirmed"] == "name"


def test_a_new_proposal_gives_no_new_tries(service: Service) -> None:
    """A clerk has five an hour for a customer's card and name, whatever is proposed; the PIN is another door."""
    clerk, customer = service.clerk(), service.customer(0)
    card = {"id_number": customer.facts["id_number"], "checked": "typed"}
    for left in (4, 3, 2, 1, 0):
        deposit = propose(clerk, customer, {"500000": 1}).json()
        wrong = (
            confirm(clerk, deposit, name="Hoà")
            if left % 2
            else confirm(clerk, deposit, "card", **{**card, "id_number": "020085999999"})
        )
        assert wrong.json()["remaining_attempts"] == left
    deposit = propose(clerk, customer, {"500000": 1}).json()
    assert refused(confirm(clerk, deposit, "card", **card)) == "too-many-attempts"
    assert confirm(clerk, deposit, "pin", pin=customer.facts["pin"]).status_code == 201


def test_a_right_name_gives_no_new_tries_for_the_card(service: Service) -> None:
    """Whoever knows a name would guess at the card for ever."""
    clerk, customer = service.clerk(), service.customer(0)
    for left in (4, 3, 2):
        deposit = propose(clerk, customer, {"10000": 1}).json()
        wrong = confirm(clerk, deposit, "card", id_number="020085999999", checked="typed")
        assert wrong.json()["remaining_attempts"] == left
        assert confirm(clerk, deposit).status_code == 201


def test_another_clerks_guesses_keep_no_customer_out(service: Service) -> None:
    """Whoever guesses is shut out, for this customer and then for all; a colleague goes on."""
    clerk, colleague = service.clerk(), service.clerk(drawer=2)
    tries = service.context.policy.attempts
    for _ in range(tries.confirming_clerk.most // tries.confirmation.most):
        customer = service.customer(0)
        deposit = propose(clerk, customer, {"500000": 1}).json()
        for _ in range(tries.confirmation.most):
            assert refused(confirm(clerk, deposit, name="Hoà")) == "wrong-name"
    last = service.customer(0)
    assert refused(confirm(clerk, propose(clerk, last, {"500000": 1}).json())) == "too-many-attempts"
    for one in (customer, last):
        assert confirm(colleague, propose(colleague, one, {"500000": 1}).json()).status_code == 201


def test_a_confirmation_says_one_thing(service: Service) -> None:
    """A way without its proof, or with another's, is malformed; and so is a name given twice."""
    clerk, customer = service.clerk(), service.customer(0)
    deposit = propose(clerk, customer, ONE).json()
    for by, proof in (("card", {}), ("pin", {}), ("name", {"pin": "480152"}), ("card", {"id_number": "1"})):
        assert refused(confirm(clerk, deposit, by, **proof)) == "malformed-request"
    both = {"phone": customer.facts["phone"], "id_number": customer.facts["id_number"]}
    assert refused(propose(clerk, customer, ONE, **both)) == "malformed-request"


def test_nobodys_number_is_refused_and_counted(service: Service) -> None:
    """A clerk who asks for many names is shut out for a while."""
    clerk, customer = service.clerk(), service.customer(0)
    for _ in range(20):
        assert refused(propose(clerk, customer, ONE, phone="0999999999")) == "payee-unknown"
    assert refused(propose(clerk, customer, ONE)) == "too-many-attempts"


def test_in_plus_out_stay_within_the_customers_day(service: Service) -> None:
    """Twenty million of deposits and withdrawals together, to the đồng; open codes count."""
    clerk, customer = service.clerk(), service.customer(10_000_000)
    assert clerk.serve(customer, customer.code(5_000_000)).status_code == 201
    customer.code(5_000_000)
    answer = propose(clerk, customer, {"500000": 20, "1000": 1})
    assert refused(answer) == "customer-limit-reached"
    assert answer.json()["remaining"] == 10_000_000
    deposited(clerk, customer, TEN)
    assert refused(propose(clerk, customer, {"10000": 1})) == "customer-limit-reached"
    assert customer.account()["limits"]["remaining_today"] == 0
    assert refused(customer.authorise(50_000)) == "customer-limit-reached"


def test_the_limit_is_asked_again_at_the_end(service: Service) -> None:
    """Two proposals that fit one by one do not fit together."""
    clerk, customer = service.clerk(), service.customer(0)
    first, second = (propose(clerk, customer, {"500000": 20}).json() for _ in range(2))
    third = propose(clerk, customer, {"1000": 10}).json()
    for deposit in (first, second):
        assert confirm(clerk, deposit, "pin", pin="480152").status_code == 201
    assert refused(confirm(clerk, third)) == "customer-limit-reached"


def test_an_offices_day_counts_both_ways(service: Service) -> None:
    """What comes in counts as what goes out does."""
    service.limit_office(per_day=3_000_000)
    clerk, customer = service.clerk(), service.customer()
    assert clerk.serve(customer, customer.code(2_000_000)).status_code == 201
    deposit = propose(clerk, customer, ONE).json()
    more = propose(clerk, customer, {"10000": 1}).json()
    assert confirm(clerk, deposit).status_code == 201
    with unchanged(service):
        assert refused(confirm(clerk, more)) == "office-limit-reached"
    assert refused(clerk.serve(customer, customer.code(50_000))) == "office-limit-reached"


@pytest.mark.parametrize("counts", [{}, {"1000": 9}, {"500000": 41}])
def test_amounts_have_bounds(service: Service, counts: dict[str, int]) -> None:
    """Less than ten thousand and more than twenty million are refused."""
    assert refused(propose(service.clerk(), service.customer(0), counts)) == "amount-out-of-range"


def test_above_the_threshold_it_takes_a_supervisor(service: Service) -> None:
    """Ten million is the clerk's; a thousand more waits for approval."""
    clerk, customer = service.clerk(), service.customer(0)
    small = propose(clerk, customer, TEN).json()
    assert not small["needs_approval"]
    large = propose(clerk, customer, {"500000": 20, "1000": 1}).json()
    assert large["needs_approval"]
    pin = {"pin": "480152"}
    answer = confirm(clerk, large, "pin", **pin)
    assert (refused(answer), answer.json()["above"]) == ("approval-needed", 10_000_000)
    asked = clerk.post(f"/counter/v1/deposits/{large['id']}/approval-request", {"words": "bán trâu"}).json()
    assert asked["reason"] == "above-threshold"
    assert refused(confirm(clerk, large, "pin", **pin)) == "approval-waiting"
    decide(supervisor(service), asked)
    assert confirm(clerk, large, "pin", **pin).status_code == 201
    assert clerk.get(f"/counter/v1/approvals/{asked['id']}").json()["status"] == "used"


def test_it_is_taken_in_once(service: Service) -> None:
    """The same key replays, another key is refused, ten at once make one voucher."""
    clerk, customer = service.clerk(), service.customer(0)
    deposit = propose(clerk, customer, ONE).json()
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(confirm(clerk, deposit).status_code))
        for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [409] * 9
    assert refused(confirm(clerk, deposit)) == "voucher-exists"
    other = propose(clerk, customer, ONE).json()
    assert confirm(clerk, other, key="k").json() == confirm(clerk, other, key="k").json()
    assert customer.account()["available"] == 2_000_000


def at_once(acts: Sequence[Callable[[], Response]]) -> list[int]:
    """Do everything at the same moment; give the statuses in order."""
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda act=act: statuses.append(act().status_code)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


def test_deposits_at_once_stay_within_the_customers_day(service: Service) -> None:
    """Eight proposals of five million confirmed at once: four are taken in."""
    clerk, customer = service.clerk(), service.customer(0)
    proposed = [propose(clerk, customer, {"500000": 10}).json() for _ in range(8)]
    acts = [functools.partial(confirm, clerk, one, "pin", pin="480152") for one in proposed]
    assert at_once(acts) == [201] * 4 + [409] * 4
    assert customer.account()["available"] == 20_000_000


def test_cash_in_and_out_at_once_stay_within_the_offices_day(service: Service) -> None:
    """Three deposits and three payments of a million, and room for four: four are done."""
    service.limit_office(per_day=4_000_000)
    clerk, acts = service.clerk(), list[Callable[[], Response]]()
    for _ in range(3):
        saver, drawer = service.customer(0), service.customer(1_000_000)
        acts.append(functools.partial(confirm, clerk, propose(clerk, saver, ONE).json()))
        code = drawer.code(1_000_000)
        assert clerk.present(code["code"]).status_code == 201
        acts.append(functools.partial(clerk.pay, code["id"], drawer.facts["id_number"]))
    assert at_once(acts) == [201] * 4 + [409] * 2


def test_a_proposal_is_of_its_clerk_shift_and_day(service: Service) -> None:
    """After the close of the shift, or at midnight, it begins anew; to a colleague it is unknown."""
    clerk, customer = service.clerk(), service.customer(0)
    deposit = propose(clerk, customer, ONE).json()
    assert refused(confirm(service.clerk(drawer=2), deposit)) == "not-found"
    assert clerk.close({"500000": 200}).status_code == 200
    assert refused(confirm(clerk, deposit)) == "no-open-shift"
    assert clerk.open(1).status_code == 201
    assert refused(confirm(clerk, deposit)) == "proposal-lapsed"
    late = propose(clerk, customer, ONE).json()
    service.clock.advance(hours=15)
    assert refused(confirm(service.again(clerk), late)) == "proposal-lapsed"


def test_a_deposit_is_undone(service: Service) -> None:
    """The cash leaves the drawer, the money the wallet, and both limits are given back."""
    clerk, customer = service.clerk(), service.customer(0)
    voucher = deposited(clerk, customer, TEN)
    id = voucher["subject"]
    asked = ask_to_reverse(clerk, id, "deposits", reason="wrong-person").json()
    assert refused(reverse(clerk, id, TEN, of="deposits")) == "approval-waiting"
    decide(supervisor(service), asked)
    assert refused(reverse(clerk, id, ONE, of="deposits")) == "count-differs"
    undone = reverse(clerk, id, TEN, of="deposits")
    assert undone.status_code == 201, undone.text
    assert undone.json()["undoes"] == voucher["number"]
    assert (service.balance(DRAWER), customer.account()["available"]) == (100_000_000, 0)
    assert clerk.get(f"/counter/v1/vouchers/{voucher['id']}").json()["undone_by"] == undone.json()["number"]
    assert propose(clerk, customer, TWENTY).status_code == 201
    assert refused(reverse(clerk, id, TEN, of="deposits")) == "already-reversed"


def test_spent_money_is_not_taken_back(service: Service) -> None:
    """The customer's floor holds: nothing is undone."""
    clerk, customer = service.clerk(), service.customer(0)
    voucher = deposited(clerk, customer, TEN)
    assert clerk.serve(customer, customer.code(50_000)).status_code == 201
    asked = ask_to_reverse(clerk, voucher["subject"], "deposits").json()
    decide(supervisor(service), asked)
    with unchanged(service):
        assert refused(reverse(clerk, voucher["subject"], TEN, of="deposits")) == "money-spent"


def test_a_deposit_is_undone_on_its_day(service: Service) -> None:
    """After midnight it stays."""
    clerk, customer = service.clerk(), service.customer(0)
    voucher = deposited(clerk, customer, TEN)
    service.clock.advance(hours=15)
    clerk = service.again(clerk)
    assert refused(ask_to_reverse(clerk, voucher["subject"], "deposits")) == "not-today"


def test_every_control_holds(service: Service) -> None:
    """After deposits, one of them undone."""
    clerk, customer = service.clerk(), service.customer(0)
    voucher = deposited(clerk, customer, ONE)
    deposited(clerk, customer, ONE)
    decide(supervisor(service), ask_to_reverse(clerk, voucher["subject"], "deposits").json())
    assert reverse(clerk, voucher["subject"], ONE, of="deposits").status_code == 201
    with service.context.transaction() as session:
        found = audit.controls(session, service.context.policy, service.now)
    assert [control for control in found if not control.holds] == []
