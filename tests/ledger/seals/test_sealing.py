"""Sealing: every row in exactly one seal, whoever commits when and whoever seals at the same time."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Barrier, Event, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

import ledger
from ledger import Command, Expire, Void, seals
from ledger.seals import LEAVES_MAX, Seal, merkle, reading, waiting
from ledger.seals.leaves import encoded
from ledger.seals.reading import Key
from ledger.seals.seal import FIRST_PREVIOUS, is_signed
from tests.database import Database
from tests.ledger.builders import HOUR, NOW, TICK, fill, hold, new_id, payment, posted, prepare, top_up
from tests.ledger.seals.sealed import KEYS, KID, PRIVATE, in_order, seal_all, seal_some

REFUSED = "23001"  # restrict_violation
FORBIDDEN = "42501"  # insufficient_privilege
INVALID = "22023"  # invalid_parameter_value
CHECKED = "23514"  # check_violation
TAKEN = "23505"  # unique_violation


def blocks(database: Database) -> list[reading.Block]:
    with database.app.connect() as session:
        return list(reading.blocks(session))


def sealed(database: Database) -> list[Key]:
    return [leaf.key for block in blocks(database) for leaf in block.leaves]


def journal(database: Database) -> set[tuple[str, UUID]]:
    query = (
        "SELECT 'entry', id FROM ledger.entry UNION ALL SELECT 'hold', id FROM ledger.hold"
        " UNION ALL SELECT 'end', hold_id FROM ledger.hold_end"
    )
    with database.app.connect() as session:
        return {(kind, id) for kind, id in session.exec_driver_sql(query)}


def test_every_row_is_in_exactly_one_seal(database: Database) -> None:
    """Entries, holds and all three ends of holds are sealed, each once, and nothing else is."""
    paid, given_up, lapsed = hold(10), hold(20), hold(30)
    prepare(database.owner, [top_up(), fill(), paid, given_up, lapsed, payment(paid)])
    prepare(database.owner, [Void(given_up.id, "v")])
    with database.app.begin() as session:
        posted(ledger.post(session, [Expire(lapsed.id, "x")], NOW + HOUR + TICK))
    assert seal_all(database, size=4) == 3
    assert Counter(sealed(database)) == Counter(journal(database))
    assert seal_all(database) == 0


def test_a_seal_is_made_of_its_leaves(database: Database) -> None:
    """Root, count, times and signature are those of the leaves, which stand in their order."""
    prepare(database.owner, [top_up(), fill(), hold(10)])
    seal_all(database, now=NOW + HOUR)
    (block,) = blocks(database)
    assert list(block.leaves) == in_order(block)
    assert [leaf.hash for leaf in block.leaves] == [
        merkle.leaf_hash(encoded(leaf.leaf)) for leaf in block.leaves if leaf.leaf is not None
    ]
    seal = block.seal
    assert (seal.number, seal.leaves, seal.root) == (1, 3, merkle.root([leaf.hash for leaf in block.leaves]))
    assert (seal.first_at, seal.last_at, seal.sealed_at) == (NOW, NOW, NOW + HOUR)
    assert is_signed(seal, KEYS)


def test_seals_are_chained(database: Database) -> None:
    """Each seal names the one before, and the root over all before it."""
    prepare(database.owner, [top_up() for _ in range(12)])
    seal_all(database, size=1)
    chain = [block.seal for block in blocks(database)]
    hashes = [seal.hash for seal in chain]
    assert [seal.previous for seal in chain] == [FIRST_PREVIOUS, *hashes[:-1]]
    assert [seal.history for seal in chain] == [merkle.root(hashes[:size]) for size in range(12)]


def test_a_late_commit_is_in_the_next_seal(database: Database) -> None:
    """A transaction that posted first and commits last is found: by who looks back, and by who looks at everything."""
    prepare(database.owner, [top_up("customer/binh")])
    late, early = top_up(own_id=new_id()), fill()
    with database.app.begin() as slow:
        posted(ledger.post(slow, [late], NOW))
        with database.app.begin() as quick:
            posted(ledger.post(quick, [early], NOW + HOUR))
        assert seal_all(database) == 1
        assert Key("entry", late.id) not in sealed(database)
        assert late.id < early.id
    with database.app.connect() as session:
        assert seals.unsealed(session, 10) == [("entry", late.id)]
        assert seals.stretch(session, 10) == ([("entry", late.id)], None)
    assert seal_all(database) == 1
    assert Counter(sealed(database)) == Counter(journal(database))


def test_a_seal_that_is_not_committed_never_was(database: Database) -> None:
    """A process that dies between signing and commit leaves nothing; the next seal has the same number."""
    prepare(database.owner, [top_up(), fill()])
    with database.app.connect() as dying:
        lost = seal_some(dying)
        assert lost is not None
        dying.invalidate()
    assert blocks(database) == []
    assert seal_all(database) == 1
    assert blocks(database)[0].seal == lost


def test_one_seals_at_a_time(database: Database) -> None:
    """While one is sealing, another gives up at once; afterwards nothing is left for it."""
    prepare(database.owner, [top_up(), fill()])
    with database.app.begin() as first:
        assert seal_some(first) is not None
        with database.app.begin() as second:
            assert seal_some(second) is None
    assert seal_all(database) == 0


def test_many_sealers_make_one_chain(database: Database) -> None:
    """Ten threads that seal what the others are sealing end with each row sealed once."""
    prepare(database.owner, [top_up() for _ in range(60)])
    start = Barrier(10)

    def work() -> None:
        start.wait()
        for _ in range(30):
            with database.app.begin() as session:
                seal_some(session, 5)

    threads = [Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_all(database)
    assert Counter(sealed(database)) == Counter(journal(database))
    assert [block.seal.number for block in blocks(database)] == list(range(1, len(blocks(database)) + 1))


def test_what_another_has_sealed_meanwhile_is_left_out(database: Database) -> None:
    """A list of rows that is old by now does not seal a row twice."""
    prepare(database.owner, [top_up(), fill()])
    with database.app.begin() as session:
        old = seals.unsealed(session, 10)
    seal_all(database, size=1)
    prepare(database.owner, [(new := top_up())])
    with database.app.begin() as session:
        made = seals.seal(session, [*old, Key("entry", new.id)], PRIVATE.sign, KID, NOW)
    assert made is not None
    assert made.leaves == 1
    assert Counter(sealed(database)) == Counter(journal(database))


def test_rows_that_do_not_exist_are_not_sealed(database: Database) -> None:
    """A key of no row makes no leaf."""
    with database.app.begin() as session:
        keys = [Key("entry", new_id()), Key("hold", new_id()), Key("end", new_id())]
        assert seals.seal(session, keys, PRIVATE.sign, KID, NOW) is None


def v7(now: datetime) -> UUID:
    return UUID(int=int(now.timestamp() * 1000) << 80 | new_id().int >> 80)


def test_what_is_new_is_found_without_reading_all(database: Database) -> None:
    """Since a moment: entries and holds by their ids, ends by their entry or their time."""
    before, since, after = NOW - HOUR, NOW, NOW + TICK * 1000
    old = [hold(10, own_id=v7(before), deadline=NOW + HOUR) for _ in range(3)]
    paid, given_up, kept = old
    first: list[Command] = [top_up(own_id=v7(before)), *old]
    prepare(database.owner, [fill()])
    with database.app.begin() as session:
        posted(ledger.post(session, first, before))
    new: list[Command] = [
        top_up(own_id=v7(after)), hold(5, own_id=v7(after)), payment(paid, own_id=v7(after)), Void(given_up.id, "v"),
    ]  # fmt: skip
    with database.app.begin() as session:
        outcomes = posted(ledger.post(session, new, after))
    with database.app.connect() as session:
        found = seals.unsealed(session, 100, since)
        all_of = seals.unsealed(session, 100)
        some = seals.unsealed(session, 2, since)
    entered, held, captured, ended = (outcome.id for outcome in outcomes)
    assert set(found) == {
        ("entry", entered), ("hold", held), ("entry", captured), ("end", paid.id), ("end", ended),
    }  # fmt: skip
    assert (len(some), set(some) < set(found)) == (2, True)
    assert len(all_of) == len(journal(database))
    assert ("hold", kept.id) in all_of
    seal_all(database)
    with database.app.connect() as session:
        assert seals.unsealed(session, 100, since) == []


def test_the_oldest_are_sealed_first(database: Database) -> None:
    """Where there is more than fits, what waits longest is taken."""
    prepare(database.owner)
    with database.app.begin() as session:
        for minutes in (3, 1, 2):
            at = NOW + timedelta(minutes=minutes)
            posted(ledger.post(session, [top_up(own_id=v7(at), reference=str(minutes))], at))
    seal_all(database, size=1)
    times = [block.seal.first_at for block in blocks(database)]
    assert times == sorted(times)


HIGHEST = UUID(int=2**128 - 1)


def test_everything_is_looked_through_in_stretches(database: Database) -> None:
    """By id, whatever it says of the time, the lowest and the highest too; and only what is in no seal is named."""
    paid, kept = hold(10), hold(20, own_id=UUID(int=0))
    prepare(
        database.owner,
        [top_up(own_id=HIGHEST), top_up(own_id=UUID(int=0)), fill(), paid, kept, payment(paid)],
    )
    seal_all(database, size=2)
    late: list[Command] = [
        top_up(own_id=UUID(int=2**127)),
        top_up(own_id=UUID(int=2**127 + 1)),  # next to each other, and a stretch ends between them
        top_up(),
        Void(kept.id, "v"),
        hold(1, own_id=HIGHEST),
    ]
    prepare(database.owner, late)
    found, stretches, first = list[Key](), 0, waiting.FIRST
    with database.app.connect() as session:
        everything = seals.stretch(session, 100)
        while first is not None:
            keys, first = seals.stretch(session, 1, first)
            assert len(keys) <= 3
            found += keys
            stretches += 1
    assert everything == (found, None)
    assert set(found) == journal(database) - set(sealed(database))
    assert len(found) == len(late)
    assert stretches > len(late)


def test_the_front_is_the_newest_that_is_sealed(database: Database) -> None:
    """Not the last seal's, which may be of rows that came late; and a clock that is ahead does not move it."""
    prepare(database.owner)
    seal_all(database)
    for minutes, until in ((0, 0), (7, 7), (2, 7), (10_000, 90), (8, 90)):
        with database.app.begin() as session:
            posted(ledger.post(session, [top_up()], NOW + timedelta(minutes=minutes)))
        seal_all(database, now=NOW + timedelta(minutes=90))
        with database.app.connect() as session:
            assert seals.front(session) == NOW + timedelta(minutes=until)


