"""Sealing as housekeeping does it: soon, in bounds, and nothing forgotten."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from atm_service.control.audit import sealing, store
from atm_service.platform.keys import store as key_store
from atm_service.run import housekeeping
from ledger import seals
from ledger.seals import live, reading, verifying
from ledger.seals.verifying import Report
from tests.atm_service.control.audit.days import work
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
    sealed = housekeeping.round_(service.context, service.now)["seal-journal"]
    assert sealed > waiting  # the round ends a payout before it seals
    assert unsealed(service) == 0
    found = report(service)
    assert (found.holds, found.leaves, found.unsealed) == (True, sealed, 0)
    assert housekeeping.round_(service.context, service.now)["seal-journal"] == 0


def test_a_round_finds_what_is_new_by_itself(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """What customers and clerks do is found by index, every kind of it, wherever the long look through has come."""
    monkeypatch.setattr(sealing, "_look_through", lambda *_: 0)
    assert seal_due(service) == 0
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


def came_late(service: Service, count: int = 1) -> None:
    """Seal what is there, and then let entries come whose times and ids are of an hour before."""
    now, customer = service.now, service.customer(balance=0)
    service.credit(customer.id, 1_000)
    sealing.seal_all(service.context, now)
    service.clock.now = now - timedelta(hours=1)
    for _ in range(count):
        service.credit(customer.id, 1_000)
    service.clock.now = now


def test_what_came_too_late_is_found_by_looking_through(service: Service) -> None:
    """A row whose time is behind all that is sealed is found by the same round, in a journal that is short."""
    came_late(service)
    assert seal_due(service) == 1
    assert unsealed(service) == 0


def test_a_long_journal_is_looked_through_little_by_little(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stretch a round, and from the beginning again after the last."""
    monkeypatch.setattr(sealing, "STRETCH", 2)
    for _ in range(2):
        came_late(service, 5)
        counts = [seal_due(service) for _ in range(8)]
        assert (sum(counts), unsealed(service)) == (5, 0)
        assert max(counts) < 5


def test_a_round_has_a_limit_and_the_next_goes_on(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than fits is sealed in several rounds, and none is passed over."""
    monkeypatch.setattr(sealing, "_look_through", lambda *_: 0)
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


def comes(service: Service) -> None:
    service.credit(service.customer(balance=0).id, 1_000)


@pytest.mark.parametrize("prepare", [comes, came_late])
def test_while_another_process_seals_nothing_is_passed_over(
    service: Service, prepare: Callable[[Service], None]
) -> None:
    """Who finds the lock taken looks at the same rows again: at those that are new and at those that came late."""
    prepare(service)
    service.clock.advance(minutes=3)  # longer than rounds overlap
    with service.context.engine.begin() as other:
        other.execute(ANOTHER_SEALS)
        assert seal_due(service) == 0
    service.clock.advance(minutes=5)
    assert seal_due(service) == 1


def test_where_another_process_comes_between_a_stretch_is_looked_through_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is late and left over is not passed over until the journal has been looked through once more."""
    monkeypatch.setattr(sealing, "LEAVES_MAX", 1)
    monkeypatch.setattr(sealing, "STRETCH", 3)
    came_late(service, 3)
    seal = seals.seal

    def once(*values: Any, **how: Any) -> Any:
        monkeypatch.setattr(seals, "seal", lambda *_, **__: None)  # from then on another process is at it
        return seal(*values, **how)

    monkeypatch.setattr(seals, "seal", once)
    assert (seal_due(service), unsealed(service)) == (1, 2)
    monkeypatch.setattr(seals, "seal", seal)
    assert (seal_due(service), unsealed(service)) == (2, 0)


def test_everything_is_sealed_at_once_on_demand(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """In as many seals as it takes; progress is told."""
    monkeypatch.setattr(sealing, "LEAVES_MAX", 4)
    monkeypatch.setattr(sealing, "STRETCH", 3)
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
        keys = key_store.load_all(session, service.context.cipher, "seal")
    assert len(kids) == 3
    assert kids < {key.kid for key in keys}
    assert report(service).holds
