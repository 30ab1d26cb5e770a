"""`kill -9` of PostgreSQL, ten times, in the middle of payments. The service is never restarted."""

import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import pytest

from atm_service.platform import database
from tests.simulation import books, people
from tests.simulation.people import OFFICE, OTHER_OFFICE, Town, known
from tests.simulation.processes import Service, kill_tree, postmaster, started, wait_until
from tests.simulation.tellers import Teller, at_work

KILLS = 10
TRAFFIC_S = (0.05, 0.4)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give where the data is of the PostgreSQL that is killed.

    Not below pytest's own folder: another run of pytest shuts that for PostgreSQL's user.
    """
    with TemporaryDirectory(prefix="soft-atm-killed-") as made:
        yield Path(made) / "postgres"


@pytest.fixture(scope="module")
def town(folder: Path) -> Iterator[Town]:
    """Give a town on a PostgreSQL of its own, whose death hurts no other test."""
    with database.embedded(folder, keep=False) as url:
        database.migrate(url)
        founded = people.found(url, folder.parent / "var")
        yield founded
        founded.close()


@pytest.fixture(scope="module")
def services(town: Town) -> Iterator[list[Service]]:
    services = [Service(town.url, town.data_dir) for _ in range(2)]
    with started(*services):
        yield services


def test_the_killed_database_is_the_products(town: Town) -> None:
    """It writes to a durable disk, unlike the server of the other tests: else its death would prove nothing."""
    with town.context.transaction() as session:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert session.exec_driver_sql(f"SHOW {setting}").scalar_one() == "on"


def test_killed_database_loses_no_payment(
    town: Town, folder: Path, services: list[Service], dice: random.Random
) -> None:
    """The service says `unavailable` and recovers by itself; what was told is booked once, and no more."""
    lines = [town.line(service.url) for service in services]
    tellers = [
        Teller(town.clerk(line, office), [town.customer(line, 50_000_000) for _ in range(2)])
        for line, office in zip(lines * 2, (OFFICE, OFFICE, OTHER_OFFICE, OTHER_OFFICE), strict=True)
    ]
    with at_work(town, tellers) as working:
        for _ in range(KILLS):
            working.wait_for_more()
            time.sleep(dice.uniform(*TRAFFIC_S))  # the moment of the crash is what is random here
            kill_tree(postmaster(folder))
            _revive(town, folder)
        working.wait_for_more()
    print(dict(working.answers()))
    assert working.answers()["unavailable"] >= KILLS
    assert working.answers()["silence"] == 0, "the service itself went away"
    books.assert_right(town)
    books.assert_nothing_live(town.context, working.authorised())


def test_no_answer_is_spoilt_by_old_connections(town: Town, folder: Path, services: list[Service]) -> None:
    """When PostgreSQL is back, a process that nobody asked meanwhile says `unavailable` once at the most."""
    line = town.line(services[0].url)
    clerk = town.clerk(line, OFFICE)
    people.at_once([lambda: clerk.get("/counter/v1/receipts")] * 20)  # so that the pool has many connections
    kill_tree(postmaster(folder))
    _revive(town, folder)
    statuses = [clerk.get("/counter/v1/receipts").status_code for _ in range(20)]
    assert set(statuses[1:]) == {200}


def test_housekeeping_goes_on(town: Town, folder: Path, services: list[Service]) -> None:
    """What waits for housekeeping when PostgreSQL dies is done afterwards."""
    line = town.line(services[0].url)
    customer = town.customer(line, 100_000)
    account = {"bin": "970405", "account_number": "8801205120002"}  # answers later
    link = known(customer.post("/wallet/v1/bank-links", account))["id"]
    top_up = known(
        customer.post("/wallet/v1/top-ups", {"bank_link_id": link, "amount": 500_000, "pin": people.PIN})
    )
    assert top_up["status"] == "pending"
    kill_tree(postmaster(folder))
    failed = _rounds(services[0], "failed")
    wait_until(lambda: _rounds(services[0], "failed") > failed, "a round that fails")
    _revive(town, folder)
    wait_until(
        lambda: customer.get(f"/wallet/v1/bank-payments/{top_up['id']}").json().get("status") == "succeeded",
        "housekeeping to ask the bank again",
    )
    books.assert_right(town)


def test_a_stranger_with_the_dead_servers_pid_keeps_nothing_from_starting(
    town: Town, folder: Path, services: list[Service]
) -> None:
    """After a power cut, the pid in PostgreSQL's file may be another program's: it is started all the same."""
    line = town.line(services[0].url)
    postgres = postmaster(folder)
    kill_tree(postgres)
    file = folder / "postmaster.pid"
    file.write_text(file.read_text().replace(str(postgres.pid), str(services[1].pid), 1))
    _revive(town, folder)
    wait_until(lambda: line.get("/readyz").is_success, "the service to be ready again")


def _revive(town: Town, folder: Path) -> None:
    wait_until(lambda: database.revive(folder), "PostgreSQL to come back")
    town.context.engine.dispose()  # this process's own connections


def _rounds(service: Service, result: str) -> float:
    """Tell how many rounds of housekeeping ended so."""
    found = re.search(
        rf'housekeeping_rounds_total{{result="{result}"}} (\S+)',
        httpx2.get(service.metrics_url, trust_env=False).text,
    )
    return float(found.group(1)) if found else 0.0
