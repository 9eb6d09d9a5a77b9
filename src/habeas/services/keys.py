"""Make and read the key that signs dossiers."""

import os
from pathlib import Path

import msgspec

from habeas.domain.errors import BadInput
from habeas.intake.folder.reading import read_bytes
from habeas.locale import tr
from habeas.seal.errors import SealError
from habeas.seal.signature import SigningKey


class KeyMade(msgspec.Struct, frozen=True, kw_only=True):
    """Where the key lies, and the fingerprint that recipients need by another way."""

    path: Path
    fingerprint: str
    protected: bool


def make_key(path: Path, passphrase: bytes | None) -> KeyMade:
    """Write a new private key that only its owner can read; never over an existing file."""
    key = SigningKey.generate()
    pem = key.to_pem(passphrase)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadInput.one(path.name, tr("there is a file of this name already; a key is never written over")) from None
    except OSError as error:
        raise BadInput.one(path.name, tr("cannot be written: {why}", why=os.strerror(error.errno or 0))) from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())
    return KeyMade(path=path, fingerprint=key.fingerprint, protected=passphrase is not None)


def read_key(path: Path, passphrase: bytes | None) -> SigningKey:
    """Read a private key; raise an error that names the file and what is wrong with it."""
    if not path.exists():
        raise BadInput.one(path.name, tr("no such key file; 'habeas keygen FILE' makes one"))
    try:
        return SigningKey.from_pem(read_bytes(path, 1 << 17), passphrase)
    except SealError as error:
        raise BadInput.one(path.name, str(error)) from None
