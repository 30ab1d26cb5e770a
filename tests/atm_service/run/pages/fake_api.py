"""A small stand-in for the service, for looking at the pages: wallet, staff and audit routes in memory.

It mounts the real pages. `Fake` holds the world and the switches: lose answers, refuse, let a clerk pay.
"""

import itertools
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from atm_service.registers.withdrawals import qr
from atm_service.run.pages.routes import router as pages

Json = dict[str, Any]
PIN, PHONE, PASSWORD, CODE = "246802", "0912345678", "mot-hai-ba", "246813"
HERE = "0190a000-0000-7000-8000-00000000aaaa"
ELSEWHERE = "0190a000-0000-7000-8000-00000000bbbb"
LIFETIMES = {
    "counter": timedelta(minutes=15),
    "journey": timedelta(hours=24),
    "scheduled": timedelta(hours=72),
}
BANKS = [
    {
        "bin": "970436",
        "code": "VCB",
        "short_name": "Vietcombank",
        "name": "Ngân hàng TMCP Ngoại thương Việt Nam",
    },
    {
        "bin": "970405",
        "code": "VBA",
        "short_name": "Agribank",
        "name": "Ngân hàng Nông nghiệp và PTNT Việt Nam",
    },
    {"bin": "970449", "code": "LPB", "short_name": "LPBank", "name": "Ngân hàng TMCP Lộc Phát Việt Nam"},
]
PLACES = [
    ("05971-1", "Bưu điện Hoàng Văn Thụ", "Phường Hoàng Văn Thụ", "178", "Thành phố Lạng Sơn", "yes"),
    ("06040-1", "Bưu điện Tràng Định", "Thị trấn Thất Khê", "180", "Huyện Tràng Định", "ask"),
    ("06085-1", "Bưu điện Quý Hoà", "Xã Quý Hoà", "181", "Huyện Bình Gia", "no"),
    ("06541-1", "Bưu điện Mẫu Sơn", "Xã Mẫu Sơn", "183", "Huyện Cao Lộc", "yes"),
]


class Refused(Exception):  # noqa: N818  the word of the house for a "no" by rule
    """A refusal of the contract."""

    def __init__(self, status: int, slug: str, **members: Any) -> None:
        self.status, self.slug, self.members = status, slug, members


