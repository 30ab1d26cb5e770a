"""The vault's count: blind, twice when it differs, kept for good, and due before cash leaves after a week."""

from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy.exc import IntegrityError

from atm_service.platform import chart
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import notes_of
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clerk, Service
from tests.contract.documented import slug_of

HELD = {"500000": 40}  # 20,000,000 đồng in the vault
TOTAL = 20_000_000
SHORT = {"500000": 38}
NOTE = {"500000": 1}
ROW = """
    INSERT INTO service.cash_count (id, subject, number, counted_by, counted_at, counts, total, expected, stood)
    VALUES (gen_random_uuid(), gen_random_uuid(), {number}, gen_random_uuid(), now(), '{{}}', {total}, 0, {stood})
"""


class Vault:
    """A clerk at a drawer, with 20,000,000 in the vault."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.clerk: Clerk = service.clerk(shift=False)
        assert self.clerk.open(counts={"500000": 200}).status_code == 201
        assert self.move("vault", HELD).status_code == 201

    def count(self, counts: dict[str, int], clerk: Clerk | None = None, key: str | None = None) -> Response:
        return (clerk or self.clerk).post("/counter/v1/cash/vault/count", {"counts": counts}, key)

    def move(self, to: str, counts: dict[str, int]) -> Response:
        return self.clerk.post("/counter/v1/cash/moves", {"to": to, "counts": counts})

    def seen(self) -> dict[str, Any]:
        return dict(self.clerk.get("/counter/v1/cash/vault").json())

    def wait(self, **parts: float) -> None:
        self.service.clock.advance(**parts)
        self.clerk = self.service.again(self.clerk)

    def balances(self) -> tuple[int, int]:
        """Give the vault's balance and the office's over/short."""
        return self.service.balance(chart.vault(OFFICE)), self.service.balance(chart.over_short(OFFICE))


@pytest.fixture
def vault(service: Service) -> Vault:
    return Vault(service)


def test_nobody_is_told_the_figure(vault: Vault) -> None:
    """Neither before the count nor by the first that differs, and not on which side."""
    assert vault.seen() == {"counted_at": None, "counted_by": None, "count_due": False}
    again = vault.count(SHORT).json()
    assert again == {"recount": True, "id": None, "counted_at": None, "total": None, "over_short": None}
    assert vault.balances() == (TOTAL, 0)


def test_a_count_that_agrees_stands(vault: Vault) -> None:
    """At once; nothing is posted."""
    counted = vault.count(HELD).json()
    assert (counted["recount"], counted["total"], counted["over_short"]) == (False, TOTAL, 0)
    assert vault.balances() == (TOTAL, 0)
    assert vault.seen()["counted_by"] == "Hoàng Thị Clerk"


@pytest.mark.parametrize(("notes", "difference"), [(38, -1_000_000), (41, 500_000)])
def test_the_second_count_stands(vault: Vault, notes: int, difference: int) -> None:
    """What it is over or short is posted, and the vault knows the counted notes."""
    for _ in range(2):
        counted = vault.count({"500000": notes}).json()
    assert (counted["over_short"], counted["total"]) == (difference, TOTAL + difference)
    assert vault.balances() == (TOTAL + difference, -difference)
    with vault.service.context.transaction() as session:
        assert stock.seen(session, chart.vault(OFFICE)) == notes_of({"500000": notes})
    assert vault.count({"500000": notes}).json()["over_short"] == 0


def test_what_moved_in_between_is_another_count(vault: Vault) -> None:
    """After a move the cash is other cash, and may be counted twice again."""
    assert vault.count(SHORT).json()["recount"] is True
    vault.move("vault", NOTE)
    assert vault.count({"500000": 37}).json()["recount"] is True
    assert vault.count({"500000": 41}).json()["over_short"] == 0


def test_another_clerks_count_is_a_first_one(vault: Vault) -> None:
    """Two people who differ once each have not counted twice."""
    other = vault.service.clerk(drawer=2, cash=0, shift=False)
    assert vault.count(SHORT).json()["recount"] is True
    assert vault.count(SHORT, other).json()["recount"] is True
    assert vault.count(SHORT, other).json()["over_short"] == -1_000_000


def test_the_same_key_counts_once(vault: Vault) -> None:
    """A lost answer that is asked for again is no second count."""
    assert [vault.count(SHORT, key="one").json()["recount"] for _ in range(3)] == [True] * 3
    assert vault.count(SHORT, key="two").json()["over_short"] == -1_000_000


def test_auditors_see_every_count(vault: Vault) -> None:
    """Who, when, what the ledger had, and the one that did not stand; by office and by page."""
    vault.count(SHORT)
    vault.wait(minutes=1)
    vault.count({"500000": 39})
    auditor = vault.service.staff("auditor")
    page = auditor.get("/audit/v1/vault-counts", limit=1).json()
    (stood,) = page["items"]
    assert (stood["counted"], stood["expected"], stood["over_short"]) == (19_500_000, TOTAL, -500_000)
    assert (stood["office"], stood["clerk"], stood["stood"]) == (OFFICE, "Hoàng Thị Clerk", True)
    (first,) = auditor.get("/audit/v1/vault-counts", cursor=page["next_cursor"]).json()["items"]
    assert (first["counted"], first["stood"]) == (19_000_000, False)
    assert len(auditor.get("/audit/v1/vault-counts", office=OFFICE).json()["items"]) == 2
    assert auditor.get("/audit/v1/vault-counts", office=OTHER_OFFICE).json()["items"] == []


def test_a_shift_is_not_needed(vault: Vault) -> None:
    """The vault may be counted before the first drawer is opened."""
    clerk = vault.service.clerk(OTHER_OFFICE, shift=False, cash=0)
    assert vault.count({}, clerk).json()["over_short"] == 0


def test_a_planned_office_has_no_vault(service: Service) -> None:
    """There is nothing to count."""
    clerk = Clerk(service.client, *service.member("clerk", OFFICE), {"office": OFFICE})
    assert clerk.get("/counter/v1/cash/vault").json()["count_due"] is False
    assert slug_of(clerk.post("/counter/v1/cash/vault/count", {"counts": {}})) == "office-not-active"


def test_the_count_is_due_after_a_week(vault: Vault) -> None:
    """On the seventh day no cash leaves; a count lets it. Days are Vietnam's, not twenty-four hours."""
    vault.wait(days=6, hours=14, minutes=59)  # 23:59 of the sixth day
    assert vault.seen()["count_due"] is False
    assert vault.move("drawer", NOTE).status_code == 201
    vault.wait(minutes=1)
    assert vault.seen()["count_due"] is True
    refused = vault.move("drawer", NOTE)
    assert (slug_of(refused), refused.json()["counted_at"]) == ("vault-count-due", None)
    assert vault.count({"500000": 39}).json()["over_short"] == 0
    assert vault.move("drawer", NOTE).status_code == 201
    vault.wait(days=7)
    refused = vault.move("drawer", NOTE)
    assert refused.json()["counted_at"] == (vault.service.now - timedelta(days=7)).isoformat().replace(
        "+00:00", "Z"
    )


