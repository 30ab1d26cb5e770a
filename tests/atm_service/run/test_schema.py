"""The tables that the code declares are the tables that the migrations make."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import ledger.tables
from atm_service.run import app, schema
from tests.database import Database

SCHEMAS = {"ledger", "service"}


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
