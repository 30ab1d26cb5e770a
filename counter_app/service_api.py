"""The one door to the service: a function for each call of the counter's contract.

Every function returns values or raises `RefusedError` (the service said no), or `UnreachableError` (nobody
knows what the service did) with its one exact kind `NotSentError` (nothing ever left). What travels is never
logged here.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final, Literal, TypeVar

import httpx2

from counter_app.answers import (
    Application,
    Approval,
    Counterfeit,
    Deposit,
    GarbledError,
    Headroom,
    Presentation,
    Problem,
    Receipt,
    SecondFactorOffer,
    Shift,
    Tokens,
    Transfer,
    Voucher,
    read,
    read_page,
    read_problem,
)

LOOK_S: Final = 3.0
ANSWER_BYTES_MAX: Final = 1_000_000
PAGE_ITEMS: Final = 100
_PROPOSED: Final[dict[str, type[Deposit | Transfer]]] = {"deposits": Deposit, "transfers": Transfer}

LineState = Literal["online", "offline", "unknown"]
T = TypeVar("T")


class RefusedError(Exception):
    """The service said no, for a reason."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.slug)
        self.problem = problem


class UnreachableError(Exception):
    """The question may have arrived, and its answer was lost, late or unreadable."""


class NotSentError(UnreachableError):
    """No connection was made: no byte of the question left this machine."""


@dataclass
class Line:
    """What the last call showed of the line, and how far this PC's clock is from the service's.

    `watched`: somebody looks at it every few seconds while it is down, so that nobody else need wait for it.
    """

    state: LineState = "unknown"
    skew: timedelta = field(default_factory=timedelta)
    looked_at: datetime | None = None
    told_at: datetime | None = None
    watched: bool = False
    down_since: datetime | None = None

    def becomes(self, state: LineState, now: datetime) -> None:
        """Note the state, and since when there has been no answer."""
        self.down_since = None if state == "online" else self.down_since or now
        self.state = state


@dataclass(frozen=True)
class Service:
    """The HTTP client, what it has learnt of the line, and this PC's clock."""

    client: httpx2.AsyncClient
    clock: Callable[[], datetime]
    line: Line = field(default_factory=Line)

    def now(self) -> datetime:
        """Return the service's time as well as it is known: old PCs have wrong clocks."""
        return self.clock() + self.line.skew


async def ask(
    service: Service,
    method: str,
    path: str,
    *,
    token: str | None = None,
    key: str | None = None,
    body: bytes | None = None,
    query: Mapping[str, str] | None = None,
) -> Any:
    """Send one request and return the decoded JSON of a success (None when it has no body).

    Raises RefusedError, UnreachableError, NotSentError.
    """
    await _refuse_on_a_dead_line(service)
    headers = {"Accept": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if key is not None:
        headers["Idempotency-Key"] = key
    if body is not None:
        headers["Content-Type"] = "application/json"
    try:
        answer = await service.client.request(method, path, headers=headers, content=body, params=query)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol):
        service.line.becomes("offline", service.clock())
        raise NotSentError from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
        service.line.becomes("unknown", service.clock())
        raise UnreachableError from None
    try:
        decoded = _decode(answer)
        problem = None if answer.is_success else read_problem(answer.status_code, decoded)
    except GarbledError:
        service.line.becomes("unknown", service.clock())
        raise UnreachableError from None
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        service.line.becomes("unknown", service.clock())
        raise UnreachableError
    service.line.becomes("online", service.clock())
    _learn_skew(service, answer)
    if problem is not None:
        raise RefusedError(problem)
    return decoded


async def _refuse_on_a_dead_line(service: Service) -> None:
    """Send nothing on a line that is known to be down: nobody waits for a time-out. Raises NotSentError."""
    if service.line.watched and service.line.state == "unknown":
        await look_at_line(service)
    if service.line.watched and service.line.state == "offline":
        raise NotSentError


