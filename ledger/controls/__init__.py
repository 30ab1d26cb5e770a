"""The ledger's controls: each invariant as a query that finds what breaks it, one file each.

The database does not let these be broken. The controls are for the day on which somebody went around it, and
for the auditor who does not take our word. Each is one statement, so it looks at one moment and may run while
money moves.

They run over everything, or over what is new since the books were last found right: see `ledger.controls.marks`.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from ledger.controls import queries
from ledger.controls.queries import EXAMPLES_MAX, Control, New, Query

__all__ = ["CONTROLS", "EXAMPLES_MAX", "Control", "New", "Query", "check", "run"]

CONTROLS: Final[dict[str, Query]] = queries.read(Path(__file__).parent)


def run(session: Connection, new: New | None = None) -> list[Control]:
    """Run every control, in the order of `CONTROLS`: over the whole ledger, or over what is new."""
    return [check(session, name, new) for name in CONTROLS]


def check(session: Connection, name: str, new: New | None = None) -> Control:
    """Run the control of that name. Raises `KeyError` when there is none."""
    return queries.found(session, name, CONTROLS[name], {}, new)
