"""Disks that trace, kill, fill up or refuse, and what a power cut may leave of a trace.

The model of a power cut is POSIX's, not one file system's: the data of a file is durable after its fsync, a name after an fsync of its folder.
What was not synced may survive or not, each for itself; a rename is atomic; appended data may survive as any prefix, or as zeros.
"""

import errno
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import BinaryIO, NamedTuple

from habeas.vault.disk import Disk


class Call(NamedTuple):
    """One changing call: its name, its path, and what else belongs to it (data, the new name, a size)."""

    name: str
    path: str
    more: bytes | str | int = b""


class WatchedDisk(Disk):
    """Hands every changing call to :meth:`around` before it is made."""

    def around(self, call: Call, act: Callable[[], object], stream: BinaryIO | None = None) -> object:
        """Make the call; to be overridden."""
        return act()

    def _mkdir(self, path):
        self.around(Call("mkdir", path), lambda: super(WatchedDisk, self)._mkdir(path))

    def _create(self, path):
        return self.around(Call("create", path), lambda: super(WatchedDisk, self)._create(path))

    def _open_append(self, path):
        return self.around(Call("open", path), lambda: super(WatchedDisk, self)._open_append(path))

    def _write(self, stream, path, data):
        self.around(Call("write", path, bytes(data)), lambda: super(WatchedDisk, self)._write(stream, path, data), stream)

    def _sync(self, stream, path):
        self.around(Call("sync", path), lambda: super(WatchedDisk, self)._sync(stream, path))

    def _rename(self, old, new):
        self.around(Call("rename", old, new), lambda: super(WatchedDisk, self)._rename(old, new))

    def _sync_folder(self, path):
        self.around(Call("sync_folder", path), lambda: super(WatchedDisk, self)._sync_folder(path))

    def _unlink(self, path):
        self.around(Call("unlink", path), lambda: super(WatchedDisk, self)._unlink(path))

    def _truncate(self, path, size):
        """Two calls in one, so that a crash can come between: the cut, and the fsync behind it."""

        def cut():
            with (self.root / path).open("r+b") as stream:
                stream.truncate(size)

        self.around(Call("truncate", path, size), cut)
        with (self.root / path).open("r+b") as stream:
            self._sync(stream, path)


