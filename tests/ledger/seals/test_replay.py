"""Balances once more: in whatever order leaves come within reason, and with each thing named that does not follow."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Final
from uuid import UUID

import pytest

from ledger.seals import replay
from ledger.seals.leaves import End, Entry, Hold, Leaf, Leg
from ledger.seals.reading import Totals
from ledger.seals.replay import Replay

AT: Final = datetime(2026, 3, 2, tzinfo=UTC)
DAY: Final = date(2026, 3, 2)


def entry(number: int, *legs: tuple[str, str, int, tuple[int, int, int, int]]) -> Entry:
    """Build an entry of (debit, credit, amount, (debit balance, version, credit balance, version)) lines."""
    postings = tuple(
        Leg(line, debit, credit, amount, *after)
        for line, (debit, credit, amount, after) in enumerate(legs, 1)
    )
    return Entry(UUID(int=number), f"r{number}", bytes(32), "k", DAY, "", None, len(legs), AT, postings)


def hold(number: int, amount: int = 5) -> Hold:
    return Hold(UUID(int=number), f"h{number}", bytes(32), "c/1", amount, AT, AT)


def end(number: int) -> End:
    return End(UUID(int=number), "voided", None, "v", bytes(32), AT)


def totals(code: str, debits: int, credits_: int, held: int, version: int) -> Totals:
    return Totals(UUID(int=0), code, debits, credits_, held, version)


RUN: Final = [
    entry(1, ("b/1", "c/1", 100, (100, 1, -100, 1))),
    entry(2, ("c/1", "d/1", 30, (-70, 2, -30, 1))),
    entry(3, ("b/1", "c/1", 10, (110, 2, -80, 3)), ("c/1", "b/1", 5, (-75, 4, 105, 3))),
    hold(7),
    end(7),
]
AFTER: Final = [totals("b/1", 110, 5, 0, 3), totals("c/1", 35, 110, 0, 4), totals("d/1", 0, 30, 0, 1)]


def said(leaves: list[Leaf], after: list[Totals]) -> list[str]:
    books = Replay()
    findings = [finding for leaf in leaves for finding in books.add(leaf)]
    return [str(finding) for finding in [*findings, *books.finish(after)]]


@pytest.mark.parametrize("order", list(permutations(range(5))))
def test_the_order_in_which_leaves_come_does_not_matter(order: tuple[int, ...]) -> None:
    """Versions say what came first; an end may even come before its hold."""
    assert said([RUN[number] for number in order], AFTER) == []


def test_a_balance_that_does_not_follow_is_named_once() -> None:
    """The posting is named, and those after it are not blamed."""
    wrong = entry(2, ("c/1", "d/1", 30, (-60, 2, -30, 1)))
    later = entry(4, ("b/1", "c/1", 1, (101, 2, -61, 3)))
    after = [totals("b/1", 101, 0, 0, 2), totals("c/1", 30, 101, 0, 3), totals("d/1", 0, 30, 0, 1)]
    assert said([RUN[0], wrong, later], after) == [
        f"balance-wrong: entry {wrong.id}: line 1: account c/1 has -60 after it; -100 before and +30 make -70"
    ]


def test_a_missing_version_is_named_with_what_comes_after() -> None:
    """The gap is between what is known, and the rest is still followed."""
    lines = said([RUN[0], RUN[2]], AFTER)
    assert lines[0] == (
        f"version-wrong: account c/1: version 2 is gone; entry {RUN[2].id} comes after, with a balance of -80"
    )
    assert [line.split(":")[:2] for line in lines[1:]] == [
        ["totals-wrong", " account c/1"], ["totals-wrong", " account d/1"],
    ]  # fmt: skip


def test_many_missing_versions_are_one_gap() -> None:
    """A run of versions that are gone is said as one."""
    late = entry(9, ("b/1", "c/1", 1, (50, 6, -40, 5)))
    lines = said([late], [totals("b/1", 1, 0, 0, 6), totals("c/1", 0, 1, 0, 5)])
    assert lines == [
        f"version-wrong: account b/1: versions 1 to 5 are gone; entry {late.id} comes after, with a balance of 50",
        f"version-wrong: account c/1: versions 1 to 4 are gone; entry {late.id} comes after, with a balance of -40",
    ]


def test_a_version_twice_is_named() -> None:
    """A copied entry takes versions that are taken, now or while they wait."""
    copy = RUN[0]._replace(id=UUID(int=8))
    assert said([RUN[0], copy, *RUN[1:]], AFTER) == [
        f"version-wrong: entry {copy.id}: line 1: version 1 of account {code} was taken before"
        for code in ("b/1", "c/1")
    ]
    waiting = RUN[1]._replace(id=UUID(int=9))
    assert len(said([RUN[1], waiting, RUN[0], *RUN[2:]], AFTER)) == 2


def test_those_who_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gap is given up when too many wait behind it, so that a deleted row costs no memory."""
    monkeypatch.setattr(replay, "WAITING_MAX", 3)
    run = [entry(n, ("b/1", f"x/{n}", 1, (n, n, -1, 1))) for n in range(2, 9)]
    books = Replay()
    findings = [finding for leaf in run for finding in books.add(leaf)]
    assert [finding.what for finding in findings] == ["account b/1"]
    assert len(books._accounts["b/1"].waiting) == 0
    after = [totals("b/1", 7, 0, 0, 8), *(totals(f"x/{n}", 0, 1, 0, 1) for n in range(2, 9))]
    assert list(books.finish(after)) == []


@pytest.mark.parametrize("field", ["debits", "credits", "held", "version"])
def test_totals_are_compared_one_by_one(field: str) -> None:
    """Each figure of an account counts."""
    first, *others = AFTER
    wrong = first._replace(**{field: getattr(first, field) + 1})
    assert said(RUN, [wrong, *others]) == [
        f"totals-wrong: account b/1: {field} {getattr(wrong, field)}, replayed {getattr(first, field)}"
    ]


def test_open_holds_are_held() -> None:
    """What is set aside and not given back is the account's `held`."""
    after = [AFTER[0], AFTER[1]._replace(held=8), AFTER[2]]
    assert said([*RUN, hold(20, 5), hold(21, 3)], after) == []


def test_a_hold_ends_once() -> None:
    """An end of nothing, or a second one, is stray."""
    stray = "the hold does not exist, or had ended before"
    assert said([*RUN, end(30)], AFTER) == [f"stray: end of hold {UUID(int=30)}: {stray}"]
    assert said([*RUN, end(7)], AFTER) == [f"stray: end of hold {UUID(int=7)}: {stray}"]


def test_accounts_that_do_not_exist_are_named() -> None:
    """Postings or holds of an account that is not listed."""
    assert said(RUN, AFTER[:2]) == ["gone: account d/1: has postings or holds, and does not exist"]


def test_an_account_that_never_moved_is_at_zero() -> None:
    """Money does not appear without a posting."""
    assert said(RUN, [*AFTER, totals("e/1", 0, 0, 0, 0)]) == []
    assert len(said(RUN, [*AFTER, totals("e/1", 1, 0, 0, 0)])) == 1
