"""A run's rows as a table for people and as JSON for programs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bench.figures import Row

_HEAD: Final = ("what", "at", "median", "unit", "lowest to highest", "ratio", "goal", "", "note")
_RIGHT: Final = frozenset({2, 4, 5})  # columns of figures
_HUNDRED: Final = 100
_ONE: Final = 1
_TENTH: Final = 0.1
_MARKS: Final = {True: "reached", False: "NOT REACHED", None: ""}


def table(rows: Sequence[Row]) -> str:
    """Write the rows, part by part, in columns."""
    cells = [_cells(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(_HEAD, *cells, strict=True)]
    lines = [_line(_HEAD, widths)]
    part = None
    for row, texts in zip(rows, cells, strict=True):
        if row.part != part:
            part = row.part
            lines += ["", f"{part}"]
        lines.append(_line(texts, widths))
    return "\n".join(lines)


def markdown(rows: Sequence[Row]) -> str:
    """Write the rows as a table of a document."""
    lines = ["| " + " | ".join(_HEAD) + " |", "|" + "|".join("---" for _ in _HEAD) + "|"]
    lines += ["| " + " | ".join(_cells(row)) + " |" for row in rows]
    return "\n".join(lines)


def data(rows: Sequence[Row], about: Mapping[str, Any]) -> dict[str, Any]:
    """Give everything as plain data; `about` says what run it was."""
    return {
        "about": dict(about),
        "rows": [
            {
                "part": row.part,
                "what": row.what,
                "at": row.at,
                "median": row.figure,
                "unit": row.unit,
                "rounds": list(row.values),
                "ratio": row.ratio,
                "goal": str(row.goal) if row.goal else None,
                "reached": row.reached,
                "note": row.note,
            }
            for row in rows
        ],
    }


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        row.at,
        _figure(row.figure),
        row.unit,
        f"{_figure(min(row.values))} – {_figure(max(row.values))}" if len(row.values) > 1 else "",
        "" if row.ratio is None else f"{row.ratio:.{2 if row.ratio >= _TENTH else 3}f} ×",
        str(row.goal or ""),
        _MARKS[row.reached],
        row.note,
    )


def _figure(value: float) -> str:
    """Write a figure with as many digits as say something."""
    if value >= _HUNDRED or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= _ONE else f"{value:.3f}"


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        text.rjust(width) if number in _RIGHT else text.ljust(width)
        for number, (text, width) in enumerate(zip(texts, widths, strict=True))
    )
    return "  ".join(padded).rstrip()
