"""Take from a store that nobody trusts only what holds, and tell what it hides: the first half of a sync.

A list of members is taken if it follows and its key is there, a log if it chains and is signed, a payload if it is what its name says.
"""

import hashlib
from collections.abc import Callable, Iterable

from habeas.seal.age import AgeError, NoMatchError, open_file
from habeas.seal.errors import SealError
from habeas.vault.compartment import Compartment
from habeas.vault.errors import DamagedError, LaterRosterError, RosterError
from habeas.vault.events import Rotated
from habeas.vault.frames import Tail, follows, read_frames, signed_frames
from habeas.vault.judging import Alarm, missing
from habeas.vault.keyring import DROP, Epoch
from habeas.vault.layout import NAME, epoch_number
from habeas.vault.logs import DeviceLog
from habeas.vault.objects import LARGEST_PACK, blob_path, pack_bytes, read_directory, salvage_pack
from habeas.vault.roster import Roster, admit_next, digest_of
from habeas.vault.rotation import unconfirmed
from habeas.vault.store import Store
from habeas.vault.store_errors import StoreMissingError, StoreTooLargeError

SMALL = 1 << 20
_LARGEST_HEADS = 64 << 20
LARGEST_SEGMENT = 80 << 20  # a segment of 8 MiB with one frame of the largest size behind it
_LARGEST_BLOB = 64 << 30
Progress = Callable[[str, int, int], None]
"""(what, done, of how many) files."""


