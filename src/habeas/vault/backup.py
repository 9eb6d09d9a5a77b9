"""A backup: a copy of the vault's ciphertext with a list of digests that `sha256sum -c` reads. It is opened with the vault's own passphrase.

What was shredded since the last backup to the same place leaves that place as well. Old copies elsewhere are not reached.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from habeas.vault.disk import Disk, plain_errors
from habeas.vault.errors import DamagedError, NoVaultError, VaultExistsError
from habeas.vault.layout import NAME

MANIFEST = "BACKUP.sha256"
RESTORED = "local/restored"
"""Stands in a vault that was restored and not opened since."""
FORMAT = "habeas-backup/1"
_LOCAL = ("index/", "tmp/", "partial/", "lock", "screens")
Progress = Callable[[int, int], None]
"""(done, of how many) files."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup did: files in it, of which new, bytes written, and files that left."""

    files: int
    new: int
    written: int
    removed: int


def _wanted(disk: Disk) -> list[str]:
    return [path for path in disk.files("") if not path.startswith(_LOCAL)]


def _digest(path: Path) -> str:
    sha256 = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(1 << 20):
            sha256.update(piece)
    return sha256.hexdigest()


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        digest, gap, path = line.partition("  ")
        plain = path and not path.startswith("/") and not {"..", ""} & set(path.split("/")) and not set(path) & set(":\\")
        if gap and len(digest) == 64 and plain:  # noqa: PLR2004
            yield path, digest


def read_manifest(place: Path) -> dict[str, str]:
    """Path → SHA-256 of a backup. Raises NoVaultError or DamagedError."""
    try:
        text = (place / MANIFEST).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NoVaultError("no backup here") from None
    except (OSError, UnicodeDecodeError):
        raise DamagedError("the list of the backup") from None
    found = dict(_lines(text))
    if "FORMAT" not in found:
        raise DamagedError("the list of the backup")
    return found


def back_up(disk: Disk, place: Path, progress: Progress = lambda *_: None) -> Kept:
    """Copy what is new or changed; files first, the list last. Raises VaultExistsError where the place holds something else."""
    begun = (place / "FORMAT").is_file() and (place / "FORMAT").read_bytes() == disk.read("FORMAT")  # of this vault, and interrupted
    if place.exists() and any(place.iterdir()) and not (place / MANIFEST).exists() and not begun:
        raise VaultExistsError("the place of the backup holds something that is not a backup")
    before = read_manifest(place) if (place / MANIFEST).exists() else {}
    if before and (place / "FORMAT").read_bytes() != disk.read("FORMAT"):
        raise VaultExistsError("the place holds the backup of another vault")
    target = Disk(place)
    with plain_errors():
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    digests: dict[str, str] = {}
    new = written = 0
    paths = sorted(_wanted(disk), key=lambda path: path != "FORMAT")  # first: it says whose backup was begun here
    for done, path in enumerate(paths):
        progress(done, len(paths))
        digests[path] = _digest(disk.root / path)
        if before.get(path) == digests[path] and target.exists(path) and target.size(path) == disk.size(path):
            continue
        with disk.open(path) as stream, target.new_file() as copy:
            while piece := stream.read(1 << 20):
                copy.write(piece)
            copy.keep(path)
        new += 1
        written += disk.size(path)
    target.settle()
    target.put(MANIFEST, "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode())
    ours = [path for path in target.files("cases") if NAME.fullmatch(path.partition("/")[2].partition("/")[2])]
    stale = [
        path for path in {*before, *ours} if path not in digests and target.exists(path)
    ]  # what earlier backups put there, no file of anybody else
    for path in stale:
        target.remove(path)
    target.settle()
    shutil.rmtree(place / "tmp", ignore_errors=True)
    progress(len(paths), len(paths))
    return Kept(files=len(paths), new=new, written=written, removed=len(stale))


def check_backup(place: Path, progress: Progress = lambda *_: None) -> list[str]:
    """Paths of a backup that are missing, changed or not of it; none where it is whole."""
    wanted = read_manifest(place)
    bad = []
    for done, (path, digest) in enumerate(sorted(wanted.items())):
        progress(done, len(wanted))
        if not (place / path).is_file() or (place / path).is_symlink() or _digest(place / path) != digest:
            bad.append(path)
    bad += [path for path in Disk(place).files("") if path not in wanted and path != MANIFEST]
    progress(len(wanted), len(wanted))
    return bad


def _copy_back(place: Path, disk: Disk, path: str, digest: str) -> None:
    sha256 = hashlib.sha256()
    if not (place / path).is_file():
        raise DamagedError("missing in the backup: " + path.rpartition("/")[2][:24])
    with (place / path).open("rb") as stream, disk.new_file() as copy:
        while piece := stream.read(1 << 20):
            sha256.update(piece)
            copy.write(piece)
        copy.keep(path)
    if sha256.hexdigest() != digest:
        raise DamagedError("changed in the backup: " + path.rpartition("/")[2][:24])


def restore(place: Path, root: Path, progress: Progress = lambda *_: None) -> int:
    """Copy a whole backup into a new vault; all or nothing. Files restored. Raises DamagedError naming the first bad file."""
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise VaultExistsError("the folder is not empty")
    wanted = read_manifest(place)
    partial = root.parent / f".{root.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    with plain_errors():
        partial.mkdir(parents=True, mode=0o700)
    disk = Disk(partial)
    try:
        for done, (path, digest) in enumerate(sorted(wanted.items())):
            progress(done, len(wanted))
            _copy_back(place, disk, path, digest)
        disk.put(RESTORED, b"")
        disk.settle()
        shutil.rmtree(partial / "tmp", ignore_errors=True)
        if root.exists():
            root.rmdir()
        with plain_errors():
            os.replace(partial, root)  # noqa: PTH105
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    progress(len(wanted), len(wanted))
    return len(wanted)
