"""Tampering as a superuser who goes around every guard: each kind is found, and the row is named.

Everything is verified twice: from the rows, and from an export of the same rows that is read without a database.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from ledger.seals import exports, live, merkle, reading, verifying
from ledger.seals.leaves import encoded
from ledger.seals.seal import FIRST_PREVIOUS, Seal, header
from ledger.seals.verifying import UNSEALED_FOR, Report
from tests.database import Database, cloned
from tests.ledger.builders import (
    ANNA,
    BINH,
    NOW,
    TICK,
    entry,
    fill,
    hold,
    new_id,
    payment,
    prepare,
    top_up,
)
from tests.ledger.seals.sealed import KEYS, KID, PRIVATE, seal_all

# Seal 1: FIRST, SECOND and the cash. Seal 2: the holds, PAID and the end of HELD. Seal 3: LAST. Unsealed: LATE.
FIRST, SECOND, CASH, PAID, LAST, LATE = (new_id() for _ in range(6))
HELD, OPEN = hold(100), hold(50)
STRANGER: Final = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture(scope="module")
def sealed(server_url: str, template: str) -> Iterator[Database]:
    """Give a database with three seals and one unsealed entry, for tests that roll back what they break."""
    with cloned(server_url, template) as database:
        prepare(database.owner, [top_up(own_id=FIRST, narration="first"), top_up(own_id=SECOND)])
        prepare(database.owner, [replace(fill(), id=CASH)])
        seal_all(database)
        prepare(database.owner, [HELD, OPEN])
        prepare(database.owner, [payment(HELD, own_id=PAID)])
        seal_all(database)
        prepare(database.owner, [entry((ANNA, BINH, 7), (BINH, ANNA, 3), own_id=LAST)])
        seal_all(database)
        prepare(database.owner, [top_up(own_id=LATE)])
        yield database


@pytest.fixture
def root(sealed: Database) -> Iterator[Connection]:
    """Give a superuser's session in which no trigger fires; it is rolled back."""
    with sealed.owner.connect() as session:
        session.exec_driver_sql("SET session_replication_role = replica")
        session.exec_driver_sql("ALTER TABLE ledger.hold_end DROP CONSTRAINT hold_end_by_entry_or_reference")
        yield session


def verified(session: Connection, now: datetime = NOW, published: tuple[Seal, ...] = ()) -> Report:
    """Verify the rows, and their export, which must find the same."""
    lines = list(exports.write(live.books(session), KEYS, now))
    books, _ = exports.read(lines)
    from_export = verifying.verify(books, KEYS, now, published=published)
    from_rows = verifying.verify(live.books(session), KEYS, now, published=published)
    assert from_export == from_rows
    return from_rows


def found(session: Connection, now: datetime = NOW, published: tuple[Seal, ...] = ()) -> set[tuple[str, str]]:
    """Verify, and give what was found: the problem, and the row that it names."""
    report = verified(session, now, published)
    assert report.found == len(report.findings)
    return {(finding.problem.value, finding.what) for finding in report.findings}


def seals(session: Connection) -> list[Seal]:
    return reading.seals(session, 1, 100)


def test_nothing_is_found_where_nothing_was_done(sealed: Database) -> None:
    """Every leaf and posting is read; what is not sealed yet is no finding while it is young."""
    with sealed.app.connect() as session:
        report = verified(session)
        assert report.last == seals(session)[-1]
    assert report.holds
    assert report.findings == []
    assert (report.seals, report.leaves, report.postings, report.unsealed) == (3, 8, 7, 1)


