"""The Ed25519 key (RFC 8032, pure: no prehash, no context) that seals a dossier, in forms that stock OpenSSL reads.

Private keys are PKCS #8 (RFC 5958), public keys SPKI (RFC 8410), both as PEM (RFC 7468). This module stores no key and
decides nothing about trust: a fingerprint has to reach the recipient by another way than the bag. Checking a signature
is in `verify`, which needs no third-party code.
"""

import re
from typing import NewType, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from . import verify
from .errors import (
    KeyDamagedError,
    KeyFileEmptyError,
    KeyNotEd25519Error,
    KeyNotPemError,
    KeyNotPrivateError,
    PassphraseNeededError,
    PassphraseNotUsedError,
    PassphraseUnfitError,
    PassphraseWrongError,
)
from .pkcs8 import encrypt_pkcs8

Fingerprint = NewType("Fingerprint", str)
"""SHA-256 of a public key's SPKI DER: 64 lower-case hexadecimal digits."""

_LARGEST_KEY_FILE = 1 << 16  # bytes; an Ed25519 key takes about 120
_LONGEST_PASSPHRASE = 1023  # bytes


def parse_fingerprint(text: str) -> Fingerprint:
    """Read a fingerprint as people write it: spaces, colons, hyphens and capitals may stand. Raises ValueError."""
    return Fingerprint(verify.parse_fingerprint(text))


class SigningKey:
    """A private Ed25519 key in memory. It shows no secret when printed, and it cannot be pickled."""

    __slots__ = ("_private",)

    def __init__(self, private: Ed25519PrivateKey) -> None:
        """Wrap a key of `cryptography`; callers use `generate` or `from_pem`."""
        self._private = private

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the randomness of the operating system."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, untrusted_pem: bytes, passphrase: bytes | None = None) -> Self:
        """Read one PKCS #8 PEM block. Raises a `KeyFileError`, which says what is wrong and never quotes the file."""
        encrypted = _check_label(untrusted_pem)
        if encrypted and not passphrase:
            raise PassphraseNeededError
        if passphrase and not encrypted:
            raise PassphraseNotUsedError
        try:
            private = load_pem_private_key(untrusted_pem, passphrase or None)
        except UnsupportedAlgorithm as error:
            raise KeyNotEd25519Error from error
        except (ValueError, TypeError) as error:
            raise (PassphraseWrongError if encrypted else KeyDamagedError) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyNotEd25519Error(type(private).__name__.removesuffix("PrivateKey").lstrip("_"))
        return cls(private)

    def to_pem(self, passphrase: bytes | None) -> bytes:
        """Return PKCS #8 PEM, encrypted if there is a passphrase (see `pkcs8`). None leaves it open: tell the user.

        Raises PassphraseUnfitError for one that is empty or longer than 1023 bytes, which OpenSSL could not read back.
        """
        if passphrase is not None and not 1 <= len(passphrase) <= _LONGEST_PASSPHRASE:
            raise PassphraseUnfitError
        if passphrase is None:
            return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return encrypt_pkcs8(self._private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), passphrase)

    def sign(self, message: bytes) -> bytes:
        """Return the signature: 64 bytes, the same each time for the same message."""
        return self._private.sign(message)

    @property
    def public_bytes(self) -> bytes:
        """The public key: 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @property
    def public_pem(self) -> bytes:
        """The public key as the PEM that stands in a bag as signer.pem."""
        return verify.public_pem(self.public_bytes)

    @property
    def fingerprint(self) -> Fingerprint:
        """What the recipient has to receive by another way than the bag."""
        return Fingerprint(verify.fingerprint_of(self.public_bytes))

    def __repr__(self) -> str:
        """Show the fingerprint only."""
        return f"SigningKey({self.fingerprint})"

    def __reduce__(self) -> str:
        """Refuse to be pickled or copied: a key leaves by `to_pem` alone."""
        message = "a signing key cannot be pickled"
        raise TypeError(message)


def _check_label(untrusted_pem: bytes) -> bool:
    """Tell whether the one PEM block is encrypted; raise for what is no private key in PEM."""
    if not untrusted_pem.strip():
        raise KeyFileEmptyError
    labels: list[bytes] = re.findall(rb"^-----BEGIN ([A-Z0-9 ]{1,40})-----\s*$", untrusted_pem, re.MULTILINE)
    if len(untrusted_pem) > _LARGEST_KEY_FILE or len(labels) != 1:
        raise KeyNotPemError(f"{len(labels)} blocks" if labels else "")
    label = labels[0].decode("ascii")
    if label in ("RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"):
        raise KeyNotEd25519Error(label.removesuffix(" PRIVATE KEY"))
    if label == "OPENSSH PRIVATE KEY":
        raise KeyDamagedError("this is OpenSSH's own form")
    if label not in ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"):
        raise KeyNotPrivateError(label.capitalize())
    return label == "ENCRYPTED PRIVATE KEY"
