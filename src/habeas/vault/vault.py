"""A vault on one device: the passphrase that opens it, its settings, and the compartments that this device has a seat in.

    FORMAT            "habeas-vault/1"
    device.age        the device's own age identity, under a passphrase (scrypt); stock ``age`` opens it
    settings.age      for that identity: the person's code, holders of recovery words, stores, authorities, backups
    local/CASE.age    for that identity: this device's keys in one compartment;  local/CASE.pins: what it saw last
    index/CASE.db     encrypted, disposable
    cases/CASE/       the compartments (docs/formats/vault.md)

Nothing outside ``cases/`` ever leaves the device but as a backup.
"""

import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import pyrage

from habeas.seal.age import AgeError, Identity, NoMatchError, open_file, open_with_passphrase, parse_identities, seal_file, seal_with_passphrase
from habeas.seal.age.header import WORK_FACTOR
from habeas.vault.backup import RESTORED
from habeas.vault.compartment import Clock, Compartment, create, new_case_id, open_compartment
from habeas.vault.disk import TMP, Disk
from habeas.vault.errors import DamagedError, NoSuchCaseError, NotReadyError, NoVaultError, VaultError, VaultExistsError, WrongPassphraseError
from habeas.vault.index import require_cipher
from habeas.vault.layout import CASE
from habeas.vault.recovery import Recovery
from habeas.vault.roster import Holder
from habeas.vault.rotation import confirm, settle
from habeas.vault.seat import Pins, Seat
from habeas.vault.selftest import self_test

FORMAT = b"habeas-vault/1\n"
"""The first line of the file; the second is a random id, by which a backup knows its vault."""
UNFINISHED = frozenset({"device.age", "settings.age", "lock", TMP})
"""What a making that failed leaves: no format, so no vault."""
SHORTEST_PASSPHRASE = 12
"""Characters; a state has machines that try the short ones."""


class Authority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time-stamping authority (RFC 3161): its address, and the certificate (PEM) that its tokens have to lead to."""

    name: str
    url: str
    root: str


class Backup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a backup went and when: what a shredding does not reach by itself."""

    place: str
    on: str


