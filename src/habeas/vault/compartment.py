"""One open compartment: a case, its members, its log. Every change is one commit, and a commit counts once its frame is on the disk.

What it does not do: rotate keys (`rotation`), talk to a store (`sync`), or know what a record means (the services do).
"""

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

import apsw
import msgspec

from habeas.seal.age import (
    FILE_KEY,
    AgeError,
    Identity,
    NoMatchError,
    Recipient,
    open_chunks,
    open_file,
    open_header,
    opens_beginning,
    seal_file,
    seal_header,
    seal_payload,
)
from habeas.seal.merkle import Frontier
from habeas.seal.note import NoteError
from habeas.vault.disk import Disk
from habeas.vault.draft import Content, Draft, Envelope
from habeas.vault.errors import DamagedError, NotAllowedError, NotReadyError, RosterError, ShreddedError, UnreadableError, VaultError
from habeas.vault.events import CommitHead, commitment, decode_commit, decode_line, encode_commit, encode_line, version_of
from habeas.vault.frames import Tail, encode_frame
from habeas.vault.index import Index, fingerprint, index_key
from habeas.vault.judging import Alarm, judge_commits, judge_log, unopened
from habeas.vault.keyring import Epoch, Keyring, write_keys
from habeas.vault.logs import DeviceLog, Position
from habeas.vault.objects import Header, Objects, encode_headers
from habeas.vault.padding import padded_size
from habeas.vault.replay import OK, SEALED, Known, Replay
from habeas.vault.roster import Holder, Member, Role, Roster, admit_first, admit_next, digest_of, sign_roster
from habeas.vault.seat import Pins, Seat

FORMAT = "habeas-compartment/1"
Clock = Callable[[], str]
"""The local time as ISO 8601 in UTC, to the second: a claim."""


class Committed(NamedTuple):
    """A commit that stands in the log: what the index has to learn of it."""

    draft: Draft
    head: CommitHead
    lines: list[bytes]
    headers: list[Header]
    at: Position
    frontier: Frontier


