"""`kill -9` of the service in the middle of deposits and reversals: nothing is taken in or undone twice, or half."""

import random
import time
from collections.abc import Iterator
from typing import Final

import pytest

from tests.simulation import books
from tests.simulation.people import CASH, OFFICE, OTHER_OFFICE, Town, known
from tests.simulation.processes import Service, started
from tests.simulation.tellers import AMOUNT, Cashier, at_work

KILLS: Final = 12
WITHIN_S: Final = (0.0, 0.03)  # of somebody's asking; what is asked for takes about so long
STEPS: Final = ("deposit", "reverse")


@pytest.fixture
def service(town: Town) -> Iterator[Service]:
    service = Service(town.url, town.data_dir)
    with started(service):
        yield service


def test_killed_service_neither_loses_nor_repeats_what_was_undone(
    town: Town, service: Service, dice: random.Random
) -> None:
    """After each kill everything asked is known by repeating it, and every drawer holds what its vouchers say."""
    line = town.line(service.url)
    supervisor = town.supervisor(line)
    tellers = [
        Cashier(
            town.clerk(line, office),
            [town.customer(line, 10_000_000) for _ in range(2)],
            supervisor=supervisor,
        )
        for office in (OFFICE, OTHER_OFFICE, OFFICE)
    ]
    with at_work(town, tellers) as working:
        for number in range(KILLS):
            working.wait_for_step(STEPS[number % len(STEPS)])
            time.sleep(dice.uniform(*WITHIN_S))  # the moment of the crash is what is random here
            service.kill()
            service.start()
            service.wait_ready()
            working.wait_for_more()
    print(dict(working.answers()))
    for step in STEPS:
        assert working.answers()[f"silence at {step}"] > 0, "no kill was in the middle of one"
    books.assert_right(town)
    books.assert_vouched_once(town.context, [voucher for teller in tellers for voucher in teller.vouchers])
    books.assert_nothing_live(town.context, working.authorised())
    for teller in tellers:
        assert known(teller.clerk.close(_held(teller)))["closing_over_short"] == 0


def _held(teller: Cashier) -> int:
    """Add up what must be in a drawer by what its clerk was told: payments out, deposits in, and what was undone."""
    signs = {"deposit": 1, "withdrawal-reversal": 1, "deposit-reversal": -1}
    return CASH + AMOUNT * (sum(signs[one["kind"]] for one in teller.vouchers) - len(teller.told))
