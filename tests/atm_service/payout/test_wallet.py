"""Withdrawals as a customer's app sees them, over HTTP."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import zxingcpp
from httpx2 import Response
from PIL import Image

from atm_service.payout import service as withdrawals
from atm_service.registers.customers import store as customers
from tests.atm_service.mending import OTHER_FACE, picture
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Service, no_answer
from tests.waiting import wait_until_blocked


def slug(answer: Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return str(answer.json()["type"]).removeprefix("urn:soft-atm:problem:")


def test_authorising_sets_the_money_aside(service: Service) -> None:
    """The amount moves from available to held, and a code with its digits appears."""
    customer = service.customer(balance=5_000_000)
    code = customer.code(2_000_000)
    assert (code["status"], code["amount"], code["fee"], code["lifetime"]) == (
        "authorised",
        2_000_000,
        0,
        "journey",
    )
    assert len(code["digits"].replace("-", "")) == 10
    assert code["code"].count(".") == 2
    account = customer.account()
    assert (account["available"], account["held"]) == (3_000_000, 2_000_000)


def test_who_names_no_lifetime_gets_the_policys(service: Service) -> None:
    """The wallet is told which, and how long each lives; another policy says otherwise."""
    service.change_rules(default_lifetime="counter", counter_min=20)
    customer = service.customer()
    assert customer.account()["limits"]["lifetimes"] == {
        "default": "counter",
        "counter_min": 20,
        "journey_min": 1_440,
        "scheduled_min": 4_320,
    }
    code = customer.code()
    lives = datetime.fromisoformat(code["expires_at"]) - datetime.fromisoformat(code["created_at"])
    assert (code["lifetime"], lives) == ("counter", timedelta(minutes=20))


@pytest.mark.parametrize(("lifetime", "minutes"), [("counter", 15), ("journey", 1440), ("scheduled", 4320)])
def test_each_lifetime_has_its_deadline(service: Service, lifetime: str, minutes: int) -> None:
    """A code lives for the minutes that the policy gives its kind."""
    service.clerk()
    code = service.customer().code(lifetime=lifetime, office=OFFICE)
    assert code["expires_at"] == (service.now + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_same_key_gets_the_same_code(service: Service) -> None:
    """A repeated request makes one withdrawal and answers with the same bytes."""
    customer, key = service.customer(), str(uuid4())
    first, again = customer.authorise(key=key), customer.authorise(key=key)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert customer.account()["held"] == 2_000_000


def test_the_same_key_for_another_amount_is_refused(service: Service) -> None:
    """A key stands for one request."""
    customer, key = service.customer(), str(uuid4())
    customer.authorise(2_000_000, key)
    assert slug(customer.authorise(1_000_000, key)) == "idempotency-key-reused"
    assert customer.account()["held"] == 2_000_000


def test_the_same_key_of_another_customer_is_another_key(service: Service) -> None:
    """Keys belong to their caller."""
    key = str(uuid4())
    codes = {service.customer().authorise(key=key).json()["id"] for _ in range(2)}
    assert len(codes) == 2


def test_a_refused_request_may_be_repeated_with_its_key(service: Service) -> None:
    """A refusal changed nothing and is not remembered."""
    customer, key = service.customer(balance=0), str(uuid4())
    assert slug(customer.authorise(key=key)) == "insufficient-funds"
    service.credit(customer.id, 2_000_000)
    assert customer.authorise(key=key).status_code == 201


def test_more_than_is_available_is_refused(service: Service) -> None:
    """What is held already cannot be promised twice; the answer says what is left."""
    customer = service.customer(balance=3_000_000)
    customer.code(2_000_000)
    answer = customer.authorise(1_010_000)
    assert (slug(answer), answer.json()["available"]) == ("insufficient-funds", 1_000_000)
    assert customer.account()["held"] == 2_000_000


def test_the_day_has_a_limit(service: Service) -> None:
    """Open codes and what was paid today count; the limit itself may be reached, and not passed."""
    customer = service.customer(balance=50_000_000)
    clerk = service.clerk()
    assert clerk.serve(customer, customer.code(9_000_000)).status_code == 201
    customer.code(10_000_000)
    refused = customer.authorise(1_010_000)
    assert (slug(refused), refused.json()["remaining"]) == ("customer-limit-reached", 1_000_000)
    assert customer.authorise(1_000_000).status_code == 201


def test_the_limit_is_per_day_in_vietnam(service: Service) -> None:
    """At midnight in Lạng Sơn (17:00 UTC) a new day begins."""
    customer = service.customer(balance=50_000_000)
    clerk = service.clerk()
    for _ in range(2):
        assert clerk.serve(customer, customer.code(10_000_000)).status_code == 201
    service.clock.now = service.now.replace(hour=16, minute=59)
    customer = service.again(customer)
    assert slug(customer.authorise(50_000)) == "customer-limit-reached"
    service.clock.advance(minutes=1)
    assert customer.authorise(10_000_000).status_code == 201


def test_open_codes_are_few(service: Service) -> None:
    """The policy's number of open codes, and not one more."""
    customer = service.customer()
    for _ in range(3):
        customer.code(50_000)
    answer = customer.authorise(50_000)
    assert (slug(answer), answer.json()["maximum"]) == ("too-many-live-codes", 3)


