"""Headers of age files: read strictly, write X25519 and scrypt stanzas, open for identities or a passphrase.

A header holds the 16-byte file key, wrapped once for each reader, and a MAC of itself under that key. It says nothing of the payload.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base  # half the time of `cryptography` for a fresh key
from nacl.exceptions import RuntimeError as SodiumError

from habeas.seal.age.errors import HeaderError, HmacError, NoMatchError
from habeas.seal.age.keys import KEY, Identity, Recipient

FILE_KEY = 16
"""Bytes of a file key."""
WORK_FACTOR = 18
"""log2 of scrypt's N: 256 MiB and about 0.6 CPU seconds a guess."""
HIGHEST_WORK_FACTOR = 20
LARGEST = 1 << 20
"""Bytes of a header that is read at all."""

_VERSION = b"age-encryption.org/v1\n"
_X25519, _SCRYPT = "X25519", "scrypt"
_INFO_X25519, _SALT_SCRYPT = b"age-encryption.org/v1/X25519", b"age-encryption.org/v1/scrypt"
_COLUMNS = 64
_WRAPPED = FILE_KEY + 16
_STANZA = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)\n", re.ASCII)
_NO_NONCE = bytes(12)


class Stanza(NamedTuple):
    """One wrapping of the file key: its type and arguments, and its body."""

    arguments: tuple[str, ...]
    body: bytes


class Parsed(NamedTuple):
    """A header that is well formed: its stanzas, the bytes that its MAC covers, and the MAC."""

    stanzas: tuple[Stanza, ...]
    covered: bytes
    mac: bytes


def hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) for 32 bytes: one block of output."""
    return hmac.digest(hmac.digest(salt or bytes(32), secret, "sha256"), info + b"\x01", "sha256")


def _b64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def _unb64(untrusted: bytes) -> bytes:
    """Canonical unpadded base64 (RFC 4648): the one spelling of the bytes, or a HeaderError."""
    try:
        raw = binascii.a2b_base64(untrusted + b"=" * (-len(untrusted) % 4), strict_mode=True) if untrusted else b""
    except binascii.Error:
        raise HeaderError("base64") from None
    if _b64(raw) != untrusted:
        raise HeaderError("base64 is not canonical")
    return raw


def split(untrusted: bytes) -> tuple[bytes, bytes]:
    """A whole age file as (header, payload). Raises HeaderError where no header ends."""
    match = re.search(rb"\n--- [^\n]*\n", untrusted[:LARGEST])
    if match is None:
        raise HeaderError("it has no end")
    return untrusted[: match.end()], untrusted[match.end() :]


def parse_header(untrusted: bytes) -> Parsed:
    """Read a header that holds nothing else. Raises HeaderError."""
    if not untrusted.startswith(_VERSION) or len(untrusted) > LARGEST:
        raise HeaderError("another version of the format, or no age file")
    at, stanzas = len(_VERSION), []
    while match := _STANZA.match(untrusted, at):
        body, at = _body(untrusted, match.end())
        stanzas.append(Stanza(tuple(match[1].decode("ascii").split(" ")), body))
    end = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n").fullmatch(untrusted, at)
    if end is None or not stanzas:
        raise HeaderError("a stanza or the last line")
    return Parsed(tuple(stanzas), untrusted[: at + 3], _unb64(end[1]))


def _body(untrusted: bytes, at: int) -> tuple[bytes, int]:
    """The body that begins at ``at``: full lines, then one shorter line, which may be empty."""
    lines: list[bytes] = []
    while True:
        end = untrusted.find(b"\n", at, at + _COLUMNS + 1)
        if end < 0:
            raise HeaderError("a line of a stanza")
        lines.append(untrusted[at:end])
        at = end + 1
        if len(lines[-1]) < _COLUMNS:
            return _unb64(b"".join(lines)), at


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(hkdf(file_key, b"", b"header"), covered, "sha256")


def _finish(file_key: bytes, stanzas: bytes) -> bytes:
    covered = _VERSION + stanzas + b"---"
    return covered + b" " + _b64(_mac(file_key, covered)) + b"\n"


def _wrap_x25519(file_key: bytes, recipient: Recipient) -> bytes:
    ephemeral = os.urandom(KEY)
    share = crypto_scalarmult_base(ephemeral)
    try:
        shared = crypto_scalarmult(ephemeral, recipient.raw)
    except SodiumError:
        raise HeaderError("a recipient of small order") from None
    wrapped = ChaCha20Poly1305(hkdf(shared, share + recipient.raw, _INFO_X25519)).encrypt(_NO_NONCE, file_key, None)
    return b"-> X25519 " + _b64(share) + b"\n" + _b64(wrapped) + b"\n"


def seal_header(file_key: bytes, recipients: Sequence[Recipient]) -> bytes:
    """A header that each of ``recipients`` can open; at least one."""
    if not recipients:
        raise HeaderError("nobody could open it")
    return _finish(file_key, b"".join(_wrap_x25519(file_key, one) for one in recipients))


def _scrypt_key(passphrase: str, salt: bytes, work: int) -> bytes:
    n = 1 << work
    return hashlib.scrypt(passphrase.encode(), salt=_SALT_SCRYPT + salt, n=n, r=8, p=1, maxmem=n * 1024 + (1 << 20), dklen=32)


def seal_header_with_passphrase(file_key: bytes, passphrase: str, work: int = WORK_FACTOR) -> bytes:
    """A header for one passphrase (scrypt, RFC 7914, N = 2^``work``, r = 8, p = 1)."""
    salt = os.urandom(16)
    wrapped = ChaCha20Poly1305(_scrypt_key(passphrase, salt, work)).encrypt(_NO_NONCE, file_key, None)
    return _finish(file_key, b"-> scrypt " + _b64(salt) + b" " + str(work).encode() + b"\n" + _b64(wrapped) + b"\n")


def open_header(untrusted: bytes, identities: Sequence[Identity] = (), passphrase: str | None = None) -> bytes:
    """The file key. Raises HeaderError, NoMatchError or HmacError.

    A scrypt stanza stands alone (the format's rule), and is not tried above a work factor of 20.
    """
    parsed = parse_header(untrusted)
    kinds = [stanza.arguments[0] for stanza in parsed.stanzas]
    if _SCRYPT in kinds and len(kinds) > 1:
        raise HeaderError("a passphrase beside other readers")
    shares = [_x25519_share(stanza) for stanza in parsed.stanzas if stanza.arguments[0] == _X25519]
    keys = [_scrypt_arguments(stanza) for stanza in parsed.stanzas if stanza.arguments[0] == _SCRYPT]
    file_key = _unwrap_x25519(shares, identities)
    if file_key is None and passphrase is not None and keys:
        salt, work, body = keys[0]
        file_key = _unwrap(_scrypt_key(passphrase, salt, work), body)
    if file_key is None:
        raise NoMatchError
    if not hmac.compare_digest(_mac(file_key, parsed.covered), parsed.mac):
        raise HmacError
    return file_key


def _x25519_share(stanza: Stanza) -> tuple[bytes, bytes]:
    if len(stanza.arguments) != 2 or len(stanza.body) != _WRAPPED:  # noqa: PLR2004  # the type and the share
        raise HeaderError("an X25519 stanza")
    share = _unb64(stanza.arguments[1].encode())
    if len(share) != KEY:
        raise HeaderError("an X25519 share")
    return share, stanza.body


def _scrypt_arguments(stanza: Stanza) -> tuple[bytes, int, bytes]:
    if len(stanza.arguments) != 3 or len(stanza.body) != _WRAPPED:  # noqa: PLR2004  # the type, the salt and the work factor
        raise HeaderError("a scrypt stanza")
    salt, work = _unb64(stanza.arguments[1].encode()), stanza.arguments[2]
    if len(salt) != 16 or not re.fullmatch("[1-9][0-9]?", work, re.ASCII) or int(work) > HIGHEST_WORK_FACTOR:  # noqa: PLR2004
        raise HeaderError("a scrypt salt or work factor")
    return salt, int(work), stanza.body


def _unwrap_x25519(shares: Sequence[tuple[bytes, bytes]], identities: Sequence[Identity]) -> bytes | None:
    for share, body in shares:
        public = X25519PublicKey.from_public_bytes(share)
        for identity in identities:
            try:
                shared = identity.key.exchange(public)
            except ValueError:  # a point of small order: the secret would be zero
                raise HeaderError("an X25519 share of small order") from None
            file_key = _unwrap(hkdf(shared, share + identity.recipient.raw, _INFO_X25519), body)
            if file_key is not None:
                return file_key
    return None


def _unwrap(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(_NO_NONCE, body, None)
    except InvalidTag:
        return None