def _decode(answer: httpx2.Response) -> Any:
    if answer.status_code == HTTPStatus.NO_CONTENT:
        return None
    if len(answer.content) > ANSWER_BYTES_MAX:
        raise GarbledError("too long")
    try:
        return json.loads(answer.content)
    except ValueError:  # includes broken UTF-8
        raise GarbledError("not JSON") from None
    except RecursionError:
        raise GarbledError("too deep") from None


def _learn_skew(service: Service, answer: httpx2.Response) -> None:
    """Learn from the Date header (RFC 9110, section 6.6.1), which is in whole seconds."""
    try:
        told = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return
    if told.tzinfo is None:
        told = told.replace(tzinfo=UTC)
    skew = told - service.clock()
    service.line.skew = skew if abs(skew) > timedelta(seconds=2) else timedelta()


def json_body(body: Mapping[str, object]) -> bytes:
    """Write the body of a request."""
    return json.dumps(dict(body), ensure_ascii=False, separators=(",", ":")).encode()


async def sign_in(
    service: Service, username: str, password: str, code: str | None, device: str | None
) -> Tokens:
    """Begin a staff session; `code` is the authenticator's, `device` what an earlier session here has given."""
    body = json_body({"username": username, "password": password} | _given(code=code, device=device))
    return read_answer(Tokens, await ask(service, "POST", "/staff/v1/sessions", body=body))


async def sign_in_by_passkey(service: Service, username: str, answer: Mapping[str, Any]) -> Tokens:
    """Begin a staff session by what a passkey has signed after the right password."""
    body = json_body({"username": username, "passkey": answer})
    return read_answer(Tokens, await ask(service, "POST", "/staff/v1/sessions/passkey", body=body))


async def offer_second_factor(
    service: Service, username: str, password: str, device: str | None
) -> SecondFactorOffer:
    """Get a secret for the member's authenticator."""
    body = json_body({"username": username, "password": password} | _given(device=device))
    return read_answer(SecondFactorOffer, await ask(service, "POST", "/staff/v1/second-factor", body=body))


def _given(**known: str | None) -> dict[str, str]:
    return {name: value for name, value in known.items() if value}


async def choose_password(
    service: Service, username: str, password: str, chosen: str, code: str | None, device: str | None
) -> None:
    """Choose another password; every session ends."""
    wanted = {"username": username, "password": password, "new_password": chosen}
    body = json_body(wanted | _given(code=code, device=device))
    await ask(service, "POST", "/staff/v1/password", body=body)


async def refresh(service: Service, refresh_token: str) -> Tokens:
    """Exchange a refresh token, which ends it, for new tokens."""
    body = json_body({"refresh_token": refresh_token})
    return read_answer(Tokens, await ask(service, "POST", "/staff/v1/sessions/refresh", body=body))


async def end_session(service: Service, refresh_token: str) -> None:
    """End a staff session."""
    await ask(service, "POST", "/staff/v1/sessions/end", body=json_body({"refresh_token": refresh_token}))


async def current_shift(service: Service, token: str) -> Shift:
    """Return the clerk's open shift; refused with `no-open-shift` when there is none."""
    return read_answer(Shift, await ask(service, "GET", "/counter/v1/shifts/current", token=token))


async def headroom(service: Service, token: str) -> Headroom:
    """Return what the office may still pay, and what the clerk's drawer has at least."""
    return read_answer(
        Headroom, await ask(service, "GET", "/counter/v1/shifts/current/headroom", token=token)
    )


async def totals(service: Service, token: str) -> Shift:
    """Return the open shift with what went through its drawer so far. Each look is on record."""
    return read_answer(Shift, await ask(service, "POST", "/counter/v1/shifts/current/totals", token=token))


async def present(service: Service, token: str, code: str) -> Presentation:
    """Claim a withdrawal for this drawer by QR text or ten digits. Safe to repeat here."""
    body = json_body({"code": code})
    return read_answer(
        Presentation, await ask(service, "POST", "/counter/v1/presentations", token=token, body=body)
    )


async def release(service: Service, token: str, withdrawal_id: str) -> None:
    """Give a claim up. Harmless to repeat."""
    await ask(service, "POST", f"/counter/v1/withdrawals/{withdrawal_id}/release", token=token)