@pytest.mark.parametrize(
    "amount", [0, -50_000, 50_000.5, 50_000.0, "50000", True, None, 10**13, 10**30, [], {}]
)
def test_amounts_that_are_no_amounts_are_malformed(service: Service, amount: Any) -> None:
    """Zero, negative, fractional, text, huge: each is 422 and says where."""
    answer = service.customer().authorise(amount)
    assert (answer.status_code, slug(answer)) == (422, "malformed-request")
    assert answer.json()["errors"][0]["where"] == "body.amount"


@pytest.mark.parametrize(
    ("amount", "reason"), [(40_000, "amount-out-of-range"), (55_000, "amount-not-multiple")]
)
def test_amounts_against_the_rules_are_refused(service: Service, amount: int, reason: str) -> None:
    """Too small, or no multiple of notes: 409 by name."""
    answer = service.customer().authorise(amount)
    assert (answer.status_code, slug(answer)) == (409, reason)


def test_a_wrong_pin_makes_no_code(service: Service) -> None:
    """The PIN is counted down, then the door shuts for a while, even for the right one."""
    customer = service.customer()
    answers = [customer.post("/wallet/v1/withdrawals", {"amount": 50_000, "pin": "111222"}) for _ in range(5)]
    assert [slug(answer) for answer in answers] == ["wrong-pin"] * 5
    assert [answer.json()["remaining_attempts"] for answer in answers] == [4, 3, 2, 1, 0]
    shut = customer.authorise(50_000)
    assert (shut.status_code, slug(shut)) == (429, "too-many-attempts")
    assert int(shut.headers["retry-after"]) == shut.json()["retry_after_s"] > 3500
    service.clock.advance(hours=1)
    customer = service.again(customer)
    assert customer.authorise(50_000).status_code == 201
    assert customer.account()["held"] == 50_000


def test_a_scheduled_code_needs_its_office(service: Service) -> None:
    """Without an office, with an unknown one, with one that does not pay: each by name."""
    customer = service.customer()
    service.clerk(OFFICE)
    assert slug(customer.authorise(lifetime="scheduled")) == "office-required"
    assert slug(customer.authorise(lifetime="scheduled", office="99999-1")) == "office-unknown"
    assert slug(customer.authorise(lifetime="scheduled", office=OTHER_OFFICE)) == "office-not-active"
    assert customer.code(lifetime="scheduled", office=OFFICE)["office"] == OFFICE


def test_a_large_amount_needs_a_fresh_face(service: Service) -> None:
    """Above the step-up line a picture is asked for, and it must match."""
    customer = service.customer(balance=20_000_000)
    refused = customer.authorise(10_010_000)
    assert (slug(refused), refused.json()["above"]) == ("step-up-required", 10_000_000)
    assert slug(customer.authorise(10_010_000, face_capture=picture(OTHER_FACE))) == "step-up-required"
    assert customer.authorise(10_000_000).status_code == 201
    assert customer.authorise(10_000_000, face_capture=picture()).status_code == 201


def test_a_picture_is_good_for_one_wish(service: Service) -> None:
    """Neither the picture of the opening nor that of another code is fresh; with its own key it is the same wish."""
    opened, taken = picture(), picture()
    customer = service.customer(balance=40_000_000, capture=opened)
    assert slug(customer.authorise(10_010_000, face_capture=opened)) == "step-up-required"
    for _ in range(2):
        assert customer.authorise(10_010_000, key="k", face_capture=taken).status_code == 201
    assert slug(customer.authorise(10_010_000, face_capture=taken)) == "step-up-required"


