"""At the counter: a wallet is frozen and thawed, a forgotten PIN set anew, a number changed; for nobody else."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from atm_service.platform.policy import Tries
from kyc.provider import FaceRequest, FaceResult
from tests.atm_service.mending import (
    CLEAR,
    NEW_PHONE,
    NEW_PIN,
    OTHER_FACE,
    came,
    card,
    change,
    digits,
    faces_compared,
    for_phone,
    for_pin,
    other_than,
    picture,
    reset,
    send_code,
    signed_in,
)
from tests.atm_service.world import OTHER_OFFICE, Clerk, Customer, Service, no_answer
from tests.contract.documented import slug_of

AMOUNT = 50_000


def sign_in_by(service: Service, phone: str, pin: str) -> int:
    return service.client.post("/wallet/v1/sessions", json={"phone": phone, "pin": pin}).status_code


def freeze(clerk: Clerk, customer: Customer, key: str | None = None) -> str:
    answer = clerk.post("/counter/v1/help/freeze", card(customer), key)
    return slug_of(answer) if answer.is_error else str(answer.json()["frozen_by"])


def thaw(clerk: Clerk, customer: Customer, capture: str = CLEAR) -> str:
    answer = clerk.post("/counter/v1/help/thaw", {**card(customer), "face_capture": picture(capture)})
    return slug_of(answer) if answer.is_error else str(answer.json()["frozen_by"])


def test_who_lost_the_phone_freezes_the_wallet_by_the_card(service: Service) -> None:
    """Without PIN or phone; nothing is paid from then on, and the phone is told. Thawed by card and face."""
    customer, clerk = service.customer(), service.clerk()
    code = customer.code(AMOUNT)
    shown = clerk.post("/counter/v1/help/customer", card(customer)).json()
    assert (shown["frozen_by"], shown["phone_end"]) == (None, customer.facts["phone"][-3:])

    key = str(uuid4())
    assert [freeze(clerk, customer, key) for _ in range(2)] == ["customer", "customer"]
    assert freeze(clerk, customer) == "freeze-unchanged"
    assert customer.get("/wallet/v1/account").status_code == 401
    assert slug_of(clerk.present(code["code"])) == "wallet-frozen"
    assert "Vi da duoc khoa luc" in came(service, customer.facts["phone"])[0]

    assert thaw(clerk, customer, OTHER_FACE) == "face-not-matched"
    assert thaw(clerk, customer) == "None"
    assert thaw(clerk, customer) == "freeze-unchanged"
    assert "Vi da duoc mo khoa" in came(service, customer.facts["phone"])[0]
    assert clerk.serve(customer, code).status_code == 201


def test_what_the_staff_have_frozen_is_not_thawed_at_a_counter(service: Service) -> None:
    """And what the customer has frozen they do not thaw from afar: each freeze stands until its own thaw."""
    customer, clerk, boss = service.customer(), service.clerk(), service.staff("supervisor")

    def by_staff(*, frozen: bool) -> str:
        body = {"frozen": frozen, "reason": "công an yêu cầu"}
        answer = boss.post(f"/staff/v1/customers/{customer.id}/freeze", body)
        return slug_of(answer) if answer.is_error else str(answer.json()["frozen_by"])

    assert freeze(clerk, customer) == "customer"
    assert by_staff(frozen=False) == "frozen-by-customer"
    assert by_staff(frozen=True) == "staff"
    assert by_staff(frozen=True) == "freeze-unchanged"
    assert freeze(clerk, customer) == "freeze-unchanged"
    assert by_staff(frozen=False) == "customer"
    assert by_staff(frozen=True) == "staff"
    said = len(came(service, customer.facts["phone"]))
    assert thaw(clerk, customer) == "staff"
    assert thaw(clerk, customer) == "wallet-frozen"
    assert len(came(service, customer.facts["phone"])) == said  # nobody is told that it is thawed
    assert slug_of(reset(clerk, for_pin(service, clerk, customer))) == "wallet-frozen"
    assert slug_of(change(clerk, for_phone(service, clerk, customer))) == "wallet-frozen"
    assert by_staff(frozen=False) == "None"
    assert reset(clerk, for_pin(service, clerk, customer)).status_code == 200


def test_a_forgotten_pin_is_set_anew(service: Service) -> None:
    """By card, face and code: the old PIN and every session end, what wrong PINs have shut opens, codes stay good."""
    customer, clerk = service.customer(), service.clerk()
    phone, code = customer.facts["phone"], customer.code(AMOUNT)
    for _ in range(5):
        assert customer.authorise(AMOUNT, pin="111222").is_error
        sign_in_by(service, phone, "111222")
    assert sign_in_by(service, phone, customer.facts["pin"]) == 429

    assert reset(clerk, for_pin(service, clerk, customer)).status_code == 200
    assert "da duoc dat lai" in came(service, phone)[0]
    assert customer.get("/wallet/v1/account").status_code == 401
    assert sign_in_by(service, phone, customer.facts["pin"]) == 401
    back = signed_in(service, customer, pin=NEW_PIN)
    assert back.code(AMOUNT)
    assert clerk.serve(back, code).status_code == 201
    assert [one["action"] for one in service.trail("pin.reset")] == ["pin.reset"]


def test_a_weak_pin_is_refused_and_the_proof_is_good_for_another(service: Service) -> None:
    customer, clerk = service.customer(), service.clerk()
    body = for_pin(service, clerk, customer)
    assert slug_of(reset(clerk, {**body, "new_pin": "120485"})) == "pin-weak"
    assert reset(clerk, body).status_code == 200


def test_a_wallet_gets_another_number(service: Service) -> None:
    """The old number and the new one are told; the old signs in no more. Who froze the wallet may change it, too."""
    customer, clerk = service.customer(), service.clerk()
    old = customer.facts["phone"]
    assert freeze(clerk, customer) == "customer"
    answer = change(clerk, for_phone(service, clerk, customer))
    assert (answer.status_code, answer.json()["phone_end"]) == (200, NEW_PHONE[-3:])
    assert "da doi sang so dien thoai khac" in came(service, old)[0]
    assert NEW_PHONE not in came(service, old)[0]
    assert "da doi sang so nay" in came(service, NEW_PHONE)[0]
    assert thaw(clerk, customer) == "None"
    assert sign_in_by(service, old, customer.facts["pin"]) == 401
    assert signed_in(service, customer, phone=NEW_PHONE).account()["phone"] == NEW_PHONE


def test_a_number_that_has_a_wallet_is_told_so_on_the_phone_alone(service: Service) -> None:
    """The counter shows nothing of it, and no code comes."""
    customer, other, clerk = service.customer(), service.customer(), service.clerk()
    taken, free = (
        clerk.post("/counter/v1/help/code", {**card(customer), "phone": phone}).json()
        for phone in (other.facts["phone"], NEW_PHONE)
    )
    assert taken.keys() == free.keys()
    assert "So nay da co vi" in came(service, other.facts["phone"])[0]


def test_a_number_that_somebody_else_got_meanwhile_stays_theirs(service: Service) -> None:
    """Two customers prove one number, and the first has it."""
    first, second, clerk = service.customer(), service.customer(), service.clerk()
    body = for_phone(service, clerk, first)
    late = for_phone(service, clerk, second)
    assert change(clerk, body).status_code == 200
    assert slug_of(change(clerk, late)) == "phone-not-proved"
    assert signed_in(service, second).account()["phone"] == second.facts["phone"]


def test_a_thief_with_the_phone_gets_nothing(service: Service) -> None:
    """The code comes to the stolen phone, at a counter and from afar; the face is another's."""
    victim, clerk = service.customer(), service.clerk()
    assert (
        slug_of(reset(clerk, for_pin(service, clerk, victim, face_capture=picture(OTHER_FACE))))
        == "face-not-matched"
    )
    phone = victim.facts["phone"]
    service.clock.advance(minutes=2)
    asked = service.client.post(
        "/wallet/v1/phone-codes", json={"purpose": "pin-reset", "phone": phone}
    ).json()
    body = {"phone": phone, "code_id": asked["id"], "code": digits(service, phone), "new_pin": NEW_PIN}
    afar = service.client.post("/wallet/v1/pin/reset", json={**body, "face_capture": picture(OTHER_FACE)})
    assert slug_of(afar) == "face-not-matched"
    assert slug_of(change(clerk, for_phone(service, clerk, victim, face_capture=picture(OTHER_FACE)))) == (
        "face-not-matched"
    )
    assert sign_in_by(service, phone, NEW_PIN) == 401
    assert victim.code(AMOUNT)


