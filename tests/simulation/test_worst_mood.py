"""Banks and biller in their worst mood, a service killed meanwhile: each top-up, payout and bill ends, to the đồng."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import uuid4

import pytest

from atm_service.platform import chart
from atm_service.platform.gateway import Case
from atm_service.registers.banks.simulated import SimulatedBank
from atm_service.registers.billers.domain import BILLER
from atm_service.registers.billers.simulated import SimulatedBiller
from tests.simulation import books
from tests.simulation.people import PIN, Customer, Town, known
from tests.simulation.processes import Service, started, wait_until
from tests.simulation.tellers import Asker

CUSTOMERS: Final = 8
EACH: Final = 50
KILLS: Final = 8
TRAFFIC_S: Final = (0.3, 1.5)
START: Final = 10_000_000
DOUBLES: Final = 0.1
BILL_EVERY: Final = 4
GIVEN_BACK: Final = "0010"
# How an account or a case ends: what its bank or biller does, how often of a hundred, and how all that goes there ends.
MOODS: Final = {
    "55": (55, "succeeded"),
    "0002": (15, "succeeded"),  # no answer at first
    "0003": (15, "declined"),  # no answer at first
    "0007": (10, "succeeded"),  # every order arrives twice
    "0006": (5, "succeeded"),  # two orders are lost on the way
}


@pytest.fixture
def service(town: Town) -> Iterator[Service]:
    service = Service(town.url, town.data_dir)
    with started(service):
        yield service


@dataclass
class Saver(Asker):
    """A customer with one account of each mood. `begun`: id, kind, amount and how it must end."""

    customer: Customer
    links: dict[str, str]
    dice: random.Random
    biller: SimulatedBiller
    begun: list[tuple[str, str, int, str]] = field(default_factory=list)
    given_back: int = 0

    def work(self) -> None:
        """Top up, pay out and pay bills, some twice at once as impatient fingers do, until each is known."""
        for number in range(EACH):
            (mood,) = self.dice.choices(list(MOODS), [share for share, _ in MOODS.values()])
            kind, amount = self.dice.choice(["top-up", "payout"]), self.dice.randrange(10_000, 100_000)
            if number % BILL_EVERY == 0:
                kind, body = "bill", self._looked_up(f"{number:04d}-{mood}", amount)
            else:
                body = {"bank_link_id": self.links[mood], "amount": amount, "pin": PIN, "again": True}
                body |= {"fee": 0} if kind == "payout" else {}
            ask = partial(self.customer.post, f"/wallet/v1/{kind}s", body, str(uuid4()))
            times = 2 if self.dice.random() < DOUBLES else 1
            with ThreadPoolExecutor(times) as fingers:
                waits = [fingers.submit(self._until_known, ask, kind) for _ in range(times)]
                (id,) = {wait.result()["id"] for wait in waits}
            self.begun.append((id, kind, amount, MOODS[mood][1]))

    def _looked_up(self, number: str, amount: int) -> dict[str, Any]:
        """Be charged for a case, some of which are given back when they are paid, and have it looked up."""
        if number.endswith("-55") and self.dice.random() < DOUBLES:
            number, self.given_back = number[:-2] + GIVEN_BACK, self.given_back + amount
        case = Case("land", f"H37.{self.customer.id_number[-6:]}.{number}")
        self.biller.charge(case, amount)
        ask = partial(
            self.customer.post,
            "/wallet/v1/bill-offers",
            {"procedure": case.procedure, "case_number": case.number},
        )
        return {"offer": self._until_known(ask, "look-up")["offer"], "pin": PIN}


def saver(town: Town, service: Service, number: int, dice: random.Random) -> Saver:
    """Bring in a customer with money and an account of each mood."""
    customer = town.customer(town.line(service.url), START)
    links = {"55": customer.get("/wallet/v1/bank-links").json()["items"][0]["id"]}
    for bin, mood in (("970436", "0002"), ("970415", "0003"), ("970436", "0007"), ("970405", "0006")):
        account = {"bin": bin, "account_number": f"77{number:04d}{mood}"}
        links[mood] = known(customer.post("/wallet/v1/bank-links", account))["id"]
    return Saver(customer, links, random.Random(dice.random()), biller_of(town))


def biller_of(town: Town) -> SimulatedBiller:
    """Open the biller's own book."""
    return SimulatedBiller(town.data_dir / "simulated-biller.sqlite", 0, time.sleep)


def test_the_worst_mood_of_the_banks(town: Town, service: Service, dice: random.Random) -> None:
    """Each ends as its other side decided, nobody is off by one đồng, and every book says the same."""
    savers = [saver(town, service, number, dice) for number in range(CUSTOMERS)]
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        working = [pool.submit(one.work) for one in savers]
        for _ in range(KILLS):
            time.sleep(dice.uniform(*TRAFFIC_S))  # the moment of the crash is what is random here
            service.kill()
            service.start()
            service.wait_ready()
        for one in working:
            one.result()
    print(dict(sum((one.answers for one in savers), Counter())))
    for one in savers:
        pending = "/wallet/v1/bank-payments?pending=true"
        wait_until(partial(_nothing_at, one.customer, pending), "every bank's answer")
        left = START
        for id, kind, amount, ends in one.begun:
            ended = known(one.customer.get(f"/wallet/v1/bank-payments/{id}"))
            assert (ended["kind"], ended["amount"], ended["status"]) == (kind, amount, ends)
            if ends == "succeeded":
                left += amount if kind == "top-up" else -amount
        wait_until(partial(_has, one.customer, left + one.given_back), "what the biller gave back")
    owed = SimulatedBank(town.data_dir / "simulated-bank.sqlite", 0, time.sleep).owed()
    assert owed == {bin: books.in_account(town.context, chart.settlement(bin)) for bin in owed}
    assert set(owed) == {"970405", "970436"}  # the third one declines all
    assert biller_of(town).collected() == books.in_account(town.context, chart.biller(BILLER)) > 0
    assert sum(one.given_back for one in savers) > 0
    assert sum(one.answers["silence"] for one in savers) >= KILLS
    books.assert_right(town)


def _has(customer: Customer, amount: int) -> bool:
    account = customer.get("/wallet/v1/account").json()
    return (account["available"], account["held"]) == (amount, 0)


def _nothing_at(customer: Customer, path: str) -> bool:
    return customer.get(path).json()["items"] == []
