"""Look into a database of the harness."""

from typing import Any

from sqlalchemy import create_engine, text


def ask(url: str, query: str, **values: Any) -> Any:
    """Give the one value that a query has."""
    engine = create_engine(url)
    with engine.connect() as session:
        found = session.execute(text(query), values).scalar_one()
    engine.dispose()
    return found
