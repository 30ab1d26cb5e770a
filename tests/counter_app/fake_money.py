"""The stand-in's deposits, transfers, reversals and approvals, in memory."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from fastapi import FastAPI, Request
from starlette.responses import Response

PHONE, NAME = "0912345678", {"masked_name": "H••••• T•• Mai", "masked_id": "•••••••••234"}
NAME_SAID = "hoang thi mai"
THRESHOLD, BY_NAME_MAX = 10_000_000, 2_000_000

Answer = tuple[int, dict[str, Any]]


class Door(Protocol):
    """What the stand-in lends: who asks, at which drawer, once a key, and how it says no."""

    office: dict[str, str]

    def who(self, request: Request, role: str) -> str: ...

    def shift(self, username: str) -> dict[str, Any]: ...

    async def once(self, request: Request, username: str, act: Callable[[], Answer]) -> Response: ...

    def refuse(self, status: int, slug: str, **members: Any) -> Exception: ...

    def receipt_of(self, withdrawal_id: str) -> dict[str, Any] | None: ...

    def now(self) -> datetime: ...


@dataclass
class Money:
    """What was proposed, asked for, and done."""

    proposals: dict[str, dict[str, Any]] = field(default_factory=dict)
    approvals: list[dict[str, Any]] = field(default_factory=list)
    vouchers: list[dict[str, Any]] = field(default_factory=list)
    counterfeits: list[dict[str, Any]] = field(default_factory=list)
    answer_for_others: bool = False  # a fault of the service: the voucher is about something else

    def approval_of(self, kind: str, subject: str) -> dict[str, Any] | None:
        """Give the newest request for a thing."""
        found = [one for one in self.approvals if (one["kind"], one["subject"]) == (kind, subject)]
        return found[-1] if found else None

    def decide(self, number: int = -1, *, approve: bool = True) -> dict[str, Any]:
        """Decide a request as a supervisor elsewhere would."""
        one = self.approvals[number]
        one |= {
            "status": "approved" if approve else "refused",
            "decided_by": "Vi Thị Thu",
            "decided_at": one["requested_at"],
            "decision_reason": "Đã gọi điện",
        }
        return one


def utc(moment: datetime) -> str:
    """Write a moment as the contract does."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def install(app: FastAPI, money: Money, door: Door) -> None:
    """Add the routes."""
    _proposals(app, money, door)
    _reversals(app, money, door)
    _approvals(app, money, door)
    _lists(app, money, door)


def _asked(
    money: Money, door: Door, username: str, kind: str, subject: str, amount: int | None, body: dict[str, str]
) -> Answer:
    before = money.approval_of(kind, subject)
    if before and before["status"] in ("waiting", "approved"):
        raise door.refuse(409, "already-requested", approval_id=before["id"], stands=before["status"])
    made = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "subject": subject,
        "amount": amount,
        **door.office,
        "reason": body.get("reason", "above-threshold"),
        "words": body["words"],
        "requested_by": username,
        "requested_at": utc(door.now()),
        "expires_at": utc(door.now() + timedelta(hours=8)),
        "status": "waiting",
        "decided_by": None,
        "decided_at": None,
        "decision_reason": None,
    }
    money.approvals.append(made)
    return 201, made


def _use(money: Money, door: Door, kind: str, subject: str) -> None:
    found = money.approval_of(kind, subject)
    if found is None:
        raise door.refuse(409, "approval-needed")
    if found["status"] != "approved":
        raise door.refuse(409, f"approval-{found['status']}", approval_id=found["id"])
    found["status"] = "used"