def test_a_large_code_is_told_again_without_a_face(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider is down: a known key tells, after the PIN, what it did; a new one is told to wait."""
    customer, face = service.customer(balance=40_000_000), {"face_capture": picture()}
    first = customer.authorise(10_010_000, key="k", **face)
    monkeypatch.setattr(service.context.provider, "match_face", no_answer)
    again = customer.authorise(10_010_000, key="k", **face)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    wrong = {"amount": 10_010_000, "pin": "735109", **face}
    assert slug(customer.post("/wallet/v1/withdrawals", wrong, key="k")) == "wrong-pin"
    assert slug(customer.authorise(10_010_000, face_capture=picture())) == "unavailable"


def test_cancelling_gives_the_money_back_at_once(service: Service) -> None:
    """After cancel the money is available; cancelling again is harmless."""
    customer = service.customer()
    code = customer.code(2_000_000)
    cancelled = customer.cancel(code["id"])
    assert (cancelled.status_code, cancelled.json()["status"], cancelled.json()["code"]) == (
        200,
        "cancelled",
        None,
    )
    assert customer.cancel(code["id"]).status_code == 200
    assert customer.account()["held"] == 0
    assert slug(customer.get(f"/wallet/v1/withdrawals/{code['id']}/qr.svg")) == "code-not-live"


def test_a_stranger_finds_no_withdrawal(service: Service) -> None:
    """Another customer's withdrawal cannot be seen, drawn or cancelled."""
    code = service.customer().code()
    stranger = service.customer()
    path = f"/wallet/v1/withdrawals/{code['id']}"
    for answer in (stranger.get(path), stranger.get(f"{path}/qr.png"), stranger.cancel(code["id"])):
        assert slug(answer) == "not-found"


def test_codes_expire_by_themselves(service: Service) -> None:
    """At the deadline housekeeping ends the code and the money is available again."""
    customer = service.customer()
    code = customer.code(2_000_000, lifetime="counter")
    service.clock.advance(minutes=15, seconds=-1)
    assert withdrawals.expire_due(service.context, service.now) == 0
    service.clock.advance(seconds=1)
    assert withdrawals.expire_due(service.context, service.now) == 1
    customer = service.again(customer)
    assert customer.look(code["id"])["status"] == "expired"
    assert customer.account()["available"] == 5_000_000


def test_many_codes_expire_in_one_round(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than fits into one batch is done in several."""
    monkeypatch.setattr(withdrawals, "EXPIRE_AT_ONCE", 2)
    for _ in range(5):
        service.customer().code(50_000, lifetime="counter")
    service.clock.advance(hours=2)
    assert withdrawals.expire_due(service.context, service.now) == 5


def test_the_list_pages_newest_first(service: Service) -> None:
    """Pages follow each other without a gap and end."""
    customer = service.customer()
    ids = []
    for _ in range(3):
        ids.append(customer.code(50_000)["id"])
        service.clock.advance(seconds=1)
    first = customer.get("/wallet/v1/withdrawals", limit=2).json()
    second = customer.get("/wallet/v1/withdrawals", limit=2, cursor=first["next_cursor"]).json()
    assert [item["id"] for item in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", ["x", "AAAA", "bm90LWFuLWlk", "%00", "A" * 121])
def test_a_foreign_cursor_is_malformed(service: Service, cursor: str) -> None:
    """Only cursors of ours page."""
    assert slug(service.customer().get("/wallet/v1/withdrawals", cursor=cursor)) == "malformed-request"


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_qr_says_the_code(service: Service, kind: str) -> None:
    """The picture read back is the code's text."""
    customer = service.customer()
    code = customer.code()
    picture = customer.get(f"/wallet/v1/withdrawals/{code['id']}/qr.{kind}")
    assert picture.status_code == 200
    if kind == "png":
        (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture.content)))
        assert read.text == code["code"]
    else:
        assert picture.headers["content-type"] == "image/svg+xml; charset=utf-8"
        assert picture.content.startswith(b"<svg ")


def test_a_code_survives_a_rotation_of_keys(service: Service) -> None:
    """A code of yesterday's key is still good at the counter today."""
    customer, clerk = service.customer(), service.clerk()
    code = customer.code()
    service.rotate("code")
    assert clerk.serve(customer, code).status_code == 201


def test_nothing_personal_is_in_a_code(service: Service) -> None:
    """Claims are the id, the time and the amount; no name, card or phone."""
    customer = service.customer()
    payload = customer.code()["code"].split(".")[1]
    text = base64.urlsafe_b64decode(payload + "==").decode()
    assert customer.facts["id_number"] not in text
    assert set(json.loads(text)) == {"jti", "exp", "amt"}


def test_a_customers_requests_take_turns(service: Service) -> None:
    """Whoever makes a code waits for what else this customer does: a limit is a sum, which must not grow meanwhile."""
    customer = service.customer()
    with ThreadPoolExecutor(1) as pool:
        with service.context.transaction() as session:
            customers.lock_each(session, [customer.id])
            making = pool.submit(customer.authorise)
            wait_until_blocked(service.context.engine, making)
        assert making.result().status_code == 201
