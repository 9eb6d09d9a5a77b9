r"""The log of one device: frames, each chained to the one before and signed (docs/formats/vault.md, "Log").

    u32 length of body | 32 B h = SHA-256(previous h || body) | 64 B Ed25519("habeas/commit/v1\\n" || h) | body

Bytes in, frames and findings out; it opens no body and touches no disk. A torn last frame is told apart from damage in the middle: the
signature of a later frame holds without the earlier ones.
"""

import enum
import hashlib
import struct
from collections.abc import Iterator
from typing import NamedTuple

from habeas.seal.ed25519 import Signer, verifies

CONTEXT = b"habeas/commit/v1\n"
HEAD = 4 + 32 + 64
SHORTEST, LARGEST = 32, 1 << 26
"""Bytes of a body: an age payload is never shorter, and a longer one is no frame."""
MOST_TRIES = 4_096
"""Signatures that are tried in vain, and one more for each 256 bytes, before a search is given up: a hostile store could make one of every offset."""


class Frame(NamedTuple):
    """A frame that holds: its h, its body, and where it ends in the bytes that were read."""

    h: bytes
    body: bytes
    end: int


class Tail(enum.Enum):
    """How a log ends."""

    CLEAN = "clean"
    TORN = "torn"
    DAMAGED = "damaged"


class Reading(NamedTuple):
    """The longest valid prefix, how it ends, and (where damaged) the frames that are signed but stand behind the damage."""

    frames: tuple[Frame, ...]
    tail: Tail
    end: int
    after: tuple[Frame, ...] = ()


def genesis(compartment: str, device: str) -> bytes:
    """The h before the first frame: binds a log to its compartment and device."""
    return hashlib.sha256(f"habeas/log/v1\n{compartment}\n{device}\n".encode()).digest()


def encode_frame(previous: bytes, body: bytes, signer: Signer) -> tuple[bytes, bytes]:
    """(the frame, its h)."""
    h = hashlib.sha256(previous + body).digest()
    return struct.pack(">I", len(body)) + h + signer.sign(CONTEXT + h) + body, h


def _cut(untrusted: bytes, at: int) -> tuple[bytes, bytes, bytes] | None:
    """(h, signature, body) of what stands at ``at``, if its length fits."""
    if at + HEAD > len(untrusted):
        return None
    (length,) = struct.unpack_from(">I", untrusted, at)
    if not SHORTEST <= length <= LARGEST or at + HEAD + length > len(untrusted):
        return None
    return untrusted[at + 4 : at + 36], untrusted[at + 36 : at + HEAD], untrusted[at + HEAD : at + HEAD + length]


def read_frames(untrusted: bytes, public_key: bytes, previous: bytes) -> Reading:
    """Read frames that follow ``previous``."""
    frames: list[Frame] = []
    at = 0
    while at < len(untrusted):
        found = _cut(untrusted, at)
        if found is None or hashlib.sha256(previous + found[2]).digest() != found[0] or not verifies(public_key, CONTEXT + found[0], found[1]):
            after = tuple(signed_frames(untrusted, public_key, at + 1))
            return Reading(tuple(frames), Tail.DAMAGED if after else Tail.TORN, at, after)
        at += HEAD + len(found[2])
        frames.append(Frame(found[0], found[2], at))
        previous = found[0]
    return Reading(tuple(frames), Tail.CLEAN, at)


def signed_frames(untrusted: bytes, public_key: bytes, at: int = 0) -> Iterator[Frame]:
    """Frames whose signature holds, whatever stands before them, searched for at every offset; only a log that does not fit pays for it.

    That a body belongs to its signed h is for the caller to check: it takes the h before (see :func:`follows`).
    """
    tries, most = 0, MOST_TRIES + len(untrusted) // 256
    while at + HEAD <= len(untrusted) and tries < most:
        found = _cut(untrusted, at)
        if found is not None and verifies(public_key, CONTEXT + found[0], found[1]):
            at += HEAD + len(found[2])
            yield Frame(found[0], found[2], at)
        else:
            tries += found is not None
            at += 1


def follows(frame: Frame, previous: bytes) -> bool:
    """Whether a frame's body and h belong together behind ``previous``."""
    return hashlib.sha256(previous + frame.body).digest() == frame.h
