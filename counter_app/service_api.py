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
    GarbledError,
    Presentation,
    Problem,
    Receipt,
    Shift,
    Tokens,
    read,
    read_page,
    read_problem,
)

ANSWER_BYTES_MAX: Final = 1_000_000
PAGE_ITEMS: Final = 100

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
    """What the last call showed of the line, and how far this PC's clock is from the service's."""

    state: LineState = "unknown"
    skew: timedelta = field(default_factory=timedelta)
    looked_at: datetime | None = None


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
        service.line.state = "offline"
        raise NotSentError from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
        service.line.state = "unknown"
        raise UnreachableError from None
    try:
        decoded = _decode(answer)
        problem = None if answer.is_success else read_problem(answer.status_code, decoded)
    except GarbledError:
        service.line.state = "unknown"
        raise UnreachableError from None
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        service.line.state = "unknown"
        raise UnreachableError
    service.line.state = "online"
    _learn_skew(service, answer)
    if problem is not None:
        raise RefusedError(problem)
    return decoded


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


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


async def sign_in(service: Service, username: str, password: str) -> Tokens:
    """Begin a staff session."""
    body = _json({"username": username, "password": password})
    return _read(Tokens, await ask(service, "POST", "/staff/v1/sessions", body=body))


async def refresh(service: Service, refresh_token: str) -> Tokens:
    """Exchange a refresh token, which ends it, for new tokens."""
    body = _json({"refresh_token": refresh_token})
    return _read(Tokens, await ask(service, "POST", "/staff/v1/sessions/refresh", body=body))


async def end_session(service: Service, refresh_token: str) -> None:
    """End a staff session."""
    await ask(service, "POST", "/staff/v1/sessions/end", body=_json({"refresh_token": refresh_token}))


async def current_shift(service: Service, token: str) -> Shift:
    """Return the clerk's open shift; refused with `no-open-shift` when there is none."""
    return _read(Shift, await ask(service, "GET", "/counter/v1/shifts/current", token=token))


async def present(service: Service, token: str, code: str) -> Presentation:
    """Claim a withdrawal for this drawer by QR text or ten digits. Safe to repeat here."""
    body = _json({"code": code})
    return _read(
        Presentation, await ask(service, "POST", "/counter/v1/presentations", token=token, body=body)
    )


async def release(service: Service, token: str, withdrawal_id: str) -> None:
    """Give a claim up. Harmless to repeat."""
    await ask(service, "POST", f"/counter/v1/withdrawals/{withdrawal_id}/release", token=token)


async def receipt(service: Service, token: str, receipt_id: str) -> Receipt:
    """Return one receipt of this office."""
    return _read(Receipt, await ask(service, "GET", f"/counter/v1/receipts/{receipt_id}", token=token))


async def receipts(
    service: Service, token: str, day: date, *, cursor: str | None = None, limit: int = PAGE_ITEMS
) -> tuple[list[Receipt], str | None]:
    """Return one page of the office's receipts of a day in Việt Nam, newest first, and the next cursor."""
    query = {"date": day.isoformat(), "limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    return _read_page(Receipt, await ask(service, "GET", "/counter/v1/receipts", token=token, query=query))


async def applications(
    service: Service, token: str, *, limit: int = 20
) -> tuple[list[Application], str | None]:
    """Return the applications that wait for a supervisor, and the next cursor."""
    query = {"status": "review", "limit": str(limit)}
    return _read_page(
        Application, await ask(service, "GET", "/staff/v1/applications", token=token, query=query)
    )


async def look_at_line(service: Service) -> None:
    """Ask the least there is, to learn the state of the line. Never raises."""
    try:
        answer = await service.client.get("/healthz")
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
        service.line.state = "offline"
        return
    service.line.state = "online" if answer.is_success else "offline"
    _learn_skew(service, answer)


def open_shift_request(drawer: int, counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for opening a shift."""
    return "/counter/v1/shifts", _json({"drawer": drawer, "counts": counts})


def close_shift_request(counts: dict[str, int]) -> tuple[str, bytes]:
    """Path and body for closing the shift."""
    return "/counter/v1/shifts/current/close", _json({"counts": counts})


def payment_request(withdrawal_id: str, id_number: str, checked: str, pin: str | None) -> tuple[str, bytes]:
    """Path and body for a payment."""
    body = {"id_number": id_number, "checked": checked} | ({"pin": pin} if pin else {})
    return f"/counter/v1/withdrawals/{withdrawal_id}/payment", _json(body)


def decision_request(application_id: str, decision: str, reason: str) -> tuple[str, bytes]:
    """Path and body for a supervisor's decision."""
    return f"/staff/v1/applications/{application_id}/decision", _json(
        {"decision": decision, "reason": reason}
    )


def _read(kind: type[T], answer: object) -> T:
    try:
        return read(kind, answer)
    except GarbledError:
        raise UnreachableError from None


def _read_page(kind: type[T], answer: object) -> tuple[list[T], str | None]:
    try:
        return read_page(kind, answer)
    except GarbledError:
        raise UnreachableError from None
