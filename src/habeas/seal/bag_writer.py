"""Writes a bag to the disk, all or nothing: a reader finds either no bag or the whole one, after a power cut as well.

It writes into a hidden folder beside the target and renames it at the end. It checks each file against the digest that
was signed, but does not check the signature: the caller runs `verify.verify_folder` on the result.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .bag import BagFile, check_path
from .digest import digest_chunks
from .errors import BagNotWrittenError, ContentChangedError, FolderNotEmptyError
from .verify import printable


def write_bag(folder: Path, files: Iterable[BagFile]) -> None:
    """Write `files` as the new folder `folder`, which may exist only if it is empty; its parent must exist.

    The folder is readable by its owner alone. Raises FolderNotEmptyError, ContentChangedError, UnsafePathError, or
    BagNotWrittenError for what the disk refuses; then nothing is left behind, except after a power cut or a kill, which
    may leave a hidden folder `.NAME.*.partial` beside the target.
    """
    _check_free(folder)
    try:
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    except OSError as error:
        raise BagNotWrittenError(_reason(error)) from error
    try:
        _fill(partial, files)
        _move(partial, folder)
    except OSError as error:
        raise BagNotWrittenError(_reason(error)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__  # not str(error): it would quote paths


def _check_free(folder: Path) -> None:
    try:
        free = not os.path.lexists(folder) or (not folder.is_symlink() and not any(folder.iterdir()))
    except NotADirectoryError:
        free = False
    except OSError as error:
        raise BagNotWrittenError(_reason(error)) from error
    if not free:
        raise FolderNotEmptyError


def _fill(partial: Path, files: Iterable[BagFile]) -> None:
    folders = {partial}
    for file in files:
        check_path(file.path)  # again: a BagFile can be made without `lay_out`
        target = partial / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        folders.update(parent for parent in target.parents if parent.is_relative_to(partial))
        _write(target, file)
    for folder in folders:
        _sync_folder(folder)


def _write(target: Path, file: BagFile) -> None:
    with target.open("xb") as stream:  # x: two files of one name fail here, whatever the disk takes for one name

        def written(chunk: bytes) -> bytes:
            stream.write(chunk)
            return chunk

        if digest_chunks(map(written, file.chunks())) != file.digest:
            raise ContentChangedError(printable(file.path))
        stream.flush()
        os.fsync(stream.fileno())


def _move(partial: Path, folder: Path) -> None:
    if os.name == "nt" and folder.exists():
        folder.rmdir()  # Windows does not rename onto an empty folder
    partial.rename(folder)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; NTFS journals its names
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