def test_before_the_first_seal_the_front_is_the_beginning(database: Database) -> None:
    """So that everything is new, with room for who looks back."""
    prepare(database.owner, [top_up()])
    with database.app.connect() as session:
        assert len(seals.unsealed(session, 10, seals.front(session) - HOUR)) == 1
        assert seals.oldest_unsealed(session, HOUR) == NOW


def test_who_waits_seals_after_the_other(database: Database) -> None:
    """What is sealed on demand is sealed, whoever else is at it."""
    prepare(database.owner, [top_up(), fill()])
    made: list[Seal | None] = []

    def work() -> None:
        with database.app.begin() as session:
            keys = seals.unsealed(session, 10)
            started.set()
            made.append(seals.seal(session, keys, PRIVATE.sign, KID, NOW, wait=True))

    started, second = Event(), Thread(target=work)
    with database.app.begin() as first:
        one = seals.seal(first, seals.unsealed(first, 1), PRIVATE.sign, KID, NOW)
        second.start()
        started.wait()
    second.join()
    assert [one and one.leaves, made[0] and made[0].leaves] == [1, 1]


def test_a_seal_has_a_limit(prepared: Database) -> None:
    """Ten thousand leaves go, one more does not."""
    keys = [Key("entry", new_id())] * (LEAVES_MAX + 1)
    with prepared.app.connect() as session, pytest.raises(ValueError, match="at most 10000"):
        seals.seal(session, keys, PRIVATE.sign, KID, NOW)


