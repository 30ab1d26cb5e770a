"""A phone is proved by a one-time code before an account is opened with its number."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from atm_service.platform.notifier import NotTaken, Text
from atm_service.platform.policy import Tries
from atm_service.registers.messages import service as messages
from atm_service.registers.messages.simulated import SimulatedPhones
from atm_service.run import housekeeping
from tests.atm_service.records import rows
from tests.atm_service.world import Service
from tests.contract.documented import slug_of

PHONE, OTHER = "0912345678", "0987654321"
CODE = re.compile(r"([0-9]{6}) la ma mo vi")


def ask(service: Service, phone: str = PHONE) -> Response:
    return service.client.post("/wallet/v1/phone-codes", json={"purpose": "opening", "phone": phone})


def asked(service: Service, phone: str = PHONE) -> str:
    answer = ask(service, phone)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def read(service: Service, phone: str = PHONE) -> list[str]:
    """Carry what is due, and give what this phone shows, the newest first."""
    messages.deliver(service.context)
    assert isinstance(service.context.notifier, SimulatedPhones)
    return [one.words for one in service.context.notifier.came() if one.number == phone]


def code_on(service: Service, phone: str = PHONE) -> str:
    found = CODE.search(read(service, phone)[0])
    assert found
    return found[1]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def prove(service: Service, id: str, code: str) -> Response:
    return service.client.post(f"/wallet/v1/phone-codes/{id}/proof", json={"code": code})


def proved(service: Service, phone: str = PHONE) -> str:
    id = asked(service, phone)
    assert prove(service, id, code_on(service, phone)).status_code == 204
    return id


def apply(service: Service, proof: str, phone: str = PHONE, **changes: Any) -> str:
    answer = service.apply(phone=phone, phone_proof=proof, **changes)
    return str(answer.json()["status"]) if answer.status_code == 201 else slug_of(answer)


def test_an_account_is_opened_with_a_proved_phone(service: Service) -> None:
    """Ask, read the message, give its digits, apply: as a person does. The number may be typed in any form."""
    answer = ask(service, "+84 912 345 678").json()
    assert (answer["digits"], answer["expires_at"], answer["again_at"]) == (
        6,
        "2026-11-16T02:10:00Z",
        "2026-11-16T02:01:00Z",
    )
    assert prove(service, answer["id"], code_on(service)).status_code == 204
    assert apply(service, answer["id"]) == "approved"


def test_nothing_is_opened_without_a_proof(service: Service) -> None:
    """Not without one, not by one that was only asked for, nor by one that is none."""
    body = {"full_name": "Nông Văn Thắng", "date_of_birth": "1985-04-12", "id_number": "020085900001"}
    body |= {"phone": PHONE, "pin": "480152", "capture": "sample-clear"}
    assert service.client.post("/wallet/v1/applications", json=body).status_code == 422
    assert apply(service, asked(service)) == "phone-not-proved"
    assert apply(service, str(uuid4())) == "phone-not-proved"


def test_a_proof_is_for_one_number_and_one_use(service: Service) -> None:
    """Another number is not proved by it, nor a second person's application; what is refused uses nothing up."""
    proof = proved(service)
    assert apply(service, proof, OTHER) == "phone-not-proved"
    assert apply(service, proof, id_number="020099900001") == "applicant-refused"
    assert apply(service, proof) == "approved"
    assert apply(service, proof) == "phone-not-proved"
    assert prove(service, proof, "000000").status_code == 410


def test_an_application_whose_answer_was_lost_is_found_by_its_proof(service: Service) -> None:
    """Sent again for the same card it is the same application, as it is now; ten at once are one."""
    proof = proved(service)

    def send(_: int) -> Response:
        return service.apply(phone=PHONE, phone_proof=proof, id_number="020085900001")

    with ThreadPoolExecutor(10) as pool:
        made = {answer.json()["id"] for answer in pool.map(send, range(10))}
    assert made == {send(0).json()["id"]}
    assert send(0).json()["status"] == "approved"
    with service.context.transaction() as session:
        assert len(rows(session, "service.application")) == 1


