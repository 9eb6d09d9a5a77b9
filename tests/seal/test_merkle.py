"""Merkle trees: the roots that Certificate Transparency published, a frontier that grows to the same root, proofs that prove nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.seal.merkle import Frontier, inclusion_proof, leaf_hash, node_hash, proves, root_of

# The reference tree of RFC 6962's own test data (certificate-transparency/go merkle tests): leaves, and the root after each.
LEAVES = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

leaves = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


def test_the_published_roots_come_out():
    frontier = Frontier()
    assert frontier.root().hex() == root_of([]).hex() == EMPTY
    for number, leaf in enumerate(LEAVES, 1):
        frontier.add(leaf)
        assert frontier.root().hex() == ROOTS[number - 1]
        assert root_of([leaf_hash(one) for one in LEAVES[:number]]).hex() == ROOTS[number - 1]


def test_the_published_proofs_come_out():
    """The same test data: the audit path of leaf 5 of 8, and of leaf 2 of 3."""
    hashes = [leaf_hash(one) for one in LEAVES]
    assert [one.hex() for one in inclusion_proof(5, hashes)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [one.hex() for one in inclusion_proof(2, hashes[:3])] == [ROOTS[1]]


@given(leaves)
def test_a_frontier_that_grows_has_the_root_of_all_leaves(some):
    frontier = Frontier()
    for number, leaf in enumerate(some, 1):
        frontier.add(leaf)
        assert frontier.root() == root_of([leaf_hash(one) for one in some[:number]])
        assert len(frontier.roots) == number.bit_count()


@given(leaves, leaves)
def test_a_frontier_goes_on_from_what_was_kept_of_it(before, after):
    first = Frontier()
    for leaf in before:
        first.add(leaf)
    other, again = first.copy(), Frontier(first.size, first.roots)
    for leaf in after:
        other.add(leaf)
        again.add(leaf)
    assert other.root() == again.root() == root_of([leaf_hash(one) for one in before + after])
    assert first.root() == root_of([leaf_hash(one) for one in before])


@pytest.mark.parametrize(("size", "roots"), [(1, []), (0, [bytes(32)]), (3, [bytes(32)]), (1, [bytes(31)]), (2, [bytes(32)] * 2)])
def test_a_frontier_that_cannot_be_is_refused(size, roots):
    with pytest.raises(ValueError, match="one root a bit"):
        Frontier(size, roots)


@given(leaves, st.data())
def test_a_proof_holds_for_its_leaf_at_its_place_and_for_no_other(some, data):
    hashes = [leaf_hash(one) for one in some]
    index = data.draw(st.integers(0, len(some) - 1))
    path, root = inclusion_proof(index, hashes), root_of(hashes)
    assert proves(some[index], index, len(some), path, root)
    assert not proves(some[index] + b"x", index, len(some), path, root)
    assert not proves(some[index], index, len(some), path, root[:-1] + bytes([root[-1] ^ 1]))
    assert not proves(some[index], index, len(some), (*path, bytes(32)), root)
    for other in range(-1, len(some) + 1):
        if other != index and not (0 <= other < len(some) and hashes[other] == hashes[index]):
            assert not proves(some[index], other, len(some), path, root)
    if path:
        assert not proves(some[index], index, len(some), path[:-1], root)
        at = data.draw(st.integers(0, len(path) - 1))
        changed = bytes([path[at][0] ^ 1]) + path[at][1:]
        assert not proves(some[index], index, len(some), (*path[:at], changed, *path[at + 1 :]), root)


def test_a_node_cannot_pass_for_a_leaf():
    one, two = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(one + two) != node_hash(one, two) == root_of([one, two])


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index):
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(index, [bytes(32)] * 3)
    assert not proves(b"", index, 3, (), bytes(32))
    assert not proves(b"", 0, 0, (), bytes(32))
