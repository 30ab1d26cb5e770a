"""The ledger's workloads, and PostgreSQL's own, at their smallest."""

from datetime import UTC, datetime

import pytest

from bench import books, pgbench, posting, server
from bench.clients import Done
from bench.rounds import BASE, Workload
from bench.server import PgbenchFailed, Server
from ledger import NotPosted
from tests.bench.looking import ask

PRINTED = """
number of transactions actually processed: 1234
number of failed transactions: 0 (0.000%)
tps = 617.25 (without initial connection time)
"""


def clock() -> datetime:
    return datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def workloads(on: Server) -> list[Workload]:
    """Twenty customers."""
    return posting.workloads(on, clock, customers=20)


@pytest.mark.parametrize(
    "what", ["one entry a call, SQL", "one entry a call, Python", "batches of 100, Python"]
)
@pytest.mark.parametrize("hot", ["", ", hot account"])
def test_a_workload_posts_what_it_counts(on: Server, workloads: list[Workload], what: str, hot: str) -> None:
    """It proves so itself; the hot account is paid by all, or by nobody."""
    url, _ = on.database("bench_ledger")
    received = "SELECT credits FROM ledger.account WHERE code = :code"
    before = ask(url, received, code=books.HOT)
    chosen = next(one for one in workloads if (one.what, one.clients) == (what + hot, 8))
    assert chosen.run(1).figure > 0
    assert (ask(url, received, code=books.HOT) > before) == bool(hot)


def test_threads_post_too(workloads: list[Workload]) -> None:
    """Thirty-two in one process."""
    chosen = next(one for one in workloads if "threads" in one.what)
    assert chosen.run(1).figure > 0


def test_batches_are_a_hundred_entries_in_one_transaction(on: Server, workloads: list[Workload]) -> None:
    """Or the figure would be something else than its name."""
    url, _ = on.database("bench_ledger")
    most = (
        "SELECT max(n) FROM (SELECT count(*) AS n FROM ledger.entry WHERE kind = 'bench' GROUP BY xmin) AS t"
    )
    next(one for one in workloads if one.what == "batches of 100, Python").run(1)
    assert ask(url, most) == 100


def test_a_count_that_the_ledger_does_not_hold_is_an_error(on: Server, workloads: list[Workload]) -> None:
    """A workload that only says so is found out."""
    url, _ = on.database("bench_ledger")
    opened = books.Books(url, (books.customer(1), books.customer(2)))
    with pytest.raises(NotPosted, match="5 entries were counted"):
        posting.proved(opened, lambda _seconds: Done(5.0, 5), 1)


def test_the_base_comes_from_pgbench(on: Server) -> None:
    """With all its kinds, each at every number of clients."""
    made = pgbench.workloads(on, clients=(1,), scale=1)
    assert made[0].what == BASE
    assert all(one.run(1).figure > 0 for one in made)


def test_what_pgbench_prints_is_read() -> None:
    """The figure without the time to connect."""
    assert server.counted(PRINTED) == server.Counted(617.25, 1234)


@pytest.mark.parametrize(
    "printed", ["", PRINTED.replace("failed transactions: 0 ", "failed transactions: 7 ")]
)
def test_transactions_that_failed_are_an_error(printed: str) -> None:
    """They cost less than those that pass."""
    with pytest.raises(PgbenchFailed):
        server.counted(printed)


def test_pgbench_says_why_it_ended(on: Server) -> None:
    """Its own words."""
    with pytest.raises(PgbenchFailed, match="nothing_here"):
        server.pgbench(on.url, "--builtin=nothing_here")
