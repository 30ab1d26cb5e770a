"""A real Chromium for the tests that drive a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.road import ARGUMENTS, CHROMIUM, Demo, running_demo
from tests.database import cloned

PATIENCE_MS = 20_000  # pages ask again every five seconds, and the machine may be busy


# Not for the whole session: Playwright keeps an event loop running in this thread, and other tests need their own.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give a running browser; each test opens its own context in it."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def demo(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Give a running demo to all tests of a module; each uses an office and a customer of its own."""
    with (
        cloned(server_url, template) as database,
        running_demo(tmp_path_factory.mktemp("demo"), database.url) as running,
    ):
        yield running
