"""After a PIN or a number was set anew, no more than so much leaves a wallet within so many hours, in all."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx2 import Response

from atm_service.registers.headroom import domain
from atm_service.registers.headroom.domain import Cooling
from atm_service.registers.headroom.errors import CoolingOff
from tests.atm_service.mending import NEW_PIN, change, for_phone, for_pin, reset, signed_in
from tests.atm_service.world import Clerk, Customer, Service
from tests.contract.documented import slug_of

MILLION = 1_000_000
UNTIL = datetime(2026, 11, 17, 2, 0, tzinfo=UTC)


@pytest.fixture
def mended(service: Service) -> tuple[Service, Clerk, Customer]:
    """Give somebody with 20 million whose PIN was just set anew."""
    customer, clerk = service.customer(20 * MILLION), service.clerk()
    assert reset(clerk, for_pin(service, clerk, customer)).status_code == 200
    return service, clerk, signed_in(service, customer, pin=NEW_PIN)


def slug(answer: Response) -> str:
    return slug_of(answer) if answer.is_error else "done"


def send(customer: Customer, to: Customer, amount: int) -> Response:
    seen = customer.post("/wallet/v1/payees", {"to": {"phone": to.facts["phone"]}}).json()
    body = {"payee": seen["payee"], "amount": amount, "pin": customer.facts["pin"]}
    return customer.post("/wallet/v1/transfers", body)


def pay_out(customer: Customer, amount: int) -> Response:
    customer.post("/wallet/v1/bank-links", {"bin": "970405", "account_number": "1234567890"})
    (link,) = customer.get("/wallet/v1/bank-links").json()["items"]
    body = {"bank_link_id": link["id"], "amount": amount, "fee": 0, "pin": customer.facts["pin"]}
    return customer.post("/wallet/v1/payouts", body)


def by_card(clerk: Clerk, customer: Customer, amount: int) -> Response:
    card = {"id_number": customer.facts["id_number"], "checked": "qr", "pin": customer.facts["pin"]}
    return clerk.post("/counter/v1/card-withdrawals", {**card, "amount": amount})


def assisted(clerk: Clerk, customer: Customer, to: Customer, amount: int) -> Response:
    card = {"id_number": customer.facts["id_number"], "checked": "qr"}
    wish = {**card, "to": {"phone": to.facts["phone"]}, "amount": amount}
    proposed = clerk.post("/counter/v1/transfers", wish)
    if proposed.is_error:
        return proposed
    path = f"/counter/v1/transfers/{proposed.json()['id']}/confirmation"
    return clerk.post(path, {"pin": customer.facts["pin"]})


def test_to_the_dong() -> None:
    """What is left may go, and one đồng more may not; without a change there is no wait."""
    rules = type("Rules", (), {"most": 5 * MILLION})
    cooling = Cooling(UNTIL, 2 * MILLION)
    domain.refuse_while_cooling(cooling, 3 * MILLION, rules)  # type: ignore[arg-type]
    domain.refuse_while_cooling(None, 20 * MILLION, rules)  # type: ignore[arg-type]
    with pytest.raises(CoolingOff) as refused:
        domain.refuse_while_cooling(cooling, 3 * MILLION + 1, rules)  # type: ignore[arg-type]
    assert refused.value.members == {"limit": 5 * MILLION, "remaining": 3 * MILLION, "until": UNTIL}


def test_every_way_out_adds_up(mended: tuple[Service, Clerk, Customer]) -> None:
    """A code, cash by card, transfers on the phone and at the counter, a payout: in slices no more than in one."""
    service, clerk, customer = mended
    friend = service.customer(0)
    ways: list[Any] = [
        customer.authorise,
        lambda amount: by_card(clerk, customer, amount),
        lambda amount: send(customer, friend, amount),
        lambda amount: assisted(clerk, customer, friend, amount),
        lambda amount: pay_out(customer, amount),
    ]
    for number, way in enumerate(ways):
        over = way((5 - number) * MILLION + 10_000)
        assert slug(over) == "cooling-off"
        assert over.json()["remaining"] == (5 - number) * MILLION
        assert over.json()["until"] == "2026-11-17T02:02:00Z"
        assert slug(way(MILLION)) == "done"
    assert {slug(way(50_000)) for way in ways} == {"cooling-off"}
    shown = customer.account()
    assert (shown["cooling_left"], shown["cooling_until"]) == (0, "2026-11-17T02:02:00Z")


def test_it_is_over_after_its_hours_and_not_before(mended: tuple[Service, Clerk, Customer]) -> None:
    service, _, customer = mended
    service.clock.advance(hours=24, seconds=-1)
    assert slug(signed_in(service, customer).authorise(6 * MILLION)) == "cooling-off"
    service.clock.advance(seconds=1)
    back = signed_in(service, customer)
    assert slug(back.authorise(6 * MILLION)) == "done"
    assert back.account()["cooling_until"] is None


def test_what_comes_back_may_go_out_again(mended: tuple[Service, Clerk, Customer]) -> None:
    """A code that was given up counts no more."""
    _, _, customer = mended
    code = customer.code(5 * MILLION)
    assert slug(customer.authorise(50_000)) == "cooling-off"
    assert customer.cancel(code["id"]).status_code == 200
    assert slug(customer.authorise(5 * MILLION)) == "done"


def test_codes_of_before_are_paid_and_do_not_count(service: Service) -> None:
    """They were made by the old PIN, and their money is set aside."""
    customer, clerk = service.customer(20 * MILLION), service.clerk()
    code = customer.code(8 * MILLION)
    service.clock.advance(minutes=1)
    assert change(clerk, for_phone(service, clerk, customer)).status_code == 200
    back = signed_in(service, customer, phone="0387654321")
    assert clerk.serve(back, code).status_code == 201
    assert back.account()["cooling_left"] == 5 * MILLION


def test_a_second_change_gives_no_fresh_sum(mended: tuple[Service, Clerk, Customer]) -> None:
    """Mended again within the wait, what went out since the first still counts, until the last wait is over."""
    service, clerk, customer = mended
    assert slug(customer.authorise(4 * MILLION)) == "done"
    service.clock.advance(hours=23)
    clerk = service.again(clerk)
    assert change(clerk, for_phone(service, clerk, customer)).status_code == 200
    back = signed_in(service, customer, phone="0387654321")
    assert back.account()["cooling_left"] == MILLION
    service.clock.advance(hours=2)
    back = signed_in(service, back)
    assert slug(back.authorise(2 * MILLION)) == "cooling-off"


def test_of_many_at_once_no_dong_more_leaves(mended: tuple[Service, Clerk, Customer]) -> None:
    """Decided on the locked customer: codes, transfers and payouts from threads of their own."""
    service, _, customer = mended
    friend = service.customer(0)
    pay_out(customer, 10_000)

    def act(number: int) -> Response:
        if number % 2:
            return send(customer, friend, MILLION)
        return customer.authorise(MILLION)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(act, range(12)))
    done = sum(one.status_code == 201 for one in answers)
    assert done == 4
    assert {slug(one) for one in answers} <= {"done", "cooling-off", "too-many-live-codes"}


def test_the_month_before_counts(service: Service) -> None:
    """A change in the last night of a month, and money that went before midnight."""
    service.clock.now = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # 23:00 in Lạng Sơn
    customer, clerk, friend = service.customer(20 * MILLION), service.clerk(), service.customer(0)
    assert reset(clerk, for_pin(service, clerk, customer)).status_code == 200
    back = signed_in(service, customer, pin=NEW_PIN)
    assert slug(send(back, friend, 3 * MILLION)) == "done"
    service.clock.now += timedelta(hours=2)
    back = replace(signed_in(service, back))
    assert back.account()["cooling_left"] == 2 * MILLION


def test_a_clock_that_is_behind_lets_no_more_out(service: Service) -> None:
    """The change by a process that is 20 s ahead, what goes out by one that is 20 s behind: it adds up."""
    customer, friend, clerk = service.customer(20 * MILLION), service.customer(0), service.clerk()
    body = for_pin(service, clerk, customer)
    service.clock.advance(seconds=40)
    assert reset(clerk, body).status_code == 200
    service.clock.advance(seconds=-39)
    back = signed_in(service, customer, pin=NEW_PIN)
    assert slug(send(back, friend, 5 * MILLION)) == "done"
    assert slug(send(back, friend, 50_000)) == "cooling-off"
    assert back.account()["cooling_left"] == 0


def test_what_is_left_today_knows_of_the_wait(mended: tuple[Service, Clerk, Customer]) -> None:
    """For transfers and payouts: no more than may go out, and more on the day on which the wait is over."""
    service, _, customer = mended
    friend = service.customer(0)
    assert slug(send(customer, friend, 2 * MILLION)) == "done"
    seen = customer.post("/wallet/v1/payees", {"to": {"phone": friend.facts["phone"]}}).json()
    assert (seen["left_today"], seen["renews_on"]) == (3 * MILLION, "2026-11-17")
    terms = customer.get("/wallet/v1/bank-payment-terms").json()
    assert (terms["left_today"], terms["renews_on"]) == (3 * MILLION, "2026-11-17")
    service.clock.advance(hours=24)
    later = signed_in(service, customer).post("/wallet/v1/payees", {"to": {"phone": friend.facts["phone"]}})
    assert later.json()["left_today"] > 5 * MILLION