class Compartment:
    """Made by :func:`create` or :func:`open_compartment`."""

    def __init__(self, disk: Disk, cid: str, seat: Seat, clock: Clock, second: Identity | None = None) -> None:
        """Nothing is read yet; :meth:`load` does."""
        self.disk, self.cid, self.seat, self.clock, self.second = disk, cid, seat, clock, second
        self.folder = f"cases/{cid}"
        self.pins = Pins.read(disk, self._pins_path, seat.identity)
        self.objects = Objects(disk, self.folder)
        self.rings = Keyring()
        self.alarms: list[Alarm] = []
        self.removed = False
        self._behind = False
        self.roster: Roster
        self.index: Index

    @property
    def _pins_path(self) -> str:
        return f"local/{self.cid}.pins"

    @property
    def index_path(self) -> str:
        """Where the index lies."""
        return f"index/{self.cid}.db"

    @property
    def epoch(self) -> Epoch:
        """The current epoch's secrets. Raises UnreadableError where this device does not hold them."""
        found = self.rings.epochs.get(self.roster.epoch)
        if found is None:
            raise UnreadableError("this device holds no key of the case as it is now")
        return found

    @property
    def me(self) -> Member:
        """The device itself as the roster knows it. Raises NotAllowedError."""
        found = self.roster.member(self.seat.device)
        if found is None or not found.active or self.removed:
            raise NotAllowedError("this device is no longer a member")
        return found

    # Reading

    def load(self) -> None:
        """Read rosters, keys, headers and the logs; what does not hold becomes an alarm, and the rest is read."""
        self.alarms = []
        self.close()
        self.load_rosters()
        self.rings = Keyring()
        self.rings.load(self.disk, self.folder, self.seat.identity, f"d{self.seat.device}", self.second, self.roster)
        self.objects.load()
        self.alarms += [Alarm(what="damaged file " + name[:32]) for name in (*self.objects.damaged, *self.rings.damaged)]
        if self.pins.unread:
            self.alarms.append(Alarm(what="a newer list of members that this device cannot read: it may have been removed", n=self.pins.unread))
        self.open_index()
        said = list(self.alarms)
        try:
            self.refresh()
        except (apsw.Error, DamagedError):  # a damaged index is made anew; it is never the truth
            self.alarms = said
            self.remake_index()
        if len(self.alarms) > len(said) and not self.index.fresh:  # before anything is accused: the index may be what is wrong
            self.alarms = said
            self.remake_index()

    def open_index(self) -> None:
        """Open the index of the current epoch; empty where it is of another."""
        self.index = Index(self.disk.root / self.index_path, index_key(self.epoch.main.raw), in_memory=self.disk.read_only)

    def load_rosters(self) -> None:
        """Follow the chain of rosters from where trust began to the last one that this device can read."""
        folder = f"{self.folder}/members"
        current: Roster | None = None
        digest = ""
        closed: list[str] = []
        oldest, trusted, gap = "", not self.pins.trust, False
        for name in self.disk.names(folder):
            try:
                note = open_file(self.disk.read(f"{folder}/{name}"), [self.seat.identity])
                seen = digest_of(note)
            except NoMatchError:
                self.removed = current is not None
                gap = True
                closed.append(name)
                continue
            except (AgeError, NoteError):
                self._damaged_roster(name)
                gap = True
                continue
            oldest, trusted = oldest or name, trusted or seen == self.pins.trust
            if gap and current is not None and seen != self.pins.roster[1] and _version(name) < self.pins.roster[0]:
                continue  # behind a gap nothing vouches for it; the one that was pinned vouches for itself
            found = self._admit(current, note, seen, digest)
            if found is not None:
                current, digest, self.removed = found, seen, False
        if current is None:
            raise RosterError("none that this device can trust")
        version, pinned = self.pins.roster
        if current.version < version or (current.version == version and digest != pinned):
            raise RosterError("an older one was put back in place of the one that was seen here")
        self.roster, self.roster_digest = current, digest
        self._closed_rosters(closed, oldest, trusted=trusted)
        if current.epoch not in self.pins.epochs:
            self.pins.epochs.append(current.epoch)
        if (current.version, digest) != (version, pinned):
            self.disk.make_durable(f"{folder}/{current.version:04}.age")
            self.pins.roster = (current.version, digest)
            self.pins.trust = self.pins.trust or digest
            self.pins.write(self.disk, self._pins_path, self.seat.identity.recipient)

    def _closed_rosters(self, closed: list[str], oldest: str, *, trusted: bool) -> None:
        """A member opens every roster from where his trust began to the newest, since nobody who left comes back: one that does not open is damaged.

        ``oldest``: the oldest that opened; ``trusted``: whether the one where trust began did, or else it can only be the one just before.
        """
        newest = f"{self.roster.version:04}.age"
        lost = [name for name in closed if oldest < name < newest or (not trusted and _version(name) == _version(oldest) - 1)]
        self._say(*(Alarm(what="damaged file members/" + name) for name in lost))

    def _say(self, *alarms: Alarm) -> None:
        """Say once that something does not hold: rosters are read more than once in a session."""
        self.alarms += [one for one in alarms if one not in self.alarms]

    def _admit(self, current: Roster | None, note: bytes, seen: str, digest: str) -> Roster | None:
        """The next roster; None for one from before trust began. Raises RosterError."""
        if seen == self.pins.roster[1]:  # seen and followed before: it holds even where an older one is damaged now
            return admit_first(note, self.cid, seen)
        if current is not None:
            return admit_next(current, note, digest)
        return admit_first(note, self.cid, self.pins.trust) if self.pins.trust in ("", seen) else None

    def _damaged_roster(self, name: str) -> None:
        """An older one that is damaged is an alarm; without the newest one nothing can be trusted."""
        if _version(name) >= self.pins.roster[0]:
            raise RosterError("damaged: " + name)
        self._say(Alarm(what="damaged file members/" + name))

    def devices(self) -> list[str]:
        """Members that have a log here."""
        return [name for name in self.disk.names(f"{self.folder}/log") if self.roster.member(name)]

    def log(self, device: str) -> DeviceLog:
        """The log of a member."""
        member = self.roster.member(device)
        if member is None:
            raise NotAllowedError("not a member")
        return DeviceLog(self.disk, self.folder, self.cid, device, member.key)

    def refresh(self) -> None:
        """Read what is new in the logs into the index; made anew where frames that could not be opened now can."""
        sealed = [body for (body,) in self.index.rows("SELECT body FROM frame WHERE state = ?", (SEALED,))]
        openable = self.openable()
        gaps = self.index.get("gaps")
        if gaps or self._behind or not self._index_fits() or any(body in headers for body in sealed for headers in openable):
            self._rebuild()
        self._behind = False
        replay = Replay(self.index, self.roster, lambda body: self.open_payload(hashlib.sha256(body).digest(), [body]))
        tails: dict[str, tuple[Tail, Position]] = {}
        for device in self.devices():
            log = self.log(device)
            known = replay.start(device, log.start)
            frames, tail, at, after = log.read_on(known.at)
            replay.add(device, frames)
            replay.add_behind(device, after)
            tails[device] = (tail, at)
        replay.run()
        self.known = replay.known
        for device, read_to in tails.items():
            self._judge(device, read_to)
        self.alarms += judge_commits(self.index, self.known, self.seat.device)
        self.index.put("gaps", int(any(one.what == "held back" for one in self.alarms)))  # the order changes when a gap is filled
        self._pin()

    def _judge(self, device: str, read_to: tuple[Tail, Position]) -> None:
        """A torn last frame of this device was never acknowledged, and is cut off; anything else that does not hold is an alarm."""
        mine = device == self.seat.device
        alarm = judge_log(self.index, device, read_to, self.pins.logs.get(device, (0, "")), mine=mine)
        if alarm is not None:
            self.alarms.append(alarm)
            if mine:  # what it would append now would stand in place of what was there: two commits of one number, which is a fork
                self.known[device] = self.known[device]._replace(frontier=None)
        elif read_to[0] is Tail.TORN:
            self.log(device).heal(read_to[1])

    def _index_fits(self) -> bool:
        """Whether what the index read last still stands where it was read, and the index is whole."""
        if not self.index.whole():
            return False
        for device, n, h, segment, end in self.index.rows("SELECT dev, n, h, segment, end FROM device WHERE n > 0"):
            path = f"{self.folder}/log/{device}/{segment}"
            if not self.disk.exists(path) or self.disk.size(path) < end:
                return False
            pinned_n, pinned = self.pins.logs.get(device, (0, ""))
            if pinned_n == n and pinned != h.hex():
                return False
        return True

    def _rebuild(self) -> None:
        self.index.destroy()
        self.open_index()

    def remake_index(self) -> None:
        """Make the index anew from the log."""
        self._rebuild()
        self.refresh()

    def bodies(self) -> dict[bytes, bytes]:
        """Bodies of all frames by the hash that their headers go by: what a header is tested on."""
        found: dict[bytes, bytes] = {}
        for device in self.devices():
            log = self.log(device)
            frames, _, _, after = log.read_on(log.start)
            found.update((hashlib.sha256(one.body).digest(), one.body) for one in (*(frame for frame, _ in frames), *after))
        return found

    def openable(self) -> list[Mapping[bytes, Sequence[bytes]]]:
        """Headers by payload, of each folder that this device has a key for."""
        return [self.objects.headers.get(folder, {}) for folder in self.rings.folders()]

    def waiting(self) -> dict[str, int]:
        """What others wrote and what does not open here (yet): device → how many commits and items."""
        return unopened(self.index, self.openable())

    def _pin(self) -> None:
        """Keep what was seen; a pin never goes back."""
        changed = False
        for device, known in self.known.items():
            if known.at.n > self.pins.logs.get(device, (0, ""))[0]:
                self.disk.make_durable(self.log(device).path(known.at.segment))
                self.pins.logs[device] = (known.at.n, known.at.h.hex())
                changed = True
        if changed:
            self.save_pins()

    def save_pins(self) -> None:
        """Keep what was seen, durably."""
        if self.disk.read_only:
            return
        self.pins.write(self.disk, self._pins_path, self.seat.identity.recipient)

    def open_payload(self, payload: bytes, pieces: Iterable[bytes] | None = None) -> bytes:
        """The padded plaintext of a payload. Raises UnreadableError, DamagedError or ShreddedError."""
        return b"".join(self.stream_payload(payload, pieces))

    def stream_payload(self, payload: bytes, pieces: Iterable[bytes] | None = None) -> Iterator[bytes]:
        """The same in pieces; an error at the end means that nothing of it counts."""
        whole = None if pieces is None else b"".join(pieces)
        file_key = self.file_key(payload, whole)
        try:
            yield from open_chunks(file_key, self.objects.pieces(payload) if whole is None else [whole])
        except AgeError:
            raise DamagedError("payload " + payload.hex()[:12]) from None

    def fits(self, file_key: bytes, payload: bytes, body: bytes | None = None) -> bool:
        """Whether a key opens the first chunk of a payload."""
        try:
            beginning = self.objects.beginning(payload) if body is None else body
        except VaultError:
            return False
        return opens_beginning(file_key, beginning)

    def file_key(self, payload: bytes, body: bytes | None = None) -> bytes:
        """The key of a payload, from a header that opens and fits. ``body``: the payload itself, where it lies in a log."""
        damaged = False
        keys: list[bytes] = []
        for folder in self.rings.folders():
            for header in self.objects.headers.get(folder, {}).get(payload, ()):
                try:
                    keys.append(open_header(header, self.rings.identities(folder)))
                except NoMatchError:
                    continue
                except AgeError:
                    damaged = True
        if len(keys) == 1:
            return keys[0]
        for key in keys:  # a header that opens and is of another key was put there by somebody: the payload tells
            if self.fits(key, payload, body):
                return key
        damaged |= bool(keys)
        if damaged:
            raise DamagedError("the header of payload " + payload.hex()[:12])
        if hasattr(self, "index") and payload.hex() in self.index.gone():
            raise ShreddedError(payload.hex()[:12])
        raise UnreadableError("no key for payload " + payload.hex()[:12])

    def envelope(self, payload: str, rid: str = "", committed: str = "") -> Envelope:
        """A record as it was sealed; with ``rid`` and ``committed``, only if it says that id and is what the log committed to."""
        plain = self.open_payload(bytes.fromhex(payload))
        try:
            found = msgspec.json.decode(plain, type=Envelope)
            said = commitment(bytes.fromhex(found.salt), hashlib.sha256(plain).digest()) if committed else ""
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise DamagedError("record " + payload[:12]) from None
        if (rid and found.id != rid) or said != committed:  # a member put one text under the id of another, or shows two readers two texts
            raise DamagedError("record " + payload[:12])
        return found

    def words(self, payload: str) -> str:
        """Free words that were sealed by themselves; a dash where they are gone."""
        if not payload:
            return ""
        with suppress(UnreadableError, ShreddedError, DamagedError, msgspec.MsgspecError, ValueError, KeyError):
            return str(msgspec.json.decode(self.open_payload(bytes.fromhex(payload)))["text"])
        return "—"

    def read_content(self, content: Content) -> bytes:
        """The bytes of an exhibit, checked against the digest that was sealed with it."""
        return b"".join(self.stream_content(content))

    def stream_content(self, content: Content) -> Iterator[bytes]:
        """The same in pieces. Raises DamagedError at the end where the digest differs."""
        left, sha256 = content.size, hashlib.sha256()
        for piece in self.stream_payload(bytes.fromhex(content.payload)):
            kept = piece[:left]
            left -= len(kept)
            sha256.update(kept)
            if kept:
                yield kept
        if left or sha256.hexdigest() != content.sha256:
            raise DamagedError("exhibit content " + content.payload[:12])

    # Writing

    def draft(self) -> Draft:
        """An empty draft for the current epoch. Raises NotAllowedError for whoever left."""
        _ = self.me
        return Draft(self.disk, self.folder, Recipient.parse(self.roster.recipient), Recipient.parse(self.roster.contacts))

    def commit(self, draft: Draft) -> int:
        """Write everything in the draft; its number in this device's log. After the return, it is on the disk."""
        if self._behind:
            self.remake_index()
        me, known = self.me, self._mine()
        if not all(me.role.may_write(event) for event in draft.events):
            raise NotAllowedError(f"role {me.role}")
        if self.pins.must_sync:
            raise NotReadyError(
                "this vault was restored from a backup: sync this case first, so that no number is used twice (or: habeas vault resume CASE)"
            )
        if known.frontier is None:
            raise DamagedError("this device's own log; restore it before writing")
        draft.flush()
        lines = [encode_line(event) for event in draft.events]
        for line in lines:
            decode_line(line)  # what would not be read again is not written
        frontier = known.frontier.copy()
        for line in lines:
            frontier.add(line)
        head = self._next_head(known, frontier, version_of(draft.events))
        body, header = self._seal_body(head, lines)
        headers = [*draft.headers, header]
        pack = encode_headers(headers)
        name = heads_name(self.seat.device, pack)
        self.disk.put(f"{self.folder}/heads/{self.roster.epoch}/{name}", pack, settle=False)
        self.disk.settle()
        frame, _ = encode_frame(known.at.h, body, self.seat.signer)
        at = self.log(self.seat.device).append(frame, known.at, new_segment=known.at.segment == self.pins.closed != "")
        self._after_commit(Committed(draft, head, lines, headers, at, frontier), known.lamport)
        return at.n

    def _mine(self) -> Known:
        log = self.log(self.seat.device)
        return self.known.get(self.seat.device) or Known(log.start, Frontier(), 0)

    def _next_head(self, known: Known, frontier: Frontier, version: int) -> CommitHead:
        others = {device: (one.at.n, one.at.h.hex()) for device, one in self.known.items() if device != self.seat.device and one.at.n}
        return CommitHead(
            v=version, seq=known.at.n + 1, t=self.clock(), epoch=self.roster.epoch, roster=self.roster.version, seen=others,
            root=frontier.root().hex(), size=frontier.size,
        )  # fmt: skip

    def _seal_body(self, head: CommitHead, lines: list[bytes]) -> tuple[bytes, Header]:
        plain = encode_commit(head, lines)
        file_key = os.urandom(FILE_KEY)
        body = bytes(seal_payload(file_key, plain + b"\n" * (padded_size(len(plain)) - len(plain))))
        return body, Header(hashlib.sha256(body).digest(), seal_header(file_key, [Recipient.parse(self.roster.recipient)]))

    def _after_commit(self, done: Committed, before: int) -> None:
        """What follows the commit point: pins and index; both are made anew where a crash comes between. ``before``: the last Lamport number."""
        device, at, frontier = self.seat.device, done.at, done.frontier
        lamport = 1 + max([before, *(one.lamport for other, one in self.known.items() if other != device)])
        self.objects.add_headers(self.roster.epoch, done.headers)
        self.objects.spots.update(done.draft.spots)
        self.known[device] = Known(at, frontier, lamport)
        self.pins.logs[device] = (at.n, at.h.hex())
        try:
            with self.index.transaction():
                self.index.add_frame((device, at.n, at.h, lamport, done.head.t, OK, None))
                self.index.add_events(lamport, device, at.n, list(zip(done.lines, done.draft.events, strict=True)))  # type: ignore[arg-type]
                self.index.add_seen(device, done.head.seen)
                self.index.add_device((device, at.n, at.h, at.segment, at.end, frontier.size, b"".join(frontier.roots), lamport))
            self.pins.write(self.disk, self._pins_path, self.seat.identity.recipient)
        except (apsw.Error, VaultError):  # the commit counts already: it must not be reported as failed, or it would be repeated
            self._behind = True

    def knew_at(self, n: int) -> dict[str, int]:
        """What was here when this device made its commit ``n``, opened or not: device → its last commit. Raises DamagedError where there is none."""
        log = self.log(self.seat.device)
        for frame, at in log.read_on(log.start)[0]:
            if at.n == n:
                head, _ = decode_commit(self.open_payload(hashlib.sha256(frame.body).digest(), [frame.body]).rstrip(b"\n") + b"\n")
                return {device: seen for device, (seen, _) in head.seen.items()} | {self.seat.device: n}
        raise DamagedError(f"commit {n} of this device")

    def head_fingerprint(self) -> str:
        """What two members compare by another way to find out that a store shows them different histories."""
        heads = [f"{device} {one.at.n} {one.at.h.hex()}" for device, one in sorted(self.known.items()) if one.at.n]
        return fingerprint([self.cid, f"roster {self.roster.version} {self.roster_digest}", *heads])

    def code(self, device: str) -> str:
        """The person's code behind a device."""
        member = self.roster.member(device)
        return member.code if member else "?"

    def close(self) -> None:
        """Close the index."""
        if hasattr(self, "index"):
            self.index.close()


