"""Random batches, posted to PostgreSQL and to the model: they must agree on everything."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

import ledger
from ledger import Command, controls
from tests.database import Database
from tests.ledger.builders import NOW, TODAY
from tests.ledger.model import Leg, Model, Totals
from tests.ledger.random_commands import ACCOUNTS, Writer, takes_an_id_twice

sizes = st.one_of(st.just(1), st.integers(4, 16))  # one entry alone has a way of its own


@dataclass
class Seen:
    """What the database holds, in the model's words."""

    accounts: dict[str, tuple[int, ...]] = field(default_factory=dict)
    entries: dict[UUID, list[tuple[Leg, Leg]]] = field(default_factory=dict)
    holds: set[UUID] = field(default_factory=set)
    ends: dict[UUID, str] = field(default_factory=dict)


def seen(session: Connection) -> Seen:
    rows = session.exec_driver_sql("SELECT code, debits, credits, held, version FROM ledger.account")
    state = Seen(accounts={code: tuple(totals) for code, *totals in rows})
    for own_id, debit, db, dv, credit, cb, cv in session.exec_driver_sql(
        "SELECT entry_id, d.code, debit_balance, debit_version, c.code, credit_balance, credit_version"
        " FROM ledger.posting JOIN ledger.account d ON d.id = debit_id"
        " JOIN ledger.account c ON c.id = credit_id ORDER BY entry_id, line"
    ):
        state.entries.setdefault(own_id, []).append(((debit, db, dv), (credit, cb, cv)))
    state.holds = set(session.exec_driver_sql("SELECT id FROM ledger.hold").scalars())
    ends = session.exec_driver_sql("SELECT hold_id, outcome FROM ledger.hold_end")
    state.ends = {own_id: outcome for own_id, outcome in ends}  # noqa: C416  rows are no pairs to mypy
    return state


def expected(model: Model) -> Seen:
    accounts: dict[str, tuple[int, ...]] = {
        code: (a.debits, a.credits, a.held, a.version) for code, a in model.accounts.items()
    }
    return Seen(accounts, model.entries, set(model.holds), model.ends)


@given(st.data())
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_database_agrees_with_the_model(database: Database, data: st.DataObject) -> None:
    """One by one or as a batch: every outcome, balance, version, hold and end is the model's, and all controls hold."""
    writer = Writer(data.draw, Model({account.code: Totals(account) for account in ACCOUNTS}))
    with database.app.connect() as session:  # rolled back: the next example begins empty
        ledger.open_accounts(session, ACCOUNTS, NOW)
        first = writer.first()
        assert ledger.post(session, [first], NOW) == [writer.model.one(first, NOW)]
        writer.sent.append(first)
        for hours in range(data.draw(st.integers(2, 5))):
            now = writer.now = NOW + timedelta(hours=hours)
            batch: list[Command] = []
            outcomes = []
            for _ in range(data.draw(sizes)):
                command = writer.command()
                if not takes_an_id_twice(batch, command):
                    batch.append(command)
                    writer.sent.append(command)
                    outcomes.append(writer.model.one(command, now))
            calls = [[command] for command in batch] if data.draw(st.booleans()) else [batch]
            assert [outcome for call in calls for outcome in ledger.post(session, call, now)] == outcomes
            if data.draw(st.sampled_from((True, False, False, False))):
                day = TODAY - timedelta(days=data.draw(st.integers(1, 3)))
                writer.model.closed_through = max(day, writer.model.closed_through)
                assert ledger.close_day(session, day, now) == writer.model.closed_through
        assert seen(session) == expected(writer.model)
        assert [control for control in controls.run(session) if not control.holds] == []
