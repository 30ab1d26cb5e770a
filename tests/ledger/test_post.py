from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import Connection

import ledger
from ledger import Command, Entry, Expire, Outcome, Reason, Status, Void, controls, reading
from tests.database import Database
from tests.ledger.builders import (
    ACCOUNTS,
    ANNA,
    BANK,
    BINH,
    DRAWER,
    FEES,
    HOUR,
    NOW,
    TICK,
    TREASURY,
    entry,
    hold,
    new_id,
    one,
    payment,
    posted,
    refused,
    top_up,
)


def available(session: Connection, code: str = ANNA) -> int:
    return reading.balance(session, code).available


def test_an_entry_moves_every_posting(books: Connection) -> None:
    """Both accounts of each posting move, and the outcome names the entry."""
    moved = entry((ANNA, DRAWER, 300), (ANNA, FEES, 5))
    assert one(books, moved) == Outcome(Status.POSTED, None, moved.id)
    assert [reading.balance(books, code).normal for code in (ANNA, DRAWER, FEES)] == [795, 4_700, 5]


UNUSUAL = {
    "unknown debit account": (entry(("customer/nobody", BANK, 1)), Reason.UNKNOWN_ACCOUNT),
    "unknown credit account": (entry((BANK, "customer/nobody", 1)), Reason.UNKNOWN_ACCOUNT),
    "too little to take from a customer": (entry((ANNA, BANK, 1_001)), Reason.INSUFFICIENT_FUNDS),
    "too little to take from another": (entry((BINH, DRAWER, 1)), Reason.INSUFFICIENT_FUNDS),
    "too little in the drawer": (entry((TREASURY, DRAWER, 5_001)), Reason.INSUFFICIENT_FUNDS),
    "too little in the drawer for a bank": (entry((BANK, DRAWER, 5_001)), Reason.INSUFFICIENT_FUNDS),
    "a reference that is taken": (entry((BANK, ANNA, 1), reference="taken"), Reason.REFERENCE_REUSED),
    "a reference that is taken, turned round": (
        entry((ANNA, BANK, 1), reference="taken"),
        Reason.REFERENCE_REUSED,
    ),
    "a closed day": (entry((BANK, ANNA, 1), business_date=date(2026, 2, 1)), Reason.DAY_CLOSED),
}


@pytest.mark.parametrize(("unusual", "reason"), UNUSUAL.values(), ids=UNUSUAL)
def test_a_refused_entry_leaves_every_account_as_it_was(
    books: Connection, unusual: Entry, reason: Reason
) -> None:
    """Alone in its call, an entry that cannot be posted takes back all it did: totals, holds and versions."""
    ledger.close_day(books, date(2026, 2, 1), NOW)
    one(books, top_up(reference="taken", amount=1, business_date=date(2026, 3, 1)))
    one(books, entry((ANNA, BANK, 1)))
    accounts = "SELECT code, debits, credits, held, version FROM ledger.account ORDER BY code"
    before = books.exec_driver_sql(accounts).all()
    assert one(books, unusual) == refused(reason)
    assert books.exec_driver_sql(accounts).all() == before


def test_an_entry_corrects_an_entry_and_nothing_else(books: Connection) -> None:
    """One of the same call will do; a hold of the same call, or one that was refused, will not."""
    first, broke, placed = top_up(), entry((BINH, BANK, 1)), hold(5)
    corrections = [entry((BANK, ANNA, 1), corrects=one.id) for one in (first, broke, placed)]
    outcomes = ledger.post(books, [first, broke, placed, *corrections], NOW)
    assert [outcome.reason for outcome in outcomes] == [
        None,
        Reason.INSUFFICIENT_FUNDS,
        None,
        None,
        Reason.UNKNOWN_ENTRY,
        Reason.UNKNOWN_ENTRY,
    ]


def test_no_commands_need_no_database(books: Connection) -> None:
    """An empty batch has no outcomes."""
    assert ledger.post(books, [], NOW) == []


