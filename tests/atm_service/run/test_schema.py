"""The tables that the code declares are the tables that the migrations make."""

import os
from collections.abc import Iterator
from typing import Final

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, exc, make_url
from sqlmodel import SQLModel

import ledger.tables
from atm_service.platform import database as db
from atm_service.run import app, schema
from tests.database import Database, administer

SCHEMAS = {"ledger", "service"}
LOCALES: Final = (
    "LOCALE_PROVIDER icu ICU_LOCALE 'vi-VN'",
    "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'PG_UNICODE_FAST'",
    "LOCALE 'C.UTF-8'",
)
# What is indexed in an order that a locale, or an operating system's next version of it, decides.
BY_LOCALE: Final = """
    SELECT DISTINCT x.indrelid::regclass || ' ' || x.indexrelid::regclass
    FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid
    CROSS JOIN LATERAL unnest(x.indcollation::oid[]) AS sorted (by_rule)
    WHERE c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
      AND sorted.by_rule NOT IN (0, 'pg_catalog."C"'::regcollation)
    UNION
    SELECT c.oid::regclass || ' ' || a.attname
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'service'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attcollation NOT IN (0, 'pg_catalog."C"'::regcollation)
    ORDER BY 1
"""


def test_migrations_make_the_declared_tables(database: Database) -> None:
    """Nothing is missing on either side: tables, columns, types, indexes, constraints."""
    assert app.create
    assert ledger.tables.EntryRow
    with database.owner.connect() as connection:
        options = {
            "include_schemas": True,
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "schema" or name in SCHEMAS,
        }
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_services_role_has_no_more_rights_than_it_needs(database: Database) -> None:
    """It can change no journal row, no receipt and no trail, and truncate nothing."""
    with database.owner.connect() as connection:
        rights = connection.exec_driver_sql("""
            SELECT table_schema || '.' || table_name, privilege_type FROM information_schema.role_table_grants
            WHERE grantee = 'soft_atm_app' AND table_schema IN ('ledger', 'service')
        """).all()
    held = {(table, right) for table, right in rights}
    assert {right for _, right in held} <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert {table for table, right in held if table.startswith("ledger.") and right != "SELECT"} == set()
    for table in ("service.receipt", "service.audit_event", "service.withdrawal", "service.customer"):
        assert (table, "DELETE") not in held
        assert (table, "UPDATE") not in held  # columns are granted one by one


def test_every_function_file_is_put_in_place() -> None:
    """Each .sql file of functions beside a package is in the list that migrations apply."""
    found = [*schema.ROOT.glob("ledger/*.sql"), *schema.ROOT.glob("atm_service/*/*/*.sql")]
    found += schema.ROOT.glob("atm_service/*/*.sql")
    files = {str(path.relative_to(schema.ROOT)) for path in found}
    assert files == set(schema.FUNCTION_FILES)


@pytest.fixture
def elsewhere(server_url: str) -> Iterator[str]:
    """Give a migrated database with a locale of its own, as foreign to C as the server can."""
    name = f"elsewhere_{os.getpid()}"
    for locale in LOCALES:
        try:
            administer(server_url, f"CREATE DATABASE {name} TEMPLATE template0 {locale}")
            break
        except exc.DBAPIError:
            continue  # this server cannot
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    db.migrate(url)
    yield url
    administer(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def test_no_text_is_compared_by_a_locale(elsewhere: str) -> None:
    """Every index of text, and every text of the service, is ordered byte by byte, whatever the database's locale."""
    engine = create_engine(elsewhere)
    with engine.connect() as connection:
        assert connection.exec_driver_sql(BY_LOCALE).scalars().all() == []
    engine.dispose()
