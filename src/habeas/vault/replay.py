"""From frames to events: checks each commit against its chain, its author's role and its Merkle root, and puts it into the index.

The order of events is the chain's: a commit comes after everything that its author had seen (Lamport's order); clocks are not asked.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from habeas.seal.merkle import HASH, Frontier
from habeas.vault.errors import DamagedError, LaterCommitError, UnreadableError
from habeas.vault.events import CommitHead, Line, decode_commit, decode_line
from habeas.vault.frames import Frame
from habeas.vault.index import Index
from habeas.vault.logs import Position
from habeas.vault.roster import Roster

OK, SEALED, REFUSED, REVOKED, BEHIND = "ok", "sealed", "refused", "after revocation", "behind damage"
LATER = "of a later version; use a newer Habeas"


class Known(NamedTuple):
    """What is known of one device's log: where it was read to, its Merkle frontier (None after an unreadable commit), its Lamport number."""

    at: Position
    frontier: Frontier | None
    lamport: int


class Waiting(NamedTuple):
    """A frame that holds and was not looked into yet."""

    frame: Frame
    at: Position


class Replay:
    """Admits waiting frames in causal order. ``open_body`` raises UnreadableError or DamagedError."""

    def __init__(self, index: Index, roster: Roster, open_body: Callable[[bytes], bytes]) -> None:
        """Go on from what the index knows."""
        self._index, self._roster, self._open = index, roster, open_body
        self.known: dict[str, Known] = {}
        self._waiting: dict[str, deque[Waiting]] = {}
        self._active: set[str] = set()
        self._behind: dict[str, list[Frame]] = {}
        for dev, n, h, segment, end, size, roots, lamport in index.rows("SELECT * FROM device"):
            frontier = None if roots is None else Frontier(size, [roots[i : i + HASH] for i in range(0, len(roots), HASH)])
            self.known[dev] = Known(Position(n, h, segment, end), frontier, lamport)

    def start(self, device: str, at: Position) -> Known:
        """What is known of a device; at its genesis, if nothing is."""
        return self.known.setdefault(device, Known(at, Frontier(), 0))

    def add(self, device: str, frames: list[tuple[Frame, Position]]) -> None:
        """Frames to be admitted."""
        self._waiting[device] = deque(Waiting(*one) for one in frames)

    def add_behind(self, device: str, frames: Sequence[Frame]) -> None:
        """Frames that hold behind a damaged one: their events count, their root cannot be checked, and an alarm says so."""
        self._behind[device] = list(frames)

    def run(self) -> None:
        """Admit everything; one transaction."""
        with self._index.transaction():
            for device in list(self._waiting):
                self._advance(device, None)
            for device, frames in self._behind.items():
                for frame in frames:
                    self._admit_behind(device, frame)
            for device, known in self.known.items():
                at, frontier = known.at, known.frontier
                roots = None if frontier is None else b"".join(frontier.roots)
                self._index.add_device((device, at.n, at.h, at.segment, at.end, frontier.size if frontier else 0, roots, known.lamport))

    def _advance(self, device: str, upto: int | None) -> None:
        waiting = self._waiting.get(device)
        if device in self._active:
            return  # a circle of "seen" would be a lie; the order then falls back on what is known
        self._active.add(device)
        while waiting and (upto is None or self.known[device].at.n < upto):
            self._admit(device, waiting.popleft())
        self._active.discard(device)

    def _admit(self, device: str, waiting: Waiting) -> None:
        known, n = self.known[device], waiting.at.n
        state, t, lines, frontier = self._look(device, n, waiting.frame.body, known.frontier)
        head_lamport = known.lamport
        if isinstance(t, CommitHead):
            for other, (seen, _) in t.seen.items():
                if other in self.known and self.known[other].at.n < seen:
                    self._advance(other, seen)
                if other in self.known:
                    head_lamport = max(head_lamport, self._lamport(other, seen))
        lamport = head_lamport + 1
        body = hashlib.sha256(waiting.frame.body).digest() if state == SEALED else None
        self._index.add_frame((device, n, waiting.at.h, lamport, t.t if isinstance(t, CommitHead) else "", state, body))
        if isinstance(t, CommitHead):
            self._index.add_seen(device, t.seen)
        if state == OK:
            self._index.add_events(lamport, device, n, lines)
        self.known[device] = Known(waiting.at, frontier, lamport)

    def _admit_behind(self, device: str, frame: Frame) -> None:
        try:
            head, raw = decode_commit(self._open(frame.body).rstrip(b"\n") + b"\n")
            lines = [(one, decode_line(one)) for one in raw]
        except (UnreadableError, DamagedError):
            return
        member = self._roster.member(device)
        known = next(self._index.rows("SELECT 1 FROM frame WHERE dev = ? AND n = ?", (device, head.seq)), None)
        if member is None or known or not all(member.role.may_write(line) for _, line in lines) or (not member.active and head.seq > member.until):
            return
        lamport = 1 + max([self.known[device].lamport + head.seq, *(self._lamport(other, n) for other, (n, _) in head.seen.items())])
        self._index.add_frame((device, head.seq, frame.h, lamport, head.t, BEHIND, None))
        self._index.add_events(lamport, device, head.seq, lines)

    def _lamport(self, device: str, n: int) -> int:
        found = next(self._index.rows("SELECT lamport FROM frame WHERE dev = ? AND n = ?", (device, n)), None)
        return found[0] if found else 0

    def _look(
        self, device: str, n: int, body: bytes, frontier: Frontier | None
    ) -> tuple[str, CommitHead | None, list[tuple[bytes, Line]], Frontier | None]:
        """(state, first line, events, frontier behind it)."""
        member = self._roster.member(device)
        if member is not None and not member.active and n > member.until:
            return REVOKED, None, [], None
        try:
            head, raw = decode_commit(self._open(body).rstrip(b"\n") + b"\n")
            lines = [(one, decode_line(one)) for one in raw]
        except (UnreadableError, DamagedError) as error:
            return SEALED if isinstance(error, UnreadableError) else LATER if isinstance(error, LaterCommitError) else REFUSED, None, [], None
        if member is None or head.seq != n or not all(member.role.may_write(line) for _, line in lines):
            return REFUSED, head, [], None
        if frontier is not None:
            frontier = frontier.copy()
            for one in raw:
                frontier.add(one)
            if (frontier.root().hex(), frontier.size) != (head.root, head.size):
                return REFUSED, head, [], None
        return OK, head, lines, frontier
