"""The life of a withdrawal, state by state and second by second."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from atm_service.platform import policy
from atm_service.platform.refusals import Refusal
from atm_service.registers.withdrawals import errors
from atm_service.registers.withdrawals.domain import (
    Drawer,
    Lifetime,
    Payment,
    Withdrawal,
    WithdrawalStatus,
    check_amount,
)

NOW = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)
HERE = Drawer("05971-1", 1)
NEXT_TO_IT = Drawer("05971-1", 2)
ELSEWHERE = Drawer("05974-1", 1)
RECEIPT = UUID(int=7)
RULES = policy.load("bank_agent").withdrawal


def withdrawal(**changes: Any) -> Withdrawal:
    facts = Withdrawal(
        id=UUID(int=1),
        customer_id=UUID(int=2),
        amount=2_000_000,
        fee=0,
        lifetime=Lifetime.JOURNEY,
        office=None,
        created_at=NOW,
        expires_at=NOW + timedelta(hours=24),
    )
    return replace(facts, **changes)


def presented(drawer: Drawer = HERE, at: datetime = NOW, **changes: Any) -> Withdrawal:
    return withdrawal(**changes).present(drawer, at, LEASE, by_digits=False)


def paid(drawer: Drawer = HERE) -> Withdrawal:
    return presented(drawer).pay(drawer, RECEIPT, NOW)


def ended(status: WithdrawalStatus) -> Withdrawal:
    if status in {WithdrawalStatus.PAID, WithdrawalStatus.REVERSED}:
        return replace(paid(), status=status)
    return withdrawal(status=status)


def test_presenting_gives_the_drawer_one_lease() -> None:
    """Presenting names the drawer and lasts for one lease."""
    given = presented()
    assert (given.status, given.drawer, given.lease_until) == (WithdrawalStatus.PRESENTED, HERE, NOW + LEASE)


def test_presenting_again_at_the_same_drawer_renews_the_lease() -> None:
    """A second scan at the same drawer is harmless and renews the lease."""
    later = NOW + timedelta(minutes=3)
    again = presented().present(HERE, later, LEASE, by_digits=False)
    assert again.lease_until == later + LEASE


def test_a_lease_never_outlives_the_code_by_more_than_one_lease() -> None:
    """Scanning again and again cannot keep the money set aside for ever."""
    expiry = NOW + timedelta(hours=24)
    late = presented(at=expiry - SECOND).present(HERE, expiry + timedelta(minutes=4), LEASE, by_digits=False)
    assert late.lease_until == expiry + LEASE


@pytest.mark.parametrize("drawer", [NEXT_TO_IT, ELSEWHERE])
def test_another_drawer_must_wait_for_the_lease(drawer: Drawer) -> None:
    """While a lease runs every other drawer is refused and told when to come back."""
    with pytest.raises(errors.AlreadyPresented) as refused:
        presented().present(drawer, NOW + LEASE - SECOND, LEASE, by_digits=False)
    assert refused.value.members == {"retry_after_s": 2}


def test_another_drawer_may_present_when_the_lease_has_lapsed() -> None:
    """At the end of the lease the right to pay is free again."""
    taken = presented().present(NEXT_TO_IT, NOW + LEASE, LEASE, by_digits=False)
    assert taken.drawer == NEXT_TO_IT


def test_the_first_drawer_cannot_pay_after_another_has_presented() -> None:
    """Who lost the lease to another drawer reads so."""
    taken = presented().present(NEXT_TO_IT, NOW + LEASE, LEASE, by_digits=False)
    with pytest.raises(errors.AlreadyPresented):
        taken.pay(HERE, RECEIPT, NOW + LEASE + SECOND)


def test_a_lapsed_lease_alone_does_not_stop_the_payment() -> None:
    """A slow clerk may still pay as long as nobody else has presented."""
    assert presented().pay(HERE, RECEIPT, NOW + LEASE + timedelta(hours=1)).status is WithdrawalStatus.PAID


def test_a_payment_in_its_lease_outlives_the_code() -> None:
    """A clerk who began in time may finish, within the lease."""
    expiry = NOW + timedelta(hours=24)
    begun = presented(at=expiry - SECOND)
    assert begun.pay(HERE, RECEIPT, expiry + timedelta(minutes=4)).status is WithdrawalStatus.PAID


def test_after_lease_and_deadline_the_code_has_expired() -> None:
    """When both the code's time and the lease are over nobody may pay."""
    expiry = NOW + timedelta(hours=24)
    begun = presented(at=expiry - SECOND)
    with pytest.raises(errors.CodeExpired) as refused:
        begun.pay(HERE, RECEIPT, expiry - SECOND + LEASE)
    assert refused.value.members == {"expired_at": expiry}


