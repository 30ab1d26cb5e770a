"""The page of the API's document in a real browser, under its own policy."""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, expect

from atm_service.run import app

RENDERS_WITHIN_MS = 120_000  # half a megabyte of operations, on a machine that does much else


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve the routes, which need no database for this."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = app._routed()
        made.openapi()
        server = uvicorn.Server(uvicorn.Config(made, lifespan="off", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def test_the_document_is_shown_by_scripts_of_our_own(chromium: Browser, url: str) -> None:
    """Nothing is asked of another host, nothing is blocked, and the operations are there."""
    page, said = chromium.new_page(), []
    asked: set[str] = set()

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            said.append(message.text)

    page.on("request", lambda request: asked.add("/".join(request.url.split("/", 3)[:3])))
    page.on("console", note)
    page.goto(f"{url}/docs")  # operations further down are drawn when somebody scrolls there
    expect(page.locator("#operations-wallet-wallet_apply")).to_be_visible(timeout=RENDERS_WITHIN_MS)
    assert {one for one in asked if not one.startswith("data:")} == {url}
    assert said == []
    page.close()