def test_a_clerk_alone_takes_no_wallet_over(service: Service) -> None:
    """Who has a copy of the card has neither the phone's code nor the face; and the old number hears of a change."""
    victim, clerk = service.customer(), service.clerk()
    code_id = send_code(service, clerk, victim)
    right = digits(service, victim.facts["phone"])
    body = {**card(victim), "code_id": code_id, "code": other_than(right), "face_capture": picture()}
    assert slug_of(reset(clerk, {**body, "new_pin": NEW_PIN})) == "phone-code-wrong"
    # A code that came to the clerk's own phone proves that phone, for a number, and nothing for a PIN.
    own = send_code(service, clerk, victim, NEW_PHONE)
    mine = {**card(victim), "code_id": own, "code": digits(service, NEW_PHONE), "face_capture": picture()}
    assert slug_of(reset(clerk, {**mine, "new_pin": NEW_PIN})) == "phone-not-proved"
    assert slug_of(change(clerk, {**mine, "phone": "0387654322"})) == "phone-not-proved"
    assert (
        slug_of(change(clerk, {**mine, "phone": NEW_PHONE, "face_capture": picture(OTHER_FACE)}))
        == "face-not-matched"
    )
    # With a mask that fools the provider the number is taken, and its owner told where to call.
    assert change(clerk, {**mine, "phone": NEW_PHONE}).status_code == 200
    assert service.context.settings.hotline in came(service, victim.facts["phone"])[0]


