import csv
import io
from typing import Any

import pytest

from atm_service.control.audit import service as audit
from atm_service.control.audit.schemas import JournalEntryView
from atm_service.platform import chart
from tests.atm_service.control.audit.days import tamper, topped_up, work
from tests.atm_service.world import OFFICE, Person, Service
from tests.database import Database

PATHS = [
    "/audit/v1/trial-balance",
    f"/audit/v1/offices/{OFFICE}/reconciliation",
    "/audit/v1/reconciliation",
    "/audit/v1/controls",
    "/audit/v1/journal",
]


@pytest.fixture
def auditor(service: Service) -> Person:
    return service.staff("auditor")


def test_only_auditors_read(service: Service) -> None:
    """Without a token nobody, and of the staff only the auditor, sees the books."""
    clerk, customer = service.clerk(), service.customer()
    people = [clerk, service.staff("supervisor"), service.staff("operator")]
    for path in PATHS:
        assert service.client.get(path).status_code == 401
        assert customer.get(path).status_code == 401
        for person in people:
            assert person.get(path).json()["type"].endswith(":forbidden"), path


def test_trial_balance(service: Service, auditor: Person) -> None:
    """Accounts that moved, each balance as its class reads it, and totals that are equal."""
    customer = topped_up(service, 3_000_000)
    service.clerk(cash=50_000_000)
    found = auditor.get("/audit/v1/trial-balance").json()
    accounts = {account.pop("code"): account for account in found["accounts"]}
    assert accounts[chart.customer(customer.id)] == {
        "class": "liability",
        "debits": 0,
        "credits": 3_000_000,
        "balance": 3_000_000,
    }
    assert accounts[chart.drawer(OFFICE, 1)]["balance"] == 50_000_000
    assert accounts[chart.TREASURY_CASH] == {
        "class": "asset",
        "debits": 50_000_000,
        "credits": 50_000_000,
        "balance": 0,
    }
    assert chart.fees(OFFICE) not in accounts
    assert (found["as_of"], found["balanced"]) == ("2026-11-16", True)
    total = sum(account["debits"] for account in accounts.values())
    assert found["total_debits"] == found["total_credits"] == total == 153_000_000


def test_trial_balance_of_a_day(service: Service, auditor: Person) -> None:
    """The balance of a day holds what was recorded until its end in Vietnam."""
    service.clock.now = service.now.replace(hour=16, minute=59, second=59)
    topped_up(service, 1_000_000)
    service.clock.advance(seconds=1)
    topped_up(service, 500_000)
    totals = {
        day: service.staff("auditor").get("/audit/v1/trial-balance", as_of=day).json()["total_debits"]
        for day in ("2026-11-15", "2026-11-16", "2026-11-17", "2100-12-31")
    }
    assert list(totals.values()) == [0, 1_000_000, 1_500_000, 1_500_000]


def test_controls(service: Service, auditor: Person) -> None:
    """The ledger's controls and the service's, by name; all hold."""
    work(service)
    found = auditor.get("/audit/v1/controls").json()
    names = [control["name"] for control in found["controls"]]
    assert {"trial-balance-zero", "open-holds-are-promised"} <= set(names)
    assert len(names) == len(set(names))
    assert all(control == {"name": control["name"], "holds": True, "breaks": 0, "examples": []}
               for control in found["controls"])  # fmt: skip
    assert found["all_hold"] is True
    assert found["checked_at"] == "2026-11-16T02:01:00Z"


def test_a_broken_control_shows(service: Service, auditor: Person, database: Database) -> None:
    """A control that does not hold comes with the number of its breaks and some examples."""
    worked = work(service)
    with database.owner.begin() as session:
        tamper(session, "DELETE FROM service.audit_event WHERE action = 'pay'")
    found = auditor.get("/audit/v1/controls").json()
    (broken,) = [control for control in found["controls"] if not control["holds"]]
    assert (broken["name"], broken["breaks"], found["all_hold"]) == ("payments-in-trail", 3, False)
    assert sorted(receipt["number"] in str(broken["examples"]) for receipt in worked.receipts) == [True] * 3


