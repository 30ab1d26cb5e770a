"""What was begun before a wallet was closed, and is gone on with afterwards."""

from typing import Any

import pytest

from atm_service.registers.credits import service as bulk_credits
from atm_service.registers.credits.errors import LinesRefused
from atm_service.wallet.bank_payments import service as bank_payments
from tests.atm_service.counter import ask_to_reverse, decide, deposited, refused, reverse, supervisor
from tests.atm_service.elders import make_slip
from tests.atm_service.registers.credits import school
from tests.atm_service.wallet.bank_payments.banking import link, payout
from tests.atm_service.wallet.closing.test_closing import close
from tests.atm_service.wallet.transfers.sending import sent
from tests.atm_service.world import Customer, Service

PAY = 100_000


def reopened(service: Service, customer: Customer, balance: int = 0) -> Customer:
    """Close the wallet, and come back when one may."""
    assert close(customer).status_code == 204
    service.clock.advance(days=31, seconds=1)
    return service.customer(balance, **{name: customer.facts[name] for name in ("id_number", "phone")})


def test_a_batch_that_was_interrupted_is_finished_after_somebody_closed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was credited before is no error: who has been paid and leaves keeps nobody else's salary."""
    customer, other, friend = service.customer(0), service.customer(0), service.customer()
    school.fund(service.context, 10 * PAY)
    lines = [school.line(n, one.facts["id_number"], PAY) for n, one in enumerate((customer, other), 1)]
    monkeypatch.setattr(bulk_credits, "POSTED_AT_ONCE", 1)

    def killed(_done: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        school.run(service.context, lines, progress=killed)
    sent(customer, friend, PAY)
    assert close(customer).status_code == 204
    plan = school.run(service.context, lines)
    assert (plan.already, len(plan.ready)) == (1, 1)


def test_who_closes_while_a_batch_is_looked_at_is_a_line_refused(service: Service) -> None:
    """It is said which line, as for anybody who is unknown; the database's own word is nobody's answer."""
    customer = service.customer(0)
    school.fund(service.context, PAY)

    def leave(*_: Any) -> None:
        assert close(customer).status_code == 204

    with pytest.raises(LinesRefused):
        school.run(service.context, [school.line(1, customer.facts["id_number"], PAY)], leave=leave)


def test_a_payout_that_has_ended_is_asked_about_after_the_closing(service: Service) -> None:
    """Housekeeping that was slow is harmless."""
    customer = service.customer(500_000)
    done = payout(customer, link(customer)).json()
    assert close(customer).status_code == 204
    assert bank_payments.ask(service.context, done["id"], service.now)


def test_a_slip_is_asked_for_again_after_the_closing(service: Service) -> None:
    """A counter whose answer was lost repeats its key, and is refused in words."""
    clerk, customer, friend = service.clerk(), service.customer(2_000_000), service.customer()
    slip = make_slip(clerk, customer, key="k").json()
    assert customer.cancel(slip["withdrawal_id"]).status_code == 200
    sent(customer, friend, 2_000_000)
    assert close(customer).status_code == 204
    assert refused(make_slip(clerk, customer, key="k")) in {"payer-card-unknown", "already-ended"}


def test_a_deposit_is_undone_too_late_for_a_wallet_that_is_closed(service: Service) -> None:
    """The clerk is told that the money is gone, and not that there was no such deposit."""
    clerk, customer, friend = service.clerk(), service.customer(0), service.customer()
    voucher = deposited(clerk, customer, {"500000": 1})
    approval = ask_to_reverse(clerk, voucher["subject"], "deposits").json()
    assert decide(supervisor(service), approval).status_code == 200
    sent(customer, friend, 500_000)
    assert close(customer).status_code == 204
    assert refused(reverse(clerk, voucher["subject"], {"500000": 1}, of="deposits")) == "money-spent"


def test_who_has_closed_is_not_offered_to_be_paid_again(service: Service) -> None:
    """Of one person with two wallets, of which one is closed, the payer sees the one that can be paid."""
    payer, customer, friend = service.customer(), service.customer(0), service.customer()
    sent(payer, customer, PAY)
    sent(customer, friend, PAY)
    other = reopened(service, customer)
    payer = service.again(payer)
    again = sent(payer, other, PAY)
    offered = [one["transfer_id"] for one in payer.get("/wallet/v1/payees").json()["items"]]
    assert offered == [again["id"]]