async def receipt(service: Service, token: str, receipt_id: str) -> Receipt:
    """Return one receipt of this office."""
    return read_answer(Receipt, await ask(service, "GET", f"/counter/v1/receipts/{receipt_id}", token=token))


async def receipts(
    service: Service, token: str, day: date, *, cursor: str | None = None, limit: int = PAGE_ITEMS
) -> tuple[list[Receipt], str | None]:
    """Return one page of the office's receipts of a day in Việt Nam, newest first, and the next cursor."""
    query = {"date": day.isoformat(), "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    return read_answers(Receipt, await ask(service, "GET", "/counter/v1/receipts", token=token, query=query))


async def receipts_of(service: Service, token: str, withdrawal_id: str) -> list[Receipt]:
    """Return this office's receipt of a withdrawal, if there is one, whatever its day."""
    query = {"withdrawal_id": withdrawal_id}
    answer = await ask(service, "GET", "/counter/v1/receipts", token=token, query=query)
    return read_answers(Receipt, answer)[0]


async def applications(
    service: Service, token: str, *, limit: int = 20
) -> tuple[list[Application], str | None]:
    """Return the applications that wait for a supervisor, and the next cursor."""
    query = {"status": "review", "limit": str(limit)}
    return read_answers(
        Application, await ask(service, "GET", "/staff/v1/applications", token=token, query=query)
    )


async def voucher(service: Service, token: str, voucher_id: str) -> Voucher:
    """Return one voucher of this office."""
    return read_answer(Voucher, await ask(service, "GET", f"/counter/v1/vouchers/{voucher_id}", token=token))


async def vouchers(
    service: Service, token: str, day: date, *, cursor: str | None = None, limit: int = PAGE_ITEMS
) -> tuple[list[Voucher], str | None]:
    """Return one page of the office's deposits, transfers and reversals of a day, and the next cursor."""
    query = {"date": day.isoformat(), "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    return read_answers(Voucher, await ask(service, "GET", "/counter/v1/vouchers", token=token, query=query))


async def vouchers_about(service: Service, token: str, subject: str) -> list[Voucher]:
    """Return this office's vouchers about a withdrawal, deposit or transfer, whatever their day."""
    answer = await ask(service, "GET", "/counter/v1/vouchers", token=token, query={"subject": subject})
    return read_answers(Voucher, answer)[0]


async def counterfeits(service: Service, token: str, day: date) -> list[Counterfeit]:
    """Return the counterfeit notes that the office kept on a day, newest first, a hundred at most."""
    query = {"date": day.isoformat(), "limit": str(PAGE_ITEMS)}
    answer = await ask(service, "GET", "/counter/v1/counterfeits", token=token, query=query)
    return read_answers(Counterfeit, answer)[0]


async def propose(
    service: Service, token: str, key: str, what: str, body: Mapping[str, Any]
) -> Deposit | Transfer:
    """Name who gets counted cash (`deposits`) or another's money (`transfers`); nothing moves.

    Safe to repeat with the key.
    """
    answer = await ask(service, "POST", f"/counter/v1/{what}", token=token, key=key, body=json_body(body))
    return read_answer(_PROPOSED[what], answer)


async def proposal(service: Service, token: str, what: str, id: str) -> Deposit | Transfer:
    """Return a deposit or a transfer of this clerk."""
    return read_answer(_PROPOSED[what], await ask(service, "GET", f"/counter/v1/{what}/{id}", token=token))


async def ask_for_approval(
    service: Service, token: str, key: str, subject: tuple[str, str], body: Mapping[str, str]
) -> Approval:
    """Ask a supervisor; `subject` is a kind's path (`withdrawals`, …) and an id. Safe to repeat with the key."""
    what, id = subject
    door = "approval-request" if "reason" not in body else "reversal-request"
    path = f"/counter/v1/{what}/{id}/{door}"
    return read_answer(Approval, await ask(service, "POST", path, token=token, key=key, body=json_body(body)))


async def approval(service: Service, token: str, approval_id: str) -> Approval:
    """Return a request of this office."""
    return read_answer(
        Approval, await ask(service, "GET", f"/counter/v1/approvals/{approval_id}", token=token)
    )


async def approvals_of_today(service: Service, token: str) -> list[Approval]:
    """Return what this office asked for today, newest first, a hundred at most."""
    query = {"limit": str(PAGE_ITEMS)}
    return read_answers(
        Approval, await ask(service, "GET", "/counter/v1/approvals", token=token, query=query)
    )[0]


async def approvals_waiting(service: Service, token: str) -> tuple[list[Approval], str | None]:
    """Return what waits for this supervisor, the longest waiting first, and the next cursor."""
    query = {"limit": "20"}
    return read_answers(Approval, await ask(service, "GET", "/staff/v1/approvals", token=token, query=query))


async def tell_line(service: Service, token: str) -> None:
    """Let the service know that this office's counter is there."""
    await ask(service, "GET", "/counter/v1/line", token=token)


async def look_at_line(service: Service) -> None:
    """Ask the least there is, to learn the state of the line. Never raises."""
    try:
        answer = await service.client.get("/healthz", timeout=LOOK_S)
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
        service.line.becomes("offline", service.clock())
        return
    service.line.becomes("online" if answer.is_success else "offline", service.clock())
    _learn_skew(service, answer)


def open_shift_request(drawer: int, counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for opening a shift."""
    return "/counter/v1/shifts", json_body({"drawer": drawer, "counts": counts})


def close_shift_request(counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for closing the shift."""
    return "/counter/v1/shifts/current/close", json_body({"counts": counts})


def recount_request(counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for counting the drawer amid the shift."""
    return "/counter/v1/shifts/current/count", json_body({"counts": counts})


def payment_request(
    withdrawal_id: str,
    id_number: str,
    checked: str,
    pin: str | None,
    notes: dict[str, int] | None = None,
    delegate: Mapping[str, str] | None = None,
) -> tuple[str, bytes]:
    """Path and body for a payment; `notes` are those that are handed over, where the drawer knows its notes."""
    body: dict[str, Any] = {"id_number": id_number, "checked": checked} | ({"pin": pin} if pin else {})
    body |= {"notes": notes} if notes else {}
    body |= {"delegate": dict(delegate)} if delegate else {}
    return f"/counter/v1/withdrawals/{withdrawal_id}/payment", json_body(body)


def confirm_request(what: str, id: str, proof: Mapping[str, str]) -> tuple[str, bytes]:
    """Path and body for confirming a deposit or a transfer."""
    return f"/counter/v1/{what}/{id}/confirmation", json_body(proof)


def reversal_request(what: str, id: str, counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for undoing a withdrawal or a deposit by counted cash."""
    return f"/counter/v1/{what}/{id}/reversal", json_body({"counts": counts})


def approval_request(approval_id: str, decision: str, reason: str) -> tuple[str, bytes]:
    """Path and body for a supervisor's decision on a clerk's request."""
    return f"/staff/v1/approvals/{approval_id}/decision", json_body({"decision": decision, "reason": reason})


def counterfeit_request(note: str, serial: str, bearer_name: str, id_number: str) -> tuple[str, bytes]:
    """Path and body for putting a counterfeit note on record."""
    body = {"note": note, "serial": serial, "bearer_name": bearer_name, "bearer_id_number": id_number}
    return "/counter/v1/counterfeits", json_body(body)


def decision_request(application_id: str, decision: str, reason: str) -> tuple[str, bytes]:
    """Path and body for a supervisor's decision."""
    return f"/staff/v1/applications/{application_id}/decision", json_body(
        {"decision": decision, "reason": reason}
    )


def read_answer(kind: type[T], answer: object) -> T:
    """Read an answer; what cannot be read is no answer. Raises UnreachableError."""
    try:
        return read(kind, answer)
    except GarbledError:
        raise UnreachableError from None


def read_answers(kind: type[T], answer: object) -> tuple[list[T], str | None]:
    """Read a page of a list, and its next cursor. Raises UnreachableError."""
    try:
        return read_page(kind, answer)
    except GarbledError:
        raise UnreachableError from None
