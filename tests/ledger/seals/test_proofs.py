"""A proof holds for what it says, and for nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.seals import proofs, reading
from ledger.seals.proofs import Extension, NotProved, NotSealedYet, Proof, UnknownRow, UnknownSeal
from ledger.seals.reading import Key
from ledger.seals.records import MalformedRecord
from tests.database import cloned
from tests.ledger.builders import fill, hold, new_id, prepare, top_up
from tests.ledger.seals.sealed import KEYS, seal_all

Change = Callable[[dict[str, Any]], object]


LATE = top_up()


@pytest.fixture(scope="module")
def journal(server_url: str, template: str) -> Iterator[Connection]:
    """Give thirteen seals of three leaves each, and one entry that is not sealed."""
    with cloned(server_url, template) as database:
        top_ups = [top_up(amount=number) for number in range(1, 38)]
        prepare(database.owner, [fill(), *top_ups, hold(5)])
        seal_all(database, size=3)
        prepare(database.owner, [LATE])
        with database.app.connect() as session:
            yield session


def keys(session: Connection) -> list[Key]:
    return [leaf.key for block in reading.blocks(session) for leaf in block.leaves]


def test_every_row_is_proved_up_to_every_head(journal: Connection) -> None:
    """Each row leads to its seal and to each seal from there on; the JSON form says the same."""
    for key in keys(journal):
        place = reading.place(journal, *key)
        assert place is not None
        for head in range(place[0], 14):
            proof = proofs.prove(journal, key, head)
            assert (proof.seal.number, proof.index, proof.head.number) == (*place, head)
            proofs.check(proof, KEYS, published=[proof.head])
            assert proofs.proof(proofs.of_proof(proof)) == proof


def test_the_head_is_the_newest_seal_unless_said(journal: Connection) -> None:
    """A proof leads as far as there is."""
    assert proofs.prove(journal, keys(journal)[0]).head.number == 13


def test_what_has_no_proof_says_why(journal: Connection) -> None:
    """Unknown, not sealed yet, and no way to that head are three answers."""
    with pytest.raises(UnknownRow):
        proofs.prove(journal, Key("entry", new_id()))
    with pytest.raises(NotSealedYet):
        proofs.prove(journal, Key("entry", LATE.id))
    last = keys(journal)[-1]
    for head in (12, 14):
        with pytest.raises(UnknownSeal):
            proofs.prove(journal, last, head)


def proof(session: Connection) -> Proof:
    return proofs.prove(session, keys(session)[16], 12)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda p: replace(p, leaf=p.leaf._replace(reference="other")), "is not leaf 1 of seal 6"),
        (lambda p: replace(p, leaf=p.leaf._replace(postings=())), "is not leaf 1 of seal 6"),
        (lambda p: replace(p, index=0), "is not leaf 0 of seal 6"),
        (lambda p: replace(p, path=p.path[:-1]), "is not leaf 1 of seal 6"),
        (lambda p: replace(p, path=[*p.path, bytes(32)]), "is not leaf 1 of seal 6"),
        (lambda p: replace(p, seal=replace(p.seal, root=bytes(32))), "no trusted key has signed seal 6"),
        (lambda p: replace(p, head=replace(p.head, history=bytes(32))), "no trusted key has signed seal 12"),
        (lambda p: replace(p, history_path=p.history_path[:-1]), "not in the history of seal 12"),
        (lambda p: replace(p, history_path=[]), "not in the history of seal 12"),
        (lambda p: replace(p, head=p.seal), "not in the history of seal 6"),
    ],
)
def test_a_proof_of_something_else_fails(
    journal: Connection, change: Callable[[Proof], Proof], says: str
) -> None:
    """Another row, place, path, seal or head is not proved."""
    with pytest.raises(NotProved, match=says):
        proofs.check(change(proof(journal)), KEYS)


def test_a_proof_needs_the_key_and_keeps_to_what_was_published(journal: Connection) -> None:
    """Without the key nothing is proved; with another published seal of that number, neither."""
    found = proof(journal)
    with pytest.raises(NotProved, match="no trusted key"):
        proofs.check(found, {})
    for seal in (found.seal, found.head):
        other = replace(seal, root=bytes(32))
        with pytest.raises(NotProved, match=f"seal {seal.number} is not the one that was published"):
            proofs.check(found, KEYS, published=[other])


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record.update(format="other"),
        lambda record: record.pop("entry"),
        lambda record: record.update(hold=record["entry"]),
        lambda record: record["entry"].update(reference="other"),
        lambda record: record["entry"].pop("kind"),
        lambda record: record["entry"].update(recorded_at="2026-03-02T04:30:00"),
        lambda record: record.update(leaf="00"),
        lambda record: record.update(leaf_hash="00" * 32),
        lambda record: record.update(index="1"),
        lambda record: record.update(path="00"),
        lambda record: record["path"].append("00"),
        lambda record: record["seal"].update(hash="00" * 32),
        lambda record: record["seal"].update(leaves=4),
        lambda record: record["seal"].pop("kid"),
        lambda record: record.pop("head"),
    ],
)
def test_a_broken_file_is_no_proof(journal: Connection, change: Change) -> None:
    """What was changed in the JSON is refused when it is read."""
    record = proofs.of_proof(proof(journal))
    change(record)
    with pytest.raises(MalformedRecord):
        proofs.proof(record)


@pytest.mark.parametrize("value", [None, [], "text", 5, {}])
def test_nonsense_is_no_proof(value: object) -> None:
    """Whatever JSON comes, the answer is the same."""
    with pytest.raises(MalformedRecord):
        proofs.proof(value)


def test_each_seal_extends_all_before_it(journal: Connection) -> None:
    """For every pair a proof is made, and holds; for no other pair does it."""
    for second in range(2, 14):
        for first in range(1, second):
            made = proofs.extension(journal, first, second)
            proofs.check_extension(made, KEYS)
            if first > 1:
                fewer = reading.seals(journal, first - 1, first - 1)[0]
                with pytest.raises(NotProved):
                    proofs.check_extension(replace(made, first=fewer), KEYS)


@pytest.mark.parametrize(
    "change",
    [
        lambda made: replace(made, inclusion=made.inclusion[:-1]),
        lambda made: replace(made, consistency=made.consistency[:-1]),
        lambda made: replace(made, consistency=[bytes(32), *made.consistency[1:]]),
        lambda made: replace(made, first=replace(made.first, root=bytes(32))),
        lambda made: replace(made, first=made.second, second=made.first),
        lambda made: replace(made, second=made.first),
    ],
)
def test_a_wrong_extension_fails(journal: Connection, change: Callable[[Extension], Extension]) -> None:
    """Neither path may be changed, nor the seals."""
    with pytest.raises(NotProved):
        proofs.check_extension(change(proofs.extension(journal, 6, 13)), KEYS)


@pytest.mark.parametrize(("first", "second"), [(0, 5), (5, 5), (6, 5), (5, 14)])
def test_there_is_no_way_back(journal: Connection, first: int, second: int) -> None:
    """A seal extends none that is newer, or not there."""
    with pytest.raises(UnknownSeal):
        proofs.extension(journal, first, second)
