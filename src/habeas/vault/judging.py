"""What does not hold, and what is not here yet: read off an index that the replay has filled. It looks and says; it changes nothing."""

from collections.abc import Collection, Iterable, Iterator, Mapping

import msgspec

from habeas.vault.frames import Tail
from habeas.vault.index import Index
from habeas.vault.logs import Position
from habeas.vault.replay import BEHIND, LATER, REFUSED, REVOKED, SEALED, Known


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Something that does not hold, for a person to look at: a closed word, a device (or nothing), a number (or 0)."""

    what: str
    device: str = ""
    n: int = 0

    def __str__(self) -> str:
        """``held back: device 12ab, commit 7``."""
        return self.what + (f": device {self.device}" if self.device else "") + (f", commit {self.n}" if self.n else "")


def judge_log(index: Index, device: str, read_to: tuple[Tail, Position], pinned: tuple[int, str], *, mine: bool) -> Alarm | None:
    """Of one log: its end, and whether the commit that was acknowledged last (``pinned``: n, h in hex) still stands in it.

    A torn last frame of this device itself was never acknowledged: no alarm.
    """
    (tail, at), (n, h) = read_to, pinned
    held = next((row[0].hex() for row in index.rows("SELECT h FROM frame WHERE dev = ? AND n = ?", (device, n))), "")
    if at.n < n or (n and held != h):
        return Alarm(what="acknowledged commits are missing or damaged", device=device, n=at.n + 1)
    if tail is Tail.DAMAGED:
        return Alarm(what="a damaged commit", device=device, n=at.n + 1)
    if tail is Tail.TORN and not mine:
        return Alarm(what="an incomplete commit", device=device, n=at.n + 1)
    return None


def judge_commits(index: Index, known: Mapping[str, Known], me: str) -> Iterator[Alarm]:
    """Commits that do not count, and commits that others claim to have seen and that are not here, or are others here."""
    refused = index.rows("SELECT dev, n, state FROM frame WHERE state IN (?, ?, ?, ?)", (REFUSED, REVOKED, BEHIND, LATER))
    yield from (Alarm(what=f"a commit that does not count ({state})", device=device, n=n) for device, n, state in refused)
    sealed = index.rows("SELECT n FROM frame WHERE state = ? AND dev = ?", (SEALED, me))
    yield from (Alarm(what="a commit of this device does not open", device=me, n=n) for (n,) in sealed)
    for device, n, h in index.get_seen():
        if device not in known or known[device].at.n < n:
            yield Alarm(what="held back", device=device, n=n)
        elif (row := next(index.rows("SELECT h FROM frame WHERE dev = ? AND n = ?", (device, n)), None)) and row[0].hex() != h:
            yield Alarm(what="forked", device=device, n=n)


def spoken_of(index: Index) -> set[bytes]:
    """Payloads that a commit speaks of: contents, records and reasons."""
    found: set[bytes] = set()
    for _, _, _, line in index.events():
        found.update(bytes.fromhex(one) for one in (getattr(line, "payload", ""), getattr(line, "reason", "")) if one)
    return found


def unopened(index: Index, headers: Iterable[Collection[bytes]]) -> dict[str, int]:
    """Commits that do not open here (yet), and payloads without a header among ``headers``: device that wrote them → how many."""
    found: dict[str, int] = {}
    for (device,) in index.rows("SELECT dev FROM frame WHERE state = ?", (SEALED,)):
        found[device] = found.get(device, 0) + 1
    return _without(index, list(headers), found)


def missing(index: Index, here: Collection[bytes]) -> dict[str, int]:
    """Payloads that were not shredded and are not ``here``: device that wrote them → how many."""
    return _without(index, [here], {})


def _without(index: Index, held: list[Collection[bytes]], found: dict[str, int]) -> dict[str, int]:
    gone = index.gone()
    for device, _, _, line in index.events(("Sealed", "Recorded")):
        payload: str = line.payload  # type: ignore[union-attr]
        if payload not in gone and not any(bytes.fromhex(payload) in one for one in held):
            found[device] = found.get(device, 0) + 1
    return found
