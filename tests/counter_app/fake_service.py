"""A small stand-in for the service: the staff's and the counter's routes, in memory, with switches.

`Fake.app` answers over ASGI, in a test through `FakeTransport` (which can also lose answers as a bad line
does) or served by uvicorn for a look in a browser: `python -m tests.counter_app.fake_service PORT`.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Literal

import httpx2
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response

from tests.counter_app import (
    fake_board,
    fake_cash,
    fake_complaints,
    fake_elders,
    fake_helping,
    fake_members,
    fake_money,
)

COUNT_ID = "01a1e215-2900-75c3-8008-a70f28225ef7"
WORD_ABOVE = 1_000_000
OFFICE, OFFICE_NAME = "05971-1", "Bưu điện xã Yên Phúc"
CLERK, OTHER_CLERK, SUPERVISOR, OPERATOR, PASSWORD = "lan", "minh", "thu", "hanh", "cho-hang-8"
CARD = "020185001234"
CARD_QR = f"{CARD}|081234567|Hoàng Thị Mai|02091985|Nữ|Thôn Nà Pò, Yên Phúc, Văn Quan, Lạng Sơn|10052021"
PIN = "246810"
VIET_NAM = timezone(timedelta(hours=7))

STAFF = {
    CLERK: ("clerk", OFFICE, "Nông Thị Lan"),
    OTHER_CLERK: ("clerk", OFFICE, "Lương Văn Minh"),
    SUPERVISOR: ("supervisor", None, "Vi Thị Thu"),
    OPERATOR: ("operator", None, "Trần Văn Hành"),
}

Cut = Literal["none", "refuse-connection", "lose-request", "lose-answer", "garbage", "server-error"]


class Refused(Exception):  # noqa: N818 - the word of the glossary
    """A problem to answer with."""

    def __init__(self, status: int, slug: str, **members: Any) -> None:
        super().__init__(slug)
        self.status, self.slug, self.members = status, slug, members


NOT_FINAL = {"request-in-progress", "unauthenticated", "forbidden"}  # they say nothing of what was asked


@dataclass
class Withdrawal:
    """One withdrawal as the fake knows it."""

    id: str
    amount: int
    code: str
    digits: str
    status: str = "authorised"
    drawer: int = 0
    receipt: dict[str, Any] | None = None
    problem: tuple[int, str, dict[str, Any]] | None = None
    notes: dict[str, int] | None = None
    small_notes: dict[str, int] | None = None


@dataclass
class Fake:
    """The fake's memory and switches."""

    clock: Callable[[], datetime]
    withdrawals: list[Withdrawal] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    shifts: dict[str, dict[str, Any]] = field(default_factory=dict)
    applications: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)
    remembered: dict[tuple[str, str], tuple[bytes, int, dict[str, Any]]] = field(default_factory=dict)
    refused: dict[tuple[str, str], tuple[bytes, Refused]] = field(default_factory=dict)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)  # at an office
    refuse_next: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    money: fake_money.Money = field(default_factory=fake_money.Money)
    elders: fake_elders.Elders = field(default_factory=fake_elders.Elders)
    helping: fake_helping.Helping = field(default_factory=fake_helping.Helping)
    expires_in: int = 900
    cash: fake_cash.Cash = field(default_factory=fake_cash.Cash)
    movements: dict[str, int] | None = None  # of a closed shift
    first_password: str = ""  # given by somebody else: opens no session
    factor: str = "off"  # or "to-enrol", or "enrolled": then a code is good once
    passkey: dict[str, Any] | None = None  # what a passkey is asked after the password
    passkeys: list[dict[str, Any]] = field(default_factory=list)
    codes: list[str] = field(default_factory=lambda: ["492039", "118530"])
    held: bool = False  # acts, and keeps the answer back while it is set

    def withdrawal(self, amount: int = 2_000_000, digits: str = "1234567890", **more: Any) -> Withdrawal:
        """Authorise a withdrawal."""
        made = Withdrawal(
            str(uuid.uuid4()), amount, f"eyJhbGciOiJFZERTQSJ9.{digits}.c2lnbmF0dXJl", digits, **more
        )
        self.withdrawals.append(made)
        return made

    def application(
        self,
        full_name: str = "Triệu Văn Páo",
        reasons: tuple[str, ...] = ("face-doubtful",),
        field: str | None = None,
    ) -> dict[str, Any]:
        """Let an application wait for a supervisor."""
        made = {
            "id": str(uuid.uuid4()),
            "full_name": full_name,
            "masked_id": "020•••••6789",
            "date_of_birth": "1961-03-08",
            "reasons": list(reasons),
            "field": field,
            "created_at": _utc(self.clock()),
        }
        self.applications.append(made)
        return made

    def paid(self) -> list[dict[str, Any]]:
        """Receipts, newest first."""
        return list(reversed(self.receipts))

    @property
    def app(self) -> FastAPI:
        """The ASGI app."""
        return _app(self)


