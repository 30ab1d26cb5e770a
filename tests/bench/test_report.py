"""The table and the JSON."""

import json

from bench import report
from bench.figures import Row, at_most, ratio_at_least

ROWS = [
    Row("one", "base", "8 clients", (1000.0, 3000.0), "entries/s", (1000.0, 3000.0)),
    Row("one", "ours", "8 clients", (1500.0, 3000.0), "entries/s", (1000.0, 3000.0), ratio_at_least(1.5)),
    Row("two", "asking", "now", (0.0123,), "s", (), at_most(1), "once"),
]


def test_the_table_has_a_line_for_each_row_under_its_part() -> None:
    """People read it from the top, and find what is not reached."""
    lines = [line.split() for line in report.table(ROWS).splitlines() if line]
    assert lines[1:] == [
        ["one"],
        ["base", "8", "clients", "2,000", "entries/s", "1,000", "–", "3,000", "1.00", "×"],
        [
            "ours",
            "8",
            "clients",
            "2,250",
            "entries/s",
            "1,500",
            "–",
            "3,000",
            "1.25",
            "×",
            "≥",
            "1.5",
            "×",
            "NOT",
            "REACHED",
        ],
        ["two"],
        ["asking", "now", "0.012", "s", "≤", "1", "reached", "once"],
    ]


def test_a_small_ratio_has_one_digit_more() -> None:
    """0.05 and 0.014 are not the same goal."""
    row = Row("one", "ours", "8 clients", (14.0,), "withdrawals/s", (1000.0,))
    assert "0.014 ×" in report.table([row])


def test_the_columns_stand_under_their_heads() -> None:
    """Figures end where their head ends."""
    head, *lines = report.table(ROWS).splitlines()
    edge = head.index("median") + len("median")
    assert [line[:edge].split()[-1] for line in lines if "client" in line] == ["2,000", "2,250"]
    assert all(line[edge] == " " for line in lines if "client" in line)


def test_markdown_has_as_many_cells_in_every_line() -> None:
    """A document's table does not fall apart."""
    assert {line.count("|") for line in report.markdown(ROWS).splitlines()} == {10}


def test_the_json_tells_every_round() -> None:
    """Programs get what people get, and the rounds behind it."""
    told = json.loads(json.dumps(report.data(ROWS, {"cores": 2})))
    assert told["about"] == {"cores": 2}
    assert [one["rounds"] for one in told["rows"]] == [[1000, 3000], [1500, 3000], [0.0123]]
    assert [one["reached"] for one in told["rows"]] == [None, False, True]
    assert [one["ratio"] for one in told["rows"]] == [1, 1.25, None]
