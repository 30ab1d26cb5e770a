"""The pages name what is there: files, functions, figures, columns, commands, routes; and the code's own words do."""

import re
from pathlib import Path
from typing import Final

import pytest

from tests import names
from tests.names import ROOT

PAGES: Final = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS: Final = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
SOURCES: Final = [
    path
    for package in names.PACKAGES
    for path in sorted((ROOT / package).rglob("*"))
    if path.suffix in {".py", ".sql"}
]

# What stands in backticks, looks like a name, and is none of ours.
OTHERS: Final = {
    "of other programs": {
        "pymerkle",
        "py-spy",
        "random_page_cost",
        "bean-check",
        "crit",
    },
    "served by the framework": {"/docs", "/openapi.json"},
    "made by running": {"./var", "/static/{version}/", "journal-2026-11-01-2026-11-30.csv"},
    "members of a file, as a path": {"seal.root", "head.history"},
    "forms": {"YYYY-MM-DD", ".po"},
    "examples of accounts": {"office/05971-1/over-short"},
    "set in a session": {"ledger.writer"},
}
ALLOWED: Final = frozenset().union(*OTHERS.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_what_is_there(page: Path) -> None:
    """Each name in backticks, and each command in a block, is one that exists today."""
    cited = [text for text in names.cited(page.read_text(encoding="utf-8")) if names.is_name(text)]
    assert [text for text in cited if text not in ALLOWED and not names.exists(text)] == []


def test_sources_name_what_is_there() -> None:
    """Each name in backticks in a docstring or a comment of the four packages."""
    cited = [(path, text) for path in SOURCES for text in names.said(path) if names.is_name(text)]
    gone = [
        f"{path}: {text}" for path, text in cited if text not in ALLOWED and not names.exists_at(path, text)
    ]
    assert gone == []


def test_nothing_is_allowed_in_vain() -> None:
    """What is exempt is written somewhere, and would not be found."""
    written = {text for page in PAGES for text in names.cited(page.read_text(encoding="utf-8"))}
    written |= {text for path in SOURCES for text in names.said(path)}
    assert {text for text in ALLOWED if text not in written or names.exists(text)} == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Each link to a page or picture of this tree."""
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    "gone",
    [
        "withdrawals.service.authorise",
        "ledger/controls.py",
        "payout/paying.py:pay_twice",
        "ledger/post.sql:ledger.post_nothing",
        "policies/bank_agent.toml:withdrawal.lease_hours",
        "withdrawal.lease_hours",
        "ledger.post_nothing",
        "Withdrawal.pay_twice",
        "soft-atm offices demolish",
        "soft-atm offices import --twice",
        "make coffee",
        "SOFT_ATM_COFFEE",
        "GET /wallet/v1/coffee",
        "no-such-refusal",
        "no_such_column",
    ],
)
def test_what_is_gone_is_found_out(gone: str) -> None:
    """A name of each form that nothing has."""
    assert names.is_name(gone)
    assert not names.exists(gone)


def test_decisions_are_numbered_dated_and_listed() -> None:
    """Numbers run from 1, dates do not go back, each has a status, and the index says the same."""
    listed = []
    for number, page in enumerate(DECISIONS, 1):
        title, _, date, status = page.read_text(encoding="utf-8").split("\n")[:4]
        assert page.name.startswith(f"{number:04d}-")
        assert re.fullmatch(r"Date: \d{4}-\d\d-\d\d", date), page.name
        assert re.fullmatch(r"Status: (accepted|superseded by \d{4})", status), page.name
        says = (date.removeprefix("Date: "), title.removeprefix("# "), status.removeprefix("Status: "))
        listed.append(f"| [{number:04d}]({page.name}) | {says[0]} | {says[1]} | {says[2]} |")
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in index if line.startswith("| [")] == listed
    dates = [line.split(" | ")[1] for line in listed]
    assert dates == sorted(dates)
    assert {page.name for page in (ROOT / "docs/decisions").iterdir()} == {
        "README.md",
        *(p.name for p in DECISIONS),
    }
