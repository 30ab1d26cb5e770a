"""Many bank payments at the same moment, with real threads: never one đồng over."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import UUID

from atm_service.wallet.bank_payments import cases
from atm_service.wallet.bank_payments import service as bank_payments
from tests.atm_service.wallet.bank_payments.banking import (
    SILENT,
    SILENT_THEN_NO,
    TREASURY,
    all_controls_hold,
    due,
    link,
    look_bill,
    money,
    new_case,
    offered,
    pay_bill,
    payout,
    resolve,
    service_bank,
    service_biller,
    take_refunds,
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


def test_one_case_is_paid_once_whoever_pays(service: Service) -> None:
    """Two customers, ten offers each, at once: one bill is taken, and everybody else has the money back."""
    one, other, case = service.customer(20_000_000), service.customer(20_000_000), new_case()
    offers = [(who, due(who, case).json()["offer"]) for who in (one, other) for _ in range(10)]
    seen = at_once([partial(pay_bill, who, offer) for who, offer in offers])
    assert seen.keys() <= {"201", "bank-payment-pending"}
    assert (money(one)[1], money(other)[1]) == (0, 0)
    assert money(one)[0] + money(other)[0] == 39_500_000
    assert (service_biller(service).collected(), service.balance(TREASURY)) == (500_000, 500_000)
    assert all_controls_hold(service)


def test_one_offer_is_paid_once(service: Service) -> None:
    """Twenty fingers with keys of their own on one offer: one bill."""
    customer = service.customer()
    offer = offered(customer)
    assert at_once([partial(pay_bill, customer, offer) for _ in range(20)]) == {"201": 1, "bill-begun": 19}
    assert (money(customer), service_biller(service).collected()) == ((4_500_000, 0), 500_000)


def test_cases_are_counted_one_by_one(service: Service) -> None:
    """Forty look-ups at once: as many as the policy allows are answered."""
    customer, most = service.customer(), service.context.policy.attempts.bill_case.most
    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(lambda _: due(customer).status_code, range(THREADS)))
    assert sorted(answers) == [200] * most + [429] * (THREADS - most)


def test_many_take_one_refund(service: Service) -> None:
    """Eight processes hear of one refund at once: it comes back once."""
    customer = service.customer()
    bill = pay_bill(customer, offered(customer, SILENT)).json()
    service_biller(service).give_back(UUID(bill["id"]))
    resolve(service)
    (refund,) = service_biller(service).refunds(0, 1)

    def take() -> None:
        with service.context.transaction() as session:
            cases.give_back(session, refund, service.now)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(take) for _ in range(8)]:
            done.result()
    assert take_refunds(service) == 0
    assert (money(customer), service.balance(TREASURY)) == ((5_000_000, 0), 0)
    assert look_bill(customer, bill["id"])["proof"] is None
    assert all_controls_hold(service)
