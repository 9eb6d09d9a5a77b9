"""Encrypts a private key under a passphrase, as PKCS #8 PEM that stock OpenSSL reads (RFC 5958, PBES2 of RFC 8018).

It exists because `cryptography` writes the same form with 2048 rounds of PBKDF2 and lets nobody ask for more, which a
state would search through. It reads nothing back: `cryptography` does. Still the vault, not a PEM file, is where a key
should live; PBKDF2 costs an attacker no memory.
"""

import base64
import hashlib
import os

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

ROUNDS = 2_000_000
"""Of PBKDF2-HMAC-SHA-256: about a second of one core; OWASP asked for 600,000 in 2023."""

_SEQUENCE, _INTEGER, _OCTETS, _NULL, _OID = 0x30, 0x02, 0x04, 0x05, 0x06
_LONGEST_SHORT_FORM = 0x7F  # bytes; a longer body has the length of its length first
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_AES256_CBC = bytes.fromhex("60864801650304012a")


def encrypt_pkcs8(secret_der: bytes, passphrase: bytes) -> bytes:
    """Return PEM for `secret_der`, an unencrypted PrivateKeyInfo. Salt and IV are fresh: no two results are equal."""
    salt, iv = os.urandom(16), os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", passphrase, salt, ROUNDS, 32)
    padder, encryptor = PKCS7(128).padder(), Cipher(algorithms.AES256(key), modes.CBC(iv)).encryptor()
    sealed = encryptor.update(padder.update(secret_der) + padder.finalize()) + encryptor.finalize()
    rounds = _der(_INTEGER, ROUNDS.to_bytes(ROUNDS.bit_length() // 8 + 1, "big"))
    hmac = _der(_SEQUENCE, _der(_OID, _HMAC_SHA256), _der(_NULL))
    kdf = _der(_SEQUENCE, _der(_OID, _PBKDF2), _der(_SEQUENCE, _der(_OCTETS, salt), rounds, hmac))
    cipher = _der(_SEQUENCE, _der(_OID, _AES256_CBC), _der(_OCTETS, iv))
    algorithm = _der(_SEQUENCE, _der(_OID, _PBES2), _der(_SEQUENCE, kdf, cipher))
    return _pem(_der(_SEQUENCE, algorithm, _der(_OCTETS, sealed)))


def _der(tag: int, *parts: bytes) -> bytes:
    """Return one DER element (X.690, 8.1) with a definite length below 65536."""
    body = b"".join(parts)
    size = len(body).to_bytes(2, "big").lstrip(b"\0")
    length = size if len(body) <= _LONGEST_SHORT_FORM else bytes([_LONGEST_SHORT_FORM + 1 + len(size)]) + size
    return bytes([tag]) + (length or b"\0") + body


def _pem(der: bytes) -> bytes:
    """Return PEM in lines of 64 (RFC 7468, section 2)."""
    text = base64.b64encode(der)
    lines = [text[start : start + 64] + b"\n" for start in range(0, len(text), 64)]
    return b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + b"".join(lines) + b"-----END ENCRYPTED PRIVATE KEY-----\n"
