"""Merkle trees as RFC 9162, section 2.1, has them: SHA-256, a prefix of 0 for leaves and of 1 for nodes.

A tree is never held as a tree. What a proof needs is named as ranges of leaves, each of which has one hash;
where the hashes come from (a list in memory, or a few stored subtrees) is the caller's business. Sizes and
indexes count from 0, ranges are (start, end) without the end.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

EMPTY: Final = sha256(b"").digest()
"""The root of the tree without leaves."""

Range = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    """Give the hash of a leaf."""
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Give the root over leaves whose hashes these are, in order."""
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        pairs = [
            sha256(b"\1" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        if len(level) % 2:
            pairs.append(level[-1])  # a node without a sibling moves up as it is
        level = pairs
    return level[0]


def cover(start: int, end: int) -> list[Range]:
    """Name the perfect subtrees that make up the subtree over (start, end), from left to right.

    Each is a single leaf, or else the largest perfect subtree that ends where it does. So whoever keeps, with
    each leaf, the hash that `grow` gave for it, can give the hash of any subtree of the tree by `folded`, from
    at most 64 of these hashes.
    """
    found = []
    while start < end:
        size = end - start
        if end & -end == size or size == 1:
            found.append((start, end))
            break
        half = _left_size(size)
        found.append((start, start + half))
        start += half
    return found


def folded(hashes: Sequence[bytes]) -> bytes:
    """Give the hash of a subtree from those of its `cover`."""
    if not hashes:
        return EMPTY
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def grow(covering: list[bytes], size: int, leaf: bytes) -> bytes:
    """Add a leaf to the `cover` of a tree that had `size` leaves; give the largest perfect subtree that it ends.

    `covering` holds the hashes of `cover(0, size)` before, and those of `cover(0, size + 1)` after.
    """
    subtree = leaf
    while size & 1:
        subtree = node_hash(covering.pop(), subtree)
        size >>= 1
    covering.append(subtree)
    return subtree


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """Name the subtrees whose hashes prove leaf `index` of a tree, from the leaf up (section 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("there is no such leaf")
    start, end, ranges = 0, size, []
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def inclusion_path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Give the proof that leaf `index` is in the tree over these leaves."""
    return [root(hashes[start:end]) for start, end in inclusion_ranges(index, len(hashes))]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Give the root of the tree of `size` leaves whose leaf `index` is `leaf`, by the proof (section 2.1.3.2).

    None when the path cannot belong to this place. The caller compares the root with one that it trusts.
    """
    if not 0 <= index < size:
        return None
    place, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            result = node_hash(sibling, result)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        place, last = place >> 1, last >> 1
    return result if last == 0 else None


def consistency_ranges(first: int, second: int) -> list[Range]:
    """Name the subtrees whose hashes prove that the first `first` of `second` leaves are unchanged.

    Section 2.1.4.1. Empty when the sizes are the same. The empty tree needs no proof and has none.
    """
    if not 0 < first <= second:
        raise ValueError("the first tree must have a leaf, and no more than the second")
    start, end, ranges = 0, second, []
    while first != end:
        middle = start + _left_size(end - start)
        if first <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    if start:
        ranges.append((start, end))
    return ranges[::-1]


def consistency_path(hashes: Sequence[bytes], first: int) -> list[bytes]:
    """Give the proof that the tree over these leaves grew from that over its first `first`."""
    return [root(hashes[start:end]) for start, end in consistency_ranges(first, len(hashes))]


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Tell whether the path proves that the second tree grew from the first (section 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    hashes = list(path) if first & (first - 1) else [first_root, *path]
    if not hashes:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and before == first_root and after == second_root


def _left_size(size: int) -> int:
    """Give the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