def test_a_code_is_for_one_thing(service: Service) -> None:
    """One that came to a number for opening an account proves it for that, and for no wallet that is there."""
    customer, clerk = service.customer(), service.clerk()
    asked = service.client.post(
        "/wallet/v1/phone-codes", json={"purpose": "opening", "phone": NEW_PHONE}
    ).json()
    proofs = {"code_id": asked["id"], "code": digits(service, NEW_PHONE), "face_capture": picture()}
    wish = {**card(customer), **proofs, "phone": NEW_PHONE}
    assert slug_of(change(clerk, wish)) == "phone-not-proved"
    assert change(clerk, for_phone(service, clerk, customer)).status_code == 200


def test_faces_are_compared_few_times_a_day(service: Service) -> None:
    """Each picture counts, right or wrong, before it is compared: of many at once no more are looked at."""
    service.change_tries(face=Tries(most=3, within_min=1_440, shut_min=1_440))
    customer, clerk = service.customer(), service.clerk()
    freeze(clerk, customer)
    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda _: thaw(clerk, customer, OTHER_FACE), range(6)))
    assert sorted(said) == ["face-not-matched"] * 3 + ["too-many-attempts"] * 3
    assert thaw(clerk, customer) == "too-many-attempts"
    assert thaw(service.clerk(drawer=2), customer) == "None"


def test_guesses_of_the_code_are_counted_one_by_one(service: Service) -> None:
    """Of many at once five are compared; then the right one is refused, too, and no face was asked for."""
    customer, clerk = service.customer(), service.clerk()
    body = for_pin(service, clerk, customer)
    wrong = {**body, "code": other_than(body["code"])}
    with ThreadPoolExecutor(8) as pool:
        said = [slug_of(one) for one in pool.map(lambda _: reset(clerk, wrong), range(8))]
    assert sorted(said) == ["phone-code-over"] * 3 + ["phone-code-wrong"] * 5
    assert slug_of(reset(clerk, body)) == "phone-code-over"
    assert faces_compared(service) == []