def test_a_customer_can_spend_the_last_dong(books: Connection) -> None:
    """Exactly what is available can go, and not one đồng more."""
    assert one(books, entry((ANNA, BANK, 1_001))) == refused(Reason.INSUFFICIENT_FUNDS)
    assert one(books, entry((ANNA, BANK, 1_000))).status is Status.POSTED
    assert one(books, entry((ANNA, BANK, 1))) == refused(Reason.INSUFFICIENT_FUNDS)


def test_a_drawer_can_pay_its_last_dong(books: Connection) -> None:
    """Cash cannot go below zero either: a drawer is less by credits."""
    assert one(books, entry((TREASURY, DRAWER, 5_001))) == refused(Reason.INSUFFICIENT_FUNDS)
    assert one(books, entry((TREASURY, DRAWER, 5_000))).status is Status.POSTED


def test_no_floor_is_broken_between_two_postings(books: Connection) -> None:
    """An entry whose first posting overdraws is refused, even if its second would bring the money back."""
    assert one(books, entry((ANNA, BANK, 1_500), (BANK, ANNA, 1_500))) == refused(Reason.INSUFFICIENT_FUNDS)
    assert one(books, entry((BANK, ANNA, 500), (ANNA, BANK, 1_500))).status is Status.POSTED


def test_held_money_cannot_be_spent(books: Connection) -> None:
    """What is held is not available, to entries and to other holds."""
    posted([one(books, hold(700))])
    assert one(books, entry((ANNA, BANK, 301))) == refused(Reason.INSUFFICIENT_FUNDS)
    assert one(books, hold(301)) == refused(Reason.INSUFFICIENT_FUNDS)
    assert one(books, hold(300)).status is Status.POSTED
    assert available(books) == 0


def test_a_refused_command_leaves_its_neighbours_alone(books: Connection) -> None:
    """Refused commands change nothing; those around them are posted as if the refused were not there."""
    outcomes = ledger.post(
        books,
        [
            entry((ANNA, BANK, 400)),
            entry((ANNA, BINH, 500), (ANNA, BANK, 101)),
            entry((ANNA, "customer/nobody", 1)),
            entry((ANNA, BINH, 600)),
        ],
        NOW,
    )
    assert [outcome.status.value for outcome in outcomes] == ["posted", "refused", "refused", "posted"]
    assert [reading.balance(books, code).normal for code in (ANNA, BINH)] == [100, 600]
    assert [leg.version for leg in reading.statement(books, ANNA, None, 3)] == [4, 3, 2]
    assert all(control.holds for control in controls.run(books))


def test_a_batch_is_in_order(books: Connection) -> None:
    """Later commands see what earlier ones did, and earlier ones do not see later ones."""
    spend = (BINH, BANK, 50)
    before, give, after = entry(spend), entry((ANNA, BINH, 50)), entry(spend)
    statuses = [outcome.status.value for outcome in ledger.post(books, [before, give, after], NOW)]
    assert statuses == ["refused", "posted", "posted"]


def test_unknown_accounts_are_refused_on_both_sides(books: Connection) -> None:
    """A missing account refuses the entry and drops no leg."""
    nobody = "customer/nobody"
    assert one(books, entry((nobody, BANK, 1))) == refused(Reason.UNKNOWN_ACCOUNT)
    assert one(books, entry((BANK, nobody, 1))) == refused(Reason.UNKNOWN_ACCOUNT)
    assert one(books, hold(1, account=nobody)) == refused(Reason.UNKNOWN_ACCOUNT)
    assert available(books) == 1_000


def test_the_same_reference_and_content_is_already_posted(books: Connection) -> None:
    """Asked again, with a new id, the ledger gives the first entry's id and moves nothing."""
    first = top_up(reference="salary/1", amount=10)
    posted([one(books, first)])
    again = top_up(reference="salary/1", amount=10)
    assert one(books, again, NOW + HOUR) == Outcome(Status.ALREADY_POSTED, None, first.id)
    assert available(books) == 1_010


@pytest.mark.parametrize(
    "other",
    [
        top_up(reference="salary/1", amount=11),
        top_up(reference="salary/1", amount=10, code=BINH),
        top_up(reference="salary/1", amount=10, narration="other"),
        top_up(reference="salary/1", amount=10, kind="other"),
    ],
    ids=["amount", "account", "narration", "kind"],
)
def test_the_same_reference_with_other_content_is_refused(books: Connection, other: Command) -> None:
    """A reference is taken by the content that came first."""
    posted([one(books, top_up(reference="salary/1", amount=10))])
    assert one(books, other) == refused(Reason.REFERENCE_REUSED)