def test_heavy_reading_has_its_turn(service: Service, auditor: Person) -> None:
    """While as many are reading much as may, the next one is told when to come back."""
    with audit.turn(), audit.turn():
        for path in ("/audit/v1/controls", "/audit/v1/journal"):
            answer = auditor.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert auditor.get("/audit/v1/controls").status_code == 200


def test_journal(service: Service, auditor: Person) -> None:
    """Each format is a file of its own name, of this month when nothing is said."""
    topped_up(service, 1_000_000)
    kinds = {
        "json": ("json", "application/json"),
        "csv": ("csv", "text/csv"),
        "hledger": ("journal", "text/plain"),
        "beancount": ("beancount", "text/plain"),
    }
    for format_, (suffix, media_type) in kinds.items():
        answer = auditor.get("/audit/v1/journal", format=format_)
        name = f'attachment; filename="journal-2026-11-01-2026-11-30.{suffix}"'
        assert (answer.status_code, answer.headers["Content-Disposition"]) == (200, name)
        assert answer.headers["Content-Type"].startswith(media_type)
        assert "1000000" in answer.text


def test_the_json_is_as_documented(service: Service, auditor: Person) -> None:
    """Each entry of the JSON export has the documented members, and no others."""
    work(service)
    entries = [JournalEntryView.model_validate(entry) for entry in auditor.get("/audit/v1/journal").json()]
    kinds = {"top-up", "payout", "cash-delivery", "withdrawal", "over-short"}
    assert {entry.kind for entry in entries} == kinds


def test_the_period_is_a_month_unless_said(auditor: Person) -> None:
    """What is left out of a period is filled in with the month; both days are inclusive."""
    periods: list[tuple[dict[str, str], str]] = [
        ({}, "2026-11-01-2026-11-30"),
        ({"from": "2026-02-10"}, "2026-02-10-2026-02-28"),
        ({"to": "2026-02-10"}, "2026-02-01-2026-02-10"),
        ({"from": "2026-12-31"}, "2026-12-31-2026-12-31"),
        ({"from": "2024-01-01", "to": "2024-12-31"}, "2024-01-01-2024-12-31"),
        ({"from": "2026-11-16", "to": "2026-11-16"}, "2026-11-16-2026-11-16"),
    ]
    for query, period in periods:
        answer = auditor.get("/audit/v1/journal", **query)
        assert f"journal-{period}.json" in answer.headers["Content-Disposition"], query


def test_a_period_that_cannot_be(auditor: Person) -> None:
    """A period that is turned around, too long or no date is refused, and the place named."""
    periods: list[tuple[dict[str, Any], str]] = [
        ({"from": "2026-11-02", "to": "2026-11-01"}, "query.from"),
        ({"from": "2025-01-01", "to": "2026-01-02"}, "query.to"),
        ({"from": "2019-12-31"}, "query.from"),
        ({"to": "2101-01-01"}, "query.to"),
        ({"from": "0"}, "query.from"),
        ({"from": "2026-11-1"}, "query.from"),
        ({"format": "pdf"}, "query.format"),
    ]
    for query, where in periods:
        answer = auditor.get("/audit/v1/journal", **query)
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, where), query


def test_an_export_is_in_the_trail(service: Service, auditor: Person) -> None:
    """Who took the journal, and which part of it, can be seen later."""
    auditor.get("/audit/v1/journal", format="csv", **{"from": "2026-11-01", "to": "2026-11-02"})
    (row,) = service.trail("export-journal")
    assert row["actor"] == auditor.id
    assert row["detail"] == {"from": "2026-11-01", "to": "2026-11-02", "format": "csv"}


def test_nobody_can_be_read_in_an_export(service: Service, auditor: Person) -> None:
    """Names, phones and card numbers of customers are in no export: only their ids."""
    worked = work(service)
    for format_ in ("json", "csv", "hledger", "beancount"):
        text = auditor.get("/audit/v1/journal", format=format_).text
        assert str(worked.customers[0].id) in text.lower()
        for customer in worked.customers:
            assert customer.facts["id_number"] not in text
            assert customer.facts["phone"] not in text


def test_csv_over_http_has_its_header(service: Service, auditor: Person) -> None:
    """A journal without entries is still a table."""
    rows = list(csv.reader(io.StringIO(auditor.get("/audit/v1/journal", format="csv").text)))
    assert [row[:3] for row in rows] == [["entry_id", "line", "business_date"]]
