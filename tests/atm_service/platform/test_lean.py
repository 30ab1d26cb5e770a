"""Lean routes: what the lane answers is what the framework would have answered."""

import json
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx2 import Response

from atm_service.platform.lean import Lane, LeanRoute
from atm_service.run import app
from tests.atm_service.world import Service
from tests.contract.cast import Cast

JSON = {"Content-Type": "application/json"}
CODES, SHOWN = "/wallet/v1/withdrawals", "/counter/v1/presentations"
PAID = "/counter/v1/withdrawals/01990000-0000-7000-8000-000000000000/payment"
WISH = {"amount": 2_000_000, "pin": "480152"}
CARD = {"id_number": "020188004217", "checked": "qr"}


def without_lane(service: Service) -> TestClient:
    """Give the same service by the framework's way alone."""
    plain: FastAPI = app.create(service.context)
    plain.user_middleware = [one for one in plain.user_middleware if one.cls is not Lane]
    return TestClient(plain)


def told(answer: Response) -> dict[str, Any]:
    """Give what a caller learns from a refusal, without the request's own id."""
    body = answer.json()
    assert body.pop("instance").startswith("urn:uuid:")
    kept = ("content-type", "cache-control", "x-content-type-options", "www-authenticate", "allow")
    return {
        "status": answer.status_code,
        "body": body,
        **{name: answer.headers.get(name) for name in kept},
    }


WRONG: list[tuple[str, bytes, dict[str, str]]] = [
    (CODES, b"", JSON),
    (CODES, b"{", JSON),
    (CODES, b"[]", JSON),
    (CODES, b"null", JSON),
    (CODES, b'"text"', JSON),
    (CODES, json.dumps(WISH).encode(), {}),
    (CODES, json.dumps(WISH).encode(), {"Content-Type": "text/plain"}),
    (CODES, json.dumps(WISH).encode(), {"Content-Type": "application/xml"}),
    (CODES, json.dumps(WISH | {"amount": True}).encode(), JSON),
    (CODES, json.dumps(WISH | {"amount": 2_000_000.0}).encode(), JSON),
    (CODES, json.dumps(WISH | {"amount": "2000000"}).encode(), JSON),
    (CODES, json.dumps(WISH | {"amount": 10**30}).encode(), JSON),
    (CODES, json.dumps(WISH | {"pin": 480152, "lifetime": "for ever"}).encode(), JSON),
    (CODES, json.dumps(WISH | {"more": 1, "office": "Lạng Sơn"}).encode(), JSON),
    (CODES, b'{"amount": 1, "amount": 2}', JSON),
    (CODES, b'{"amount": NaN}', JSON),
    (CODES, json.dumps(WISH).encode("utf-16"), JSON),
    (CODES, json.dumps(WISH | {"amount": 2_000_001}).encode(), JSON | {"Content-Type": "a/b+json"}),
    (CODES, json.dumps(WISH | {"amount": 2_000_001}).encode(), JSON),
    (
        CODES,
        json.dumps(WISH | {"amount": 2_000_001}).encode(),
        {"Content-Type": "application/vnd.x+json"},
    ),
    (CODES, json.dumps(WISH | {"pin": "000000"}).encode(), JSON | {"Authorization": ""}),
    (CODES, json.dumps(WISH).encode(), JSON | {"Authorization": "Basic eDp5"}),
    (CODES, json.dumps(WISH).encode(), JSON | {"Authorization": "Bearer nothing"}),
    (CODES, json.dumps(WISH).encode(), JSON | {"Idempotency-Key": "two words"}),
    (CODES, json.dumps(WISH).encode(), JSON | {"Idempotency-Key": ""}),
    (SHOWN, json.dumps({"code": "480-152-7710"}).encode(), JSON),
    (SHOWN, json.dumps({"code": "x" * 513}).encode(), JSON),
    (SHOWN, json.dumps({"code": None}).encode(), JSON),
    (SHOWN, b"{}", JSON),
    (PAID, json.dumps(CARD).encode(), JSON),
    (PAID, json.dumps(CARD | {"notes": {"3": 1}}).encode(), JSON),
    (PAID.replace("payment", "Payment"), json.dumps(CARD).encode(), JSON),
    ("/counter/v1/withdrawals/7/payment", json.dumps(CARD | {"checked": "seen"}).encode(), JSON),
    ("/counter/v1/withdrawals/%00/payment", json.dumps(CARD).encode(), JSON),
]


def test_both_ways_refuse_alike(service: Service) -> None:
    """Whatever is wrong with a request, the lane and the framework say the same of it."""
    cast = Cast(service)
    ways = (service.client, without_lane(service))
    for path, body, headers in WRONG:
        who = cast.customer if path == CODES else cast.clerk
        keyed = (
            {"Idempotency-Key": str(uuid4())} for _ in ways
        )  # a refusal at a counter stands under its key
        sent = [{"Authorization": f"Bearer {who.token}", **key, **headers} for key in keyed]
        lane, framework = (
            told(way.post(path, content=body, headers=head)) for way, head in zip(ways, sent, strict=True)
        )
        assert lane == framework, (path, body, headers)
        assert 400 <= lane["status"] < 500, (path, body, headers)


def test_the_lane_takes_the_road_of_a_withdrawal(service: Service) -> None:
    """Authorise, present, pay, and nothing else: no lean route is left to the framework."""
    application: FastAPI = app.create(service.context)
    lane = next(one for one in application.user_middleware if one.cls is Lane)
    taken = [route for route, _ in Lane(application, **lane.kwargs)._routes]
    assert [route.path for route in taken] == [CODES, SHOWN, "/counter/v1/withdrawals/{id}/payment"]
    declared = [one.original_route for one in iter_route_contexts(application.routes)]
    assert taken == [route for route in declared if isinstance(route, LeanRoute)]


def test_another_method_is_the_frameworks_to_refuse(service: Service) -> None:
    """The lane takes no request that is not wholly a lean route's."""
    answers = [told(way.delete(PAID)) for way in (service.client, without_lane(service))]
    assert answers[0] == answers[1]
    assert answers[0]["status"] == 405


def test_both_ways_pay(service: Service) -> None:
    """A withdrawal goes through either way, and both know it under the same key."""
    cast = Cast(service)
    service.client, plain = without_lane(service), service.client
    for way in (service.client, plain):
        cast.customer.client = cast.clerk.client = way
        withdrawal = cast.customer.code()
        assert cast.clerk.present(withdrawal["code"]).status_code == 201
        key = str(uuid4())
        paid = [cast.clerk.pay(withdrawal["id"], cast.customer.facts["id_number"], key) for _ in range(2)]
        assert [one.status_code for one in paid] == [201, 201]
        assert paid[0].content == paid[1].content
        assert paid[1].headers["Idempotency-Replayed"] == "true"


def test_a_route_that_asks_for_more_is_not_lean() -> None:
    """What a lean route cannot read is said when the program starts, not when a customer waits."""
    router = APIRouter(route_class=LeanRoute)

    async def asks(page: int) -> None:
        """Ask for something in the query."""

    with pytest.raises(TypeError, match="/pages: a lean route reads"):
        router.add_api_route("/pages", asks)
