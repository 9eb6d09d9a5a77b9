"""The log of one device on the disk: segments of frames, read on from where the index stopped, and appended to by their own device alone."""

from typing import NamedTuple

from habeas.vault.disk import Disk
from habeas.vault.frames import Frame, Reading, Tail, genesis, read_frames

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
        """(frames after ``after`` with the position behind each, how the log ends, where, what stands signed behind damage)."""
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
                later = segment != self.segments()[-1]
                tail = Tail.DAMAGED if later else reading.tail
                return found, tail, Position(at.n, at.h, segment, start + reading.end), reading.after
        return found, Tail.CLEAN, at, ()

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
        self._disk.append(self.path(segment), frame)
        return Position(at.n + 1, frame[4:36], segment, start + len(frame))
