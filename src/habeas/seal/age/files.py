"""Whole age files in memory: header and payload together, as every age tool reads them."""

import os
from collections.abc import Sequence

from habeas.seal.age.armor import BEGIN, dearmor
from habeas.seal.age.header import FILE_KEY, WORK_FACTOR, open_header, seal_header, seal_header_with_passphrase, split
from habeas.seal.age.keys import Identity, Recipient
from habeas.seal.age.stream import open_payload, seal_payload


def seal_file(plain: bytes, recipients: Sequence[Recipient]) -> bytes:
    """An age file that each of ``recipients`` opens."""
    file_key = os.urandom(FILE_KEY)
    return seal_header(file_key, recipients) + seal_payload(file_key, plain)


def open_file(untrusted: bytes, identities: Sequence[Identity]) -> bytes:
    """The content of an age file, binary or armored. Raises an AgeError."""
    header, payload = split(dearmor(untrusted) if untrusted.lstrip().startswith(BEGIN) else untrusted)
    return open_payload(open_header(header, identities), payload)


def seal_with_passphrase(plain: bytes, passphrase: str, work: int = WORK_FACTOR) -> bytes:
    """An age file for one passphrase."""
    file_key = os.urandom(FILE_KEY)
    return seal_header_with_passphrase(file_key, passphrase, work) + seal_payload(file_key, plain)


def open_with_passphrase(untrusted: bytes, passphrase: str) -> bytes:
    """The content of an age file, binary or armored, that has a passphrase. Raises an AgeError."""
    header, payload = split(dearmor(untrusted) if untrusted.lstrip().startswith(BEGIN) else untrusted)
    return open_payload(open_header(header, passphrase=passphrase), payload)
