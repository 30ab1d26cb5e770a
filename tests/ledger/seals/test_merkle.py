"""RFC 9162, section 2.1, against the vectors of the Certificate Transparency reference and against its own words."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.seals import merkle

LEAVES: Final = [
    merkle.leaf_hash(bytes.fromhex(data))
    for data in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS: Final = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C = (
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
)
D, E, F = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
INCLUSIONS: Final = [
    (0, 1, []),
    (0, 8, [D, A, E]),
    (5, 8, [B, C, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], A, B]),
]
CONSISTENCIES: Final = [
    (1, 1, []),
    (1, 8, [D, A, E]),
    (6, 8, [F, C, ROOTS[4]]),
    (2, 5, [A, B]),
]

sizes = st.integers(1, 70)


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(bytes([number])) for number in range(size)]


def definition(hashes: list[bytes]) -> bytes:
    """Give the root as section 2.1.1 defines it: split at the largest power of two below the size."""
    if len(hashes) < 2:
        return hashes[0] if hashes else merkle.EMPTY
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return merkle.node_hash(definition(hashes[:split]), definition(hashes[split:]))


def changed(path: list[bytes], place: int) -> list[bytes]:
    return [bytes(32) if number == place else hash_ for number, hash_ in enumerate(path)]


@pytest.mark.parametrize("size", range(9))
def test_roots_of_the_reference(size: int) -> None:
    """The tree over the first n reference leaves has the reference's root."""
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_inclusion_proofs_of_the_reference(index: int, size: int, path: list[str]) -> None:
    """Proofs are made as the reference makes them, and lead to its root."""
    made = merkle.inclusion_path(LEAVES[:size], index)
    assert [hash_.hex() for hash_ in made] == path
    root = merkle.root_by_inclusion(LEAVES[index], index, size, made)
    assert root is not None
    assert root.hex() == ROOTS[size]


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCIES)
def test_consistency_proofs_of_the_reference(first: int, second: int, path: list[str]) -> None:
    """Proofs are made as the reference makes them, and hold between its roots."""
    made = merkle.consistency_path(LEAVES[:second], first)
    assert [hash_.hex() for hash_ in made] == path
    roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
    assert merkle.is_consistent(first, second, *roots, made)


def test_proofs_of_the_seven_leaves_in_the_rfc() -> None:
    """The example of section 2.1.5: its tree of seven leaves, its paths by name."""
    a, b, c, d, e, f, j = (merkle.leaf_hash(b"d%d" % number) for number in range(7))
    g, h, i = merkle.node_hash(a, b), merkle.node_hash(c, d), merkle.node_hash(e, f)
    k, last = merkle.node_hash(g, h), merkle.node_hash(i, j)
    all_of = [a, b, c, d, e, f, j]
    assert merkle.root(all_of) == merkle.node_hash(k, last)
    assert merkle.inclusion_path(all_of, 0) == [b, h, last]
    assert merkle.inclusion_path(all_of, 3) == [c, g, last]
    assert merkle.inclusion_path(all_of, 4) == [f, j, k]
    assert merkle.inclusion_path(all_of, 6) == [i, k]
    assert merkle.consistency_path(all_of, 3) == [c, d, g, last]
    assert merkle.consistency_path(all_of, 4) == [last]
    assert merkle.consistency_path(all_of, 6) == [i, j, k]


@given(sizes)
def test_the_root_is_as_defined(size: int) -> None:
    """Level by level gives what the recursive definition gives."""
    assert merkle.root(leaves(size)) == definition(leaves(size))


@given(sizes, st.data())
def test_inclusion_holds_for_its_place_alone(size: int, data: st.DataObject) -> None:
    """A proof leads to the root; with another place, leaf, size or path it does not."""
    hashes = leaves(size)
    root = merkle.root(hashes)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(-1, size))
    path = merkle.inclusion_path(hashes, index)
    assert merkle.root_by_inclusion(hashes[index], index, size, path) == root
    if other != index:
        assert merkle.root_by_inclusion(hashes[index], other, size, path) != root
    assert merkle.root_by_inclusion(bytes(32), index, size, path) != root
    assert merkle.root_by_inclusion(hashes[index], index, size, [*path, bytes(32)]) is None
    if path:
        assert merkle.root_by_inclusion(hashes[index], index, size, path[:-1]) != root
        place = data.draw(st.integers(0, len(path) - 1))
        assert merkle.root_by_inclusion(hashes[index], index, size, changed(path, place)) != root


@given(sizes, st.data())
def test_consistency_holds_for_grown_trees_alone(size: int, data: st.DataObject) -> None:
    """A tree follows from each of its beginnings, and from nothing else."""
    hashes = leaves(size)
    first = data.draw(st.integers(1, size))
    roots = merkle.root(hashes[:first]), merkle.root(hashes)
    path = merkle.consistency_path(hashes, first)
    assert merkle.is_consistent(first, size, *roots, path)
    assert not merkle.is_consistent(first, size, bytes(32), roots[1], path)
    assert not merkle.is_consistent(first, size, roots[0], bytes(32), path)
    assert not merkle.is_consistent(first, size, *roots, [*path, bytes(32)])
    assert not merkle.is_consistent(size + 1, size, *roots, path)
    if path:
        assert not merkle.is_consistent(first, size, *roots, path[:-1])
        place = data.draw(st.integers(0, len(path) - 1))
        assert not merkle.is_consistent(first, size, *roots, changed(path, place))


@given(sizes)
def test_a_tree_grows_leaf_by_leaf(size: int) -> None:
    """A few hashes carry a growing tree, and with one more for each leaf every proof can be made."""
    hashes = leaves(size)
    covering: list[bytes] = []
    kept: list[bytes] = []
    for number, hash_ in enumerate(hashes):
        kept.append(merkle.grow(covering, number, hash_))
        assert merkle.folded(covering) == merkle.root(hashes[: number + 1])
    assert len(covering) == size.bit_count() == len(merkle.cover(0, size))
    for index in range(size):
        made = [
            merkle.folded([
                hashes[start] if end - start == 1 else kept[end - 1]
                for start, end in merkle.cover(*range_)
            ])
            for range_ in merkle.inclusion_ranges(index, size)
        ]  # fmt: skip
        assert made == merkle.inclusion_path(hashes, index)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    """A leaf outside the tree has no proof."""
    with pytest.raises(ValueError, match="no such leaf"):
        merkle.inclusion_ranges(index, size)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3)])
def test_no_proof_that_a_tree_shrank(first: int, second: int) -> None:
    """The empty tree has no proof, and a larger one no smaller successor."""
    with pytest.raises(ValueError, match="must have a leaf"):
        merkle.consistency_ranges(first, second)
