"""A store in a folder: a stick, a mounted share. What was put is on the disk when `put_new` returns."""

import ctypes
import errno
import io
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .store_errors import StoreMissingError, StoreNameError, StoreRefusedError, StoreTooLargeError, StoreUnreachableError
from .store_parts import CHUNK, Reading, check_name, is_name, pieces

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
_AT_FDCWD, _RENAME_NOREPLACE, _RENAME_EXCL = -100, 1, 4


class FolderStore(Reading):
    """A folder that exists already; it is never created, since a stick that was pulled out may leave its path behind.

    Links below the folder are not followed (whoever can change the folder in that very moment could still slip one in).
    A kill may leave a hidden file `.*.partial`, which counts as absent.
    """

    def __init__(self, path: Path) -> None:
        """Use the folder `path`, which may itself be a link."""
        self._root = path

    def names(self, prefix: str) -> dict[str, int]:
        """See `Store.names`."""
        found: dict[str, int] = {}
        top = check_name(prefix.removesuffix("/")) if prefix else ""
        with self._translated():
            self._check_root()
            folders = [top] if self._leads(top) else []
            while folders:
                with suppress(FileNotFoundError):  # removed by someone else since
                    self._list(folders.pop(), folders, found)
            self._check_root()
        return found

    def _list(self, folder: str, folders: list[str], found: dict[str, int]) -> None:
        with os.scandir(self._root / folder) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}" if folder else entry.name
                if not is_name(name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(name)
                elif entry.is_file(follow_symlinks=False):
                    with suppress(FileNotFoundError):
                        found[name] = entry.stat(follow_symlinks=False).st_size

    def _check_root(self) -> None:
        if not self._root.is_dir():
            raise StoreUnreachableError

    def _leads(self, folder: str) -> bool:
        """Whether `folder` and all above it, up to the root, are folders and not links."""
        path = self._root
        for part in folder.split("/") if folder else ():
            path /= part
            if not os.path.lexists(path) or not stat.S_ISDIR(path.lstat().st_mode):
                return False
        return True

    def _read(self, name: str, most: int, start: int) -> Iterator[bytes]:
        with self._translated():
            path = self._root / name
            if not self._leads(name.rpartition("/")[0]) or not stat.S_ISREG(path.lstat().st_mode):
                raise FileNotFoundError
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
            with open(descriptor, "rb", buffering=0) as stream:
                if os.fstat(descriptor).st_size > most:
                    raise StoreTooLargeError
                stream.seek(start)
                while chunk := stream.read(CHUNK):
                    yield chunk

    def put_new(self, name: str, content: bytes) -> bool:
        """See `Store.put_new`."""
        return self.put_new_from(name, io.BytesIO(content), len(content))

    def put_new_from(self, name: str, stream: BinaryIO, size: int, progress: Callable[[int], object] | None = None) -> bool:
        """See `Store.put_new_from`; here it is atomic for any size, save where the disk knows neither links nor exclusive renames."""
        target = self._root / check_name(name)
        with self._translated():
            self._check_root()
            self._make_folder(target.parent)
            if os.path.lexists(target):
                return False
            partial = target.parent / f".{secrets.token_hex(8)}.partial"
            try:
                with partial.open("xb") as copy:
                    for piece in pieces(stream, size, progress):
                        copy.write(piece)
                    copy.flush()
                    os.fsync(copy.fileno())
                placed = _place(partial, target)
            finally:
                partial.unlink(missing_ok=True)
            _sync_folder(target.parent)
        return placed

    def _make_folder(self, folder: Path) -> None:
        for path in reversed([folder, *folder.parents]):
            if path != self._root and path.is_relative_to(self._root):
                with suppress(FileExistsError):
                    path.mkdir()
                    _sync_folder(path.parent)
                if not stat.S_ISDIR(path.lstat().st_mode):
                    raise StoreNameError

    def delete(self, name: str) -> None:
        """See `Store.delete`."""
        path = self._root / check_name(name)
        with self._translated():
            self._check_root()
            if self._leads(name.rpartition("/")[0]) and os.path.lexists(path):
                path.unlink(missing_ok=True)
                _sync_folder(path.parent)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            raise (StoreMissingError if self._root.is_dir() else StoreUnreachableError) from None
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
                raise StoreRefusedError from None
            raise StoreUnreachableError(error.strerror or type(error).__name__) from None  # not str(error): it would quote paths


def _place(partial: Path, target: Path) -> bool:
    """Give the complete file its name, unless that is taken. A rename would overwrite; a link never does, but FAT and exFAT have none."""
    try:
        os.link(partial, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _rename_new(partial, target)
    return True


def _rename_new(partial: Path, target: Path) -> bool:
    """Rename without overwriting: Windows does so anyway, Linux and macOS on request."""
    try:
        if os.name != "nt":
            _rename_exclusively(os.fsencode(partial), os.fsencode(target))
        else:
            partial.rename(target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):  # old network and FUSE mounts: the one place where two may believe that they were first
            return False
        partial.rename(target)
    return True


def _rename_exclusively(source: bytes, target: bytes) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        if sys.platform == "darwin":
            failed = libc.renamex_np(source, target, _RENAME_EXCL)
        else:
            failed = libc.renameat2(_AT_FDCWD, source, _AT_FDCWD, target, _RENAME_NOREPLACE)
    except AttributeError:  # a C library without it
        raise OSError(errno.ENOSYS, "") from None
    if failed:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows cannot open a folder; NTFS journals its names
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some shares cannot sync a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
