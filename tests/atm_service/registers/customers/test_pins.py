"""A customer changes the PIN and ends sessions from afar."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection

from atm_service.platform import standing, visitors
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.customers import service as customers
from tests.atm_service.world import Customer, Service

OLD, NEW, WRONG = "480152", "927364", "735109"


def change(customer: Customer, pin: str = OLD, new_pin: str = NEW) -> Any:
    return customer.post("/wallet/v1/pin", {"pin": pin, "new_pin": new_pin})


def signed_in(service: Service, customer: Customer, pin: str, **more: str) -> Any:
    body = {"phone": customer.facts["phone"], "pin": pin, **more}
    return service.client.post("/wallet/v1/sessions", json=body)


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


def test_a_new_pin_takes_the_place_of_the_old(service: Service) -> None:
    """It signs in and makes codes; the old one does neither; who was signed in anywhere is not any more."""
    customer = service.customer()
    elsewhere = signed_in(service, customer, OLD).json()
    answer = change(customer)
    assert answer.status_code == 201
    assert customer.get("/wallet/v1/account").status_code == 401
    renewed = service.client.post(
        "/wallet/v1/sessions/refresh", json={"refresh_token": elsewhere["refresh_token"]}
    )
    assert slug(renewed) == "session-ended"
    customer.token = answer.json()["access_token"]
    assert slug(customer.authorise()) == "wrong-pin"
    customer.facts["pin"] = NEW
    assert customer.authorise().status_code == 201
    assert [signed_in(service, customer, pin).status_code for pin in (OLD, NEW)] == [401, 201]
    [event] = service.trail("pin.changed")
    assert event["subject"] == customer.id
    assert event["detail"] == {"sessions_ended": 2}


def test_a_code_of_before_is_paid(service: Service) -> None:
    """What was authorised stays so: the paper that somebody carries is not worth less."""
    customer, clerk = service.customer(), service.clerk()
    code = customer.code()
    assert change(customer).status_code == 201
    assert clerk.serve(customer, code).status_code == 201


def test_guesses_at_the_old_pin_are_counted(service: Service) -> None:
    """Together with those at codes: a stolen session is no way around."""
    customer = service.customer()
    answers = [change(customer, WRONG) for _ in range(5)]
    assert [answer.json()["remaining_attempts"] for answer in answers] == [4, 3, 2, 1, 0]
    assert change(customer).status_code == 429
    assert customer.authorise().status_code == 429
    assert signed_in(service, customer, OLD).status_code == 201


@pytest.mark.parametrize("weak", ["111111", "123456", "159753", OLD])
def test_a_weak_pin_is_refused(service: Service, weak: str) -> None:
    """By the rules of the first one; nothing has changed, and whoever does not know the old one is told nothing."""
    customer = service.customer()
    assert slug(change(customer, WRONG, weak)) == "wrong-pin"
    assert slug(change(customer, new_pin=weak)) == "pin-weak"
    assert customer.get("/wallet/v1/account").status_code == 200
    assert signed_in(service, customer, OLD).status_code == 201


def test_own_numbers_are_weak(service: Service) -> None:
    """Card, phone and birth date are looked at as when the account was opened."""
    customer = service.customer(phone="0912475830", id_number="020085472916", date_of_birth="1985-04-12")
    for weak in ("247583", "472916", "120485", "041985"):
        assert slug(change(customer, new_pin=weak)) == "pin-weak"


def test_a_frozen_wallet_keeps_its_pin(service: Service) -> None:
    """Whoever froze it may have done so because of who knows the PIN."""
    customer, supervisor = service.customer(), service.staff("supervisor")
    supervisor.post(f"/staff/v1/customers/{customer.id}/freeze", {"frozen": True, "reason": "mất máy"})
    customer.token = signed_in(service, customer, OLD).json()["access_token"]
    assert slug(change(customer)) == "wallet-frozen"


def test_of_two_who_change_it_at_once_one_does(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever proved the old PIN and is overtaken is not signed in any more, and has changed nothing."""
    customer, prove = service.customer(), customers.prove_pin

    def overtaken(context: Context, id: UUID, pin: str, now: datetime) -> None:
        prove(context, id, pin, now)
        monkeypatch.setattr(customers, "prove_pin", prove)
        customers.change_pin(context, Caller(id, "wallet", "customer", None), OLD, NEW, None, now)

    monkeypatch.setattr(customers, "prove_pin", overtaken)
    assert change(customer, new_pin="816253").status_code == 401
    assert signed_in(service, customer, NEW).status_code == 201
    assert len(service.trail("pin.changed")) == 1