@pytest.mark.parametrize(("late", "accepted"), [(-SECOND, True), (timedelta(), False), (SECOND, False)])
def test_a_code_is_good_until_its_deadline_and_not_at_it(late: timedelta, *, accepted: bool) -> None:
    """The last second before the deadline counts; the deadline itself does not."""
    at = NOW + timedelta(hours=24) + late
    if accepted:
        assert presented(at=at).status is WithdrawalStatus.PRESENTED
    else:
        with pytest.raises(errors.CodeExpired):
            presented(at=at)


def test_what_was_not_presented_is_not_paid() -> None:
    """Paying without presenting is refused."""
    with pytest.raises(errors.NotPresented):
        withdrawal().pay(HERE, RECEIPT, NOW)


def test_a_drawer_that_did_not_present_is_told_so_when_the_lease_has_lapsed() -> None:
    """Another drawer cannot pay on the strength of a lapsed lease."""
    with pytest.raises(errors.NotPresented):
        presented().pay(NEXT_TO_IT, RECEIPT, NOW + LEASE + SECOND)


def test_a_bound_code_is_refused_elsewhere() -> None:
    """A code for one office is refused at another, and the right one is named."""
    bound = withdrawal(office=ELSEWHERE.office)
    with pytest.raises(errors.WrongOffice) as refused:
        bound.present(HERE, NOW, LEASE, by_digits=False)
    assert refused.value.members == {"office": ELSEWHERE.office}


def test_the_wrong_office_is_said_before_the_deadline() -> None:
    """Of two reasons the office comes first: the customer must know where to go."""
    bound = withdrawal(office=ELSEWHERE.office)
    with pytest.raises(errors.WrongOffice):
        bound.present(HERE, NOW + timedelta(days=9), LEASE, by_digits=False)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (WithdrawalStatus.PAID, errors.AlreadyPaid),
        (WithdrawalStatus.REVERSED, errors.WithdrawalReversed),
        (WithdrawalStatus.CANCELLED, errors.WithdrawalCancelled),
        (WithdrawalStatus.EXPIRED, errors.CodeExpired),
    ],
)
@pytest.mark.parametrize("office", [None, ELSEWHERE.office])
def test_every_end_has_its_own_refusal(
    status: WithdrawalStatus, reason: type[Refusal], office: str | None
) -> None:
    """How it ended is said first, whatever else is wrong."""
    over = replace(ended(status), office=office)
    with pytest.raises(reason):
        over.present(HERE, NOW + timedelta(days=9), LEASE, by_digits=False)
    with pytest.raises(reason):
        over.pay(HERE, RECEIPT, NOW + timedelta(days=9))


def test_the_paying_office_reads_when_and_where() -> None:
    """Already paid, here, at this time: at any drawer of the paying office."""
    with pytest.raises(errors.AlreadyPaid) as refused:
        paid(HERE).present(NEXT_TO_IT, NOW, LEASE, by_digits=False)
    assert refused.value.members == {"paid_at": NOW, "paid_drawer": 1, "receipt_id": RECEIPT}


def test_another_office_reads_only_that_it_was_paid() -> None:
    """Where and when is nobody else's business."""
    with pytest.raises(errors.AlreadyPaid) as refused:
        paid(HERE).present(ELSEWHERE, NOW, LEASE, by_digits=False)
    assert refused.value.members == {}


