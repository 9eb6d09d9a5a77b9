"""SHA-256 (FIPS 180-4) of bytes and of streams, and the type of its hex form.

It compares nothing and opens nothing. A digest says that bytes are the same, not who wrote them: see `signature`.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, NewType

Sha256Hex = NewType("Sha256Hex", str)
"""64 lower-case hexadecimal digits."""

CHUNK = 1 << 20
"""Bytes read from a stream at one time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What identifies some content: its SHA-256, and its size in bytes."""

    sha256: Sha256Hex
    size: int


def parse_sha256_hex(untrusted: str) -> Sha256Hex:
    """Return `untrusted` if it is 64 lower-case hexadecimal digits and nothing else. Raises ValueError."""
    if not re.fullmatch("[0-9a-f]{64}", untrusted):
        message = "a SHA-256 is 64 lower-case hexadecimal digits"
        raise ValueError(message)
    return Sha256Hex(untrusted)


def digest_bytes(content: bytes) -> Digest:
    """Return the digest of bytes in memory."""
    return digest_chunks((content,))


def digest_chunks(chunks: Iterable[bytes]) -> Digest:
    """Return the digest of the chunks one after another; holds one at a time."""
    sha256, size = hashlib.sha256(), 0
    for chunk in chunks:
        sha256.update(chunk)
        size += len(chunk)
    return Digest(sha256=Sha256Hex(sha256.hexdigest()), size=size)


def digest_stream(stream: BinaryIO) -> Digest:
    """Return the digest of what is left in a stream that blocks; does not close it. Raises what `read` raises."""
    return digest_chunks(read_chunks(stream))


def read_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what is left in a stream that blocks, `CHUNK` bytes at a time."""
    return iter(lambda: stream.read(CHUNK), b"")
