"""Floats at the command line: set and shown, forecast, tested against the past, and planned."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.atm_service.run.cli.line import Run, by_two, done, migrated
from tests.atm_service.world import START
from tests.database import Database

OFFICE = "05971-1"


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    """Give the command line of a service with one active office."""
    run = migrated(database, tmp_path)
    done(run("offices", "import"))
    done(run("offices", "activate", OFFICE))
    return run


def worked(database: Database) -> None:
    """Let the office have paid forty million on each working day of ten weeks, and fifty on Wednesdays, its markets."""
    with database.owner.begin() as session:
        for ago in range(1, 71):
            day = START.date() - timedelta(ago)
            if day.weekday() < 5:
                paid = 50_000_000 if day.weekday() == 2 else 40_000_000
                session.exec_driver_sql(
                    "INSERT INTO service.office_day VALUES (%s, %s, %s, 1, 0, 0, 0)", (OFFICE, day, paid)
                )


def test_levels_are_set_and_shown(run: Run) -> None:
    """By the policy until somebody sets them."""
    assert "20,000,000 ≤ 100,000,000 ≤ 500,000,000 (the policy's)" in run("floats", "show", OFFICE).stdout
    market = ("--market-every", 7, "--market-since", "2026-11-18")
    levels = ("--minimum", 10_000_000, "--target", 50_000_000, "--maximum", 200_000_000)
    assert run("floats", "set", OFFICE, *levels, *market).exit_code == 0
    shown = run("floats", "show", OFFICE).stdout
    assert "10,000,000 ≤ 50,000,000 ≤ 200,000,000, market every 7 days as on 2026-11-18 (set " in shown


def marketed(run: Run) -> None:
    levels = ("--minimum", 20_000_000, "--target", 100_000_000, "--maximum", 200_000_000)
    market = ("--market-every", 7, "--market-since", "2026-11-18")
    assert run("floats", "set", OFFICE, *levels, *market).exit_code == 0


def test_a_forecast_says_what_is_needed(run: Run, database: Database) -> None:
    """Each day with its kinds, and what to have now; Wednesdays are markets, as soon as somebody has said so."""
    worked(database)
    marketed(run)
    lines = run("floats", "forecast", "--office", OFFICE, "--days", 3).stdout.splitlines()
    assert [line.split()[:3] for line in lines[:2]] == [
        ["Mon", "2026-11-16", "40,000,000"],
        ["Tue", "2026-11-17", "40,000,000"],
    ]
    assert lines[2].split() == ["Wed", "2026-11-18", "50,000,000", "market"]
    assert lines[3] == "needed to be sure 95 times of 100: 130,000,000 đ"


def test_a_backtest_compares_with_naive_guesses(run: Run, database: Database) -> None:
    """A line for each guesser; with too little history it says so."""
    assert "not enough history" in run("floats", "backtest").stderr
    worked(database)
    by_office, by_all = run("floats", "backtest", "--office", OFFICE), run("floats", "backtest")
    assert by_office.stdout == by_all.stdout
    names = [line[:25].strip() for line in by_all.stdout.splitlines()]
    assert names == ["guess", "forecast", "same weekday last week", "mean of the last 10 days"]
    assert by_all.stdout.splitlines()[2].split()[4:] == ["20", "0", "0.0", "%", "0"]


def test_a_plan_and_the_list_of_offices(run: Run, database: Database) -> None:
    """Who gets how much, within the area's cash; and what is wrong where."""
    worked(database)
    marketed(run)
    done(by_two(run, "cash", "bring", OFFICE, 15_000_000, "--reference", "PC1"))
    listed = run("floats", "list", "--area", 178).stdout.splitlines()[1]
    assert listed.split() == [OFFICE, "15,000,000", "0", "130,000,000", "below-minimum", "short-soon"]
    made = run("floats", "plan", "--area", 178).stdout.splitlines()
    assert made[0].split() == [OFFICE, "to-office", "140,000,000", "then", "155,000,000"]
    assert made[1] == "out 140,000,000 of 2,000,000,000; back 0; the van's most 2,000,000,000"
    poor = run("floats", "plan", "--area", 178, "--cash", 60_000_000).stdout
    assert "missing to be sure until the next delivery: 80,000,000" in poor


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "99999-1"), "OfficeUnknown"),
        (("set", OFFICE, "--minimum", 2, "--target", 1, "--maximum", 3), "FloatOutOfOrder"),
        (("set", "99999-1", "--minimum", 1, "--target", 1, "--maximum", 3), "OfficeUnknown"),
        (
            ("set", OFFICE, "--minimum", 1, "--target", 1, "--maximum", 3, "--market-every", 5),
            "a market has both",
        ),
        (
            (
                *("set", OFFICE, "--minimum", 1, "--target", 1, "--maximum", 3),
                *("--market-every", 6, "--market-since", "2026-11-18"),
            ),
            "every 5 or every 7",
        ),
        (("forecast", "--office", "05974-1"), "OfficeUnknown"),
        (("backtest", "--office", "99999-1"), "OfficeUnknown"),
        (("plan", "--area", "999"), "no office is in area 999"),
    ],
)
def test_what_cannot_be_done_says_why(run: Run, arguments: tuple[object, ...], said: str) -> None:
    """One plain line, and an exit status that is not 0."""
    answer = run("floats", *arguments)
    assert answer.exit_code != 0
    assert said in answer.stderr
