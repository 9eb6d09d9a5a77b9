"""How far an upload is, told to the pages by server-sent events (figures, names that the browser gave, the outcome of each file); and a reading.

What it does not do: keep anything once the upload is over and was told.
"""

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec

EVERY = 0.25
"""Seconds between two events."""
LINGERS = 20.0
"""Seconds for which the outcome of an upload that is over is still told."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file."""

    name: str
    outcome: str
    number: str = ""
    why: str = ""


class Progress(msgspec.Struct, kw_only=True):
    """One upload: bytes that come and came, files that wait, what became of those that were sealed."""

    cid: str = ""
    total: int = 0
    came: int = 0
    files: int = 0
    lines: list[Line] = []
    over_at: float = 0.0

    @property
    def busy(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.cid) and (not self.over_at or time.monotonic() - self.over_at < LINGERS)

    def told(self) -> bytes:
        """As a page reads it."""
        counts = {word: sum(line.outcome == word for line in self.lines) for word in ("sealed", "duplicate", "refused")}
        return msgspec.json.encode({
            "cid": self.cid, "total": self.total, "came": self.came, "files": self.files, "over": bool(self.over_at), **counts,
            "lines": self.lines[-200:],
        })  # fmt: skip


class Opening(msgspec.Struct, kw_only=True):
    """How far the first reading of a large case is, in records (:mod:`habeas.web.opening`)."""

    total: int
    done: int = 0
    over: bool = False


async def events(progress: Progress) -> AsyncIterator[bytes]:
    """Server-sent events (WHATWG HTML, 9.2) until the upload is over; nothing where there is none."""
    before = b""
    while progress.busy:
        now = progress.told()
        if now != before:
            yield b"data: " + now + b"\n\n"
            before = now
        if progress.over_at:
            break
        await asyncio.sleep(EVERY)
    yield b"event: over\ndata: {}\n\n"