class Settings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What this device remembers; sealed, since addresses and codes tell who works with whom."""

    code: str
    holders: list[Holder] = []
    recovery_checked: bool = False
    stores: dict[str, str] = {}
    credentials: dict[str, dict[str, str]] = {}
    authorities: list[Authority] = []
    backups: list[Backup] = []
    joining: dict[str, str] = {}
    drops: dict[str, str] = {}
    language: str = ""
    signing: str = ""
    """The PEM of the key that signs dossiers, where it was made here."""
    inbox: str = ""
    """The compartment that takes files before they have a case."""


class Vault:
    """An open vault; holds the lock until :meth:`close`. Use as a context manager."""

    def __init__(self, disk: Disk, identity: Identity, settings: Settings, clock: Clock, lock: ExitStack) -> None:
        """Made by :func:`create_vault` and :func:`open_vault`."""
        self.disk, self.identity, self.settings, self.clock, self._lock = disk, identity, settings, clock, lock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the lock back."""
        self._lock.close()

    def keep_lock(self, lock: ExitStack) -> None:
        """Take the lock over from whoever made the vault."""
        self._lock = lock

    def save(self) -> None:
        """Keep the settings durably."""
        self.disk.put("settings.age", seal_file(msgspec.json.encode(self.settings), [self.identity.recipient]))

    def case_ids(self) -> list[str]:
        """Compartments that this device has a seat in and that are here; others are not even named."""
        seats = {name.removesuffix(".age") for name in self.disk.names("local") if name.endswith(".age")}
        return [name for name in self.disk.names("cases") if name in seats and CASE.fullmatch(name) and self.disk.exists(f"cases/{name}/FORMAT")]

    def has_case(self, cid: str) -> bool:
        """Whether :meth:`case_ids` would name it, without looking at the others."""
        return bool(CASE.fullmatch(cid)) and self.disk.exists(f"local/{cid}.age") and self.disk.exists(f"cases/{cid}/FORMAT")

    def seat(self, cid: str) -> Seat:
        """Keys of this device in a compartment. Raises NoSuchCaseError, the same for a case that does not exist and one that is not yours."""
        if not CASE.fullmatch(cid) or not self.disk.exists(f"local/{cid}.age"):
            raise NoSuchCaseError
        return Seat.open(self.disk.read(f"local/{cid}.age"), self.identity)

    def keep_seat(self, cid: str, seat: Seat) -> None:
        """Keep this device's keys for a compartment. Raises NoSuchCaseError for what is no id of one."""
        if not CASE.fullmatch(cid):
            raise NoSuchCaseError
        self.disk.put(f"local/{cid}.age", seat.seal(self.identity.recipient))

    def new_case(self) -> Compartment:
        """Make a compartment. Raises NotReadyError before the recovery words were made and checked."""
        if not self.settings.recovery_checked:
            raise NotReadyError("first make the recovery words and check them: habeas vault recovery-words, then habeas vault recovery-check")
        seat, cid = Seat.generate(), new_case_id()
        self.keep_seat(cid, seat)  # first: a case without its keys would be lost, keys without a case are nothing
        return create(self.disk, cid, seat, self.settings.code, tuple(self.settings.holders), self.clock)

    def after_restore(self) -> None:
        """A restored vault may be behind what its device wrote since: with stores known, each case has to sync before it is written to."""
        for cid in self.case_ids() if self.settings.stores else ():
            seat = self.seat(cid)
            pins = Pins.read(self.disk, f"local/{cid}.pins", seat.identity)
            pins.must_sync = True
            pins.write(self.disk, f"local/{cid}.pins", seat.identity.recipient)
        self.disk.remove(RESTORED)
        self.disk.settle()

    @contextmanager
    def case(self, cid: str, second: Identity | None = None) -> Iterator[Compartment]:
        """Open a compartment, finish what a crash left, and close it at the end."""
        if not self.has_case(cid):
            raise NoSuchCaseError
        comp = open_compartment(self.disk, cid, self.seat(cid), self.clock, second)
        try:
            writes = not self.disk.read_only and not comp.pins.must_sync
            if writes:
                settle(comp)
            if writes and not comp.removed and comp.me.role.reads:
                confirm(comp)
            yield comp
        finally:
            comp.close()


def _seal_device(identity: Identity, passphrase: str, work: int) -> bytes:
    """The device's key under a passphrase; opened again by another program's code before it is trusted."""
    passphrase = normal(passphrase)
    sealed = seal_with_passphrase(f"# habeas-device/1\n{identity.text()}\n".encode(), passphrase, work)
    if pyrage.passphrase.decrypt(sealed, passphrase) != open_with_passphrase(sealed, passphrase):
        raise VaultError("the key that was just sealed does not open; nothing was written")
    return sealed


def normal(passphrase: str) -> str:
    """One spelling of a passphrase (Unicode NFC), whatever keyboard it came from. Raises WrongPassphraseError for what is no text."""
    try:
        return unicodedata.normalize("NFC", passphrase.encode().decode())
    except UnicodeEncodeError:
        raise WrongPassphraseError from None


