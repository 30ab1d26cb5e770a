"""Counted cash between the vault and a drawer, and the notes that go with it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx2 import Response

from atm_service.desk.moves import service as moves
from atm_service.platform import chart
from atm_service.platform.keys.tokens import Caller
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import Notes, notes_of, total
from tests.atm_service.world import OFFICE, Clerk, Service
from tests.contract.documented import slug_of

OPENED = {"500000": 200}
SOME = {"500000": 10, "20000": 50}


def at_work(service: Service) -> Clerk:
    """Bring in a clerk at a drawer of large notes."""
    clerk = service.clerk(shift=False)
    assert clerk.open(counts=OPENED).status_code == 201
    return clerk


def move(clerk: Clerk, to: str, counts: dict[str, Any], key: str | None = None) -> Response:
    return clerk.post("/counter/v1/cash/moves", {"to": to, "counts": counts}, key)


def notes(service: Service, place: str) -> Notes | None:
    with service.context.transaction() as session:
        return stock.seen(session, place)


def test_cash_goes_to_the_vault_and_back(service: Service) -> None:
    """Sums and notes go together, and both places know theirs."""
    clerk = at_work(service)
    assert move(clerk, "vault", {"500000": 30}).json()["amount"] == 15_000_000
    assert service.balance(chart.vault(OFFICE)) == 15_000_000
    assert notes(service, chart.vault(OFFICE)) == notes_of({"500000": 30})
    assert notes(service, chart.drawer(OFFICE, 1)) == notes_of({"500000": 170})
    assert move(clerk, "drawer", {"500000": 10}).status_code == 201
    assert notes(service, chart.vault(OFFICE)) == notes_of({"500000": 20})
    assert clerk.close({"500000": 180}).json()["closing_over_short"] == 0


def test_notes_that_are_not_there_do_not_move(service: Service) -> None:
    """Neither from the drawer nor from the vault; it says which are too few."""
    clerk = at_work(service)
    refused = move(clerk, "vault", SOME)
    assert (slug_of(refused), refused.json()["missing"]) == ("notes-not-there", {"20000": 50})
    assert refused.json()["place"] == "drawer"
    move(clerk, "vault", {"500000": 30})
    refused = move(clerk, "drawer", {"500000": 31})
    assert (slug_of(refused), refused.json()["missing"]) == ("notes-not-there", {"500000": 1})
    assert refused.json()["place"] == "vault"


def test_a_sum_that_is_not_there_does_not_move(service: Service) -> None:
    """Where notes are not known the ledger guards the sum."""
    clerk = at_work(service)
    with service.context.transaction() as session:
        stock.forget(session, chart.drawer(OFFICE, 1))
    assert slug_of(move(clerk, "vault", {"500000": 201})) == "vault-short"
    assert move(clerk, "vault", {"500000": 200}).status_code == 201


def test_unknown_notes_stay_unknown_until_a_count(service: Service) -> None:
    """Then the count tells them."""
    clerk = at_work(service)
    drawer = chart.drawer(OFFICE, 1)
    with service.context.transaction() as session:
        stock.forget(session, drawer)
    move(clerk, "vault", {"500000": 30})
    assert notes(service, drawer) is None
    clerk.close({"500000": 169, "100000": 5})
    assert notes(service, drawer) == notes_of({"500000": 169, "100000": 5})


def test_without_a_shift_nothing_moves(service: Service) -> None:
    """The drawer is nobody's then."""
    clerk = service.clerk(shift=False)
    assert slug_of(move(clerk, "vault", {"500000": 1})) == "no-open-shift"


@pytest.mark.parametrize("counts", [{}, {"500000": 0}, {"300000": 1}, {"500000": -1}, {"500000": 100_001}])
def test_counts_that_are_none(service: Service, counts: dict[str, int]) -> None:
    """Nothing, unknown notes, and counts out of bounds are not moved."""
    assert slug_of(move(at_work(service), "vault", counts)) == "malformed-request"


def test_a_move_happens_once(service: Service) -> None:
    """The same key again changes nothing."""
    clerk = at_work(service)
    first, again = (move(clerk, "vault", {"500000": 30}, "key-1") for _ in range(2))
    assert first.json() == again.json()
    assert service.balance(chart.vault(OFFICE)) == 15_000_000
    assert len(service.trail("move-cash")) == 1


def test_an_opening_count_gives_the_notes(service: Service) -> None:
    """Whatever was known before."""
    at_work(service)
    assert notes(service, chart.drawer(OFFICE, 1)) == notes_of(OPENED)


def test_an_empty_place_knows_its_notes(service: Service) -> None:
    """There are none."""
    at_work(service)
    known = notes(service, chart.vault(OFFICE))
    assert known is not None
    assert total(known) == 0


def test_clerks_who_move_at_once_lose_no_note(service: Service) -> None:
    """Two drawers fill an empty vault in parallel: every note and every đồng arrives."""
    clerks = [service.clerk(drawer=drawer, shift=False) for drawer in (1, 2)]
    for drawer, clerk in enumerate(clerks, 1):
        assert clerk.open(drawer, OPENED).status_code == 201

    def fill(clerk: Clerk) -> None:
        caller, policy = Caller(clerk.id, "staff", "clerk", OFFICE), service.context.policy
        for _ in range(10):
            with service.context.transaction() as session:
                moves.move(session, policy, caller, {"500000": 1}, service.now, to_drawer=False)

    with ThreadPoolExecutor() as pool:
        list(pool.map(fill, clerks * 2))
    assert service.balance(chart.vault(OFFICE)) == 40 * 500_000
    assert notes(service, chart.vault(OFFICE)) == notes_of({"500000": 40})
    for drawer in (1, 2):
        assert notes(service, chart.drawer(OFFICE, drawer)) == notes_of({"500000": 180})
