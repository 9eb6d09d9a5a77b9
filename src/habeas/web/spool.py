"""Where files wait between the browser and their sealing: on disk under a key that is nowhere but in memory, so that nobody waits for a slow sender.

Small files stay in memory; of larger ones each mebibyte is sealed by itself (AES-256-GCM, NIST SP 800-38D, a counter as nonce, one key a spool). The
spool lies in the vault's ``tmp``, which is emptied at every opening. What it does not do: outlive the upload.
"""

import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

IN_MEMORY = 4 << 20
"""Bytes of all files together that are kept in memory; what comes after them goes to the disk."""
PIECE = 1 << 20
_TAG = 16


class Spooled(msgspec.Struct, kw_only=True):
    """One file: its name as the browser gave it, its size in bytes; in memory, or as pieces from ``start`` in the spool, counted from ``nonce``."""

    name: str
    size: int = 0
    inline: bytes = b""
    start: int = 0
    nonce: int = 0


class Spool:
    """Files of one upload. Use as a context manager: at its end nothing is left."""

    def __init__(self, folder: Path) -> None:
        """``folder``: the vault's own for what has no name yet; nothing is written before it is needed."""
        self._path = folder / secrets.token_hex(8)
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._used = self._count = self._at = 0
        self.files: list[Spooled] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)
        del self._cipher

    def add(self, name: str, pieces: Iterable[bytes]) -> Spooled:
        """Take one file to its end."""
        waiting = bytearray()
        file = Spooled(name=name, start=self._at, nonce=self._count)
        for piece in pieces:
            waiting += piece
            file.size += len(piece)
            while len(waiting) >= PIECE and (self._used + file.size > IN_MEMORY):
                self._write(bytes(waiting[:PIECE]))
                del waiting[:PIECE]
        if self._at > file.start or self._used + len(waiting) > IN_MEMORY:
            if waiting:
                self._write(bytes(waiting))
        else:
            file.inline = bytes(waiting)
            self._used += len(waiting)
        self.files.append(file)
        return file

    def _write(self, piece: bytes) -> None:
        if not self._path.exists():
            self._path.parent.mkdir(exist_ok=True, mode=0o700)
            self._path.touch(0o600, exist_ok=False)
        sealed = self._cipher.encrypt(self._count.to_bytes(12, "big"), piece, None)
        with self._path.open("ab") as stream:
            stream.write(sealed)
        self._count += 1
        self._at += len(sealed)

    def pieces(self, file: Spooled) -> Iterator[bytes]:
        """The bytes of a file, from its beginning."""
        if file.inline or not file.size:
            yield file.inline
            return
        left, nonce = file.size, file.nonce
        with self._path.open("rb") as stream:
            stream.seek(file.start)
            while left:
                size = min(PIECE, left)
                yield self._cipher.decrypt(nonce.to_bytes(12, "big"), stream.read(size + _TAG), None)
                left -= size
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
