"""Everybody at once: two service processes, one database, real threads."""

import itertools
import select
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import text

from atm_service.payout import service as withdrawals
from atm_service.platform import chart
from tests.simulation import books, people
from tests.simulation.people import OFFICE, OTHER_OFFICE, Clerk, Customer, Town, known, slug
from tests.simulation.processes import Service, started

DRAWERS = 20
CODES = 5
ROUNDS = 8
AMOUNT = 2_000_000
LOST_AT_PRESENTING = {"already-presented", "already-paid"}
LOST_AT_PAYING = {"not-presented", "already-presented", "already-paid"}


@pytest.fixture(scope="module")
def lines(town: Town) -> Iterator[list[httpx2.Client]]:
    """Give a line to each of two service processes."""
    services = [Service(town.url, town.data_dir) for _ in range(2)]
    with started(*services):
        yield [town.line(service.url) for service in services]


def test_an_idle_line_stays_open(lines: list[httpx2.Client]) -> None:
    """A line that was idle for as long as HTTP clients keep one (five seconds, mostly) still carries a request."""
    with httpx2.Client(
        base_url=lines[0].base_url, limits=httpx2.Limits(keepalive_expiry=60), trust_env=False
    ) as line:
        known(line.get("/healthz"))
        socket = line.get("/healthz").extensions["network_stream"].get_extra_info("socket")
        assert not select.select([socket], [], [], 6)[0], "the service hung up"


def receipts(answers: Sequence[httpx2.Response]) -> list[dict[str, Any]]:
    return [answer.json() for answer in answers if answer.is_success]


