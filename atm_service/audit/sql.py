"""The audit's SQL: one query a file, read once. The first comment line says what it gives or proves."""

from pathlib import Path
from typing import Final

from sqlalchemy import TextClause, text

QUERIES: Final = Path(__file__).with_name("queries")
CONTROLS: Final = Path(__file__).with_name("controls")


def query(name: str) -> TextClause:
    """Read a query from `queries/`."""
    return text((QUERIES / f"{name}.sql").read_text(encoding="utf-8"))


def controls() -> dict[str, str]:
    """Read every control: its name is its file's, and its query gives one row, `detail`, for each break."""
    files = sorted(CONTROLS.glob("*.sql"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files}
