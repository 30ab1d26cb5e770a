"""What somebody does at the moment in which the wallet is closed."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from httpx2 import Response

from atm_service.platform.keys.tokens import Caller
from atm_service.promises.complaints import service as complaints
from atm_service.registers.customers import service as customers
from tests.atm_service.counter import refused
from tests.atm_service.elders import pay_by_card
from tests.atm_service.promises.complaints.test_complaints import answer, made, paid
from tests.atm_service.wallet.closing.test_closing import close
from tests.atm_service.world import Customer, Service
from tests.waiting import wait_until_blocked

PATIENCE_S = 20


@contextmanager
def closing(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Let a closing stop before its commit, with all that it has locked; the first event: it is there."""
    there, go_on, tell = threading.Event(), threading.Event(), customers.tell

    def slow(*args: Any) -> None:
        there.set()
        go_on.wait(PATIENCE_S)
        tell(*args)

    with monkeypatch.context() as patch:
        patch.setattr(customers, "tell", slow)
        yield there, go_on


def meanwhile(
    service: Service, monkeypatch: pytest.MonkeyPatch, customer: Customer, ask: Callable[[], Response]
) -> Response:
    """Ask while the wallet is being closed; give the answer that comes when it is."""
    with closing(monkeypatch) as (there, go_on), ThreadPoolExecutor(2) as pool:
        try:
            shut = pool.submit(close, customer)
            assert there.wait(PATIENCE_S)
            asked = pool.submit(ask)
            wait_until_blocked(service.context.engine, asked)
        finally:
            go_on.set()
        assert shut.result().status_code == 204
        return asked.result()


def test_nobody_signs_in_while_the_wallet_is_closed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session that would be opened the moment after is none: every session has ended for good."""
    customer = service.customer(0)
    signing_in = {name: customer.facts[name] for name in ("phone", "pin")}

    def sign_in() -> Response:
        return service.client.post("/wallet/v1/sessions", json=signing_in)

    assert refused(meanwhile(service, monkeypatch, customer, sign_in)) == "wrong-credentials"


def test_a_code_is_asked_for_while_the_wallet_is_closed(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session has ended; the PIN was right, and is not called wrong."""
    customer = service.customer(0)
    assert refused(meanwhile(service, monkeypatch, customer, customer.authorise)) == "unauthenticated"


def test_a_card_is_read_while_the_wallet_is_closed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the counter, too, a right PIN is not called wrong, with four more to try at a wallet that is none."""
    clerk, customer = service.clerk(), service.customer(0)
    answered = meanwhile(service, monkeypatch, customer, lambda: pay_by_card(clerk, customer))
    assert refused(answered) != "wrong-pin"


def test_an_answer_is_contested_while_the_wallet_is_closed(service: Service) -> None:
    """The closing waits for it, and finds a complaint that waits."""
    customer = service.customer(2_000_000)
    complaint = made(customer, entry_id=paid(service, customer))
    assert answer(service.staff("supervisor"), complaint["id"], upheld=False).status_code == 200
    service.clock.advance(days=1)
    customer = service.again(customer)
    caller = Caller(customer.id, "wallet", "customer", None)
    with ThreadPoolExecutor(1) as pool:
        with service.context.transaction() as session:
            complaints.contest(session, service.context, caller, complaint["id"], "Chưa nhận", service.now)
            asked = pool.submit(close, customer)
            wait_until_blocked(service.context.engine, asked)
        assert asked.result().json()["standing"] == ["complaint"]


def test_no_wallet_is_opened_the_moment_after_the_closing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Limits are a person's, also of who applies while the closing is under way."""
    customer = service.customer(0)
    again = {name: customer.facts[name] for name in ("id_number", "phone")}
    applied = meanwhile(service, monkeypatch, customer, lambda: service.apply(**again)).json()
    assert (applied["status"], applied["reasons"]) == ("rejected", ["closed-lately"])
    signing_in = {name: customer.facts[name] for name in ("phone", "pin")}
    assert refused(service.client.post("/wallet/v1/sessions", json=signing_in)) == "wrong-credentials"
