"""What every page has at hand: the app's parts, who is there, the language, forms in and HTML out."""

import functools
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import parse_qsl

import jinja2
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from counter_app import languages, money, qr, statics
from counter_app.answers import Problem
from counter_app.asked import ASKED
from counter_app.devices import Devices
from counter_app.journal import Entry, Journal, Kind, Question, State
from counter_app.money import Language
from counter_app.problems import advice
from counter_app.resolver import VIET_NAM, Resolver
from counter_app.service_api import NotSentError, RefusedError, Service, UnreachableError
from counter_app.sessions import LockedError, Session, Sessions, SignInAgainError, authorised
from counter_app.settings import Settings

T = TypeVar("T")
P = ParamSpec("P")

SESSION_COOKIE: Final = "soft_atm_counter"
LANGUAGE_COOKIE: Final = "soft_atm_language"
FORM_BYTES_MAX: Final = 16_384
_FIELDS_MAX: Final = 40
_WHILE_LOCKED: Final = frozenset({"/locked", "/lock", "/unlock", "/line", "/sign-out", "/language"})
_COOKIE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_WORDS: Final = range(3, 201)  # letters
_MILLION_MAX: Final = 10_000  # of one delivery
KEY: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_BY_THEMSELVES: Final[set[Any]] = set()


def by_itself(endpoint: Endpoint) -> Endpoint:
    """Mark what an open page asks without a person: no sign that anybody is there. `?active` says that somebody is."""
    _BY_THEMSELVES.add(endpoint)
    return endpoint


class FormRefusedError(Exception):
    """The form did not come from a page of this app, or cannot be read. Nothing was done."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class NotForRoleError(Exception):
    """The signed-in person's role does not have this page."""


@dataclass(frozen=True)
class App:
    """The parts of the running app."""

    settings: Settings
    service: Service
    journal: Journal
    sessions: Sessions
    resolver: Resolver
    devices: Devices
    environments: dict[Language, jinja2.Environment]