def test_progress_is_told(sealed: Database) -> None:
    """After each seal, how many leaves it had."""
    told: list[int] = []
    with sealed.app.connect() as session:
        verifying.verify(live.books(session), KEYS, NOW, progress=told.append)
    assert told == [3, 4, 1]


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        (
            f"UPDATE ledger.posting SET amount = amount + 1 WHERE entry_id = '{SECOND}'",
            {("changed", f"entry {SECOND}"), ("balance-wrong", f"entry {SECOND}"),
             ("totals-wrong", f"account {ANNA}"), ("totals-wrong", "account bank/970436/settlement")},
        ),
        (
            f"UPDATE ledger.entry SET narration = 'other' WHERE id = '{FIRST}'",
            {("changed", f"entry {FIRST}")},
        ),
        (
            f"UPDATE ledger.entry SET kind = 'gift', reference = 'gift' WHERE id = '{LAST}'",
            {("changed", f"entry {LAST}")},
        ),
        (
            f"UPDATE ledger.entry SET business_date = business_date - 1 WHERE id = '{LAST}'",
            {("changed", f"entry {LAST}")},
        ),
        (
            f"UPDATE ledger.entry SET fingerprint = '{chr(92)}x{'00' * 32}' WHERE id = '{LAST}'",
            {("changed", f"entry {LAST}")},
        ),
        (
            f"UPDATE ledger.entry SET recorded_at = recorded_at + interval '1 us' WHERE id = '{LAST}'",
            {("changed", f"entry {LAST}"), ("root-differs", "seal 3")},
        ),
        (
            f"UPDATE ledger.hold SET amount = 51 WHERE id = '{OPEN.id}'",
            {("changed", f"hold {OPEN.id}"), ("totals-wrong", f"account {ANNA}")},
        ),
        (
            f"UPDATE ledger.hold_end SET outcome = 'voided', entry_id = NULL WHERE hold_id = '{HELD.id}'",
            {("changed", f"end of hold {HELD.id}")},
        ),
    ],
    ids=["amount", "narration", "kind", "business date", "fingerprint", "time", "hold", "end"],
)  # fmt: skip
def test_a_changed_row_is_named(root: Connection, change: str, findings: set[tuple[str, str]]) -> None:
    """One changed column, and the row is named; an amount, and the accounts that it moves as well."""
    root.exec_driver_sql(change)
    assert found(root) == findings


def test_what_was_found_is_said_in_words(root: Connection) -> None:
    """A finding names the problem, the row, its place and the figures."""
    root.exec_driver_sql(f"UPDATE ledger.posting SET amount = amount + 1 WHERE entry_id = '{SECOND}'")
    lines = [str(finding) for finding in verified(root).findings]
    assert f"changed: entry {SECOND}: it was changed after it became leaf 1 of seal 1" in lines
    assert (
        f"balance-wrong: entry {SECOND}: line 1: account {ANNA} has -2000 after it; -1000 before and -1001 make -2001"
    ) in lines
    assert f"totals-wrong: account {ANNA}: credits 3003, replayed 3004" in lines


def test_a_deleted_entry_is_named(root: Connection) -> None:
    """It is gone, and its accounts show a gap where it was."""
    for table, column in (("entry", "id"), ("posting", "entry_id")):
        root.exec_driver_sql(f"DELETE FROM ledger.{table} WHERE {column} = '{SECOND}'")
    assert found(root) >= {
        ("gone", f"entry {SECOND}"),
        ("version-wrong", f"account {ANNA}"),
        ("version-wrong", "account bank/970436/settlement"),
    }


def test_an_entry_deleted_with_its_leaf_leaves_gaps(root: Connection) -> None:
    """Whoever hides the leaf as well breaks the root, and the gap is between entries that are named."""
    for table, column in (("entry", "id"), ("posting", "entry_id"), ("sealed", "id")):
        root.exec_driver_sql(f"DELETE FROM ledger.{table} WHERE {column} = '{SECOND}'")
    root.exec_driver_sql("UPDATE ledger.sealed SET position = 1 WHERE seal = 1 AND position = 2")
    assert found(root) >= {
        ("root-differs", "seal 1"),
        ("gone", "seal 1"),
        ("version-wrong", f"account {ANNA}"),
    }
    details = [finding.detail for finding in verified(root).findings if finding.what == f"account {ANNA}"]
    assert details[0] == f"version 2 is gone; entry {PAID} comes after, with a balance of -1900"


@pytest.mark.parametrize(("row", "what"), [(f"hold WHERE id = '{OPEN.id}'", f"hold {OPEN.id}"),
                                           (f"hold_end WHERE hold_id = '{HELD.id}'", f"end of hold {HELD.id}"),
                                           (f"hold WHERE id = '{HELD.id}'", f"hold {HELD.id}")])  # fmt: skip
def test_a_deleted_hold_or_end_is_named(root: Connection, row: str, what: str) -> None:
    """Money that was set aside, or given back, does not vanish."""
    root.exec_driver_sql(f"DELETE FROM ledger.{row}")
    assert ("gone", what) in found(root)


def test_an_end_without_its_hold_is_stray(root: Connection) -> None:
    """Nothing ends that did not begin."""
    root.exec_driver_sql(f"DELETE FROM ledger.hold WHERE id = '{HELD.id}'")
    assert ("stray", f"end of hold {HELD.id}") in found(root)


