"""Many transfers at the same moment, with real threads: never one đồng over, and nobody waits in a circle."""

from functools import partial

from tests.atm_service.wallet.transfers.sending import at_once, available, intended, outcome, send, two
from tests.atm_service.world import Service

THREADS = 40


def test_the_balance_is_never_overdrawn(service: Service) -> None:
    """Forty of a hundred thousand against a million: ten are sent."""
    payer, payee = two(service, 1_000_000)
    asks = [partial(send, payer, intended(payer, payee)) for _ in range(THREADS)]
    assert at_once(asks) == {"201": 10, "insufficient-funds": THREADS - 10}
    assert available(payer, payee) == [0, 1_000_000]


def test_the_day_is_never_exceeded(service: Service) -> None:
    """Forty of two million against twenty: ten are sent."""
    payer, payee = two(service, 100_000_000)
    asks = [partial(send, payer, intended(payer, payee), 2_000_000) for _ in range(THREADS)]
    assert at_once(asks) == {"201": 10, "transfer-limit-reached": THREADS - 10}
    assert available(payer, payee) == [80_000_000, 20_000_000]


def test_one_intention_is_sent_once_under_many_keys(service: Service) -> None:
    """Twenty tabs with keys of their own: one sends."""
    payer, payee = two(service)
    intention = intended(payer, payee)
    seen = at_once([partial(send, payer, intention) for _ in range(20)])
    assert seen == {"201": 1, "already-sent": 19}
    assert available(payee) == [100_000]


def test_two_who_send_to_each_other_do_not_wait_in_a_circle(service: Service) -> None:
    """Both ways at once, many times: all are sent, and the sum of both is what it was."""
    one, other = two(service)
    service.credit(other.id, 5_000_000)
    asks = [partial(send, one, intended(one, other)) for _ in range(20)]
    asks += [partial(send, other, intended(other, one), 200_000) for _ in range(20)]
    assert at_once(asks) == {"201": 40}
    assert available(one, other) == [7_000_000, 3_000_000]


def test_wrong_pins_are_counted_one_by_one(service: Service) -> None:
    """Five are compared, whatever comes beside them; then the right one is not compared either."""
    payer, payee = two(service)
    intention = intended(payer, payee)
    seen = at_once([partial(send, payer, intention, pin="735109") for _ in range(20)])
    assert seen == {"wrong-pin": 5, "too-many-attempts": 15}
    assert outcome(send(payer, intention)) == "too-many-attempts"
