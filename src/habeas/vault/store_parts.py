"""What both kinds of store have in common: which names there are, and how bytes pass through in small pieces."""

import io
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import BinaryIO

from .store_errors import StoreContentChangedError, StoreNameError, StoreTooLargeError

CHUNK = 1 << 20

_DEVICE = r"(?:con|prn|aux|nul|com\d|lpt\d)(?:[./]|$)"  # what Windows would not take for a file
_PART = rf"(?!{_DEVICE})[a-z0-9](?:[a-z0-9.-]*[a-z0-9-])?"  # no hidden file, no "..", no option, no dot at the end, which Windows drops
_NAME = re.compile(rf"{_PART}(?:/{_PART})*")
_LONGEST_NAME = 200


def is_name(text: str) -> bool:
    """Whether `text` can be the name of an object: it means the same on every disk, and never a path outside."""
    return len(text) <= _LONGEST_NAME and _NAME.fullmatch(text) is not None


def check_name(name: str) -> str:
    """Return `name`, or raise StoreNameError."""
    if not is_name(name):
        raise StoreNameError
    return name


def pieces(stream: BinaryIO, size: int, progress: Callable[[int], object] | None) -> Iterator[bytes]:
    """`size` bytes from `stream`, no more and no fewer; StoreContentChangedError in here ends an upload without an object."""
    done = 0
    while piece := _read(stream, min(CHUNK, size - done) or 1):
        done += len(piece)
        if done > size:
            raise StoreContentChangedError
        yield piece
        if progress:
            progress(done)
    if done < size:
        raise StoreContentChangedError


def _read(stream: BinaryIO, most: int) -> bytes:
    try:
        return stream.read(most)
    except OSError as error:  # it must not pass for an error of the store
        raise StoreContentChangedError from error


class Reading(ABC):
    """`get` and `get_into` on top of the one thing that a kind of store has to know: how to read."""

    @abstractmethod
    def _read(self, name: str, most: int, start: int) -> Iterator[bytes]:
        """The bytes from `start` on, in chunks of any length; nothing where the object ends there or before."""

    def get(self, name: str, most: int) -> bytes:
        """See `Store.get`."""
        content = io.BytesIO()
        self.get_into(name, content.write, most)
        return content.getvalue()

    def get_into(self, name: str, sink: Callable[[bytes], object], most: int, start: int = 0) -> int:
        """See `Store.get_into`."""
        done = start
        for chunk in self._read(check_name(name), most, start):
            done += len(chunk)
            if done > most:
                raise StoreTooLargeError
            for at in range(0, len(chunk), CHUNK):
                sink(chunk[at : at + CHUNK])
        return done - start
