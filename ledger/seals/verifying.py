"""Verification: every leaf, root, link and signature once more, and every balance.

It trusts nothing but the public keys, and a published seal if there is one. It knows no database: the books are
read from live rows or from an export alike.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger.seals import merkle
from ledger.seals.findings import Finding, Problem
from ledger.seals.leaves import Leaf, encoded, name, order, recorded_at, title
from ledger.seals.reading import Block, SealedLeaf, Totals
from ledger.seals.replay import Replay
from ledger.seals.seal import FIRST_PREVIOUS, Seal, is_signed

FINDINGS_MAX: Final = 1_000
UNSEALED_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Books:
    """What is verified, each part read once and in this order. `strays` are entries that have postings alone."""

    blocks: Iterable[Block]
    unsealed: Iterable[Leaf]
    totals: Iterable[Totals]
    strays: Iterable[str] = ()


@dataclass(slots=True)
class Report:
    """What was read and found. At most 1,000 findings are kept; `found` counts all."""

    last: Seal | None = None
    seals: int = 0
    leaves: int = 0
    postings: int = 0
    unsealed: int = 0
    found: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return self.found == 0


def verify(
    books: Books,
    keys: Mapping[str, Ed25519PublicKey],
    now: datetime,
    *,
    published: Sequence[Seal] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> Report:
    """Verify the books against the trusted keys, and against seals that were published before.

    `progress` is told after each seal how many leaves it had.
    """
    report = Report()
    replay = Replay()
    with _without_collector():
        for finding in _findings(books, _Chain(keys, published), replay, now, report, progress):
            report.found += 1
            if len(report.findings) < FINDINGS_MAX:
                report.findings.append(finding)
    report.postings = replay.postings
    return report


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of rows, which have none: it takes half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _findings(
    books: Books,
    chain: "_Chain",
    replay: Replay,
    now: datetime,
    report: Report,
    progress: Callable[[int], None],
) -> Iterator[Finding]:
    for block in books.blocks:
        yield from chain.add(block.seal)
        yield from _block(block)
        for sealed in block.leaves:
            if sealed.leaf is not None:
                yield from replay.add(sealed.leaf)
        report.last = block.seal
        report.seals += 1
        report.leaves += len(block.leaves)
        progress(len(block.leaves))
    yield from chain.finish()
    for leaf in books.unsealed:
        yield from replay.add(leaf)
        report.unsealed += 1
        if recorded_at(leaf) < now - UNSEALED_FOR:
            detail = f"is in no seal, though it says that it was recorded at {recorded_at(leaf).isoformat()}"
            yield Finding(Problem.UNSEALED, name(leaf), detail)
    yield from replay.finish(books.totals)
    for stray in books.strays:
        yield Finding(Problem.STRAY, stray, "has postings, and does not exist")


@dataclass(slots=True)
class _Chain:
    """The seals so far, as far as they follow from each other.

    The hash of a seal is taken from the seal after it, where there is one: so a seal that was replaced is named
    alone, and those after it are not doubted for its sake.
    """

    keys: Mapping[str, Ed25519PublicKey]
    published: Sequence[Seal]
    last: Seal | None = None
    size: int = 0
    history: list[bytes] | None = field(default_factory=list)

    def add(self, seal: Seal) -> Iterator[Finding]:
        """Take the next seal in, and say what is wrong with it as a seal."""
        what = f"seal {seal.number}"
        if not is_signed(seal, self.keys):
            known = (
                "the signature is not its key's" if seal.kid in self.keys else "its key is not a trusted one"
            )
            yield Finding(Problem.FORGED, what, f"{known} ({seal.kid})")
        yield from self._follow(seal, what)
        if self.history is not None and seal.history != merkle.folded(self.history):
            yield Finding(Problem.CHAIN_BROKEN, what, "the root over the seals before it is another one")
            self.history = None  # said once: whatever comes after would only repeat it
        for published in self.published:
            if published.number == seal.number and published.hash != seal.hash:
                detail = f"another one was published, with the hash {published.hash.hex()}"
                yield Finding(Problem.RE_SIGNED, what, detail)
        self.last = seal

    def _follow(self, seal: Seal, what: str) -> Iterator[Finding]:
        expected = self.last.number + 1 if self.last else 1
        before = self.last.hash if self.last else FIRST_PREVIOUS
        if seal.number == expected:
            if seal.previous != before:
                yield Finding(
                    Problem.CHAIN_BROKEN, what, f"it does not follow seal {seal.number - 1} as that is now"
                )
        elif seal.number > expected:
            detail = f"seals {expected} to {seal.number - 1} are not there"
            yield Finding(Problem.GONE, f"seal {expected}", detail)
        else:
            yield Finding(Problem.CHAIN_BROKEN, what, f"it comes after seal {expected - 1}")
        if self.last is not None:
            self._grow(self.last.hash if seal.number > expected else seal.previous)
        if seal.number == expected + 1:
            self._grow(seal.previous)  # of one missing seal its successor knows the hash
        elif seal.number != expected:
            self.history = None

    def _grow(self, hash_: bytes) -> None:
        if self.history is not None:
            merkle.grow(self.history, self.size, hash_)
            self.size += 1

    def finish(self) -> Iterator[Finding]:
        """Say which published seals were not there at all, and which were no seals of ours."""
        last = self.last.number if self.last else 0
        for published in self.published:
            if not is_signed(published, self.keys):
                detail = "no trusted key has signed the published one"
                yield Finding(Problem.FORGED, f"seal {published.number}", detail)
            if published.number > last:
                detail = f"it was published, and the last one here is {last}"
                yield Finding(Problem.GONE, f"seal {published.number}", detail)


def _block(block: Block) -> Iterator[Finding]:
    """Compare a seal with its leaves."""
    seal, what = block.seal, f"seal {block.seal.number}"
    stored = [sealed.hash for sealed in block.leaves]
    present = [_hash(sealed) for sealed in block.leaves]
    differing = [
        sealed
        for sealed, now in zip(block.leaves, present, strict=True)
        if now is not None and now != sealed.hash
    ]
    is_signed_so = merkle.root([now or then for now, then in zip(present, stored, strict=True)]) == seal.root
    for sealed, now in zip(block.leaves, present, strict=True):
        if now is None:
            yield Finding(Problem.GONE, title(*sealed.key), f"it is leaf {sealed.position} of {what}")
    for sealed in differing:
        whose = "its stored hash" if is_signed_so else "it"
        detail = f"{whose} was changed after it became leaf {sealed.position} of {what}"
        yield Finding(Problem.CHANGED, title(*sealed.key), detail)
    yield from _places(block, what)
    if not is_signed_so and merkle.root(stored) != seal.root:
        yield Finding(Problem.ROOT_DIFFERS, what, _suspects(block))


def _hash(sealed: SealedLeaf) -> bytes | None:
    return None if sealed.leaf is None else merkle.leaf_hash(encoded(sealed.leaf))


def _places(block: Block, what: str) -> Iterator[Finding]:
    """Compare the leaves with their number, their places and their times."""
    seal, leaves = block.seal, block.leaves
    if [sealed.position for sealed in leaves] != list(range(seal.leaves)):
        yield Finding(
            Problem.GONE,
            what,
            f"it has {seal.leaves} leaves; {len(leaves)} are there, or not in their places",
        )
    known = [sealed.leaf for sealed in leaves if sealed.leaf is not None]
    for before, after in pairwise(known):
        if order(before) >= order(after):
            detail = f"stands after {name(before)} in {what}, and belongs before it"
            yield Finding(Problem.REORDERED, name(after), detail)
    if len(known) == seal.leaves:
        times = [recorded_at(leaf) for leaf in known]
        if (min(times), max(times)) != (seal.first_at, seal.last_at):
            yield Finding(Problem.ROOT_DIFFERS, what, "its leaves have other times than it says")


def _suspects(block: Block) -> str:
    names = ", ".join(title(*sealed.key) for sealed in block.leaves[:3])
    more = f" and {len(block.leaves) - 3} more" if len(block.leaves) > 3 else ""  # noqa: PLR2004  as above
    return f"its leaves do not make the root that was signed: {names}{more}"