def test_one_code_at_twenty_drawers_is_paid_once(town: Town, lines: list[httpx2.Client]) -> None:
    """Twenty drawers of two offices present and pay one code at once: one pays, nineteen are told why not."""
    customer = town.customer(lines[0], 20_000_000)
    places = itertools.product(lines, (OFFICE, OTHER_OFFICE), range(DRAWERS // 4))
    clerks = [town.clerk(line, office) for line, office, _ in places]
    for _ in range(CODES):
        code = customer.code(AMOUNT)
        outcomes = people.at_once([partial(_present_and_pay, clerk, customer, code) for clerk in clerks])
        paid = receipts([payment for _, payment in outcomes])
        lost = [(slug(shown), slug(payment)) for shown, payment in outcomes if not payment.is_success]
        assert len(paid) == 1
        assert len(lost) == DRAWERS - 1
        assert {shown for shown, _ in lost} <= LOST_AT_PRESENTING
        assert {payment for _, payment in lost} <= LOST_AT_PAYING
        town.told += paid
    books.assert_right(town)
    moved = Counter((receipt["office"], receipt["drawer"]) for receipt in town.told)
    for clerk in clerks:
        left = books.in_account(town.context, chart.drawer(clerk.office, clerk.drawer))
        assert left == people.CASH - AMOUNT * moved[clerk.office, clerk.drawer]
    assert customer.available() == 20_000_000 - CODES * AMOUNT


def _present_and_pay(
    clerk: Clerk, customer: Customer, code: dict[str, Any]
) -> tuple[httpx2.Response, httpx2.Response]:
    """Present, then try to pay whatever came of it, as a counter with a bug would."""
    return clerk.present(code["code"]), clerk.pay(code["id"], customer.id_number)


def test_the_same_key_twenty_times_is_one_payment(town: Town, lines: list[httpx2.Client]) -> None:
    """Twenty times the same key at one drawer: one receipt, the same bytes for all, or still in progress."""
    customer = town.customer(lines[0], 20_000_000)
    clerk = town.clerk(lines[0], OFFICE)
    for _ in range(CODES):
        code, key = customer.code(), str(uuid4())
        known(clerk.present(code["code"]))
        desks = [replace(clerk, line=lines[n % 2]) for n in range(DRAWERS)]
        answers = people.at_once([partial(desk.pay, code["id"], customer.id_number, key) for desk in desks])
        again = clerk.pay(code["id"], customer.id_number, key)
        assert {slug(answer) for answer in answers} <= {"201", "request-in-progress"}
        assert {answer.content for answer in answers if answer.is_success} == {again.content}
        assert again.headers["Idempotency-Replayed"] == "true"
        first = [a for a in answers if a.is_success and "Idempotency-Replayed" not in a.headers]
        assert len(first) == 1
        town.told += receipts([again])
    books.assert_right(town)


def test_a_withdrawal_ends_in_one_way(town: Town, lines: list[httpx2.Client]) -> None:
    """Paying, cancelling and expiring at once: one of them happens, and the money is where that says."""
    customer = town.customer(lines[0], 20_000_000)
    clerk = town.clerk(lines[1], OFFICE)
    ends = Counter[str]()
    withdrawals.expire_due(town.context, town.context.clock() + timedelta(hours=25))  # what others have left
    for turn in range(ROUNDS):
        code = customer.code()
        known(clerk.present(code["code"]))
        if turn % 2:  # as if the lease had run out, so that the customer may cancel, and the clerk still pay
            _lapse(town, code["id"])
        late = town.context.clock() + timedelta(hours=25)
        expiries: list[int] = []
        paid, cancelled, _ = people.at_once(
            [
                partial(clerk.pay, code["id"], customer.id_number),
                partial(customer.cancel, code["id"]),
                partial(_expire, town, late, expiries),
            ]
        )
        status = customer.get(f"/wallet/v1/withdrawals/{code['id']}").json()["status"]
        happened = {"paid": paid.is_success, "cancelled": cancelled.is_success, "expired": expiries == [1]}
        assert [end for end, so in happened.items() if so] == [status]
        assert slug(paid) in {"201", "code-expired", "withdrawal-cancelled"}
        assert slug(cancelled) in {"200", "being-paid", "already-ended"}
        town.told += receipts([paid])
        ends[status] += 1
    assert customer.available() == 20_000_000 - 50_000 * ends["paid"]
    books.assert_right(town)


def _expire(town: Town, late: datetime, done: list[int]) -> httpx2.Response:
    done.append(withdrawals.expire_due(town.context, late))
    return httpx2.Response(200)


def _lapse(town: Town, id: str) -> None:
    with town.context.transaction() as session:
        lapsed = {"id": id, "then": town.context.clock() - timedelta(seconds=1)}
        session.execute(text("UPDATE service.withdrawal SET lease_until = :then WHERE id = :id"), lapsed)


@pytest.mark.parametrize(
    ("balance", "amount", "granted", "refusal"),
    [
        (120_000, 50_000, 2, "insufficient-funds"),
        (60_000_000, 7_000_000, 2, "customer-limit-reached"),
        (60_000_000, 50_000, 3, "too-many-live-codes"),
    ],
)
def test_fifty_authorisations_at_once_keep_within_every_bound(
    town: Town, lines: list[httpx2.Client], balance: int, amount: int, granted: int, refusal: str
) -> None:
    """Fifty codes asked for at once never go over the balance, the day's limit or the number of open codes."""
    customer = town.customer(lines[0], balance)
    twin = replace(customer, line=lines[1])
    answers = people.at_once([partial((customer, twin)[n % 2].authorise, amount) for n in range(50)])
    assert Counter(slug(answer) for answer in answers) == {"201": granted, refusal: 50 - granted}
    assert customer.available() == balance - granted * amount
    books.assert_right(town)


def test_a_shift_does_not_close_over_a_payment(town: Town, lines: list[httpx2.Client]) -> None:
    """Closing a shift while its drawer is paying: the count is of before or after, and the books agree."""
    customer, clerk = town.customer(lines[0], 20_000_000), town.clerk(lines[0], OFFICE)
    for _ in range(ROUNDS):
        code = customer.code()
        known(clerk.present(code["code"]))
        paid, closed = people.at_once(
            [partial(clerk.pay, code["id"], customer.id_number), partial(_close, clerk, lines[1])]
        )
        assert slug(paid) == "201"
        assert slug(closed) in {"200", "withdrawals-still-presented"}
        town.told += receipts([paid])
        if not closed.is_success:
            closed = _close(clerk, lines[1])
        shift = known(closed)
        if shift["recount"]:  # what is counted too much is counted once more
            shift = known(_close(clerk, lines[1]))
        assert (shift["paid_count"], shift["paid_total"], shift["closing_over_short"]) == (1, 50_000, 50_000)
        assert books.in_account(town.context, chart.drawer(OFFICE, clerk.drawer)) == people.CASH
        known(clerk.open())
    books.assert_right(town)


def test_a_closed_drawer_holds_no_code(town: Town, lines: list[httpx2.Client]) -> None:
    """Presenting while the shift closes: the code is at an open drawer, or at none and free for another."""
    customer, clerk = town.customer(lines[0], 20_000_000), town.clerk(lines[0], OFFICE)
    for _ in range(3 * ROUNDS):
        code = customer.code()
        shown, closed = people.at_once(
            [partial(clerk.present, code["code"]), partial(_close, clerk, lines[1])]
        )
        assert (slug(shown), slug(closed)) in {
            ("201", "withdrawals-still-presented"),
            ("no-open-shift", "200"),
        }
        if closed.is_success:
            known(clerk.open())
        assert clerk.release(code["id"]).status_code == 204
        known(customer.cancel(code["id"]))
    books.assert_right(town)


def _close(clerk: Clerk, line: httpx2.Client) -> httpx2.Response:
    return replace(clerk, line=line).close(people.CASH)


def test_the_same_top_up_at_once_debits_once(town: Town, lines: list[httpx2.Client]) -> None:
    """Twenty top-ups with one key at once are one debit and one credit."""
    customer = town.customer(lines[0], 100_000)
    twin = replace(customer, line=lines[1])
    link = customer.get("/wallet/v1/bank-links").json()["items"][0]["id"]
    body, key = {"bank_link_id": link, "amount": 500_000, "pin": people.PIN}, str(uuid4())
    answers = people.at_once(
        [partial((customer, twin)[n % 2].post, "/wallet/v1/top-ups", body, key) for n in range(20)]
    )
    again = known(customer.post("/wallet/v1/top-ups", body, key))
    assert {slug(answer) for answer in answers} <= {"201", "request-in-progress"}
    assert {answer.json()["id"] for answer in answers if answer.is_success} == {again["id"]}
    assert again["status"] == "succeeded"
    assert customer.available() == 600_000
    books.assert_right(town)


def test_the_same_application_at_once_makes_one_customer(town: Town, lines: list[httpx2.Client]) -> None:
    """Ten applications of one person at once, by ten phones, open one wallet; the others are told that there is one."""
    one, others = town.applicant(), [town.applicant()["phone"] for _ in range(10)]
    applicants = [one | {"phone": phone, "phone_proof": town.proof(phone)} for phone in others]
    answers = people.at_once(
        [
            partial(lines[n % 2].post, "/wallet/v1/applications", json=each)
            for n, each in enumerate(applicants)
        ]
    )
    ended = Counter((known(answer)["status"], *answer.json()["reasons"]) for answer in answers)
    assert ended == {("approved",): 1, ("rejected", "duplicate-person"): 9}
    books.assert_right(town)