def test_a_count_that_does_not_stand_lets_nothing_out(vault: Vault) -> None:
    """The second does."""
    vault.wait(days=7)
    vault.count(SHORT)
    assert slug_of(vault.move("drawer", NOTE)) == "vault-count-due"
    vault.count(SHORT)
    assert vault.move("drawer", NOTE).status_code == 201


def test_what_is_due_keeps_cash_in_and_not_out(vault: Vault) -> None:
    """Into the vault goes whatever comes, from the drawer or the road; nothing is sent to the area."""
    boss = vault.service.staff("supervisor")

    def ordered(direction: str) -> str:
        body = {"office": OFFICE, "direction": direction, "amount": 500_000}
        return str(boss.post("/staff/v1/deliveries", body).json()["id"])

    here, back = ordered("to-office"), ordered("to-area")
    assert boss.post(f"/staff/v1/deliveries/{here}/send", {"counts": NOTE}).status_code == 200
    vault.wait(days=7)
    assert vault.move("vault", NOTE).status_code == 201
    room = "/counter/v1/cash/deliveries"
    assert vault.clerk.post(f"{room}/{here}/receive", {"counts": NOTE}).json()["status"] == "received"
    assert slug_of(vault.clerk.post(f"{room}/{back}/send", {"counts": NOTE})) == "vault-count-due"
    vault.count({"500000": 42})
    assert vault.clerk.post(f"{room}/{back}/send", {"counts": NOTE}).json()["status"] == "sent"


def test_counts_are_in_the_trail(vault: Vault) -> None:
    """The one that was made again, and the one that stood."""
    for _ in range(2):
        vault.count(SHORT)
    assert [row["actor"] for row in vault.service.trail("count-again")] == [vault.clerk.id]
    (row,) = vault.service.trail("count-vault")
    assert row["detail"] == {"office": OFFICE, "over_short": -1_000_000}


@pytest.mark.parametrize(
    ("number", "total", "stood"),
    [(1, 1, True), (1, 0, False), (2, 0, True)],
    ids=["a first that differs stands", "one that agrees does not", "one before the first"],
)
def test_the_database_knows_which_count_stands(vault: Vault, number: int, total: int, *, stood: bool) -> None:
    """Whatever the program above believes."""
    with pytest.raises(IntegrityError, match=r"count \d of"), vault.service.context.transaction() as session:
        session.exec_driver_sql(ROW.format(number=number, total=total, stood=stood))


def test_the_database_lets_the_second_count_stand_alone(vault: Vault) -> None:
    """Of the same person and the same cash; another's, or of other cash, does not."""
    vault.count(SHORT)
    copied = """
        INSERT INTO service.cash_count (id, subject, number, counted_by, counted_at, counts, total, expected, stood)
        SELECT gen_random_uuid(), subject, 2, {counted_by}, now(), '{{}}', 1, {expected}, true FROM service.cash_count
    """
    for changed in (
        {"counted_by": "gen_random_uuid()", "expected": "expected"},
        {"counted_by": "counted_by", "expected": "expected + 1"},
    ):
        with (
            pytest.raises(IntegrityError, match="count 2 of"),
            vault.service.context.transaction() as session,
        ):
            session.exec_driver_sql(copied.format(**changed))
