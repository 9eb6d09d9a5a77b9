"""The keys of a compartment's epochs that this device holds, and how they lie on the disk.

    keys/EPOCH.dDEVICE.age     AGE-SECRET-KEY of the epoch (and, for those who may, of the contacts), for one device
    keys/EPOCH.rN.age          the same for holder N of recovery words
    keys/EPOCH.sDEVICE.age     the secret of a seal-only device's drop, for the epoch's key

A dormant case wraps the epoch's key a second time, for the second key, inside the file for the device.
"""

import secrets
from collections.abc import Iterable

from habeas.seal.age import AgeError, Identity, Recipient, open_file, parse_identities, seal_file
from habeas.vault.disk import Disk
from habeas.vault.errors import DamagedError, NotReadyError
from habeas.vault.layout import epoch_number
from habeas.vault.roster import Roster

DROP = "s-"
"""Header folders of seal-only devices begin so."""


class Epoch:
    """The secrets of one epoch: of everything but contacts, and (where the role allows) of contacts."""

    __slots__ = ("contacts", "main", "name")

    def __init__(self, name: str, main: Identity, contacts: Identity | None) -> None:
        """Take the secrets."""
        self.name, self.main, self.contacts = name, main, contacts

    @classmethod
    def next(cls, previous: str) -> "Epoch":
        """A fresh epoch after ``previous`` (empty: the first); its name tells two that were made at once apart."""
        number = int(previous.partition("-")[0]) + 1 if previous else 1
        return cls(f"{number}-{secrets.token_hex(4)}", Identity.generate(), Identity.generate())

    def is_of(self, roster: Roster) -> bool:
        """Whether these are the secrets of the public keys that a roster names: anybody can seal a key file for a device."""
        contacts = self.contacts is None or self.contacts.recipient.text == roster.contacts
        return self.main.recipient.text == roster.recipient and contacts

    @property
    def identities(self) -> tuple[Identity, ...]:
        """What opens its headers."""
        return (self.main, self.contacts) if self.contacts else (self.main,)

    def seal(self, reader: Recipient, *, with_contacts: bool, second: Recipient | None) -> bytes:
        """The key file for one reader."""
        lines = [self.main.text()] + ([self.contacts.text()] if self.contacts and with_contacts else [])
        text = ("\n".join(lines) + "\n").encode()
        return seal_file(seal_file(text, [second]) if second else text, [reader])

    @classmethod
    def open(cls, name: str, untrusted: bytes, reader: Identity, second: Identity | None) -> "Epoch":
        """Read a key file. Raises DamagedError, or NotReadyError where the second key is wanted."""
        try:
            text = open_file(untrusted, [reader])
            if text.startswith(b"age-encryption.org/v1\n"):
                if second is None:
                    raise NotReadyError("this case is dormant: its second key is wanted (--second-key FILE)")
                text = open_file(text, [second])
            main, *others = parse_identities(text.decode())
        except (AgeError, ValueError):
            raise DamagedError(f"the key of epoch {name}, or the second key is another one") from None
        return cls(name, main, others[0] if others else None)


class Keyring:
    """Epochs by name, and the drops of seal-only devices by header folder."""

    def __init__(self) -> None:
        """Empty until :meth:`load`."""
        self.damaged: list[str] = []
        self.epochs: dict[str, Epoch] = {}
        self.drops: dict[str, Identity] = {}

    def load(self, disk: Disk, folder: str, reader: Identity, suffix: str, second: Identity | None, roster: Roster) -> None:
        """Open every key file that is for this reader (``suffix``: dDEVICE or rN); the current one has to be the roster's."""
        names = disk.names(f"{folder}/keys")
        for name in names:
            epoch, _, rest = name.partition(".")
            if rest == f"{suffix}.age":
                try:
                    found = Epoch.open(epoch, disk.read(f"{folder}/keys/{name}"), reader, second)
                except DamagedError:
                    if epoch == roster.epoch:
                        raise
                    self.damaged.append("keys/" + name)
                    continue
                if epoch != roster.epoch or found.is_of(roster):
                    self.epochs[epoch] = found
                else:
                    self.damaged.append("keys/" + name)
        for name in names:
            epoch, _, rest = name.partition(".")
            if rest.startswith("s") and epoch in self.epochs:
                try:
                    text = open_file(disk.read(f"{folder}/keys/{name}"), [self.epochs[epoch].main]).decode()
                    self.drops[DROP + rest[1 : -len(".age")]] = parse_identities(text)[0]
                except (AgeError, ValueError, IndexError):
                    self.damaged.append("keys/" + name)

    def folders(self) -> tuple[str, ...]:
        """Header folders that this device can open, newest epoch first."""
        return (*sorted(self.epochs, key=epoch_number, reverse=True), *self.drops)

    def identities(self, folder: str) -> tuple[Identity, ...]:
        """What opens headers in a folder."""
        if folder in self.drops:
            return (self.drops[folder],)
        return self.epochs[folder].identities if folder in self.epochs else ()


def write_keys(  # noqa: PLR0913  # one a kind of reader
    disk: Disk, folder: str, epoch: Epoch, devices: Iterable[tuple[str, Recipient, bool]], holders: Iterable[Recipient],
    drops: Iterable[tuple[str, Identity]], second: Recipient | None,
) -> None:  # fmt: skip
    """Write the epoch's key files: devices as (id, recipient, with contacts). Durable after ``settle``."""
    for device, reader, with_contacts in devices:
        content = epoch.seal(reader, with_contacts=with_contacts, second=second)
        disk.put(f"{folder}/keys/{epoch.name}.d{device}.age", content, settle=False)
    for number, reader in enumerate(holders):
        disk.put(f"{folder}/keys/{epoch.name}.r{number}.age", epoch.seal(reader, with_contacts=True, second=second), settle=False)
    for name, drop in drops:
        text = seal_file((drop.text() + "\n").encode(), [epoch.main.recipient])
        disk.put(f"{folder}/keys/{epoch.name}.s{name.removeprefix(DROP)}.age", text, settle=False)
