"""Real threads on real PostgreSQL: nothing is lost, doubled or stuck."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Barrier

import pytest
from sqlalchemy import Engine

import ledger
from ledger import Account, AccountClass, Command, Entry, Outcome, Reason, Status, Void, controls, reading
from tests.database import Database
from tests.ledger.builders import ANNA, BANK, BINH, DRAWER, NOW, entry, fill, hold, payment, prepare, top_up


def together(engine: Engine, batches: Sequence[Sequence[Command]]) -> list[list[Outcome]]:
    """Post each batch in a thread and a transaction of its own, all at the same moment."""
    barrier = Barrier(len(batches))

    def post(batch: Sequence[Command]) -> list[Outcome]:
        with engine.begin() as session:
            barrier.wait()
            return ledger.post(session, batch, NOW)

    with ThreadPoolExecutor(len(batches)) as pool:
        return list(pool.map(post, batches))


def assert_controls_hold(engine: Engine) -> None:
    with engine.connect() as session:
        assert [control for control in controls.run(session) if not control.holds] == []


def test_twenty_captures_of_one_hold_post_once(database: Database) -> None:
    """Of twenty threads that pay one hold at once, one is posted and nineteen read that it has ended."""
    placed = hold()
    prepare(database.owner, [top_up(), fill(20_000), placed])
    outcomes = [outcome for (outcome,) in together(database.app, [[payment(placed)] for _ in range(20)])]
    assert Counter(outcome.reason for outcome in outcomes) == {None: 1, Reason.HOLD_ENDED: 19}
    with database.app.connect() as session:
        assert reading.balance(session, DRAWER).normal == 20_000 - placed.amount
    assert_controls_hold(database.app)


def test_a_capture_and_a_void_cannot_both_end_a_hold(database: Database) -> None:
    """Whichever comes first wins; the other reads that the hold has ended."""
    holds = [hold(10) for _ in range(20)]
    prepare(database.owner, [top_up(), fill(), *holds])
    for placed in holds:
        outcomes = together(database.app, [[payment(placed)], [Void(placed.id, f"v/{placed.id}")]])
        assert sorted(outcome.status.value for (outcome,) in outcomes) == ["posted", "refused"]
    assert_controls_hold(database.app)


def test_twenty_threads_spend_no_more_than_there_is(database: Database) -> None:
    """Twenty customers' devices spend the same 1,000 đồng in hundreds: ten of them get through."""
    prepare(database.owner, [top_up()])
    outcomes = together(database.app, [[entry((ANNA, BANK, 100))] for _ in range(20)])
    assert Counter(outcome.reason for (outcome,) in outcomes) == {None: 10, Reason.INSUFFICIENT_FUNDS: 10}


def same(number: int) -> Entry:
    return top_up(reference=f"same/{number}", amount=5)


def elsewhere(number: int) -> Entry:
    return entry((DRAWER, "treasury/cash", 5), reference=f"same/{number}")


@pytest.mark.parametrize(
    ("second", "reasons"),
    [(same, {None: 2_000}), (elsewhere, {None: 1_000, Reason.REFERENCE_REUSED: 1_000})],
    ids=["same accounts", "no account in common"],
)
def test_a_new_reference_in_two_batches_at_once(
    database: Database, second: Callable[[int], Entry], reasons: dict[Reason | None, int]
) -> None:
    """One is posted; the other is already posted or refused, and never an error, whatever the order."""
    prepare(database.owner)
    first = [same(number) for number in range(1_000)]
    other = [second(number) for number in reversed(range(1_000))]
    outcomes = list(chain(*together(database.app, [first, other])))
    assert Counter(outcome.reason for outcome in outcomes) == reasons
    assert Counter(outcome.status for outcome in outcomes)[Status.POSTED] == 1_000
    assert_controls_hold(database.app)


def test_a_new_id_in_two_batches_at_once(database: Database) -> None:
    """An id that two callers give to different entries at the same moment goes to one of them."""
    prepare(database.owner)
    pairs = [(same(n), elsewhere(n)) for n in range(20)]
    first = [one for one, _ in pairs]
    other = [
        entry((DRAWER, "treasury/cash", 5), own_id=one.id, reference=f"other/{n}")
        for n, one in enumerate(first)
    ]
    outcomes = list(chain(*together(database.app, [first, other])))
    assert Counter(outcome.reason for outcome in outcomes) == {None: 20, Reason.ID_REUSED: 20}


def test_overlapping_batches_lose_nothing_and_never_wait_in_a_circle(database: Database) -> None:
    """Eight threads post random batches over few accounts; every total is the sum of what was posted."""
    codes = [f"customer/{n}" for n in range(6)]
    accounts = [Account(code, AccountClass.LIABILITY, floored=True) for code in codes]
    prepare(database.owner)
    with database.owner.begin() as session:
        ledger.open_accounts(session, accounts, NOW)
        ledger.post(session, [top_up(code, 500) for code in codes], NOW)

    def work(seed: int) -> Counter[Status]:
        choose = random.Random(seed)
        counted: Counter[Status] = Counter()
        for _ in range(25):
            batch: list[Command] = []
            for _ in range(choose.randint(1, 12)):
                code, other = choose.sample([*codes, BANK], 2)
                match choose.randrange(4):
                    case 0 if code != BANK:
                        batch.append(hold(choose.randint(1, 40), account=code))
                    case 1:
                        batch += [payment(one, 1) for one in batch if isinstance(one, ledger.Hold)][-1:]
                    case _:
                        batch.append(entry((code, other, choose.randint(1, 90)), (other, code, 1)))
            with database.app.begin() as session:
                counted.update(outcome.status for outcome in ledger.post(session, batch, NOW))
        return counted

    with ThreadPoolExecutor(8) as pool:
        counted = sum(pool.map(work, range(8)), Counter())
    assert counted[Status.POSTED] > 200
    assert counted[Status.REFUSED] > 50
    assert_controls_hold(database.app)


def test_entries_to_and_fro_never_wait_in_a_circle(database: Database) -> None:
    """Four threads move money from one account to another and four move it back, an entry at a time."""
    prepare(database.owner)
    ways = [(BANK, "treasury/cash", 1), ("treasury/cash", BANK, 1)]

    def work(seed: int) -> Counter[Status]:
        outcomes: list[Outcome] = []
        for _ in range(150):
            with database.app.begin() as session:
                outcomes += ledger.post(session, [entry(ways[seed % 2])], NOW)
        return Counter(outcome.status for outcome in outcomes)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8)), Counter()) == {Status.POSTED: 1_200}
    assert_controls_hold(database.app)


def test_two_openers_of_the_same_accounts_do_not_collide(database: Database) -> None:
    """Accounts opened by two transactions at once are there once, and neither fails."""
    accounts = [Account(f"customer/{n}", AccountClass.LIABILITY, floored=True) for n in range(2_000)]
    barrier = Barrier(4)

    def open_all(seed: int) -> None:
        shuffled = random.Random(seed).sample(accounts, len(accounts))
        with database.app.begin() as session:
            barrier.wait()
            ledger.open_accounts(session, shuffled, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(open_all, range(4)))
    with database.app.connect() as session:
        assert len(reading.balances(session, [account.code for account in accounts])) == 2_000
        assert reading.balances(session, [BINH]) == []