def check_passphrase(passphrase: str) -> None:
    """Raise NotReadyError for one that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise NotReadyError(f"a passphrase of at least {SHORTEST_PASSPHRASE} characters is wanted; five words drawn by lot are good")


def create_vault(root: Path, passphrase: str, code: str, clock: Clock, *, disk: Disk | None = None, work: int = WORK_FACTOR) -> Vault:
    """A new vault in a folder that is new or empty. ``code``: how the log calls this person; never a name."""
    require_cipher()
    self_test()
    check_passphrase(passphrase)
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]{0,15}", code):
        raise NotReadyError("a code of up to 16 letters and digits is wanted, such as A1; never a name")
    if root.exists() and (not root.is_dir() or not {path.name for path in root.iterdir()} <= UNFINISHED):
        raise VaultExistsError("the folder is not empty")
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    disk = disk or Disk(root)
    with ExitStack() as lock:
        lock.enter_context(disk.lock())
        identity = Identity.generate()
        disk.put("device.age", _seal_device(identity, passphrase, work))
        made = Vault(disk, identity, Settings(code=code), clock, lock)
        made.save()
        disk.put("FORMAT", FORMAT + secrets.token_hex(8).encode() + b"\n")
        made.keep_lock(lock.pop_all())
        return made


def open_vault(root: Path, passphrase: str, clock: Clock, *, disk: Disk | None = None) -> Vault:
    """Unlock. Raises NoVaultError, LockedError, WrongPassphraseError or DamagedError."""
    require_cipher()
    self_test()
    disk = disk or Disk(root)
    if not disk.exists("FORMAT"):
        raise NoVaultError
    if not disk.read("FORMAT").startswith(FORMAT):
        raise DamagedError("the vault's format, or it is of a later version")
    if not disk.exists("device.age"):
        raise NoVaultError("its key files were removed; recovery words bring it back: habeas vault recover")
    lock = ExitStack()
    lock.enter_context(disk.lock())
    try:
        identity = _open_device(disk.read("device.age"), passphrase)
        settings = msgspec.json.decode(open_file(disk.read("settings.age"), [identity]), type=Settings)
        disk.clear_tmp()
    except (AgeError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        lock.close()
        raise DamagedError("the vault's settings") from None
    except BaseException:
        lock.close()
        raise
    opened = Vault(disk, identity, settings, clock, lock)
    if disk.exists(RESTORED):
        opened.after_restore()
    return opened


def _open_device(untrusted: bytes, passphrase: str) -> Identity:
    try:
        return parse_identities(open_with_passphrase(untrusted, normal(passphrase)).decode())[0]
    except NoMatchError:
        raise WrongPassphraseError from None
    except (AgeError, ValueError, IndexError):
        raise DamagedError("the device's key file") from None


def check_device(vault: Vault, passphrase: str) -> None:
    """Raise WrongPassphraseError for another passphrase than that of the open vault."""
    if _open_device(vault.disk.read("device.age"), passphrase).raw != vault.identity.raw:
        raise WrongPassphraseError


def change_passphrase(vault: Vault, passphrase: str, *, work: int = WORK_FACTOR) -> None:
    """Seal the device's key under another passphrase; the old one opens nothing from now on (but in older backups)."""
    check_passphrase(passphrase)
    vault.disk.put("device.age", _seal_device(vault.identity, passphrase, work))


def make_recovery(vault: Vault, threshold: int, shares: int) -> tuple[str, ...]:
    """New recovery words; they count once they were checked, and for cases made or rotated after that."""
    recovery = Recovery.generate()
    words = recovery.words(threshold, shares)
    vault.settings.holders = [recovery.holder]
    vault.settings.recovery_checked = False
    vault.save()
    return words


def check_recovery(vault: Vault, words: list[str]) -> None:
    """Raise RecoveryWordsError unless these words give the secret that was made last; else cases can be made."""
    holder = Recovery.from_words(words).holder
    if holder not in vault.settings.holders:
        from habeas.vault.errors import RecoveryWordsError  # noqa: PLC0415

        raise RecoveryWordsError("they are of other recovery words")
    vault.settings.recovery_checked = True
    vault.save()


def panic(root: Path) -> int:
    """Delete the key files and indexes, at once and without a question; how many files went. What was copied before stays open to its keys."""
    disk = Disk(root)
    if not disk.exists("FORMAT"):
        raise NoVaultError
    first = ["device.age", "settings.age"]
    paths = [*(one for one in first if disk.exists(one)), *disk.files("local"), *disk.files("index"), *disk.files("tmp")]
    for path in paths:
        disk.remove(path)
    disk.settle()
    return len(paths)
