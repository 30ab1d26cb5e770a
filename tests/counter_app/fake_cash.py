"""The fake service's vault, deliveries and shifts of others."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request
from starlette.responses import Response


@dataclass
class Tools:
    """What the fake lends: who asks, acting once for a key, refusing, the time, and the shifts."""

    who: Callable[[Request, str], str]
    once: Callable[..., Any]
    refuse: Callable[..., Exception]
    now: Callable[[], str]
    total: Callable[[dict[str, int]], int]
    shifts: dict[str, dict[str, Any]]
    passwords: dict[str, str]
    names: dict[str, str]
    office: str


@dataclass
class Cash:
    """The fake's vault and deliveries."""

    vault: dict[str, int] = field(default_factory=dict)
    vault_counted_at: str | None = None
    count_due: bool = False
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    counted: set[str] = field(default_factory=set)
    leave: set[str] = field(default_factory=set)
    proposals: list[dict[str, Any]] = field(default_factory=list)
    missing: int = 0
    in_drawer: int | None = None  # what an opening count is measured by; None: by itself

    def propose(self, direction: str = "to-office", amount: int = 80_000_000) -> None:
        """Let the next plan propose a delivery."""
        self.proposals.append(
            {
                "office": f"0597{len(self.proposals) + 1}-1",
                "name": "Bưu điện Hoàng Văn Thụ",
                "direction": direction,
                "amount": amount,
                "cash": 35_000_000,
                "need": 95_000_000,
                "after": 115_000_000,
                "alarms": ["short-soon"],
            }
        )

    def delivery(
        self, direction: str = "to-office", status: str = "sent", amount: int = 60_000_000
    ) -> dict[str, Any]:
        """Put a delivery on the road."""
        made = {
            "id": str(uuid.uuid4()),
            "office": "05971-1",
            "direction": direction,
            "status": status,
            "amount": amount,
            "ordered_at": "2026-11-22T00:00:00Z",
            "sent_at": "2026-11-22T01:00:00Z" if status != "ordered" else None,
            "turned_reason": None,
            "difference": None,
            "explanation": None,
            "for_another": False,
            "recount": False,
        }
        self.deliveries.append(made)
        return made

    def stands(self, subject: str, counted: int, expected: int) -> bool:
        """Tell whether a count stands: it agrees, or it is the second."""
        if counted == expected or subject in self.counted:
            return True
        self.counted.add(subject)
        return False

    def find(self, id: str, tools: Tools) -> dict[str, Any]:
        """Find a delivery."""
        found = next((one for one in self.deliveries if one["id"] == id), None)
        if found is None:
            raise tools.refuse(404, "delivery-unknown")
        return found


def add(app: FastAPI, cash: Cash, tools: Tools) -> None:
    """Add the routes."""
    _shifts(app, cash, tools)
    _vault(app, cash, tools)
    _clerks(app, cash, tools)
    _supervisors(app, cash, tools)


def _shown(shift: dict[str, Any], cash: Cash) -> dict[str, Any]:
    kept = {name: shift[name] for name in ("id", "office", "drawer", "clerk", "opened_at")}
    return kept | {"may_be_taken_over": shift["id"] in cash.leave}


