"""What one device keeps for one compartment, outside the compartment's folder: its keys there, and what it saw last.

The seat is an age identity file for the vault's own key (stock ``age`` opens it); its Ed25519 seed stands in a comment line. Pins are
what a rolled-back log or roster is found out by.
"""

import secrets

import msgspec

from habeas.seal.age import AgeError, Identity, Recipient, open_file, parse_identities, seal_file
from habeas.seal.ed25519 import Signer
from habeas.vault.disk import Disk
from habeas.vault.errors import DamagedError

_FIRST = "# habeas-seat/1"


class Seat:
    """A device's keys in one compartment; fresh there, so that two compartments cannot be linked by them."""

    __slots__ = ("device", "identity", "signer")

    def __init__(self, device: str, identity: Identity, signer: Signer) -> None:
        """Take the keys."""
        self.device, self.identity, self.signer = device, identity, signer

    @classmethod
    def generate(cls) -> "Seat":
        """Fresh keys under a random name."""
        return cls(secrets.token_hex(6), Identity.generate(), Signer.generate())

    def seal(self, owner: Recipient) -> bytes:
        """The file for ``owner``, the vault's own key."""
        text = f"{_FIRST}\n# device: {self.device}\n# sign: {self.signer.seed.hex()}\n{self.identity.text()}\n"
        return seal_file(text.encode(), [owner])

    @classmethod
    def open(cls, untrusted: bytes, owner: Identity) -> "Seat":
        """Read the file. Raises DamagedError."""
        try:
            text = open_file(untrusted, [owner]).decode()
            fields = dict(line[2:].split(": ", 1) for line in text.split("\n") if line.startswith("# ") and ": " in line)
            (identity,) = parse_identities(text)
            return cls(fields["device"], identity, Signer(bytes.fromhex(fields["sign"])))
        except (AgeError, ValueError, KeyError):
            raise DamagedError("the keys of this device for one case") from None


class Pins(msgspec.Struct, kw_only=True):
    """What was seen last: frame (n, h) of each device, roster (version, digest), where trust began, and what was pushed.

    ``closed``: the segment of this device that no later frame may enter, since a store has it. ``shown``: bytes of each log and the version of
    the roster that each store showed. ``frozen``: devices with two histories. ``taken``: headers of seal-only devices that were written anew.
    ``retired``: headers of older epochs that were here and are over: they may go from a store as well.
    ``epochs``: those of the rosters that were accepted here. ``must_sync``: restored from a backup; nothing is written before a sync.
    ``unread``: the version of a newer roster that a store showed and that this device cannot read.
    ``rotating``: the epoch whose commit this device still owes.
    """

    logs: dict[str, tuple[int, str]] = {}
    roster: tuple[int, str] = (0, "")
    trust: str = ""
    closed: str = ""
    shown: dict[str, dict[str, int]] = {}
    frozen: list[str] = []
    taken: list[str] = []
    retired: list[str] = []
    epochs: list[str] = []
    must_sync: bool = False
    unread: int = 0
    rotating: str = ""

    @classmethod
    def read(cls, disk: Disk, path: str, owner: Identity) -> "Pins":
        """The pins on disk; empty ones where there are none. Raises DamagedError."""
        if not disk.exists(path):
            return cls()
        try:
            return msgspec.json.decode(open_file(disk.read(path), [owner]), type=cls)
        except (AgeError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise DamagedError("the pins of one case") from None

    def write(self, disk: Disk, path: str, owner: Recipient) -> None:
        """Keep them durably, sealed: they name stores."""
        disk.put(path, seal_file(msgspec.json.encode(self), [owner]))
