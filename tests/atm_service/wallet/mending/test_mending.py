"""From the phone: a wallet is frozen at once, and a forgotten PIN set anew by face and code; by nobody else."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx2 import Response

from tests.atm_service.mending import (
    NEW_PIN,
    OTHER_FACE,
    came,
    card,
    digits,
    faces_compared,
    other_than,
    picture,
    signed_in,
)
from tests.atm_service.world import Customer, Service
from tests.contract.documented import slug_of

NOBODY = "0387000111"


def ask(service: Service, phone: str, purpose: str = "pin-reset") -> dict[str, Any]:
    answer = service.client.post("/wallet/v1/phone-codes", json={"purpose": purpose, "phone": phone})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def proofs(service: Service, customer: Customer) -> dict[str, Any]:
    phone = customer.facts["phone"]
    code_id = ask(service, phone)["id"]
    code = digits(service, phone)
    return {"phone": phone, "code_id": code_id, "code": code, "face_capture": picture(), "new_pin": NEW_PIN}


def reset(service: Service, body: dict[str, Any]) -> Response:
    return service.client.post("/wallet/v1/pin/reset", json=body)


def test_a_customer_freezes_the_own_wallet_at_once(service: Service) -> None:
    """Every session ends; signed in again it says who froze it, and nothing goes out."""
    customer, clerk = service.customer(), service.clerk()
    code = customer.code(50_000)
    assert customer.post("/wallet/v1/freeze").status_code == 204
    assert customer.post("/wallet/v1/freeze").status_code == 401
    assert slug_of(clerk.present(code["code"])) == "wallet-frozen"
    assert "Vi da duoc khoa luc" in came(service, customer.facts["phone"])[0]
    back = signed_in(service, customer)
    shown = back.account()
    assert (shown["frozen"], shown["frozen_by"]) == (True, "customer")
    assert slug_of(back.authorise(50_000)) == "wallet-frozen"
    assert slug_of(back.post("/wallet/v1/freeze")) == "freeze-unchanged"


def test_from_another_phone_number_and_pin_freeze_it(service: Service) -> None:
    """Who lost the phone borrows one and signs in; a number alone freezes nothing."""
    customer = service.customer()
    assert service.client.post("/wallet/v1/freeze").status_code == 401
    assert signed_in(service, customer).post("/wallet/v1/freeze").status_code == 204
    assert customer.get("/wallet/v1/account").status_code == 401


def test_a_forgotten_pin_is_set_anew_by_face_and_code(service: Service) -> None:
    customer = service.customer()
    assert reset(service, proofs(service, customer)).status_code == 204
    assert customer.get("/wallet/v1/account").status_code == 401
    assert "da duoc dat lai" in came(service, customer.facts["phone"])[0]
    assert signed_in(service, customer, pin=NEW_PIN).account()["cooling_left"] == 5_000_000


@pytest.mark.parametrize(
    ("changed", "slug"),
    [
        ({"face_capture": picture(OTHER_FACE)}, "face-not-matched"),
        ({"face_capture": "sample-doubtful"}, "face-not-matched"),
        ({"phone": NOBODY}, "phone-not-proved"),
        ({"phone": "12345678901"}, "applicant-refused"),
        ({"new_pin": "120485"}, "pin-weak"),
        ({"code_id": "00000000-0000-4000-8000-000000000000"}, "not-found"),
    ],
)
def test_with_one_thing_wrong_the_old_pin_stays(service: Service, changed: dict[str, str], slug: str) -> None:
    customer = service.customer()
    assert slug_of(reset(service, {**proofs(service, customer), **changed})) == slug
    assert customer.code(50_000)


def test_a_thief_with_the_number_gets_nothing(service: Service) -> None:
    """With the SIM swapped the codes come to the thief; the face does not. Nor does the victim's help for another."""
    victim, thief = service.customer(), service.customer()
    assert (
        slug_of(reset(service, {**proofs(service, victim), "face_capture": picture(OTHER_FACE)}))
        == "face-not-matched"
    )
    # The thief's own code and face do nothing to another's number, and ask the provider nothing about its owner.
    before = faces_compared(service)
    own = proofs(service, thief)
    assert slug_of(reset(service, {**own, "phone": victim.facts["phone"]})) == "phone-not-proved"
    assert faces_compared(service) == before
    opening = ask(service, NOBODY, "opening")
    code = came(service, NOBODY)[0][10:16]
    other_purpose = {**own, "code_id": opening["id"], "code": code}
    assert slug_of(reset(service, {**other_purpose, "phone": victim.facts["phone"]})) == "phone-not-proved"
    assert victim.code(50_000)


def test_nobody_learns_whether_a_number_has_a_wallet(service: Service) -> None:
    """The same answer, the same rows; the message says it to whoever has the phone."""
    customer = service.customer()
    with_one, without = ask(service, customer.facts["phone"]), ask(service, NOBODY)
    assert with_one.keys() == without.keys()
    assert {len(one["id"]) for one in (with_one, without)} == {36}
    assert "so nay chua co vi" in came(service, NOBODY)[0]
    thief = service.customer()
    own = proofs(service, thief)
    wrong = {**own, "code": other_than(own["code"])}
    unknown = {**own, "code_id": "00000000-0000-4000-8000-000000000000"}
    for body, slug in ((wrong, "phone-code-wrong"), (unknown, "not-found"), (own, "phone-not-proved")):
        for phone in (customer.facts["phone"], NOBODY):
            assert slug_of(reset(service, {**body, "phone": phone})) == slug


def test_a_frozen_wallet_keeps_its_pin_from_afar(service: Service) -> None:
    """Somebody else may have the phone."""
    customer = service.customer()
    body = proofs(service, customer)
    assert customer.post("/wallet/v1/freeze").status_code == 204
    assert slug_of(reset(service, body)) == "wallet-frozen"
    assert signed_in(service, customer).account()["frozen_by"] == "customer"


def test_of_two_resets_at_once_one_is_done(service: Service) -> None:
    customer = service.customer()
    body, pins = proofs(service, customer), ["927364", "640193", "815027", "370946"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda pin: reset(service, {**body, "new_pin": pin}), pins))
    assert [one.status_code for one in answers].count(204) == 1
    assert {slug_of(one) for one in answers if one.is_error} <= {"phone-not-proved", "phone-code-over"}


def test_wrong_codes_are_counted(service: Service) -> None:
    customer = service.customer()
    body = proofs(service, customer)
    wrong = [reset(service, {**body, "code": other_than(body["code"])}) for _ in range(5)]
    assert [one.json()["remaining_attempts"] for one in wrong] == [4, 3, 2, 1, 0]
    assert slug_of(reset(service, body)) == "phone-code-over"


def test_who_was_helped_at_the_counter_thaws_there_and_not_from_afar(service: Service) -> None:
    """The wallet has no road that thaws."""
    customer, clerk = service.customer(), service.clerk()
    assert customer.post("/wallet/v1/freeze").status_code == 204
    thawed = clerk.post("/counter/v1/help/thaw", {**card(customer), "face_capture": picture()})
    assert thawed.json()["frozen_by"] is None
    assert signed_in(service, customer).code(50_000)
