"""Sealing: every row in exactly one seal, whoever commits when and whoever seals at the same time."""

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

import ledger
from ledger import seals
from ledger.seals import LEAVES_MAX, Seal, leaves, merkle, reading
from tests.database import Database
from tests.ledger.builders import NOW, fill, hold, payment, prepare, top_up
from tests.ledger.seals.sealed import KEYS, seal_all, signature


def test_first(database: Database) -> None:
    """A first seal."""
    spent = hold(10)
    prepare(database.owner, [top_up(), fill(), spent, payment(spent)])
    assert seal_all(database) == 1
    with database.app.connect() as session:
        (block,) = reading.blocks(session)
        assert [leaf.hash for leaf in block.leaves] == [
            merkle.leaf_hash(leaves.encoded(leaf.leaf)) for leaf in block.leaves
        ]
    prepare(database.owner, [top_up()])
    prepare(database.owner, [top_up()])
    assert seal_all(database,1) == 2
    with database.app.connect() as session:
        x = list(reading.blocks(session))
        assert len(x)==3
        assert [b.seal.previous for b in x[1:]]==[b.seal.hash for b in x[:2]]