def test_a_swapped_pair_is_named(root: Connection) -> None:
    """Two leaves that change places stand out of their order."""
    swap(root, "seal = 1", "position", (0, 1))
    assert found(root) == {("re-ordered", f"entry {FIRST}"), ("root-differs", "seal 1")}


def test_rows_swapped_in_their_places_are_named(root: Connection) -> None:
    """Two entries that take each other's leaf are both not what was sealed."""
    root.exec_driver_sql("ALTER TABLE ledger.sealed DROP CONSTRAINT sealed_pkey")
    root.exec_driver_sql(
        f"UPDATE ledger.sealed SET id = CASE id WHEN '{FIRST}' THEN '{SECOND}'::uuid ELSE '{FIRST}' END"
        f" WHERE id IN ('{FIRST}', '{SECOND}')"
    )
    assert {("changed", f"entry {FIRST}"), ("changed", f"entry {SECOND}")} <= found(root)


def test_postings_swapped_in_time_are_named(root: Connection) -> None:
    """Two entries that change their places in an account's history are both not what was sealed."""
    columns = ("debit_version", "credit_version", "debit_balance", "credit_balance")
    taken = ", ".join(f"{column} = other.{column}" for column in columns)
    for name in ("debit", "credit"):
        root.exec_driver_sql(f"ALTER TABLE ledger.posting DROP CONSTRAINT posting_{name}_version_key")
    root.exec_driver_sql(
        f"UPDATE ledger.posting AS p SET {taken} FROM ledger.posting AS other"
        f" WHERE (p.entry_id, other.entry_id) IN (('{FIRST}', '{SECOND}'), ('{SECOND}', '{FIRST}'))"
    )
    assert found(root) == {("changed", f"entry {FIRST}"), ("changed", f"entry {SECOND}")}


def swap(session: Connection, where: str, column: str, pair: tuple[int, int]) -> None:
    first, second = pair
    session.exec_driver_sql("ALTER TABLE ledger.sealed DROP CONSTRAINT sealed_position_key")
    session.exec_driver_sql(
        f"UPDATE ledger.sealed SET {column} = CASE {column} WHEN {first} THEN {second} ELSE {first} END"
        f" WHERE {where} AND {column} IN ({first}, {second})"
    )


def test_a_changed_row_with_its_hash_breaks_the_root(root: Connection) -> None:
    """Whoever changes the stored hash as well is betrayed by the root that was signed."""
    root.exec_driver_sql(f"UPDATE ledger.entry SET narration = 'other' WHERE id = '{LAST}'")
    rehash(root, 3)
    assert found(root) == {("root-differs", "seal 3")}
    (finding,) = verified(root).findings
    assert str(LAST) in finding.detail


def rehash(session: Connection, number: int) -> list[bytes]:
    """Store the hashes of a seal's leaves as they are now."""
    hashes = []
    for block in reading.blocks(session, number):
        if block.seal.number == number:
            for leaf in block.leaves:
                assert leaf.leaf is not None
                hashes.append(merkle.leaf_hash(encoded(leaf.leaf)))
                session.exec_driver_sql(
                    "UPDATE ledger.sealed SET leaf_hash = %s WHERE id = %s AND kind = %s",
                    (hashes[-1], leaf.key.id, leaf.key.kind),
                )
    return hashes


def test_a_changed_hash_alone_is_named(root: Connection) -> None:
    """The row is what was sealed; its stored hash is not."""
    root.exec_driver_sql(f"UPDATE ledger.sealed SET leaf_hash = '{chr(92)}x{'00' * 32}' WHERE id = '{LAST}'")
    (finding,) = verified(root).findings
    assert (
        str(finding) == f"changed: entry {LAST}: its stored hash was changed after it became leaf 0 of seal 3"
    )


def test_an_entry_added_around_the_service_is_named(root: Connection) -> None:
    """A row that is in no seal after five minutes is reported, and not before."""
    assert found(root, NOW + UNSEALED_FOR) == set()
    assert found(root, NOW + UNSEALED_FOR + TICK) == {("unsealed", f"entry {LATE}")}
    root.exec_driver_sql(f"UPDATE ledger.sealed SET id = '{LATE}' WHERE id = '{LAST}'")
    late = NOW + UNSEALED_FOR + TICK
    assert {("changed", f"entry {LATE}"), ("unsealed", f"entry {LAST}")} <= found(root, late)