def test_of_two_resets_at_once_one_is_done(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """One code is one PIN: all are proved before any acts, and all but one find it used."""
    customer, clerk = service.customer(), service.clerk()
    body = for_pin(service, clerk, customer)
    pins = ["927364", "640193", "815027", "370946"]
    together, match = threading.Barrier(len(pins), timeout=30), service.context.provider.match_face

    def meet(request: FaceRequest, timeout_s: float) -> FaceResult:
        together.wait()
        return match(request, timeout_s)

    monkeypatch.setattr(service.context.provider, "match_face", meet)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda pin: reset(clerk, {**body, "new_pin": pin}), pins))
    done = [pin for pin, answer in zip(pins, answers, strict=True) if answer.status_code == 200]
    assert len(done) == 1
    assert {slug_of(answer) for answer in answers if answer.is_error} == {"phone-not-proved"}
    opened = [sign_in_by(service, customer.facts["phone"], pin) == 201 for pin in pins]
    assert [pin for pin, is_right in zip(pins, opened, strict=True) if is_right] == done


def test_repeated_with_its_key_it_is_told_and_not_done_again(service: Service) -> None:
    """No code, face or PIN is compared again; the key tells nothing of which PIN is right."""
    customer, clerk = service.customer(), service.clerk()
    body, key = for_pin(service, clerk, customer), str(uuid4())
    first = reset(clerk, body, key)
    again = [reset(clerk, {**body, "new_pin": pin}, key) for pin in (NEW_PIN, "640193")]
    assert [one.json() for one in again] == [first.json()] * 2
    assert {one.headers["Idempotency-Replayed"] for one in again} == {"true"}
    assert sign_in_by(service, customer.facts["phone"], NEW_PIN) == 201
    assert len(service.trail("pin.reset")) == 1


