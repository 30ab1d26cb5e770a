"""The audit's SQL: one query a file, read once. The first comment line says what it gives or proves."""

from pathlib import Path
from typing import Final

from sqlalchemy import TextClause, text

from ledger.controls import Query, queries

QUERIES: Final = Path(__file__).with_name("queries")
CONTROLS: Final = Path(__file__).with_name("controls")


def query(name: str) -> TextClause:
    """Read a query from `queries/`."""
    return text((QUERIES / f"{name}.sql").read_text(encoding="utf-8"))


def controls() -> dict[str, Query]:
    """Read every control of the service; `ledger.controls.queries` says how they are written."""
    return queries.read(CONTROLS)
