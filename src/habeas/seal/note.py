"""Signed notes (C2SP signed-note): a text of lines, an empty line, then one line for each signature.

    TEXT
                                  (an empty line)
    — NAME base64(4-byte key id || 64-byte Ed25519 signature over TEXT)

The key id is the beginning of SHA-256(NAME || 0x0A || 0x01 || public key). Who may sign is the caller's to decide: `signers` tells
which of the given keys did.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from habeas.seal.ed25519 import SIGNATURE, Signer, verifies
from habeas.seal.errors import SealError

_LINE = re.compile("— ([^\\s+]+) ([A-Za-z0-9+/=]+)\n")
_ALGORITHM = b"\x01"


class NoteError(SealError):
    """The signed note is malformed."""


class Note(NamedTuple):
    """A note that is well formed: its text, and (name, signature with its key id) as they stand. Nothing is verified yet."""

    text: str
    signatures: tuple[tuple[str, bytes], ...]


def _key_id(name: str, public_key: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ALGORITHM + public_key).digest()[:4]


def _signature_line(text: str, name: str, signer: Signer) -> str:
    body = _key_id(name, signer.public) + signer.sign(text.encode())
    return f"— {name} {base64.b64encode(body).decode()}\n"


def sign_note(text: str, signers: Sequence[tuple[str, Signer]]) -> bytes:
    """A note with one line for each (name, key). Raises NoteError for a text that is not whole lines, or a name with spaces."""
    if not text.endswith("\n") or "\n\n" in text or any(re.search(r"[\s+]", name) or not name for name, _ in signers):
        raise NoteError("a text of whole lines without empty ones, and names without spaces, are wanted")
    return (text + "\n" + "".join(_signature_line(text, name, signer) for name, signer in signers)).encode()


def add_signature(untrusted: bytes, name: str, signer: Signer) -> bytes:
    """The same note with one more signature. Raises NoteError."""
    note = parse_note(untrusted)
    return untrusted + _signature_line(note.text, name, signer).encode()


def parse_note(untrusted: bytes) -> Note:
    """Read a note. Raises NoteError."""
    try:
        text, gap, lines = untrusted.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        raise NoteError("not UTF-8") from None
    if not gap or not lines or "\n\n" in text:
        raise NoteError("no signatures")
    signatures = []
    at = 0
    while at < len(lines):
        match = _LINE.match(lines, at)
        if match is None:
            raise NoteError("a signature line")
        try:
            body = base64.b64decode(match[2], validate=True)
        except binascii.Error:
            raise NoteError("a signature line") from None
        if len(body) != 4 + SIGNATURE or base64.b64encode(body).decode() != match[2]:
            raise NoteError("a signature line")
        signatures.append((match[1], body))
        at = match.end()
    return Note(text + "\n", tuple(signatures))


def signers(note: Note, keys: Mapping[str, bytes]) -> frozenset[str]:
    """The names among ``keys`` (name → 32-byte public key) whose signature on the note holds; others are not looked at."""
    message = note.text.encode()
    return frozenset(
        name for name, body in note.signatures if name in keys and body[:4] == _key_id(name, keys[name]) and verifies(keys[name], message, body[4:])
    )