def test_a_batch_may_hold_the_same_reference_twice(books: Connection) -> None:
    """The second is already posted, or refused if it says something else."""
    first = top_up(reference="a", amount=10)
    outcomes = ledger.post(books, [first, top_up(reference="a", amount=10), top_up(reference="a")], NOW)
    assert outcomes == [
        Outcome(Status.POSTED, None, first.id),
        Outcome(Status.ALREADY_POSTED, None, first.id),
        refused(Reason.REFERENCE_REUSED),
    ]
    assert available(books) == 1_010


def test_a_refused_reference_stays_free(books: Connection) -> None:
    """A refusal is not remembered: the same reference may be posted later, in the same batch too."""
    poor, give, rich = (
        entry((BINH, BANK, 5), reference="x"),
        entry((ANNA, BINH, 5)),
        entry((BINH, BANK, 5), reference="x"),
    )
    statuses = [outcome.status.value for outcome in ledger.post(books, [poor, give, rich], NOW)]
    assert statuses == ["refused", "posted", "posted"]


def test_scopes_of_references_are_apart(books: Connection) -> None:
    """An entry, a hold and an end may have the same reference."""
    placed = hold(reference="w/1")
    commands: list[Command] = [placed, entry((ANNA, BANK, 1), reference="w/1"), Void(placed.id, "w/1")]
    posted(ledger.post(books, commands, NOW))


def test_an_entry_and_a_capture_share_their_scope(books: Connection) -> None:
    """A capture cannot take the reference of an entry."""
    placed = hold()
    posted(ledger.post(books, [placed, entry((ANNA, BANK, 1), reference="w/1")], NOW))
    assert one(books, payment(placed, reference="w/1")) == refused(Reason.REFERENCE_REUSED)
    batch: list[Command] = [entry((ANNA, BANK, 1), reference="w/2"), payment(placed, reference="w/2")]
    assert ledger.post(books, batch, NOW)[1] == refused(Reason.REFERENCE_REUSED)


def test_a_taken_id_is_refused_and_takes_nobody_along(books: Connection) -> None:
    """Another reference with the id of an entry or a hold is refused; its neighbours are posted."""
    first, placed = top_up(amount=1), hold(1)
    posted(ledger.post(books, [first, placed], NOW))
    batch: list[Command] = [
        top_up(amount=2),
        top_up(amount=4, own_id=first.id, reference="another"),
        hold(1, own_id=placed.id, reference="another"),
        top_up(amount=8),
    ]
    reasons = [outcome.reason for outcome in ledger.post(books, batch, NOW)]
    assert reasons == [None, Reason.ID_REUSED, Reason.ID_REUSED, None]
    assert reading.balance(books, ANNA).normal == 1_111


def test_a_correction_names_an_entry_that_exists(books: Connection) -> None:
    """An entry may correct an earlier one, of this batch too, and no unknown one."""
    wrong = top_up(amount=10)
    right = entry((ANNA, BANK, 10), corrects=wrong.id)
    posted(ledger.post(books, [wrong, right], NOW))
    posted([one(books, entry((ANNA, BANK, 1), corrects=wrong.id))])
    assert one(books, entry((ANNA, BANK, 1), corrects=new_id())) == refused(Reason.UNKNOWN_ENTRY)


def test_a_total_has_a_limit(books: Connection) -> None:
    """An account takes 10^17 đồng on a side, and not one more; alone or in a batch."""
    posted(ledger.post(books, [entry((BANK, TREASURY, 10**15)) for _ in range(99)], NOW))
    to_bank = 10**15 - 1_110  # less what Anna's top-up made of the bank's debits
    full = [entry((BANK, FEES, to_bank + 1)) for _ in range(2)]
    assert [one(books, full[0]), *ledger.post(books, full, NOW)] == [refused(Reason.ACCOUNT_FULL)] * 3
    assert one(books, entry((BANK, FEES, to_bank))).status is Status.POSTED
    from_treasury = 10**15 - 5_010  # less what filling the drawer made of the treasury's credits
    full = [entry((FEES, TREASURY, from_treasury + 1)) for _ in range(2)]
    assert [one(books, full[0]), *ledger.post(books, full, NOW)] == [refused(Reason.ACCOUNT_FULL)] * 3
    assert one(books, entry((FEES, TREASURY, from_treasury))).status is Status.POSTED


