"""The stand-in's complaints, in memory: one that is overdue, and one whose first answer is the supervisor's own."""

from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from tests.counter_app.fake_money import Door

OVERDUE_ID, OWN_ID, LATER_ID = (f"01a1e215-2900-7653-b7d8-f4e48f9e97{end}" for end in ("b1", "b2", "b3"))


def _complaint(id: str, serial: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": id,
        "number": f"KN-2026-{serial:06d}",
        "kind": "not-received",
        "status": "open",
        "about": "entry",
        "entry_id": id,
        "withdrawal_id": None,
        "amount": 2_000_000,
        "paper": "05971-1-261121-0007",
        "said": {"words": "Chỉ nhận 1.500.000", "at": "2026-11-16T02:00:00Z"},
        "answer_by": "2026-11-21",
        "overdue": False,
        "answer": None,
        "contest_by": None,
        "contest": None,
        "last_answer": None,
        "masked_name": "N••• V••• Thắng",
        "phone_end": "678",
        "office": "05971-1",
        "office_name": "Bưu điện Chi Lăng",
        "answered_by_you": False,
        **changes,
    }


def install(app: FastAPI, door: Door) -> None:
    """Add the routes."""
    own = {
        "status": "contested",
        "answer": {"words": "Đã đủ", "at": "2026-11-17T02:00:00Z", "upheld": False},
        "contest": {"words": "Vẫn thiếu", "at": "2026-11-18T02:00:00Z"},
        "answered_by_you": True,
    }
    waits = [
        _complaint(OVERDUE_ID, 123, overdue=True),
        _complaint(OWN_ID, 124, kind="wrong-amount", **own),
        _complaint(LATER_ID, 125, kind="wrong-person", office=None, office_name=None, paper=None),
    ]

    @app.get("/staff/v1/complaints")
    async def listed(request: Request, cursor: str | None = None) -> dict[str, Any]:
        door.who(request, "supervisor")
        first, rest = waits[:-1], waits[-1:]
        return {"items": rest if cursor else first, "next_cursor": None if cursor else "TUQ1"}

    @app.post("/staff/v1/complaints/{id}/answer")
    async def answer(request: Request, id: str) -> Response:
        who, body = door.who(request, "supervisor"), await request.json()
        assert set(body) == {"upheld", "words"}

        def act() -> tuple[int, dict[str, Any]]:
            one = next((one for one in waits if one["id"] == id), None)
            if one is None:
                raise door.refuse(409, "complaint-answered")
            waits.remove(one)
            said = {"words": body["words"], "at": "2026-11-21T02:00:00Z", "upheld": body["upheld"]}
            return 200, {**one, "status": "answered", "answer": said}

        return await door.once(request, who, act)
