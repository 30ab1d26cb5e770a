"""Sealing: what is not sealed yet becomes the leaves of the next seal."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from ledger import literals
from ledger.seals import merkle, reading
from ledger.seals.leaves import KINDS, Leaf, encoded, recorded_at
from ledger.seals.reading import Key
from ledger.seals.seal import FIRST_PREVIOUS, LEAVES_MAX, Seal, header

_LOCK: Final = "/* lock: seal */ SELECT pg_try_advisory_xact_lock(hashtextextended('ledger.seal', 0))"
_WAIT: Final = "/* lock: seal */ SELECT pg_advisory_xact_lock(hashtextextended('ledger.seal', 0)) IS NOT NULL"
_SEAL: Final = """
SELECT ledger.seal(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s::uuid[], %s::bytea[])
"""


def seal(
    session: Connection,
    keys: Sequence[Key],
    sign: Callable[[bytes], bytes],
    kid: str,
    now: datetime,
    *,
    wait: bool = False,
) -> Seal | None:
    """Seal those of the rows that exist and are not sealed yet; at most 10,000 keys.

    None when there are none, or when somebody else is sealing right now, unless told to `wait`. `sign` gives the
    Ed25519 signature by the key that is called `kid`. The seal stands when the caller's transaction commits, which
    must be READ COMMITTED. A row that commits later is in no seal, and so in a later one.
    """
    if len(keys) > LEAVES_MAX:
        raise ValueError(f"a seal has at most {LEAVES_MAX} leaves")
    if not keys or not session.exec_driver_sql(_WAIT if wait else _LOCK).scalar_one():
        return None
    leaves = reading.leaves(session, keys, unsealed=True)
    if not leaves:
        return None
    return _write(session, leaves, sign, kid, now)


def _write(
    session: Connection, leaves: list[Leaf], sign: Callable[[bytes], bytes], kid: str, now: datetime
) -> Seal:
    last = reading.last_seal(session)
    size = last.number if last else 0
    covering = reading.history(session, [(start, end) for start, end in merkle.cover(0, size)])
    hashes = [merkle.leaf_hash(encoded(leaf)) for leaf in leaves]
    number, previous = size + 1, last.hash if last else FIRST_PREVIOUS
    history, root = merkle.folded(covering), merkle.root(hashes)
    times = (recorded_at(leaves[0]), recorded_at(leaves[-1]), now)
    signature = sign(header(number, previous, history, root, len(leaves), times, kid))
    made = Seal(number, previous, history, root, len(leaves), *times, kid, signature)
    subtree = merkle.grow(covering, size, made.hash)
    columns = (
        literals.words(KINDS[type(leaf)] for leaf in leaves),
        literals.words(leaf.id for leaf in leaves),
        literals.blobs(hashes),
    )
    session.exec_driver_sql(
        _SEAL, (number, previous, history, root, *times, kid, signature, made.hash, subtree, *columns)
    )
    return made
