"""Send to a store what it lacks, in the order in which one thing rests on another, and take away what is over: the second half of a sync."""

from habeas.vault.fetching import LARGEST_SEGMENT, SMALL, Fetching
from habeas.vault.keyring import DROP


class Pushing(Fetching):
    """The same compartment and store, after fetching."""

    def push(self) -> None:
        """Send what the store lacks."""
        comp = self.comp
        self.close_segment()
        epoch, mine = comp.roster.epoch, f"log/{comp.seat.device}/"
        files = [name.removeprefix(comp.folder + "/") for name in comp.disk.files(comp.folder)]
        ordered = [
            *(name for name in files if name.startswith(("blobs/", "packs/"))),
            *(name for name in files if name.startswith((f"heads/{epoch}/", f"keys/{epoch}."))),
            *sorted((name for name in files if name.startswith("members/")), reverse=True),  # the newest first: an older one's keys are gone
            *(name for name in files if name.startswith("log/") and not name.startswith(mine)),
            *(name for name in files if name.startswith(mine)),  # last: it tells what this device has seen
        ]
        new = [name for name in ordered if self.remote.get(name) != comp.disk.size(f"{comp.folder}/{name}") or name.startswith("log/")]
        for done, name in enumerate(new):
            self.progress("sending", done, len(new))
            self.put(name)
        self.progress("sending", len(new), len(new))
        self.clean(epoch)

    def close_segment(self) -> None:
        """What a store has seen of a segment must not grow: the next commit begins a new one."""
        comp = self.comp
        mine = comp.known.get(comp.seat.device)
        if mine and mine.at.segment and comp.pins.closed != mine.at.segment:
            comp.pins.closed = mine.at.segment
        comp.save_pins()

    def put(self, name: str) -> None:
        """Send one file; what cannot be replaced there is never written over."""
        comp, path = self.comp, f"{self.comp.folder}/{name}"
        full, size = f"{comp.cid}/{name}", comp.disk.size(path)
        if name.startswith("log/") and self.remote.get(name) == size:
            return
        if name in self.remote and name.startswith(("blobs/", "packs/", "heads/")):
            if not self.good(name):
                self.alarm("the copy on this machine is damaged: " + name[-64:][:12])
                return
            self.store.delete(full)  # of another length than its name promises: a broken upload
        elif name in self.remote and name.startswith("keys/"):
            return
        with comp.disk.open(path) as stream:
            large = size > SMALL and not name.startswith(("log/", "members/"))  # whose names are no digests: they need the atomic way
            new = self.store.put_new_from(full, stream, size) if large else self.store.put_new(full, stream.read())
        if name.startswith(("log/", "members/")):
            self.put_now.append(name)
        if new:
            self.pushed += 1
        elif name.startswith(("log/", "members/")):
            self.taken(name, path)

    def taken(self, name: str, path: str) -> None:
        """A name that somebody else put first: the same content is fine; of a log it may be longer or shorter."""
        comp = self.comp
        theirs, ours = self.get(name, LARGEST_SEGMENT), comp.disk.read(path)
        if name.startswith("members/"):
            self.same_roster(comp.roster.version)
        elif ours.startswith(theirs) and len(theirs) < len(ours):
            self.store.delete(f"{comp.cid}/{name}")  # an upload that was cut, or a segment pushed before it was closed
            self.store.put_new(f"{comp.cid}/{name}", ours)
            self.pushed += 1
        elif not theirs.startswith(ours) and not self.judge_conflict(comp.log(name.split("/")[1]), theirs):
            self.store.delete(f"{comp.cid}/{name}")  # damaged there, whole here
            self.store.put_new(f"{comp.cid}/{name}", ours)
            self.pushed += 1

    def clean(self, epoch: str) -> None:
        """Take from the store what was shredded or is of an epoch that is over, headers only where this device wrote them anew."""
        retired, passed = set(self.comp.pins.retired), set(self.comp.pins.epochs) - {epoch}
        over = [
            name for name in self.remote
            if (name in retired and not name.startswith("heads/" + DROP))  # what this device never had may be saved by another one
            or (name.startswith("keys/") and name.split("/")[1].partition(".")[0] in passed)
        ]  # fmt: skip
        for name in [*over, *sorted(self.superseded)]:
            self.store.delete(f"{self.comp.cid}/{name}")
            self.deleted += 1