# Holds


def test_a_hold_needs_an_account_with_a_floor(books: Connection) -> None:
    """What may go below zero cannot be set aside."""
    assert one(books, hold(1, account=BANK)) == refused(Reason.ACCOUNT_NOT_FLOORED)


def test_a_hold_is_placed_up_to_its_deadline(books: Connection) -> None:
    """A hold that has lapsed when it is placed is refused."""
    assert one(books, hold(1, deadline=NOW - TICK)) == refused(Reason.HOLD_LAPSED)
    assert one(books, hold(1, deadline=NOW)).status is Status.POSTED


def test_a_capture_pays_and_gives_the_rest_back(books: Connection) -> None:
    """The entry is recorded, the hold ends, and what was not taken is available again."""
    placed = hold(700)
    paid = payment(placed, 600)
    assert ledger.post(books, [placed, paid], NOW)[1] == Outcome(Status.POSTED, None, paid.entry.id)
    state = reading.balance(books, ANNA)
    assert (state.normal, state.held, state.available) == (500, 100, 400)


def test_a_capture_takes_at_most_the_hold(books: Connection) -> None:
    """All postings of the entry together take no more from the account than was held."""
    placed = hold(700)
    posted([one(books, placed)])
    fee = entry((ANNA, DRAWER, 700), (ANNA, FEES, 1))
    assert one(books, ledger.Capture(placed.id, fee)) == refused(Reason.CAPTURE_EXCEEDS_HOLD)
    whole = entry((ANNA, DRAWER, 699), (ANNA, FEES, 1))
    assert one(books, ledger.Capture(placed.id, whole)).status is Status.POSTED


def test_a_capture_takes_from_the_account_of_the_hold(books: Connection) -> None:
    """An entry on other accounts, or one that only pays in, does not capture a hold."""
    placed = hold(700)
    posted(ledger.post(books, [placed, top_up(BINH)], NOW))
    for lines in ((BINH, BANK, 5), (BANK, ANNA, 5)):
        capture = ledger.Capture(placed.id, entry(lines))
        assert one(books, capture) == refused(Reason.CAPTURE_MISSES_ACCOUNT)


def test_a_hold_on_cash_is_captured_by_a_credit(books: Connection) -> None:
    """Cash set aside in a drawer leaves it by a credit."""
    placed = hold(4_000, account=DRAWER)
    posted([one(books, placed)])
    misses = ledger.Capture(placed.id, entry((DRAWER, TREASURY, 4_000)))
    assert one(books, misses) == refused(Reason.CAPTURE_MISSES_ACCOUNT)
    posted([one(books, ledger.Capture(placed.id, entry((TREASURY, DRAWER, 4_000))))])
    assert available(books, DRAWER) == 1_000


def test_a_capture_of_a_poor_drawer_leaves_the_hold_open(books: Connection) -> None:
    """When the drawer is short, nothing has happened: the hold can be captured at another one."""
    placed = hold(700)
    empty = entry((TREASURY, DRAWER, 4_400))
    posted(ledger.post(books, [placed, empty], NOW))
    assert one(books, payment(placed)) == refused(Reason.INSUFFICIENT_FUNDS)
    assert reading.balance(books, ANNA).held == 800
    assert one(books, payment(placed, 600)).status is Status.POSTED


def test_the_deadline_is_the_last_moment_to_capture(books: Connection) -> None:
    """A hold is captured until its deadline, inclusive, and expires only after it."""
    early, late = hold(100), hold(100)
    posted(ledger.post(books, [early, late], NOW))
    deadline = early.deadline
    assert one(books, Expire(early.id, "e"), deadline) == refused(Reason.HOLD_NOT_LAPSED)
    assert one(books, payment(early), deadline).status is Status.POSTED
    assert one(books, payment(late), deadline + TICK) == refused(Reason.HOLD_LAPSED)
    assert one(books, Expire(late.id, "e"), deadline + TICK).status is Status.POSTED


