"""Where files wait between the browser and their sealing: on disk under a key that is nowhere but in memory, so that nobody waits for a slow sender.

Small files stay in memory; of larger ones each mebibyte is sealed by itself (AES-256-GCM, NIST SP 800-38D, a counter as nonce, one key a spool). The
spool lies in the vault's ``tmp``, which is emptied at every opening. What it does not do: outlive the upload.
"""

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Self

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

IN_MEMORY = 4 << 20
"""Bytes of all files together that are kept in memory; what comes after them goes to the disk."""
PIECE = 1 << 20
_TAG = 16


class Spooled(msgspec.Struct, kw_only=True):
    """One file: its name as the browser gave it, its size; in memory, or in pieces of ``sizes`` bytes from ``start`` in the spool, from ``nonce``."""

    name: str
    size: int = 0
    inline: bytes = b""
    start: int = 0
    nonce: int = 0
    sizes: list[int] = []


class Spool:
    """Files of one upload. Use as a context manager: at its end nothing is left."""

    def __init__(self, folder: Path) -> None:
        """``folder``: the vault's own for what has no name yet; nothing is written before it is needed."""
        self._path = folder / secrets.token_hex(8)
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._stream: BinaryIO | None = None
        self._used = self._count = self._at = 0
        self.files: list[Spooled] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is not None:
            self._stream.close()
        self._path.unlink(missing_ok=True)
        del self._cipher

    def add(self, name: str, pieces: Iterable[bytes]) -> Spooled:
        """Take one file to its end."""
        waiting = bytearray()
        file = Spooled(name=name, start=self._at, nonce=self._count)
        for piece in pieces:
            file.size += len(piece)
            if self._used + file.size <= IN_MEMORY:
                waiting += piece
                continue
            if waiting and len(waiting) + len(piece) > PIECE:
                self._write(file, waiting)
                waiting = bytearray()
            if not waiting and len(piece) >= PIECE // 2:  # as it came, without another copy
                self._write(file, piece)
            else:
                waiting += piece
        if file.sizes or self._used + len(waiting) > IN_MEMORY:
            if waiting:
                self._write(file, waiting)
        else:
            file.inline = bytes(waiting)
            self._used += len(waiting)
        self.files.append(file)
        return file

    def _write(self, file: Spooled, piece: bytes | bytearray) -> None:
        if self._stream is None:
            self._path.parent.mkdir(exist_ok=True, mode=0o700)
            self._path.touch(0o600, exist_ok=False)
            self._stream = self._path.open("r+b")
        sealed = self._cipher.encrypt(self._count.to_bytes(12, "big"), piece, None)
        self._stream.write(sealed)
        file.sizes.append(len(piece))
        self._count += 1
        self._at += len(sealed)

    def pieces(self, file: Spooled) -> Iterator[bytes]:
        """The bytes of a file, from its beginning."""
        if not file.sizes:
            yield file.inline
            return
        if self._stream is not None:
            self._stream.flush()
        nonce = file.nonce
        with self._path.open("rb") as stream:
            stream.seek(file.start)
            for size in file.sizes:
                yield self._cipher.decrypt(nonce.to_bytes(12, "big"), stream.read(size + _TAG), None)
                nonce += 1

    def batches(self, most_files: int = 50, most_bytes: int = 64 << 20) -> Iterator[list[Spooled]]:
        """The files in the order in which they came, in helpings after which others get their turn."""
        batch: list[Spooled] = []
        size = 0
        for file in self.files:
            if batch and (len(batch) >= most_files or size + file.size > most_bytes):
                yield batch
                batch, size = [], 0
            batch.append(file)
            size += file.size
        if batch:
            yield batch
