"""A new epoch: new keys, every header written anew for them, then the old keys destroyed. Revoking, shredding and handing over rest on it.

Order, so that a crash at any point loses nothing: new key files; new headers, fsynced and counted; the roster that names the new epoch (from
here on it counts); the commit that says so; then the old headers, keys and shredded payloads go. `settle` finishes what a crash left.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from habeas.seal.age import AgeError, Identity, Recipient, open_header, seal_header
from habeas.vault.compartment import Compartment, heads_name, write_roster
from habeas.vault.disk import Disk
from habeas.vault.errors import DamagedError, NotAllowedError, NotReadyError, RosterError, SecondPersonError
from habeas.vault.events import Admitted, Erased, Event, Rotated
from habeas.vault.judging import spoken_of
from habeas.vault.keyring import DROP, Epoch, write_keys
from habeas.vault.objects import Header, decode_headers, encode_headers, pack_bytes
from habeas.vault.roster import Holder, Member, Role, Roster, admit_next, missing_signatures, needs_second, sign_roster

BATCH = 20_000
"""Headers in one file."""
Progress = Callable[[int, int], None]
"""(done, of how many) headers."""


def rewrap(
    comp: Compartment, targets: Sequence[Recipient], gone: frozenset[str], progress: Progress, folders: Iterable[str] | None = None
) -> tuple[list[Header], list[bytes]]:
    """(headers anew for ``targets``: main, contacts; payloads of which no header opens and fits). Payloads in ``gone`` get none.

    Readers, who hold no key of the contacts, leave contacts to others.
    """
    made: dict[bytes, Header] = {}
    lost: set[bytes] = set()
    cache: dict[bytes, tuple[bytes, bytes]] = {}
    bodies = comp.bodies()
    work = [(folder, payload) for folder in folders or comp.rings.folders() for payload in comp.objects.headers.get(folder, {})]
    for done, (folder, payload) in enumerate(work):
        if done % 500 == 0:
            progress(done, len(work))
        if payload in made or payload.hex() in gone:
            continue
        new = _rewrapped(comp, folder, payload, targets, cache, bodies.get(payload))
        if new is not None:
            made[payload] = Header(payload, new)
            lost.discard(payload)
        elif comp.me.role.reads_contacts:
            lost.add(payload)
    progress(len(work), len(work))
    return list(made.values()), sorted(lost)


def _rewrapped(
    comp: Compartment, folder: str, payload: bytes, targets: Sequence[Recipient], cache: dict[bytes, tuple[bytes, bytes]], body: bytes | None
) -> bytes | None:
    """A new header, only from one whose key opens the payload: else a planted header would outlive the good one."""
    for header in comp.objects.headers[folder][payload]:
        for lane, identity in enumerate(comp.rings.identities(folder)):
            try:
                file_key = cache[header][0] if header in cache else open_header(header, [identity])
            except AgeError:
                continue
            if not comp.fits(file_key, payload, body) and (body is not None or comp.objects.whole(payload)):
                continue  # where the content is not on this machine, or damaged, nothing can be tested, and nothing must be lost
            if header not in cache:
                cache[header] = (file_key, seal_header(file_key, [targets[min(lane, 1)]]))
            return cache[header][1]
    return None


def write_headers(disk: Disk, folder: str, epoch: str, device: str, headers: Sequence[Header]) -> None:
    """Write headers under new names. Durable after ``settle``."""
    for start in range(0, len(headers), BATCH):
        pack = encode_headers(headers[start : start + BATCH])
        disk.put(f"{folder}/heads/{epoch}/{heads_name(device, pack)}", pack, settle=False)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a rotation changes besides the keys: who leaves, events that its commit says, payloads that go, the second key, holders of words."""

    revoke: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    gone: frozenset[str] = frozenset()
    dormant: str | None = None
    holders: tuple[Holder, ...] | None = None
    handed_over: bool = False


