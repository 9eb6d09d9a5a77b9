"""Stores in memory: an honest one, and a hostile one that shows each device what it likes.

What a hostile store may do: put back, hold back, freeze, split, alter, swap, invent. Every write of a device also goes to `truth`, so that
a test can turn the store honest again and see whether the attack left lasting harm.
"""

import io
from collections.abc import Callable, Iterable
from typing import BinaryIO

from habeas.vault.store_errors import StoreMissingError, StoreTooLargeError
from habeas.vault.store_parts import CHUNK, check_name, is_name, pieces

Hook = Callable[[str, str], None]


class MemoryStore:
    """Honest. `before(operation, name)` runs before each call: a test interrupts there, or lets another device act."""

    def __init__(self, objects: dict[str, bytes] | None = None, before: Hook = lambda *_: None) -> None:
        self.objects = {} if objects is None else objects
        self.before = before

    def _shown(self) -> dict[str, bytes]:
        return self.objects

    def names(self, prefix: str) -> dict[str, int]:
        self.before("names", prefix)
        if prefix:
            check_name(prefix.removesuffix("/"))
        top = prefix.rstrip("/") + "/" if prefix else ""
        return {name: len(content) for name, content in self._shown().items() if name.startswith(top) and is_name(name)}

    def _content(self, name: str, most: int) -> bytes:
        content = self._shown().get(check_name(name))
        if content is None:
            raise StoreMissingError
        if len(content) > most:
            raise StoreTooLargeError
        return content

    def get(self, name: str, most: int) -> bytes:
        self.before("get", name)
        return self._content(name, most)

    def get_into(self, name: str, sink: Callable[[bytes], object], most: int, start: int = 0) -> int:
        self.before("get", name)
        rest = self._content(name, most)[start:]
        for at in range(0, len(rest), CHUNK):
            sink(rest[at : at + CHUNK])
        return len(rest)

    def put_new(self, name: str, content: bytes) -> bool:
        return self.put_new_from(name, io.BytesIO(content), len(content))

    def put_new_from(self, name: str, stream: BinaryIO, size: int, progress: Callable[[int], object] | None = None) -> bool:
        self.before("put", name)
        if check_name(name) in self._shown():
            return False
        self._write(name, b"".join(pieces(stream, size, progress)))
        return True

    def _write(self, name: str, content: bytes) -> None:
        self.objects[name] = content

    def delete(self, name: str) -> None:
        self.before("delete", name)
        self._erase(check_name(name))

    def _erase(self, name: str) -> None:
        self.objects.pop(name, None)


class View(MemoryStore):
    """What a hostile store shows to one device."""

    def __init__(self, hostile: "HostileStore") -> None:
        super().__init__(hostile.truth)
        self.hostile = hostile
        self.listed: dict[str, int] = {}  # what this device was shown last, and what it put since
        self.honest()

    def names(self, prefix: str) -> dict[str, int]:
        self.listed = super().names(prefix)
        return self.listed.copy()

    def honest(self) -> None:
        """Show what is there, from now on."""
        self.objects = self.hostile.truth
        self.frozen = False
        self.hidden: set[str] = set()
        self.false: dict[str, bytes] = {}

    def _shown(self) -> dict[str, bytes]:
        if not self.hidden and not self.false:
            return self.objects
        return {name: content for name, content in {**self.objects, **self.false}.items() if name not in self.hidden}

    def sizes(self) -> dict[str, int]:
        """What a listing would show now."""
        return {name: len(content) for name, content in self._shown().items()}

    def _write(self, name: str, content: bytes) -> None:
        self.listed[name] = len(content)
        self.hostile.truth.setdefault(name, content)
        if not self.frozen:
            self.objects.setdefault(name, content)

    def _erase(self, name: str) -> None:
        self.false.pop(name, None)
        if not self.frozen:
            self.hostile.truth.pop(name, None)
            self.objects.pop(name, None)


class HostileStore:
    """One store, a view for each device. `keep` remembers what was there; old states are what it attacks with."""

    def __init__(self) -> None:
        self.truth: dict[str, bytes] = {}
        self.views: dict[str, View] = {}
        self.history: list[dict[str, bytes]] = []

    def view(self, who: str) -> View:
        """The store as `who` sees it."""
        return self.views.setdefault(who, View(self))

    def keep(self) -> None:
        """Remember this state, if it is a new one."""
        if not self.history or self.history[-1] != self.truth:
            self.history.append(dict(self.truth))

    def _of(self, who: Iterable[str]) -> list[View]:
        return [self.view(one) for one in who]

    def roll_back(self, who: Iterable[str], state: dict[str, bytes]) -> None:
        """Show these devices an earlier state, which they go on from (and share)."""
        copy = dict(state)
        for view in self._of(who):
            view.objects = copy

    def freeze(self, who: Iterable[str]) -> None:
        """Show these devices the state of now for ever; what they write vanishes."""
        copy = dict(self.truth)
        for view in self._of(who):
            view.objects, view.frozen = copy, True

    def split(self, groups: Iterable[Iterable[str]]) -> None:
        """From now on each group has a history of its own."""
        for group in groups:
            self.roll_back(group, self.truth)

    def hold_back(self, who: Iterable[str], names: Iterable[str]) -> None:
        """Hide objects from these devices."""
        hidden = set(names)
        for view in self._of(who):
            view.hidden |= hidden

    def put_false(self, who: Iterable[str], false: dict[str, bytes]) -> None:
        """Show these devices other content, or objects that nobody wrote."""
        for view in self._of(who):
            view.false |= false

    def repent(self) -> None:
        """Be honest from now on."""
        for view in self.views.values():
            view.honest()
