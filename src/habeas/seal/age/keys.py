"""X25519 identities and recipients of age, as Bech32 (BIP 173) text and as bytes.

An identity shows no secret when printed and cannot be pickled; it leaves by :meth:`Identity.text` alone.
"""

import os
import re
from typing import NoReturn, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from habeas.seal.age.errors import AgeError

KEY = 32
"""Bytes of a secret, of a public key and of what they share."""
_SECRET, _PUBLIC = "age-secret-key-", "age"
_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATOR):
            checksum ^= generator if top >> bit & 1 else 0
    return checksum


def _regroup(values: bytes | list[int], width: int, into: int) -> tuple[list[int], int, int]:
    """Values of ``width`` bits as values of ``into`` bits; what is left over, and how many bits of it."""
    held = bits = 0
    out: list[int] = []
    for value in values:
        held, bits = held << width | value, bits + width
        while bits >= into:
            bits -= into
            out.append(held >> bits & ((1 << into) - 1))
        held &= (1 << bits) - 1
    return out, held, bits


def _encode(prefix: str, key: bytes) -> str:
    data, left, bits = _regroup(key, 8, 5)
    if bits:
        data.append(left << (5 - bits))
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = _polymod(expanded + data + [0] * 6) ^ 1
    return prefix + "1" + "".join(_ALPHABET[v] for v in [*data, *(checksum >> 5 * (5 - i) & 31 for i in range(6))])


def _decode(prefix: str, untrusted: str) -> bytes:
    """32 bytes of strict Bech32 text: one case, right checksum, zero padding. Raises AgeError, which quotes nothing."""
    text = untrusted.lower() if untrusted.isascii() else ""
    if untrusted not in (text, untrusted.upper()) or not text.startswith(prefix + "1"):
        raise AgeError("not a key of this kind")
    try:
        values = [_ALPHABET.index(c) for c in text[len(prefix) + 1 :]]
    except ValueError:
        raise AgeError("not a key of this kind") from None
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    data, left, bits = _regroup(values[:-6], 5, 8)
    if len(values) < 6 or _polymod(expanded + values) != 1 or left or bits > 4 or len(data) != KEY:  # noqa: PLR2004  # BIP 173
        raise AgeError("the key is mistyped or cut short")
    return bytes(data)


class Recipient:
    """A public key: 32 bytes; equal where the bytes are."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        """Wrap 32 bytes; raise AgeError for another length."""
        if len(raw) != KEY:
            raise AgeError("a recipient has 32 bytes")
        self.raw = raw

    @classmethod
    def parse(cls, untrusted: str) -> Self:
        """Read ``age1…``. Raises AgeError."""
        return cls(_decode(_PUBLIC, untrusted.strip()))

    @property
    def text(self) -> str:
        """``age1…`` as every age tool takes it."""
        return _encode(_PUBLIC, self.raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipient) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"Recipient({self.text})"


class Identity:
    """A secret key in memory."""

    __slots__ = ("_key", "raw", "recipient")

    def __init__(self, raw: bytes) -> None:
        """Wrap 32 secret bytes; raise AgeError for another length."""
        if len(raw) != KEY:
            raise AgeError("an identity has 32 bytes")
        self.raw = raw
        self._key = X25519PrivateKey.from_private_bytes(raw)
        self.recipient = Recipient(self._key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Self:
        """Make a new identity from the randomness of the operating system."""
        return cls(os.urandom(KEY))

    @classmethod
    def parse(cls, untrusted: str) -> Self:
        """Read ``AGE-SECRET-KEY-1…``. Raises AgeError."""
        return cls(_decode(_SECRET, untrusted.strip()))

    @property
    def key(self) -> X25519PrivateKey:
        """The same secret as an object of ``cryptography``."""
        return self._key

    def text(self) -> str:
        """``AGE-SECRET-KEY-1…``: the secret itself."""
        return _encode(_SECRET, self.raw).upper()

    def __repr__(self) -> str:
        return f"Identity(of {self.recipient.text})"

    def __reduce__(self) -> NoReturn:
        message = "an identity cannot be pickled"
        raise TypeError(message)


def parse_identities(untrusted: str) -> tuple[Identity, ...]:
    """Every key of an identity file: one a line, ``#`` lines and empty ones left out. Raises AgeError."""
    lines = [line.strip() for line in re.split(r"\r?\n", untrusted)]
    return tuple(Identity.parse(line) for line in lines if line and not line.startswith("#"))
