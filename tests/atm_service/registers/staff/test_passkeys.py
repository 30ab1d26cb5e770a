"""A passkey signs in instead of the authenticator's code: here, now, once, and for its owner alone."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

import pytest
from httpx2 import Response

from atm_service.platform.policy import Tries
from atm_service.registers.staff import passkey_store
from atm_service.run import housekeeping
from tests.atm_service.control.instructions.colleague import agreed_on_member
from tests.atm_service.registers.staff.authenticator import PRESENT, Authenticator, b64
from tests.atm_service.registers.staff.test_second_factor import code_of, enrolled, sign_in, username
from tests.atm_service.world import PASSWORD, Person, Service
from tests.contract.documented import slug_of


@pytest.fixture
def service(service: Service) -> Service:
    """Give a service that asks for a second factor, and lets some more wrong guesses than one test makes."""
    service.demand_second_factor()
    service.change_tries(second_factor=Tries(most=20, within_min=15, shut_min=15))
    return service


class Holder:
    """A member with an authenticator's app, signed in, who makes passkeys."""

    def __init__(self, service: Service, role: str = "supervisor") -> None:
        self.service = service
        self.me = service.staff(role)
        self.id = self.me.id
        self.name = username(service, self.me)
        self.secret = enrolled(service, self.name)

    def code(self) -> str:
        self.service.clock.advance(minutes=1)
        return code_of(self.secret, self.service.now)

    def signed_in(self, answer: Response) -> Person:
        return Person(self.service.client, self.id, answer.json()["access_token"])

    def options(self) -> Any:
        answer = self.me.post("/staff/v1/passkeys/options", {"code": self.code()})
        assert answer.status_code == 201, answer.text
        return answer.json()["options"]

    def add(self, key: Authenticator, options: Any = None, name: str = "Khoá xanh") -> Response:
        made = key.create(options or self.options())
        return self.me.post("/staff/v1/passkeys", {"name": name, "passkey": made})

    def holding(self) -> Authenticator:
        key = Authenticator()
        assert self.add(key).status_code == 201
        return key

    def asked(self) -> Any:
        """Prove the password; give what the passkey is asked."""
        answer = sign_in(self.service, self.name)
        assert slug_of(answer) == "second-factor-needed"
        return answer.json()["passkey"]

    def finish(self, answer: dict[str, Any]) -> Response:
        body = {"username": self.name, "passkey": answer}
        return self.service.client.post("/staff/v1/sessions/passkey", json=body)


@pytest.mark.parametrize("role", ["supervisor", "operator", "auditor"])
def test_a_passkey_signs_in_after_the_password(service: Service, role: str) -> None:
    """It is asked only when the password was right; it needs no code, and each step is in the trail and on the list."""
    holder = Holder(service, role)
    assert holder.asked() is None
    key = holder.holding()
    assert "passkey" not in sign_in(service, holder.name, password="x" * 12).json()
    asked = holder.asked()
    assert (asked["rpId"], asked["userVerification"]) == ("localhost", "required")
    answer = holder.finish(key.get(asked))
    assert (answer.status_code, answer.json()["role"]) == (201, role)
    (shown,) = holder.signed_in(answer).get("/staff/v1/passkeys").json()["items"]
    assert (shown["name"], shown["used_at"] is None) == ("Khoá xanh", False)
    assert holder.me.post(f"/staff/v1/passkeys/{shown['id']}/removal").status_code == 204
    assert holder.asked() is None
    assert [row["action"] for row in service.trail("passkey.")] == ["passkey.added", "passkey.removed"]
    assert sign_in(service, holder.name, holder.code()).status_code == 201


def test_a_session_alone_makes_no_passkey(service: Service) -> None:
    """Nor a clerk: the authenticator's code of now is asked for, and no more are made than the policy says."""
    holder = Holder(service)
    assert slug_of(holder.me.post("/staff/v1/passkeys/options", {"code": None})) == "second-factor-needed"
    assert slug_of(holder.me.post("/staff/v1/passkeys/options", {"code": "000000"})) == "second-factor-wrong"
    assert slug_of(service.clerk(shift=False).get("/staff/v1/passkeys")) == "forbidden"
    for _ in range(4):
        holder.holding()
    late = holder.options()
    holder.holding()
    assert slug_of(holder.me.post("/staff/v1/passkeys/options", {"code": holder.code()})) == "passkeys-full"
    assert slug_of(holder.add(Authenticator(), late)) == "passkeys-full"


