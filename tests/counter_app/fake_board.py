"""The stand-in's board, in memory: two offices, one of which is changed."""

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from tests.counter_app.fake_money import Door

CODE, OTHER = "05971-1", "05974-1"


def desk(code: str, name: str, **changes: Any) -> dict[str, Any]:
    """Give an office on the board."""
    return {
        "code": code,
        "name": f"Bưu điện {name}",
        "unit": f"Phường {name}",
        "area_code": "178",
        "area": "Thành phố Lạng Sơn",
        "state": "active",
        "open_now": True,
        "shifts": 1,
        "line": "good",
        "seen_at": "2026-11-22T02:00:00Z",
        "filled": 80,
        "over_short": 0,
        "counts_far": 0,
        "opening_breaks": 0,
        "approvals": 0,
        "deliveries": 0,
        "unexplained": 0,
        "complaints": 0,
        "mark": "well",
        "alarms": [],
        **changes,
    }


def install(app: FastAPI, door: Door, changes: list[dict[str, Any]]) -> None:
    """Add the routes."""
    state = {"now": "active"}

    @app.get("/counter/v1/line")
    async def line(request: Request) -> Response:
        door.who(request, "clerk")
        return Response(status_code=204)

    @app.get("/staff/v1/board")
    async def board(request: Request) -> dict[str, Any]:
        door.who(request, "supervisor")
        coverage = {"units_served": 2, "units": 65, "offices_active": 2, "offices": 201}
        worst = desk(OTHER, "Mai Pha", mark="act", alarms=["below-minimum", "made-tomorrow"], filled=4)
        return {
            "at": "2026-11-22T02:00:00Z",
            "offices": [worst, desk(CODE, "Chi Lăng")],
            "coverage": coverage,
        }

    def life() -> dict[str, Any]:
        never = {"passed": None, "words": None, "checked_by": None, "checked_at": None}
        return {
            "code": CODE,
            "name": "Bưu điện Chi Lăng",
            "state": state["now"],
            "may": {"active": ["suspended"], "suspended": ["active"]}.get(state["now"], []),
            "line": "good",
            "checks": [{"item": item, **never} for item in ("staff", "line", "equipment", "training")],
            "week": ["07:30-11:30 13:30-17:00"] * 6 + [""],
            "days": [],
            "open_now": True,
            "next_open": "2026-11-22T02:00:00Z",
            "history": [
                {
                    "was": "ready",
                    "state": "active",
                    "reason": "Khai trương",
                    "changed_by": None,
                    "changed_at": "2026-11-22T02:00:00Z",
                }
            ],
        }

    @app.get("/staff/v1/offices/{code}")
    async def office(request: Request, code: str) -> dict[str, Any]:
        door.who(request, "supervisor")
        if code != CODE:
            raise door.refuse(404, "office-unknown")
        there = {
            "shifts": [],
            "places": [{"place": "vault", "cash": 5_000_000}],
            "deliveries": [],
            "staff": [],
        }
        levels = {"cash": 5_000_000, "minimum": 1, "target": 2, "maximum": 3}
        return {"desk": desk(CODE, "Chi Lăng", state=state["now"]), "life": life(), **levels, **there}

    @app.post("/staff/v1/offices/{code}/{what}")
    async def change(request: Request, code: str, what: str) -> Response:
        who, body = door.who(request, "supervisor"), await request.json()

        def act() -> tuple[int, dict[str, Any]]:
            assert code == CODE
            changes.append(body)
            if what == "state":
                state["now"] = body["state"]
            return 200, life()

        return await door.once(request, who, act)
