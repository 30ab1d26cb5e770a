"""Bad input of every kind, at every door: its own clear problem, never a 500, and nothing changed."""

import asyncio
import base64
import copy
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from httpx2 import Response
from starlette.types import Message

from atm_service.platform.keys import jws
from atm_service.platform.keys.domain import SigningKey
from atm_service.platform.middleware import BODY_LIMIT_BYTES, BODY_LIMITS_BYTES
from atm_service.registers.withdrawals.codes import Code, issue
from atm_service.run import app
from atm_service.run.app import KINDS
from tests.atm_service.records import refused_in_trail, unchanged
from tests.atm_service.world import OTHER_OFFICE, Clerk, Customer, Service
from tests.contract.cast import Cast
from tests.contract.documented import document, slug_of

AUDITED: Final = {kind.slug for kind in KINDS.values() if kind.audited}
JSON: Final = {"Content-Type": "application/json"}
NO_KID: Final = b'{"alg":"EdDSA"}'
NULS: Final = "\0" * 8
# Ending a session that never was is no error, nor is looking for what is nowhere.
HARMLESS: Final = {"wallet_sign_out", "staff_sign_out", "wallet_search_statement"}


class Road(Cast):
    """A service in the middle of its work, and a client that asks as whoever may ask."""

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self.paid, self.live = self.customer.code(), self.customer.code()
        self.clerk.serve(self.customer, self.paid)
        self.waiting = self.there("/staff/v1/applications/{id}")["id"]
        self.asked_for_cash()  # a reason may be any words, and a second request is refused whatever it says

    def ask(self, method: str, template: str, id: str | None = None, **more: Any) -> Response:
        """Ask as the role whose door it is, about something that exists unless another id is given, or `others`."""
        there = {"number": 1, **self.there(template), **more.pop("others", {})}
        path = re.sub(r"{(\w+)}", lambda name: id or str(there.get(name[1], uuid4())), template)
        headers = {
            "Authorization": f"Bearer {self.tokens.get(template.split('/')[1], '')}",
            "Idempotency-Key": str(uuid4()),
            **more.pop("headers", {}),
        }
        return self.service.client.request(method, path, headers=headers, **more)


@pytest.fixture
def road(service: Service) -> Road:
    return Road(service)


def posts() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """List operations with a body: id, address, and an example of the body."""
    for path, methods in document()["paths"].items():
        for facts in methods.values():
            if "requestBody" in facts:
                yield (
                    facts["operationId"],
                    path,
                    facts["requestBody"]["content"]["application/json"]["example"],
                )


