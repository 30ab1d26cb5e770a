"""The stand-in's clerks, one customer's wallet and one office's drawers, in memory."""

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from tests.counter_app.fake_board import CODE
from tests.counter_app.fake_money import Door

CLERK_ID, CUSTOMER_ID = "01a1e215-2900-7653-b7d8-f4e48f9e97a9", "01a1e215-2900-7653-b7d8-f4e48f9e97aa"
PHONE = "0912345678"
TWICE_FROZEN = "0912345679"
INSTRUCTION_ID = "01a1e215-2900-7653-b7d8-f4e48f9e97ab"
OLDER_ID = "01a1e215-2900-7653-b7d8-f4e48f9e97a0"
NEVER: dict[str, Any] = {"reason": None, "changed_by": None, "changed_at": None}


def _member(**changes: Any) -> dict[str, Any]:
    return {
        "id": CLERK_ID,
        "username": "hoa.05971",
        "display_name": "Lý Thị Hoa",
        "role": "clerk",
        "office": CODE,
        "office_name": "Bưu điện Chi Lăng",
        "area": None,
        "active": True,
        "must_change": False,
        **changes,
    }


def install(app: FastAPI, door: Door) -> None:
    """Add the routes."""
    _members(app, door)
    _stops(app, door)
    _instructions(app, door)


async def _changed(request: Request, door: Door, thing: dict[str, Any], *names: str) -> Response:
    who, body = door.who(request, "supervisor"), await request.json()

    def act() -> tuple[int, dict[str, Any]]:
        thing.update({name: body[name] for name in names if name in body})
        return 200, thing

    return await door.once(request, who, act)


def _members(app: FastAPI, door: Door) -> None:
    clerk = _member()

    @app.get("/staff/v1/members")
    async def members(request: Request) -> dict[str, Any]:
        door.who(request, "supervisor")
        return {"items": [clerk], "next_cursor": None}

    @app.post("/staff/v1/members/{id}/password", status_code=201)
    async def reset(request: Request, id: str) -> dict[str, Any]:
        door.who(request, "supervisor")
        assert id == CLERK_ID
        clerk["must_change"] = True
        return {"member": clerk, "password": "k7fm-2xqp-hh9d-wn3c"}

    @app.post("/staff/v1/members/{id}/{what}")
    async def change(request: Request, id: str, what: str) -> Response:
        assert (id, what in ("state", "office")) == (CLERK_ID, True)
        return await _changed(request, door, clerk, "active", "office")


def _stops(app: FastAPI, door: Door) -> None:
    wallet = {"id": CUSTOMER_ID, "masked_name": "N••• V••", "masked_id": "••••4321", "frozen": False, **NEVER}
    drawer = {"number": 1, "frozen": False, **NEVER}

    @app.post("/staff/v1/customers/search")
    async def find(request: Request) -> dict[str, Any]:
        door.who(request, "supervisor")
        phone = (await request.json())["who"].get("phone")
        if phone not in (PHONE, TWICE_FROZEN):
            raise door.refuse(404, "payee-unknown")
        if phone == TWICE_FROZEN:
            wallet.update(frozen=True, frozen_by="staff", frozen_by_customer=True)
        return wallet

    @app.get("/staff/v1/offices/{code}/drawers")
    async def drawers(request: Request, code: str) -> dict[str, Any]:
        door.who(request, "supervisor")
        assert code == CODE
        return {"items": [drawer]}

    @app.post("/staff/v1/customers/{id}/freeze")
    async def freeze(request: Request, id: str) -> Response:
        assert id == CUSTOMER_ID
        answer = await _changed(request, door, wallet, "frozen", "reason", "customers_too")
        if wallet.pop("customers_too", None) is False:
            wallet.update(frozen=True, frozen_by="customer")
        return answer

    @app.post("/staff/v1/offices/{code}/drawers/{number}/freeze")
    async def freeze_drawer(request: Request, code: str, number: int) -> Response:
        assert (code, number) == (CODE, 1)
        return await _changed(request, door, drawer, "frozen", "reason")


def _instructions(app: FastAPI, door: Door) -> None:
    waits = {"status": "waiting", "own": False, "decided_by": None, "again": 0, "office": None}
    times = {"proposed_at": "2026-11-22T01:00:00Z", "expires_at": "2026-11-23T01:00:00Z"}
    salaries = {
        "id": INSTRUCTION_ID,
        "kind": "credits",
        "amount": 13_500_000,
        "proposed_by": "thoa.ha",
        **waits,
        **times,
        "again": 2,
        "facts": {
            "payer": "school-12",
            "batch": "luong-11",
            "lines": 40,
            "lines_digest": "aa",
            "file": None,
            "left_out": [{"line": 7, "reason": "name-differs"}],
            "credited_lately": [{"line": 3, "batch": "luong-11-cu", "amount": 3_000_000}],
            "again": 2,
        },
    }
    promoted = {
        "id": CLERK_ID,
        "kind": "member-role",
        "amount": 0,
        "proposed_by": "giamsat",
        **waits,
        **times,
        "own": True,
        "facts": {"username": "hoa.05971", "from": "clerk", "role": "supervisor", "place": "178", "time": 1},
    }

    older = {**promoted, "id": OLDER_ID, "own": False, "proposed_by": "thoa.ha"}

    @app.get("/staff/v1/instructions")
    async def listed(request: Request, cursor: str | None = None) -> dict[str, Any]:
        door.who(request, "supervisor")
        first = {"items": [salaries, promoted], "next_cursor": "T0xERVI"}
        return {"items": [older], "next_cursor": None} if cursor == first["next_cursor"] else first

    @app.post("/staff/v1/instructions/{id}/challenge", status_code=201)
    async def challenge(request: Request, id: str) -> dict[str, Any]:
        assert set(await request.json()) == {"decision", "again"}
        return {"passkey": {"challenge": "AAAA", "rpId": "localhost"} if id == INSTRUCTION_ID else None}

    @app.post("/staff/v1/instructions/{id}/decision")
    async def decide(request: Request, id: str) -> dict[str, Any]:
        door.who(request, "supervisor")
        body = await request.json()
        if body.get("passkey") != {"signed": id} and body.get("code") != "492039":
            raise door.refuse(401, "second-factor-wrong", remaining_attempts=4)
        if body["decision"] == "approve" and body["again"] != 2:
            raise door.refuse(409, "again-not-confirmed", again=2)
        status = {"approve": "approved", "refuse": "refused"}[body["decision"]]
        salaries.update({"status": status, "decided_by": "giamsat"})
        return salaries
