"""A counter app on a temporary journal, its fake service, and a browser without scripts, for tests."""

import asyncio
import functools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2

from counter_app.app import create_app
from counter_app.encryption import load_cipher
from counter_app.journal import Entry, Journal
from counter_app.page import App
from counter_app.settings import Settings
from tests.counter_app import fake_service
from tests.counter_app.fake_service import Fake, FakeTransport

BEGIN = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
COUNTS = {"count-500000": "40", "count-100000": "20"}


@dataclass
class Clock:
    """A clock that a test turns."""

    now: datetime = BEGIN

    def __call__(self) -> datetime:
        """Read it."""
        return self.now

    def turn(self, **by: float) -> None:
        """Turn it on."""
        self.now += timedelta(**by)


@dataclass
class Form:
    """One form of a page: where it goes and what is in it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append(Form(found.get("action") or ""))
        elif tag == "input" and self.forms and found.get("name"):
            self.forms[-1].fields[found["name"] or ""] = found.get("value") or ""


@dataclass
class Browser:
    """A browser: keeps cookies and the secret of its pages, follows redirects, fills forms."""

    client: httpx2.AsyncClient
    page: httpx2.Response | None = None
    held: str = field(default_factory=lambda: secrets.token_hex(32))

    @property
    def text(self) -> str:
        """The page in front."""
        assert self.page is not None
        return self.page.text

    @property
    def path(self) -> str:
        """The address of the page in front."""
        assert self.page is not None
        return self.page.url.path

    def form(self, action: str) -> Form:
        """Find a form of the page in front by the end of its action."""
        parser = _Forms()
        parser.feed(self.text)
        return next(form for form in parser.forms if form.action.endswith(action))

    async def open(self, path: str) -> httpx2.Response:
        """Go to an address."""
        self.page = await self.client.get(path, follow_redirects=True)
        return self.page

    async def send(self, action: str, /, **typed: str) -> httpx2.Response:
        """Fill a form of the page in front and send it."""
        form = self.form(action)
        data = form.fields | {"held": self.held} | typed
        self.page = await self.client.post(form.action, data=data, follow_redirects=True)
        return self.page


@dataclass
class Desk:
    """The whole: fake service, line, journal, app and one browser."""

    clock: Clock
    fake: Fake
    line: FakeTransport
    journal: Journal
    web: Any
    browser: Browser

    @property
    def app(self) -> App:
        """The parts of the app."""
        parts: App = self.web.state.app
        return parts

    def another_browser(self) -> Browser:
        """Open a second browser at the same counter."""
        return _browser(self.web)

    async def sign_in(self, username: str = fake_service.CLERK, browser: Browser | None = None) -> None:
        """Sign somebody in."""
        browser = browser or self.browser
        await browser.open("/sign-in")
        await browser.send("/sign-in", username=username, password=fake_service.PASSWORD)

    async def open_shift(self) -> None:
        """Sign the clerk in and open a shift of 22,000,000 đồng at drawer 1."""
        await self.sign_in()
        await self.browser.open("/shift/open")
        await self.browser.send("/shift/open", drawer="1", **COUNTS)

    async def present(self, **more: Any) -> fake_service.Withdrawal:
        """Authorise a withdrawal and scan its code."""
        withdrawal = self.fake.withdrawal(**more)
        await self.browser.open("/scan")
        await self.browser.send("/scan", code=withdrawal.code)
        return withdrawal

    async def pay(self, card: str = fake_service.CARD_QR, **more: str) -> httpx2.Response:
        """Send the card check of the page in front."""
        return await self.browser.send("/payment", card=card, **more)

    async def resolve(self) -> None:
        """Let the resolver try everything once, now."""
        self.app.resolver.wake()
        await asyncio.gather(*self.app.resolver.ask_due())

    def unknown(self) -> list[Entry]:
        """List what the journal does not know yet."""
        return self.journal.unresolved()


def _browser(web: Any) -> Browser:
    return Browser(
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(web, raise_app_exceptions=False), base_url="http://127.0.0.1"
        )
    )


@asynccontextmanager
async def desk(folder: Path, fake: Fake | None = None, **settings: Any) -> AsyncIterator[Desk]:
    """Set a desk up; setting it up again in the same folder is a restart."""
    clock = Clock() if fake is None else fake.clock
    assert isinstance(clock, Clock)
    fake = fake or Fake(clock)
    line = FakeTransport(fake)
    journal = Journal(folder / "journal.sqlite", load_cipher(folder / "journal.key"))
    client = httpx2.AsyncClient(transport=line, base_url="http://service.test")
    web = create_app(Settings(data_dir=folder, **{"lock_minutes": 60} | settings), client, journal, clock)
    try:
        yield Desk(clock, fake, line, journal, web, _browser(web))
    finally:
        await web.state.app.resolver.stop()
        await client.aclose()
        journal.close()


def in_loop(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test in a loop of its own."""

    @functools.wraps(test)
    def run(*given: Any, **named: Any) -> None:
        async def all_of_it() -> None:
            await test(*given, **named)

        asyncio.run(all_of_it())

    return run