def _shifts(app: FastAPI, cash: Cash, tools: Tools) -> None:  # noqa: C901 - a list of routes
    def opened() -> list[dict[str, Any]]:
        return [shift for shift in tools.shifts.values() if shift["status"] == "open"]

    @app.get("/counter/v1/shifts")
    async def office_shifts(request: Request) -> Any:
        tools.who(request, "clerk")
        return {"items": [_shown(shift, cash) for shift in opened()]}

    @app.get("/staff/v1/shifts")
    async def open_shifts(request: Request) -> Any:
        tools.who(request, "supervisor")
        return {"items": [_shown(shift, cash) for shift in opened()], "next_cursor": None}

    @app.post("/staff/v1/shifts/{id}/take-over")
    async def grant(request: Request, id: str) -> Response:
        username = tools.who(request, "supervisor")

        def granting() -> tuple[int, dict[str, Any]]:
            cash.leave.add(id)
            return 200, _shown(next(shift for shift in opened() if shift["id"] == id), cash)

        answer: Response = await tools.once(request, username, granting)
        return answer

    def close(shift: dict[str, Any], counts: dict[str, int], by: str) -> bool:
        expected = shift["opening_total"] - shift["paid_total"]
        counted = tools.total(counts)
        if not cash.stands(shift["id"], counted, expected):
            return False
        shift |= {
            "status": "closed",
            "closed_at": tools.now(),
            "closing_counts": counts,
            "closing_total": counted,
            "closing_over_short": counted - expected,
            "counted_by": tools.names[by],
        }
        return True

    @app.post("/counter/v1/shifts/current/hand-over")
    async def hand_over(request: Request) -> Response:
        username, body = tools.who(request, "clerk"), await request.json()

        def handing() -> tuple[int, dict[str, Any]]:
            if tools.passwords.get(body["username"]) != body["password"] or body["username"] == username:
                raise tools.refuse(409, "colleague-not-proved")
            shift = tools.shifts[username]
            if not close(shift, body["counts"], username):
                return 200, {"closed": shift | {"recount": True}, "opened": None}
            opened = dict(shift) | {
                "id": str(uuid.uuid4()),
                "clerk": tools.names[body["username"]],
                "status": "open",
                "opening_total": shift["closing_total"],
                "closed_at": None,
                "closing_total": None,
                "closing_over_short": None,
                "counted_by": None,
                "paid_total": 0,
                "paid_count": 0,
            }
            tools.shifts[body["username"]] = opened
            return 200, {"closed": dict(shift), "opened": dict(opened)}

        answer: Response = await tools.once(request, username, handing)
        return answer

    @app.post("/counter/v1/shifts/{id}/take-over")
    async def take_over(request: Request, id: str) -> Response:
        username, body = tools.who(request, "clerk"), await request.json()

        def taking() -> tuple[int, dict[str, Any]]:
            shift = next((one for one in opened() if one["id"] == id), None)
            if shift is None:
                raise tools.refuse(404, "shift-unknown")
            if id not in cash.leave:
                raise tools.refuse(409, "take-over-not-granted")
            done = close(shift, body["counts"], username)
            return 200, dict(shift) | {"recount": not done}

        answer: Response = await tools.once(request, username, taking)
        return answer


def _vault(app: FastAPI, cash: Cash, tools: Tools) -> None:
    @app.get("/counter/v1/cash/vault")
    async def vault(request: Request) -> Any:
        tools.who(request, "clerk")
        by = "Hoàng Thị Lan" if cash.vault_counted_at else None
        return {"counted_at": cash.vault_counted_at, "counted_by": by, "count_due": cash.count_due}

    @app.post("/counter/v1/cash/vault/count")
    async def count_vault(request: Request) -> Response:
        username, body = tools.who(request, "clerk"), await request.json()

        def counting() -> tuple[int, dict[str, Any]]:
            counted, expected = tools.total(body["counts"]), tools.total(cash.vault)
            nothing = {"id": None, "counted_at": None, "total": None, "over_short": None}
            if not cash.stands("vault", counted, expected):
                return 200, nothing | {"recount": True}
            cash.vault, cash.count_due, cash.vault_counted_at = body["counts"], False, tools.now()
            told = {"counted_at": cash.vault_counted_at, "total": counted, "over_short": counted - expected}
            return 200, {"id": str(uuid.uuid4()), "recount": False} | told

        answer: Response = await tools.once(request, username, counting)
        return answer


