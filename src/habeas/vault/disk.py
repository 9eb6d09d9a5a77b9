"""The one door to the disk: durable writes, in an order that a crash or a power cut cannot undo.

A new file is written beside its place, fsynced, renamed, and its folder fsynced; a log is appended to and fsynced. `settle` makes pending
renames durable and must run before what refers to them is written. Paths are relative to the vault, with ``/``.

Every system call that changes something is a method of its own, so that a simulator can replay, tear or stop each (tests/simulators/disks.py).

Where systems differ (only Linux was run here): macOS needs F_FULLFSYNC for what fsync does elsewhere; Windows cannot open a folder to
fsync it (NTFS journals its names) and locks with msvcrt. Those lines are marked.
"""

import errno
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from habeas.vault.errors import DiskFailedError, DiskFullError, DiskReadOnlyError, LockedError, VaultError

TMP = "tmp"
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_READ_ONLY = (errno.EROFS, errno.EACCES, errno.EPERM)
_F_FULLFSYNC = 51  # macOS; the module fcntl of other systems does not name it


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what the system says into a sentence; a path (which may hold a name) is never in it."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFullError from None
        if error.errno in _READ_ONLY:
            raise DiskReadOnlyError from None
        raise DiskFailedError(os.strerror(error.errno) if error.errno else type(error).__name__) from None


