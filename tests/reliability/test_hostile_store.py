"""A model of three devices that share a case through a store: honest runs raise no alarm and converge; a hostile store is found out."""

import os
import random
import shutil
import tempfile
import traceback
from collections import Counter
from pathlib import Path

import pytest
from simulators.stores import HostileStore

from habeas.domain.errors import HabeasError
from habeas.seal.age import Identity
from habeas.vault.compartment import create, new_id, open_compartment
from habeas.vault.disk import Disk
from habeas.vault.errors import DamagedError
from habeas.vault.events import Because, Kind, Recorded, Shredded, Touched, What, Why
from habeas.vault.folder_store import FolderStore
from habeas.vault.kit import Kit, make_kit
from habeas.vault.roster import Member, Role
from habeas.vault.rotation import Change, adopt, confirm, propose, rotate, settle
from habeas.vault.seat import Seat
from habeas.vault.store_errors import StoreUnreachableError
from habeas.vault.sync import join, sync

FULL = os.environ.get("HABEAS_RELIABILITY") == "full"
SHM = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
CID, OTHER = "case-0123456789ab", "case-ba9876543210"
STORE = "s"
ATTACKS = (
    "roll back all", "roll back one", "freeze one", "freeze all", "split", "hold back object", "hold back newest", "truncate", "flip", "swap", "lengthen",
    "replay", "garbage", "drop roster", "foreign", "rename segment", "empty", "roll back and break",
)  # fmt: skip


def now():
    return "2026-11-25T00:00:00Z"


class QuickDisk(Disk):
    """No fsync: these runs cut no power."""

    def _sync(self, stream, path):
        pass

    def _sync_folder(self, path):
        pass


class Device:
    def __init__(self, name, role, root, seat=None):
        self.name, self.role, self.root = name, role, root
        self.disk, self.seat = QuickDisk(root), seat or Seat.generate()
        self.comp, self.alarms, self.waiting = None, [], ()

    def member(self):
        seat = self.seat
        return Member(device=seat.device, code=self.name[0], role=self.role, sign=seat.signer.public.hex(), age=seat.identity.recipient.text)

    def open(self):
        """As `Vault.case` opens one."""
        if self.comp:
            self.comp.close()
        self.comp = open_compartment(self.disk, CID, self.seat, now)
        settle(self.comp)
        if not self.comp.removed and self.comp.me.role.reads:
            confirm(self.comp)


