"""The stand-in's mending: one wallet, its PIN and number, and a code that is always the same."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response

from tests.counter_app.fake_elders import Answer, Door

CODE, WEAK, OTHER_FACE = "480152", "123456", "sample-other-face"


@dataclass
class Helping:
    """What was mended, and how often a code was sent."""

    frozen_by: str | None = None
    phone: str = "0912345678"
    pins: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    tries: int = 5


def install(app: FastAPI, helping: Helping, door: Door) -> None:
    """Give the stand-in the routes."""

    def helped() -> dict[str, Any]:
        return {
            "masked_name": "L• T•• Mẩy",
            "masked_id": "••••••••0871",
            "phone_end": helping.phone[-3:],
            "frozen_by": helping.frozen_by,
        }

    @app.post("/counter/v1/help/customer")
    async def find(request: Request) -> Any:
        door.who(request, "clerk")
        return helped()

    @app.post("/counter/v1/help/code", status_code=201)
    async def code(request: Request) -> Any:
        door.who(request, "clerk")
        helping.sent.append((await request.json()).get("phone") or helping.phone)
        return {"id": str(uuid.uuid4()), "digits": len(CODE), "phone_end": helping.sent[-1][-3:]}

    @app.post("/counter/v1/help/{what}")
    async def mend(request: Request, what: str) -> Response:
        username, body = door.who(request, "clerk"), await request.json()

        def act() -> Answer:
            _prove(helping, door, what, body)
            if what in ("freeze", "thaw"):
                helping.frozen_by = "customer" if what == "freeze" else None
            elif what == "pin":
                helping.pins.append(body["new_pin"])
            else:
                helping.phone = body["phone"]
            return 200, helped()

        return await door.once(request, username, act)


def _prove(helping: Helping, door: Door, what: str, body: dict[str, Any]) -> None:
    if what in ("pin", "phone") and body["code"] != CODE:
        helping.tries -= 1
        raise door.refuse(403, "phone-code-wrong", remaining_attempts=helping.tries)
    if what != "freeze" and body["face_capture"].partition(":")[0] == OTHER_FACE:
        raise door.refuse(403, "face-not-matched")
    if body.get("new_pin") == WEAK:
        raise door.refuse(409, "pin-weak")
