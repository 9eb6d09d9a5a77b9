"""The vault as a whole: what it is in, what is due, backups and the drill, recovery from words."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from habeas.domain.errors import UsageError
from habeas.locale import tr
from habeas.seal.age import Identity
from habeas.services.casebook import utc_now
from habeas.services.opening import opened
from habeas.vault.backup import Kept, back_up, check_backup, restore
from habeas.vault.compartment import Compartment
from habeas.vault.disk import Disk
from habeas.vault.doctor import Checked, verify_compartment
from habeas.vault.errors import RosterError, VaultError
from habeas.vault.layout import CASE, NAME
from habeas.vault.recovery import Recovery, readmit
from habeas.vault.seat import Seat
from habeas.vault.vault import Backup, Vault, create_vault

Progress = Callable[[str, int, int], None]


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What a verification read, case by case, and what did not hold."""

    cases: tuple[tuple[str, Checked], ...]
    unopened: tuple[tuple[str, str], ...] = ()
    files: int = 0
    bad_files: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether everything held."""
        return not self.bad_files and not self.unopened and all(not checked.problems for _, checked in self.cases)


def verify_vault(vault: Vault, progress: Progress = lambda *_: None) -> Verified:
    """Read everything that this device can open, to the end."""
    cases, unopened = [], []
    for cid in vault.case_ids():
        try:
            with vault.case(cid) as comp:
                cases.append((cid, verify_compartment(comp, lambda done, of, cid=cid: progress(cid, done, of))))  # type: ignore[misc]
        except (VaultError, UsageError) as error:
            unopened.append((cid, str(error)))
    return Verified(cases=tuple(cases), unopened=tuple(unopened))


def on_the_same_disk(vault: Vault, place: Path) -> bool:
    """Whether a folder, or the nearest one above it that is there, lies on the disk of the vault: a disk that is not in looks like that as well."""
    there = next(one for one in (place.resolve(), *place.resolve().parents) if one.exists())
    return there.stat().st_dev == vault.disk.root.stat().st_dev


def make_backup(vault: Vault, place: Path, progress: Progress = lambda *_: None) -> Kept:
    """Back the vault up to a folder, and remember where."""
    place = place.resolve()
    if vault.disk.root.resolve() in (place, *place.parents):
        raise UsageError(tr("a backup inside the vault would be lost with it; name another disk"))
    kept = back_up(vault.disk, place, lambda done, of: progress(tr("Copying"), done, of))
    others = [one for one in vault.settings.backups if one.place != str(place)]
    vault.settings.backups = [*others, Backup(place=str(place), on=utc_now()[:10])]
    vault.save()
    return kept


def resume(comp: Compartment) -> None:
    """Let a restored vault write to a case without a sync."""
    comp.pins.must_sync = False
    comp.save_pins()


def drill(place: Path, passphrase: str, progress: Progress = lambda *_: None) -> Verified:
    """Restore a backup beside itself, open it, read everything, and take the copy away again: what a restore would give."""
    bad = check_backup(place, lambda done, of: progress(tr("Comparing"), done, of))
    scratch = Path(tempfile.mkdtemp(prefix=".habeas-drill-", dir=place.parent))
    try:
        files = restore(place, scratch / "vault", lambda done, of: progress(tr("Restoring"), done, of)) if not bad else 0
        if bad:
            return Verified(cases=(), files=files, bad_files=tuple(bad))
        with opened(scratch / "vault", passphrase) as vault:
            found = verify_vault(vault, progress)
        return msgspec.structs.replace(found, files=files)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def recover(root: Path, origin: Path, words: list[str], passphrase: str, code: str, second: Identity | None = None) -> list[str]:
    """A new vault from recovery words and a copy of the cases (a vault, a backup or a store): the ids of the cases that opened."""
    recovery = Recovery.from_words(words)
    folder = origin / "cases" if (origin / "cases").is_dir() else origin
    found = sorted(path for path in folder.iterdir() if CASE.fullmatch(path.name) and not path.is_symlink() and (path / "members").is_dir())
    if not found:
        raise UsageError(tr("no case lies there; a vault, a backup of one, or the folder of a store is wanted"))
    with create_vault(root, passphrase, code, utc_now) as vault:
        vault.settings.holders = [recovery.holder]
        vault.settings.recovery_checked = True
        vault.save()
        opened_cases = [path.name for path in found if _readmitted(vault, path, recovery, second)]
    if not opened_cases:
        shutil.rmtree(root)
        raise RosterError("these recovery words open none of the cases there")
    return opened_cases


def _readmitted(vault: Vault, path: Path, recovery: Recovery, second: Identity | None) -> bool:
    """Copy the files of one case that have a name of ours, and no others (no links either), and put a fresh device into it."""
    cid, disk, origin = path.name, vault.disk, Disk(path)
    for name in origin.files(""):
        if NAME.fullmatch(name):
            with origin.open(name) as stream, disk.new_file() as copy:
                while piece := stream.read(1 << 20):
                    copy.write(piece)
                copy.keep(f"cases/{cid}/{name}")
    disk.put(f"cases/{cid}/FORMAT", f"habeas-compartment/1\n{cid}\n".encode())
    seat = Seat.generate()
    try:
        readmit(disk, cid, seat, vault.settings.code, recovery, second)
    except VaultError:
        shutil.rmtree(disk.root / "cases" / cid)
        disk.remove(f"local/{cid}.pins")
        return False
    vault.keep_seat(cid, seat)
    return True
