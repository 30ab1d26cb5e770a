"""Sealing as housekeeping does it: soon, in bounds, and nothing forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from atm_service import housekeeping
from atm_service.audit import sealing, store
from atm_service.keys import store as key_store
from ledger import seals
from ledger.seals import live, reading, verifying
from ledger.seals.verifying import Report
from tests.atm_service.audit.days import work
from tests.atm_service.world import Service


def report(service: Service) -> Report:
    with store.snapshot(service.context.engine) as session:
        keys = {key.kid: key.public for key in sealing.verifying_keys(service.context, session)}
        return verifying.verify(live.books(session), keys, service.now)


def unsealed(service: Service) -> int:
    with service.context.transaction() as session:
        return len(seals.unsealed(session, 1_000))


def seal_due(service: Service) -> int:
    return sealing.seal_due(service.context, service.now)


def test_housekeeping_seals_a_days_work(service: Service) -> None:
    """After one round everything is sealed by the service's key, and verifies."""
    work(service)
    waiting = unsealed(service)
    assert waiting > 10
    assert housekeeping.round_(service.context, service.now)["seal-journal"] == waiting
    assert unsealed(service) == 0
    found = report(service)
    assert (found.holds, found.leaves, found.unsealed) == (True, waiting, 0)
    assert housekeeping.round_(service.context, service.now)["seal-journal"] == 0


def test_later_rounds_look_only_at_what_is_new(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first sweep, what customers and clerks do is found by index, every kind of it."""
    assert seal_due(service) == 0
    monkeypatch.setattr(sealing, "_unsealed", pytest.fail)
    service.clock.advance(minutes=1)
    work(service)
    waiting = unsealed(service)
    assert seal_due(service) == waiting > 10
    service.clock.advance(minutes=5)
    customer = service.customer(balance=0)
    withdrawal = service.customer().code(500_000)
    service.clock.advance(minutes=1)
    service.credit(customer.id, 1_000)
    assert withdrawal["status"] == "authorised"
    assert seal_due(service) == unsealed(service) + 3
    assert unsealed(service) == 0


def test_what_rounds_overlook_a_sweep_finds(service: Service) -> None:
    """A row whose id is older than the last round by far is sealed when the next sweep is due."""
    assert seal_due(service) == 0
    customer = service.customer(balance=0)
    now = service.now
    service.clock.now = now - timedelta(hours=1)
    service.credit(customer.id, 1_000)
    service.clock.now = now + timedelta(minutes=9)
    assert (seal_due(service), unsealed(service)) == (0, 1)
    service.clock.advance(minutes=1)
    assert (seal_due(service), unsealed(service)) == (1, 0)


def test_a_round_has_a_limit_and_the_next_goes_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than fits is sealed in several rounds, and none is passed over."""
    assert seal_due(service) == 0
    monkeypatch.setattr(sealing, "ROUND_MAX", 3)
    customer = service.customer(balance=0)
    for _ in range(7):
        service.credit(customer.id, 1_000)
    counts = [seal_due(service)]
    service.clock.advance(minutes=8)  # longer than rounds overlap
    counts += [seal_due(service), seal_due(service), seal_due(service)]
    assert counts == [3, 3, 1, 0]


ANOTHER_SEALS = text("SELECT pg_advisory_xact_lock(hashtextextended('ledger.seal', 0))")


def test_while_another_process_seals_nothing_is_passed_over(service: Service) -> None:
    """Who finds the lock taken looks at the same rows again."""
    assert seal_due(service) == 0
    service.credit(service.customer(balance=0).id, 1_000)
    service.clock.advance(minutes=3)  # longer than rounds overlap
    with service.context.engine.begin() as other:
        other.execute(ANOTHER_SEALS)
        assert seal_due(service) == 0
    service.clock.advance(minutes=5)
    assert seal_due(service) == 1


def test_a_sweep_that_another_process_stood_in_the_way_of_is_made_again(service: Service) -> None:
    """At once: not only when the next one would be due, when the row has waited for too long."""
    service.credit(service.customer(balance=0).id, 1_000)
    service.clock.advance(minutes=3)  # longer than rounds overlap
    with service.context.engine.begin() as other:
        other.execute(ANOTHER_SEALS)
        assert seal_due(service) == 0
    assert seal_due(service) == 1


def test_who_is_stopped_in_the_middle_of_a_sweep_goes_on_with_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process sealed meanwhile, or has not come to, is looked at again by the next round."""
    monkeypatch.setattr(sealing, "LEAVES_MAX", 1)
    for _ in range(2):
        service.credit(service.customer(balance=0).id, 1_000)
    service.clock.advance(minutes=3)
    seal = seals.seal

    def once(*values: Any) -> Any:
        monkeypatch.setattr(seals, "seal", lambda *_: None)  # from then on another process is at it
        return seal(*values)

    monkeypatch.setattr(seals, "seal", once)
    assert (seal_due(service), unsealed(service)) == (1, 1)
    monkeypatch.setattr(seals, "seal", seal)
    assert seal_due(service) == 1


def test_everything_is_sealed_at_once_on_demand(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """In as many seals as it takes; progress is told."""
    monkeypatch.setattr(sealing, "LEAVES_MAX", 4)
    monkeypatch.setattr(sealing, "SWEEP_MAX", 8)
    work(service)
    waiting, told = unsealed(service), list[int]()
    assert sealing.seal_all(service.context, service.now, told.append) == waiting == sum(told)
    assert unsealed(service) == 0
    assert max(told) == 4


def test_a_stopping_process_begins_no_other_seal(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sealed stays; the rest waits for the next start."""
    monkeypatch.setattr(sealing, "LEAVES_MAX", 4)
    work(service)
    waiting = unsealed(service)
    stop = service.context.stopping.set
    assert sealing.seal_all(service.context, service.now, lambda _: stop()) == 4
    assert unsealed(service) == waiting - 4


def test_seals_outlive_their_key(service: Service) -> None:
    """After rotations the new key signs, and every older seal still verifies, years later."""
    customer = service.customer(balance=0)
    for _ in range(3):
        service.credit(customer.id, 1_000)
        assert sealing.seal_all(service.context, service.now) == 1
        service.rotate("seal")
        service.clock.advance(days=400)
    with service.context.transaction() as session:
        kids = {seal.kid for seal in reading.seals(session, 1, 3)}
        keys = key_store.load_all(session, service.context.sealer, "seal")
    assert len(kids) == 3
    assert kids < {key.kid for key in keys}
    assert report(service).holds