class World:
    """What is true, whatever the store says: who wrote what, and what was shredded."""

    def __init__(self, root, seed):
        self.random, self.root, self.store = random.Random(seed), root, HostileStore()
        self.devices, self.kits, self.invented = {}, [], set()
        self.frozen = self.refused = False
        self.written, self.shredded, self.contents = {}, set(), {}
        self.trace, self.caught, self.logs_shown = [], [], {}

    def say(self, *words):
        self.trace.append(" ".join(map(str, words)))

    # What devices do.

    def begin(self):
        admin = Device("admin", Role.ADMIN, self.root / "admin")
        admin.root.mkdir(parents=True)
        admin.comp = create(admin.disk, CID, admin.seat, "a", (), now)
        self.devices["admin"] = admin
        self.join("case", Role.CASEWORKER)
        self.join("reader", Role.READER)
        for name in ("admin", "case", "reader"):
            self.sync(name)

    def join(self, name, role):
        admin, new = self.devices["admin"], Device(name, role, self.root / name)
        new.root.mkdir(parents=True)
        adopt(admin.comp, propose(admin.comp, members=[new.member()]))
        self.sync("admin")
        new.comp = join(new.disk, CID, new.seat, admin.comp.roster_digest, self.store.view(name), now)
        self.devices[name] = new
        self.sync(name)

    def sync(self, name):
        device = self.devices[name]
        self.say("sync", name)
        done = sync(device.comp, self.store.view(name), STORE)
        device.alarms += [str(one) for one in done.alarms]
        device.waiting = done.waiting  # said after every sync: whose items do not open, and that he has to sync once more
        self.say("  ->", *(str(one) for one in done.alarms))
        self.logs_shown[name] = self.logs_of(self.store.view(name).listed)
        return done

    def logs_of(self, shown):
        """Segments and the newest roster among what a store shows, with their sizes."""
        logs = {one: size for one, size in shown.items() if one.startswith(f"{CID}/log/") and one.endswith(".seg")}
        rosters = [int(one[-8:-4]) for one in shown if one.startswith(f"{CID}/members/") and one[-8:-4].isdigit()]
        return {**logs, "roster": max(rosters, default=0)}

    def commit(self, name):
        comp, role = self.devices[name].comp, self.devices[name].role
        draft = comp.draft()
        if role is Role.READER:
            draft.events.append(Touched(what=What.OPENED, ids=("x1",)))
            comp.commit(draft)
            self.say("touch", name)
            return
        made = []
        for _ in range(self.random.randint(1, 3)):
            kind = self.random.choice((Kind.STATEMENT, Kind.CONTACT, Kind.EXHIBIT, Kind.NOTE))
            rid = new_id()
            if kind is Kind.EXHIBIT:
                size = 1_200_000 if self.random.random() < 0.08 else self.random.randint(1, 3000)
                content = self.random.randbytes(size)
                sealing = draft.content(rid, [content])
                payload = draft.record(kind, rid, {"n": 1}, Why.ADDED, sealing=sealing)
                made.append((payload, kind, rid, sealing.content, content))
            else:
                payload = draft.record(kind, rid, {"text": rid}, Why.ADDED, reason="why" if self.random.random() < 0.2 else "")
                made.append((payload, kind, rid, None, b""))
        n = comp.commit(draft)
        for payload, kind, rid, content, data in made:
            self.written[payload] = (kind, rid, name)
            if content:
                self.contents[payload] = (content, data)
        self.say("commit", name, n, *(kind for _, kind, *_ in made))

    def rotate(self, name="admin", change=None):
        """Refused while something can be opened by another device alone, which has to sync first; whether it was done."""
        self.say("rotate", name)
        try:
            rotate(self.devices[name].comp, change or Change())
        except DamagedError as error:
            self.say("  refused:", error)
            self.refused = True
            return False
        return True

    def shred(self, name="admin"):
        comp = self.devices[name].comp
        known = [line for _, _, _, line in comp.index.events(("Recorded",)) if isinstance(line, Recorded) and line.payload not in self.shredded]
        if not known:
            return
        one = self.random.choice(known)
        payloads = [one.payload]
        if one.payload in self.contents:
            payloads.append(self.contents[one.payload][0].payload)
        self.say("shred", name, one.kind, one.payload[:8])
        said = Shredded(ids=(one.id,), payloads=tuple(payloads), because=Because.MISTAKE)
        if self.rotate(name, Change(events=(said,), gone=frozenset(payloads))):
            self.shredded |= set(payloads)

    def revoke(self, name):
        """The one who leaves hands over first, and is gone afterwards."""
        for one in (name, "admin", name, "admin"):  # once more after it saw the newest epoch
            self.sync(one)
        self.say("revoke", name)
        if not self.rotate("admin", Change(revoke=(self.devices[name].seat.device,))):
            return
        self.devices.pop(name).comp.close()
        self.sync("admin")

    def add_kit(self):
        comp, seat, drop = self.devices["admin"].comp, Seat.generate(), Identity.generate()
        member = Member(device=seat.device, code="k", role=Role.SEAL_ONLY, sign=seat.signer.public.hex(), age=seat.identity.recipient.text)
        adopt(comp, propose(comp, members=[member]), {"s-" + seat.device: drop})
        folder = self.root / f"kit{len(self.kits)}"
        make_kit(folder, CID, seat.device, seat.signer, drop.recipient, comp.roster.version)
        self.kits.append(folder)
        self.say("kit made")

    def use_kit(self):
        if not self.kits:
            self.add_kit()
        folder = self.random.choice(self.kits)
        kit = Kit(folder, now)
        kit.disk = QuickDisk(folder)
        kit.add([({"number": "7"}, [self.random.randbytes(300)])])
        self.say("kit used")
        if self.random.random() < 0.7:
            done = sync(self.devices["admin"].comp, FolderStore(folder), folder.name, push=False)
            self.devices["admin"].alarms += [str(one) for one in done.alarms]
            self.say("kit home ->", *(str(one) for one in done.alarms))

    def reopen(self, name):
        self.say("reopen", name)
        self.devices[name].open()

    def interleave(self, name, other, at):
        """`other` syncs (and may write before) in the middle of a sync of `name`, which goes on with the listing that it had."""
        self.say("interleave", name, "by", other, "at", at)
        view, count = self.store.view(name), 0

        def before(operation, what):
            nonlocal count
            count += 1
            if count == at:
                view.before = lambda *_: None
                self.step(other)
                self.sync(other)

        view.before = before
        try:
            self.sync(name)
        finally:
            view.before = lambda *_: None

    def interrupt(self, name, at):
        """The line breaks after `at` calls; the program may have to be opened again."""
        self.say("interrupt", name, "at", at)
        view, count = self.store.view(name), 0

        def before(operation, what):
            nonlocal count
            count += 1
            if count >= at:
                raise StoreUnreachableError

        view.before = before
        try:
            self.sync(name)
        except StoreUnreachableError:
            if self.random.random() < 0.5:
                self.reopen(name)
        finally:
            view.before = lambda *_: None

    def step(self, name):
        """Something small that needs no other device."""
        roll = self.random.random()
        if name == "admin" and roll < 0.3:
            (self.rotate if roll < 0.15 else self.shred)()
        else:
            self.commit(name)

    def act(self):
        """One random step of an honest world."""
        names = sorted(self.devices)
        name, roll = self.random.choice(names), self.random.random()
        if roll < 0.34:
            self.commit(name)
        elif roll < 0.62:
            self.sync(name)
        elif roll < 0.68:
            self.rotate()
        elif roll < 0.75:
            self.shred()
        elif roll < 0.80:
            self.reopen(name)
        elif roll < 0.88 and len(names) > 1:
            self.interleave(name, self.random.choice([one for one in names if one != name]), self.random.randint(2, 25))
        elif roll < 0.93:
            self.interrupt(name, self.random.randint(2, 25))
        elif roll < 0.96:
            self.use_kit()
        elif roll < 0.98 and "case" in self.devices:
            self.revoke("case")
        elif "late" not in self.devices and self.random.random() < 0.5:
            self.join("late", Role.CASEWORKER)
        self.store.keep()

    # What has to hold.

    def settle(self, rounds=3):
        for _ in range(rounds):
            for name in sorted(self.devices):
                self.sync(name)

    def unreadable(self, name):
        """Acknowledged records that this device ought to read and does not."""
        device, missing = self.devices[name], []
        for payload, (kind, rid, _) in self.written.items():
            if payload in self.shredded or (kind is Kind.CONTACT and device.role is Role.READER):
                continue
            try:
                assert device.comp.envelope(payload).id == rid
                if payload in self.contents:
                    content, data = self.contents[payload]
                    assert device.comp.read_content(content) == data
            except HabeasError as error:
                missing.append(f"{kind} {payload[:8]}: {type(error).__name__} {error}")
        return missing

    def readable(self, name):
        device, found = self.devices[name], set()
        for payload in self.written.keys() - self.shredded:
            try:
                device.comp.envelope(payload)
                if payload in self.contents:
                    device.comp.read_content(self.contents[payload][0])
                found.add(payload)
            except HabeasError:
                pass
        return found

    def check_converged(self):
        heads = {name: one.comp.head_fingerprint() for name, one in self.devices.items()}
        assert len(set(heads.values())) == 1, f"heads differ: {heads}"
        orders = {name: [(dev, n, repr(line)) for dev, n, _, line in one.comp.index.events()] for name, one in self.devices.items()}
        first = next(iter(orders.values()))
        assert all(one == first for one in orders.values()), "order of events differs"
        recorded = {line.payload for _, _, _, line in self.devices["admin"].comp.index.events(("Recorded",))}
        assert self.written.keys() <= recorded, "an acknowledged commit is lost"
        for name in self.devices:
            assert not self.unreadable(name), f"{name} cannot read {self.unreadable(name)}"
            for payload in self.shredded & self.written.keys():
                with pytest.raises(HabeasError):
                    self.devices[name].comp.envelope(payload)

    def check_nobody_framed(self):
        for name, one in self.devices.items():
            assert not one.comp.pins.frozen, f"{name} froze an honest device"
            assert not any("forked" in alarm for alarm in one.alarms), f"{name}: {one.alarms}"

    def alarms(self):
        return [f"{name}: {alarm}" for name, one in self.devices.items() for alarm in one.alarms]

    def close(self):
        for one in self.devices.values():
            if one.comp:
                one.comp.close()

    # The hostile store.

    def attack(self, kind):
        """Do one hostile thing; the devices that it is done to."""
        rng, store = self.random, self.store
        names = sorted(self.devices)
        one = rng.choice(names)
        all_or_one = names if rng.random() < 0.4 else [one]
        mine = sorted(name for name in store.truth if name.startswith(CID + "/"))
        devices = [other.seat.device for other in self.devices.values()]
        if kind == "roll back all":
            store.roll_back(names, rng.choice(store.history))
            return names
        if kind in ("roll back one", "roll back and break"):
            store.roll_back([one], rng.choice(store.history))
            if kind != "roll back one":
                self.break_once(store.view(one))
            return [one]
        if kind in ("freeze one", "freeze all"):
            who = names if kind == "freeze all" else [one]
            store.freeze(who)
            self.frozen = True  # what a device puts vanishes: fingerprints differ
            return who
        if kind == "split":
            store.split([[one], [name for name in names if name != one]])
            return names
        if kind == "hold back object":
            store.hold_back(all_or_one, [rng.choice(mine)])
        elif kind == "hold back newest":
            logs = [name for name in mine if name.startswith(f"{CID}/log/{rng.choice(devices)}/")]
            store.hold_back(all_or_one, logs[-rng.randint(1, 3) :])
        elif kind == "drop roster":
            store.hold_back(all_or_one, [max(name for name in mine if "/members/" in name)])
        elif kind in ("truncate", "flip", "swap", "lengthen", "empty"):
            folder = rng.choice(("members", "keys", "heads", "log", "packs", "blobs"))
            name = rng.choice([name for name in mine if name.startswith(f"{CID}/{folder}/")] or mine)
            store.put_false(all_or_one, {name: self._altered(kind, store.truth[name], mine)})
            self.say("  altered", name)
        elif kind == "replay":
            old = {name: content for state in store.history for name, content in state.items() if name not in store.truth}
            store.put_false(all_or_one, old)
        elif kind == "garbage":
            store.put_false(all_or_one, self._garbage(devices))
        elif kind == "foreign":
            store.put_false(all_or_one, self._foreign(devices))
        elif kind == "rename segment":
            logs = [name for name in mine if name.endswith(".seg")]
            name = rng.choice(logs)
            other = rng.choice((name[:-5] + "9.seg", name[:-4] + "a.seg", name[:-10] + "zzzzzz.seg", name[:-10] + "000000.seg"))
            store.put_false(all_or_one, {other: store.truth[name]})
            if rng.random() < 0.7:
                store.hold_back(all_or_one, [name])
            self.say("  renamed", name, other)
        return all_or_one

    def break_once(self, view):
        """The line breaks at the first upload: what was found out must not be forgotten with it."""

        def before(operation, name):
            if operation == "put":
                view.before = lambda *_: None
                raise StoreUnreachableError

        view.before = before

    def _altered(self, kind, content, mine):
        rng = self.random
        if kind == "truncate":
            return content[: rng.randrange(len(content))] if content else b"x"
        if kind == "empty":
            return b""
        if kind == "swap":
            return self.store.truth[rng.choice(mine)]
        if kind == "lengthen":
            return content + rng.choice((b"\0", rng.randbytes(40), content))
        at = rng.randrange(len(content)) if content else 0
        return content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :] if content else b"x"

    def _garbage(self, devices):
        rng, roster = self.random, self.devices["admin"].comp.roster
        epoch, device = roster.epoch, rng.choice(devices)
        names = (
            f"members/{roster.version + 1:04}.age", "members/0099.age", "members/x.age", "members/a/0007.age",
            f"keys/{epoch}.s{device}.age", f"keys/{epoch}.d{device}.age", f"keys/{epoch}.r0.age", f"keys/{epoch}.x/y", "keys/9-ffffffff.d0.age", "keys/zz",
            f"heads/{epoch}/{device}-00000077", f"heads/{epoch}/zz", f"heads/{epoch}", f"heads/s-{device}/zz", "heads/9-aaaaaaaa/zz", "heads/zz/zz", f"heads/{epoch}/zz/zz",
            f"log/{device}/000001.seg", f"log/{device}/000009.seg", f"log/{device}/zz.seg", "log/ffffffffffff/000001.seg", f"log/{device}/000009/1.seg",
            "packs/" + rng.randbytes(32).hex(), "packs/zz", "blobs/ab/zz", "stamps/zz", "unknown/zz", "format",
        )  # fmt: skip
        blob = rng.randbytes(32).hex()
        names = (*names, f"blobs/{blob[:2]}/{blob}")
        chosen = rng.choice(names)
        self.say("  garbage", chosen)
        return {
            f"{CID}/{chosen}": rng.choice(
                (b"", b"age-encryption.org/v1\n", rng.randbytes(200), b"\xff\xff\xff\xff" + rng.randbytes(120), b"habeas-pack/1\n\xff\xff\xff\xff")
            )
        }

    def _foreign(self, devices):
        rng = self.random
        version = self.devices["admin"].comp.roster.version
        epoch = self.devices["admin"].comp.roster.epoch
        found = {}
        for name, content in FOREIGN.items():
            part = name.partition("/")[2]
            if part.startswith("members/"):
                part = f"members/{version + 1:04}.age"
            elif part.startswith("log/"):
                part = f"log/{rng.choice(devices)}/000008.seg"
            elif part.startswith("heads/"):
                part = f"heads/{epoch}/" + part.rpartition("/")[2]
            elif part.startswith("keys/"):
                part = f"keys/{epoch}.s{rng.choice(devices)}.age"
            if rng.random() < 0.5:
                found[f"{CID}/{part}"] = content
        self.say("  foreign", *found)
        return found

    def hostile_sync(self, name):
        """A sync that may end in a typed error; anything else is a crash."""
        before, now_ = self.logs_shown.get(name, {}), self.logs_of(self.store.view(name).sizes())
        less = sorted(one for one, size in before.items() if now_.get(one, 0) < size and one not in self.invented)
        try:
            done = self.sync(name)
            assert done.alarms or not less or self.frozen, f"{name} was shown less than before ({less}) and says nothing"
        except HabeasError as error:
            self.caught.append(f"{name}: {type(error).__name__} {error}")
            self.say("  !!", type(error).__name__, error)

    def hostile_act(self):
        name = self.random.choice(sorted(self.devices))
        if self.random.random() < 0.5:
            self.hostile_sync(name)
            return
        try:
            self.step(name)
        except HabeasError as error:  # what a device refuses, it refuses with a reason
            self.caught.append(f"{name}: {type(error).__name__} {error}")
            self.say("  !!", type(error).__name__, error)