def _version(name: str) -> int:
    """The number in a roster's file name; 0 for another name."""
    return int(name[:4]) if name[:4].isdigit() else 0


def new_id() -> str:
    """A random id for a record or an exhibit."""
    return secrets.token_hex(8)


def new_case_id() -> str:
    """A random name for a compartment."""
    return "case-" + secrets.token_hex(6)


def create(disk: Disk, cid: str, seat: Seat, code: str, holders: tuple[Holder, ...], clock: Clock) -> Compartment:
    """A new compartment with one admin: this device. Keys and roster first, its format last."""
    epoch = Epoch.next("")
    contacts = epoch.contacts or epoch.main
    me = Member(device=seat.device, code=code, role=Role.ADMIN, sign=seat.signer.public.hex(), age=seat.identity.recipient.text)
    roster = Roster(
        compartment=cid, version=1, previous="", epoch=epoch.name, recipient=epoch.main.recipient.text, contacts=contacts.recipient.text,
        members=(me,), holders=holders,
    )  # fmt: skip
    folder = f"cases/{cid}"
    write_keys(disk, folder, epoch, [(seat.device, seat.identity.recipient, True)], [Recipient.parse(one.age) for one in holders], [], None)
    write_roster(disk, folder, roster, sign_roster(roster, [(seat.device, seat.signer)]))
    disk.put(f"{folder}/FORMAT", f"{FORMAT}\n{cid}\n".encode())
    made = Compartment(disk, cid, seat, clock)
    made.load()
    return made


