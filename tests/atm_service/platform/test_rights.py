"""The database as a boundary: what each role may not do is refused by PostgreSQL, whatever the code believes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, exc, make_url

from atm_service.platform import database as db
from tests.database import Database

SERVICE, HOUSEKEEPING, AUDITOR = db.SERVICE_ROLE, db.HOUSEKEEPING_ROLE, db.AUDITOR_ROLE
STAFF = "INSERT INTO service.staff (id) VALUES (gen_random_uuid())"
CLOSE = "SELECT ledger.close_day('2199-12-31', now())"
FORBIDDEN = [
    *((role, STAFF) for role in (SERVICE, HOUSEKEEPING, AUDITOR)),
    *((role, CLOSE) for role in (SERVICE, HOUSEKEEPING, AUDITOR)),
    *((role, "INSERT INTO service.payer (code) VALUES ('x')") for role in (SERVICE, HOUSEKEEPING, AUDITOR)),
    *(
        (role, "INSERT INTO service.signing_key (kid) VALUES ('x')")
        for role in (SERVICE, HOUSEKEEPING, AUDITOR)
    ),
    *((role, "DELETE FROM ledger.entry") for role in (SERVICE, HOUSEKEEPING, AUDITOR)),
    *((role, "UPDATE ledger.account SET debits = 0") for role in (SERVICE, HOUSEKEEPING, AUDITOR)),
    *((role, "UPDATE service.area SET valid_to = now()") for role in (SERVICE, HOUSEKEEPING, AUDITOR)),
    *((role, "CREATE TABLE service.mine (x integer)") for role in (SERVICE, HOUSEKEEPING, AUDITOR)),
    *((role, "ALTER TABLE ledger.entry DISABLE TRIGGER ALL") for role in (SERVICE, HOUSEKEEPING, AUDITOR)),
    *((role, "SET ROLE soft_atm_app") for role in (SERVICE, HOUSEKEEPING)),
    (SERVICE, "SELECT ledger.set_marks()"),
    (SERVICE, "DELETE FROM service.session"),
    (SERVICE, "DELETE FROM service.message"),
    (SERVICE, "DELETE FROM service.phone_code"),
    (SERVICE, "UPDATE service.phone_code SET code_print = ''"),
    (SERVICE, "UPDATE service.message SET customer_id = NULL"),
    (SERVICE, "UPDATE service.idempotency SET answer = ''"),
    (SERVICE, "UPDATE service.complaint_step SET words_sealed = NULL"),
    (SERVICE, "UPDATE service.complaint SET office = NULL"),
    (HOUSEKEEPING, "INSERT INTO service.receipt (id) VALUES (gen_random_uuid())"),
    (HOUSEKEEPING, "INSERT INTO service.approval_decision (approval_id) VALUES (gen_random_uuid())"),
    (HOUSEKEEPING, "INSERT INTO service.complaint_step (id) VALUES (gen_random_uuid())"),
    (AUDITOR, "SELECT password_hash FROM service.staff"),
    (AUDITOR, "SELECT sealed_private FROM service.signing_key"),
    (AUDITOR, "SELECT * FROM service.session_token"),
    (AUDITOR, "SELECT answer FROM service.idempotency"),
    (AUDITOR, "INSERT INTO service.audit_event (id) VALUES (gen_random_uuid())"),
]


@contextmanager
def working(database: Database, role: str) -> Iterator[Connection]:
    """Connect by the service's login, which may be nothing else; an auditor by the owner's."""
    url = db.service_url(database.url) if role in {SERVICE, HOUSEKEEPING} else database.url
    engine = db.app_engine(url, pool_size=1, role=role)
    try:
        with engine.connect() as session:
            yield session
    finally:
        engine.dispose()


@pytest.mark.parametrize(("role", "statement"), FORBIDDEN, ids=lambda one: str(one)[:50])
def test_what_a_role_may_not_do(database: Database, role: str, statement: str) -> None:
    """42501, before anything else is looked at."""
    with working(database, role) as session, pytest.raises(exc.DBAPIError) as refused:
        session.exec_driver_sql(statement)
    assert getattr(refused.value.orig, "sqlstate", "") == "42501"


def test_an_auditor_reads_the_books(database: Database) -> None:
    """All of the ledger, and who did what, with names and cards encrypted."""
    with working(database, AUDITOR) as session:
        for what in ("* FROM ledger.entry", "* FROM ledger.account", "* FROM service.customer"):
            session.exec_driver_sql(f"SELECT {what}").all()


def test_a_service_starts_by_its_own_login(database: Database) -> None:
    db.check_login(db.service_url(database.url))


def test_a_service_does_not_start_as_the_owner(database: Database) -> None:
    """Whoever may become anything is not fenced in by a role."""
    with pytest.raises(db.UnfitLineError, match="may do more than a service needs"):
        db.check_login(database.url)


@pytest.mark.parametrize(
    ("dropped", "missed"),
    [("-c role=soft_atm_service ", "works as"), ("-c lock_timeout=5000 ", "no lock_timeout")],
)
def test_a_connection_without_its_role_or_its_bounds_is_not_used(
    database: Database, monkeypatch: pytest.MonkeyPatch, dropped: str, missed: str
) -> None:
    """As behind a pooler that ignores start-up parameters."""
    connect, engine = db.Line.connect, db.app_engine(db.service_url(database.url), role=SERVICE)

    def through_a_pooler(*where: Any, **how: Any) -> Any:
        assert dropped in how["options"]
        return connect(*where, **how | {"options": how["options"].replace(dropped, "")})

    monkeypatch.setattr(db.Line, "connect", through_a_pooler)
    with pytest.raises(exc.InterfaceError, match=missed), engine.connect():
        pass
    engine.dispose()


def test_the_login_is_no_superuser(database: Database) -> None:
    url = make_url(db.service_url(database.url))
    assert url.username == db.LOGIN
    with database.owner.connect() as session:
        rights = session.exec_driver_sql(
            f"SELECT rolsuper, rolcreaterole, rolcreatedb, rolinherit FROM pg_roles WHERE rolname = '{db.LOGIN}'"
        ).one()
    assert tuple(rights) == (False, False, False, False)
