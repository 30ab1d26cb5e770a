"""The stand-in's customers without a phone: cash by card and PIN, slips, delegations, in memory."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from fastapi import FastAPI, Request
from starlette.responses import Response

PIN, CARD = "246810", "020190007788"
Answer = tuple[int, dict[str, Any]]


class Door(Protocol):
    """What the stand-in lends: who asks, once a key, and how it says no."""

    def who(self, request: Request, role: str) -> str: ...

    async def once(self, request: Request, username: str, act: Callable[[], Answer]) -> Response: ...

    def refuse(self, status: int, slug: str, **members: Any) -> Exception: ...

    def card_receipt(self, username: str, amount: int) -> dict[str, Any]: ...

    def now(self) -> datetime: ...


@dataclass
class Elders:
    """What was made, and how many PINs were wrong."""

    slips: list[dict[str, Any]] = field(default_factory=list)
    delegations: list[dict[str, Any]] = field(default_factory=list)
    paid: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 5


def install(app: FastAPI, elders: Elders, door: Door) -> None:
    """Add the routes."""
    _codes(app, elders, door)
    _delegations(app, elders, door)


def _prove(elders: Elders, door: Door, body: dict[str, Any]) -> None:
    if body["pin"] != PIN:
        elders.tries -= 1
        raise door.refuse(403, "wrong-pin", remaining_attempts=elders.tries)


def _codes(app: FastAPI, elders: Elders, door: Door) -> None:
    @app.post("/counter/v1/card-withdrawals")
    async def pay(request: Request) -> Response:
        username, body = door.who(request, "clerk"), await request.json()

        def act() -> Answer:
            _prove(elders, door, body)
            elders.paid.append(door.card_receipt(username, body["amount"]))
            return 201, elders.paid[-1]

        return await door.once(request, username, act)

    @app.post("/counter/v1/slips")
    async def slip(request: Request) -> Response:
        username, body = door.who(request, "clerk"), await request.json()

        def act() -> Answer:
            _prove(elders, door, body)
            elders.slips.append(_slip(body, door.now()))
            return 201, elders.slips[-1]

        return await door.once(request, username, act)

    @app.post("/counter/v1/slips/reprint")
    async def reprint(request: Request) -> Any:
        door.who(request, "clerk")
        _prove(elders, door, await request.json())
        return {"slips": elders.slips}


def _delegations(app: FastAPI, elders: Elders, door: Door) -> None:
    @app.post("/counter/v1/delegations")
    async def delegate(request: Request) -> Response:
        username, body = door.who(request, "clerk"), await request.json()

        def act() -> Answer:
            _prove(elders, door, body)
            elders.delegations.append(_delegation(body))
            return 201, elders.delegations[-1]

        return await door.once(request, username, act)

    @app.post("/counter/v1/delegations/find")
    async def find(request: Request) -> Any:
        door.who(request, "clerk")
        return {"delegations": elders.delegations}

    @app.post("/counter/v1/delegations/{id}/revocation")
    async def revoke(request: Request, id: str) -> Any:
        door.who(request, "clerk")
        _prove(elders, door, await request.json())
        one = next(one for one in elders.delegations if one["id"] == id)
        one |= {"alive": False, "revoked_at": _utc(door.now())}
        return one


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _slip(body: dict[str, Any], now: datetime) -> dict[str, Any]:
    for_delegate = "delegation_id" in body
    return {
        "withdrawal_id": str(uuid.uuid4()),
        "amount": body["amount"],
        "expires_at": _utc(now + timedelta(days=1)),
        "office": body.get("office"),
        "office_name": "Bưu điện Quốc Việt" if for_delegate or body.get("office") else None,
        "payee": {"masked_name": "L• T•• Mẩy", "masked_id": "••••••••0871"},
        "code": None if for_delegate else "eyJhbGciOiJFZERTQSJ9.e30.c2ln",
        "digits": None if for_delegate else "480-152-7712",
        "halves": ["480-152-7712", "913-705-6481"] if for_delegate else None,
        "delegate": "••••••••7788" if for_delegate else None,
    }


def _delegation(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "delegate": "••••••••" + body["delegate_id_number"][-4:],
        "ceiling": body["ceiling"],
        "per_month": body["per_month"],
        "used_this_month": 0,
        "office": body["office"],
        "office_name": "Bưu điện Quốc Việt",
        "ends_on": body["ends_on"],
        "revoked_at": None,
        "alive": True,
    }
