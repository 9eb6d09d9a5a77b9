"""Bytes that are taken before their case has its turn: small ones in memory, large ones sealed as they come, under a key that only memory holds.

A large one is an age payload in the vault's ``tmp``, as the case will hold it; to adopt it is to give it its name. What it does not do: outlive the
process, say which case.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack

from habeas.seal.age import FILE_KEY, Sealer, open_chunks, payload_size
from habeas.vault.disk import Disk
from habeas.vault.objects import CHUNK, SMALL
from habeas.vault.padding import padded_size

Progress = Callable[[int], None]
"""Called with the bytes sealed so far of one file."""


class SealedAhead:
    """A large file, sealed; iterating gives its bytes back. It waits until it is adopted by a draft, or dropped."""

    def __init__(self, disk: Disk, first: bytes, rest: Iterable[bytes], progress: Progress) -> None:
        """Seal a stream to its end; ``first``: what came of it already. Nothing stays where the stream raises."""
        self.disk, self.file_key = disk, os.urandom(FILE_KEY)
        self._held = ExitStack()
        with self._held:
            self._new = self._held.enter_context(disk.new_file())
            self._seal(first, rest, progress)
            self._held = self._held.pop_all()

    def _seal(self, first: bytes, rest: Iterable[bytes], progress: Progress) -> None:
        sha256, cipher, size = hashlib.sha256(first), hashlib.sha256(), len(first)

        def sink(data: bytes | memoryview) -> None:
            cipher.update(data)
            self._new.write(data)

        sealer = Sealer(self.file_key, sink)
        sealer.write(first)
        for piece in rest:
            sha256.update(piece)
            sealer.write(piece)
            size += len(piece)
            progress(size)
        for zeros in _zeros(padded_size(size) - size):
            sealer.write(zeros)
        sealer.close()
        self.size, self.sha256, self.payload = size, sha256.digest(), cipher.digest()

    def __iter__(self) -> Iterator[bytes]:
        """The bytes, while it waits."""
        left = self.size
        with self._new.reading() as stream:
            for piece in open_chunks(self.file_key, iter(lambda: stream.read(CHUNK), b"")):
                if left:
                    yield piece[:left]
                left -= min(left, len(piece))

    def keep(self, path: str) -> None:
        """Give it its name in a case."""
        self._new.keep(path)

    def drop(self) -> None:
        """Forget it, unless it was kept."""
        self._held.close()


def take(disk: Disk, pieces: Iterable[bytes], progress: Progress = lambda _: None) -> bytes | SealedAhead:
    """A stream to its end: in memory where it is small enough for a pack, else sealed."""
    held: list[bytes] = []
    size, source = 0, iter(pieces)
    for piece in source:
        held.append(piece)
        size += len(piece)
        if payload_size(padded_size(size)) >= SMALL:
            return SealedAhead(disk, b"".join(held), source, progress)
    return held[0] if len(held) == 1 else b"".join(held)


def _zeros(count: int) -> Iterable[bytes]:
    while count > 0:
        yield bytes(min(count, SMALL))
        count -= SMALL