def test_a_sign_in_by_the_old_pin_is_overtaken_by_the_change(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has typed the old PIN just before it is changed is not let in just after."""
    customer, guess = service.customer(), visitors.guess

    def overtaken(*tried: Any) -> bool:
        right = guess(*tried)
        monkeypatch.setattr(visitors, "guess", guess)
        caller = Caller(customer.id, "wallet", "customer", None)
        customers.change_pin(service.context, caller, OLD, NEW, None, service.now)
        return right

    monkeypatch.setattr(visitors, "guess", overtaken)
    assert signed_in(service, customer, OLD).status_code == 401
    assert signed_in(service, customer, NEW).status_code == 201


def test_a_refresh_is_overtaken_by_the_end_of_its_session(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives no token of the rights that came after."""
    customer, hold = service.customer(), standing.hold
    token = signed_in(service, customer, OLD).json()["refresh_token"]

    def overtaken(session: Connection, subject: UUID) -> int | None:
        monkeypatch.setattr(standing, "hold", hold)
        with service.context.transaction() as other:
            customers.sign_out_everywhere(other, Caller(subject, "wallet", "customer", None), service.now)
        return hold(session, subject)

    monkeypatch.setattr(standing, "hold", overtaken)
    answer = service.client.post("/wallet/v1/sessions/refresh", json={"refresh_token": token})
    assert (answer.status_code, slug(answer)) == (401, "session-ended")


def test_sessions_are_listed_and_ended(service: Service) -> None:
    """Newest first, with what the device called itself; an ended one is out at once, the others renew their tokens."""
    customer = service.customer()
    phone = signed_in(service, customer, OLD, label="Android").json()
    service.clock.advance(minutes=3)
    computer = signed_in(service, customer, OLD, label="Windows").json()
    customer.token = computer["access_token"]
    items = customer.get("/wallet/v1/sessions").json()["items"]
    assert [(one["id"], one["label"]) for one in items[:2]] == [
        (computer["id"], "Windows"),
        (phone["id"], "Android"),
    ]
    assert len(items) == 3
    assert customer.post(f"/wallet/v1/sessions/{phone['id']}/end", {}).status_code == 204
    stolen = Customer(service.client, customer.id, phone["access_token"], customer.facts)
    assert stolen.get("/wallet/v1/account").status_code == 401
    answers = [
        service.client.post("/wallet/v1/sessions/refresh", json={"refresh_token": one["refresh_token"]})
        for one in (phone, computer)
    ]
    assert [answer.status_code for answer in answers] == [401, 201]
    customer.token = answers[1].json()["access_token"]
    assert answers[1].json()["id"] == computer["id"]
    assert phone["id"] not in [one["id"] for one in customer.get("/wallet/v1/sessions").json()["items"]]


def test_nobody_ends_anothers_session(service: Service) -> None:
    """Nor one that has ended, nor one of the staff: not there."""
    customer, stranger = service.customer(), service.customer()
    [own] = customer.get("/wallet/v1/sessions").json()["items"]
    for id in (own["id"], str(uuid4())):
        assert stranger.post(f"/wallet/v1/sessions/{id}/end", {}).status_code == 404
    assert customer.get("/wallet/v1/account").status_code == 200


@pytest.mark.parametrize("label", ["", "x" * 41, "<b>", "a\nb", "điện thoại\u202e"])
def test_a_label_is_plain_and_short(service: Service, label: str) -> None:
    """It is shown to the customer, and no more than a word."""
    customer = service.customer()
    assert signed_in(service, customer, OLD, label=label).status_code == 422
