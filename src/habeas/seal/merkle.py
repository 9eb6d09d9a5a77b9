"""Merkle trees of RFC 6962 (section 2.1) over SHA-256: a root that grows leaf by leaf, inclusion proofs, and their check.

It knows nothing of what a leaf says. An empty tree's root is the SHA-256 of nothing.
"""

import hashlib
from collections.abc import Sequence
from typing import Self

HASH = 32
"""Bytes of every hash here."""


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """What has to be kept of a tree to append to it: the roots of its full subtrees, largest first."""

    __slots__ = ("_roots", "size")

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        """Go on from a tree of ``size`` leaves; raise ValueError where ``roots`` are not as many as its bits."""
        if len(roots) != size.bit_count() or any(len(one) != HASH for one in roots):
            message = "a frontier has one root a bit of its size"
            raise ValueError(message)
        self.size = size
        self._roots = list(roots)

    @property
    def roots(self) -> tuple[bytes, ...]:
        """The roots, largest subtree first."""
        return tuple(self._roots)

    def add(self, leaf: bytes) -> None:
        """Append one leaf."""
        new, size = leaf_hash(leaf), self.size
        while size & 1:
            new = node_hash(self._roots.pop(), new)
            size >>= 1
        self._roots.append(new)
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far."""
        if not self._roots:
            return hashlib.sha256().digest()
        found = self._roots[-1]
        for one in reversed(self._roots[:-1]):
            found = node_hash(one, found)
        return found

    def copy(self) -> Self:
        """Another that grows by itself."""
        return type(self)(self.size, self._roots)


def _split(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else hashlib.sha256().digest()
    at = _split(len(hashes))
    return node_hash(root_of(hashes[:at]), root_of(hashes[at:]))


def inclusion_proof(index: int, hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """The audit path of leaf ``index`` in the tree of ``hashes``, lowest first. Raises ValueError for an index outside."""
    if not 0 <= index < len(hashes):
        message = "no such leaf"
        raise ValueError(message)
    if len(hashes) == 1:
        return ()
    at = _split(len(hashes))
    if index < at:
        return (*inclusion_proof(index, hashes[:at]), root_of(hashes[at:]))
    return (*inclusion_proof(index - at, hashes[at:]), root_of(hashes[:at]))


def proves(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether ``path`` shows that ``leaf`` stands at ``index`` in the tree of ``size`` leaves with that ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf_hash(leaf)
    for one in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(one, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root
