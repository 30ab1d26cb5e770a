"""Supervisors, operators and auditors sign in with an authenticator's code besides the password, each code once."""

import threading
from datetime import datetime
from typing import Any

import pyotp
import pytest
from httpx2 import Response

from atm_service.platform.policy import Tries
from atm_service.registers.staff import store
from tests.atm_service.control.instructions.colleague import agreed_on_member
from tests.atm_service.world import PASSWORD, Person, Service
from tests.contract.documented import slug_of

CHOSEN = "mot-cau-khac-de-nho"


@pytest.fixture
def service(service: Service) -> Service:
    """Give a service that asks for a second factor."""
    service.demand_second_factor()
    return service


def username(service: Service, person: Person) -> str:
    with service.context.transaction() as session:
        member = store.find(session, person.id)
    assert member is not None
    return member.username


def sign_in(service: Service, name: str, code: str | None = None, password: str = PASSWORD) -> Response:
    body = {"username": name, "password": password} | ({"code": code} if code else {})
    return service.client.post("/staff/v1/sessions", json=body)


def offered(service: Service, name: str, password: str = PASSWORD) -> Any:
    body = {"username": name, "password": password}
    return service.client.post("/staff/v1/second-factor", json=body)


def code_of(secret: str, now: datetime) -> str:
    return pyotp.TOTP(secret).at(now)


def enrolled(service: Service, name: str) -> str:
    """Enrol at the first sign-in; give the secret."""
    secret = str(offered(service, name).json()["secret"])
    assert sign_in(service, name, code_of(secret, service.now)).status_code == 201
    service.clock.advance(minutes=1)
    return secret


@pytest.mark.parametrize("role", ["supervisor", "operator", "auditor"])
def test_the_first_sign_in_enrols(service: Service, role: str) -> None:
    """No session without a code; the password alone gets the secret, and its first code makes it count."""
    name = username(service, service.staff(role))
    assert slug_of(sign_in(service, name)) == "second-factor-to-enrol"
    assert slug_of(sign_in(service, name, "123456")) == "second-factor-to-enrol"
    assert slug_of(offered(service, name, "another-password")) == "wrong-credentials"
    first, second = (offered(service, name).json() for _ in range(2))
    assert f"secret={second['secret']}" in second["uri"]
    assert slug_of(sign_in(service, name, code_of(first["secret"], service.now))) == "second-factor-wrong"
    assert slug_of(sign_in(service, name)) == "second-factor-to-enrol"
    assert sign_in(service, name, code_of(second["secret"], service.now)).status_code == 201
    assert slug_of(sign_in(service, name)) == "second-factor-needed"
    assert slug_of(offered(service, name)) == "second-factor-stands"
    with service.context.transaction() as session:
        kept = session.exec_driver_sql("SELECT secret_sealed FROM service.second_factor").scalar_one()
    assert second["secret"].encode() not in bytes(kept)
    assert [row["action"] for row in service.trail("second-factor.")][-1] == "second-factor.enrolled"


def test_a_clerk_needs_none(service: Service) -> None:
    """A password is enough, as before."""
    assert sign_in(service, username(service, service.clerk(shift=False))).status_code == 201


def test_a_code_is_good_once_and_for_a_minute(service: Service) -> None:
    """Neither it nor an older one again; a step early or late is taken, two are not."""
    name = username(service, service.staff("operator"))
    secret = enrolled(service, name)
    before = service.now
    assert sign_in(service, name, code_of(secret, before)).status_code == 201
    assert slug_of(sign_in(service, name, code_of(secret, before))) == "second-factor-wrong"
    service.clock.advance(seconds=-30)
    assert slug_of(sign_in(service, name, code_of(secret, service.now))) == "second-factor-wrong"
    service.clock.advance(minutes=5)
    early = code_of(secret, service.now)
    service.clock.advance(seconds=60)
    assert slug_of(sign_in(service, name, early)) == "second-factor-wrong"
    late = code_of(secret, service.now)
    service.clock.advance(seconds=30)
    assert sign_in(service, name, late).status_code == 201


def test_one_code_shown_by_many_at_once_opens_one_session(service: Service) -> None:
    """Guesses take turns, so one of them uses it up."""
    name = username(service, service.staff("auditor"))
    secret = enrolled(service, name)
    code, found = code_of(secret, service.now), list[int]()
    threads = [
        threading.Thread(target=lambda: found.append(sign_in(service, name, code).status_code))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [201, 401, 401, 401]


def test_guesses_are_counted_and_then_nothing_is_compared(service: Service) -> None:
    """The right code is refused too while the door is shut; a right password does not open it."""
    service.change_tries(second_factor=Tries(most=3, within_min=15, shut_min=15))
    name = username(service, service.staff("supervisor"))
    secret = enrolled(service, name)
    right = code_of(secret, service.now)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    left = [sign_in(service, name, wrong).json()["remaining_attempts"] for _ in range(3)]
    assert left == [2, 1, 0]
    assert slug_of(sign_in(service, name, right)) == "too-many-attempts"
    service.clock.advance(minutes=16)
    assert sign_in(service, name, code_of(secret, service.now)).status_code == 201


def test_a_lost_authenticator_is_replaced_by_a_reset(service: Service) -> None:
    """By another operator; the first password is changed, then another secret is enrolled; the old one is gone."""
    lost, other = service.staff("supervisor"), service.staff("operator")
    name = username(service, lost)
    secret = enrolled(service, name)

    def choose(password: str, code: str | None) -> Response:
        body = {"username": name, "password": password, "new_password": CHOSEN}
        return service.client.post("/staff/v1/password", json=body | ({"code": code} if code else {}))

    assert slug_of(choose(PASSWORD, None)) == "second-factor-needed"
    assert slug_of(choose(PASSWORD, "000000")) == "second-factor-wrong"
    agreed_on_member(service, other, lost.id)
    reset = other.post(f"/staff/v1/members/{lost.id}/password", {"reason": "mất điện thoại"})
    first = reset.json()["password"]
    assert slug_of(offered(service, name, first)) == "password-must-be-changed"
    assert choose(first, None).status_code == 204
    assert slug_of(sign_in(service, name, code_of(secret, service.now), CHOSEN)) == "second-factor-to-enrol"
    fresh = offered(service, name, CHOSEN).json()["secret"]
    assert sign_in(service, name, code_of(fresh, service.now), CHOSEN).status_code == 201
