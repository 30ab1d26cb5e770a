"""`kill -9` of the service, twenty times, in the middle of payments."""

import random
import time
from collections.abc import Iterator

import pytest

from tests.simulation import books
from tests.simulation.people import OFFICE, OTHER_OFFICE, Town
from tests.simulation.processes import Service, started
from tests.simulation.tellers import Teller, at_work

KILLS = 20
TRAFFIC_S = (0.05, 0.4)


@pytest.fixture
def service(town: Town) -> Iterator[Service]:
    service = Service(town.url, town.data_dir)
    with started(service):
        yield service


def test_killed_service_loses_no_payment(town: Town, service: Service, dice: random.Random) -> None:
    """After each kill everything asked is known by repeating it; what was told is booked once, and no more."""
    line = town.line(service.url)
    tellers = [
        Teller(town.clerk(line, office), [town.customer(line, 50_000_000) for _ in range(2)])
        for office in (OFFICE, OTHER_OFFICE, OFFICE, OTHER_OFFICE)
    ]
    with at_work(town, tellers) as working:
        for _ in range(KILLS):
            working.wait_for_more()
            time.sleep(dice.uniform(*TRAFFIC_S))  # the moment of the crash is what is random here
            service.kill()
            service.start()
            service.wait_ready()
        working.wait_for_more()
    print(dict(working.answers()))
    assert working.answers()["silence"] >= KILLS
    books.assert_right(town)
    books.assert_nothing_live(town.context, working.authorised())
