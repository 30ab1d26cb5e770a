"""The workloads that run the service as an operator does: withdrawals, salaries, an office's line, growth."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bench import growth, office, salaries, serving, sizes, town, withdrawals
from bench.clients import ClientFailed, apart
from bench.server import Server
from bench.withdrawals import AMOUNT, Load, WrongBooks
from tests.bench.looking import ask

PAID = "SELECT count(*) FROM service.receipt WHERE office LIKE :office"


def clock() -> datetime:
    """Read the real clock: the service that is started does so too."""
    return datetime.now(UTC)  # noqa: TID251  as the harness's own __main__ does


@pytest.fixture(scope="module")
def small(on: Server) -> town.Town:
    """Twenty customers and three offices, every clerk on shift."""
    small = town.signed_in(town.founded(on, "bench_small", clock, 20, 3), clock())
    withdrawals.open_shifts(small)
    return small


def test_withdrawals_are_paid_and_the_books_prove_it(small: town.Town) -> None:
    """What clients counted left the drawers; one that is made up is found out."""
    with serving.serving(small, 1) as url:
        paid = apart(partial(withdrawals.run, Load(url, small.people, small.clerks[:2], 4, 0.5)))
    assert paid.total > 0
    assert len(paid.took_s) == paid.counted <= paid.total
    assert ask(small.url, PAID, office="%") == paid.total
    assert ask(small.url, PAID, office=small.clerks[2].office) == 0
    withdrawals.prove(small, 0, paid.total, clock)
    with pytest.raises(WrongBooks, match=f"{paid.total + 1} withdrawals were paid"):
        withdrawals.prove(small, 0, paid.total + 1, clock)


def test_a_refusal_ends_the_run(small: town.Town) -> None:
    """A load that is refused would be fast."""
    stranger = replace(small.people[0], id_number="020085999999")
    with serving.serving(small, 2) as url, pytest.raises(ClientFailed, match="wrong-identity"):
        apart(partial(withdrawals.run, Load(url, [stranger], small.clerks, 1, 0.5)))


def test_a_hot_drawer_pays_all_and_the_next_run_has_another(small: town.Town) -> None:
    """By two service processes; one office may not pay for ever in one day."""
    turns = withdrawals.Turns(small)
    for clerk in small.clerks[:2]:
        elsewhere = ask(
            small.url, "SELECT count(*) FROM service.receipt WHERE office <> :at", at=clerk.office
        )
        withdrawals.measure(turns, 2, 2, 1, is_hot=True)
        assert (
            ask(small.url, "SELECT count(*) FROM service.receipt WHERE office <> :at", at=clerk.office)
            == elsewhere
        )
    assert turns.paid > 0


def test_salaries_are_credited_each_run(on: Server) -> None:
    """Every line of the file, and again under the next batch."""
    (workload,) = salaries.workloads(on, clock, lines=30)
    url, _ = on.database("bench_salaries")
    for times in (1, 2):
        assert workload.run(1).note.endswith("lines/s")
        assert ask(url, "SELECT count(*) FROM ledger.entry WHERE kind = 'credit'") == 30 * times
    assert workload.at == "30 lines"


def test_the_counter_app_pays_over_the_wire(on: Server) -> None:
    """Each customer costs bytes, and gets a receipt."""
    (workload,) = office.workloads(on, clock)
    url, _ = on.database("bench_line")
    assert 0 < workload.run(1).figure < office.BYTES_MAX
    assert ask(url, PAID, office="%") == office.SERVED


def test_a_journal_grows_to_its_size_and_stays_right(on: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is measured at each size, under controls that hold; what is there is not loaded again."""
    monkeypatch.setattr(growth, "A_CALL", 50)
    towns = {size: growth.grown(on, size, clock, 20, 4) for size in (400, 600)}
    growth.load(towns[600], 600, clock, str.upper)
    rows = sizes.measured(towns, 1, 1, 60, clock, str.upper)
    assert [row.what for row in rows if row.at == "400 postings"] == ["loading, 50 postings a call"]
    small, large = dict.fromkeys(row.at for row in rows[1:])
    # Of history, 20 that gave customers money, and three for each of the deliveries of cash.
    assert (small, large) == ("432 postings", "632 postings")
    names = [[row.what for row in rows if row.at == at] for at in (small, large)]
    assert names[0] == names[1]
    compared = {row.what: len(row.values) for row in rows if row.ratio}
    assert compared == {
        "complete withdrawals over HTTP": 1,
        "one entry a call, Python": 1,
        "batches of 100, Python": 1,
    }
    url, last_week = on.database("bench_growth_400")[0], clock() - timedelta(days=7)
    assert ask(url, "SELECT count(*) FROM ledger.entry WHERE reference LIKE 'history/%'") == 360
    assert (
        ask(url, "SELECT sum(amount) FROM service.receipt WHERE paid_at < :at", at=last_week) == 40 * AMOUNT
    )
    assert ask(url, "SELECT count(*) FROM ledger.posting") > 400
