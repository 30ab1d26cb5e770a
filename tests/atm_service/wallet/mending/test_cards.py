"""A card that has expired: asked about, then nothing goes out, until another is verified by its owner."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import Response

from tests.atm_service.mending import OTHER_FACE, faces_compared, picture, signed_in
from tests.atm_service.registers.headroom.test_cooling import assisted, by_card, pay_out, send
from tests.atm_service.world import Customer, Service, no_answer
from tests.contract.documented import slug_of
from tests.kyc.card_texts import qr, zone

BORN = date(1986, 11, 20)  # so the card of before 38 ends at 40, on a Friday; the month's last day is kept


def owner(service: Service, **changes: Any) -> Customer:
    """Open a wallet with a card that expires on 20 November 2026."""
    number = f"020086{next(_numbers):06d}"
    facts = {"id_number": number, "date_of_birth": BORN.isoformat(), "mrz": back(number, "261120")}
    return service.customer(**facts, **changes)


def back(number: str, until: str) -> str:
    return zone(number, born=f"{BORN:%y%m%d}", until=until)


_numbers = iter(range(910_001, 920_000))


def verify(customer: Customer, **changes: Any) -> Response:
    body = {
        "pin": customer.facts["pin"],
        "card_qr": qr(customer.facts["id_number"], born=BORN),
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
    for_life = service.customer(
        id_number="020066920001",
        date_of_birth="1966-04-12",
        mrz=zone("020066920001", born="660412", until="991231"),
    )
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
        ({"mrz": zone("020085999999", until="250412")}, "applicant-refused", ("mrz", "expired")),
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
    other = back(customer.facts["id_number"], "461120")
    assert slug_of(verify(customer, card_qr=None, mrz=other, face_capture=taken)) == "face-not-matched"


@pytest.mark.parametrize(
    "sample",
    ["sample-expired-card", "sample-tampered", "sample-no-life", "sample-weak-face"],
)
def test_another_card_is_seen_before_money_goes_out_by_it(service: Service, sample: str) -> None:
    """Its texts are typed by whoever wants it good: the provider judges its pictures, as at the opening."""
    customer = on(service, owner(service), 12, 31)
    answer = verify(customer, face_capture=picture(sample))
    assert (slug_of(answer), answer.json()["field"], answer.json()["reason"]) == (
        "applicant-refused",
        "face_capture",
        "card-not-approved",
    )
    assert slug_of(customer.authorise(50_000)) == "card-lapsed"


@pytest.mark.parametrize("until", ["991231", "900101"])
def test_a_lapsed_card_is_not_typed_anew_as_a_longer_one(service: Service, until: str) -> None:
    """At 40 nobody has a card for life: one that is made before 58 ends at 60."""
    customer = on(service, owner(service), 12, 31)
    answer = verify(customer, card_qr=None, mrz=back(customer.facts["id_number"], until))
    assert (slug_of(answer), answer.json()["reason"]) == ("applicant-refused", "unreadable")
    assert slug_of(customer.authorise(50_000)) == "card-lapsed"


def test_the_picture_of_the_application_is_no_fresh_face(service: Service) -> None:
    """Who saw its name at the opening does not verify a card with it."""
    taken = picture()
    customer = on(service, owner(service, capture=taken), 12, 31)
    assert slug_of(verify(customer, face_capture=taken)) == "face-not-matched"


def test_the_picture_of_a_withdrawal_is_no_fresh_face(service: Service) -> None:
    """Nor with that which stepped a large amount up; the same intention under its key is told again."""
    customer, taken, key = owner(service, balance=15_000_000), picture(), str(uuid4())
    for _ in range(2):
        assert customer.authorise(11_000_000, key, face_capture=taken).status_code == 201
    assert slug_of(verify(customer, face_capture=taken)) == "face-not-matched"


@pytest.mark.parametrize("asked", ["match_face", "check"])
def test_a_silent_provider_uses_no_pictures_up(
    service: Service, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """One picture that is sent again until there is an answer is one: nobody's money is shut in for a day by it."""
    customer, taken = on(service, owner(service), 12, 31), picture()
    with monkeypatch.context() as patch:
        patch.setattr(service.context.provider, asked, no_answer)
        for _ in range(service.context.policy.attempts.face.most):
            assert verify(customer, face_capture=taken).status_code == 503
    assert verify(customer, face_capture=taken).status_code == 204
    assert [wrong for _, wrong in faces_compared(service)] == [1]


def test_a_frozen_wallet_takes_no_card(service: Service) -> None:
    """Who froze it thaws it first."""
    customer = owner(service)
    assert customer.post("/wallet/v1/freeze").status_code == 204
    assert slug_of(verify(signed_in(service, customer))) == "wallet-frozen"
