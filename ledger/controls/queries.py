"""Controls as files of SQL, and running one: over everything, or over what is new.

A file is one query that gives a row, `detail`, for each break. Its first line, a comment, says what it proves. It runs
in psql as it stands, over everything: `psql -f FILE`. Where that would take long, lines that begin with `-- new:`
narrow the query down to what is new; only a run over what is new reads them, and it leaves out a line that ends in
`-- all`. See `New` for what such lines may use. A line that begins with a backslash is for psql alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, text

from ledger import literals

EXAMPLES_MAX: Final = 5

_NEW: Final = "-- new: "
_ALL: Final = "-- all"


@dataclass(frozen=True, slots=True)
class Control:
    """What a control found: how many breaks, and the first few of them in words."""

    name: str
    breaks: int
    examples: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return self.breaks == 0


@dataclass(frozen=True, slots=True)
class New:
    """What was recorded since the books were last found right.

    In a query, `:new` are the ids of entries and holds, `:moved` the ids of accounts that have moved or have money
    held, both as text of `uuid[]`.
    """

    ids: Sequence[UUID]
    accounts: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class Query:
    """A control's SQL, as it stands in its file."""

    sql: str

    @property
    def proves(self) -> str:
        """The first line: what is true when it finds nothing."""
        return self.sql.partition("\n")[0].removeprefix("-- ")

    @property
    def looks_at_new(self) -> bool:
        """Whether it can look at what is new alone. If not, it looks at everything each time."""
        return any(map(_is_new, self.sql.splitlines()))

    def over(self, new: New | None) -> str:
        """Give the statement to run: over what is `new`, or over everything if that is None."""
        lines = [line for line in self.sql.splitlines() if not line.startswith("\\")]
        if new is None:
            return "\n".join(line for line in lines if not _is_new(line))
        return "\n".join(line.replace(_NEW, "", 1) for line in lines if not line.endswith(_ALL))


def _is_new(line: str) -> bool:
    return line.lstrip().startswith(_NEW)


def read(folder: Path) -> dict[str, Query]:
    """Read every control of a folder: its name is its file's."""
    files = sorted(folder.glob("*.sql"))
    return {file.stem: Query(file.read_text(encoding="utf-8").rstrip()) for file in files}


def found(
    session: Connection, name: str, query: Query, values: Mapping[str, Any], new: New | None
) -> Control:
    """Run one control over what is new, or over everything if that is None; it gets those values that it names."""
    sql = query.over(new)
    given = dict(values)
    if new is not None:
        given |= {"new": literals.words(new.ids), "moved": literals.words(new.accounts)}
    # The query is one of a package's own files.
    counted = f"SELECT count(*), (array_agg(detail ORDER BY detail))[1:{EXAMPLES_MAX}] FROM ({sql}\n) AS b"  # noqa: S608
    statement = text(counted)
    wanted = {key: value for key, value in given.items() if key in statement.compile().params}
    breaks, examples = session.execute(statement, wanted).one()
    return Control(name, int(breaks), tuple(examples or ()))
