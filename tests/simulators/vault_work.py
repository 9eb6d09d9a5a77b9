"""Prepared vaults, what is done with them, and what has to hold after a crash. Everything in them is made up."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import msgspec

from habeas.seal.age import Identity
from habeas.vault.compartment import Compartment, new_id
from habeas.vault.disk import Disk
from habeas.vault.draft import Content
from habeas.vault.errors import ShreddedError, VaultError
from habeas.vault.events import Because, Kind, Shredded, Why
from habeas.vault.folder_store import FolderStore
from habeas.vault.roster import Member, Role
from habeas.vault.rotation import Change, adopt, propose, rotate
from habeas.vault.seat import Seat
from habeas.vault.store import Store
from habeas.vault.sync import join, sync
from habeas.vault.vault import Settings, Vault, check_recovery, create_vault, make_recovery

PASSPHRASE = "five words drawn by lot"
SCRATCH = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())


def now() -> str:
    """A clock that stands still."""
    return "2026-11-25T00:00:00Z"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder in memory, gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="habeas-", dir=SCRATCH))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Item(msgspec.Struct, frozen=True):
    """Something that was sealed: a record by its payload, and its exhibit's bytes by their digest, taken here and not by the vault."""

    rid: str
    payload: str
    record: dict[str, Any]
    content: Content | None = None
    sha256: str = ""


class Said(msgspec.Struct):
    """What the work said on its way: commits that were begun, and those that were acknowledged (by number of the begun one)."""

    begun: list[list[Item]] = []
    acknowledged: list[int] = []
    ended: bool = False


Say = Callable[[str, list[Item]], None]


class Keys(NamedTuple):
    """What opens a vault without its passphrase: scrypt is not what is tested here."""

    identity: Identity
    cid: str


def member(seat: Seat, code: str, role: Role) -> Member:
    """A member to be proposed."""
    return Member(device=seat.device, code=code, role=role, sign=seat.signer.public.hex(), age=seat.identity.recipient.text)


def new_vault(root: Path, code: str = "a", disk: Disk | None = None) -> Vault:
    """A vault with recovery words checked, cheap to open."""
    vault = create_vault(root, PASSPHRASE, code, now, disk=disk, work=8)
    check_recovery(vault, list(make_recovery(vault, 2, 3)[:2]))
    return vault


@contextmanager
def unlocked(root: Path, keys: Keys, disk: Disk | None = None, clock: Callable[[], str] = now) -> Iterator[Vault]:
    """As `open_vault` does behind the passphrase."""
    disk = disk or Disk(root)
    lock = ExitStack()
    with lock:
        lock.enter_context(disk.lock())
        disk.clear_tmp()
        yield Vault(disk, keys.identity, Settings(code="a"), clock, lock)


def write_items(comp: Compartment, plains: list[bytes | None], say: Say = lambda *_: None, kind: Kind = Kind.STATEMENT) -> list[Item]:
    """One commit of records, each with an exhibit's bytes or without (None)."""
    draft, items = comp.draft(), []
    for number, plain in enumerate(plains):
        rid = new_id()
        record = {"id": f"R{number:04}", "text": f"made up {rid}"}
        if plain is None:
            payload = draft.record(kind, rid, record, Why.ADDED)
            items.append(Item(rid, payload, record))
        else:
            sealing = draft.content(rid, [plain])
            payload = draft.record(Kind.EXHIBIT, rid, record, Why.ADDED, sealing=sealing)
            items.append(Item(rid, payload, record, sealing.content, hashlib.sha256(plain).hexdigest()))
    say("begun", items)
    comp.commit(draft)
    say("acknowledged", items)
    return items


class World(NamedTuple):
    """Where the work is done: folders ``vault``, ``other`` and ``store`` below ``root``, and what is in the vault before it begins."""

    root: Path
    keys: Keys
    items: list[Item]
    waiting: list[Item]
    target: Item | None = None

    def at(self, root: Path) -> "World":
        """The same in a copy."""
        return self._replace(root=root)


def some_bytes(size: int, seed: object) -> bytes:
    """Bytes that no compression shrinks, the same for one seed."""
    return Random(str(seed)).randbytes(size)


def prepare(root: Path) -> World:
    """A vault with a case of a few records and exhibits, small and large, and one commit with a contact."""
    with new_vault(root / "vault") as vault:
        comp = vault.new_case()
        items = write_items(comp, [b"exhibit one", None, some_bytes(5000, 1)])
        items += write_items(comp, [None, None], kind=Kind.CONTACT)
        items += write_items(comp, [some_bytes(1_200_000, 2), None, b""])
        target = write_items(comp, [None, b"to be shredded, or not", None])
        items += [target[0], target[2]]
        comp.close()
        (root / "store").mkdir()
        return World(root, Keys(vault.identity, comp.cid), items, [], target[1])