def test_a_proof_ends(service: Service) -> None:
    """An hour is time to fill the form in; whoever comes later asks for another code."""
    proof = proved(service)
    service.clock.advance(minutes=60)
    assert apply(service, proof) == "phone-not-proved"


def test_wrong_digits_are_counted_and_end_the_code(service: Service) -> None:
    """Five, even of the right digits' owner; the next code is another."""
    id, code = asked(service), code_on(service)
    left = [prove(service, id, other_than(code)).json()["remaining_attempts"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert slug_of(prove(service, id, code)) == "phone-code-over"
    assert apply(service, id) == "phone-not-proved"
    service.clock.advance(minutes=1)
    assert apply(service, proved(service)) == "approved"


def test_guesses_at_once_are_counted_one_by_one(service: Service) -> None:
    """Twenty at the same moment are five guesses."""
    id, code = asked(service), code_on(service)
    with ThreadPoolExecutor(20) as pool:
        slugs = list(pool.map(lambda _: slug_of(prove(service, id, other_than(code))), range(20)))
    assert (slugs.count("phone-code-wrong"), slugs.count("phone-code-over")) == (5, 15)


def test_a_code_ends_and_the_right_digits_may_be_given_twice(service: Service) -> None:
    """An answer was lost: the same again is the same. After ten minutes there is nothing to compare."""
    id, code = asked(service), code_on(service)
    service.clock.advance(minutes=9, seconds=59)
    for _ in range(2):
        assert prove(service, id, code).status_code == 204
    service.clock.advance(minutes=1)
    late, lateness = asked(service), code_on(service)
    service.clock.advance(minutes=10)
    assert slug_of(prove(service, late, lateness)) == "phone-code-over"
    assert slug_of(prove(service, str(uuid4()), code)) == "not-found"


def test_a_code_proves_nothing_of_another_ones_question(service: Service) -> None:
    """Digits are good for the code under whose id they were sent, and for no other."""
    mine, code = asked(service), code_on(service)
    other = asked(service, OTHER)
    assert slug_of(prove(service, other, code)) == "phone-code-wrong"
    assert prove(service, mine, code).status_code == 204


def shape(answer: Response) -> list[Any]:
    return [answer.status_code, *({**answer.json(), "id": 0, "instance": 0}.items())]


def test_a_stranger_learns_nothing_of_a_number(service: Service) -> None:
    """Whether there is an account is said on the phone: all that is answered, counted and kept is the same."""
    service.customer(phone=PHONE)
    service.clock.advance(minutes=1)
    read(service)
    known, unknown = ask(service, PHONE), ask(service, OTHER)
    assert shape(known) == shape(unknown)
    assert shape(ask(service, PHONE)) == shape(ask(service, OTHER))  # too soon
    for phone, said in ((PHONE, "So nay da co vi."), (OTHER, "la ma mo vi")):
        assert said in read(service, phone)[0]
    assert not CODE.search(read(service, PHONE)[0])
    guesses = [prove(service, answer.json()["id"], "000000") for answer in (known, unknown)]
    assert shape(guesses[0]) == shape(guesses[1])
    with service.context.transaction() as session:
        kept = [row for row in rows(session, "service.phone_code") if row["wrong"]]
        counted = [row for row in rows(session, "service.attempt") if row["door"].startswith("phone-code")]
    assert [row["wrong"] for row in kept] == [1, 1]
    assert {row["wrong"] for row in counted} == {1}


def test_another_code_can_be_asked_for_after_a_minute(service: Service) -> None:
    """Sooner, the wait is told; the code from before is still good where it was asked for."""
    first, code = asked(service), code_on(service)
    service.clock.advance(seconds=30)
    refused = ask(service)
    assert (refused.status_code, refused.json()["retry_after_s"]) == (429, 31)
    service.clock.advance(seconds=30)
    asked(service)
    assert prove(service, first, code).status_code == 204


def test_how_many_are_sent_to_a_number_in_a_day(service: Service) -> None:
    """Five, whoever asks: a phone is left in peace, and a guesser has twenty-five guesses."""
    for _ in range(5):
        asked(service)
        service.clock.advance(minutes=2)
    assert slug_of(ask(service)) == "too-many-attempts"
    assert ask(service, OTHER).status_code == 201
    service.clock.advance(days=1)
    assert ask(service).status_code == 201


def test_how_many_are_asked_for_from_an_address(service: Service) -> None:
    """Each costs money: after so many from one address none is sent, and none to others is held up."""
    service.change_tries(phone_code_address=Tries(most=2, within_min=60, shut_min=60))

    def from_(host: str, n: int) -> int:
        client = TestClient(service.client.app, client=(host, 50_000))
        return client.post(
            "/wallet/v1/phone-codes", json={"purpose": "opening", "phone": f"09770000{n:02d}"}
        ).status_code

    assert [from_("203.0.113.7", n) for n in range(4)] == [201, 201, 429, 429]
    assert from_("198.51.100.7", 5) == 201


def test_a_number_that_is_no_mobile_phone_is_refused(service: Service) -> None:
    """By the field and the reason, as in the application."""
    refused = ask(service, "0243 825 1234")
    assert refused.status_code == 409
    assert (refused.json()["field"], refused.json()["reason"]) == ("phone", "not-mobile-number")


class Away:
    """A carrier that gives no word."""

    def send(self, text: Text, timeout_s: float) -> None:
        raise NotTaken


def test_a_code_waits_for_no_other_message(service: Service) -> None:
    """It goes its own way past one that is stuck."""
    service.customer(phone=PHONE)
    service.clock.advance(minutes=1)
    messages.deliver(replace(service.context, notifier=Away()))
    asked(service)
    (came,) = read(service)
    assert "So nay da co vi." in came


def test_a_code_is_not_sent_after_its_time(service: Service) -> None:
    """It dies then, and nothing of it is kept: no operator sees it, or sends it again."""
    asked(service)
    messages.deliver(replace(service.context, notifier=Away()))
    service.clock.advance(minutes=10)
    assert read(service) == []
    with service.context.transaction() as session:
        (row,) = rows(session, "service.message")
    assert (row["dead_at"], row["fault"], row["content_sealed"]) == (service.now, "too-late", None)
    assert service.staff("operator").get("/operator/v1/messages").json()["items"] == []


def test_neither_number_nor_digits_are_kept(service: Service) -> None:
    """Of a code there are keyed hashes; of two same digits they differ. After a day nothing is there."""
    id, code = asked(service), code_on(service)
    with service.context.transaction() as session:
        (row,) = rows(session, "service.phone_code")
    assert str(row["id"]) == id
    assert all(
        code.encode() not in part and PHONE.encode() not in part
        for part in (row["phone_print"], row["code_print"])
    )
    service.clock.advance(days=1, seconds=1)
    assert housekeeping.round_(service.context, service.now)["forget-old"] > 0
    with service.context.transaction() as session:
        assert rows(session, "service.phone_code") == []


@pytest.mark.parametrize("figure", ["tries_max", "lifetime_min", "proved_min"])
def test_the_policy_decides(service: Service, figure: str) -> None:
    """How often digits may be wrong, how long a code lives, and a proof."""
    rules = service.context.policy.phone_code.model_copy(update={figure: 1})
    policy = service.context.policy.model_copy(update={"phone_code": rules})
    service.context = replace(service.context, policy=policy)
    service.client.app.state.context = service.context  # type: ignore[attr-defined]
    id, code = asked(service), code_on(service)
    if figure == "tries_max":
        assert prove(service, id, other_than(code)).json()["remaining_attempts"] == 0
    elif figure == "lifetime_min":
        service.clock.advance(minutes=1)
    if figure != "proved_min":
        assert slug_of(prove(service, id, code)) == "phone-code-over"
        return
    assert prove(service, id, code).status_code == 204
    service.clock.advance(minutes=1)
    assert apply(service, id) == "phone-not-proved"