@dataclass
class Fake:
    """The world of one customer, and what is to go wrong in it."""

    available: int = 8_250_000
    lose: int = 0  # answers of money-moving requests to lose after carrying them out
    refuse: Refused | None = None  # the next request's answer
    phones: list[str] = field(default_factory=list)  # the numbers to which a code was sent: CODE, each time
    proved: str | None = None
    application_status: list[str] = field(default_factory=list)  # what the next questions answer
    applied: Json | None = None  # the newest application
    in_doubt: list[str] = field(default_factory=lambda: ["face-doubtful"])  # why a person must look
    card_stops_on: str | None = None
    top_up_status: str = "succeeded"
    control_broken: bool = False
    tokens_live: bool = True
    phone: str = PHONE
    pin: str = PIN
    sessions: list[Json] = field(default_factory=lambda: [session(HERE, "Android"), session(ELSEWHERE, None)])
    refreshes: int = 0
    withdrawals: dict[str, Json] = field(default_factory=dict)
    entries: list[Json] = field(default_factory=list)
    top_ups: dict[str, Json] = field(default_factory=dict)
    links: list[Json] = field(default_factory=list)
    answers: dict[str, tuple[int, Json]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def id(self) -> str:
        """Make the next id."""
        return f"0190a000-0000-7000-8000-{next(self.numbers):012d}"

    def held(self) -> int:
        """Add up what live withdrawals hold."""
        return sum(
            w["amount"] for w in self.withdrawals.values() if w["status"] in {"authorised", "presented"}
        )

    def end(self, id: str, status: str) -> None:
        """Let a withdrawal end, as a counter or the clock would."""
        withdrawal = self.withdrawals[id]
        paid = (
            {"paid_at": stamp(now()), "paid_office": withdrawal["office"] or "05971-1"}
            if status == "paid"
            else {}
        )
        withdrawal |= {"status": status, "code": None, "digits": None} | paid
        if status == "paid":
            self.record("withdrawal", -withdrawal["amount"])
        else:
            self.available += withdrawal["amount"]

    def record(self, kind: str, amount: int) -> None:
        """Put a line into the statement."""
        balance = self.available + self.held()
        self.entries.insert(
            0,
            {
                "entry_id": self.id(),
                "business_date": stamp(now())[:10],
                "recorded_at": stamp(now()),
                "kind": kind,
                "is_fee": False,
                "amount": amount,
                "balance": balance,
                "narration": kind,
                "number": None,
                "other": None,
            },
        )


def session(id: str, label: str | None) -> Json:
    """Make a line of the list of sessions."""
    return {"id": id, "label": label, "opened_at": stamp(now()), "renewed_at": stamp(now())}


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the fake is its own world, with its own clock


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(text: str) -> str:
    return (
        "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        .lower()
        .replace("đ", "d")
    )


def page(items: list[Json], request: Request) -> Json:
    start, limit = int(request.query_params.get("cursor", 0)), int(request.query_params.get("limit", 20))
    more = str(start + limit) if start + limit < len(items) else None
    return {"items": items[start : start + limit], "next_cursor": more}


def problem(refused: Refused) -> JSONResponse:
    body = {
        "type": f"urn:soft-atm:problem:{refused.slug}",
        "title": f"Title of {refused.slug}",
        "status": refused.status,
        "detail": "What to do next.",
        "instance": "urn:uuid:0190a000-0000-7000-8000-000000000000",
    }
    return JSONResponse(body | refused.members, refused.status, media_type="application/problem+json")


def once(fake: Fake, request: Request, act: Callable[[], Json], status: int = 201) -> Response:
    """Carry out a money-moving request once per key; then maybe lose the answer, as a weak line does."""
    key = request.headers.get("Idempotency-Key")
    if not key:
        raise Refused(400, "idempotency-key-missing")
    fake.keys.append(key)
    if key not in fake.answers:
        fake.answers[key] = (status, act())
    if fake.lose:
        fake.lose -= 1
        return Response("<h1>Bad gateway</h1>", 502)
    return JSONResponse(fake.answers[key][1], fake.answers[key][0])


def create_app(fake: Fake) -> FastAPI:
    """Build the pages with the stand-in behind them."""
    app = FastAPI()
    for routes in (
        wallet_sessions(fake),
        wallet_safety(fake),
        wallet_routes(fake),
        bank_routes(fake),
        money_routes(fake),
        notice_routes(fake),
        opening_routes(fake),
        public_routes(fake),
        audit_routes(fake),
    ):
        app.include_router(routes)
    app.include_router(pages)

    @app.exception_handler(Refused)
    def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return problem(error)

    return app


def tokens(**more: Any) -> Json:
    return {
        "access_token": "live",
        "token_type": "Bearer",
        "expires_in": 600,
        "refresh_token": "again",
        "id": HERE,
        "idle_minutes": 5,
        **more,
    }


def signed_in(fake: Fake, request: Request) -> None:
    if fake.refuse:
        refused, fake.refuse = fake.refuse, None
        raise refused
    if request.headers.get("Authorization") != "Bearer live" or not fake.tokens_live:
        raise Refused(401, "unauthenticated")


def wallet_sessions(fake: Fake) -> APIRouter:
    router = APIRouter()

    @router.post("/wallet/v1/sessions", status_code=201)
    def sign_in(body: Json) -> Json:
        if (body["phone"], body["pin"]) != (fake.phone, fake.pin):
            raise Refused(401, "wrong-credentials")
        return tokens()

    @router.post("/wallet/v1/sessions/refresh", status_code=201)
    def refresh(body: Json) -> Json:
        fake.refreshes += 1
        if body["refresh_token"] != "again":
            raise Refused(401, "session-ended")
        fake.tokens_live = True
        return tokens()

    @router.post("/wallet/v1/sessions/end", status_code=204)
    def end(body: Json) -> None:
        return None

    @router.post("/staff/v1/sessions", status_code=201)
    def staff(body: Json) -> Json:
        if body["password"] != PASSWORD:
            raise Refused(401, "wrong-credentials")
        return tokens(role=body["username"], office=None, office_name=None, display_name="Hoàng Thị Kiểm")

    @router.post("/staff/v1/sessions/end", status_code=204)
    def end_staff(body: Json) -> None:
        return None

    return router


def wallet_safety(fake: Fake) -> APIRouter:
    router = APIRouter()

    @router.get("/wallet/v1/sessions")
    def sessions(request: Request) -> Json:
        signed_in(fake, request)
        return {"items": fake.sessions}

    @router.post("/wallet/v1/sessions/{id}/end", status_code=204)
    def end_one(id: str, request: Request) -> None:
        signed_in(fake, request)
        fake.sessions = [one for one in fake.sessions if one["id"] != id]

    @router.post("/wallet/v1/pin", status_code=201)
    def change_pin(body: Json, request: Request) -> Json:
        signed_in(fake, request)
        if body["pin"] != fake.pin:
            raise Refused(403, "wrong-pin", remaining_attempts=4)
        fake.pin = body["new_pin"]
        return tokens()

    @router.post("/wallet/v1/card", status_code=204)
    def verify_card(body: Json) -> None:
        if "another" in body.get("card_qr", ""):
            raise Refused(409, "applicant-refused", field="card_qr", reason="another-card")
        fake.card_stops_on = None

    return router


def wallet_routes(fake: Fake) -> APIRouter:
    router = APIRouter(prefix="/wallet/v1")

    @router.get("/account")
    def account(request: Request) -> Json:
        signed_in(fake, request)
        limits = {
            "per_day": 20_000_000,
            "used_today": 0,
            "remaining_today": 20_000_000 - fake.held(),
            "renews_on": "2026-12-01",
            "multiple": 10_000,
            "amount_min": 10_000,
            "amount_max": 10_000_000,
            "lifetimes": {
                "default": "journey",
                **{f"{name}_min": int(life / timedelta(minutes=1)) for name, life in LIFETIMES.items()},
            },
        }
        return {
            "customer_id": "c",
            "full_name": "Nông Thị Hoà",
            "phone": PHONE,
            "tier": "full",
            "frozen": False,
            "frozen_by": None,
            "cooling_until": None,
            "cooling_left": None,
            "card_stops_on": fake.card_stops_on,
            "hotline": "1900 54 54 81",
            "available": fake.available,
            "held": fake.held(),
            "limits": limits,
        }

    @router.get("/statement")
    def statement(request: Request) -> Json:
        signed_in(fake, request)
        sums = dict.fromkeys(("opening", "money_in", "money_out", "closing"), 0)
        return page(fake.entries, request) | sums | {"first": "2020-01-01", "last": "2100-12-31"}

    @router.get("/withdrawals")
    def withdrawals(request: Request) -> Json:
        signed_in(fake, request)
        return page(list(reversed(fake.withdrawals.values())), request)

    @router.get("/withdrawals/{id}")
    def withdrawal(id: str, request: Request) -> Json:
        signed_in(fake, request)
        if id not in fake.withdrawals:
            raise Refused(404, "not-found")
        return fake.withdrawals[id]

    @router.get("/withdrawals/{id}/qr.png")
    def drawn(id: str, request: Request) -> Response:
        signed_in(fake, request)
        return Response(qr.png(fake.withdrawals[id]["code"]), media_type="image/png")

    return router


def bank_routes(fake: Fake) -> APIRouter:
    router = APIRouter(prefix="/wallet/v1")

    @router.get("/bank-payments/{id}")
    def bank_payment(id: str, request: Request) -> Json:
        signed_in(fake, request)
        return seen(fake, id)

    @router.get("/bank-payments")
    def bank_payments(request: Request) -> Json:
        signed_in(fake, request)
        every = [seen(fake, id) for id in fake.top_ups]
        return page([one for one in every if one["status"] == "pending"], request)

    @router.get("/bank-payment-terms")
    def terms(request: Request) -> Json:
        signed_in(fake, request)
        way = {"amount_min": 10_000, "amount_max": 20_000_000, "fee": 0}
        return {"top_up": way, "payout": way, "left_today": 20_000_000, "renews_on": "2026-12-01"}

    @router.get("/bank-links")
    def bank_links(request: Request) -> Json:
        signed_in(fake, request)
        return page(fake.links, request)

    @router.post("/bank-links", status_code=201)
    def link(body: Json, request: Request) -> Json:
        signed_in(fake, request)
        bank = next(bank["short_name"] for bank in BANKS if bank["bin"] == body["bin"])
        masked = f"••••{body['account_number'][-4:]}"
        fake.links.append(
            {
                "id": fake.id(),
                "bin": body["bin"],
                "bank": bank,
                "masked_account": masked,
                "created_at": stamp(now()),
            }
        )
        return fake.links[-1]

    return router


def seen(fake: Fake, id: str) -> Json:
    reason = "insufficient-funds-at-bank" if fake.top_up_status == "declined" else None
    return fake.top_ups[id] | {"status": fake.top_up_status, "reason": reason, "ended_at": None}


def notice_routes(fake: Fake) -> APIRouter:
    router = APIRouter(prefix="/wallet/v1")

    @router.get("/notices")
    def notices(request: Request) -> Json:
        signed_in(fake, request)
        return page([], request)

    return router


def money_routes(fake: Fake) -> APIRouter:
    router = APIRouter(prefix="/wallet/v1")

    @router.post("/withdrawals")
    def authorise(body: Json, request: Request) -> Response:
        signed_in(fake, request)
        if body["pin"] != PIN:
            raise Refused(403, "wrong-pin", remaining_attempts=2)
        return once(fake, request, lambda: make(body))

    def make(body: Json) -> Json:
        if body["amount"] > fake.available:
            raise Refused(409, "insufficient-funds", available=fake.available)
        fake.available -= body["amount"]
        key = fake.id()
        fake.withdrawals[key] = {
            "id": key,
            "status": "authorised",
            "amount": body["amount"],
            "fee": 0,
            "lifetime": body["lifetime"],
            "office": body.get("office"),
            "created_at": stamp(now()),
            "expires_at": stamp(now() + LIFETIMES[body["lifetime"]]),
            "code": f"eyJhbGciOiJFZERTQSIsImtpZCI6ImFiY2QifQ.{'x' * 80}.{'y' * 86}",
            "digits": "482-913-7056",
            "paid_at": None,
            "paid_office": None,
            "day": body.get("day"),
            "reservation": "standing" if body["lifetime"] == "scheduled" else None,
        }
        return dict(fake.withdrawals[key])

    @router.post("/withdrawals/{id}/cancel")
    def cancel(id: str, request: Request) -> Response:
        signed_in(fake, request)
        if fake.withdrawals[id]["status"] == "presented":
            raise Refused(409, "being-paid", lease_until=stamp(now() + timedelta(minutes=5)))
        return once(fake, request, lambda: (fake.end(id, "cancelled"), dict(fake.withdrawals[id]))[1], 200)

    @router.post("/top-ups")
    def top_up(body: Json, request: Request) -> Response:
        signed_in(fake, request)
        return once(fake, request, lambda: add(body))

    def add(body: Json) -> Json:
        key = fake.id()
        link = next(link for link in fake.links if link["id"] == body["bank_link_id"])
        shown = {name: link[name] for name in ("bank", "masked_account")}
        wish = {name: body[name] for name in ("bank_link_id", "amount")}
        fake.top_ups[key] = {
            "id": key,
            "kind": "top-up",
            **wish,
            **shown,
            "fee": 0,
            "created_at": stamp(now()),
        }
        if fake.top_up_status == "succeeded":
            fake.available += body["amount"]
            fake.record("top-up", body["amount"])
        return seen(fake, key)

    return router


def opening_routes(fake: Fake) -> APIRouter:
    router = APIRouter()

    @router.post("/wallet/v1/phone-codes", status_code=201)
    def ask_phone_code(body: Json) -> Json:
        fake.phones.append(body["phone"])
        minute = timedelta(minutes=1)
        moments = {"expires_at": stamp(now() + 10 * minute), "again_at": stamp(now() + minute)}
        return {"id": fake.id(), "digits": 6, **moments}

    @router.post("/wallet/v1/phone-codes/{id}/proof", status_code=204)
    def prove_phone(id: str, body: Json) -> None:
        if body["code"] != CODE:
            raise Refused(403, "phone-code-wrong", remaining_attempts=4)
        fake.proved = id

    @router.post("/wallet/v1/applications", status_code=201)
    def apply(body: Json) -> Json:
        if body["phone_proof"] != fake.proved or body["phone"] != fake.phones[-1]:
            raise Refused(409, "phone-not-proved")
        if body["id_number"].startswith("999"):
            raise Refused(
                422, "malformed-request", errors=[{"where": "body.id_number", "message": "no such province"}]
            )
        fake.applied = body
        return application("new")

    @router.get("/wallet/v1/applications/{id}")
    def application(id: str) -> Json:
        status = fake.application_status.pop(0) if fake.application_status else "approved"
        reasons = {"rejected": ["document-unreadable"], "review": fake.in_doubt}.get(status, [])
        return {
            "id": "0190a000-0000-7000-8000-0000000000aa",
            "status": status,
            "reasons": reasons,
            "created_at": stamp(now()),
            "hotline": "1900 54 54 81",
        }

    return router


def public_routes(fake: Fake) -> APIRouter:
    router = APIRouter()

    @router.get("/wallet/v1/banks")
    def banks() -> Json:
        return {"items": BANKS, "next_cursor": None}

    @router.get("/wallet/v1/areas")
    def areas() -> Json:
        return {
            "items": [{"code": code, "name": name} for code, name in sorted({(p[3], p[4]) for p in PLACES})]
        }

    @router.get("/wallet/v1/offices")
    def offices(request: Request) -> Json:
        asked = request.query_params
        items = [
            {
                "code": code,
                "name": name,
                "unit_code": code[:5],
                "unit": unit,
                "area_code": number,
                "area": area,
                "open": can_pay != "no",
                "can_pay": can_pay,
                "opens_at": None,
                "address": "Chợ Đồng Mỏ" if can_pay == "yes" else None,
                "phone": "02053812345" if can_pay == "yes" else None,
                "hours": "07:30-11:30 13:30-17:00" if can_pay != "no" else "",
                "why": {"yes": "ready", "ask": "nobody-on-shift", "no": "not-active"}[can_pay],
            }
            for code, name, unit, number, area, can_pay in PLACES
            if plain(asked.get("q", "")) in plain(f"{code} {name} {unit}")
            and asked.get("area", number) == number
        ]
        return page(items, request)

    @router.get("/demo.json")
    def demo() -> Json:
        customer = {"phone": PHONE, "pin": PIN, "id_number": "020185001234", "full_name": "Nông Thị Hoà"}
        roles = (("clerk", "05971-1"), ("supervisor", "05971-1"), ("auditor", None))
        staff = [
            {"username": role, "password": PASSWORD, "role": role, "office": office} for role, office in roles
        ]
        return {"counter_url": "http://127.0.0.1:8001", "customers": [customer, customer], "staff": staff}

    @router.get("/demo/phones.json")
    def phones() -> Json:
        return {"items": [{"phone": PHONE, "words": "Soft-ATM: Ma PIN da duoc doi luc 09:00 16/11."}]}

    return router


def audit_routes(fake: Fake) -> APIRouter:
    router = APIRouter(prefix="/audit/v1")

    @router.get("/controls")
    def controls(request: Request) -> Json:
        signed_in(fake, request)
        names = [
            "entries-balance",
            "balances-match-postings",
            "open-holds-match-live-withdrawals",
            "drawers-match-shifts",
            "no-negative-cash",
        ]
        broken = {"no-negative-cash"} if fake.control_broken else set()
        items = [
            {
                "name": name,
                "holds": name not in broken,
                "breaks": 2 * (name in broken),
                "examples": ["entry 0190a000-…-01: 20.000 too much"] * (name in broken),
            }
            for name in names
        ]
        return {"checked_at": stamp(now()), "controls": items, "all_hold": not broken}

    @router.get("/trial-balance")
    def trial_balance(request: Request, as_of: str) -> Json:
        signed_in(fake, request)
        customers = [(f"customer/{n:04d}", "liability", 0, 1_000_000) for n in range(60)]
        rows = [
            *customers,
            ("office/05971-1/drawer/1", "asset", 200_000_000, 2_500_000),
            ("office/05971-1/vault", "asset", 900_000_000, 200_000_000),
            ("bank/970436/settlement", "asset", 62_500_000, 0),
            ("treasury/cash", "asset", 0, 900_000_000),
            ("office/05971-1/fees", "income", 0, 0),
        ]
        accounts = [
            {
                "code": code,
                "class": kind,
                "debits": debits,
                "credits": paid,
                "balance": (debits - paid) * (1 if kind == "asset" else -1),
            }
            for code, kind, debits, paid in rows
        ]
        totals = {"total_debits": sum(row[2] for row in rows), "total_credits": sum(row[3] for row in rows)}
        return {
            "as_of": as_of,
            "accounts": accounts,
            **totals,
            "balanced": totals["total_debits"] == totals["total_credits"],
        }

    @router.get("/offices/{code}/reconciliation")
    def reconciliation(request: Request, code: str, date: str) -> Json:
        signed_in(fake, request)
        drawer = {
            "drawer": 1,
            "opening": 50_000_000,
            "received": 0,
            "paid": 2_500_000,
            "undone": 0,
            "over_short": -20_000,
            "closing": 47_480_000,
            "ledger": 47_480_000,
            "counted": 47_480_000,
            "difference": 0,
        }
        open_drawer = drawer | {
            "drawer": 2,
            "over_short": 0,
            "closing": 47_500_000,
            "ledger": 47_500_000,
            "counted": None,
            "difference": None,
        }
        withdrawals = {
            "paid_count": 3,
            "paid_total": 5_000_000,
            "undone_count": 1,
            "undone_total": 1_000_000,
            "live_count": 1,
            "live_total": 2_000_000,
        }
        breaks = [{"control": "drawer-count", "detail": "drawer 1: 20.000 short at closing"}]
        return {
            "office": code,
            "name": PLACES[0][1],
            "date": date,
            "drawers": [drawer, open_drawer],
            "withdrawals": withdrawals,
            "breaks": breaks,
        }

    @router.get("/journal")
    def journal(request: Request) -> Response:
        signed_in(fake, request)
        return Response("entry,debit,credit,amount\n", media_type="text/csv")

    return router