def rotate(comp: Compartment, change: Change, *, despite_damage: bool = False, progress: Progress = lambda *_: None) -> Roster:
    """Make a new epoch. Raises NotAllowedError unless this device is an admin, DamagedError where a header does not open.

    ``despite_damage``: go on; what does not open now will never be opened.
    """
    if comp.me.role is not Role.ADMIN:
        raise NotAllowedError("an admin is wanted")
    waiting = {device: count for device, count in comp.waiting().items() if count}
    if waiting and not despite_damage:
        who = ", ".join(sorted(f"{comp.code(device)} ({count})" for device, count in waiting.items()))
        raise DamagedError(f"commits or items do not open here and would be lost with the old keys: let these sync once more first: {who}")
    leaving = comp.seat.device in change.revoke
    if leaving and change.events:  # a device's last words stand under the old epoch; their header is written anew with all others
        draft = comp.draft()
        draft.events += change.events
        comp.commit(draft)
    epoch = Epoch.next(comp.roster.epoch)
    dormant = comp.roster.dormant if change.dormant is None else change.dormant
    after = _after(comp, change, epoch, dormant)
    gone = comp.index.gone() | change.gone
    targets = [one.recipient for one in epoch.identities]
    headers, unopened = rewrap(comp, targets, gone, progress)
    known = spoken_of(comp.index) | comp.bodies().keys()
    lost = [one for one in unopened if one in known]  # what nobody spoke of may be a store's junk, and must not stop a revocation
    if lost and not despite_damage:
        raise DamagedError(f"{len(lost)} items do not open, first {lost[0].hex()[:12]}; restore them from a backup before keys are destroyed")
    _write_epoch(comp, after, epoch, headers)
    _say(comp, after, epoch, change, len(headers))
    if not leaving:
        settle(comp)
    return after


def _after(comp: Compartment, change: Change, epoch: Epoch, dormant: str) -> Roster:
    before = comp.roster
    last = {device: known.at.n for device, known in comp.known.items()}
    members = tuple(
        msgspec.structs.replace(one, until=last.get(one.device, 0)) if one.device in change.revoke and one.active else one for one in before.members
    )
    after = msgspec.structs.replace(
        before, version=before.version + 1, previous=comp.roster_digest, epoch=epoch.name, recipient=epoch.main.recipient.text,
        contacts=epoch.identities[-1].recipient.text, members=members, dormant=dormant, handed_over=before.handed_over or change.handed_over,
        holders=before.holders if change.holders is None else change.holders,
    )  # fmt: skip
    if not after.admins():
        raise RosterError("nobody would be left who can admit or revoke")
    return after


def _write_epoch(comp: Compartment, after: Roster, epoch: Epoch, headers: Sequence[Header]) -> None:
    """Keys and headers of the new epoch, on the disk and counted, before any roster names it."""
    disk, folder = comp.disk, comp.folder
    devices = [(one.device, Recipient.parse(one.age), one.role.reads_contacts) for one in after.active() if one.role.reads]
    second = Recipient.parse(after.dormant) if after.dormant else None
    active = {one.device for one in after.active()}
    drops = [(name, drop) for name, drop in comp.rings.drops.items() if name.removeprefix(DROP) in active]
    write_keys(disk, folder, epoch, devices, [Recipient.parse(one.age) for one in after.holders], drops, second)
    write_headers(disk, folder, epoch.name, comp.seat.device, headers)
    disk.settle()
    written = {header.payload for header in headers}
    comp.objects.headers.pop(epoch.name, None)
    for name in disk.names(f"{folder}/heads/{epoch.name}"):
        comp.objects.load_headers(epoch.name, name)
    if set(comp.objects.headers.get(epoch.name, {})) != written:
        raise DamagedError("the headers of the new epoch were not written whole; the old one stays in force")


def _say(comp: Compartment, after: Roster, epoch: Epoch, change: Change, headers: int) -> None:
    """The roster, then one commit under the new epoch; the index is made anew for it."""
    note = sign_roster(after, [(comp.seat.device, comp.seat.signer)])
    admit_next(comp.roster, note, comp.roster_digest)
    comp.pins.rotating = "" if comp.seat.device in change.revoke else epoch.name
    comp.save_pins()
    write_roster(comp.disk, comp.folder, after, note)
    if comp.seat.device in change.revoke:
        comp.roster, comp.removed = after, True  # what is on the disk now is for others; `push_all` brings it to them
        return
    comp.rings.epochs[epoch.name] = epoch
    comp.load_rosters()
    comp.index.destroy()
    comp.open_index()
    comp.refresh()  # before the commit: an index that holds the last frame is taken to hold all of them
    draft = comp.draft()
    draft.events += [*change.events, Rotated(epoch=epoch.name, roster=after.version, headers=headers)]
    comp.commit(draft)
    comp.pins.rotating = ""
    comp.save_pins()


