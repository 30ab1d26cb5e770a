"""What billers give back, out of order, garbled, or behind what has no answer: nothing is lost, nothing is stuck."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import pytest

from atm_service.platform.gateway import BankTimeout, BillOrder, Case, Refund
from atm_service.registers.billers.simulated import SimulatedBiller
from atm_service.run import housekeeping
from atm_service.wallet.bank_payments import cases
from atm_service.wallet.bank_payments import service as bank_payments
from tests.atm_service.control.audit.days import broken_now
from tests.atm_service.wallet.bank_payments.banking import (
    Dead,
    due,
    link,
    look_bill,
    money,
    new_case,
    offered,
    pay_bill,
    payout,
    resolve,
    service_biller,
    take_refunds,
    watch,
)
from tests.atm_service.wallet.bank_payments.test_bills import put
from tests.atm_service.world import Service


@dataclass
class Telling:
    """The biller, with a list of refunds of its own; silent, or broken, about some orders."""

    book: SimulatedBiller
    given: list[Refund] = field(default_factory=list)
    about: dict[UUID | None, Exception] = field(default_factory=dict)
    asked_from: list[int] = field(default_factory=list)

    def look_up(self, case: Case, timeout_s: float) -> Any:
        """Pass on."""
        return self.book.look_up(case, timeout_s)

    def pay(self, order: BillOrder, timeout_s: float) -> Any:
        """Pass on, or fail."""
        if wrong := self.about.get(order.id) or self.about.get(None):
            raise wrong
        return self.book.pay(order, timeout_s)

    def status(self, id: UUID, timeout_s: float) -> Any:
        """Pass on, or fail."""
        if wrong := self.about.get(id) or self.about.get(None):
            raise wrong
        return self.book.status(id, timeout_s)

    def refunds(self, after: int, timeout_s: float) -> Sequence[Refund]:
        """List by number what was given back, from behind `after` on."""
        self.asked_from.append(after)
        told = (one for one in self.given if one.number > after or one.number < 0)
        return sorted(told, key=lambda one: one.number)[:100]


def telling(service: Service) -> Telling:
    biller = Telling(service_biller(service))
    put(service, biller)
    return biller


def round_(service: Service) -> None:
    """Let a minute pass, and housekeeping do its work."""
    service.clock.advance(minutes=1)
    housekeeping.round_(service.context, service.now)


def paid(service: Service) -> tuple[Any, UUID]:
    customer = service.customer()
    return customer, UUID(pay_bill(customer, offered(customer)).json()["id"])


def test_a_number_that_is_told_late_comes_back_too(service: Service) -> None:
    """The biller drew number 1 before 2, and had written 2 down first: both come back."""
    biller = telling(service)
    (one, first), (other, second) = paid(service), paid(service)
    biller.given = [Refund(2, "r-2", second, 500_000)]
    take_refunds(service)
    biller.given += [Refund(1, "r-1", first, 500_000)]
    take_refunds(service)
    assert (money(other), money(one)) == ((5_000_000, 0), (5_000_000, 0))


def test_what_waits_for_its_answer_is_not_passed_by(service: Service) -> None:
    """However long it waits, and whatever higher numbers came back meanwhile; what is settled is asked for no more."""
    biller = telling(service)
    biller.about = {None: BankTimeout("silent")}
    customer = service.customer()
    first = UUID(pay_bill(customer, offered(customer)).json()["id"])
    biller.about = {first: BankTimeout("silent")}
    second = paid(service)[1]
    biller.given = [Refund(1, "r-1", first, 500_000), Refund(2, "r-2", second, 500_000)]
    assert [take_refunds(service) for _ in range(2)] == [1, 0]
    service.clock.advance(days=3)
    assert take_refunds(service) == 0
    biller.book.pay(BillOrder(first, Case("land", new_case()), 500_000), 1)
    biller.about = {}
    assert (resolve(service), take_refunds(service)) == (1, 1)
    assert money(service.again(customer)) == (5_000_000, 0)
    service.clock.advance(days=2)
    assert (take_refunds(service), biller.asked_from[-2:]) == (0, [2, 2])


def test_refunds_are_read_page_by_page(service: Service) -> None:
    """More than the biller tells at once, of which none is owed: what comes behind them is taken."""
    biller = telling(service)
    customer, id = paid(service)
    biller.given = [Refund(number, "r", UUID(int=number), 1) for number in range(150)]
    biller.given.append(Refund(150, "r", id, 500_000))
    assert take_refunds(service) == 151
    assert money(customer) == (5_000_000, 0)


def test_one_that_fails_is_told_when_the_others_are_taken(service: Service) -> None:
    """It is counted as a failure of housekeeping, and tried again."""
    biller = telling(service)
    (_, first), (other, second) = paid(service), paid(service)
    no_id: Any = f"{first} "
    biller.given = [Refund(1, "r-1", no_id + "garbled", 500_000), Refund(2, "r-2", second, 500_000)]
    for _ in range(2):
        with pytest.raises(ExceptionGroup, match="refunds were not taken"):
            take_refunds(service)
    assert money(other) == (5_000_000, 0)


def test_two_refunds_of_one_number_are_not_one(service: Service) -> None:
    """The biller gives one number to two refunds: both come back."""
    biller = telling(service)
    (one, first), (other, second) = paid(service), paid(service)
    biller.given = [Refund(1, "r-1", first, 500_000), Refund(1, "r-2", second, 500_000)]
    take_refunds(service)
    assert (money(one), money(other)) == ((5_000_000, 0), (5_000_000, 0))


@pytest.mark.parametrize("wrong", [BankTimeout("silent"), ConnectionError("reset")], ids=["silent", "broken"])
def test_a_refund_of_what_has_no_answer_keeps_no_other_back(service: Service, wrong: Exception) -> None:
    """One bill that the biller does not answer for, and gave back: all other customers get theirs."""
    biller = telling(service)
    other, second = paid(service)
    biller.about = {None: BankTimeout("silent")}
    customer = service.customer()
    first = UUID(pay_bill(customer, offered(customer)).json()["id"])
    biller.about = {first: wrong}
    biller.given = [Refund(1, "r-1", first, 500_000), Refund(2, "r-2", second, 500_000)]
    for _ in range(3):
        round_(service)
    assert money(other) == (5_000_000, 0)


def test_a_refund_that_names_a_payout_does_not_wait_for_the_bank(service: Service) -> None:
    """It names no bill, so no bank is asked; what comes behind it is taken."""
    biller = telling(service)
    other, second = paid(service)
    customer = service.customer()
    link_id = link(customer)
    watch(service, Dead())
    first = UUID(payout(customer, link_id).json()["id"])
    biller.given = [Refund(1, "r-1", first, 500_000), Refund(2, "r-2", second, 500_000)]
    round_(service)
    assert money(other) == (5_000_000, 0)


@pytest.mark.parametrize(
    "garbled",
    [
        {"reference": "r\x001"},
        {"amount": 2**63},
        {"reference": None},
        {"number": 2**63},
        {"amount": 500_000.5},
    ],
    ids=["zero", "huge", "none", "number", "half"],
)
def test_a_garbled_refund_keeps_no_other_back(service: Service, garbled: dict[str, Any]) -> None:
    """What can be read of it is written down, for an auditor where it moves nothing; what comes behind it is taken."""
    biller = telling(service)
    (one, first), (other, second) = paid(service), paid(service)
    biller.given = [
        replace(Refund(1, "r-1", first, 500_000), **garbled),
        Refund(2, "r-2", second, 500_000),
    ]
    for _ in range(3):
        round_(service)
    assert money(other) == (5_000_000, 0)
    assert money(one) == (5_000_000, 0) or list(broken_now(service)) == ["bills-given-back-once"]


@pytest.mark.parametrize("wrong", [BankTimeout("silent"), ConnectionError("reset")], ids=["silent", "broken"])
def test_a_biller_without_a_word_keeps_no_bank_waiting(service: Service, wrong: Exception) -> None:
    """Bills that wait for a dead biller, and a payout behind them for a bank that answers: one round ends it."""
    biller = telling(service)
    biller.about = {None: BankTimeout("away")}
    customer = service.customer()
    for _ in range(3):
        pay_bill(customer, offered(customer))
    biller.about = {None: wrong}
    service.clock.advance(seconds=1)
    id = payout(service.again(customer), link(customer, "0002")).json()["id"]
    round_(service)
    assert customer.get(f"/wallet/v1/bank-payments/{id}").json()["status"] == "succeeded"


def test_no_proof_is_signed_of_what_was_given_back_in_part(service: Service) -> None:
    """A refund of another sum moves nothing; nobody signs any more that the whole was paid."""
    biller = telling(service)
    customer, id = paid(service)
    biller.given = [Refund(1, "r-1", id, 400_000)]
    take_refunds(service)
    assert look_bill(customer, str(id))["proof"] is None


def test_a_bill_does_not_end_before_it_began(service: Service) -> None:
    """Begun while a round of housekeeping was at its first tasks, and given back: it ends later, and both are told."""
    round_began = service.now
    service.clock.advance(seconds=40)
    customer = service.customer()
    id = pay_bill(customer, offered(customer, "0002")).json()["id"]
    service_biller(service).give_back(UUID(id))
    assert bank_payments.take_refunds(service.context, round_began) == 0
    assert resolve(service) == 1
    assert bank_payments.take_refunds(service.context, round_began + cases.REFUNDS_EVERY) == 1
    bill = look_bill(customer, id)
    told = {one["kind"] for one in customer.get("/wallet/v1/notices").json()["items"]}
    assert bill["created_at"] <= bill["ended_at"] <= bill["refunded_at"]
    assert told == {"bill-paid", "bill-refunded"}


def test_a_biller_may_count_from_nought(service: Service) -> None:
    """Its first refund has the number 0, and comes back."""
    biller = telling(service)
    customer, id = paid(service)
    biller.given = [Refund(0, "r-0", id, 500_000)]
    take_refunds(service)
    assert money(customer) == (5_000_000, 0)


def test_a_case_that_was_given_back_is_paid_again_and_nothing_is_broken(service: Service) -> None:
    """The biller gave it back a moment ago, which is not told yet: who pays it again sets off no alarm.

    A while later somebody is told, if nobody says that it was given back.
    """
    customer, case = service.customer(), new_case()
    first = pay_bill(customer, due(customer, case).json()["offer"]).json()["id"]
    service_biller(service).give_back(UUID(first))
    again = pay_bill(customer, due(customer, case).json()["offer"]).json()
    assert (again["status"], broken_now(service)) == ("succeeded", {})
    service.clock.advance(minutes=11)
    assert list(broken_now(service)) == ["bills-given-back-once"]
    assert take_refunds(service) == 1
    assert broken_now(service) == {}