@pytest.mark.parametrize("hours", [0, 2], ids=["before", "after"])
def test_a_hold_can_be_voided_at_any_time(books: Connection, hours: int) -> None:
    """Giving a hold up gives the money back, before its deadline and after it."""
    placed = hold(700)
    posted([one(books, placed), one(books, Void(placed.id, "v"), NOW + hours * HOUR)])
    assert available(books) == 1_000


ENDS: dict[str, Callable[[ledger.Hold, str], Command]] = {
    "capture": lambda placed, name: payment(placed, reference=name),
    "void": lambda placed, name: Void(placed.id, name),
    "expire": lambda placed, name: Expire(placed.id, name),
}


@pytest.mark.parametrize("second", ENDS)
@pytest.mark.parametrize("first", ENDS)
def test_a_hold_ends_once(books: Connection, first: str, second: str) -> None:
    """Whatever ended a hold, nothing ends it again; in one batch or in two."""
    placed = hold(100)
    posted([one(books, placed)])
    now = placed.deadline + (TICK if first == "expire" else -TICK)
    begin, again = ENDS[first](placed, "first"), ENDS[second](placed, "second")
    outcomes = ledger.post(books, [begin, again], now)
    assert (outcomes[0].status, outcomes[1]) == (Status.POSTED, refused(Reason.HOLD_ENDED))
    assert one(books, again, now) == refused(Reason.HOLD_ENDED)


@pytest.mark.parametrize("how", ENDS)
def test_ending_a_hold_again_by_the_same_reference_is_already_posted(books: Connection, how: str) -> None:
    """A repeated end gets the first one's outcome; the reference ends no other hold."""
    placed, other = hold(100), hold(100)
    posted(ledger.post(books, [placed, other], NOW))
    now = placed.deadline + (TICK if how == "expire" else -TICK)
    first = one(books, ENDS[how](placed, "end"), now)
    assert first.status is Status.POSTED
    assert one(books, ENDS[how](placed, "end"), now) == Outcome(Status.ALREADY_POSTED, None, first.id)
    assert one(books, ENDS[how](other, "end"), now) == refused(Reason.REFERENCE_REUSED)


@pytest.mark.parametrize("how", ENDS)
def test_an_unknown_hold_cannot_end(books: Connection, how: str) -> None:
    """A hold that was never placed is unknown."""
    assert one(books, ENDS[how](hold(), "end")) == refused(Reason.UNKNOWN_HOLD)


def test_a_transaction_that_rolls_back_leaves_nothing(books: Connection) -> None:
    """What is posted is final with the caller's commit, not before."""
    posted([one(books, top_up(amount=5))])
    books.rollback()
    assert available(books) == 1_000


def test_other_isolation_levels_are_refused(prepared: Database) -> None:
    """Posting in REPEATABLE READ fails at once: it could not see what it waited for."""
    engine = prepared.app.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as session, pytest.raises(Exception, match="READ COMMITTED only"):
        one(session, top_up())


@pytest.mark.parametrize("others", [(), (top_up(BINH, 200), entry((BINH, BANK, 201)))])
def test_in_autocommit_a_call_is_a_transaction(database: Database, others: tuple[Command, ...]) -> None:
    """Alone or many, what is posted stands for everybody at once, and what is refused leaves nothing."""
    with database.app.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
        ledger.open_accounts(alone, ACCOUNTS, NOW)
        outcomes = ledger.post(alone, [top_up(ANNA, 700), *others], NOW)
        assert [outcome.reason for outcome in outcomes[:2]] == [None] * len(outcomes[:2])
        with database.app.connect() as everybody:
            assert available(everybody) == 700
            assert available(everybody, BINH) == (200 if others else 0)
        assert one(alone, entry((ANNA, DRAWER, 701))).reason is Reason.INSUFFICIENT_FUNDS
        assert one(alone, top_up(ANNA, 1)).status is Status.POSTED
        assert available(alone) == 701