def _voucher(
    money: Money, door: Door, shift: dict[str, Any], kind: str, subject: str, amount: int, **more: Any
) -> Answer:
    made = {
        "id": str(uuid.uuid4()),
        "number": f"{door.office['office']}-261122-V{len(money.vouchers) + 1:04}",
        "kind": kind,
        "subject": subject,
        "amount": amount,
        "fee": 0,
        "counts": None,
        **door.office,
        "drawer": shift["drawer"],
        "clerk": shift["clerk"],
        "customer": NAME,
        "other": None,
        "confirmed": "approval",
        "made_at": utc(door.now()),
        "entry_id": str(uuid.uuid4()),
        "undoes": None,
        "undone_by": None,
        "receipt_code": "https://vi.example/verify/#eyJhbGciOiJFZERTQSJ9.e30.y",
        **more,
    }
    money.vouchers.append(made)
    return 201, made


def _shown(money: Money, kind: str, made: dict[str, Any]) -> dict[str, Any]:
    done = next((v for v in money.vouchers if (v["kind"], v["subject"]) == (kind, made["id"])), None)
    return {
        **{name: value for name, value in made.items() if name != "clerk"},
        "needs_approval": made["amount"] > THRESHOLD,
        "approval": money.approval_of(kind, made["id"]),
        "voucher_id": done["id"] if done else None,
        "proposed_at": "2026-11-22T01:30:00Z",
    }


def _proposals(app: FastAPI, money: Money, door: Door) -> None:  # noqa: C901 - a list of routes
    @app.post("/counter/v1/{what}")
    async def propose(request: Request, what: str) -> Response:
        username, body = door.who(request, "clerk"), await request.json()

        def work() -> Answer:
            door.shift(username)
            if what == "counterfeits":
                made = {
                    "id": str(uuid.uuid4()),
                    "number": f"{door.office['office']}-261122-G0001",
                    "note": int(body["note"]),
                    "serial": body["serial"],
                    "bearer_name": body["bearer_name"],
                    "masked_id": "••••••••1234",
                    **door.office,
                    "drawer": 1,
                    "clerk": username,
                    "found_at": utc(door.now()),
                }
                money.counterfeits.append(made)
                return 201, made
            if body["to"].get("phone", PHONE) != PHONE:
                raise door.refuse(404, "payee-unknown")
            made = {"id": str(uuid.uuid4()), "payee": NAME, "clerk": username}
            if what == "deposits":
                amount = sum(int(note) * count for note, count in body["counts"].items())
                counts = {note: count for note, count in body["counts"].items() if count}
                ways = ["card", "pin"] if amount > BY_NAME_MAX else ["name", "card", "pin"]
                made |= {"amount": amount, "counts": counts, "ways": ways}
            else:
                made |= {"amount": body["amount"], "payer": NAME}
            money.proposals[str(made["id"])] = made
            return 201, _shown(money, what.removesuffix("s"), made)

        return await door.once(request, username, work)

    @app.get("/counter/v1/{what}/{id}")
    async def look(request: Request, what: str, id: str) -> Any:
        door.who(request, "clerk")
        if what == "approvals":
            found = next((one for one in money.approvals if one["id"] == id), None)
        elif what == "vouchers":
            found = next((one for one in money.vouchers if one["id"] == id), None)
        else:
            made = money.proposals.get(id)
            found = _shown(money, what.removesuffix("s"), made) if made else None
        if found is None:
            raise door.refuse(404, "not-found")
        return found

    @app.post("/counter/v1/{what}/{id}/approval-request")
    async def ask(request: Request, what: str, id: str) -> Response:
        username, body = door.who(request, "clerk"), await request.json()
        if what == "counts":  # its figure is not for who counts
            return await door.once(
                request, username, lambda: _asked(money, door, username, "opening-count", id, None, body)
            )
        kind, amount = what.removesuffix("s"), money.proposals[id]["amount"]
        return await door.once(
            request, username, lambda: _asked(money, door, username, kind, id, amount, body)
        )

    @app.post("/counter/v1/{what}/{id}/confirmation")
    async def confirm(request: Request, what: str, id: str) -> Response:
        username, body = door.who(request, "clerk"), await request.json()

        def work() -> Answer:
            shift, made, kind = door.shift(username), money.proposals[id], what.removesuffix("s")
            if _shown(money, kind, made)["voucher_id"]:
                raise door.refuse(409, "voucher-exists")
            if body.get("name", NAME_SAID) != NAME_SAID:
                raise door.refuse(409, "wrong-name", remaining_attempts=4)
            if body.get("pin", "246810") != "246810":
                raise door.refuse(403, "wrong-pin", remaining_attempts=4)
            if made["amount"] > THRESHOLD:
                _use(money, door, kind, id)
            more = (
                {"counts": made["counts"], "confirmed": body["by"]}
                if kind == "deposit"
                else {"confirmed": "pin", "other": NAME}
            )
            subject = made["id"] if money.answer_for_others else id
            return _voucher(money, door, shift, kind, subject, made["amount"], **more)

        return await door.once(request, username, work)


