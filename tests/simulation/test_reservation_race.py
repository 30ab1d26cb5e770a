"""Hundreds of customers reserve at one office at once: two service processes, one database, real threads."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from atm_service.platform.keys.tokens import issue_access
from atm_service.promises.reservations import watching
from atm_service.registers.offices import life
from tests.simulation import books, people
from tests.simulation.people import CASH, OFFICE, OTHER_OFFICE, PIN, TOKEN_LIFETIME, Customer, Town, slug
from tests.simulation.processes import Service, started

ASKS = 500
CUSTOMERS = 250  # two appointments each
AMOUNT = 500_000


@pytest.fixture(scope="module")
def lines(town: Town) -> Iterator[list[httpx2.Client]]:
    """Give a line to each of two service processes."""
    services = [Service(town.url, town.data_dir, SOFT_ATM_PROXY="127.0.0.1") for _ in range(2)]
    with started(*services):
        yield [town.line(service.url) for service in services]


@pytest.fixture(scope="module")
def customers(town: Town, lines: list[httpx2.Client]) -> list[Customer]:
    """Bring in customers with money; they reserve in the tests of this module."""
    return [town.customer(lines[number % 2], 10_000_000) for number in range(CUSTOMERS)]


def reserve(customer: Customer, office: str, amount: int = AMOUNT) -> httpx2.Response:
    wish = {"amount": amount, "pin": PIN, "lifetime": "scheduled", "office": office}
    return customer.post("/wallet/v1/withdrawals", wish)


def reserved(town: Town, office: str) -> int:
    with town.context.transaction() as session:
        query = text("""
            SELECT coalesce(sum(amount), 0) FROM service.withdrawal
            WHERE reservation = 'standing' AND office = :office
        """)
        return int(session.execute(query, {"office": office}).scalar_one())


def fresh(town: Town, person: Any) -> Any:
    """Give somebody a fresh token: hundreds of people take their time to come in."""
    now = town.context.clock()
    keys = town.context.keys.at(now)
    audience, role = ("wallet", "customer") if isinstance(person, Customer) else ("staff", "clerk")
    office = None if isinstance(person, Customer) else person.office
    token = issue_access(keys, person.id, audience, role, office, now, TOKEN_LIFETIME)  # type: ignore[arg-type]
    return replace(person, token=token)


def test_five_hundred_at_once_never_get_more_than_the_cash(
    town: Town, lines: list[httpx2.Client], customers: list[Customer]
) -> None:
    """Cash for two hundred: two hundred get it, three hundred are told why not, and walk-ins get nothing of it."""
    clerk = town.clerk(lines[0], OFFICE)
    with town.context.transaction() as session:  # or an evening's appointments are for the next working day
        life.set_hours(session, None, OFFICE, ["00:00-23:59"] * 7, town.context.clock())
    asking = [fresh(town, customer) for customer in customers] * (ASKS // CUSTOMERS)
    walk_ins = [fresh(town, town.customer(lines[1], 10_000_000)) for _ in range(3)]
    codes = [walk_in.code(AMOUNT) for walk_in in walk_ins]
    works = [partial(reserve, customer, OFFICE) for customer in asking]
    works += [partial(_serve, clerk, *pair) for pair in zip(walk_ins, codes, strict=True)]
    answers = people.at_once(works)
    outcomes = Counter(slug(answer) for answer in answers[:ASKS])
    paid = [answer.json() for answer in answers[ASKS:] if answer.is_success]
    town.told += paid
    room = (CASH - AMOUNT * len(paid)) // AMOUNT
    assert outcomes == {"201": room, "cannot-reserve": ASKS - room}
    assert reserved(town, OFFICE) == room * AMOUNT
    assert {answer.json()["why"] for answer in answers[:ASKS] if not answer.is_success} == {"cash"}
    assert {slug(answer) for answer in answers[ASKS:]} <= {
        "201",
        "cash-reserved",
        "unavailable",
        "not-presented",
    }
    books.assert_right(town)
    made = [
        (customer, answer.json())
        for customer, answer in zip(asking, answers, strict=False)
        if answer.is_success
    ]
    first = made[:5]
    clerk = fresh(town, clerk)
    served = [_serve(clerk, customer, code) for customer, code in first]
    assert {answer.status_code for answer in served} == {201}
    town.told += [answer.json() for answer in served]
    assert reserved(town, OFFICE) == (room - len(first)) * AMOUNT
    books.assert_right(town)


def _serve(clerk: people.Clerk, customer: Customer, code: dict[str, Any]) -> httpx2.Response:
    shown = clerk.present(code["code"])
    return clerk.pay(code["id"], customer.id_number) if shown.is_success else shown


def test_headroom_is_shared_out_once_too(town: Town, lines: list[httpx2.Client]) -> None:
    """Cash for sixty, a day's limit for twenty: twenty get it; cancelling and moving at once leave the books right."""
    for _ in range(3):
        town.clerk(lines[1], OTHER_OFFICE)
    limit = town.context.policy.office.per_day
    asking = [fresh(town, town.customer(lines[n % 2], 20_000_000)) for n in range(40)]
    answers = people.at_once([partial(reserve, customer, OTHER_OFFICE, 10_000_000) for customer in asking])
    outcomes = Counter(slug(answer) for answer in answers)
    assert outcomes == {"201": limit // 10_000_000, "cannot-reserve": 40 - limit // 10_000_000}
    made = [(one, answer.json()) for one, answer in zip(asking, answers, strict=True) if answer.is_success]
    ends = [partial(one.cancel, code["id"]) for one, code in made[:5]]
    moves = [partial(_move, one, code["id"]) for one, code in made[5:10]]
    late = [partial(reserve, one, OTHER_OFFICE, 10_000_000) for one, _ in made[10:]]
    people.at_once([*ends, *moves, *late])
    assert reserved(town, OTHER_OFFICE) <= limit
    watching.break_what_does_not_stand(town.context, town.context.clock())
    books.assert_right(town)


def _move(customer: Customer, id: str) -> httpx2.Response:
    return customer.post(f"/wallet/v1/withdrawals/{id}/move", {"office": OFFICE})