@dataclass(frozen=True)
class Page:
    """One request and its answer."""

    request: Request
    app: App
    language: Language
    cookie: str
    session: Session | None

    @property
    def today(self) -> date:
        """The business day in Vietnam."""
        return self.app.service.now().astimezone(VIET_NAM).date()

    @property
    def clerk(self) -> Session:
        """The signed-in clerk. Raises SignInAgainError, NotForRoleError."""
        return self._of_role("clerk")

    @property
    def supervisor(self) -> Session:
        """The signed-in supervisor. Raises SignInAgainError, NotForRoleError."""
        return self._of_role("supervisor")

    @property
    def desk(self) -> Session:
        """The signed-in supervisor or auditor. Raises SignInAgainError, NotForRoleError."""
        return self._of_role("supervisor", "auditor")

    @property
    def staff(self) -> Session:
        """Whoever is signed in. Raises SignInAgainError."""
        if self.session is None:
            raise SignInAgainError
        return self.session

    def _of_role(self, *roles: str) -> Session:
        if self.staff.tokens.role not in roles:
            raise NotForRoleError
        return self.staff

    def unknown(self) -> list[Entry]:
        """Return what is not known yet at this desk: of this person, or of anybody at this office."""
        if self.session is None:
            return self.app.journal.unresolved()
        who = self.session.who
        return [
            entry
            for entry in self.app.journal.unresolved()
            if entry.who.username == who.username or (who.office and entry.who.office == who.office)
        ]

    def unknown_about(self, subject: str, kind: Kind) -> Entry | None:
        """Return a request about this thing whose outcome is not known: it must not be asked for anew."""
        return next((one for one in self.unknown() if (one.subject, one.kind) == (subject, kind)), None)

    def unknown_of(self, kind: Kind) -> Entry | None:
        """Return what this person has asked of a kind and does not know yet: nothing alike is begun before.

        A new form has another key and another proposal, so nothing else would tell that it is the same cash.
        """
        who = self.session.who.username if self.session else None
        return next((one for one in self.unknown() if (one.who.username, one.kind) == (who, kind)), None)

    async def asked_before(self, key: str, unknown: Entry | None = None) -> Response | None:
        """Go to what is unknown, or was asked by this form: by a double click or F5. None where it may be asked."""
        asked = unknown or self.app.journal.find(key)
        if asked is None or asked.state in (State.REFUSED, State.NOT_SENT):
            return None
        await self.app.resolver.send_again(asked.key)
        return self.go(f"/requests/{asked.key}")

    async def send(self, question: Question) -> Response:
        """Send what moves something, kept in the journal before it leaves, and go to what came of it."""
        await self.app.resolver.send(question, self.app.service.clock())
        return self.go(f"/requests/{question.key}")

    async def ask(
        self,
        session: Session,
        call: Callable[Concatenate[Service, str, P], Awaitable[T]],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """Make a call of the service in somebody's name. Raises RefusedError, UnreachableError, SignInAgainError."""
        service = self.app.service
        return await authorised(
            service, self.app.sessions, session, lambda token: call(service, token, *args, **named)
        )

    async def twice(
        self, call: Callable[Concatenate[Service, str, P], Awaitable[T]], *args: P.args, **named: P.kwargs
    ) -> T:
        """Make a clerk's call that is safe to repeat, once more after a lost answer. Raises as `ask` does.

        What is still at work, sent by this call or by a form that was pressed twice, is as unknown as a lost answer.
        """
        try:
            try:
                return await self.ask(self.clerk, call, *args, **named)
            except NotSentError:
                raise
            except UnreachableError:
                return await self.ask(self.clerk, call, *args, **named)
        except RefusedError as refused:
            if refused.problem.slug == "request-in-progress":
                raise UnreachableError from None
            raise

    def render(self, template: str, status: int = HTTPStatus.OK, **values: Any) -> Response:
        """Answer with a page."""
        html = (
            self.app.environments[self.language]
            .get_template(template)
            .render(
                language=self.language,
                csrf=self.app.sessions.csrf(self.cookie),
                session=self.session,
                line=self.app.service.line,
                help_phone=self.app.settings.help_phone,
                legal_name=self.app.settings.legal_name,
                hotline=self.app.settings.hotline,
                journal_lost=self.app.journal.emptied,
                **values,
            )
        )
        return self.keep(HTMLResponse(html, status))

    def form_again(
        self,
        template: str,
        typed: Mapping[str, str],
        problem: Problem | None,
        *,
        offline: bool = False,
        **values: Any,
    ) -> Response:
        """Answer with a page's form as it was typed: with what is wrong with it, or that the line was down."""
        status = HTTPStatus.SERVICE_UNAVAILABLE if offline else problem.status if problem else HTTPStatus.OK
        return self.render(template, status, typed=typed, problem=problem, offline=offline, **values)

    def refuse(self, problem: Problem, **values: Any) -> Response:
        """Answer with the page for a refusal."""
        return self.render(
            "refusal.html", problem.status, problem=problem, advice=advice(problem.slug), **values
        )

    def go(self, path: str) -> Response:
        """Send the browser to another page of this app."""
        return self.keep(RedirectResponse(path, HTTPStatus.SEE_OTHER))

    def keep(self, response: Response) -> Response:
        """Give a new browser its cookie, which a form token belongs to."""
        if self.request.cookies.get(SESSION_COOKIE) != self.cookie:
            self.set_cookie(response, SESSION_COOKIE, self.cookie)
        return response

    def set_cookie(self, response: Response, name: str, value: str) -> None:
        """Set a cookie that no script and no other site can use."""
        secure = self.app.settings.behind_https
        response.set_cookie(name, value, path="/", httponly=True, samesite="strict", secure=secure)

    async def form(self) -> dict[str, str]:
        """Read the posted form. Raises FormRefusedError: too large, unreadable or not from this app's page here."""
        fields = await _read_form(self.request)
        if not self.app.sessions.csrf_matches(self.cookie, fields.get("csrf", "")):
            raise FormRefusedError(HTTPStatus.FORBIDDEN)
        if not self.app.sessions.is_held(self.session, fields.get("held", "")):
            raise FormRefusedError(HTTPStatus.FORBIDDEN)
        return fields


async def read_body(stream: AsyncIterator[bytes], bytes_max: int) -> bytes:
    """Read a request's body. Raises FormRefusedError when it is larger than `bytes_max`."""
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > bytes_max:
            raise FormRefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return bytes(body)


async def _read_form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise FormRefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    body = await read_body(request.stream(), FORM_BYTES_MAX)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX
        )
    except ValueError:  # includes broken UTF-8 and too many fields
        raise FormRefusedError(HTTPStatus.BAD_REQUEST) from None
    return dict(pairs)


