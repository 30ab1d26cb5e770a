"""The pages name what is there: files, functions, figures, columns, commands, routes; and the code's own words do."""

import importlib
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Final
from uuid import uuid4

import pytest
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

from atm_service.control.statements import service as statements
from atm_service.desk.counterfeits import service as counterfeits
from atm_service.payout import service as payout
from atm_service.platform.idempotency import Key
from atm_service.platform.keys import store as key_store
from atm_service.registers.banks import service as banks
from atm_service.registers.customers import at_rest
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
        "swagger-ui-dist",
        "X-Forwarded-For",
        "X-Forwarded-Proto",
        "--kiosk-printing",
    },
    "served beside the routes": {"/openapi.json", "/metrics"},
    "made by running": {"./var", "sbom.cdx.json", "/static/{version}/", "journal-2026-11-01-2026-11-30.csv"},
    "members of a file, as a path": {"head.history"},
    "forms": {"YYYY-MM-DD", ".po"},
    "examples of accounts": {"office/05971-1/over-short"},
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


def test_rules_are_indexed() -> None:
    """Each rule leads to something that decides it, and no rule stands twice."""
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8").split("## What is encrypted", maxsplit=1)[0]
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| ")]
    rules = {rule.removeprefix("| "): decided for rule, decided, *_ in rows if decided != "decided by"}
    assert len(rules) == len(rows) - page.count("decided by")
    assert len(rules) >= 15
    assert [rule for rule, decided in rules.items() if "`" not in decided] == []


def encrypted_columns() -> dict[str, str]:
    """Read the list of encrypted columns: each with the place where it opens."""
    page = (
        (ROOT / "docs/rules.md")
        .read_text(encoding="utf-8")
        .split("| column | holds | place |", maxsplit=1)[1]
    )
    rows = re.findall(r"^\| `([\w.]+)` \| .+ \| `(.+)` \|$", page, re.MULTILINE)
    return dict(rows)


def test_the_list_of_encrypted_columns_is_whole() -> None:
    """It names the columns of bytes that are called sealed, the remembered answers, and nothing else."""
    for store in sorted((ROOT / "atm_service").rglob("*.py")):
        if "table=True" in store.read_text(encoding="utf-8"):
            importlib.import_module(".".join(store.relative_to(ROOT).with_suffix("").parts))
    columns = {
        f"{table.fullname}.{column.name}": column
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
    }
    ours = {name for name in columns if name.startswith("service.")}
    sealed = {name for name in ours if re.search(r"\.sealed_|_sealed$", name)}
    assert set(encrypted_columns()) == {*sealed, "service.idempotency.answer"}
    assert all(isinstance(columns[name].type, LargeBinary) for name in encrypted_columns())


def test_places_are_as_the_list_says() -> None:
    """Each column opens in the place that the code makes for it."""
    id, kid = uuid4(), "b1ee"
    keyed = SimpleNamespace(caller="customer", key="k")
    made = {
        "service.bank_link.account_sealed": banks._place(id),
        "service.withdrawal.digits_sealed": payout.digits_place(id),
        "service.counterfeit.bearer_sealed": counterfeits._place_of(id),
        "service.statement_piece.content_sealed": statements._place(id, 1),
        "service.signing_key.sealed_private": key_store._context("code", kid),
        "service.idempotency.answer": Key.place(keyed),  # type: ignore[arg-type]
    }
    for column, place in encrypted_columns().items():
        _, table, name = column.split(".")
        expected = place.format(
            id=id, subject=id, file_id=id, number=1, purpose="code", kid=kid, caller="customer", key="k"
        ).encode()
        assert made.get(column, at_rest.place(table, name.removesuffix("_sealed"), id)) == expected