class Fetching:
    """One compartment and one store; `sync` runs it, up to three times where the store changes meanwhile."""

    def __init__(self, comp: Compartment, store: Store, name: str, progress: Progress) -> None:
        self.unread = 0
        self.incomplete = False
        self.comp, self.store, self.progress = comp, store, progress
        self.shown = dict(comp.pins.shown.get(name, {}))
        self.put_now: list[str] = []
        self.tolerant = False
        self.name = name
        self.alarms: list[Alarm] = []
        self.fetched = self.pushed = self.deleted = 0
        self.superseded: set[str] = set()
        self.remote: dict[str, int] = {}

    def alarm(self, what: str, device: str = "", n: int = 0) -> None:
        """Say once that something does not hold."""
        found = Alarm(what=what, device=device, n=n)
        if found not in self.alarms:
            self.alarms.append(found)

    def snapshot(self) -> None:
        """List what the store shows now; names of other forms are not looked at."""
        prefix = self.comp.cid + "/"
        listed = {name.removeprefix(prefix): size for name, size in self.store.names(prefix).items()}
        self.remote = {name: size for name, size in listed.items() if NAME.fullmatch(name)}

    def get(self, name: str, most: int) -> bytes:
        """An object that was listed. Raises StoreMissingError where it went meanwhile, StoreTooLargeError where it is no object of ours."""
        return self.store.get(f"{self.comp.cid}/{name}", most)

    def get_if_there(self, name: str, most: int) -> bytes | None:
        """The same; at the last try, what is listed and not given is an alarm and stops nothing else."""
        try:
            return self.get(name, most)
        except StoreTooLargeError:
            self.alarm("an object in the store is too large: " + name[:24])
        except StoreMissingError:
            if not self.tolerant:
                raise
            self.alarm("listed by the store and not given: " + name[:24])
        return None

    def below(self, folder: str) -> list[str]:
        """Names that the store shows in a folder, sorted."""
        return sorted(name for name in self.remote if name.startswith(folder + "/"))

    def fetch(self) -> None:
        """Take everything that is new and holds."""
        comp = self.comp
        self.rosters()
        self.keys(comp.roster)
        self.heads()
        comp.rings.load(comp.disk, comp.folder, comp.seat.identity, f"d{comp.seat.device}", comp.second, comp.roster)
        self.logs()
        comp.disk.settle()
        comp.load()
        self.payloads()
        comp.disk.settle()

    def rosters(self) -> None:
        """Take newer lists of members as one chain, and only with the key of the last one, without which the case would not open."""
        comp, folder = self.comp, "members"
        newest = max((int(name[-8:-4]) for name in self.below(folder) if name[-8:-4].isdigit()), default=0)
        self.same_roster(newest)
        after, digest, new = comp.roster, comp.roster_digest, list[tuple[str, bytes]]()
        for version in range(comp.roster.version + 1, newest + 1):
            name = f"{folder}/{version:04}.age"
            if name not in self.remote:
                self.incomplete = True  # an admin's sync was interrupted, or is under way
                break
            try:
                sealed = self.get(name, SMALL)
                note = open_file(sealed, [comp.seat.identity])
                after, digest = admit_next(after, note, digest), digest_of(note)
            except NoMatchError:
                self.unread = version
                self.alarm("a newer list of members that this device cannot read: it may have been removed", n=version)
                break
            except LaterRosterError:
                self.unread = version
                self.alarm("a list of members of a later version of the format: use a newer Habeas; nothing was pushed", n=version)
                break
            except (AgeError, RosterError, StoreTooLargeError) as error:
                self.alarm(f"a list of members that does not hold ({type(error).__name__})", n=version)
                break
            new.append((name, sealed))
        if new and not self.keys(after):
            if self.incomplete:
                return
            self.alarm("the key of a newer list of members is not there", n=after.version)
            return
        for name, sealed in new:
            comp.disk.put(f"{comp.folder}/{name}", sealed)
            self.fetched += 1
        comp.load_rosters()

    def same_roster(self, newest: int) -> None:
        """Whether the store's copy of the roster that is in force here is the same one."""
        comp = self.comp
        if newest < comp.roster.version:
            return
        try:
            note = open_file(self.get(f"members/{comp.roster.version:04}.age", SMALL), [comp.seat.identity])
            if digest_of(note) != comp.roster_digest:
                self.alarm("two lists of members of one version: an admin made one without seeing the other", n=comp.roster.version)
        except (AgeError, StoreTooLargeError, SealError):
            self.alarm("something else stands in the place of the list of members", n=comp.roster.version)
        except StoreMissingError:
            return

    def keys(self, roster: Roster) -> bool:
        """Fetch the key files of a roster's epoch, this device's only if it is the roster's; whether that one is here then."""
        comp, epoch = self.comp, roster.epoch
        own = f"{comp.folder}/keys/{epoch}.d{comp.seat.device}.age"
        for name in self.below("keys"):
            path = f"{comp.folder}/{name}"
            if not name.startswith(f"keys/{epoch}.") or comp.disk.exists(path):
                continue
            sealed = self.get_if_there(name, SMALL)
            if sealed is None:
                continue
            if path == own:
                try:
                    good = Epoch.open(epoch, sealed, comp.seat.identity, comp.second).is_of(roster)
                except DamagedError:
                    good = False
                if not good:
                    self.alarm("the store's copy of this device's key is not the one that the list of members names")
                    continue
            comp.disk.put(path, sealed, settle=False)
            self.fetched += 1
        comp.disk.settle()
        return comp.disk.exists(own)

    def heads(self) -> None:
        """Header packs of epochs that this device can open, each by its name."""
        comp = self.comp
        epochs = {comp.roster.epoch, *comp.rings.epochs, *(DROP + one.device for one in comp.roster.members if not one.role.reads)}
        wanted = [name for name in self.below("heads") if name.split("/")[1] in epochs]
        for done, name in enumerate(wanted):
            self.progress("headers", done, len(wanted))
            if comp.disk.exists(f"{comp.folder}/{name}") or name in comp.pins.taken:
                continue
            content = self.get_if_there(name, _LARGEST_HEADS)
            if content is None:
                continue
            if name[-64:] != hashlib.sha256(content).hexdigest():
                self.alarm("the store's copy is not what its name says: " + name[-64:][:12])
                continue
            comp.disk.put(f"{comp.folder}/{name}", content, settle=False)
            self.fetched += 1
            if name.startswith("heads/" + DROP):
                comp.pins.taken.append(name)

    def logs(self) -> None:
        """Logs of all members but frozen devices."""
        comp = self.comp
        for member in comp.roster.members:
            names = [name for name in self.below(f"log/{member.device}") if name.endswith(".seg")]
            if member.device not in comp.pins.frozen:
                self.log(member.device, names)

    def judge_shown(self) -> None:
        """What a store has shown once it has to show again: logs only grow, and lists of members stay."""
        for name, size in self.shown.items():
            if self.remote.get(name, 0) < size:
                device = name.split("/")[1] if name.startswith("log/") else ""
                self.alarm("the store shows less than before", device, int("".join(c for c in name[-10:] if c.isdigit()) or 0))

    def remember_shown(self) -> None:
        """Keep the most that this store has shown, or taken from this device."""
        comp = self.comp
        for name, size in self.remote.items():
            if name.startswith(("log/", "members/")):
                self.shown[name] = max(size, self.shown.get(name, 0))
        for name in self.put_now:
            self.shown[name] = max(comp.disk.size(f"{comp.folder}/{name}"), self.shown.get(name, 0))
        comp.pins.shown[self.name] = self.shown
        comp.save_pins()

    def log(self, device: str, names: Iterable[str]) -> None:
        """Fetch segments that are new or longer than here, each only if it goes on from what is here."""
        comp, log = self.comp, self.comp.log(device)
        last = max(log.segments(), default="")
        for name in names:
            segment = name.rpartition("/")[2]
            path, here = log.path(segment), 0
            following = int(last[:6] or 0) + 1
            if int(segment[:6]) > following:
                self.alarm("held back: a part of a log", device, following)
                return
            if int(segment[:6]) < following and not comp.disk.exists(path):
                self.alarm("a part of a log under another name", device, int(segment[:6]))
                continue
            if comp.disk.exists(path):
                here = comp.disk.size(path)
                if here == self.remote[name] and (device != comp.seat.device or segment != last):
                    continue  # its own last one is looked at again: a copy of this device may have put another
            untrusted = self.get_if_there(name, LARGEST_SEGMENT)
            if untrusted is None or not self.extend(log, segment, here, untrusted):
                return
            last = max(last, segment)

    def extend(self, log: DeviceLog, segment: str, here: int, untrusted: bytes) -> bool:
        """Take a segment that begins with what is here; whether reading may go on with the next."""
        comp, path = self.comp, log.path(segment)
        local = comp.disk.read(path) if here else b""
        if local[: len(untrusted)] == untrusted:
            return True  # the store is behind, or equal
        _, tail, at, _ = log.read_on(log.start)
        fits = untrusted.startswith(local) and tail is not Tail.DAMAGED and (at.segment == segment or here == 0)
        reading = read_frames(untrusted[len(local) :], log.key, at.h) if fits else None
        if reading is None or reading.tail is not Tail.CLEAN:
            self.judge_conflict(log, untrusted)
            return False
        comp.disk.put(path, untrusted)  # whole: an append that is cut would leave a torn tail in a log that is not ours to heal
        self.fetched += 1
        return True

    def judge_conflict(self, log: DeviceLog, untrusted: bytes) -> bool:
        """A segment that does not go on from here: two signed frames of one number are a fork and freeze the device (True); else it is damage."""
        comp = self.comp
        rows = comp.index.rows("SELECT n, h FROM frame WHERE dev = ?", (log.device,))
        numbers: dict[bytes, int] = {log.start.h: 0, **{h: n for n, h in rows}}
        known = {n: h for h, n in numbers.items()}
        for frame in signed_frames(untrusted, log.key):
            before = next((h for h in numbers if follows(frame, h)), None)
            if before is None:
                continue  # a body that a store put beside somebody's signature, or a part of the log that is not here
            n = numbers[before] + 1
            numbers.setdefault(frame.h, n)
            if known.get(n, frame.h) != frame.h:
                comp.disk.put(f"local/{comp.cid}.fork-{log.device}", untrusted)
                if log.device not in comp.pins.frozen:
                    comp.pins.frozen.append(log.device)
                self.alarm("forked: two histories of one device; it is frozen", log.device, n)
                return True
        self.alarm("the store's copy of this log is damaged or does not go on from here", log.device)
        return False

    def payloads(self) -> None:
        """Blobs and packs that are not here, or whose copy here is damaged."""
        comp = self.comp
        gone, named = comp.index.gone(), {line.payload for _, _, _, line in comp.index.events(("Sealed", "Recorded"))}  # type: ignore[union-attr]
        wanted = [*self.below("blobs"), *self.below("packs")]
        for done, name in enumerate(wanted):
            self.progress("exhibits", done, len(wanted))
            digest = name.rpartition("/")[2]
            if name != (blob_path(digest) if name.startswith("blobs") else f"packs/{digest}"):
                continue
            if digest in gone:
                self.superseded.add(name)
            elif name.startswith("blobs") and digest not in named:
                continue  # no commit speaks of it
            elif not comp.disk.exists(f"{comp.folder}/{name}") or (
                comp.disk.size(f"{comp.folder}/{name}") != self.remote[name] and not self.good(name)
            ):
                self.payload(name, digest, gone)
        self.progress("exhibits", len(wanted), len(wanted))

    def payload(self, name: str, digest: str, gone: frozenset[str]) -> None:
        """One of them; what is not what its name says is an alarm."""
        try:
            if name.startswith("blobs"):
                self.blob(name, digest)
            else:
                self.pack(name, digest, gone)
            self.fetched += 1
        except DamagedError:
            self.alarm("the store's copy is not what its name says: " + digest[:12])
        except StoreMissingError:
            if not self.tolerant:
                raise
            self.alarm("listed by the store and not given: " + digest[:12])

    def good(self, name: str) -> bool:
        """Whether the copy on this machine is what its name says."""
        path, sha256 = f"{self.comp.folder}/{name}", hashlib.sha256()
        if name.startswith("packs/"):
            try:
                return bool(read_directory(self.comp.disk, path))
            except DamagedError:
                return False
        with self.comp.disk.open(path) as stream:
            while piece := stream.read(SMALL):
                sha256.update(piece)
        return name.endswith(sha256.hexdigest())

    def blob(self, name: str, digest: str) -> None:
        """Fetch a large payload; what an interrupted fetch left is gone on with, and fetched anew once where that does not fit."""
        comp, partial = self.comp, f"partial/{digest}"
        if not self.go_on(name, digest, partial) and not self.go_on(name, digest, partial):
            raise DamagedError
        comp.disk.move(partial, f"{comp.folder}/{name}")
        comp.objects.add_blob(f"{comp.folder}/{name}")

    def go_on(self, name: str, digest: str, partial: str) -> bool:
        """Fetch what is missing of a partial file; whether it is whole and right then, else it is gone."""
        comp, sha256, start = self.comp, hashlib.sha256(), 0
        comp.disk.make_folder("partial")
        if comp.disk.exists(partial):
            with comp.disk.open(partial) as stream:
                while piece := stream.read(SMALL):
                    sha256.update(piece)
                    start += len(piece)
        with comp.disk.growing(partial) as write:

            def sink(piece: bytes) -> None:
                sha256.update(piece)
                write(piece)

            if start < self.remote[name]:
                self.store.get_into(f"{comp.cid}/{name}", sink, _LARGEST_BLOB, start=start)
        if sha256.hexdigest() == digest:
            return True
        comp.disk.remove(partial)
        return False

    def pack(self, name: str, digest: str, gone: frozenset[str]) -> None:
        """A pack, without what was shredded."""
        comp = self.comp
        content = self.get(name, 2 * LARGEST_PACK)
        held = [(payload, content[at : at + length]) for payload, at, length in salvage_pack(content)]
        if pack_bytes(held) != (digest, content):
            raise DamagedError
        kept = [(payload, piece) for payload, piece in held if payload.hex() not in gone]
        if len(kept) < len(held):
            self.superseded.add(name)
        if not kept:
            return
        new, content = pack_bytes(kept)
        if not comp.disk.exists(f"{comp.folder}/packs/{new}"):
            comp.disk.put(f"{comp.folder}/packs/{new}", content, settle=False)
            comp.objects.load_pack(new)

    def judge_held_back(self) -> None:
        """Headers and payloads that are not there although their commit is. Who has not seen the newest keys brings them with his next sync."""
        said = {line.epoch for _, _, _, line in self.comp.index.events(("Rotated",)) if isinstance(line, Rotated)}
        if self.comp.roster.epoch not in said and epoch_number(self.comp.roster.epoch) > 1:
            self.incomplete = True  # the commit of the rotation, and with it the tombstones, is on its way: its sync was interrupted
        if self.unread or self.incomplete:
            return
        late = unconfirmed(self.comp)
        for device, count in self.comp.waiting().items():
            if device not in late and device != self.comp.seat.device:
                self.alarm("held back: headers", device, count)
        for device, count in missing(self.comp.index, self.comp.objects.spots).items():
            self.alarm("held back: payloads", device, count)
