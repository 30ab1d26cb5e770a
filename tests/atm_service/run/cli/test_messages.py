"""Messages at the command line: what was given up, and sending it again."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from atm_service.registers.messages import store
from atm_service.registers.messages.domain import MessageKind
from atm_service.registers.messages.store import New
from tests.atm_service.run.cli.line import FIRST, Run, add_staff, done, migrated, sign_in
from tests.atm_service.world import START
from tests.database import Database

IDS = ["01a1e215-2900-7000-8000-000000000001", "01a1e215-2900-7000-8000-000000000002"]


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line of a service with two messages that were given up, the first long ago."""
    run = migrated(database, tmp_path)
    add_staff(run, boss="supervisor")
    sign_in(run, FIRST)
    with database.app.begin() as session:
        new = [New(UUID(id), None, MessageKind.PIN_CHANGED, bytes(32), b"sealed", None) for id in IDS]
        store.insert_each(session, new, START)
        session.execute(text("UPDATE service.message SET fault = 'not-taken', tries = 30, dead_at = made_at"))
        session.execute(
            text("UPDATE service.message SET content_sealed = NULL WHERE id = :id"), {"id": IDS[0]}
        )
    return run


def waiting(database: Database) -> list[str]:
    with database.app.begin() as session:
        found = store.take_due(session, START + timedelta(days=9_999), lambda _: timedelta(1))
    return [] if found is None else [str(found.id)]


def test_they_are_listed_and_sent_again(run: Run, database: Database) -> None:
    """The newest first; those whose words are gone are marked, and left out of all."""
    new, old = run("messages", "list").stdout.splitlines()
    assert (new.split()[0], old.split()[0], old.split()[-1]) == (IDS[1], IDS[0], "wiped")
    assert "pin-changed" in new
    assert waiting(database) == []
    assert done(run("messages", "send-again", "--all")) == "1 to be sent again\n"
    assert waiting(database) == [IDS[1]]


def test_one_whose_words_are_gone_is_refused(run: Run, database: Database) -> None:
    """With what to do instead; of several named, none is sent then."""
    refused = run("messages", "send-again", IDS[1], IDS[0])
    assert refused.exit_code == 1
    assert "Call the customer" in refused.output
    assert waiting(database) == []


def test_nobody_sends_again_who_may_not_or_says_nothing(run: Run, database: Database) -> None:
    assert run("messages", "send-again").exit_code == 2
    assert run("messages", "send-again", IDS[1], "--all").exit_code == 2
    sign_in(run, "boss")
    assert run("messages", "send-again", "--all").exit_code == 1
    assert waiting(database) == []