def test_a_payment_keeps_when_where_and_its_receipt() -> None:
    """Paid ends the lease and keeps the facts of the payment."""
    assert paid().payment == Payment(RECEIPT, NOW, HERE)
    assert paid().lease_until is None


def test_release_gives_the_code_back() -> None:
    """After a release another drawer may present at once."""
    free = presented().release(HERE)
    assert free == withdrawal()
    assert free.present(NEXT_TO_IT, NOW, LEASE, by_digits=False).drawer == NEXT_TO_IT


@pytest.mark.parametrize("before", [withdrawal(), presented(NEXT_TO_IT), paid()])
def test_release_of_what_this_drawer_has_not_is_harmless(before: Withdrawal) -> None:
    """Releasing twice, or at the wrong drawer, changes nothing."""
    assert before.release(HERE) == before


def test_a_customer_cannot_cancel_while_a_clerk_counts() -> None:
    """During a lease the money may be on the counter already."""
    with pytest.raises(errors.BeingPaid) as refused:
        presented().cancel(NOW + LEASE - SECOND)
    assert refused.value.members == {"lease_until": NOW + LEASE}


@pytest.mark.parametrize("before", [withdrawal(), presented()])
def test_a_customer_may_cancel_when_no_lease_runs(before: Withdrawal) -> None:
    """An open code, or one whose lease has lapsed, can be given up; again is harmless."""
    cancelled = before.cancel(NOW + LEASE)
    assert (cancelled.status, cancelled.drawer, cancelled.lease_until) == (
        WithdrawalStatus.CANCELLED,
        None,
        None,
    )
    assert cancelled.cancel(NOW + LEASE) == cancelled


@pytest.mark.parametrize(
    "status", [WithdrawalStatus.PAID, WithdrawalStatus.REVERSED, WithdrawalStatus.EXPIRED]
)
def test_what_has_ended_cannot_be_cancelled(status: WithdrawalStatus) -> None:
    """An ended withdrawal says how it ended."""
    with pytest.raises(errors.AlreadyEnded) as refused:
        ended(status).cancel(NOW)
    assert refused.value.members == {"ended_as": status}


def test_a_code_expires_at_its_deadline_unless_a_clerk_is_counting() -> None:
    """Housekeeping leaves a running lease alone and ends everything else that is due."""
    expiry = NOW + timedelta(hours=24)
    begun = presented(at=expiry - SECOND)
    assert withdrawal().expire(expiry - SECOND).status is WithdrawalStatus.AUTHORISED
    assert withdrawal().expire(expiry).status is WithdrawalStatus.EXPIRED
    assert begun.expire(expiry + timedelta(minutes=4)) == begun
    assert begun.expire(expiry - SECOND + LEASE).status is WithdrawalStatus.EXPIRED
    assert paid().expire(expiry) == paid()


@pytest.mark.parametrize("amount", [50_000, 60_000, 19_990_000, 20_000_000])
def test_amounts_within_the_rules_pass(amount: int) -> None:
    """The smallest, the largest, and multiples between."""
    check_amount(amount, RULES)


@pytest.mark.parametrize("amount", [-10_000, 0, 10_000, 40_000, 49_999, 20_000_001, 20_010_000, 10**12])
def test_amounts_out_of_range_are_refused(amount: int) -> None:
    """Just below, just above, and far off."""
    with pytest.raises(errors.AmountOutOfRange) as refused:
        check_amount(amount, RULES)
    assert refused.value.members == {"amount_min": 50_000, "amount_max": 20_000_000}


@pytest.mark.parametrize("amount", [50_001, 55_000, 1_999_999])
def test_amounts_that_notes_cannot_make_are_refused(amount: int) -> None:
    """Only multiples of ten thousand."""
    with pytest.raises(errors.AmountNotMultiple) as refused:
        check_amount(amount, RULES)
    assert refused.value.members == {"multiple": 10_000}