class Disk:
    """A folder, and all that is done to files below it. One writer at a time (see :meth:`lock`)."""

    def __init__(self, root: Path) -> None:
        """Nothing is made yet."""
        self.root = root
        self.read_only = False
        self._pending: set[str] = set()
        self._known: set[str] = set()  # folders and logs whose names this process made durable, or is about to

    # What changes something, one system call each. A simulator overrides these.

    def _mkdir(self, path: str) -> None:
        (self.root / path).mkdir(mode=0o700, exist_ok=True)

    def _create(self, path: str) -> BinaryIO:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        return os.fdopen(os.open(self.root / path, flags, 0o600), "wb", buffering=0)

    def _open_append(self, path: str) -> BinaryIO:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        return os.fdopen(os.open(self.root / path, flags, 0o600), "ab", buffering=0)

    def _write(self, stream: BinaryIO, path: str, data: bytes | memoryview) -> None:  # noqa: ARG002  # the simulators read the path
        view = memoryview(data)
        while view:
            view = view[stream.write(view) :]

    def _sync(self, stream: BinaryIO, path: str) -> None:  # noqa: ARG002
        if sys.platform == "darwin":  # not run here
            import fcntl  # noqa: PLC0415

            fcntl.fcntl(stream.fileno(), _F_FULLFSYNC)
        else:
            os.fsync(stream.fileno())

    def _rename(self, old: str, new: str) -> None:
        os.replace(self.root / old, self.root / new)

    def _sync_folder(self, path: str) -> None:
        if os.name == "nt":  # not run here: a folder cannot be opened, and NTFS journals its names
            return
        descriptor = os.open(self.root / path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _unlink(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)

    def _truncate(self, path: str, size: int) -> None:
        with (self.root / path).open("r+b") as stream:
            stream.truncate(size)
            self._sync(stream, path)

    # What callers use.

    def make_folder(self, path: str) -> None:
        """Make a folder and its parents; durable after :meth:`settle`."""
        parts = path.split("/")
        for at in range(1, len(parts) + 1):
            one = "/".join(parts[:at])
            if one and one not in self._known:  # a folder may be there and not yet be durable: a run before this one was killed
                if not (self.root / one).is_dir():
                    with plain_errors():
                        self._mkdir(one)
                self._pending.add("/".join(parts[: at - 1]))
                self._known.add(one)

    @contextmanager
    def new_file(self) -> Iterator["NewFile"]:
        """A file without a name yet; it gets one by :meth:`NewFile.keep`, else it is gone at the end."""
        self.make_folder(TMP)
        path = f"{TMP}/{secrets.token_hex(8)}"
        with plain_errors():
            new = NewFile(self, path, self._create(path))
        try:
            yield new
        finally:
            new.drop()

    def put(self, path: str, content: bytes, *, settle: bool = True) -> None:
        """Write a whole file, new or in place of an older one: after a crash there is the one or the other."""
        with self.new_file() as new:
            new.write(content)
            new.keep(path)
        if settle:
            self.settle()

    def append(self, path: str, content: bytes) -> None:
        """Append and fsync: the commit point. Where that fails, what was written is cut off again."""
        parent = path.rpartition("/")[0]
        self.make_folder(parent)
        self.settle()
        before = self.size(path) if self.exists(path) else None
        with plain_errors():
            stream = self._open_append(path)
            try:
                with stream:
                    self._write(stream, path, content)
                    self._sync(stream, path)
                if path not in self._known:
                    self._sync_folder(parent)
                self._known.add(path)
            except OSError:
                with suppress(OSError):
                    self._truncate(path, before or 0)
                raise

    def make_durable(self, path: str) -> None:
        """Fsync a file and its folder: what was written by a run that was killed may be seen and not yet be on the disk."""
        if self.read_only:
            return
        with plain_errors():
            with self._open_append(path) as stream:
                self._sync(stream, path)
            self._sync_folder(path.rpartition("/")[0])

    def settle(self) -> None:
        """Make every rename and new folder so far durable."""
        with plain_errors():
            pending = sorted(self._pending, key=len, reverse=True)
            for folder in pending:
                if (self.root / folder).is_dir():
                    self._sync_folder(folder)
        self._pending.difference_update(pending)  # not what came meanwhile: a file may arrive while another is committed

    def remove(self, path: str) -> None:
        """Delete a file, if it is there; durable after :meth:`settle`."""
        with plain_errors():
            self._unlink(path)
        self._pending.add(path.rpartition("/")[0])

    def move(self, old: str, new: str) -> None:
        """Give a file another name, durably with :meth:`settle`; it is fsynced first."""
        self.make_folder(new.rpartition("/")[0])
        with plain_errors():
            with self._open_append(old) as stream:
                self._sync(stream, old)
            self._rename(old, new)
        self._pending.add(new.rpartition("/")[0])

    @contextmanager
    def growing(self, path: str) -> Iterator[Callable[[bytes], None]]:
        """Append pieces that may be lost: for what can be fetched again."""
        with plain_errors():
            stream = self._open_append(path)
        with stream:

            def write(data: bytes) -> None:
                with plain_errors():
                    self._write(stream, path, data)

            yield write

    def cut(self, path: str, size: int) -> None:
        """Cut a file to ``size`` bytes, durably: how a torn tail is healed."""
        with plain_errors():
            self._truncate(path, size)

    def clear_tmp(self) -> None:
        """Delete what an interrupted run left without a name."""
        for name in [] if self.read_only else self.names(TMP):
            self.remove(f"{TMP}/{name}")

    def exists(self, path: str) -> bool:
        """Whether a regular file is there."""
        try:
            return stat.S_ISREG((self.root / path).lstat().st_mode)
        except OSError:
            return False

    def stamp(self, path: str) -> tuple[int, int]:
        """When a file was written last (nanoseconds) and its size; zeros where there is none."""
        try:
            status = (self.root / path).lstat()
        except OSError:
            return (0, 0)
        return status.st_mtime_ns, status.st_size

    def size(self, path: str) -> int:
        """Bytes of a file."""
        return (self.root / path).lstat().st_size

    def names(self, folder: str) -> list[str]:
        """Names in a folder, sorted; none where there is no folder."""
        try:
            return sorted(name for name in os.listdir(self.root / folder) if not name.startswith("."))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def files(self, folder: str) -> list[str]:
        """Paths of all regular files below a folder, sorted; links are left out."""
        found: list[str] = []
        stack = [folder]
        while stack:
            here = stack.pop()
            for name in self.names(here):
                path = f"{here}/{name}" if here else name
                mode = (self.root / path).lstat().st_mode
                if stat.S_ISDIR(mode):
                    stack.append(path)
                elif stat.S_ISREG(mode):
                    found.append(path)
        return sorted(found)

    def read(self, path: str) -> bytes:
        """A whole file. Raises VaultError where it is not there or cannot be read."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            raise VaultError("a file is missing: " + path.rpartition("/")[2]) from None
        except OSError as error:
            raise DiskFailedError(os.strerror(error.errno or 0)) from None

    def open(self, path: str) -> BinaryIO:
        """A file for reading. Raises VaultError where it is not there."""
        try:
            return (self.root / path).open("rb")
        except FileNotFoundError:
            raise VaultError("a file is missing: " + path.rpartition("/")[2]) from None
        except OSError as error:
            raise DiskFailedError(os.strerror(error.errno or 0)) from None

    @contextmanager
    def lock(self, name: str = "lock") -> Iterator[None]:
        """Hold the vault (or another thing of that name in it) for this process alone; the system frees it when a process dies.

        Raises LockedError where another process has it.
        """
        try:
            with plain_errors():
                stream = self._open_append(name)
        except DiskReadOnlyError:  # a stick with its switch on: reading is possible
            self.read_only = True
            stream = self.open(name)
        with stream:
            try:
                if os.name == "nt":  # not run here
                    import msvcrt  # noqa: PLC0415

                    stream.seek(0)
                    msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
                else:
                    import fcntl  # noqa: PLC0415

                    fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise LockedError from None
            yield


class NewFile:
    """A file that is being written beside its place."""

    def __init__(self, disk: Disk, path: str, stream: BinaryIO) -> None:
        """Made by :meth:`Disk.new_file`."""
        self._disk, self._path, self._stream = disk, path, stream
        self._kept = False

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes. Raises DiskFullError and kin."""
        with plain_errors():
            self._disk._write(self._stream, self._path, data)

    def reading(self) -> BinaryIO:
        """What was written so far, from its beginning."""
        return self._disk.open(self._path)

    def keep(self, path: str) -> None:
        """Give it its name: fsync, then rename. The name is durable after :meth:`Disk.settle`."""
        disk = self._disk
        disk.make_folder(path.rpartition("/")[0])
        with plain_errors():
            disk._sync(self._stream, self._path)
            self._stream.close()
            disk._rename(self._path, path)
        disk._pending.add(path.rpartition("/")[0])
        self._kept = True

    def drop(self) -> None:
        """Close it, and delete it unless it was kept."""
        with suppress(OSError):
            self._stream.close()
        if not self._kept:
            with suppress(OSError):
                self._disk._unlink(self._path)