def settle(comp: Compartment) -> None:
    """Destroy what is over: headers and keys of older epochs, shredded payloads. First whatever of it can be saved is written anew.

    Safe to run at any time, and run at every opening.
    """
    current, disk, folder = comp.roster.epoch, comp.disk, comp.folder
    epoch = comp.rings.epochs.get(current)
    if epoch is None or comp.removed:
        return  # the key may be on its way, or a handover on its way out: nothing is destroyed on a guess
    gone = comp.index.gone()
    older = [name for name in comp.objects.headers if name != current]
    if older:
        have = comp.objects.headers.get(current, {})
        targets = [Recipient.parse(comp.roster.recipient), Recipient.parse(comp.roster.contacts)]
        headers, _ = rewrap(comp, targets, gone | frozenset(one.hex() for one in have), lambda *_: None, older)
        if headers:
            write_headers(disk, folder, current, comp.seat.device, headers)
            disk.settle()
            comp.objects.add_headers(current, headers)
    _drop_headers(comp, current, gone)
    forget(comp, keep=(current,))
    _drop_payloads(comp, gone)
    for name in disk.names("partial"):
        if name in gone:
            disk.remove(f"partial/{name}")
    disk.settle()
    _say_what_counts(comp)


def _say_what_counts(comp: Compartment) -> None:
    """Where a crash came between a roster of this device and the commit that says so: say it now, so that the others are asked to confirm."""
    if not comp.pins.rotating:
        return
    said = {line.epoch for _, _, _, line in comp.index.events(("Rotated",)) if isinstance(line, Rotated)}
    if comp.roster.epoch == comp.pins.rotating and comp.roster.epoch not in said:
        draft = comp.draft()
        draft.events.append(
            Rotated(epoch=comp.roster.epoch, roster=comp.roster.version, headers=len(comp.objects.headers.get(comp.roster.epoch, {})))
        )
        comp.commit(draft)
    comp.pins.rotating = ""
    comp.save_pins()


def forget(comp: Compartment, keep: Sequence[str]) -> None:
    """Delete header folders and key files of epochs that are over, and of epochs that no roster ever named (a crash before it counted)."""
    disk, folder = comp.disk, comp.folder
    for name in disk.names(f"{folder}/heads"):
        if name not in keep:
            for one in disk.names(f"{folder}/heads/{name}"):
                comp.pins.retired.append(f"heads/{name}/{one}")
                disk.remove(f"{folder}/heads/{name}/{one}")
            comp.objects.headers.pop(name, None)
    for name in disk.names(f"{folder}/keys"):
        if name.partition(".")[0] not in keep:
            disk.remove(f"{folder}/keys/{name}")
    if comp.pins.retired:
        comp.save_pins()
    for epoch in [one for one in comp.rings.epochs if one not in keep]:
        del comp.rings.epochs[epoch]


def _drop_headers(comp: Compartment, epoch: str, gone: frozenset[str]) -> None:
    """Headers of shredded payloads that a device wrote before it knew."""
    disk, folder, known = comp.disk, comp.folder, comp.objects.headers.get(epoch, {})
    if not any(payload.hex() in gone for payload in known):
        return
    for name in disk.names(f"{folder}/heads/{epoch}"):
        path = f"{folder}/heads/{epoch}/{name}"
        headers = list(decode_headers(disk.read(path)))
        kept = [one for one in headers if one.payload.hex() not in gone]
        if len(kept) < len(headers):
            pack = encode_headers(kept)
            if kept:
                disk.put(f"{folder}/heads/{epoch}/{heads_name(name[:-65], pack)}", pack)
            comp.pins.retired.append(f"heads/{epoch}/{name}")
            disk.remove(path)
    comp.objects.headers[epoch] = {payload: found for payload, found in known.items() if payload.hex() not in gone}