def _reversals(app: FastAPI, money: Money, door: Door) -> None:
    def done(what: str, id: str) -> dict[str, Any]:
        if what == "withdrawals":
            found = door.receipt_of(id)
        else:
            found = next((v for v in money.vouchers if (v["kind"], v["subject"]) == ("deposit", id)), None)
        if found is None:
            raise door.refuse(404, "not-found")
        return found

    @app.post("/counter/v1/{what}/{id}/reversal-request")
    async def ask(request: Request, what: str, id: str) -> Response:
        username, body = door.who(request, "clerk"), await request.json()
        kind = f"{what.removesuffix('s')}-reversal"
        return await door.once(
            request,
            username,
            lambda: _asked(money, door, username, kind, id, done(what, id)["amount"], body),
        )

    @app.post("/counter/v1/{what}/{id}/reversal")
    async def reverse(request: Request, what: str, id: str) -> Response:
        username, body = door.who(request, "clerk"), await request.json()

        def work() -> Answer:
            shift, first, kind = door.shift(username), done(what, id), f"{what.removesuffix('s')}-reversal"
            counted = sum(int(note) * count for note, count in body["counts"].items())
            if counted != first["amount"]:
                raise door.refuse(409, "count-differs", counted=counted, amount=first["amount"])
            _use(money, door, kind, id)
            made = _voucher(
                money, door, shift, kind, id, counted, counts=body["counts"], undoes=first["number"]
            )
            first["undone_by"] = made[1]["number"]
            if what == "withdrawals":
                shift["undone_count"] += 1
                shift["undone_total"] += counted
            return made

        return await door.once(request, username, work)


def _approvals(app: FastAPI, money: Money, door: Door) -> None:
    @app.get("/staff/v1/approvals")
    async def queue(request: Request) -> Any:
        door.who(request, "supervisor")
        waiting = [one for one in money.approvals if one["status"] == "waiting"]
        return {"items": waiting, "next_cursor": None}

    @app.post("/staff/v1/approvals/{id}/decision")
    async def decide(request: Request, id: str) -> Response:
        username, body = door.who(request, "supervisor"), await request.json()

        def work() -> Answer:
            number = next(n for n, one in enumerate(money.approvals) if one["id"] == id)
            if money.approvals[number]["status"] != "waiting":
                raise door.refuse(409, "approval-decided", decided_as=money.approvals[number]["status"])
            return 200, money.decide(number, approve=body["decision"] == "approve")

        return await door.once(request, username, work)


def _lists(app: FastAPI, money: Money, door: Door) -> None:
    @app.get("/counter/v1/{what}")
    async def listed(request: Request, what: str, subject: str = "") -> Any:
        door.who(request, "clerk")
        kept = {
            "approvals": money.approvals,
            "vouchers": money.vouchers,
            "counterfeits": money.counterfeits,
        }
        if what not in kept:
            raise door.refuse(404, "not-found")
        items = [one for one in reversed(kept[what]) if not subject or one["subject"] == subject]
        return {"items": items, "next_cursor": None}