FOREIGN = {}


def foreign():
    """Objects of another case."""
    root = Path(tempfile.mkdtemp(dir=SHM))
    try:
        disk = QuickDisk(root)
        comp = create(disk, OTHER, Seat.generate(), "z", (), now)
        draft = comp.draft()
        draft.record(Kind.NOTE, "n", {"text": "x"}, Why.ADDED)
        comp.commit(draft)
        comp.close()
        return {name.removeprefix("cases/"): disk.read(name) for name in disk.files(f"cases/{OTHER}") if not name.endswith("FORMAT")}
    finally:
        shutil.rmtree(root)


def run(seed, hostile):
    """One run; raises AssertionError with what happened."""
    FOREIGN.update(FOREIGN or foreign())
    root = Path(tempfile.mkdtemp(prefix="model", dir=SHM))
    world = World(root, seed)
    try:
        world.begin()
        return play_hostile(world) if hostile else play_honest(world)
    except AssertionError as error:
        raise AssertionError(f"seed {seed} {'hostile' if hostile else 'honest'}: {error}\n" + "\n".join(world.trace)) from error
    except Exception as error:
        raise AssertionError(f"seed {seed} {'hostile' if hostile else 'honest'}: {traceback.format_exc()}\n" + "\n".join(world.trace)) from error
    finally:
        world.close()
        shutil.rmtree(root)