def test_postings_without_an_entry_are_named(root: Connection) -> None:
    """A part of nothing is not overlooked."""
    stray = new_id()
    root.exec_driver_sql(
        "INSERT INTO ledger.posting SELECT %s, line, debit_id, credit_id, amount, debit_balance,"
        " debit_version + 100, credit_balance, credit_version + 100 FROM ledger.posting LIMIT 1",
        (stray,),
    )
    assert found(root) == {("stray", f"entry {stray}")}


def test_a_posting_added_to_an_entry_is_named(root: Connection) -> None:
    """An entry with one line more is not what was sealed."""
    root.exec_driver_sql(
        "INSERT INTO ledger.posting SELECT entry_id, 2, debit_id, credit_id, amount, debit_balance,"
        f" debit_version + 100, credit_balance, credit_version + 100 FROM ledger.posting WHERE entry_id = '{FIRST}'"
    )
    assert ("changed", f"entry {FIRST}") in found(root)


@pytest.mark.parametrize("column", ["debits", "credits", "version", "held"])
def test_a_moved_balance_is_named(root: Connection, column: str) -> None:
    """An account's totals are those that its postings and open holds make."""
    root.exec_driver_sql("ALTER TABLE ledger.account DROP CONSTRAINT account_floor")
    root.exec_driver_sql(f"UPDATE ledger.account SET {column} = {column} + 1 WHERE code = '{ANNA}'")
    assert found(root) == {("totals-wrong", f"account {ANNA}")}


def test_a_deleted_account_is_named(root: Connection) -> None:
    """Postings of an account that is not there."""
    root.exec_driver_sql(f"DELETE FROM ledger.account WHERE code = '{BINH}'")
    assert ("changed", f"entry {LAST}") in found(root)


def test_a_renamed_account_is_named(root: Connection) -> None:
    """What is sealed is the code: money does not change hands by renaming."""
    root.exec_driver_sql(f"UPDATE ledger.account SET code = 'customer/thief' WHERE code = '{ANNA}'")
    assert ("changed", f"entry {FIRST}") in found(root)


# Seals.