WRONG: dict[str, Callable[[Authenticator], object]] = {
    "another site": lambda key: setattr(key, "origin", "https://localhost.evil.example"),
    "another port": lambda key: setattr(key, "origin", "http://localhost:8002"),
    "another party": lambda key: setattr(key, "rp", "evil.example"),
    "an owner who was not verified": lambda key: setattr(key, "flags", PRESENT),
    "nobody there": lambda key: setattr(key, "flags", 0x04),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_was_signed_elsewhere_or_unseen_is_refused(service: Service, wrong: str) -> None:
    """When a passkey is made and when it signs in; the right one then still does."""
    holder = Holder(service)
    bad = Authenticator()
    WRONG[wrong](bad)
    assert slug_of(holder.add(bad)) == "passkey-wrong"
    key = holder.holding()
    good = dict(vars(key))
    WRONG[wrong](key)
    assert slug_of(holder.finish(key.get(holder.asked()))) == "passkey-wrong"
    vars(key).update(good)
    assert holder.finish(key.get(holder.asked())).status_code == 201


def test_a_signature_over_something_else_is_refused(service: Service) -> None:
    """Another key's, a broken one, data that were changed after it, or another's name beside it."""
    holder = Holder(service)
    key = holder.holding()
    thief = Authenticator(id=key.id, count=key.count)
    assert slug_of(holder.finish(thief.get(holder.asked()))) == "passkey-wrong"
    assert slug_of(holder.finish(key.get(holder.asked(), signature=b"\x30\x00"))) == "passkey-wrong"
    counted = Authenticator(count=40)._data(5)
    assert slug_of(holder.finish(key.get(holder.asked(), authenticatorData=counted))) == "passkey-wrong"
    key.handle = b"somebody else"
    assert slug_of(holder.finish(key.get(holder.asked()))) == "passkey-wrong"
    key.handle = holder.id.bytes
    assert holder.finish(key.get(holder.asked())).status_code == 201


def test_a_challenge_is_good_once_for_minutes_and_for_its_purpose(service: Service) -> None:
    """Shown again it is wrong, whatever came of it; so is one too old, one for making, and one of before a sign-out."""
    holder = Holder(service)
    key = holder.holding()
    key.counts = False
    signed = key.get(holder.asked())
    session = holder.finish(signed).json()
    assert slug_of(holder.finish(signed)) == "passkey-wrong"
    asked = holder.asked()
    assert slug_of(holder.finish(Authenticator(id=key.id).get(asked))) == "passkey-wrong"
    assert slug_of(holder.finish(key.get(asked))) == "passkey-wrong"

    asked = holder.asked()
    service.clock.advance(minutes=5)
    assert slug_of(holder.finish(key.get(asked))) == "passkey-wrong"
    assert slug_of(holder.finish(key.get(holder.options()))) == "passkey-wrong"
    assert slug_of(holder.add(Authenticator(), holder.asked())) == "passkey-wrong"

    asked = holder.asked()
    service.client.post("/staff/v1/sessions/end", json={"refresh_token": session["refresh_token"]})
    assert slug_of(holder.finish(key.get(asked))) == "passkey-wrong"
    assert holder.finish(key.get(holder.asked())).status_code == 201


def test_nobody_is_asked_for_what_nobody_asked(service: Service) -> None:
    """A challenge that was never given is as a wrong password, and counted as nobody's: no stranger shuts a door."""
    service.change_tries(second_factor=Tries(most=3, within_min=15, shut_min=15))
    holder = Holder(service)
    key = holder.holding()
    for _ in range(4):
        assert slug_of(holder.finish(key.get({"challenge": "AAAA"}))) == "wrong-credentials"
    assert holder.finish(key.get(holder.asked())).status_code == 201
    left = [holder.finish(Authenticator().get(holder.asked())).json() for _ in range(3)]
    assert [one["remaining_attempts"] for one in left] == [2, 1, 0]
    assert slug_of(holder.finish(key.get(holder.asked()))) == "too-many-attempts"
    assert slug_of(sign_in(service, holder.name, holder.code())) == "too-many-attempts"


def test_another_members_passkey_opens_nothing(service: Service) -> None:
    """Neither with one's own challenge nor with the other's; nor is one key two members'."""
    one, other = Holder(service), Holder(service)
    theirs, mine = other.holding(), one.holding()
    assert slug_of(one.finish(theirs.get(one.asked()))) == "passkey-wrong"
    assert slug_of(one.finish(mine.get(other.asked()))) == "wrong-credentials"
    assert slug_of(other.finish(mine.get(other.asked()))) == "passkey-wrong"
    assert slug_of(one.finish(theirs.get(other.asked()))) == "wrong-credentials"
    assert slug_of(one.add(theirs)) == "passkey-wrong"
    asked = other.options()
    assert slug_of(
        one.me.post("/staff/v1/passkeys", {"name": "x", "passkey": Authenticator().create(asked)})
    ) == ("passkey-wrong")
    (id,) = [item["id"] for item in other.me.get("/staff/v1/passkeys").json()["items"]]
    assert slug_of(one.me.post(f"/staff/v1/passkeys/{id}/removal")) == "not-found"


def test_a_counter_that_goes_back_is_refused_and_told(service: Service) -> None:
    """Somebody may have a copy of the key. An authenticator that never counts is taken."""
    holder = Holder(service)
    key = holder.holding()
    key.count = 7
    assert holder.finish(key.get(holder.asked())).status_code == 201
    key.count = 7
    assert slug_of(holder.finish(key.get(holder.asked()))) == "passkey-wrong"
    (told,) = service.trail("passkey.counter-went-back")
    assert (told["subject"], told["detail"]["counted"], told["detail"]["before"]) == (holder.id, 8, 8)
    still = holder.holding()
    still.counts = False
    for _ in range(2):
        assert holder.finish(still.get(holder.asked())).status_code == 201


def test_one_challenge_shown_twice_at_once_opens_one_session(service: Service) -> None:
    """Those who answer take turns, and the first one uses it up."""
    holder = Holder(service)
    key = holder.holding()
    key.counts = False
    asked, found = holder.asked(), list[int]()
    answers = [key.get(asked) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda one=one: found.append(holder.finish(one).status_code))  # type: ignore[misc]
        for one in answers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [201, 401, 401, 401]


def test_a_reset_takes_the_passkeys_too(service: Service) -> None:
    """And what was asked before it; a new password is chosen with the authenticator's code as before."""
    holder = Holder(service)
    key = holder.holding()
    body = {"username": holder.name, "password": PASSWORD, "new_password": "mot-cau-khac-de-nho"}
    refused = service.client.post("/staff/v1/password", json=body)
    assert (slug_of(refused), refused.json().get("passkey")) == ("second-factor-needed", None)
    asked = holder.asked()
    operator = service.staff("operator")
    agreed_on_member(service, operator, holder.id)
    operator.post(f"/staff/v1/members/{holder.id}/password", {"reason": "mất điện thoại"})
    assert slug_of(holder.finish(key.get(asked))) == "wrong-credentials"
    with service.context.transaction() as session:
        assert passkey_store.of(session, holder.id) == []


def test_challenges_are_forgotten_after_a_day(service: Service) -> None:
    """Housekeeping drops what nobody may answer any more."""
    holder = Holder(service)
    key = holder.holding()
    asked = holder.asked()
    service.clock.advance(days=2)
    housekeeping.TASKS["forget-old"](service.context, service.now)
    assert slug_of(holder.finish(key.get(asked))) == "wrong-credentials"


@pytest.mark.parametrize("broken", ["", "AAAA", "bnVsbA", "e30", "W1tb"])
def test_what_is_no_answer_is_refused(service: Service, broken: str) -> None:
    """Whatever the browser's part is filled with."""
    holder = Holder(service)
    key = holder.holding()
    for name in ("clientDataJSON", "authenticatorData", "signature"):
        answer = key.get(holder.asked())
        answer["response"][name] = broken
        refused = holder.finish(answer)
        assert slug_of(refused) in ("wrong-credentials", "passkey-wrong", "malformed-request"), name
        del answer["response"][name]
        assert slug_of(holder.finish(answer)) in ("wrong-credentials", "passkey-wrong", "malformed-request")
    made = key.create(holder.options())
    made["response"]["attestationObject"] = broken
    refused = holder.me.post("/staff/v1/passkeys", {"name": "x", "passkey": made})
    assert slug_of(refused) in ("passkey-wrong", "malformed-request")


@pytest.mark.parametrize("said", ["all of it", "a short one"])
def test_a_name_that_is_too_long_is_refused(service: Service, said: str) -> None:
    """A credential's id has 1,023 bytes at most (Level 3, 4), wherever it is written; so much is taken."""
    holder, key = Holder(service), Authenticator(id=secrets.token_bytes(1024))
    made = key.create(holder.options())
    if said == "a short one":
        made |= dict.fromkeys(("id", "rawId"), b64(key.id[:32]))
    answer = holder.me.post("/staff/v1/passkeys", {"name": "Khoá", "passkey": made})
    assert slug_of(answer) == ("passkey-wrong" if said == "a short one" else "malformed-request")
    longest = Authenticator(id=secrets.token_bytes(1023))
    assert holder.add(longest).status_code == 201
    assert holder.finish(longest.get(holder.asked())).status_code == 201


def test_of_what_was_asked_the_newest_is_kept(service: Service) -> None:
    """However often a member asks; the newest may be answered, the oldest is forgotten."""
    holder = Holder(service)
    key = holder.holding()
    asked = []
    for _ in range(passkey_store.KEPT_MOST + 2):
        service.clock.advance(seconds=1)
        asked.append(holder.asked())
    with service.context.transaction() as session:
        kept = session.exec_driver_sql("SELECT count(*) FROM service.passkey_challenge").scalar_one()
    assert kept == passkey_store.KEPT_MOST
    assert holder.finish(key.get(asked[0])).is_error
    assert holder.finish(key.get(asked[-1])).status_code == 201


@pytest.mark.parametrize("seconds", [0, -1])
def test_what_was_just_asked_is_kept(service: Service, seconds: int) -> None:
    """Though another service's clock is ahead of the one that asks, and more was asked by that one."""
    holder = Holder(service)
    key = holder.holding()
    for _ in range(passkey_store.KEPT_MOST + 2):
        service.clock.advance(seconds=seconds)
        assert holder.finish(key.get(holder.asked())).status_code == 201
