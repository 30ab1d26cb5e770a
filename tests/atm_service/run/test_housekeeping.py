"""What happens without anybody asking, by however many processes."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from atm_service.platform import attempts
from atm_service.platform.clocks import Clocks
from atm_service.platform.context import Context
from atm_service.platform.refusals import ClockWrong
from atm_service.run import housekeeping
from tests.atm_service.world import Service


def test_one_round_does_every_task(service: Service) -> None:
    """A round names each task and what it brought to an end."""
    service.customer().code(lifetime="counter")
    service.clock.advance(minutes=15)
    done = housekeeping.round_(service.context, service.now)
    assert set(done) == set(housekeeping.TASKS)
    assert done["expire-withdrawals"] == 1


def test_one_housekeeper_at_a_time(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one process works, another does nothing and does not wait."""
    entered, leave = threading.Event(), threading.Event()

    def slow(_context: Context, _now: datetime) -> int:
        entered.set()
        assert leave.wait(60)
        return 0

    monkeypatch.setattr(housekeeping, "TASKS", {"slow": slow})
    first = threading.Thread(target=housekeeping.round_, args=(service.context, service.now))
    first.start()
    assert entered.wait(60)
    try:
        assert housekeeping.round_(service.context, service.now) == {}
    finally:
        leave.set()
        first.join(60)
    assert housekeeping.round_(service.context, service.now) == {"slow": 0}


def test_nothing_is_done_by_a_clock_that_is_wrong(service: Service) -> None:
    """A process a day ahead ends no code, seals nothing and forgets nothing; told right, it goes on at once."""
    code = service.customer().code()
    theirs = service.now
    clocks = Clocks(lambda _: theirs, service.clock.steady)
    ahead = replace(service.context, clocks=clocks)
    service.clock.advance(hours=25)
    clocks.look(ahead.engine, ahead.clock)
    with pytest.raises(ClockWrong):
        housekeeping.round_(ahead, service.now)
    with service.context.transaction() as session:
        status = "SELECT status FROM service.withdrawal WHERE id = %(id)s"
        assert session.exec_driver_sql(status, {"id": code["id"]}).scalar_one() == "authorised"
    service.clock.advance(hours=-25)
    clocks.look(ahead.engine, ahead.clock)
    assert housekeeping.round_(ahead, service.now)["watch-controls"] > 0


def test_a_broken_task_does_not_stop_the_others(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that fails counts nothing; the next is done."""

    def broken(_context: Context, _now: datetime) -> int:
        raise RuntimeError("planted")

    tasks: dict[str, Callable[[Context, datetime], int]] = {"broken": broken, "fine": lambda _c, _n: 3}
    monkeypatch.setattr(housekeeping, "TASKS", tasks)
    assert housekeeping.round_(service.context, service.now) == {"broken": 0, "fine": 3}


def test_old_counts_of_wrong_guesses_go(service: Service) -> None:
    """A day later nothing is kept of a mistyped PIN; a door that is shut stays in the books."""
    customer = service.customer()
    customer.post("/wallet/v1/withdrawals", {"amount": 50_000, "pin": "111222"})
    with service.context.transaction() as session:
        assert attempts.forget_old(session, service.now) == 0
    service.clock.advance(days=1, seconds=1)
    assert housekeeping.round_(service.context, service.now)["forget-old"] >= 1


def test_a_count_in_somebodys_hand_is_passed_by(service: Service) -> None:
    """Who counts a guess waits for nobody who forgets old ones, nor the other way round: it goes a round later."""
    customer = service.customer()
    customer.post("/wallet/v1/withdrawals", {"amount": 50_000, "pin": "111222"})
    service.clock.advance(days=1, seconds=1)
    with service.context.transaction() as counting:
        rules, then = service.context.policy.attempts, service.now - timedelta(days=1)
        attempts.wrong(counting, rules, attempts.PIN, str(customer.id), then)
        with service.context.transaction() as session:
            assert (
                attempts.forget_old(session, service.now) == 1
            )  # of the application, which nobody has in hand
