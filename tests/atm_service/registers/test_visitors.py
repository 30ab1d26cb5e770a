"""Strangers who guess: counted by account and by address, longer each time, and never in the owner's way."""

from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text

from atm_service.platform import hashing
from atm_service.platform.policy import Tries
from atm_service.run import app, housekeeping
from tests.atm_service import phones
from tests.atm_service.world import OFFICE, OTHER_OFFICE, PASSWORD, Clock, Customer, Service
from tests.contract.documented import slug_of

HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"
TWO = Tries(most=2, within_min=15, shut_min=15, shut_max_min=60)
WRONG = "135790"


class Street:
    """The service as seen from several addresses, where two wrong tries shut a door."""

    def __init__(self, service: Service, **tries: Tries) -> None:
        rules = service.context.policy
        rules = rules.model_copy(update={"attempts": rules.attempts.model_copy(update=tries)})
        self.context = replace(service.context, policy=rules)
        self.web = app.create(self.context)

    def post(self, address: str, path: str, body: dict[str, Any], **headers: str) -> Response:
        client = TestClient(self.web, client=(address, 1))
        sent = {name: value for name, value in body.items() if value is not None}
        return client.post(path, json=sent, headers=headers)

    def wallet(self, who: Customer, pin: str = "", address: str = ELSEWHERE, device: str = "") -> Response:
        body = {"phone": who.facts["phone"], "pin": pin or who.facts["pin"], "device": device or None}
        return self.post(address, "/wallet/v1/sessions", body)

    def staff(
        self, name: str, password: str = PASSWORD, address: str = ELSEWHERE, device: str = ""
    ) -> Response:
        body = {"username": name, "password": password, "device": device or None}
        return self.post(address, "/staff/v1/sessions", body)


def rows(service: Service, sql: str, **values: Any) -> list[Any]:
    with service.context.transaction() as session:
        return list(session.execute(text(sql), values))


def name_of(service: Service, id: Any) -> str:
    return str(rows(service, "SELECT username FROM service.staff WHERE id = :id", id=id)[0].username)


def test_a_stranger_cannot_lock_a_customer_out(service: Service) -> None:
    """The phone that has signed in before goes on, by tries of its own; one that never has must wait."""
    customer, street = service.customer(), Street(service, wallet_sign_in=TWO)
    device = street.wallet(customer, address=HOME).json()["device"]
    for _ in range(2):
        assert slug_of(street.wallet(customer, WRONG)) == "wrong-credentials"
    assert slug_of(street.wallet(customer)) == "too-many-attempts"
    assert street.wallet(customer, device=device).status_code == 201
    for _ in range(2):
        assert slug_of(street.wallet(customer, WRONG, device=device)) == "wrong-credentials"
    assert slug_of(street.wallet(customer, device=device)) == "too-many-attempts"
    forged = device[:-1] + ("0" if device[-1] != "0" else "1")
    assert slug_of(street.wallet(customer, device=forged)) == "too-many-attempts"
    other = service.customer()
    for _ in range(2):
        street.wallet(other, WRONG)
    assert slug_of(street.wallet(other, device=device)) == "too-many-attempts"


def test_a_stranger_cannot_lock_an_office_out(service: Service) -> None:
    """What one clerk's sign-in gave is good for the colleagues at that office, and nowhere else."""
    street = Street(service, staff_sign_in=TWO)
    clerks = service.clerk(OFFICE), service.clerk(OFFICE, drawer=2), service.clerk(OTHER_OFFICE)
    lan, minh, far = (name_of(service, clerk.id) for clerk in clerks)
    device = street.staff(lan).json()["device"]
    for name in (minh, far):
        for _ in range(2):
            assert slug_of(street.staff(name, "x" * 12)) == "wrong-credentials"
        assert slug_of(street.staff(name)) == "too-many-attempts"
    assert street.staff(minh, device=device).status_code == 201
    assert slug_of(street.staff(far, device=device)) == "too-many-attempts"


def test_an_address_is_shut_for_all_names(service: Service) -> None:
    """Guesses at many names from one address shut it for strangers, not for a known device, nor elsewhere."""
    customer, other = service.customer(), service.customer()
    street = Street(service, address=TWO)
    device = street.wallet(customer, address=HOME).json()["device"]
    assert slug_of(street.wallet(other, WRONG, HOME)) == "wrong-credentials"
    assert slug_of(street.staff("nobody", address=HOME)) == "wrong-credentials"
    assert slug_of(street.wallet(customer, address=HOME)) == "too-many-attempts"
    assert slug_of(street.staff("somebody", address=HOME)) == "too-many-attempts"
    assert street.wallet(customer, address=HOME, device=device).status_code == 201
    assert street.wallet(customer).status_code == 201


