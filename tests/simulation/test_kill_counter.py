"""The counter app against the real service: killed while it waits, and on a line that loses every third word."""

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
import pytest

from counter_app.encryption import load_cipher
from counter_app.journal import Journal
from tests.simulation import books, people
from tests.simulation.line import Fault, Line, open_line
from tests.simulation.people import OFFICE, Clerk, Customer, Town, known
from tests.simulation.processes import Counter, Service, started, wait_until

PAYMENTS = 30
QUESTIONS_LOST = 0.15
ANSWERS_LOST = 0.25
TRIES = 30
RECEIPT_NUMBER = re.compile(rf"{OFFICE}-\d{{6}}-\d{{4}}")


@dataclass
class Desk:
    """A clerk's place: a line to the service, the counter app, and a browser without scripts."""

    town: Town
    line: Line
    app: Counter
    clerk: Clerk
    customer: Customer
    browser: httpx2.Client

    def sign_in(self) -> None:
        """Sign in, as after every start of the app."""
        self.browser.cookies.clear()
        page = self.browser.get("/sign-in")
        page = self.send(page, "/sign-in", username=self.clerk.username, password=people.PASSWORD)
        assert page.url.path == "/", page.text

    def send(self, page: httpx2.Response, action: str, **typed: str) -> httpx2.Response:
        """Fill and send a form of a page."""
        target, fields = _form(page.text, action)
        return self.browser.post(target, data=fields | typed)

    def scan(self, code: str) -> httpx2.Response:
        """Scan a code, again and again until the line lets it through; give the page with the card check."""
        for _ in range(TRIES):
            page = self.send(self.browser.get("/scan"), "/scan", code=code)
            if page.url.path.endswith("/check"):
                return page
        raise AssertionError(f"not presented: {page.text}")

    def pay(self, code: dict[str, Any]) -> str:
        """Pay, and press "ask again" for as long as it is unknown; give the receipt's number."""
        page = self.send(self.scan(code["code"]), "/payment", card=self.customer.id_number)
        for _ in range(TRIES):
            if page.url.path.startswith("/requests/") and "data-watch" not in page.text:
                return _number(page)
            page = self.send(page, "/retry")
        raise AssertionError(f"still unknown: {page.text}")

    def receipts(self) -> list[dict[str, Any]]:
        """Give the day's receipts as the service has them."""
        items: list[dict[str, Any]] = known(self.clerk.get("/counter/v1/receipts?limit=100"))["items"]
        return items


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Iterator[Desk]:
    service = Service(town.url, town.data_dir)
    with started(service), open_line(service.url) as line:
        app = Counter(line.url, tmp_path / "counter")
        with started(app), httpx2.Client(base_url=app.url, follow_redirects=True, timeout=30) as browser:
            straight = town.line(service.url)
            clerk, customer = town.clerk(straight, OFFICE), town.customer(straight, 20_000_000)
            desk = Desk(town, line, app, clerk, customer, browser)
            desk.sign_in()
            yield desk


@pytest.mark.parametrize("fault", [Fault.ANSWER_HELD, Fault.QUESTION_HELD])
def test_killed_counter_finds_out(desk: Desk, fault: Fault) -> None:
    """Killed between question and answer, the app knows after the next sign-in: paid, once, with the receipt."""
    code = desk.customer.code()
    page = desk.scan(code["code"])
    _, fields = _form(page.text, "/payment")
    desk.line.spoil = lambda _, path: fault if path.endswith("/payment") else Fault.NONE
    with ThreadPoolExecutor(1) as clicking, suppress(httpx2.TransportError):
        click = clicking.submit(desk.send, page, "/payment", card=desk.customer.id_number)
        assert desk.line.held.wait(30)
        desk.app.kill()
        click.result()
    desk.line.spoil = lambda _method, _path: Fault.NONE
    desk.line.let_go.set()
    desk.app.start()
    desk.app.wait_ready()
    desk.sign_in()
    outcome = f"/requests/{fields['key']}"
    wait_until(lambda: "data-watch" not in desk.browser.get(outcome).text, "the payment to be known")
    [receipt] = [r for r in desk.receipts() if r["withdrawal_id"] == code["id"]]
    assert _number(desk.browser.get(outcome)) == receipt["number"]
    _assert_nothing_unknown(desk)
    desk.town.told.append(receipt)
    books.assert_right(desk.town)


def test_line_that_loses_words_pays_each_once(desk: Desk, dice: random.Random) -> None:
    """Thirty payments over a line that loses questions and answers: all known in the end, each paid once."""
    lost = []

    def spoil(method: str, path: str) -> Fault:
        thrown = dice.random()
        if method != "POST" or thrown >= QUESTIONS_LOST + ANSWERS_LOST:
            return Fault.NONE
        lost.append(path)
        return Fault.QUESTION_LOST if thrown < QUESTIONS_LOST else Fault.ANSWER_LOST

    desk.line.spoil = spoil
    numbers = [desk.pay(desk.customer.code()) for _ in range(PAYMENTS)]
    desk.line.spoil = lambda _method, _path: Fault.NONE
    assert any(path.endswith("/payment") for path in lost)
    receipts = [receipt for receipt in desk.receipts() if receipt["drawer"] == desk.clerk.drawer]
    assert sorted(numbers) == sorted(receipt["number"] for receipt in receipts)
    assert desk.customer.available() == 20_000_000 - PAYMENTS * 50_000
    _assert_nothing_unknown(desk)
    desk.town.told += receipts
    books.assert_right(desk.town)


def _assert_nothing_unknown(desk: Desk) -> None:
    assert "data-watch" not in desk.browser.get("/").text
    desk.app.stop()
    folder = desk.app.log.parent
    journal = Journal(folder / "journal.sqlite", load_cipher(folder / "journal.key"))
    unresolved = journal.unresolved()
    journal.close()
    assert unresolved == []


def _number(page: httpx2.Response) -> str:
    """Read the receipt's number from the page that says PAID."""
    found = RECEIPT_NUMBER.search(page.text)
    assert found is not None, page.text
    return found.group()


def _form(html: str, action: str) -> tuple[str, dict[str, str]]:
    """Find a form by the end of its action; give where it goes, and its fields as they are filled."""
    parser = _Forms()
    parser.feed(html)
    found = [form for form in parser.forms if form[0].endswith(action)]
    assert len(found) == 1, f"{len(found)} forms for {action} in {html}"
    return found[0]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append((found.get("action") or "", {}))
        elif tag == "input" and self.forms and found.get("name"):
            self.forms[-1][1][found["name"] or ""] = found.get("value") or ""