def test_without_the_providers_word_nothing_is_done(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silent or slow: it is asked again, with the same code."""
    customer, clerk = service.customer(), service.clerk()
    body = for_pin(service, clerk, customer)
    with monkeypatch.context() as silent:
        silent.setattr(service.context.provider, "match_face", no_answer)
        assert slug_of(reset(clerk, body)) == "unavailable"
    assert sign_in_by(service, customer.facts["phone"], NEW_PIN) == 401
    assert reset(clerk, body).status_code == 200


def test_the_provider_is_asked_outside_of_any_transaction(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it thinks, a freeze at another counter goes through; then the freeze stands, and the number is changed."""
    customer, clerk, other = service.customer(), service.clerk(), service.clerk(drawer=2)
    body, provider, frozen = for_phone(service, clerk, customer), service.context.provider, []
    match = provider.match_face

    def thinking(request: FaceRequest, timeout_s: float) -> FaceResult:
        frozen.append(freeze(other, customer))
        return match(request, timeout_s)

    monkeypatch.setattr(provider, "match_face", thinking)
    answer = change(clerk, body)
    assert frozen == ["customer"]
    assert answer.json()["frozen_by"] == "customer"


def test_strangers_keep_nobody_from_being_helped(service: Service) -> None:
    """Who asks for codes from afar until a number's day is used up does not use up the counter's."""
    customer, clerk = service.customer(), service.clerk()
    ask = {"purpose": "pin-reset", "phone": customer.facts["phone"]}
    for _ in range(6):
        last = service.client.post("/wallet/v1/phone-codes", json=ask)
        service.clock.advance(minutes=2)
    assert slug_of(last) == "too-many-attempts"
    assert reset(clerk, for_pin(service, clerk, customer)).status_code == 200


def test_a_clerk_elsewhere_keeps_nobody_from_being_helped(service: Service) -> None:
    """Who asks at one office until a number's day is used up there does not use up another office's."""
    customer, bad, good = service.customer(), service.clerk(OTHER_OFFICE), service.clerk()
    for _ in range(6):
        last = bad.post("/counter/v1/help/code", card(customer))
        service.clock.advance(minutes=2)
    assert slug_of(last) == "too-many-attempts"
    assert reset(good, for_pin(service, good, customer)).status_code == 200


def test_all_counters_together_have_a_ceiling(service: Service) -> None:
    """Clerks of many offices at once do not fill a phone."""
    service.change_tries(phone_code_counters=Tries(most=2, within_min=1_440, shut_min=1_440))
    customer = service.customer()
    for clerk in (service.clerk(OTHER_OFFICE), service.clerk()):
        assert send_code(service, clerk, customer)
    service.clock.advance(minutes=2)
    assert (
        slug_of(service.clerk(drawer=2).post("/counter/v1/help/code", card(customer))) == "too-many-attempts"
    )


def test_who_was_looked_at_stands_on_the_trail(service: Service) -> None:
    """And to whom codes were sent, by whom and where; nothing personal, and nothing of the number."""
    customer, clerk = service.customer(), service.clerk()
    assert clerk.post("/counter/v1/help/customer", card(customer)).status_code == 200
    send_code(service, clerk, customer)
    send_code(service, clerk, customer, NEW_PHONE)
    (looked,), sent = service.trail("customer.looked-at"), service.trail("customer.code-sent")
    assert {one["subject"] for one in (looked, *sent)} == {customer.id}
    assert {one["actor"] for one in (looked, *sent)} == {clerk.id}
    assert looked["detail"] == {"checked": "qr"}
    assert [one["detail"] for one in sent] == [
        {"checked": "qr", "purpose": purpose} for purpose in ("pin-reset", "phone-change")
    ]


def test_a_card_of_nobody_and_a_closed_drawer_help_nobody(service: Service) -> None:
    customer, clerk = service.customer(), service.clerk(shift=False)
    assert freeze(clerk, customer) == "no-open-shift"
    other = service.clerk(drawer=2)
    stranger = replace(customer, facts={**customer.facts, "id_number": "020085999999"})
    assert freeze(other, stranger) == "payer-card-unknown"


def test_a_picture_is_good_once(service: Service) -> None:
    """A clerk who saw its name at an honest thaw takes nothing over later, alone, with a copy of the card."""
    victim, clerk, seen = service.customer(), service.clerk(), picture()
    assert freeze(clerk, victim) == "customer"
    thawed = clerk.post("/counter/v1/help/thaw", {**card(victim), "face_capture": seen})
    assert thawed.json()["frozen_by"] is None
    service.clock.advance(days=40)
    clerk = service.again(clerk)
    body = for_phone(service, clerk, victim, face_capture=seen)
    assert slug_of(change(clerk, body)) == "face-not-matched"
    pin = for_pin(service, clerk, victim, face_capture=seen)
    assert slug_of(reset(clerk, pin)) == "face-not-matched"
    afar = {**pin, "phone": victim.facts["phone"]}
    del afar["id_number"], afar["checked"]
    assert slug_of(service.client.post("/wallet/v1/pin/reset", json=afar)) == "face-not-matched"
    assert freeze(clerk, victim) == "customer"
    again = clerk.post("/counter/v1/help/thaw", {**card(victim), "face_capture": seen})
    assert slug_of(again) == "face-not-matched"
    with service.context.transaction() as session:
        kept = session.exec_driver_sql(
            "SELECT count(*), bool_or(used_for ~ 'sample') FROM service.face_capture"
        )
        assert tuple(kept.one()) == (2, False)  # of the opening and of the thaw


def test_with_the_same_code_the_same_picture_is_asked_about_again(service: Service) -> None:
    """A weak PIN is typed anew on the keypad page; what acted once is over with its code."""
    customer, clerk = service.customer(), service.clerk()
    body = for_pin(service, clerk, customer)
    assert slug_of(reset(clerk, {**body, "new_pin": "123456"})) == "pin-weak"
    assert reset(clerk, body).status_code == 200
    assert slug_of(reset(clerk, {**body, "new_pin": "640193"})) in {"phone-not-proved", "phone-code-over"}