def play_honest(world):
    for _ in range(world.random.randint(8, 15)):
        world.act()
    world.settle()
    if world.refused:
        assert world.rotate(), "nobody can rotate, though all devices have synced"
        world.settle()
    assert not world.alarms(), f"false alarm: {world.alarms()}"
    world.check_nobody_framed()
    world.check_converged()
    assert not any(one.waiting for one in world.devices.values()), "something waits though all have synced"
    return "honest"


def play_hostile(world):
    for _ in range(world.random.randint(5, 10)):
        world.act()
    assert not world.alarms(), f"false alarm: {world.alarms()}"
    kind = world.random.choice(ATTACKS)
    before = {name: world.readable(name) for name in world.devices}
    world.say("ATTACK", kind)
    victims = world.attack(kind)
    world.say("  on", *victims)
    world.invented = {name for view in world.store.views.values() for name in view.false} - world.store.truth.keys()
    for _ in range(world.random.randint(0, 3)):
        world.hostile_act()
    for _ in range(2):
        for name in sorted(world.devices):
            world.hostile_sync(name)
    world.check_nobody_framed()
    # found out, or without effect
    waits = any(one.waiting for one in world.devices.values())  # in an honest world nothing does by now: check_converged's neighbour
    if not world.alarms() and not world.caught and not waits:
        heads = {one.comp.head_fingerprint() for one in world.devices.values()}
        unread = {name: world.unreadable(name) for name in world.devices}
        assert len(heads) > 1 or not any(unread.values()), f"{kind}: not found out, and not read: {unread}"
        events = {name: Counter(repr(one) for one in device.comp.index.events()) for name, device in world.devices.items()}
        same = next(iter(events.values()))
        assert len(heads) > 1 or all(one == same for one in events.values()), f"{kind}: not found out, and some events are not read"
    for name, had in before.items():
        lost = had - world.shredded - world.readable(name)
        assert not lost, f"{kind}: {name} can no longer read {sorted(lost)}"
    # no lasting harm
    world.store.repent()
    for view in world.store.views.values():
        view.before = lambda *_: None
    world.say("REPENT")
    for one in world.devices.values():
        one.open()
    world.settle(4)
    world.check_nobody_framed()
    world.check_converged()
    return kind


HONEST = range(10_000) if FULL else range(150)
HOSTILE = range(10_000) if FULL else range(150)
PART = 25


@pytest.mark.parametrize("first", range(HONEST.start, HONEST.stop, PART))
def test_an_honest_store_raises_no_alarm_and_all_devices_converge(first):
    for seed in range(first, first + PART):
        run(seed, hostile=False)


@pytest.mark.parametrize("first", range(HOSTILE.start, HOSTILE.stop, PART))
def test_a_hostile_store_is_found_out_and_does_no_lasting_harm(first):
    assert Counter(run(seed, hostile=True) for seed in range(first, first + PART))
