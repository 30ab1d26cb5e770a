"""Many bank payments at the same moment, with real threads: never one đồng over."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

from atm_service.wallet.bank_payments import service as bank_payments
from tests.atm_service.wallet.bank_payments.banking import (
    SILENT,
    SILENT_THEN_NO,
    all_controls_hold,
    link,
    money,
    payout,
    service_bank,
)
from tests.atm_service.wallet.transfers.sending import at_once, intended, send, two
from tests.atm_service.world import Service

THREADS = 40


def test_the_balance_is_never_overdrawn(service: Service) -> None:
    """Forty of a hundred thousand against a million: ten are paid out, and the bank paid ten."""
    customer = service.customer(1_000_000)
    link_id = link(customer)
    asks = [partial(payout, customer, link_id, 100_000, again=True) for _ in range(THREADS)]
    assert at_once(asks) == {"201": 10, "insufficient-funds": THREADS - 10}
    assert (money(customer), service_bank(service).owed()) == ((0, 0), {"970436": -1_000_000})


def test_the_day_is_never_exceeded(service: Service) -> None:
    """Payouts and transfers of two million at once against twenty: ten go."""
    payer, payee = two(service, 100_000_000)
    link_id = link(payer)
    asks = [partial(payout, payer, link_id, 2_000_000, again=True) for _ in range(THREADS // 2)]
    asks += [partial(send, payer, intended(payer, payee), 2_000_000) for _ in range(THREADS // 2)]
    assert at_once(asks) == {"201": 10, "transfer-limit-reached": THREADS - 10}
    assert money(payer) == (80_000_000, 0)


def test_one_of_equal_ones_is_begun(service: Service) -> None:
    """Twenty tabs with keys of their own, while the bank is silent: one begins, the others are warned."""
    customer = service.customer()
    link_id = link(customer, SILENT)
    seen = at_once([partial(payout, customer, link_id) for _ in range(20)])
    assert seen == {"201": 1, "bank-payment-pending": 19}
    assert money(customer) == (4_500_000, 500_000)


def test_many_resolvers(service: Service) -> None:
    """Eight who have the bank's word at once record it once, whatever it is."""
    customer = service.customer()
    yes = payout(customer, link(customer, SILENT)).json()["id"]
    no = payout(customer, link(customer, SILENT_THEN_NO)).json()["id"]
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: bank_payments.ask(service.context, UUID((yes, no)[n % 2]), service.now), range(16)
            )
        )
    assert money(customer) == (4_500_000, 0)
    assert (len(service.trail("payout.succeeded")), len(service.trail("payout.declined"))) == (1, 1)
    assert all_controls_hold(service)