def replaced(session: Connection, seal: Seal, **changes: object) -> None:
    """Write columns of a seal, and its hash as it then is."""
    new = replace(seal, **changes)  # type: ignore[arg-type]
    columns = {**changes, "hash": new.hash}
    assignments = ", ".join(f"{column} = %s" for column in columns)
    session.exec_driver_sql(
        f"UPDATE ledger.seal SET {assignments} WHERE number = %s", (*columns.values(), seal.number)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"root": bytes(32)},
        {"sealed_at": NOW - TICK},
        {"first_at": NOW - TICK},
        {"last_at": NOW + TICK},
        {"leaves": 5},
        {"signature": bytes(64)},
        {"kid": "kBBB"},
        {"history": bytes(32)},
        {"previous": bytes(32)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_forged_seal_is_named(root: Connection, changes: dict[str, object]) -> None:
    """Whatever is changed in a seal, its signature is not that of a trusted key any more."""
    replaced(root, seals(root)[1], **changes)
    assert ("forged", "seal 2") in found(root)
    signed = "signature" not in changes
    assert (("chain-broken", "seal 3") in found(root)) is signed


def test_a_seal_by_another_key_is_forged(root: Connection) -> None:
    """A seal that is signed, but by nobody who is trusted, under a known name or an own one."""
    last = seals(root)[2]
    for kid in (KID, "kBBB"):
        claim = replace(last, kid=kid)
        replaced(root, last, kid=kid, signature=STRANGER.sign(claim.header))
        assert found(root) == {("forged", "seal 3")}


@pytest.mark.parametrize("link", ["previous", "history"])
def test_a_link_that_leads_elsewhere_is_named(root: Connection, link: str) -> None:
    """Both links of a seal are checked, even when the key has signed them."""
    last = seals(root)[2]
    claim = replace(last, **{link: bytes(32)})
    replaced(root, last, signature=PRIVATE.sign(claim.header), **{link: bytes(32)})
    assert found(root) == {("chain-broken", "seal 3")}


def test_a_deleted_seal_is_named(root: Connection) -> None:
    """A gap in the numbers is one finding; the seals behind it are not doubted. Its rows have no seal."""
    root.exec_driver_sql("DELETE FROM ledger.seal WHERE number = 2")
    root.exec_driver_sql("DELETE FROM ledger.sealed WHERE seal = 2")
    assert found(root) == {("gone", "seal 2")}
    assert ("unsealed", f"entry {PAID}") in found(root, NOW + timedelta(hours=1))


@pytest.mark.parametrize("at_once", [500, 2, 1])
def test_a_gap_of_many_seals_is_named(
    root: Connection, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Behind it the chain begins anew, however many seals are read at once."""
    monkeypatch.setattr(reading, "SEALS_AT_ONCE", at_once)
    root.exec_driver_sql("DELETE FROM ledger.seal WHERE number < 3")
    root.exec_driver_sql("DELETE FROM ledger.sealed WHERE seal < 3")
    report = verified(root)
    assert [str(finding) for finding in report.findings] == ["gone: seal 1: seals 1 to 2 are not there"]


def resign(session: Connection, key: Ed25519PrivateKey) -> None:
    """Write the whole history again: every hash, root, link and signature, by a key under the old name."""
    previous, covering = FIRST_PREVIOUS, list[bytes]()
    for number, seal in enumerate(seals(session)):
        hashes = rehash(session, seal.number)
        history, root = merkle.folded(covering), merkle.root(hashes)
        times = (seal.first_at, seal.last_at, seal.sealed_at)
        signature = key.sign(header(seal.number, previous, history, root, seal.leaves, times, KID))
        changes = {"previous": previous, "history": history, "root": root, "signature": signature}
        replaced(session, seal, **changes)
        previous = replace(seal, **changes).hash  # type: ignore[arg-type]
        subtree = merkle.grow(covering, number, previous)
        session.exec_driver_sql(
            "UPDATE ledger.seal SET subtree = %s WHERE number = %s", (subtree, seal.number)
        )


def test_a_history_signed_again_with_another_key_is_forged(root: Connection) -> None:
    """Whoever writes everything anew has not the key."""
    root.exec_driver_sql(f"UPDATE ledger.entry SET narration = 'other' WHERE id = '{FIRST}'")
    resign(root, STRANGER)
    assert found(root) == {("forged", f"seal {number}") for number in (1, 2, 3)}


def test_a_history_signed_again_with_a_stolen_key_is_betrayed_by_what_was_published(root: Connection) -> None:
    """One published seal fixes everything before it, even against the holder of the key."""
    published = seals(root)[1]
    root.exec_driver_sql(f"UPDATE ledger.entry SET narration = 'other' WHERE id = '{FIRST}'")
    resign(root, PRIVATE)
    assert found(root) == set()
    assert found(root, published=(published,)) == {("re-signed", "seal 2")}


def test_a_published_seal_that_is_not_there_is_named(root: Connection) -> None:
    """Cutting off the end does not help either."""
    published = seals(root)[2]
    root.exec_driver_sql("DELETE FROM ledger.seal WHERE number = 3")
    root.exec_driver_sql("DELETE FROM ledger.sealed WHERE seal = 3")
    assert found(root) == set()
    assert found(root, published=(published,)) == {("gone", "seal 3")}


def test_a_published_seal_must_be_genuine(root: Connection) -> None:
    """A checkpoint that no trusted key signed is itself a finding."""
    last = seals(root)[2]
    assert found(root, published=(last,)) == set()
    forged = replace(last, signature=bytes(64))
    assert found(root, published=(forged,)) == {("forged", "seal 3")}


def test_a_seal_of_a_key_that_was_retired_still_holds(sealed: Database) -> None:
    """Keys are told apart by name; those of old seals stay."""
    both = {**KEYS, "kNEW": STRANGER.public_key()}
    with sealed.app.connect() as session:
        report = verifying.verify(live.books(session), both, NOW)
        without = verifying.verify(live.books(session), {"kNEW": STRANGER.public_key()}, NOW)
    assert report.holds
    assert [finding.problem.value for finding in without.findings] == ["forged"] * 3


def test_many_findings_are_counted_and_not_all_kept(
    root: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report stays small whatever was done."""
    monkeypatch.setattr(verifying, "FINDINGS_MAX", 2)
    root.exec_driver_sql("UPDATE ledger.entry SET narration = 'other'")
    report = verifying.verify(live.books(root), KEYS, NOW)
    assert (len(report.findings), report.found, report.holds) == (2, 5, False)


def test_an_empty_ledger_is_in_order(database: Database) -> None:
    """Before the first seal there is nothing to find."""
    with database.app.connect() as session:
        report = verified(session, datetime(2026, 1, 1, tzinfo=UTC))
    assert (report.holds, report.last, report.leaves) == (True, None, 0)
