"""Signatures inside the vault: Ed25519 (RFC 8032) by libsodium, whose rule is the strict one of `verify`, a thousand times faster.

Both reject keys and R of small order, points that are not canonical and S >= L, and check without the cofactor; a test holds them to the
same answer on every published edge case.
"""

import os

from nacl.bindings import crypto_sign as _sign
from nacl.bindings import crypto_sign_BYTES, crypto_sign_open, crypto_sign_PUBLICKEYBYTES, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

SEED = 32
SIGNATURE = crypto_sign_BYTES


class Signer:
    """A private key in memory; it shows no secret when printed."""

    __slots__ = ("_secret", "public", "seed")

    def __init__(self, seed: bytes) -> None:
        """Take 32 secret bytes."""
        self.public, self._secret = crypto_sign_seed_keypair(seed)
        self.seed = seed

    @classmethod
    def generate(cls) -> "Signer":
        """Make a new key."""
        return cls(os.urandom(SEED))

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        signed: bytes = _sign(message, self._secret)
        return signed[:SIGNATURE]

    def __repr__(self) -> str:
        return f"Signer({self.public.hex()[:16]})"


def verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` over ``message`` is that of ``public_key``, by the strict rule."""
    if len(public_key) != crypto_sign_PUBLICKEYBYTES or len(signature) != SIGNATURE:
        return False
    try:
        crypto_sign_open(signature + message, public_key)
    except (BadSignatureError, ValueError):
        return False
    return True
