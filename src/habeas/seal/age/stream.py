"""Payloads of age files: a 16-byte nonce, then chunks of 64 KiB under ChaCha20-Poly1305 (RFC 8439) in the STREAM construction.

A chunk is given out only after its tag was checked; that nothing is missing is known only at the end, so a caller that cares keeps
what it gets aside until the iteration has ended.
"""

import os
from collections.abc import Callable, Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from habeas.seal.age.errors import HeaderError, PayloadError
from habeas.seal.age.header import hkdf

CHUNK = 1 << 16
"""Plaintext bytes of every chunk but the last."""
TAG = 16
NONCE = 16
OVERHEAD = NONCE + TAG
"""Bytes that the shortest payload adds to its content."""
_BATCH = 16
_LAST = b"\x01"
_MORE = b"\x00"


def payload_size(plain: int) -> int:
    """Bytes of the payload of ``plain`` bytes."""
    return NONCE + plain + TAG * max(1, -(-plain // CHUNK))


def _cipher(file_key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hkdf(file_key, nonce, b"payload"))


class Sealer:
    """Encrypts a stream: :meth:`write` any number of times, then :meth:`close`.

    ``sink`` gets the payload, at most 1 MiB at a time, as a view that holds only until it returns.
    """

    def __init__(self, file_key: bytes, sink: Callable[[bytes | memoryview], object]) -> None:
        """Begin a payload: the nonce goes to ``sink`` at once."""
        nonce = os.urandom(NONCE)
        self._cipher = _cipher(file_key, nonce)
        self._sink = sink
        self._held = b""
        self._count = 0
        self._buffer = memoryview(bytearray(_BATCH * (CHUNK + TAG)))
        sink(nonce)

    def write(self, plain: bytes) -> None:
        """Encrypt all that is surely not the last chunk; at least one byte is held back for that."""
        view = memoryview(plain)
        if self._held and view:
            missing = CHUNK - len(self._held)
            self._held += view[:missing]
            view = view[missing:]
            if view:
                self._seal(memoryview(self._held), 1)
                self._held = b""
        if view:
            whole = (len(view) - 1) // CHUNK
            for start in range(0, whole, _BATCH):
                self._seal(view[start * CHUNK :], min(_BATCH, whole - start))
            self._held = bytes(view[whole * CHUNK :])

    def _seal(self, view: memoryview, chunks: int) -> None:
        """Encrypt whole chunks into one buffer that is used again and again."""
        into, buffer, count = self._cipher.encrypt_into, self._buffer, self._count
        for k in range(chunks):
            place = buffer[k * (CHUNK + TAG) : (k + 1) * (CHUNK + TAG)]
            into((count + k).to_bytes(11, "big") + _MORE, view[k * CHUNK : (k + 1) * CHUNK], None, place)
        self._count += chunks
        self._sink(buffer[: chunks * (CHUNK + TAG)])

    def close(self) -> None:
        """Encrypt the last chunk, which may be empty only where nothing was written."""
        self._sink(self._cipher.encrypt(self._count.to_bytes(11, "big") + _LAST, self._held, None))


def seal_payload(file_key: bytes, plain: bytes) -> bytearray:
    """The payload of bytes in memory, encrypted into its place: copying costs more than the cipher."""
    sealed = bytearray(payload_size(len(plain)))
    sealed[:NONCE] = nonce = os.urandom(NONCE)
    into, source, target = _cipher(file_key, nonce).encrypt_into, memoryview(plain), memoryview(sealed)[NONCE:]
    last = max(0, (len(plain) - 1) // CHUNK)
    for count in range(last + 1):
        chunk = source[count * CHUNK : (count + 1) * CHUNK]
        at = count * (CHUNK + TAG)
        into(count.to_bytes(11, "big") + (_LAST if count == last else _MORE), chunk, None, target[at : at + len(chunk) + TAG])
    return sealed


def open_chunks(file_key: bytes, untrusted: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a payload that comes in pieces of any size. Raises PayloadError where it is damaged or cut, HeaderError without a nonce."""
    pieces = _exact(untrusted)
    nonce = next(pieces)
    if len(nonce) != NONCE:
        raise HeaderError("it has no nonce")
    cipher, ended = _cipher(file_key, nonce), False
    for count, piece in enumerate(pieces):
        if ended:
            raise PayloadError("something follows its end")
        plain = _open_chunk(cipher, count, piece, last=False) if len(piece) == CHUNK + TAG else None
        if plain is None:
            plain, ended = _open_chunk(cipher, count, piece, last=True), True
        if plain is None or (not plain and count):
            raise PayloadError(f"chunk {count}")
        yield plain
    if not ended:
        raise PayloadError("it was cut short")


def _open_chunk(cipher: ChaCha20Poly1305, count: int, sealed: bytes, *, last: bool) -> bytes | None:
    try:
        return cipher.decrypt(count.to_bytes(11, "big") + (_LAST if last else _MORE), sealed, None)
    except InvalidTag:
        return None


def opens_beginning(file_key: bytes, untrusted: bytes) -> bool:
    """Whether a key opens the first chunk of a payload, of which the beginning (or all) is given: 64 KiB and 32 bytes are enough."""
    if len(untrusted) < OVERHEAD:
        return False
    cipher, first = _cipher(file_key, untrusted[:NONCE]), untrusted[NONCE : NONCE + CHUNK + TAG]
    return any(_open_chunk(cipher, 0, first, last=last) is not None for last in (False, True))


def _exact(untrusted: Iterable[bytes]) -> Iterator[bytes]:
    """The nonce, then pieces of one encrypted chunk each; the last is as long as what is left."""
    held, wanted = bytearray(), NONCE
    for piece in untrusted:
        held += piece
        at = 0
        while len(held) - at >= wanted:
            yield bytes(held[at : at + wanted])
            at += wanted
            wanted = CHUNK + TAG
        del held[:at]
    if held or wanted == NONCE:
        yield bytes(held)


def open_payload(file_key: bytes, untrusted: bytes) -> bytes:
    """The content of a payload in memory. Raises PayloadError."""
    if len(untrusted) <= NONCE + CHUNK + TAG:
        if len(untrusted) < OVERHEAD:
            raise PayloadError("it is too short")
        try:
            return _cipher(file_key, untrusted[:NONCE]).decrypt(bytes(11) + _LAST, untrusted[NONCE:], None)
        except InvalidTag:
            raise PayloadError("chunk 0") from None
    return b"".join(open_chunks(file_key, (untrusted,)))