def write_roster(disk: Disk, folder: str, roster: Roster, note: bytes) -> None:
    """Write a roster that was admitted, for those who may read it. It counts from now on."""
    disk.settle()
    disk.put(f"{folder}/members/{roster.version:04}.age", seal_file(note, roster.readers()))


def open_compartment(disk: Disk, cid: str, seat: Seat, clock: Clock, second: Identity | None = None) -> Compartment:
    """Open one that this device has a seat in."""
    said = disk.read(f"cases/{cid}/FORMAT") if disk.exists(f"cases/{cid}/FORMAT") else b""
    found = Compartment(disk, cid, seat, clock, second)
    try:
        found.load()
    except RosterError:
        if re.fullmatch(rb"habeas-compartment/[1-9][0-9]*\n.*", said, re.DOTALL) and not said.startswith(f"{FORMAT}\n".encode()):
            raise DamagedError("a case of a later version of the format; use a newer Habeas") from None
        raise
    if said != f"{FORMAT}\n{cid}\n".encode():  # the id stands in the folder's name: nothing is lost with the file
        found.alarms.append(Alarm(what="damaged file FORMAT"))
    return found


def heads_name(device: str, pack: bytes) -> str:
    """A header pack's name, by its content: two copies of one device, or a store, cannot put another one under it."""
    return f"{device}-{hashlib.sha256(pack).hexdigest()}"
