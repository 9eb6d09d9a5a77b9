"""Write what the user declared as an export: private, durable, never over another file."""

import os
from pathlib import Path
from typing import BinaryIO

from habeas.domain.errors import BadInput
from habeas.locale import tr


def outside(vault: Path, out: Path) -> None:
    """Raise BadInput where ``out`` lies inside the vault: an export is plaintext."""
    if vault.resolve() in (out.resolve(), *out.resolve().parents):
        raise BadInput.one(out.name, tr("this place lies inside the vault; an export is plaintext"))


def outside_bags(out: Path) -> None:
    """Raise BadInput where ``out`` lies inside a bag: what is counsel's alone never enters one."""
    place = out.parent.resolve()
    if any((folder / "bagit.txt").exists() for folder in (place, *place.parents)):
        raise BadInput.one(out.name, tr("this place lies inside a bag; what is counsel's alone never enters one"))


def create_private(out: Path) -> BinaryIO:
    """A new file that its owner alone can read. Raises BadInput where it exists or cannot be written."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        raise BadInput.one(out.name, tr("there is a file of this name already; nothing was written over")) from None
    except OSError as error:
        raise BadInput.one(out.name, tr("cannot be written: {why}", why=os.strerror(error.errno or 0))) from None
    return os.fdopen(descriptor, "wb")


def write_private(out: Path, content: bytes) -> None:
    """The whole content of a new file that its owner alone can read; nothing half done stays. Raises BadInput."""
    stream = create_private(out)
    try:
        with stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        out.unlink(missing_ok=True)
        raise
