"""Open a vault and a case of it, as every other verb of the vault does first."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from habeas.domain.errors import BadInput
from habeas.locale import tr
from habeas.seal.age import AgeError, Identity, open_with_passphrase, parse_identities
from habeas.services.casebook import utc_now
from habeas.vault.compartment import Compartment
from habeas.vault.vault import Vault, open_vault


def forbid_core_dumps() -> None:
    """Keep what is in memory from being written by a crash. On Linux the process also hides from other processes of the same user."""
    try:
        import resource  # noqa: PLC0415  # POSIX only

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return
    if sys.platform == "linux" and os.environ.get("HABEAS_TRACEABLE") != "1":
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


@contextmanager
def opened(root: Path, passphrase: str) -> Iterator[Vault]:
    """Unlock a vault, and lock it again at the end."""
    forbid_core_dumps()
    with open_vault(root, passphrase, utc_now) as vault:
        yield vault


@contextmanager
def opened_case(root: Path, passphrase: str, cid: str, second: Identity | None = None) -> Iterator[tuple[Vault, Compartment]]:
    """Unlock a vault and open one case."""
    with opened(root, passphrase) as vault, vault.case(cid, second) as comp:
        yield vault, comp


def second_key(file: Path, passphrase: str | None) -> Identity:
    """The second key of a dormant case, from the file that its holder keeps. Raises BadInput."""
    try:
        untrusted = file.read_bytes()
    except OSError as error:
        raise BadInput.one(file.name, tr("cannot be read: {why}", why=os.strerror(error.errno or 0))) from None
    try:
        text = open_with_passphrase(untrusted, passphrase) if passphrase is not None and b"AGE" in untrusted[:40] else untrusted
        return parse_identities(text.decode())[0]
    except (AgeError, UnicodeDecodeError, IndexError):
        raise BadInput.one(file.name, tr("not a second key, or its passphrase is wrong")) from None
