"""Run the numbered migrations, then put the functions of every package's .sql files in place.

Tables change by numbered migrations and only forward. Functions are replaced whole after each upgrade (they have no
data), so that a function is read in one file and not pieced together from a history.
"""

import os

from sqlalchemy import NullPool, create_engine, text
from sqlmodel import SQLModel

from alembic import context
from atm_service.run import schema

LOCK = 7_368_112_054  # any constant: two migrating processes take turns


def run() -> None:
    url = context.config.attributes.get("database_url") or os.environ["SOFT_ATM_DATABASE_URL"]
    engine = create_engine(url, poolclass=NullPool)  # a migration that fails leaves no connection behind
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        try:
            context.configure(
                connection=connection,
                target_metadata=SQLModel.metadata,
                include_schemas=True,
                transactional_ddl=True,
                version_table_schema="public",
            )
            with context.begin_transaction():
                context.run_migrations()
                for function in schema.functions():
                    connection.exec_driver_sql(function)
            connection.commit()
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})


run()