class TracingDisk(WatchedDisk):
    """Records every changing call with its data."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.trace: list[Call] = []

    def around(self, call, act, stream=None):
        done = act()
        self.trace.append(call)
        return done


class KillingDisk(WatchedDisk):
    """SIGKILLs its own process around the k-th changing call (from 0): ``before``, ``after``, or ``midway`` (a write puts down a random beginning)."""

    def __init__(self, root: Path, at: int, phase: str, random: Random | None = None) -> None:
        super().__init__(root)
        self.at, self.phase, self.count, self.random = at, phase, 0, random or Random(at)

    def point(self, name: str = "", stream: BinaryIO | None = None, data: bytes = b"") -> bool:
        """Count a call and die if it is the one, before or midway; whether to die after it."""
        mine = self.count == self.at
        self.count += 1
        if mine and self.phase == "midway" and name == "write" and stream is not None:
            stream.write(data[: self.random.randrange(len(data) + 1)])
            self.die()
        if mine and self.phase == "before":
            self.die()
        return mine

    def die(self) -> None:
        """As a power switch would, for this process."""
        os.kill(os.getpid(), signal.SIGKILL)

    def around(self, call, act, stream=None):
        mine = self.point(call.name, stream, call.more if isinstance(call.more, bytes) else b"")
        done = act()
        if mine:
            self.die()
        return done


class FullDisk(WatchedDisk):
    """ENOSPC at the k-th write and at all that follow until :attr:`full` is set to False; a beginning of the data may get through."""

    def __init__(self, root: Path, at: int, random: Random | None = None, error: int = errno.ENOSPC, what: tuple[str, ...] = ("write",)) -> None:
        super().__init__(root)
        self.at, self.count, self.full, self.hit, self.error, self.what = at, 0, True, False, error, what
        self.random = random or Random(at)

    def around(self, call, act, stream=None):
        if call.name in self.what:
            self.count += 1
            if self.full and self.count > self.at:
                self.hit = True
                if stream is not None and isinstance(call.more, bytes):
                    stream.write(call.more[: self.random.randrange(len(call.more) + 1)])
                raise OSError(self.error, "")
        return act()


class ReadOnlyDisk(WatchedDisk):
    """EROFS at every changing call: tests run as root, whom a mode does not stop."""

    def around(self, call, act, stream=None):
        raise OSError(errno.EROFS, "")


# What a power cut leaves


class Tree(NamedTuple):
    """A folder in memory: its folders, and its files by path."""

    folders: frozenset[str]
    files: dict[str, bytes]

    @classmethod
    def read(cls, root: Path) -> "Tree":
        """A folder as it lies on the disk."""
        folders, files = set(), {}
        for here, _, names in os.walk(root):
            base = os.path.relpath(here, root)
            base = "" if base == "." else base + "/"
            folders.add(base.rstrip("/"))
            for name in names:
                files[base + name] = (Path(here) / name).read_bytes()
        return cls(frozenset(folders), files)

    def write(self, root: Path) -> None:
        """Put it down in place of whatever is there."""
        shutil.rmtree(root, ignore_errors=True)
        for folder in sorted(self.folders):
            os.makedirs(root / folder, mode=0o700, exist_ok=True)
        for path, content in self.files.items():
            with open(root / path, "wb", buffering=0) as stream:
                stream.write(content)


class _Node:
    """A file without its names: what is durable of it, and what was done since."""

    __slots__ = ("durable", "now", "pending")

    def __init__(self, content: bytes = b"") -> None:
        self.durable, self.now = content, content
        self.pending: list[bytes | int] = []

    def write(self, data: bytes) -> None:
        self.now += data
        self.pending.append(data)

    def truncate(self, size: int) -> None:
        self.now = self.now[:size]
        self.pending.append(size)

    def sync(self) -> None:
        self.durable, self.pending = self.now, []

    def after_cut(self, random: Random, *, all_of_it: bool = False) -> bytes:
        """One content that may be found after a power cut."""
        if all_of_it:
            return self.now
        content = self.durable
        kept = random.randrange(len(self.pending) + 1) if self.pending else 0
        for number, one in enumerate(self.pending):
            if isinstance(one, int):
                content = content[:one] if number < kept or random.random() < 0.5 else content
                continue
            if number < kept:
                content += one
                continue
            how = random.randrange(4)  # nothing, a beginning, zeros of full length, a beginning and zeros
            at = random.randrange(len(one) + 1) if how in (1, 3) else 0
            content += one[:at] + (bytes(len(one) - at) if how in (2, 3) else b"")
            break
        return content


class _Effect(NamedTuple):
    """A change of names: durable once ``folder`` is synced."""

    name: str
    folder: str
    path: str
    node: _Node | None
    old: str = ""


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


class PowerCut:
    """Follows a trace call by call; :meth:`state` gives one tree that a cut now may leave. ``base`` is durable as a whole."""

    def __init__(self, base: Tree) -> None:
        self.folders = set(base.folders)
        self.durable: dict[str, _Node] = {path: _Node(content) for path, content in base.files.items()}
        self.names = dict(self.durable)
        self.effects: list[_Effect] = []

    def step(self, call: Call) -> None:
        """Make one call."""
        name, path, more = call
        if name == "mkdir":
            self.effects.append(_Effect("mkdir", _parent(path), path, None))
        elif name == "create" or (name == "open" and path not in self.names):
            self.names[path] = _Node()
            self.effects.append(_Effect("link", _parent(path), path, self.names[path]))
        elif name == "write":
            self.names[path].write(bytes(more))
        elif name == "truncate":
            self.names[path].truncate(int(more))
        elif name == "sync":
            self.names[path].sync()
        elif name == "rename":
            self.names[str(more)] = self.names.pop(path)
            self.effects.append(_Effect("rename", _parent(str(more)), str(more), self.names[str(more)], path))
        elif name == "unlink":
            if self.names.pop(path, None):
                self.effects.append(_Effect("unlink", _parent(path), path, None))
        elif name == "sync_folder":
            self._settle(path)

    def _settle(self, folder: str) -> None:
        """An fsync of a folder. Earlier changes elsewhere stay open; the order of those that touch one name is kept by making it whole."""
        due = [one for one in self.effects if one.folder == folder]
        self.effects = [one for one in self.effects if one.folder != folder]
        for one in due:
            self._apply(self.folders, self.durable, one)
            if one.name == "rename":  # its node was made under a name that it has no more
                self.effects = [other for other in self.effects if not (other.name == "link" and other.node is one.node)]

    @staticmethod
    def _apply(folders: set[str], names: dict[str, _Node], one: _Effect) -> None:
        if one.name == "mkdir":
            folders.add(one.path)
        elif one.name == "unlink":
            names.pop(one.path, None)
        else:
            if one.name == "rename" and names.get(one.old) is one.node:
                del names[one.old]
            names[one.path] = one.node  # type: ignore[assignment]

    def state(self, random: Random, *, everything: bool = False) -> Tree:
        """One tree that a power cut now may leave; ``everything``: as a kill leaves it, with all that was done."""
        folders, names = set(self.folders), dict(self.durable)
        share = random.choice((0.1, 0.5, 0.9))
        for one in self.effects:
            if everything or random.random() < share:
                self._apply(folders, names, one)
        there = {folder for folder in folders if all(up in folders for up in _above(folder))}
        contents: dict[int, bytes] = {}
        files = {}
        for path, node in names.items():
            if _parent(path) in there:
                if id(node) not in contents:
                    contents[id(node)] = node.after_cut(random, all_of_it=everything)
                files[path] = contents[id(node)]
        return Tree(frozenset(there), files)


def _above(folder: str) -> Iterator[str]:
    while folder:
        folder = _parent(folder)
        yield folder


def states_after_power_cut(base: Tree, trace: list[Call], seed: int, each: int = 1) -> Iterator[tuple[int, Tree]]:
    """(calls made, a tree that a power cut may then leave): ``each`` for every beginning of the trace."""
    cut = PowerCut(base)
    for made in range(len(trace) + 1):
        if made:
            cut.step(trace[made - 1])
        for number in range(each):
            yield made, cut.state(Random(f"{seed}.{made}.{number}"))
