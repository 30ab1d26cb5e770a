from pathlib import Path
from uuid import UUID, uuid4

import pytest

from atm_service.platform.gateway import BankStatus, BillOrder, Case
from atm_service.registers.billers.simulated import REFUNDS_AT_ONCE, SimulatedBiller

TIMEOUT_S = 1.0
CASE = Case("land", "H37.12-261116-0042")


def biller(folder: Path) -> SimulatedBiller:
    return SimulatedBiller(folder / "biller.sqlite", 0, lambda _: None)


def order(case: Case = CASE, id: UUID | None = None, amount: int = 500_000) -> BillOrder:
    return BillOrder(id or uuid4(), case, amount)


def test_a_case_is_paid_once_until_it_is_given_back(tmp_path: Path) -> None:
    """Another order of the same case is declined; after a refund it is due again, also for who opens the book anew."""
    one, first = biller(tmp_path), order()
    assert one.pay(first, TIMEOUT_S).status is BankStatus.APPROVED
    assert one.pay(order(), TIMEOUT_S).reason == "already-paid"
    due = one.look_up(CASE, TIMEOUT_S)
    assert due is not None
    assert (due.is_paid, one.collected()) == (True, 500_000)
    one.give_back(first.id)
    again = biller(tmp_path)
    assert again.collected() == 0
    assert again.pay(order(), TIMEOUT_S).status is BankStatus.APPROVED


def test_an_id_is_one_order(tmp_path: Path) -> None:
    """Asked again it gets the first answer, and with another content none."""
    one, first = biller(tmp_path), order()
    assert one.pay(first, TIMEOUT_S) == one.pay(first, TIMEOUT_S) == one.status(first.id, TIMEOUT_S)
    for other in (order(id=first.id, amount=1), order(Case("land", "H37.12-261116-0043"), first.id)):
        with pytest.raises(ValueError, match="another order"):
            one.pay(other, TIMEOUT_S)
    assert one.status(uuid4(), TIMEOUT_S) is None


def test_refunds_are_numbered_and_bounded(tmp_path: Path) -> None:
    """Each once, in order, from behind a number; what was never taken is never given back."""
    one = biller(tmp_path)
    orders = [order(Case("land", f"H37.12-{number:06d}-7777")) for number in range(REFUNDS_AT_ONCE + 1)]
    for each in orders:
        one.pay(each, TIMEOUT_S)
        one.give_back(each.id)
        one.give_back(each.id)
    one.give_back(uuid4())
    found = one.refunds(0, TIMEOUT_S)
    assert [refund.order_id for refund in found] == [each.id for each in orders[:-1]]
    assert [refund.number for refund in found] == sorted({refund.number for refund in found})
    assert [refund.order_id for refund in one.refunds(found[-1].number, TIMEOUT_S)] == [orders[-1].id]


def test_another_sum_than_is_due_is_declined(tmp_path: Path) -> None:
    """Whether too little or too much."""
    one = biller(tmp_path)
    assert [one.pay(order(amount=amount), TIMEOUT_S).reason for amount in (499_999, 500_001)] == [
        "amount-changed"
    ] * 2
