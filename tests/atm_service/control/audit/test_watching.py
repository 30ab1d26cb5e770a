"""Housekeeping watches what is new; a break stays found until it is explained; sealing that stops is noticed."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from atm_service.control.audit import sealing, sql, store, watching
from atm_service.platform import metrics
from atm_service.run import housekeeping
from ledger import controls as ledger_controls
from ledger.controls import New, marks
from tests.atm_service.control.audit.days import Day, tamper, topped_up, work
from tests.atm_service.control.audit.test_controls import PLANTS, facts
from tests.atm_service.world import Service
from tests.database import Database


def watch(service: Service) -> int:
    """Seal and run the controls, as a round of housekeeping does when they are due."""
    sealing.seal_all(service.context, service.now)
    service.clock.advance(minutes=5)
    return watching.watch(service.context, service.now)


def broken_since(session: Connection, service: Service) -> set[str]:
    span = watching.since_mark(session)
    assert span.new is not None
    found = watching.controls(session, service.context.policy, service.now, span)
    return {control.name for control in found if not control.holds}


def marked_seal(service: Service) -> int | None:
    with service.context.transaction() as session:
        mark = marks.last(session)
    return mark and mark.seal


def day_after_mark(service: Service) -> Day:
    """Let a day's work be new: all before it was found right, hours ago."""
    topped_up(service)
    watch(service)
    service.clock.advance(hours=2)
    day = work(service)
    sealing.seal_all(service.context, service.now)
    return day


def test_every_plant_is_found_among_what_is_new(service: Service, database: Database) -> None:
    """Whatever is changed of what was recorded since the mark breaks the control that is there for it."""
    values = facts(day_after_mark(service))
    missed = []
    with database.owner.connect() as session:
        assert broken_since(session, service) == set()
        for name, statement in PLANTS:
            used = {key: value for key, value in values.items() if f":{key}" in statement}
            tamper(session, statement, **used)
            if name not in broken_since(session, service):
                missed.append((name, statement))
            session.rollback()
    assert missed == []


def test_what_is_right_is_not_looked_at_again(service: Service) -> None:
    """After a good run nothing is new but the rows of the last hour; the next day only what it brings."""
    day_after_mark(service)
    watch(service)
    service.clock.advance(days=1)
    topped_up(service)
    watch(service)
    service.clock.advance(days=1)
    topped_up(service)
    sealing.seal_all(service.context, service.now)
    with store.snapshot(service.context.engine) as session:
        span = watching.since_mark(session)
        assert span.new is not None
        assert len(set(span.new.ids)) < 10
        assert broken_since(session, service) == {
            "no-withdrawal-overdue"
        }  # nobody has expired the first day's codes


def test_a_break_is_found_again_until_it_is_explained(service: Service, database: Database) -> None:
    """While something is broken the mark stays; when it is mended the mark goes on."""
    day_after_mark(service)
    watch(service)
    first = marked_seal(service)
    customer = topped_up(service).id
    lines = """UPDATE ledger.entry SET lines = :lines
               WHERE id = (SELECT entry_id FROM service.bank_payment WHERE customer_id = :c)"""
    with database.owner.begin() as session:
        tamper(session, lines, lines=2, c=customer)
    for _ in range(2):
        watch(service)
        topped_up(service)
        assert metrics.BROKEN_CONTROLS.labels("entries-complete")._value.get() == 1
        assert marked_seal(service) == first
    with database.owner.begin() as session:
        tamper(session, lines, lines=1, c=customer)
    watch(service)
    assert metrics.BROKEN_CONTROLS.labels("entries-complete")._value.get() == 0
    assert (marked_seal(service) or 0) > (first or 0)


def test_a_control_that_always_looks_at_everything_keeps_no_mark(service: Service) -> None:
    """A code that is overdue is found by every run anyway; what else is new is not looked at twice for its sake."""
    day_after_mark(service)
    service.clock.advance(hours=25)
    first = marked_seal(service)
    watch(service)
    assert metrics.BROKEN_CONTROLS.labels("no-withdrawal-overdue")._value.get() > 0
    assert (marked_seal(service) or 0) > (first or 0)


def test_too_much_at_once_is_looked_at_with_everything(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that would have to name too many rows looks at all of them."""
    day_after_mark(service)
    monkeypatch.setattr(watching, "NEW_MAX", 3)
    with store.snapshot(service.context.engine) as session:
        assert watching.since_mark(session) == watching.EVERYTHING


def test_lines_for_what_is_new_are_comments_to_everybody_else() -> None:
    """A run over everything leaves them out; a run over what is new has them, and not as comments."""
    for query in {**ledger_controls.CONTROLS, **sql.controls()}.values():
        assert query.over(None).count("-- new") == query.over(New([], [])).count("-- new") == 0
        assert query.looks_at_new == (":new" in query.sql or ":moved" in query.sql or ":since" in query.sql)


def unsealed_s() -> float:
    found = metrics.UNSEALED_SECONDS._value.get()
    assert isinstance(found, float)
    return found


def ready(service: Service) -> dict[str, object]:
    answer = service.client.get("/readyz")
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()["sealing"]
    return found


def test_sealing_that_has_stopped_is_noticed(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The metric and readiness tell the age of the oldest row without a seal, whether rounds go on or not."""
    work(service)
    housekeeping.round_(service.context, service.now)
    assert ready(service) == {"keeps_up": True, "oldest_unsealed_s": 0}

    def stuck(*_: object) -> int:
        raise RuntimeError("planted")

    monkeypatch.setitem(housekeeping.TASKS, "seal-journal", stuck)
    service.clock.advance(minutes=1)
    topped_up(service)
    service.clock.advance(minutes=5)
    housekeeping.round_(service.context, service.now)
    assert unsealed_s() == 300
    assert ready(service) == {"keeps_up": True, "oldest_unsealed_s": 300}
    assert "sealing does not keep up" not in capsys.readouterr().out
    service.clock.advance(seconds=1)
    housekeeping.round_(service.context, service.now)
    assert "sealing does not keep up" in capsys.readouterr().out
    service.clock.advance(hours=3)
    assert ready(service) == {"keeps_up": False, "oldest_unsealed_s": 3 * 3600 + 301}
    assert sealing.seal_due(service.context, service.now) > 0
    assert ready(service) == {"keeps_up": True, "oldest_unsealed_s": 0}


@pytest.mark.parametrize("kind", ["entry", "hold", "end"])
def test_any_row_without_a_seal_counts(service: Service, database: Database, kind: str) -> None:
    """An entry, a hold or a hold's end."""
    customer = topped_up(service)
    code = customer.code(500_000)
    sealing.seal_all(service.context, service.now)
    service.clock.advance(minutes=1)
    if kind == "entry":
        service.credit(customer.id, 1_000)
    elif kind == "hold":
        customer.code(500_000)
    else:
        assert customer.cancel(code["id"]).status_code == 200
    with service.context.transaction() as session:
        assert sealing.unsealed_for(session, service.now + timedelta(seconds=7)) == timedelta(seconds=7)