def leaves(value: Any, kind: type, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Find the places of a body that hold a text, or an integer."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from leaves(below, kind, (*path, name))
    elif type(value) is kind:
        yield path


def changed(body: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """Give the body with another value at one place."""
    whole = copy.deepcopy(body)
    inner: Any = whole
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return whole


# --- codes at the counter ---------------------------------------------------------------------------------------


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: dict[str, Any], payload: bytes, private: Ed25519PrivateKey) -> str:
    text = f"{base64url(json.dumps(header, separators=(',', ':')).encode())}.{base64url(payload)}"
    return f"{text}.{base64url(private.sign(text.encode()))}"


def hostile_codes(road: Road) -> dict[str, tuple[str, str]]:
    """Give texts that a clerk may scan, each with the refusal it must get."""
    code, now = road.live["code"], road.service.now
    head, payload, signature = code.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    ours = road.service.context.keys.at(now).signing("code")
    foreign = Ed25519PrivateKey.generate()
    more = base64url(json.dumps(claims | {"amt": 4_000_000}, separators=(",", ":")).encode())
    facts = Code(UUID(road.live["id"]), 2_000_000, now.replace(microsecond=0) + timedelta(hours=24))
    public = base64url(ours.private.public_key().public_bytes_raw()).encode()
    hs256 = f"{base64url(json.dumps({'alg': 'HS256', 'kid': ours.kid}).encode())}.{payload}"
    mac = base64url(hmac.digest(public, hs256.encode(), hashlib.sha512))
    body = base64.urlsafe_b64decode(payload + "==")

    def named(**header: Any) -> str:
        return base64url(
            json.dumps({"alg": "EdDSA", "kid": ours.kid} | header, separators=(",", ":")).encode()
        )

    return {
        "another amount": (f"{head}.{more}.{signature}", "code-not-genuine"),
        "a changed signature": (
            f"{head}.{payload}.{signature[:-2]}{'AA' if signature[-2:] != 'AA' else 'BA'}",
            "",
        ),
        "cut short": (code[:-7], "code-malformed"),
        "cut at the signature": (f"{head}.{payload}.", "code-malformed"),
        "a foreign key under our name": (
            signed({"alg": "EdDSA", "kid": ours.kid}, body, foreign),
            "code-not-genuine",
        ),
        "a code of another service": (issue(facts, SigningKey.of(foreign, "code")), "code-not-genuine"),
        "an unknown key": (f"{named(kid='abcd')}.{payload}.{signature}", "code-not-genuine"),
        "no kid": (f"{base64url(NO_KID)}.{payload}.{signature}", "code-not-genuine"),
        "alg none": (f"{named(alg='none')}.{payload}.{signature}", "code-not-genuine"),
        "alg none, unsigned": (f"{named(alg='none')}.{payload}.", "code-malformed"),
        "HS256 by the public key": (f"{hs256}.{mac}", "code-not-genuine"),
        "an access token": (road.clerk.token, "code-not-genuine"),
        "not yet valid": (
            issue(
                Code(facts.withdrawal, 2_000_000, facts.expires_at, facts.expires_at - timedelta(1 / 24)),
                ours,
            ),
            "code-not-yet-valid",
        ),
        "ours, of no withdrawal": (issue(Code(uuid4(), 2_000_000, facts.expires_at), ours), "code-unknown"),
        "ours, of another amount": (
            issue(Code(facts.withdrawal, 4_000_000, facts.expires_at), ours),
            "code-not-genuine",
        ),
        "ours, bound to another office": (
            issue(Code(facts.withdrawal, 2_000_000, facts.expires_at, office=OTHER_OFFICE), ours),
            "code-not-genuine",
        ),
        "ours, not a code": (jws.sign(b'{"hello":1}', ours), "code-malformed"),
        "a photograph of a paid code": (road.paid["code"], "already-paid"),
        "a web address": ("https://example.vn/pay?code=480-152-7712", "code-malformed"),
        "an identity card": ("020085004321||Nong Van Thang|12041985|Nam|Lang Son|01012022", "code-malformed"),
        "nine digits": ("480-152-771", "code-malformed"),
        "eleven digits": ("480-152-77123", "code-malformed"),
        "digits with a slip": ("480-152-7713", "digits-mistyped"),
        "digits of nobody": ("480-152-7712", "code-unknown"),
        "digits of another script": ("٤٨٠١٥٢٧٧١٢", "code-malformed"),
        "NULs": (NULS, "code-malformed"),
        "a picture's bytes": ("\x89PNG\r\n\x1a\n", "code-malformed"),
        "SQL": ("' OR 1=1 --", "code-malformed"),
    }


def test_no_hostile_code_is_presented(road: Road) -> None:
    """Forged, foreign, cut, early, photographed, mistyped: each by its own name, with a row in the trail."""
    codes = hostile_codes(road)
    assert len(codes) == 28
    expected = refused_in_trail(road.service)
    with unchanged(road.service):
        for name, (text, slug) in codes.items():
            answer = road.clerk.present(text)
            assert slug_of(answer) == (slug or "code-not-genuine"), f"{name}: {answer.text}"
            assert text not in answer.text, name
            if slug_of(answer) in AUDITED:
                expected.append((slug_of(answer), str(road.clerk.id), "clerk"))
    assert sorted(refused_in_trail(road.service)) == sorted(expected)


def test_a_code_past_its_time_is_refused_before_housekeeping_comes(road: Road) -> None:
    """At the deadline itself the clerk reads `expired`, though the money is still held."""
    road.service.clock.advance(hours=24)
    clerk = road.service.again(road.clerk)
    with unchanged(road.service):
        assert slug_of(clerk.present(road.live["code"])) == "code-expired"
        assert slug_of(clerk.present(road.live["digits"])) == "code-expired"


def test_a_clerk_of_another_office_moves_nothing(road: Road) -> None:
    """Another office's receipt is not there, its presented code cannot be paid or released from outside."""
    stranger = road.service.clerk(OTHER_OFFICE)
    road.clerk.present(road.live["code"])
    receipt = road.there("/counter/v1/receipts/{id}")["id"]
    with unchanged(road.service):
        assert slug_of(stranger.get(f"/counter/v1/receipts/{receipt}")) == "not-found"
        assert stranger.get("/counter/v1/receipts").json()["items"] == []
        assert slug_of(stranger.pay(road.live["id"], road.customer.facts["id_number"])) == "already-presented"
        assert stranger.post(f"/counter/v1/withdrawals/{road.live['id']}/release").status_code == 204


def test_another_customer_finds_nothing(road: Road) -> None:
    """Somebody else's link, top-up or withdrawal is as unknown as one that never was."""
    stranger: Customer = road.service.customer(5_000_000)
    link, top_up = road.link(), road.top_up()
    with unchanged(road.service):
        assert slug_of(stranger.get(f"/wallet/v1/withdrawals/{road.live['id']}")) == "not-found"
        assert slug_of(stranger.cancel(road.live["id"])) == "not-found"
        assert slug_of(stranger.get(f"/wallet/v1/bank-payments/{top_up}")) == "not-found"
        body = {"bank_link_id": link, "amount": 1_000_000, "pin": stranger.facts["pin"]}
        assert slug_of(stranger.post("/wallet/v1/top-ups", body)) == "bank-link-unknown"


def test_a_key_stands_for_one_request(road: Road) -> None:
    """The same key with another body, or for another address, is refused at every door that takes keys."""
    link = road.link()
    supervisor = road.service.staff("supervisor")
    decision = f"/staff/v1/applications/{road.waiting}/decision"
    firsts: list[tuple[Any, str, Any, str, Any]] = [
        (
            road.customer,
            "/wallet/v1/top-ups",
            {"bank_link_id": link, "amount": 50_000, "pin": road.customer.facts["pin"]},
            "",
            {"amount": 60_000},
        ),
        (
            road.customer,
            f"/wallet/v1/withdrawals/{road.live['id']}/cancel",
            None,
            "/wallet/v1/withdrawals",
            {},
        ),
        (supervisor, decision, {"decision": "reject", "reason": "blurred"}, "", {"reason": "blurry"}),
        (road.clerk, "/counter/v1/shifts/current/close", {"counts": {"500000": 196}}, "", {"counts": {}}),
    ]
    for person, path, body, other_path, change in firsts:
        key = str(uuid4())
        first = person.post(path, body, key)
        assert first.status_code < 300, first.text
        with unchanged(road.service):
            again = person.post(path, body, key)
            assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true"), path
            second = {"amount": 50_000, "pin": "480152"} if other_path else body | change
            assert slug_of(person.post(other_path or path, second, key)) == "idempotency-key-reused", path


def test_a_key_that_is_no_key_is_malformed(road: Road) -> None:
    """1 to 64 letters, digits, `-` and `_`, and nothing else."""
    body = {"amount": 50_000, "pin": "480152"}
    with unchanged(road.service):
        for key in ("", " ", "a" * 65, "a b", "khoá", "a;b", "../../x", "k\x00"):
            headers = {"Idempotency-Key": key.encode()}
            answer = road.ask("POST", "/wallet/v1/withdrawals", json=body, headers=headers)
            assert slug_of(answer) == "malformed-request", key


def test_a_missing_key_is_asked_for(road: Road) -> None:
    """Each operation that documents the key refuses without it, by its own name."""
    asked = 0
    with unchanged(road.service):
        for path, methods in document()["paths"].items():
            for facts in methods.values():
                if not any(one["name"] == "Idempotency-Key" for one in facts.get("parameters", ())):
                    continue
                example = (
                    facts.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
                )
                token = road.tokens[path.split("/")[1]]
                address = path.replace("{id}", str(uuid4()))
                answer = road.service.client.post(
                    address, json=example, headers={"Authorization": f"Bearer {token}"}
                )
                assert slug_of(answer) == "idempotency-key-missing", path
                asked += 1
    assert asked >= 8


# --- bodies -----------------------------------------------------------------------------------------------------

UNREADABLE: Final[dict[str, Callable[[bytes], bytes]]] = {
    "nothing": lambda _: b"",
    "cut short": lambda body: body[:-1],
    "two bodies": lambda body: body + body,
    "broken UTF-8": lambda body: body[:-1] + b',"x":"\xc3\x28"}',
    "bytes": lambda _: bytes(range(256)),
    "UTF-16": lambda body: body.decode().encode("utf-16"),
    "UTF-32": lambda body: body.decode().encode("utf-32"),
    "a byte-order mark": lambda body: b"\xef\xbb\xbf" + body,
    "NaN": lambda body: body[:-1] + b',"x":NaN}',
    "Infinity": lambda body: body[:-1] + b',"x":-Infinity}',
    "a number of 6000 digits": lambda body: body[:-1] + b',"x":' + b"9" * 6000 + b"}",
    "a name twice": lambda body: body[:-1] + b"," + body[1:],
    "lists in lists": lambda _: b"[" * 8_000 + b"]" * 8_000,
    "objects in objects": lambda _: b'{"a":' * 2_000 + b"1" + b"}" * 2_000,
    "an unknown member": lambda body: body[:-1] + b',"x":1}',
    "a lone surrogate": lambda body: body[:-1] + b',"x":"\\ud800"}',
    "a lone surrogate as a name": lambda body: body[:-1] + b',"\\ud800":1}',
    "NULs as a name": lambda body: body[:-1] + b',"\\u0000\\u0000":1}',
    "a list": lambda body: b"[" + body + b"]",
    "a text": lambda _: b'"{}"',
    "a number": lambda _: b"1",
    "null": lambda _: b"null",
    "an empty object": lambda _: b"{}",
    "a form": lambda _: b"amount=50000&pin=480152",
    "XML": lambda _: b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>",
}


def test_a_body_without_one_reading_is_malformed(road: Road) -> None:
    """At every door that takes a body: 422 with a place and a reason."""
    with unchanged(road.service):
        for operation, path, example in posts():
            for name, spoil in UNREADABLE.items():
                body = spoil(json.dumps(example).encode())
                answer = road.ask("POST", path, content=body, headers=JSON)
                assert slug_of(answer) == "malformed-request", f"{operation}, {name}: {answer.text}"
                assert all(error["where"] and error["message"] for error in answer.json()["errors"]), name


def test_a_body_of_another_type_is_malformed(road: Road) -> None:
    """JSON that does not say so is not read, and the answer says what is wanted."""
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml", "x")
    with unchanged(road.service):
        for operation, path, example in posts():
            for kind in kinds:
                answer = road.ask("POST", path, content=json.dumps(example), headers={"Content-Type": kind})
                assert slug_of(answer) == "malformed-request", f"{operation} as {kind}"
                assert "application/json" in answer.text, f"{operation} as {kind}"


def test_a_body_of_ten_megabytes_is_refused(road: Road) -> None:
    """By what it declares, at every address that is posted to."""
    with unchanged(road.service):
        for path, methods in document()["paths"].items():
            if "post" in methods:
                answer = road.ask("POST", path, content=b" " * 10_000_000, headers=JSON)
                limit_bytes = BODY_LIMITS_BYTES.get(path, BODY_LIMIT_BYTES)
                assert (slug_of(answer), answer.json()["limit_bytes"]) == ("body-too-large", limit_bytes), (
                    path
                )


def test_a_body_without_a_length_is_read_only_to_the_limit(road: Road) -> None:
    """Streamed in pieces, it is refused as soon as it is too long, whatever still would come."""
    pieces, sent = 0, []

    async def receive() -> Message:
        nonlocal pieces
        pieces += 1
        assert pieces < 100, "still reading"
        return {"type": "http.request", "body": b" " * 1_024, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/wallet/v1/sessions",
        "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }
    with unchanged(road.service):
        asyncio.run(app.create(road.service.context)(scope, receive, send))
    assert (sent[0]["status"], pieces) == (413, BODY_LIMIT_BYTES // 1_024 + 1)


def test_a_length_that_is_no_length_is_refused(road: Road) -> None:
    """A body that lies about its length is not read."""
    with unchanged(road.service):
        for length in ("-1", "abc", "9" * 5_000, "1e3", "0x10", "٣"):
            headers = JSON | {"Content-Length": length.encode()}
            answer = road.ask("POST", "/wallet/v1/sessions", content=b"{}", headers=headers)
            assert slug_of(answer) == "body-too-large", length


TEXTS: Final = {
    "NULs": NULS,
    "line breaks": "\r\nSet-Cookie: a=b\r\n",
    "very long": "a" * 10_000,
    "from right to left": "\u202e321\u2066",
    "no character": "\uffff\ufffe",
    "beyond the plane": "𝟎𝟏𝟐𝟑𝟒𝟓",
    "digits of another script": "٤٨٠١٥٢",
    "a template": "{{7*7}}${7*7}%s%n",
    "SQL": "'; DROP TABLE service.withdrawal; --",
    "spaces": "        ",
}


def test_hostile_text_in_any_field_is_refused(road: Road) -> None:
    """In each text of each body, one after another; the answer does not repeat it."""
    with unchanged(road.service):
        for operation, path, example in posts():
            for place in leaves(example, str):
                for name, text in TEXTS.items():
                    answer = road.ask("POST", path, str(uuid4()), json=changed(example, place, text))
                    said = f"{operation} {place} {name}: {answer.text}"
                    assert 400 <= answer.status_code < 500 or operation in HARMLESS, said
                    assert not text.strip() or text not in answer.text, said


def test_no_number_is_taken_for_another(road: Road) -> None:
    """Negative, fractional, huge, text, true, null: no amount, no drawer and no count."""
    with unchanged(road.service):
        for operation, path, example in posts():
            for place in leaves(example, int):
                values: tuple[Any, ...] = (
                    -1,
                    0.5,
                    1e30,
                    10**30,
                    2**63,
                    "1",
                    "1000000",
                    True,
                    None,
                    [],
                    {},
                    [1],
                )
                for value in values:
                    answer = road.ask("POST", path, json=changed(example, place, value))
                    assert slug_of(answer) == "malformed-request", f"{operation} {place} {value}"
                    assert place[0] in answer.json()["errors"][0]["where"], f"{operation} {place} {value}"


def test_each_member_is_needed(road: Road) -> None:
    """A body without one of its members is refused and names it."""
    with unchanged(road.service):
        for operation, path, example in posts():
            for name in example:
                body = {one: value for one, value in example.items() if one != name}
                answer = road.ask("POST", path, json=body)
                assert slug_of(answer) == "malformed-request", f"{operation} {name}"
                assert answer.json()["errors"] == [{"where": f"body.{name}", "message": "Field required"}]


# --- addresses --------------------------------------------------------------------------------------------------

IDS: Final = [
    "0",
    "abc",
    "null",
    "%00",
    "%ff",
    "..%2f..",
    "'%20OR%201=1",
    "a" * 300,
    "01990000-0000-7000",
    "%F0%9F%98%80",
]


NOTHING_THERE: Final = {
    "not-found",
    "office-unknown",
    "shift-unknown",
    "delivery-unknown",
    "request-unknown",
    "payer-card-unknown",  # who asks is looked for before what is asked about
}


def test_ids_that_are_none_are_malformed(road: Road) -> None:
    """No id of another shape is looked up; neither is a UUID of something else found."""
    with unchanged(road.service):
        for path, methods in document()["paths"].items():
            if "{" not in path:
                continue
            (method, facts), *_ = methods.items()
            content = facts.get("requestBody", {}).get("content", {})
            body = content["application/json"]["example"] if content else None
            query = {
                one["name"]: 1 for one in facts["parameters"] if one["in"] == "query" and one["required"]
            }
            for id in IDS:
                answer = road.ask(method.upper(), path, id, json=body, params=query)
                assert slug_of(answer) in {"malformed-request", "not-found"}, f"{path} {id}: {answer.text}"
            name, *_ = re.findall(r"{(\w+)}", path)
            unknown = {"id": str(uuid4()), "code": "99999-9", "number": "999999"}[name]
            answer = road.ask(method.upper(), path, json=body, params=query, others={name: unknown})
            assert slug_of(answer) in NOTHING_THERE, f"{path}: {answer.text}"


GARBAGE: Final = [
    "",
    "-1",
    "0",
    "1e9",
    "abc",
    "%00",
    "%ff",
    "a" * 300,
    "9" * 400,
    "[]",
    "2026-02-30",
    "%F0%9F%98%80",
    "0001-01-01",
]


def test_garbage_in_a_query_is_refused_or_finds_nothing(road: Road) -> None:
    """Each parameter of each list and report, one after another: never worse than 422, and nothing is written."""
    refused = 0
    for path, methods in document()["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            if parameter["in"] != "query":
                continue
            for value in GARBAGE:
                answer = road.ask("GET", f"{path}?{parameter['name']}={value}")
                assert answer.status_code in (200, 404, 422), (
                    f"{path} {parameter['name']}={value}: {answer.text}"
                )
                refused += answer.status_code == 422
    assert refused > 200


def test_a_body_that_nobody_asked_for_is_not_read(road: Road) -> None:
    """What has no body in the document ignores one, or refuses what is no JSON."""
    code = road.customer.code(50_000)
    answer = road.ask("POST", "/wallet/v1/withdrawals/{id}/cancel", code["id"], content=b"\xff", headers=JSON)
    assert slug_of(answer) == "malformed-request"
    assert road.customer.look(code["id"])["status"] == "authorised"


# --- drawers ----------------------------------------------------------------------------------------------------


def test_a_drawer_that_is_not_there_opens_no_shift(service: Service) -> None:
    """A missing drawer by name, an impossible number as malformed."""
    clerk: Clerk = service.clerk(shift=False)
    with unchanged(service):
        assert slug_of(clerk.open(drawer=99)) == "drawer-unknown"
        assert slug_of(clerk.open(drawer=100)) == "malformed-request"
        assert slug_of(clerk.open(drawer=0)) == "malformed-request"


def test_a_count_beyond_belief_is_malformed(service: Service) -> None:
    """More notes than a drawer could hold are a slip of the finger, not cash."""
    clerk: Clerk = service.clerk(shift=False)
    with unchanged(service):
        assert slug_of(clerk.open(counts={"500000": 100_001})) == "malformed-request"
        assert slug_of(clerk.open(counts={"300000": 1})) == "malformed-request"