def form_key(fields: dict[str, str]) -> str:
    """Return the Idempotency-Key that the form was made with. Raises FormRefusedError."""
    key = fields.get("key", "")
    if not KEY.fullmatch(key):
        raise FormRefusedError(HTTPStatus.BAD_REQUEST)
    return key


def read_words(fields: Mapping[str, str], name: str = "reason") -> str:
    """Return what a person wrote, which stays on record with what was done. Raises FormRefusedError."""
    words = " ".join(fields.get(name, "").split())
    if len(words) not in _WORDS:
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    return words


def read_millions(fields: Mapping[str, str]) -> int:
    """Return a sum that is typed in millions, in đồng. Raises FormRefusedError."""
    typed = fields.get("millions", "").strip()
    millions = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= len("10000") else 0
    if not 0 < millions <= _MILLION_MAX:
        raise FormRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY)
    return millions * 1_000_000


def read_amount(fields: Mapping[str, str], name: str = "amount") -> int | Problem:
    """Return the typed amount in đồng, or what is wrong with it."""
    try:
        return money.read(fields.get(name, ""))
    except money.AmountUnreadableError as wrong:
        return Problem("amount-unreadable", HTTPStatus.UNPROCESSABLE_ENTITY, {"understood": wrong.understood})


def page(request: Request) -> Page:
    """Find out who is asking, and in which language to answer. Raises LockedError."""
    asked = whoever(request)
    if asked.session is not None and asked.session.locked and request.url.path not in _WHILE_LOCKED:
        raise LockedError
    return asked


def whoever(request: Request) -> Page:
    """Find out who is asking, be the desk locked or not: for what says nothing of a customer."""
    app: App = request.app.state.app
    cookie = request.cookies.get(SESSION_COOKIE, "")
    if not _COOKIE.fullmatch(cookie):
        cookie = app.sessions.new_cookie()
    session = app.sessions.find(cookie, app.service.now())
    asked = request.scope.get("endpoint")
    is_person = asked not in _BY_THEMSELVES or "active" in request.query_params
    if session is not None and not session.locked and is_person:
        session.seen_at = app.service.now()
    return Page(request, app, languages.language(request.cookies.get(LANGUAGE_COOKIE)), cookie, session)


InPage = Annotated[Page, Depends(page)]


@functools.cache
def environment(language: Language) -> jinja2.Environment:
    """Make the templates of one language, with its ways to write money and time; once for a process."""
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("counter_app"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(languages.load(language), newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "money": lambda amount: money.figures(amount, language),
        "signed": lambda amount: money.signed(amount, language),
        "figures": lambda amount: money.figures(amount, language).rpartition("\N{NO-BREAK SPACE}")[0],
        "words": lambda amount: money.words(amount, language),
        "notes": money.notes,
        "time": lambda moment: _local(moment).strftime("%H:%M"),
        "moment": lambda moment: _local(moment).strftime("%H:%M · %d/%m/%Y"),
        "day": _day,
        "advice": advice,
        "qr": qr.path,
    }
    made.globals |= {"Kind": Kind, "ASKED": ASKED, "STATIC": statics.ROOT}
    return made


def _local(moment: datetime | str) -> datetime:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(VIET_NAM)


def _day(day: date | datetime | str) -> str:
    if isinstance(day, str):
        day = date.fromisoformat(day)
    return (_local(day) if isinstance(day, datetime) else day).strftime("%d/%m/%Y")
