"""What a service has written down, read whole: to see that something changed nothing, or says nothing personal."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Connection

from tests.atm_service.world import Service

# What a refused request may write: that it was refused, that a guess was wrong, and to its owner that a PIN is locked.
OF_REFUSALS: Final = frozenset({"service.audit_event", "service.attempt", "service.message"})

_TABLES: Final = """
    SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
    WHERE table_schema IN ('ledger', 'service') AND table_type = 'BASE TABLE' ORDER BY 1
"""


def tables(session: Connection) -> list[str]:
    """List every table of the ledger and of the service."""
    return list(session.exec_driver_sql(_TABLES).scalars())


def rows(session: Connection, table: str) -> list[dict[str, Any]]:
    """Give every row of a table."""
    return [dict(row) for row in session.exec_driver_sql(f"SELECT * FROM {table}").mappings()]


def digest(service: Service) -> dict[str, str]:
    """Give a digest of each table: balances, holds, entries, withdrawals, receipts, people, keys of requests."""
    with service.context.transaction() as session:
        return {
            table: hashlib.sha256("\n".join(sorted(map(str, _done(session, table)))).encode()).hexdigest()
            for table in tables(session)
            if table not in OF_REFUSALS
        }


def _done(session: Connection, table: str) -> list[dict[str, Any]]:
    """Give a table's rows, but for the keys of what was refused at a counter: a refusal stands."""
    found = rows(session, table)
    return [row for row in found if table != "service.idempotency" or row["status"] < HTTPStatus.BAD_REQUEST]


@contextmanager
def unchanged(service: Service) -> Iterator[None]:
    """Fail when the block changes anything but the trail and the counts of wrong guesses."""
    before = digest(service)
    yield
    after = digest(service)
    assert [table for table in before if before[table] != after[table]] == []


def refused_in_trail(service: Service) -> list[tuple[str, str | None, str | None]]:
    """List the refusals of the trail: the slug, and who was refused with which role."""
    with service.context.transaction() as session:
        found = session.exec_driver_sql(
            "SELECT detail->>'refusal' AS slug, actor, role FROM service.audit_event WHERE detail ? 'refusal'"
        )
        return [(row.slug, str(row.actor) if row.actor else None, row.role) for row in found]