def test_seals_are_read_in_runs(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """However the seals are cut into runs, all blocks come, whole and in order; a run is bounded."""
    runs: list[int] = []
    with_leaves = reading._with_leaves

    def watched(session: Connection, run: list[Seal]) -> Iterator[reading.Block]:
        runs.append(sum(seal.leaves for seal in run))
        return with_leaves(session, run)

    prepare(database.owner, [top_up() for _ in range(11)])
    seal_all(database, size=2)
    whole = blocks(database)
    monkeypatch.setattr(reading, "SEALS_AT_ONCE", 4)
    monkeypatch.setattr(reading, "LEAVES_MAX", 5)
    monkeypatch.setattr(reading, "_with_leaves", watched)
    assert blocks(database) == whole
    assert runs == [4, 4, 3]
    assert [len(block.leaves) for block in whole] == [2, 2, 2, 2, 2, 1]


CALL = "SELECT ledger.seal(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s::uuid[], %s::bytea[])"
HASH = bytes(32)


def by_hand(session: Connection, **changes: Any) -> tuple[str, str]:
    """Call the database's function with one thing wrong, and give the code and text of what it answers."""
    entry = session.exec_driver_sql("SELECT id FROM ledger.entry ORDER BY id LIMIT 1").scalar_one()
    facts: dict[str, Any] = {
        "number": 1, "previous": FIRST_PREVIOUS, "history": HASH, "root": HASH, "first_at": NOW, "last_at": NOW,
        "sealed_at": NOW, "kid": KID, "signature": bytes(64), "hash": HASH, "subtree": HASH,
        "kinds": ["entry"], "ids": [entry], "hashes": [HASH],
    }  # fmt: skip
    with pytest.raises(DBAPIError) as caught:
        session.exec_driver_sql(CALL, tuple((facts | changes).values()))
    return caught.value.orig.sqlstate, str(caught.value.orig)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"number": 2}, "does not follow"),
        ({"number": None}, "does not follow"),
        ({"previous": bytes([1]) * 32}, "does not follow"),
        ({"ids": [UUID(int=5)]}, "does not exist"),
        ({"kinds": ["hold"]}, "does not exist"),
        ({"kinds": ["account"]}, "does not exist"),
        ({"hashes": [HASH, HASH]}, "other lengths"),
    ],
)
def test_the_database_refuses_a_seal_that_cannot_be(
    prepared: Database, changes: dict[str, Any], says: str
) -> None:
    """Numbers and hashes follow the last seal, and what is sealed exists."""
    with prepared.app.connect() as session:
        code, text = by_hand(session, **changes)
    assert (code, says in text) == (INVALID, True)


