"""The log of one device on the disk: segments of frames, read on from where the index stopped, and appended to by their own device alone."""

import hashlib
from typing import NamedTuple

from habeas.vault.disk import Disk
from habeas.vault.errors import DamagedError
from habeas.vault.frames import HEAD, LARGEST, Frame, Reading, Tail, follows, genesis, read_frames, signed_frames

LARGEST_SEGMENT = 8 << 20


class Position(NamedTuple):
    """After frame ``n``, whose h is ``h``: ``segment`` and the ``end`` in it."""

    n: int
    h: bytes
    segment: str
    end: int


class DeviceLog:
    """Segments ``log/DEV/000001.seg`` … in order."""

    def __init__(self, disk: Disk, folder: str, compartment: str, device: str, public_key: bytes) -> None:
        """Nothing is read yet."""
        self._disk, self._folder = disk, f"{folder}/log/{device}"
        self.device, self.key = device, public_key
        self.start = Position(0, genesis(compartment, device), "", 0)

    def segments(self) -> list[str]:
        """Names, oldest first."""
        return [name for name in self._disk.names(self._folder) if name.endswith(".seg")]

    def path(self, segment: str) -> str:
        """Where a segment lies."""
        return f"{self._folder}/{segment}"

    def read_on(self, after: Position) -> tuple[list[tuple[Frame, Position]], Tail, Position, tuple[Frame, ...]]:
        """(frames after ``after`` with the position behind each, how the log ends, where, what is signed and chained behind damage)."""
        found: list[tuple[Frame, Position]] = []
        at = after
        for segment in self.segments():
            if segment < at.segment:
                continue
            start = at.end if segment == at.segment else 0
            reading = self._read(segment, start, at.h)
            for frame in reading.frames:
                at = Position(at.n + 1, frame.h, segment, start + frame.end)
                found.append((frame, at))
            if reading.tail is not Tail.CLEAN:
                later = [name for name in self.segments() if name > segment]
                tail = Tail.DAMAGED if later else reading.tail
                damage = Position(at.n, at.h, segment, start + reading.end)
                return found, tail, damage, self._behind(damage, reading, later)
        return found, Tail.CLEAN, at, ()

    def _behind(self, damage: Position, reading: Reading, later: list[str]) -> tuple[Frame, ...]:
        """Frames behind a damaged one whose body belongs to their signed h: the h before each is known, or still stands in the damaged frame."""
        with self._disk.open(self.path(damage.segment)) as stream:
            stream.seek(damage.end)
            torn = stream.read(HEAD + LARGEST)
        before = {torn[4:36], hashlib.sha256(damage.h + torn[HEAD : HEAD + int.from_bytes(torn[:4], "big")]).digest()}
        frames = [*reading.after]
        for segment in later:
            with self._disk.open(self.path(segment)) as stream:
                frames += signed_frames(stream.read(), self.key)
        kept = []
        for frame in frames:
            if any(follows(frame, one) for one in before):
                kept.append(frame)
            before = {frame.h}
        return tuple(kept)

    def _read(self, segment: str, start: int, previous: bytes) -> Reading:
        with self._disk.open(self.path(segment)) as stream:
            stream.seek(start)
            return read_frames(stream.read(), self.key, previous)

    def heal(self, at: Position) -> None:
        """Cut a torn tail off."""
        self._disk.cut(self.path(at.segment), at.end)

    def append(self, frame: bytes, at: Position, *, new_segment: bool) -> Position:
        """Append one frame after ``at`` and fsync; the position behind it, with the h of the frame still the caller's to fill in."""
        segment = at.segment or "000001.seg"
        if at.segment and (new_segment or at.end + len(frame) > LARGEST_SEGMENT):
            segment = f"{int(at.segment[:6]) + 1:06}.seg"
        start = at.end if segment == at.segment else 0
        here = self._disk.size(self.path(segment)) if self._disk.exists(self.path(segment)) else 0
        if here > start:  # what an append that failed left; it was never acknowledged
            self._disk.cut(self.path(segment), start)
        elif here < start:
            raise DamagedError("this device's own log is shorter than it was")
        self._disk.append(self.path(segment), frame)
        return Position(at.n + 1, frame[4:36], segment, start + len(frame))