def _clerks(app: FastAPI, cash: Cash, tools: Tools) -> None:  # noqa: C901 - a list of routes
    @app.get("/counter/v1/cash/deliveries")
    async def deliveries(request: Request) -> Any:
        tools.who(request, "clerk")
        hidden = [
            one | {"amount": None if one["direction"] == "to-office" else one["amount"]}
            for one in cash.deliveries
        ]
        return {"items": hidden, "next_cursor": None}

    @app.post("/counter/v1/cash/moves")
    async def move(request: Request) -> Response:
        username, body = tools.who(request, "clerk"), await request.json()

        def moving() -> tuple[int, dict[str, Any]]:
            sign = -1 if body["to"] == "drawer" else 1
            if sign == -1 and cash.count_due:
                raise tools.refuse(409, "vault-count-due", counted_at=cash.vault_counted_at)
            for note, number in body["counts"].items():
                if cash.vault.get(note, 0) + sign * number < 0:
                    raise tools.refuse(409, "notes-not-there", place="vault", too_few=[note])
                cash.vault[note] = cash.vault.get(note, 0) + sign * number
            return 201, {"id": str(uuid.uuid4()), "to": body["to"], "amount": tools.total(body["counts"])}

        answer: Response = await tools.once(request, username, moving)
        return answer

    @app.post("/counter/v1/cash/requests")
    async def ask(request: Request) -> Response:
        username, body = tools.who(request, "clerk"), await request.json()

        def asking() -> tuple[int, dict[str, Any]]:
            if any(one["status"] == "waiting" for one in cash.asked):
                raise tools.refuse(409, "cash-asked")
            cash.asked.insert(0, _request(tools, username, body))
            return 201, cash.asked[0]

        answer: Response = await tools.once(request, username, asking)
        return answer

    @app.get("/counter/v1/cash/requests")
    async def asked(request: Request) -> Any:
        tools.who(request, "clerk")
        return {"items": cash.asked, "next_cursor": None}

    @app.post("/counter/v1/cash/handed")
    async def give(request: Request) -> Response:
        username, body = tools.who(request, "clerk"), await request.json()

        def giving() -> tuple[int, dict[str, Any]]:
            if tools.passwords.get(body["username"]) != body["password"] or body["username"] == username:
                raise tools.refuse(409, "colleague-not-proved")
            theirs = tools.shifts.get(body["username"])
            if theirs is None:
                raise tools.refuse(409, "colleague-has-no-drawer")
            amount, drawer = tools.total(body["counts"]), theirs["drawer"]
            return 201, {"id": str(uuid.uuid4()), "to": "colleague", "amount": amount, "drawer": drawer}

        answer: Response = await tools.once(request, username, giving)
        return answer

    @app.post("/counter/v1/cash/exchanges")
    async def exchange(request: Request) -> Response:
        username, body = tools.who(request, "clerk"), await request.json()

        def changing() -> tuple[int, dict[str, Any]]:
            given, taken = tools.total(body["given"]), tools.total(body["taken"])
            if given != taken:
                raise tools.refuse(409, "exchange-differs", given=given, taken=taken)
            return 201, {"id": str(uuid.uuid4()), "amount": given, **body}

        answer: Response = await tools.once(request, username, changing)
        return answer

    @app.post("/counter/v1/cash/deliveries/{id}/{step}")
    async def step_(request: Request, id: str, step: str) -> Response:
        username, body = tools.who(request, "clerk"), await request.json()
        answer: Response = await tools.once(
            request, username, lambda: (200, _step(cash, tools, id, step, body))
        )
        return answer


def _request(tools: Tools, username: str, body: dict[str, Any]) -> dict[str, Any]:
    made = {"id": str(uuid.uuid4()), "office": tools.office, "asked_by": tools.names[username]}
    undecided = {"asked_at": tools.now(), "status": "waiting", "decided_at": None, "refusal": None}
    return made | body | undecided


