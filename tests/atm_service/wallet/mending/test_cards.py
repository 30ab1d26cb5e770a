"""A card that has expired: asked about, then nothing goes out, until another is verified by its owner."""

from typing import Any

import pytest
from httpx2 import Response

from tests.atm_service.mending import OTHER_FACE, faces_compared, picture, signed_in
from tests.atm_service.registers.headroom.test_cooling import assisted, by_card, pay_out, send
from tests.atm_service.world import Customer, Service
from tests.contract.documented import slug_of
from tests.kyc.card_texts import qr, zone

EXPIRES = {"until": "261120"}  # on a Friday; the month's last day is kept


def owner(service: Service, **changes: Any) -> Customer:
    """Open a wallet with a card that expires on 20 November 2026."""
    number = f"020085{next(_numbers):06d}"
    return service.customer(id_number=number, mrz=zone(number, **EXPIRES), **changes)


_numbers = iter(range(910_001, 920_000))


def verify(customer: Customer, **changes: Any) -> Response:
    body = {
        "pin": customer.facts["pin"],
        "card_qr": qr(customer.facts["id_number"]),
        "face_capture": picture(),
        **changes,
    }
    return customer.post("/wallet/v1/card", body)


def on(service: Service, customer: Customer, month: int, day: int) -> Customer:
    """Come back on a day, at nine in the morning in Vietnam."""
    service.clock.now = service.clock.now.replace(month=month, day=day)
    return service.again(customer)


def test_a_card_is_asked_about_and_then_stops_what_goes_out(service: Service) -> None:
    """To the day: asked from December, stopped from the 31st, codes of before aside; another card lets it out."""
    customer = owner(service)
    assert customer.account()["card_stops_on"] is None
    customer = on(service, customer, 11, 30)
    assert customer.account()["card_stops_on"] is None
    customer = on(service, customer, 12, 1)
    assert customer.account()["card_stops_on"] == "2026-12-31"
    customer = on(service, customer, 12, 30)
    code = customer.code(50_000)
    service.clock.advance(hours=15)  # midnight in Vietnam
    customer = service.again(customer)
    refused = customer.authorise(50_000)
    assert (slug_of(refused), refused.json()["since"]) == ("card-lapsed", "2026-12-31")
    assert verify(customer).status_code == 204
    assert customer.account()["card_stops_on"] is None
    assert customer.authorise(50_000).status_code == 201
    assert customer.look(code["id"])["status"] == "authorised"
    assert [row["actor"] for row in service.trail("card-verified")] == [customer.id]


def test_no_way_out_is_open(service: Service) -> None:
    """A code, cash by card, transfers on the phone and at the counter, a payout; what comes in still does."""
    customer, friend, clerk = owner(service), service.customer(), service.clerk()
    customer, friend = on(service, customer, 12, 31), service.again(friend)
    clerk = service.again(clerk)
    ways = (
        customer.authorise(50_000),
        by_card(clerk, customer, 50_000),
        send(customer, friend, 50_000),
        assisted(clerk, customer, friend, 50_000),
        pay_out(customer, 50_000),
    )
    assert {slug_of(answer) for answer in ways} == {"card-lapsed"}
    assert send(friend, customer, 50_000).status_code == 201


def test_a_card_that_nobody_read_stops_nothing(service: Service) -> None:
    """Who came before cards were read, or has one for life, is not asked."""
    before = service.customer()
    for_life = service.customer(id_number="020085920001", mrz=zone("020085920001", until="991231"))
    service.clock.advance(days=365 * 40)
    for customer in (before, for_life):
        back = service.again(customer)
        assert back.account()["card_stops_on"] is None
        assert back.authorise(50_000).status_code == 201


@pytest.mark.parametrize(
    ("changes", "slug", "field"),
    [
        ({"pin": "735109"}, "wrong-pin", None),
        ({"card_qr": qr("020085999999")}, "applicant-refused", ("card_qr", "another-card")),
        ({"card_qr": "no card"}, "applicant-refused", ("card_qr", "unreadable")),
        ({"mrz": zone("020085999999")}, "applicant-refused", ("mrz", "another-card")),
        ({"mrz": zone("020085999999", until="261115")}, "applicant-refused", ("mrz", "expired")),
        ({"face_capture": picture(OTHER_FACE)}, "face-not-matched", None),
        ({"card_qr": None}, "applicant-refused", ("card_qr", "unreadable")),
    ],
)
def test_with_one_thing_wrong_the_card_stays_expired(
    service: Service, changes: dict[str, Any], slug: str, field: tuple[str, str] | None
) -> None:
    """Another's card, one that is over or cannot be read, another's face, a wrong PIN."""
    customer = on(service, owner(service), 12, 31)
    answer = verify(customer, **changes)
    assert slug_of(answer) == slug
    if field is not None:
        assert (answer.json()["field"], answer.json()["reason"]) == field
    assert slug_of(customer.authorise(50_000)) == "card-lapsed"


def test_a_face_is_compared_last(service: Service) -> None:
    """Each picture costs money: none is compared for a wrong PIN or another's card."""
    customer = owner(service)
    before = faces_compared(service)
    verify(customer, pin="735109")
    verify(customer, card_qr=qr("020085999999"))
    assert faces_compared(service) == before


def test_a_picture_is_good_for_one_card(service: Service) -> None:
    """Sent again after a lost answer it is good; with another card it is not."""
    customer, taken = owner(service), picture()
    assert verify(customer, face_capture=taken).status_code == 204
    assert verify(customer, face_capture=taken).status_code == 204
    other = zone(customer.facts["id_number"], until="991231")
    assert slug_of(verify(customer, card_qr=None, mrz=other, face_capture=taken)) == "face-not-matched"


def test_a_frozen_wallet_takes_no_card(service: Service) -> None:
    """Who froze it thaws it first."""
    customer = owner(service)
    assert customer.post("/wallet/v1/freeze").status_code == 204
    assert slug_of(verify(signed_in(service, customer))) == "wallet-frozen"
