"""Counterfeit notes: on record with their bearer, and never money."""

from typing import Any

from httpx2 import Response

from tests.atm_service.counter import propose, refused
from tests.atm_service.records import digest, rows
from tests.atm_service.world import OFFICE, OTHER_OFFICE, Clerk, Service

NAME, CARD = "Lộc Văn Bình", "020185001234"


def keep(clerk: Clerk, key: str | None = None, **more: Any) -> Response:
    """Keep a counterfeit note back."""
    body = {
        "note": "500000",
        "serial": "QX24813579",
        "bearer_name": NAME,
        "bearer_id_number": CARD,
        **more,
    }
    return clerk.post("/counter/v1/counterfeits", body, key)


def test_a_counterfeit_is_on_record(service: Service) -> None:
    """With its serial, note, clerk and a number for the paper; in the day's list of its office alone."""
    clerk, stranger = service.clerk(), service.clerk(OTHER_OFFICE)
    first = keep(clerk).json()
    service.clock.advance(seconds=1)
    second = keep(clerk, serial="AB12345678", note="100000").json()
    assert (first["number"], second["number"]) == (f"{OFFICE}-261116-G0001", f"{OFFICE}-261116-G0002")
    assert (first["note"], first["serial"], first["bearer_name"]) == (500_000, "QX24813579", NAME)
    assert first["masked_id"].endswith("1234")
    assert clerk.get("/counter/v1/counterfeits").json()["items"] == [second, first]
    assert stranger.get("/counter/v1/counterfeits").json()["items"] == []


def test_it_never_enters_the_ledger(service: Service) -> None:
    """No row of the ledger changes, and the drawer's cash is what it was."""
    clerk = service.clerk()
    before = digest(service)
    assert keep(clerk).status_code == 201
    after = digest(service)
    changed = {table for table in before if before[table] != after[table]}
    assert changed == {"service.counterfeit", "service.idempotency"}


def test_its_bearer_is_encrypted(service: Service) -> None:
    """Neither name nor card number is in any row."""
    assert keep(service.clerk()).status_code == 201
    with service.context.transaction() as session:
        written = str(rows(session, "service.counterfeit")) + str(rows(session, "service.audit_event"))
    assert NAME not in written
    assert CARD not in written


def test_it_names_the_deposit_it_was_found_in(service: Service) -> None:
    """The clerk's own deposit, and nobody else's."""
    clerk, customer = service.clerk(), service.customer(0)
    deposit = propose(clerk, customer, {"500000": 2}).json()
    assert keep(clerk, deposit_id=deposit["id"]).json()["deposit_id"] == deposit["id"]
    assert refused(keep(service.clerk(OTHER_OFFICE), deposit_id=deposit["id"])) == "not-found"


def test_it_is_recorded_once(service: Service) -> None:
    """The same key gives the same record; it takes an open shift."""
    clerk = service.clerk()
    assert keep(clerk, "k").json() == keep(clerk, "k").json()
    assert len(clerk.get("/counter/v1/counterfeits").json()["items"]) == 1
    assert refused(keep(service.clerk(drawer=2, shift=False))) == "no-open-shift"
