from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from ledger import tables
from tests.database import Database


def test_declared_tables_match_the_migrated_ones(database: Database) -> None:
    """Alembic finds no difference between the classes and the schema `ledger`."""
    with database.owner.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: kind != "schema" or name == tables.SCHEMA,
                "include_object": lambda thing, name, kind, *_: (
                    kind != "table" or thing.schema == tables.SCHEMA
                ),
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, SQLModel.metadata) == []