def _supervisors(app: FastAPI, cash: Cash, tools: Tools) -> None:
    _plans(app, cash, tools)

    @app.get("/staff/v1/deliveries/requests")
    async def waiting(request: Request) -> Any:
        tools.who(request, "supervisor")
        return {"items": [one for one in cash.asked if one["status"] == "waiting"], "next_cursor": None}

    @app.post("/staff/v1/deliveries/requests/{id}/{word}")
    async def decide(request: Request, id: str, word: str) -> Response:
        username, body = tools.who(request, "supervisor"), await request.json()

        def deciding() -> tuple[int, dict[str, Any]]:
            found = next(one for one in cash.asked if one["id"] == id)
            if found["status"] != "waiting":
                raise tools.refuse(409, "request-decided")
            if word == "order":
                cash.delivery("to-office", "ordered", body["amount"])
            found |= {
                "status": {"order": "ordered", "refuse": "refused"}[word],
                "refusal": body.get("reason"),
            }
            return 200, found

        answer: Response = await tools.once(request, username, deciding)
        return answer

    @app.post("/staff/v1/deliveries")
    async def order(request: Request) -> Response:
        username, body = tools.who(request, "supervisor"), await request.json()
        made = lambda: (201, cash.delivery(body["direction"], "ordered", body["amount"]))  # noqa: E731
        answer: Response = await tools.once(request, username, made)
        return answer

    @app.get("/staff/v1/deliveries")
    async def deliveries(request: Request, which: str) -> Any:
        tools.who(request, "supervisor")
        ended = {"received", "returned", "cancelled"}
        opened = [one for one in cash.deliveries if one["status"] not in ended]
        odd = [one for one in cash.deliveries if one["difference"] and not one["explanation"]]
        return {"items": odd if which == "unexplained" else opened, "next_cursor": None}

    @app.post("/staff/v1/deliveries/{id}/{step}")
    async def step_(request: Request, id: str, step: str) -> Response:
        username, body = tools.who(request, "supervisor"), await request.json()
        answer: Response = await tools.once(
            request, username, lambda: (200, _step(cash, tools, id, step, body))
        )
        return answer


def _plans(app: FastAPI, cash_: Cash, tools: Tools) -> None:
    @app.get("/wallet/v1/areas")
    async def areas() -> Any:
        names = {"178": "Thành phố Lạng Sơn", "180": "Tràng Định"}
        return {"items": [{"code": code, "name": name} for code, name in names.items()]}

    @app.get("/staff/v1/floats/plan")
    async def plan(request: Request, area: str, cash: int = 2_000_000_000) -> Any:
        tools.who(request, "supervisor")
        if area != "178":
            raise tools.refuse(404, "area-unknown")
        amounts = {
            way: sum(one["amount"] for one in cash_.proposals if one["direction"] == way)
            for way in ("to-office", "to-area")
        }
        return {
            "area_code": area,
            "until": "2026-11-25",
            "area_cash": cash,
            "trip_max": 2_000_000_000,
            "out": amounts["to-office"],
            "back": amounts["to-area"],
            "missing": cash_.missing if cash >= 1_000_000_000 else 40_000_000,
            "proposals": cash_.proposals,
        }


def _step(cash: Cash, tools: Tools, id: str, step: str, body: dict[str, Any]) -> dict[str, Any]:
    delivery = cash.find(id, tools)
    if step == "send":
        if tools.total(body["counts"]) != delivery["amount"]:
            raise tools.refuse(409, "delivery-sum-differs", amount=delivery["amount"])
        delivery |= {"status": "sent", "sent_at": tools.now()}
    elif step == "receive":
        counted = tools.total(body["counts"])
        if not cash.stands(id, counted, delivery["amount"]):
            return delivery | {"amount": None, "recount": True}
        delivery |= {"status": "received", "difference": counted - delivery["amount"]}
    elif step in {"refuse", "cancel"}:
        status = "cancelled" if delivery["status"] == "ordered" else "turned-back"
        delivery |= {"status": status, "turned_reason": body["reason"]}
    else:
        delivery |= {"explanation": body["reason"]}
    return dict(delivery)
