"""A served process under siege, through real sockets: whoever has business with it is answered meanwhile."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx2
import pytest

from tests.simulation.people import CASH, OFFICE, Clerk, Customer, Town, known, slug
from tests.simulation.processes import Service, started

POST = b"POST /wallet/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90\r\n"


@pytest.fixture
def service(town: Town) -> Iterator[Service]:
    """Give a running process, which writes down every request."""
    served = Service(town.url, town.data_dir, SOFT_ATM_LOG_LEVEL="info", SOFT_ATM_PROXY="127.0.0.1")
    with started(served):
        yield served


@pytest.fixture
def business(town: Town, service: Service) -> Iterator[Callable[[], None]]:
    """Give a customer and a clerk who do what they are there for."""
    line = town.line(service.url)
    customer: Customer = town.customer(line, 1_000_000)
    clerk: Clerk = town.clerk(line, OFFICE)
    paid = []

    def done() -> None:
        withdrawal = customer.code()
        known(clerk.present(withdrawal["code"]))
        known(clerk.pay(withdrawal["id"], customer.id_number))
        paid.append(50_000)

    yield done
    known(clerk.close(CASH - sum(paid)))


def besiege(crowd: ExitStack, service: Service, lines: int, *sent: bytes) -> list[socket.socket]:
    """Open many lines and send the same on each."""
    port = int(service.url.rpartition(":")[2])
    opened = [crowd.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(lines)]
    for one in opened:
        one.sendall(b"".join(sent))
    return opened


def test_bodies_of_one_byte(service: Service, business: Callable[[], None]) -> None:
    """Two thousand requests that never end take nobody's place."""
    with ExitStack() as crowd:
        besiege(crowd, service, 2_000, POST, b"\r\n", b"{")
        business()


def test_heads_that_never_end(service: Service, business: Callable[[], None]) -> None:
    """Two thousand half heads, and more lines than may be kept: the next caller is answered."""
    with ExitStack() as crowd:
        for _ in range(3):
            besiege(crowd, service, 2_000, POST)
        business()


def test_a_hundred_and_sixty_sign_ins(service: Service, business: Callable[[], None]) -> None:
    """While a crowd has passwords hashed, a clerk pays; those there is no room for are told when to come back."""

    def sign_in(n: int) -> httpx2.Response:
        body = {"username": f"nobody{n}", "password": "x" * 12}
        address = {"X-Forwarded-For": f"203.0.113.{n}"}
        return httpx2.post(
            f"{service.url}/staff/v1/sessions", json=body, headers=address, timeout=120, trust_env=False
        )

    with ThreadPoolExecutor(160) as crowd:
        asked = [crowd.submit(sign_in, n) for n in range(160)]
        business()
        answers = [one.result() for one in asked]
    told = {slug(one) for one in answers}
    assert told == {"wrong-credentials", "unavailable"}
    assert all(one.headers["Retry-After"] == "2" for one in answers if one.status_code == 503)


def test_clients_that_go_away(service: Service, business: Callable[[], None]) -> None:
    """In the middle of a head, of a body, and before the answer: no error of ours, and nothing is lost."""
    for sent in (POST, POST + b"\r\n{", b"GET /wallet/v1/offices HTTP/1.1\r\nHost: x\r\n\r\n"):
        with ExitStack() as crowd:
            besiege(crowd, service, 50, sent)
    business()
    log = service.log.read_text()
    assert '"status":499' in log
    assert not any(word in log for word in ('"status":5', "internal error", "Traceback", "Exception"))


def test_a_megabyte_from_nobody_is_not_read(service: Service) -> None:
    """The answer comes before the body, for which there was no token."""
    head = b"POST /operator/v1/credits HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
    with ExitStack() as crowd:
        (asked,) = besiege(crowd, service, 1, head)
        assert asked.recv(100).startswith(b"HTTP/1.1 401 ")


def test_an_address_is_a_named_proxys_word(town: Town, service: Service) -> None:
    """Behind the proxy that a setting names, each address has tries of its own; without it, nobody has others' ."""
    direct = Service(town.url, town.data_dir)

    def wrong(url: str, n: int) -> str:
        body = {"phone": f"0988{n:06d}", "pin": "135790"}
        headers = {"X-Forwarded-For": f"198.51.100.{n}"}
        return slug(httpx2.post(f"{url}/wallet/v1/sessions", json=body, headers=headers, trust_env=False))

    assert {wrong(service.url, n) for n in range(60)} == {"wrong-credentials"}
    with started(direct):
        assert [wrong(direct.url, 100 + n) for n in range(52)][-2:] == ["too-many-attempts"] * 2