def prepare_empty(root: Path) -> World:
    """A case in which nothing was written yet: its folders for logs, headers and packs are not there."""
    with new_vault(root / "vault") as vault:
        comp = vault.new_case()
        comp.close()
        (root / "store").mkdir()
        return World(root, Keys(vault.identity, comp.cid), [], [])


def prepare_two(root: Path) -> World:
    """The world of the other device, which has joined and has not fetched the newest commits."""
    first = prepare(root)
    store = FolderStore(root / "store")
    with unlocked(root / "vault", first.keys) as vault, vault.case(first.keys.cid) as comp, new_vault(root / "other", "b") as other:
        seat = Seat.generate()
        other.keep_seat(comp.cid, seat)
        adopt(comp, propose(comp, members=[member(seat, "b", Role.CASEWORKER)]))
        trust = comp.roster_digest
        sync(comp, store, "s")
        joined = join(other.disk, comp.cid, seat, trust, store, now)
        sync(joined, store, "s")
        mine = write_items(joined, [b"of the other device", None])
        joined.close()
        waiting = write_items(comp, [b"new", None, some_bytes(1_300_000, 3)])
        rotate(comp, Change())
        waiting += write_items(comp, [b"newer", some_bytes(70_000, 4), None])
        sync(comp, store, "s")
        keys = Keys(other.identity, comp.cid)
    shutil.rmtree(root / "vault")
    (root / "other").rename(root / "vault")
    return World(root, keys, [*first.items, first.target, *mine], waiting, None)


# The work


def seal_one(comp: Compartment, say: Say, world: World, store: Store) -> None:
    write_items(comp, [b"one more exhibit"], say)


def seal_thousand(comp: Compartment, say: Say, world: World, store: Store) -> None:
    write_items(comp, [None] * 1000, say)


def seal_large(comp: Compartment, say: Say, world: World, store: Store) -> None:
    write_items(comp, [some_bytes(2 << 20, 5)], say)


def rotate_keys(comp: Compartment, say: Say, world: World, store: Store) -> None:
    rotate(comp, Change())


def shred_one(comp: Compartment, say: Say, world: World, store: Store) -> None:
    gone = gone_with(world.target)
    rotate(comp, Change(events=(Shredded(ids=(world.target.rid,), payloads=gone, because=Because.CONSENT_WITHDRAWN),), gone=frozenset(gone)))


def push(comp: Compartment, say: Say, world: World, store: Store) -> None:
    sync(comp, store, "s")
    write_items(comp, [b"after the first push", None], say)
    sync(comp, store, "s")


def fetch(comp: Compartment, say: Say, world: World, store: Store) -> None:
    sync(comp, store, "s")


def add_device(comp: Compartment, say: Say, world: World, store: Store) -> None:
    seat = Seat.generate()
    adopt(comp, propose(comp, members=[member(seat, "c", Role.CASEWORKER)]))


def import_folder(comp: Compartment, say: Say, world: World, store: Store) -> None:
    for part in range(4):
        write_items(comp, [some_bytes(300 + n, (part, n)) if n % 3 == 0 else None for n in range(50)], say)


def note(said: Said) -> Say:
    """Keep what the work says."""

    def say(what: str, items: list[Item]) -> None:
        if what == "begun":
            said.begun.append(items)
        else:
            said.acknowledged.append(len(said.begun) - 1)

    return say


class Work(NamedTuple):
    """A piece of work and the world that it begins in."""

    name: str
    prepare: Callable[[Path], World]
    run: Callable[[Compartment, Say, World, Store], None]


WORK = (
    Work("seal one", prepare, seal_one),
    Work("first commit", prepare_empty, seal_one),
    Work("seal a thousand", prepare, seal_thousand),
    Work("seal a large file", prepare, seal_large),
    Work("rotate", prepare, rotate_keys),
    Work("shred", prepare, shred_one),
    Work("push", prepare, push),
    Work("fetch", prepare_two, fetch),
    Work("add a device", prepare, add_device),
    Work("import a folder", prepare, import_folder),
)


def gone_with(item: Item) -> tuple[str, ...]:
    """The payloads that a shredding of an item takes."""
    return (item.payload, *([item.content.payload] if item.content else []))


