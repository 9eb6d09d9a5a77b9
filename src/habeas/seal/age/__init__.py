"""The age v1 file format (C2SP age.md) with the header kept apart from the payload, so that a payload never changes when its readers do.

Bytes in, bytes out; typed errors only. It writes X25519 and scrypt stanzas, and knows neither plugins, SSH keys nor the hybrid
(post-quantum) recipients: those vectors are listed by name in the tests.
"""

from habeas.seal.age.armor import armor, dearmor
from habeas.seal.age.errors import (
    AgeError,
    ArmorError,
    HeaderError,
    HmacError,
    NoMatchError,
    PayloadError,
)
from habeas.seal.age.files import open_file, open_with_passphrase, seal_file, seal_with_passphrase
from habeas.seal.age.header import FILE_KEY, open_header, seal_header, split
from habeas.seal.age.keys import Identity, Recipient, parse_identities
from habeas.seal.age.stream import OVERHEAD, Sealer, open_chunks, open_payload, opens_beginning, payload_size, seal_payload

__all__ = [
    "FILE_KEY",
    "OVERHEAD",
    "AgeError",
    "ArmorError",
    "HeaderError",
    "HmacError",
    "Identity",
    "NoMatchError",
    "PayloadError",
    "Recipient",
    "Sealer",
    "armor",
    "dearmor",
    "open_chunks",
    "open_file",
    "open_header",
    "open_payload",
    "open_with_passphrase",
    "opens_beginning",
    "parse_identities",
    "payload_size",
    "seal_file",
    "seal_header",
    "seal_payload",
    "seal_with_passphrase",
    "split",
]  # fmt: skip