def test_an_address_of_six_is_its_network(service: Service) -> None:
    """Whoever has 64 bits of addresses has one household's tries."""
    street = Street(service, address=TWO)
    for last in ("1", "ffff"):
        street.staff("nobody", address=f"2001:db8:1:2::{last}")
    assert slug_of(street.staff("no", address="2001:db8:1:2:3::4")) == "too-many-attempts"
    assert slug_of(street.staff("no", address="2001:db8:1:3::1")) == "wrong-credentials"


def test_a_door_stays_shut_longer_each_time(service: Service, clock: Clock) -> None:
    """A quarter of an hour, then half of one, then as long as the policy lets it; a quiet day starts anew."""
    customer, street = service.customer(), Street(service, wallet_sign_in=TWO)
    waits = []
    for _ in range(4):
        for _ in range(2):
            street.wallet(customer, WRONG)
        waits.append(street.wallet(customer).json()["retry_after_s"] // 60)
        clock.advance(seconds=waits[-1] * 60 + 1)
    assert waits == [15, 30, 60, 60]
    clock.advance(days=2)
    housekeeping.TASKS["forget-old"](street.context, clock.now)
    for _ in range(2):
        street.wallet(customer, WRONG)
    assert street.wallet(customer).json()["retry_after_s"] // 60 == 15


def test_applications_from_one_address(service: Service) -> None:
    """Each is a check that is paid for: after so many from one address, nobody is asked."""
    street = Street(service, application_address=TWO)

    def apply(n: int, address: str) -> int:
        body = {
            "full_name": "Nông Văn Thắng",
            "date_of_birth": "1985-04-12",
            "id_number": f"0200859{n:05d}",
            "phone": f"0977{n:06d}",
            "pin": "480152",
            "capture": "sample-clear",
            "phone_proof": phones.proof(service.context, f"0977{n:06d}", service.now),
        }
        return street.post(address, "/wallet/v1/applications", body).status_code

    assert [apply(n, HOME) for n in range(4)] == [201, 201, 429, 429]
    assert apply(5, ELSEWHERE) == 201


def test_strangers_cannot_fill_the_trail(service: Service, clock: Clock) -> None:
    """Refused sign-ins are summed once a minute: names as keyed hashes, addresses cut short."""
    street = Street(service)
    for n in range(5):
        street.staff("mat-khau-cua-toi", address=f"203.0.113.{n}")
    for n in range(80):
        street.staff(f"nobody{n}", address=f"198.51.{n}.9")
    housekeeping.write_knocks(street.context, clock.now)
    street.staff("nobody")
    housekeeping.write_knocks(street.context, clock.now)
    found = rows(service, "SELECT * FROM service.audit_event WHERE detail ? 'times' ORDER BY id")
    assert len(found) == 51
    assert sum(row.detail["times"] for row in found) == 85
    first = found[0].detail
    assert (first["times"], first["address"], first["refusal"]) == (5, "203.0.113.0/24", "wrong-credentials")
    assert len(first["name"]) == 16
    kept = str(found) + str(rows(service, "SELECT * FROM service.attempt"))
    assert "mat-khau" not in kept
    housekeeping.write_knocks(street.context, clock.now, at_once=True)
    assert len(rows(service, "SELECT FROM service.audit_event WHERE detail ? 'times'")) == 52


def test_a_crowd_at_the_hash_leaves_the_office_its_places(service: Service) -> None:
    """When too many strangers wait for a hash the next is told to come back; a known office is not."""
    street = Street(service)
    name = name_of(service, service.clerk().id)
    device = street.staff(name).json()["device"]
    with ExitStack() as waiting:
        for _ in range(hashing.STRANGERS_MAX):
            hashing._strangers.acquire()
            waiting.callback(hashing._strangers.release)
        full = street.staff(name)
        assert (full.status_code, full.headers["Retry-After"]) == (503, "2")
        assert street.staff(name, device=device).status_code == 201
    assert street.staff(name).status_code == 201


@pytest.mark.parametrize("role", [None, "clerk", "operator"])
def test_only_an_operator_sends_a_large_body(service: Service, role: Any) -> None:
    """Who sends a megabyte is looked at first; nobody else's is read."""
    token = service.clerk().token if role == "clerk" else service.staff("operator").token if role else ""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
    body = b'{"payer": "' + b"x" * 100_000 + b'"}'
    answer = service.client.post("/operator/v1/credits", content=body, headers=headers)
    expected = {None: "unauthenticated", "clerk": "body-too-large", "operator": "malformed-request"}
    assert slug_of(answer) == expected[role]