def do(work: Work, world: World, disk: Disk, say: Say, store: Store | None = None) -> None:
    """Open the vault of a world and do the work."""
    with unlocked(world.root / "vault", world.keys, disk) as vault, vault.case(world.keys.cid) as comp:
        work.run(comp, say, world, store or FolderStore(world.root / "store"))


# What has to hold


def unread(comp: Compartment, items: list[Item]) -> list[str]:
    """What cannot be read as it was sealed, and why."""
    return [f"{item.rid}: {why}" for item in items if (why := why_unread(comp, item))]


def why_unread(comp: Compartment, item: Item) -> str:
    """Why an item cannot be read as it was sealed; empty if it can."""
    try:
        if msgspec.json.decode(comp.envelope(item.payload).record) != item.record:
            return "another record"
        if item.content and hashlib.sha256(comp.read_content(item.content)).hexdigest() != item.sha256:
            return "other bytes"
    except VaultError as error:
        return type(error).__name__
    return ""


def listed(comp: Compartment) -> set[str]:
    """Payloads of records that the index lists."""
    return {line.payload for _, _, _, line in comp.index.events(("Recorded",))}


def in_index(comp: Compartment) -> list[tuple[Any, ...]]:
    """Every event, as the index has them."""
    return sorted((dev, n, t, msgspec.json.encode(line)) for dev, n, t, line in comp.index.events())


def found_wrong(world: World, said: Said, *, shredding: bool = False, store: Store | None = None, fetching: bool = False) -> list[str]:
    """What does not hold after a crash: every item before, everything acknowledged, all or nothing of the rest, no alarm, work goes on."""
    wrong: list[str] = []
    certain = [*world.items, *(item for number in said.acknowledged for item in said.begun[number])]
    with unlocked(world.root / "vault", world.keys) as vault:
        try:
            with vault.case(world.keys.cid) as comp:
                wrong += [f"false alarm: {alarm}" for alarm in comp.alarms]
                wrong += [f"lost: {one}" for one in unread(comp, certain)]
                shown = listed(comp)
                wrong += [f"not listed: {one.rid}" for one in certain if one.payload not in shown]
                for number, items in enumerate(said.begun):
                    there = [item for item in items if item.payload in shown]
                    if number not in said.acknowledged and there:
                        wrong += [f"half a commit: {len(there)} of {len(items)}"] if len(there) < len(items) else unread(comp, items)
                if world.target:
                    wrong += _target(comp, world, done=shredding and said.ended, may=shredding)
                wrong += _one_epoch(comp)
                extra = write_items(comp, [b"after the crash", None])
            with vault.case(world.keys.cid) as comp:
                wrong += [f"false alarm later: {alarm}" for alarm in comp.alarms]
                wrong += [f"lost later: {one}" for one in unread(comp, [*certain, *extra])]
                before = in_index(comp)
                comp.remake_index()
                if in_index(comp) != before:
                    wrong.append("the index said something else than the log")
                if store:
                    wrong += [f"false alarm at a sync: {alarm}" for alarm in sync(comp, store, "s").alarms]
                    wrong += [f"not fetched: {one}" for one in unread(comp, world.waiting if fetching else [])]
        except VaultError as error:
            wrong.append(f"it does not go on: {type(error).__name__} {error}")
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what the test is about
            wrong.append(f"an untyped error: {type(error).__module__}.{type(error).__name__} {error}")
    return wrong


def _target(comp: Compartment, world: World, *, done: bool, may: bool) -> list[str]:
    """The item that is shredded: readable, or gone with all its bytes; gone where that was acknowledged."""
    item = world.target
    gone = comp.index.gone()
    if not any(payload in gone for payload in gone_with(item)):
        return [f"lost: {item.rid}"] * bool(why_unread(comp, item)) + ["an acknowledged shredding was undone"] * done
    wrong = [] if may else ["shredded without being asked"]
    for payload in gone_with(item):
        try:
            comp.open_payload(bytes.fromhex(payload))
            wrong.append("shredded, and opens")
        except ShreddedError:
            pass
        except VaultError as error:
            wrong.append(f"shredded, but says {type(error).__name__}")
        if bytes.fromhex(payload) in comp.objects.spots:
            wrong.append("shredded, and its payload is still here")
    return wrong


def _one_epoch(comp: Compartment) -> list[str]:
    """Keys and headers of one epoch alone."""
    epochs = {name.partition(".")[0] for name in comp.disk.names(f"{comp.folder}/keys")}
    epochs |= {path.split("/")[-2] for path in comp.disk.files(f"{comp.folder}/heads")}
    return [] if epochs == {comp.roster.epoch} else [f"keys or headers of {len(epochs)} epochs"]
