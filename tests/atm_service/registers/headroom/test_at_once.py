"""Two hundred and fifty who come at once: every kind of movement against one customer's limits and one office's."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from httpx2 import Response

import ledger
from atm_service.platform import policy
from atm_service.platform.gateway import Case
from atm_service.registers.headroom import store
from tests.atm_service.counter import confirm, propose
from tests.atm_service.wallet.bank_payments.banking import (
    all_controls_hold,
    due,
    link,
    new_case,
    pay_bill,
    payout,
    service_biller,
)
from tests.atm_service.wallet.transfers.sending import intended, outcome, send
from tests.atm_service.world import OFFICE, Clerk, Customer, Service

MILLION = 1_000_000
EACH = 50
THREADS = 32


def withdrawn(customer: Customer, clerk: Clerk) -> Response:
    """Make a code and have it paid, as far as it goes."""
    made = customer.authorise(MILLION)
    return clerk.serve(customer, made.json()) if made.status_code == 201 else made


def put_in(clerk: Clerk, customer: Customer) -> Callable[[], Response]:
    """Put a million on the counter; give what takes it in."""
    proposed = propose(clerk, customer, {"500000": 2}).json()
    return partial(confirm, clerk, proposed, "card", id_number=customer.facts["id_number"], checked="qr")


def offered(service: Service, customer: Customer) -> str:
    """Have a case looked up for which a million is due."""
    case = new_case()
    service_biller(service).charge(Case("land", case), MILLION)
    return str(due(customer, case).json()["offer"])


def test_every_movement_stay_within_every_limit(service: Service) -> None:
    """Of every kind fifty: each limit is used to its last đồng, and not one more is moved."""
    service.limit_office(per_day=30 * MILLION)
    service.change_rules(live_codes_max=EACH)
    service.change_tries(bill_case=policy.Tries(most=100, within_min=60, shut_min=60))
    customer, payee, another = (service.customer(balance) for balance in (100 * MILLION, 0, 0))
    clerks = [service.clerk(drawer=number) for number in (1, 2, 3)]
    link_id = link(customer)
    intentions = [intended(customer, payee) for _ in range(EACH)]
    offers = [offered(service, customer) for _ in range(EACH)]
    # A customer's own deposits count in the customer's day, another's in the office's alone.
    deposits = [put_in(clerks[n % 3], customer if n < 20 else another) for n in range(EACH)]
    asks: list[Callable[[], Response]] = [
        *(partial(withdrawn, customer, clerks[n % 3]) for n in range(EACH)),
        *deposits,
        *(partial(send, customer, intention, MILLION) for intention in intentions),
        *(partial(payout, customer, link_id, MILLION, again=True) for _ in range(EACH)),
        *(partial(pay_bill, customer, offer) for offer in offers),
    ]
    random.Random(4).shuffle(asks)
    with ThreadPoolExecutor(THREADS) as pool:
        ended = Counter(outcome(answer) for answer in pool.map(lambda ask: ask(), asks))
    over = {f"{whose}-limit-reached" for whose in ("customer", "office", "transfer")}
    assert (ended.keys(), ended.total()) == ({"201", *over}, 5 * EACH)
    today = ledger.business_date(service.now)
    with service.context.transaction() as session:
        use = store.of_customer(session, customer.id, service.now)
        moved = store.seen_today(session, OFFICE, today).moved_today
    assert (use.used.day, use.sent_today, moved) == (20 * MILLION, 20 * MILLION, 30 * MILLION)
    assert all_controls_hold(service)
