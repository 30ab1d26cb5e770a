"""Bytes over an office's line: the real counter app serves a customer, and a wire in between counts what passes."""

import random
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser
from statistics import median
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2
import uvloop

from atm_service.registers.staff import service as staff
from atm_service.registers.staff import store as staff_store
from bench import line, serving, withdrawals
from bench.books import Clock
from bench.clients import apart
from bench.figures import at_most
from bench.rounds import Measured, Workload
from bench.server import Server
from bench.town import PIN, Clerk, Person, Town, founded, signed_in

PART: Final = "an office's line"
BYTES_MAX: Final = 4_096
SERVED: Final = 5
PIECE: Final = 65_536
TIMEOUT_S: Final = 30
USERNAME: Final = "lan"
PASSWORD: Final = "made up for a measurement"


class WrongPage(RuntimeError):  # noqa: N818  named for what happened
    """The counter app shows another page than the one that must come."""


class Wire:
    """Carries connections to an address, as they are, and counts the bytes of both directions."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._there = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._counted = threading.Lock()
        self.bytes = 0
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._take, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listening.accept()
                there = socket.create_connection(self._there)
                for source, sink in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                with self._counted:
                    self.bytes += len(piece)
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class _Forms(HTMLParser):
    """The forms of a page: where each goes, and what is in it already."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a form or one of its fields."""
        found = dict(attrs)
        if tag == "form":
            self.forms.append((found.get("action") or "", {}))
        elif tag == "input" and self.forms and (name := found.get("name")):
            self.forms[-1][1][name] = found.get("value") or ""


def workloads(on: Server, clock: Clock) -> list[Workload]:
    """Found a small town with a clerk who can sign in; a run serves a few customers and gives the bytes of one."""
    town = founded(on, "bench_line", clock, customers=SERVED * 20, offices_=1)
    office = town.clerks[0].office
    with town.context.transaction() as session:
        if staff_store.find_by_username(session, USERNAME) is None:
            staff.add(
                session, town.context.hasher, USERNAME, PASSWORD, "clerk", office, "Hoàng Thị Lan", clock()
            )
        clerk = staff_store.find_by_username(session, USERNAME)
    assert clerk is not None
    town = signed_in(replace(town, clerks=[Clerk(clerk.id, office)]), clock())
    withdrawals.open_shifts(town)
    return [
        Workload(
            PART,
            "present and pay, both directions",
            1,
            "bytes",
            partial(_serve, town),
            at_most(BYTES_MAX),
            "one withdrawal",
        )
    ]


def _serve(town: Town, _seconds: int) -> Measured:
    people = random.sample(list(town.people), SERVED)
    with serving.serving(town, 1) as url:
        codes = apart(partial(_authorise, url, people))
        wire = Wire(url)
        try:
            with serving.counter(town, wire.url) as counter_url:
                counted = list(_pay(counter_url, wire, people, codes))
        finally:
            wire.close()
    return Measured(median(counted), f"{min(counted):,} to {max(counted):,} of {SERVED}, the clerk signed in")


def _authorise(url: str, people: Sequence[Person]) -> list[str]:
    async def work() -> list[str]:
        wish = {"amount": withdrawals.AMOUNT, "pin": PIN}
        async with line.opened(url) as phone:
            asked = [
                await withdrawals.ask(phone, "/wallet/v1/withdrawals", one.token, wish, str(uuid4()))
                for one in people
            ]
        return [str(code["code"]) for code in asked]

    return uvloop.run(work())


def _pay(url: str, wire: Wire, people: Sequence[Person], codes: Sequence[str]) -> Iterator[int]:
    """Do as the clerk does, page by page; give the bytes that each customer took."""
    with httpx2.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False, follow_redirects=True) as browser:
        _send(browser, browser.get("/sign-in"), "/sign-in", {"username": USERNAME, "password": PASSWORD})
        for person, code in zip(people, codes, strict=True):
            before = wire.bytes
            check = _send(browser, browser.get("/scan"), "/scan", {"code": code})
            paid = _send(browser, check, "/payment", {"card": person.id_number})
            if not paid.url.path.startswith("/requests/") or not paid.is_success:
                raise WrongPage(f"after a payment: {paid.status_code} at {paid.url.path}")
            yield wire.bytes - before


def _send(
    browser: httpx2.Client, page: httpx2.Response, action: str, typed: Mapping[str, str]
) -> httpx2.Response:
    """Fill a page's form and send it. Raises `WrongPage` when it has no such form."""
    found = _Forms()
    found.feed(page.text)
    for where, fields in found.forms:
        if where.endswith(action):
            return browser.post(where, data={**fields, **typed})
    raise WrongPage(f"no form for {action} at {page.url.path}, {page.status_code}")
