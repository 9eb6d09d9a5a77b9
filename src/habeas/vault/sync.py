"""Sync through a store that nobody trusts: a union of files, each of which vouches for itself. There is no merge and no lock across machines.

Fetched is only what holds: rosters that follow, logs that chain and are signed, payloads that are what their name says. Found out are a store
that shows less than before (rollback), two histories of one device (fork), commits that others saw and it does not show (hold-back), and a
list of members that shrank. A store that shows everybody an old state (freeze) is found by comparing head fingerprints by another way.
"""

import msgspec

from habeas.seal.age import AgeError, open_file
from habeas.vault.compartment import FORMAT, Clock, Compartment
from habeas.vault.disk import Disk
from habeas.vault.errors import RosterError
from habeas.vault.fetching import LARGEST_SEGMENT, SMALL, Progress
from habeas.vault.judging import Alarm
from habeas.vault.layout import NAME
from habeas.vault.pushing import Pushing
from habeas.vault.roster import digest_of
from habeas.vault.rotation import confirm, settle, unconfirmed
from habeas.vault.seat import Pins, Seat
from habeas.vault.store import Store
from habeas.vault.store_errors import StoreMissingError


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync did: files in and out, what does not hold, who has not confirmed the newest rotation, and whose items wait for his next sync."""

    fetched: int
    pushed: int
    deleted: int
    alarms: tuple[Alarm, ...]
    unconfirmed: tuple[str, ...]
    waiting: tuple[str, ...] = ()


def sync(comp: Compartment, store: Store, name: str, progress: Progress = lambda *_: None, *, push: bool = True) -> Synced:
    """Fetch, settle, confirm, push. ``name``: how this device calls the store. Raises what the store raises; a later call goes on."""
    run = Pushing(comp, store, name, progress)
    for last in (False, False, True):  # what somebody takes away meanwhile is looked for anew before a store is accused of it
        run.tolerant, run.incomplete = last, False
        run.alarms.clear()
        run.snapshot()
        run.judge_shown()
        try:
            run.fetch()
        except StoreMissingError:
            continue
        run.judge_held_back()
        if not any(one.what.startswith("held back") for one in (*comp.alarms, *run.alarms)) or last:
            break
    comp.pins.must_sync = False
    if not comp.removed and comp.me.role.reads:
        settle(comp)
        confirm(comp)
    try:
        if push and not run.unread and comp.seat.device not in comp.pins.frozen:
            run.push()
    finally:
        comp.pins.unread = run.unread
        run.remember_shown()
    late = tuple(sorted(comp.code(device) for device in unconfirmed(comp)))
    under_way = ("a newer list of members or the keys that go with it, not all of which is there",) if run.incomplete else ()
    waiting = under_way + tuple(f"{comp.code(device)} ({device}): {count}" for device, count in sorted(comp.waiting().items()))
    return Synced(
        fetched=run.fetched, pushed=run.pushed, deleted=run.deleted, alarms=tuple(dict.fromkeys([*run.alarms, *comp.alarms])), unconfirmed=late,
        waiting=waiting,
    )  # fmt: skip


def push_all(comp: Compartment, store: Store, progress: Progress = lambda *_: None) -> int:
    """Send every file as it lies here, with nothing fetched and nothing taken away: how a case leaves that was handed over. Files sent.

    Raises RosterError where the store has another list of members in that place.
    """
    listed = store.names(comp.cid + "/")
    files = [path.removeprefix(comp.folder + "/") for path in comp.disk.files(comp.folder)]
    order = ("blobs/", "packs/", "heads/", "keys/", "log/", "members/")
    names = [name for top in order for name in files if name.startswith(top) and NAME.fullmatch(name)]
    sent = 0
    for done, name in enumerate(names):
        progress("sending", done, len(names))
        path, full = f"{comp.folder}/{name}", f"{comp.cid}/{name}"
        if listed.get(full) == comp.disk.size(path):
            continue
        with comp.disk.open(path) as stream:
            large = comp.disk.size(path) > SMALL and not name.startswith(("log/", "members/"))
            new = store.put_new_from(full, stream, comp.disk.size(path)) if large else store.put_new(full, stream.read())
        if not new and name.startswith(("log/", "members/")) and store.get(full, LARGEST_SEGMENT) != comp.disk.read(path):
            raise RosterError("the store has something else under the name of a log or a list of members; sync first")
        sent += new
    return sent


def join(disk: Disk, cid: str, seat: Seat, trust: str, store: Store, clock: Clock) -> Compartment:
    """Begin from a store with a roster whose digest came by another way. Raises RosterError where it is not there."""
    folder = f"cases/{cid}"
    names = sorted(name for name in store.names(f"{cid}/members/") if NAME.fullmatch(name.removeprefix(cid + "/")))
    started = False
    for name in names:
        sealed = store.get(name, SMALL)
        try:
            note = open_file(sealed, [seat.identity])
        except AgeError:
            continue
        started = started or digest_of(note) == trust
        if started:
            disk.put(f"{folder}/members/{name[-8:]}", sealed, settle=False)
    if not started:
        raise RosterError("the store does not hold the list of members that the invitation names")
    pins = Pins(trust=trust)
    pins.write(disk, f"local/{cid}.pins", seat.identity.recipient)
    comp = Compartment(disk, cid, seat, clock)
    comp.load_rosters()
    for name in store.names(f"{cid}/keys/"):
        if NAME.fullmatch(name.removeprefix(cid + "/")) and name.startswith(f"{cid}/keys/{comp.roster.epoch}."):
            disk.put(f"{folder}/keys/{name.rpartition('/')[2]}", store.get(name, SMALL), settle=False)
    disk.put(f"{folder}/FORMAT", f"{FORMAT}\n{cid}\n".encode())
    comp.load()
    return comp
