import gzip
import re
from html.parser import HTMLParser

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from atm_service.run.pages.routes import ASSETS, router, takes_gzip

WALLET_KB = 50  # compressed, over the line, on the first visit; later visits ask for 304s only

app = FastAPI(docs_url=None)
app.include_router(router)
web = TestClient(app)
PAGES = ["/", "/wallet/", "/audit/", "/verify/", "/docs"]


class Linked(HTMLParser):
    """Collects what a page loads, and refuses what its policy would block."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        found = dict(attrs)
        assert tag != "style"
        assert tag != "script" or found.get("src")
        assert not any(name == "style" or name.startswith("on") for name in found)
        self.addresses |= {
            str(found[name]) for name in ("src", "href") if str(found.get(name, "")).startswith("/static/")
        }


@pytest.mark.parametrize("page", PAGES)
def test_page_can_only_load_and_do_what_is_its_own(page: str) -> None:
    """Every page has a policy without inline scripts, is asked for again each time, is framed by nobody."""
    answer = web.get(page)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; img-src 'self' data: blob:;")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("page", PAGES)
def test_page_links_only_files_that_exist_and_may_be_kept(page: str) -> None:
    """Everything a page names is there, under an address that never changes its content."""
    addresses = Linked(web.get(page).text).addresses
    assert addresses
    for address in addresses:
        answer = web.get(address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_wallet_names_every_module_it_imports() -> None:
    """All of the wallet's modules are asked for at once: a chain of imports costs a round trip a link."""
    listed = {
        address.split("/", 3)[3] for address in Linked(ASSETS.pages["wallet.html"].body.decode()).addresses
    }
    imported = {"wallet/main.js"}
    for name in sorted(
        path for path in ASSETS.static if path.endswith(".js") and not path.startswith(("audit/", "docs/"))
    ):
        if name in {"landing.js", "verify.js", "offline.js"}:
            continue
        for found in re.findall(r'from "([^"]+)"', ASSETS.static[name].body.decode()):
            imported.add(
                found.replace("../", "")
                if found.startswith("../")
                else f"{name.rpartition('/')[0]}/{found[2:]}".lstrip("/")
            )
    assert imported <= listed


def test_known_file_is_not_sent_again() -> None:
    """A browser that has a file gets 304 and no body, compressed or plain; a changed one is sent."""
    for encoding in ("gzip", "identity"):
        asked = {"Accept-Encoding": encoding}
        first = web.get("/static/style.css", headers=asked)
        again = web.get(
            "/static/style.css", headers=asked | {"If-None-Match": f'"older", W/{first.headers["ETag"]}'}
        )
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert web.get("/static/style.css", headers=asked | {"If-None-Match": '"older"'}).status_code == 200


def test_compressed_and_plain_answers_hold_the_same() -> None:
    """Both forms are the same text under different tags, and a cache may not mix them up."""
    plain = web.get("/wallet/", headers={"Accept-Encoding": "identity"})
    small = web.get("/wallet/", headers={"Accept-Encoding": "br, gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert small.content == plain.content
    assert small.headers["ETag"] != plain.headers["ETag"]
    assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("offer", "takes"), [("gzip", True), ("br;q=1, GZIP ;q=0.5", True), ("gzip;q=0", False), ("", False)]
)
def test_gzip_is_sent_only_to_who_takes_it(offer: str, takes: bool) -> None:  # noqa: FBT001  a table of answers
    """The Accept-Encoding header decides."""
    assert takes_gzip(offer) is takes


def test_old_version_gets_the_file_of_today_but_may_not_keep_it() -> None:
    """A tab from before an upgrade goes on working."""
    answer = web.get("/static/0123456789ab/style.css")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    ["nothing.js", "../routes.py", "%2e%2e/routes.py", "..%2froutes.py", "wallet", "", "wallet.html", "%00"],
)
def test_nothing_but_the_static_files_can_be_asked_for(path: str) -> None:
    """Files are looked up in a list, never on the disk."""
    assert web.get(f"/static/{path}").status_code == 404


def test_wallet_is_light_enough_for_a_slow_line() -> None:
    """The first visit carries at most 50 kB: four seconds at 100 kbit/s."""
    files = [
        file for path, file in ASSETS.static.items()
        if not re.search("audit/|landing|opening|mending|statement|bills|verify|bank.js|icon-", path)  # loaded late
        and not path.startswith("docs/") and path != "i18n/en.js"
    ]  # fmt: skip
    assert sum(len(file.compressed) for file in [*files, ASSETS.pages["wallet.html"]]) <= WALLET_KB * 1024
    assert all(gzip.decompress(file.compressed) == file.body for file in files)


@pytest.mark.parametrize("page", ["wallet", "verify"])
def test_worker_is_served_from_its_pages_folder(page: str) -> None:
    """A service worker rules over its own page only, may fetch it, and is asked for again at each visit."""
    answer = web.get(f"/{page}/offline.js")
    assert (
        answer.headers["Content-Security-Policy"] == "default-src 'self'"
    )  # else the service's, which fetches nothing
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