@dataclass
class FakeTransport(httpx2.AsyncBaseTransport):
    """Carries requests to the fake; `cut` loses the next `times` that match `only`."""

    fake: Fake
    cut: Cut = "none"
    times: int = 1
    only: str = ""  # a part of the path
    lost: list[str] = field(default_factory=list)  # paths of what was cut

    def __post_init__(self) -> None:
        """Build the inner transport once."""
        self._inner = httpx2.ASGITransport(self.fake.app)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry one request."""
        cut: Cut = "none"
        if self.cut != "none" and self.times > 0 and self.only in request.url.path:
            cut, self.times = self.cut, self.times - 1
            self.lost.append(request.url.path)
        if cut == "refuse-connection":
            raise httpx2.ConnectError("refused")
        if cut == "lose-request":
            raise httpx2.ReadTimeout("lost on the way there")
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        if cut == "lose-answer":
            raise httpx2.ReadError("lost on the way back")
        if cut == "garbage":
            return httpx2.Response(200, text="<html>Captive portal</html>")
        if cut == "server-error":
            return httpx2.Response(502, text="Bad gateway")
        return answer


NOTHING_MOVED = {
    f"{name}_{part}": 0
    for name in ("deposit", "transfer", "payment_undone", "deposit_undone")
    for part in ("count", "total")
} | {"moved_in_total": 0, "moved_out_total": 0, "counts_over_short": 0}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _total(counts: Mapping[str, int]) -> int:
    return sum(int(note) * count for note, count in counts.items())


def _app(fake: Fake) -> FastAPI:
    app = FastAPI()

    @app.exception_handler(Refused)
    async def _refused(request: Request, refused: Refused) -> Response:
        body = {
            "type": f"urn:soft-atm:problem:{refused.slug}",
            "title": refused.slug,
            "status": refused.status,
            "detail": "",
            "instance": f"urn:uuid:{uuid.uuid4()}",
            **refused.members,
        }
        return JSONResponse(body, refused.status, media_type="application/problem+json")

    @app.middleware("http")
    async def _dated(request: Request, call_next: Callable[[Request], Any]) -> Response:
        fake.asked.append((request.method, request.url.path, request.headers.get("idempotency-key")))
        answer: Response = await call_next(request)
        while fake.held and request.method == "POST":  # noqa: ASYNC110 - see below
            await asyncio.sleep(0.01)  # a test sets it from another thread as well
        return answer

    @app.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok")

    _passwords(app, fake)
    _passkeys(app, fake)
    _staff(app, fake)
    _counter(app, fake)
    fake_cash.add(app, fake.cash, _tools(fake))
    fake_elders.install(app, fake.elders, _MoneyDoor(fake))
    fake_helping.install(app, fake.helping, _MoneyDoor(fake))
    fake_money.install(app, fake.money, _MoneyDoor(fake))
    fake_members.install(app, _MoneyDoor(fake))  # before the board, whose routes take any word
    fake_complaints.install(app, _MoneyDoor(fake))
    fake_board.install(app, _MoneyDoor(fake), fake.changes)
    return app


@dataclass
class _MoneyDoor:
    """What this stand-in lends to deposits, transfers, reversals and approvals."""

    fake: Fake
    office: dict[str, str] = field(default_factory=lambda: {"office": OFFICE, "office_name": OFFICE_NAME})

    def who(self, request: Request, role: str) -> str:
        """Tell who asks."""
        return _who(self.fake, request, role)

    def shift(self, username: str) -> dict[str, Any]:
        """Give the open shift."""
        return _shift(self.fake, username)

    async def once(
        self, request: Request, username: str, act: Callable[[], tuple[int, dict[str, Any]]]
    ) -> Response:
        """Act once for a key."""
        return await _once(self.fake, request, username, act)

    def refuse(self, status: int, slug: str, **members: Any) -> Exception:
        """Make a refusal."""
        return Refused(status, slug, **members)

    def receipt_of(self, withdrawal_id: str) -> dict[str, Any] | None:
        """Give the receipt of a withdrawal."""
        return next((r for r in self.fake.receipts if r["withdrawal_id"] == withdrawal_id), None)

    def card_receipt(self, username: str, amount: int) -> dict[str, Any]:
        """Pay by card: give the receipt."""
        made = self.fake.withdrawal(amount)
        return _receipt(self.fake, made, _shift(self.fake, username), "typed")

    def now(self) -> datetime:
        """Read the clock."""
        return self.fake.clock()


def _tools(fake: Fake) -> fake_cash.Tools:
    return fake_cash.Tools(
        who=lambda request, role: _who(fake, request, role),
        once=lambda request, username, act: _once(fake, request, username, act),
        refuse=Refused,
        now=lambda: _utc(fake.clock()),
        total=_total,
        shifts=fake.shifts,
        passwords=dict.fromkeys(STAFF, PASSWORD),
        names={username: name for username, (_, _, name) in STAFF.items()},
        office=OFFICE,
    )


def _who(fake: Fake, request: Request, role: str) -> str:
    username = fake.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
    if username is None:
        raise Refused(401, "unauthenticated")
    if STAFF[username][0] != role:
        raise Refused(403, "forbidden", needs=role)
    return username


def _tokens(fake: Fake, username: str) -> Response:
    access, refresh = uuid.uuid4().hex, uuid.uuid4().hex
    fake.tokens |= {access: username, f"refresh-{refresh}": username}
    role, office, name = STAFF[username]
    return JSONResponse(
        {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": fake.expires_in,
            "refresh_token": f"refresh-{refresh}",
            "role": role,
            "office": office,
            "office_name": OFFICE_NAME if office else None,
            "display_name": name,
            "device": f"sign.{username}",
        },
        201,
    )


def _passwords(app: FastAPI, fake: Fake) -> None:
    @app.post("/staff/v1/sessions/end")
    async def end(request: Request) -> Response:
        fake.tokens.pop((await request.json())["refresh_token"], None)
        return Response(status_code=204)

    @app.post("/staff/v1/second-factor", status_code=201)
    async def offer(request: Request) -> dict[str, str]:
        secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
        name = (await request.json())["username"]
        return {"secret": secret, "uri": f"otpauth://totp/soft-ATM:{name}?secret={secret}&issuer=soft-ATM"}

    @app.post("/staff/v1/password")
    async def choose_password(request: Request) -> Response:
        body = await request.json()
        if body["username"] not in STAFF or body["password"] != PASSWORD:
            raise Refused(401, "wrong-credentials")
        if body["new_password"] == body["password"]:
            raise Refused(409, "password-unfit")
        fake.first_password = ""
        return Response(status_code=204)


def _admit(fake: Fake, body: dict[str, str]) -> None:
    if body["username"] not in STAFF or body["password"] != PASSWORD:
        raise Refused(401, "wrong-credentials")
    if fake.first_password == body["password"]:
        raise Refused(403, "password-must-be-changed")
    if fake.factor != "off":
        _second_factor(fake, body.get("code"))


def _second_factor(fake: Fake, code: str | None) -> None:
    if code is None and fake.factor == "enrolled":
        raise Refused(401, "second-factor-needed", passkey=fake.passkey)
    if code is None:
        raise Refused(403, "second-factor-to-enrol")
    if code not in fake.codes:
        raise Refused(401, "second-factor-wrong", remaining_attempts=4)
    fake.codes.remove(code)
    fake.factor = "enrolled"


def _passkeys(app: FastAPI, fake: Fake) -> None:
    @app.post("/staff/v1/sessions/passkey", status_code=201)
    async def sign_in_by_passkey(request: Request) -> Response:
        body = await request.json()
        if body["passkey"] != {"signed": body["username"]}:
            raise Refused(401, "passkey-wrong", remaining_attempts=4)
        return _tokens(fake, body["username"])

    @app.get("/staff/v1/passkeys")
    async def passkeys(request: Request) -> dict[str, Any]:
        _who(fake, request, "supervisor")
        return {"items": fake.passkeys}

    @app.post("/staff/v1/passkeys/options", status_code=201)
    async def ask_to_add(request: Request) -> dict[str, Any]:
        _who(fake, request, "supervisor")
        _second_factor(fake, (await request.json())["code"])
        return {"options": {"rp": {"id": "localhost"}, "challenge": "AAAA"}}

    @app.post("/staff/v1/passkeys", status_code=201)
    async def add_passkey(request: Request) -> dict[str, Any]:
        _who(fake, request, "supervisor")
        body = await request.json()
        if body["passkey"] != {"made": "here"}:
            raise Refused(401, "passkey-wrong", remaining_attempts=3)
        at = _utc(fake.clock())
        fake.passkeys.append({"id": str(uuid.uuid4()), "name": body["name"], "added_at": at, "used_at": None})
        return fake.passkeys[-1]

    @app.post("/staff/v1/passkeys/{id}/removal", status_code=204)
    async def remove_passkey(request: Request, id: str) -> Response:
        _who(fake, request, "supervisor")
        fake.passkeys = [one for one in fake.passkeys if one["id"] != id]
        return Response(status_code=204)


def _staff(app: FastAPI, fake: Fake) -> None:
    @app.post("/staff/v1/sessions")
    async def sign_in(request: Request) -> Response:
        body = await request.json()
        _admit(fake, body)
        return _tokens(fake, body["username"])

    @app.post("/staff/v1/sessions/refresh")
    async def refresh(request: Request) -> Response:
        username = fake.tokens.pop((await request.json())["refresh_token"], None)
        if username is None:
            raise Refused(401, "session-ended")
        return _tokens(fake, username)

    @app.get("/staff/v1/applications")
    async def applications(request: Request) -> Any:
        _who(fake, request, "supervisor")
        return {"items": fake.applications, "next_cursor": None}

    @app.post("/staff/v1/applications/{id}/decision")
    async def decide(request: Request, id: str) -> Response:
        username, body = _who(fake, request, "supervisor"), await request.json()

        def decision() -> tuple[int, dict[str, Any]]:
            found = next((a for a in fake.applications if a["id"] == id), None)
            if found is None:
                raise Refused(409, "already-decided")
            fake.applications.remove(found)
            status = "approved" if body["decision"] == "approve" else "rejected"
            return 200, {"id": id, "status": status, "reasons": [], "created_at": found["created_at"]}

        return await _once(fake, request, username, decision)


def _refuse_next(fake: Fake) -> None:
    if fake.refuse_next:
        status, slug, members = fake.refuse_next.pop(0)
        raise Refused(status, slug, **members)


async def _once(
    fake: Fake, request: Request, username: str, act: Callable[[], tuple[int, dict[str, Any]]]
) -> Response:
    """Act once for a key, and remember what came of it: at a counter a refusal stands."""
    key = request.headers.get("idempotency-key")
    if not key:
        raise Refused(400, "idempotency-key-missing")
    body = await request.body()
    if kept := fake.remembered.get((username, key)):
        if kept[0] != body:
            raise Refused(422, "idempotency-key-reused")
        return JSONResponse(kept[2], kept[1], {"Idempotency-Replayed": "true"})
    if before := fake.refused.get((username, key)):
        if before[0] != body:
            raise Refused(422, "idempotency-key-reused")
        raise before[1]
    try:
        _refuse_next(fake)
        status, answer = act()
    except Refused as refused:
        if refused.status < 500 and refused.slug not in NOT_FINAL:
            fake.refused[username, key] = (body, refused)
        raise
    fake.remembered[username, key] = (body, status, answer)
    return JSONResponse(answer, status)


def _shift(fake: Fake, username: str) -> dict[str, Any]:
    shift = fake.shifts.get(username)
    if shift is None or shift["status"] == "closed":
        raise Refused(409, "no-open-shift")
    return shift


def _find(fake: Fake, code: str) -> Withdrawal:
    plain = code.replace("-", "").replace(" ", "")
    if plain.isdigit():
        if plain == "0000000001":
            raise Refused(400, "digits-mistyped")
        found = next((w for w in fake.withdrawals if w.digits == plain), None)
        if found is None:
            raise Refused(404, "code-unknown")
        return found
    found = next((w for w in fake.withdrawals if w.code == code), None)
    if found is None:
        raise Refused(403, "code-not-genuine") if code.startswith("eyJ") else Refused(400, "code-malformed")
    return found


def _payable(withdrawal: Withdrawal) -> None:
    if withdrawal.problem:
        status, slug, members = withdrawal.problem
        raise Refused(status, slug, **members)
    if withdrawal.receipt:
        paid = withdrawal.receipt
        raise Refused(
            409, "already-paid", paid_at=paid["paid_at"], paid_drawer=paid["drawer"], receipt_id=paid["id"]
        )


def _counter(app: FastAPI, fake: Fake) -> None:  # noqa: C901 - a list of routes
    _shifts(app, fake)

    @app.post("/counter/v1/presentations")
    async def present(request: Request) -> Response:
        shift = _shift(fake, _who(fake, request, "clerk"))
        code = (await request.json())["code"]
        withdrawal = _find(fake, code)
        _payable(withdrawal)
        if withdrawal.status == "presented" and withdrawal.drawer != shift["drawer"]:
            raise Refused(409, "already-presented", retry_after_s=240)
        withdrawal.status, withdrawal.drawer = "presented", shift["drawer"]
        answer = {
            "withdrawal_id": withdrawal.id,
            "amount": withdrawal.amount,
            "fee": 0,
            "payee": {"masked_name": "H••••• T•• Mai", "masked_id": "•••••••••234"},
            "lease_until": _utc(fake.clock() + timedelta(minutes=5)),
            "requires": ["id_number"] if "." in code else ["id_number", "pin"],
            "notes": withdrawal.notes,
            "small_notes": withdrawal.small_notes,
        }
        return JSONResponse(answer, 201)

    @app.post("/counter/v1/withdrawals/{id}/payment")
    async def pay(request: Request, id: str) -> Response:
        username, body = _who(fake, request, "clerk"), await request.json()

        def payment() -> tuple[int, dict[str, Any]]:
            shift = _shift(fake, username)
            withdrawal = next((w for w in fake.withdrawals if w.id == id), None)
            if withdrawal is None:
                raise Refused(404, "not-found")
            _payable(withdrawal)
            if withdrawal.status != "presented" or withdrawal.drawer != shift["drawer"]:
                raise Refused(409, "not-presented")
            if body["id_number"] != CARD:
                raise Refused(403, "wrong-identity", remaining_attempts=2)
            if "pin" in body and body["pin"] != PIN:
                raise Refused(403, "wrong-pin", remaining_attempts=4)
            return 201, _receipt(fake, withdrawal, shift, body["checked"]) | {"notes": body.get("notes")}

        return await _once(fake, request, username, payment)

    @app.post("/counter/v1/withdrawals/{id}/release")
    async def release(request: Request, id: str) -> Response:
        _who(fake, request, "clerk")
        for withdrawal in fake.withdrawals:
            if withdrawal.id == id and withdrawal.status == "presented":
                withdrawal.status = "authorised"
        return Response(status_code=204)

    @app.get("/counter/v1/receipts")
    async def receipts(
        request: Request, date: str = "", withdrawal_id: str = "", limit: int = 20, cursor: int = 0
    ) -> Any:
        _shift(fake, _who(fake, request, "clerk"))
        if withdrawal_id:
            of_one = [r for r in fake.receipts if r["withdrawal_id"] == withdrawal_id]
            return {"items": of_one, "next_cursor": None}
        items = [r for r in fake.paid() if _local_day(r["paid_at"]) == date]
        rest = len(items) > cursor + limit
        return {"items": items[cursor : cursor + limit], "next_cursor": str(cursor + limit) if rest else None}

    @app.get("/counter/v1/receipts/{id}")
    async def receipt(request: Request, id: str) -> Any:
        _who(fake, request, "clerk")
        found = next((r for r in fake.receipts if r["id"] == id), None)
        if found is None:
            raise Refused(404, "not-found")
        return found


def _local_day(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(VIET_NAM).date().isoformat()


def _receipt(fake: Fake, withdrawal: Withdrawal, shift: dict[str, Any], checked: str) -> dict[str, Any]:
    receipt = {
        "id": str(uuid.uuid4()),
        "number": f"{OFFICE}-{len(fake.receipts) + 123:06}",
        "withdrawal_id": withdrawal.id,
        "amount": withdrawal.amount,
        "fee": 0,
        "office": OFFICE,
        "office_name": OFFICE_NAME,
        "drawer": shift["drawer"],
        "clerk": shift["clerk"],
        "payee": {"masked_name": "H••••• T•• Mai", "masked_id": "•••••••••234"},
        "identity_checked": checked,
        "paid_at": _utc(fake.clock()),
        "entry_id": str(uuid.uuid4()),
        "undone_by": None,
        "receipt_code": "https://vi.example/verify/#eyJhbGciOiJFZERTQSJ9.e30.x",
    }
    withdrawal.status, withdrawal.receipt = "paid", receipt
    fake.receipts.append(receipt)
    shift["paid_count"] += 1
    shift["paid_total"] += withdrawal.amount
    return receipt


def _shifts(app: FastAPI, fake: Fake) -> None:  # noqa: C901 - a list of routes
    @app.post("/counter/v1/shifts")
    async def open_shift(request: Request) -> Response:
        username, body = _who(fake, request, "clerk"), await request.json()

        def opening() -> tuple[int, dict[str, Any]]:
            if fake.shifts.get(username, {}).get("status") == "open":
                raise Refused(409, "shift-already-open")
            if any(s["drawer"] == body["drawer"] and s["status"] == "open" for s in fake.shifts.values()):
                raise Refused(409, "drawer-in-use", opened_at=_utc(fake.clock()))
            counted = _total(body["counts"])
            expected = counted if fake.cash.in_drawer is None else fake.cash.in_drawer
            if not fake.cash.stands("opening", counted, expected):
                raise Refused(409, "count-again")
            word = fake.money.approval_of("opening-count", COUNT_ID)
            if abs(counted - expected) > WORD_ABOVE and (word is None or word["status"] != "approved"):
                raise Refused(409, "count-needs-word", count_id=COUNT_ID)
            shift = {
                "id": str(uuid.uuid4()),
                "office": OFFICE,
                "drawer": body["drawer"],
                "clerk": STAFF[username][2],
                "status": "open",
                "opened_at": _utc(fake.clock()),
                "opening_counts": body["counts"],
                "opening_total": counted,
                "opening_over_short": counted - expected,
                **dict.fromkeys(("closed_at", "closing_counts", "closing_total", "closing_over_short")),
                "paid_count": 0,
                "paid_total": 0,
                "undone_count": 0,
                "undone_total": 0,
            }
            fake.shifts[username] = shift
            return 201, dict(shift)

        return await _once(fake, request, username, opening)

    @app.get("/counter/v1/shifts/current")
    async def current(request: Request) -> Any:
        return _shift(fake, _who(fake, request, "clerk"))

    @app.get("/counter/v1/shifts/current/headroom")
    async def headroom(request: Request) -> Any:
        shift = _shift(fake, _who(fake, request, "clerk"))
        paid, in_doubt = shift["paid_total"], shift["id"] in fake.cash.counted
        held = shift["opening_total"] - paid
        at_least = None if in_doubt else held - held % 1_000_000
        return {
            "day_left": 200_000_000 - paid,
            "month_left": 5_000_000_000 - paid,
            "drawer_at_least": at_least,
        }

    @app.post("/counter/v1/shifts/current/totals")
    async def totals(request: Request) -> Any:
        shift = _shift(fake, _who(fake, request, "clerk"))
        if shift["id"] in fake.cash.counted:
            raise Refused(409, "count-first")
        expected = shift["opening_total"] - shift["paid_total"]
        return shift | {"movements": fake.movements or NOTHING_MOVED, "expected": expected}

    @app.post("/counter/v1/shifts/current/count")
    async def recount(request: Request) -> Response:
        username, body = _who(fake, request, "clerk"), await request.json()

        def counting() -> tuple[int, dict[str, Any]]:
            shift, counted = _shift(fake, username), _total(body["counts"])
            expected = shift["opening_total"] - shift["paid_total"]
            if not fake.cash.stands(shift["id"], counted, expected):
                return 200, {"recount": True, "total": None, "over_short": None, "counted_at": None}
            fake.cash.counted.discard(shift["id"])
            told = {"total": counted, "over_short": counted - expected, "counted_at": _utc(fake.clock())}
            return 200, {"recount": False, **told}

        return await _once(fake, request, username, counting)

    @app.post("/counter/v1/shifts/current/close")
    async def close(request: Request) -> Response:
        username, body = _who(fake, request, "clerk"), await request.json()

        def closing() -> tuple[int, dict[str, Any]]:
            shift = _shift(fake, username)
            presented = [
                w.id for w in fake.withdrawals if w.status == "presented" and w.drawer == shift["drawer"]
            ]
            if presented:
                amounts = [w.amount for w in fake.withdrawals if w.id in presented]
                raise Refused(409, "withdrawals-still-presented", withdrawals=presented, amounts=amounts)
            counted = _total(body["counts"])
            if not fake.cash.stands(shift["id"], counted, shift["opening_total"] - shift["paid_total"]):
                return 200, shift | {"recount": True}
            shift |= {
                "status": "closed",
                "closed_at": _utc(fake.clock()),
                "closing_counts": body["counts"],
                "closing_total": counted,
                "closing_over_short": counted - (shift["opening_total"] - shift["paid_total"]),
                "movements": fake.movements,
            }
            return 200, dict(shift)

        return await _once(fake, request, username, closing)


def main() -> None:
    """Serve the fake with something of everything, for a look at the pages."""
    fake = Fake(lambda: datetime.fromtimestamp(time.time(), UTC))
    fake.withdrawal()
    fake.withdrawal(1_250_000, "2222222222")
    fake.withdrawal(500_000, "3333333333", problem=(410, "code-expired", {"expired_at": _utc(fake.clock())}))
    fake.withdrawal(4_440_000, "4444444444")
    fake.withdrawal(
        500_000, "5555555555", problem=(409, "wrong-office", {"office_name": "Bưu điện xã Hữu Lũng"})
    )
    fake.application()
    fake.application("Hoàng Thị Nhung")
    print(json.dumps({w.digits: w.code for w in fake.withdrawals}))
    uvicorn.run(fake.app, port=int(sys.argv[1]), log_level="warning")


if __name__ == "__main__":
    main()