def test_the_database_refuses_an_empty_seal(prepared: Database) -> None:
    """A seal over nothing says nothing."""
    with prepared.app.connect() as session:
        code, text = by_hand(session, kinds=[], ids=[], hashes=[])
    assert (code, "seal_leaves_bounded" in text) == (CHECKED, True)


def test_the_database_refuses_a_row_twice(database: Database) -> None:
    """Neither in one seal nor in two."""
    prepare(database.owner, [top_up()])
    with database.app.connect() as session:
        (key,) = seals.unsealed(session, 10)
        doubled = {"kinds": ["entry"] * 2, "ids": [key.id] * 2, "hashes": [HASH] * 2}
        assert by_hand(session, **doubled)[0] == INVALID
    seal_all(database)
    (block,) = blocks(database)
    with database.app.connect() as session:
        assert by_hand(session, number=2, previous=block.seal.hash)[0] == TAKEN


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger.seal SET root = root",
        "UPDATE ledger.sealed SET position = position",
        "DELETE FROM ledger.seal",
        "DELETE FROM ledger.sealed",
        "TRUNCATE ledger.seal",
        "TRUNCATE ledger.sealed",
        "INSERT INTO ledger.seal SELECT * FROM ledger.seal",
        "INSERT INTO ledger.sealed SELECT * FROM ledger.sealed",
    ],
)
def test_nobody_writes_seals_by_hand(prepared: Database, change: str) -> None:
    """The service's role may not, and the owner is stopped; posing as the ledger changes no seal either."""
    for engine, code in ((prepared.app, FORBIDDEN), (prepared.owner, REFUSED)):
        with engine.connect() as session, pytest.raises(DBAPIError) as caught:
            session.exec_driver_sql(change)
        assert caught.value.orig.sqlstate == code  # type: ignore[union-attr]


@pytest.mark.parametrize("table", ["seal", "sealed"])
def test_not_even_the_ledgers_functions_change_a_seal(prepared: Database, table: str) -> None:
    """Whoever poses as the ledger can add at most, and change nothing."""
    with prepared.owner.connect() as session:
        session.exec_driver_sql("SET ledger.writer = 'ledger'")
        with pytest.raises(DBAPIError, match="never changed"):
            session.exec_driver_sql(f"DELETE FROM ledger.{table}")


def test_the_writers_mark_ends_with_the_seal(database: Database) -> None:
    """After sealing, the same transaction cannot write by hand."""
    prepare(database.owner, [top_up()])
    with database.owner.connect() as session:
        assert isinstance(seal_some(session), Seal)
        mark = session.exec_driver_sql("SELECT current_setting('ledger.writer', true)").scalar_one()
    assert mark == ""