def _drop_payloads(comp: Compartment, gone: frozenset[str]) -> None:
    """Shredded payloads: blobs are deleted, packs written anew without them (the same on every device, since the name is the content's)."""
    disk, objects = comp.disk, comp.objects
    hit = [(payload, spot) for payload, spot in objects.spots.items() if payload.hex() in gone]
    for payload, spot in hit:
        if spot.path.startswith(objects.path("blobs/")):
            disk.remove(spot.path)
        del objects.spots[payload]
    for path in sorted({spot.path for _, spot in hit if spot.path.startswith(objects.path("packs/"))}):
        kept = sorted(((spot.offset, payload) for payload, spot in objects.spots.items() if spot.path == path))
        if kept:
            name, content = pack_bytes(
                [(payload, objects.raw(objects.spots[payload])) for _, payload in kept]
            )  # as they are: one that is damaged stops no other
            disk.put(objects.path(f"packs/{name}"), content)
            objects.load_pack(name)
        disk.remove(path)


def confirm(comp: Compartment) -> bool:
    """Say in this device's log that it has erased what the rosters so far asked for; whether there was anything to say."""
    if comp.removed or not comp.me.role.reads:
        return False
    said = max((line.roster for dev, _, _, line in comp.index.events(("Erased", "Rotated")) if dev == comp.seat.device), default=0)  # type: ignore[union-attr]
    asked = max((line.roster for _, _, _, line in comp.index.events(("Rotated",))), default=0)  # type: ignore[union-attr]
    if said >= asked:
        return False
    draft = comp.draft()
    draft.events.append(Erased(roster=comp.roster.version))
    comp.commit(draft)
    return True


def unconfirmed(comp: Compartment) -> Mapping[str, int]:
    """Devices that have not confirmed the newest rotation, and the version that each confirmed last."""
    asked = max((line.roster for _, _, _, line in comp.index.events(("Rotated",))), default=0)  # type: ignore[union-attr]
    said = {one.device: 0 for one in comp.roster.active() if one.role.reads}
    for dev, _, _, line in comp.index.events(("Erased", "Rotated")):
        if dev in said:
            said[dev] = max(said[dev], line.roster)  # type: ignore[union-attr]
    return {device: version for device, version in said.items() if version < asked}


def propose(comp: Compartment, *, members: Sequence[Member] = (), holders: Sequence[Holder] | None = None) -> bytes:
    """The next roster with devices (or holders of recovery words) added, signed by this device: a note for a second person, or for :func:`adopt`."""
    if comp.me.role is not Role.ADMIN:
        raise NotAllowedError("an admin is wanted")
    if comp.roster.dormant and comp.second is None:
        raise NotReadyError("this case is dormant: its second key is wanted (--second-key FILE)")
    before = comp.roster
    known = {one.device for one in before.members}
    if any(one.device in known for one in members):
        raise RosterError("this device is or was a member; it has to join with fresh keys")
    after = msgspec.structs.replace(
        before, version=before.version + 1, previous=comp.roster_digest, members=(*before.members, *members),
        holders=before.holders if holders is None else tuple(holders),
    )  # fmt: skip
    return sign_roster(after, [(comp.seat.device, comp.seat.signer)])


def adopt(comp: Compartment, note: bytes, drops: Mapping[str, Identity] | None = None) -> Roster:
    """Put a proposed roster into force. Raises SecondPersonError where a signature is missing, RosterError where it does not follow.

    ``drops``: secrets of seal-only devices that it adds. The key files of new devices come first.
    """
    if missing_signatures(comp.roster, note):
        raise SecondPersonError("another admin signs the proposal with 'habeas vault approve FILE'")
    after = admit_next(comp.roster, note, comp.roster_digest)
    if after.epoch != comp.roster.epoch or after.recipient != comp.roster.recipient:
        raise RosterError("a proposal keeps the epoch")
    known = {one.device for one in comp.roster.members}
    epoch, second = comp.epoch, Recipient.parse(after.dormant) if after.dormant else None
    new = [(one.device, Recipient.parse(one.age), one.role.reads_contacts) for one in after.members if one.device not in known and one.role.reads]
    write_keys(comp.disk, comp.folder, epoch, new, [Recipient.parse(one.age) for one in after.holders], (drops or {}).items(), second)
    write_roster(comp.disk, comp.folder, after, note)
    comp.load_rosters()
    comp.rings.drops.update(drops or {})
    draft = comp.draft()
    draft.events.append(Admitted(roster=after.version))
    comp.commit(draft)
    return after


def second_person_wanted(comp: Compartment, members: Sequence[Member]) -> bool:
    """Whether adding these needs a second signature."""
    after = msgspec.structs.replace(comp.roster, members=(*comp.roster.members, *members))
    return needs_second(comp.roster, after)
