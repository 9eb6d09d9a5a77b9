"""Revoking and shredding: what an old key opens afterwards, and where a shredded statement could still lie. The limits are shown, too."""

import hashlib
import shutil
from pathlib import Path

import pytest
from simulators.figures import keep, size
from simulators.vault_work import (
    World,
    gone_with,
    listed,
    member,
    new_vault,
    now,
    prepare,
    scratch,
    some_bytes,
    unlocked,
    unread,
    write_items,
)  # fmt: skip

from habeas.seal.age import AgeError, open_chunks, open_file, open_header
from habeas.vault.compartment import Compartment, new_id, open_compartment
from habeas.vault.disk import Disk
from habeas.vault.errors import ShreddedError, VaultError
from habeas.vault.events import Because, Erased, Kind, Shredded, Why
from habeas.vault.folder_store import FolderStore
from habeas.vault.objects import decode_headers
from habeas.vault.roster import Role
from habeas.vault.rotation import Change, adopt, propose, rotate, unconfirmed
from habeas.vault.seat import Seat
from habeas.vault.store_errors import StoreUnreachableError
from habeas.vault.sync import join, sync
from habeas.vault.words import search


def opened_by(identities, folder: Path) -> int:
    """How many headers below a folder these keys open."""
    count = 0
    for path in sorted(folder.rglob("heads/*/*")):
        for one in decode_headers(path.read_bytes()):
            try:
                open_header(one.header, identities)
                count += 1
            except AgeError:
                pass
    return count


def files_with(folder: Path, *needles: bytes) -> list[str]:
    """Files below a folder in which one of the needles stands."""
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()
            if any(one in content for content in [path.read_bytes()] for one in needles)]  # fmt: skip


class Two:
    """A vault, another device of a caseworker, and a store between them."""

    def __init__(self, root: Path):
        self.root, self.world = root, prepare(root)
        self.store = FolderStore(root / "store")
        self.first = unlocked(root / "vault", self.world.keys)
        self.vault = self.first.__enter__()
        self.case = self.vault.case(self.world.keys.cid)
        self.comp = self.case.__enter__()
        self.seat = Seat.generate()
        self.other_vault = new_vault(root / "other", "b")
        self.other_vault.keep_seat(self.comp.cid, self.seat)
        adopt(self.comp, propose(self.comp, members=[member(self.seat, "b", Role.CASEWORKER)]))
        trust = self.comp.roster_digest
        sync(self.comp, self.store, "s")
        self.other = join(self.other_vault.disk, self.comp.cid, self.seat, trust, self.store, now)
        sync(self.other, self.store, "s")
        sync(self.comp, self.store, "s")

    def close(self):
        self.other.close()
        self.other_vault.close()
        self.case.__exit__(None, None, None)
        self.first.__exit__(None, None, None)


@pytest.fixture
def two():
    with scratch() as root:
        made = Two(root)
        yield made
        made.close()


def test_a_revoked_device_opens_nothing_that_is_sealed_after_with_all_the_keys_it_ever_had(two):
    old = [one for epoch in two.other.rings.epochs.values() for one in epoch.identities] + [two.seat.identity]
    before = opened_by(old, two.root / "store")
    assert before >= len(two.world.items)  # the keys are good ones: they open all that was there
    rotate(two.comp, Change(revoke=(two.seat.device,)))
    for part in range(size(2, 20)):
        write_items(two.comp, [b"after the revocation %d" % part, None, some_bytes(1_100_000, part)])
    sync(two.comp, two.store, "s")
    new_in_store, new_here = opened_by(old, two.root / "store"), opened_by(old, two.root / "vault")
    for path in (two.root / "store").rglob("*.age"):
        if path.parent.name == "keys":
            with pytest.raises(AgeError):
                open_file(path.read_bytes(), old)
    sync(two.other, two.store, "s")
    assert two.other.roster.version < two.comp.roster.version
    keep("revocation", headers_opened_before=before, opened_after_in_the_store=new_in_store, opened_after_in_the_vault=new_here)
    assert new_in_store == new_here == 0


def test_what_a_revoked_device_writes_after_its_last_word_does_not_count(two):
    rotate(two.comp, Change(revoke=(two.seat.device,)))
    late = write_items(two.other, [b"too late"])
    sync(two.comp, two.store, "s")
    for path in (two.root / "other" / "cases" / two.comp.cid / "log" / two.seat.device).iterdir():
        two.store.delete(f"{two.comp.cid}/log/{two.seat.device}/{path.name}")
        two.store.put_new(f"{two.comp.cid}/log/{two.seat.device}/{path.name}", path.read_bytes())
    sync(two.comp, two.store, "s")
    assert late[0].payload not in listed(two.comp)


CANARY = "canary-of-the-witness-who-withdraws"


def test_one_statement_of_a_thousand_in_one_commit_is_gone_from_every_byte_and_the_others_stay():
    with scratch() as root:
        world = prepare(root)
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            draft, count = comp.draft(), size(300, 1000)
            ids = [new_id() for _ in range(count)]
            words = {rid: f"statement {number} {CANARY if number == 7 else 'other'}" for number, rid in enumerate(ids)}
            payloads = {rid: draft.record(Kind.STATEMENT, rid, {"text": words[rid]}, Why.ADDED, reason="because") for rid in ids}
            comp.commit(draft)
            assert [hit.id for hit in search(comp, CANARY)] == [ids[7]]  # it is in the index of words
            target = payloads[ids[7]]
            sealed = comp.objects.read(bytes.fromhex(target))
            key = comp.file_key(bytes.fromhex(target))
            (header,) = comp.objects.headers[comp.roster.epoch][bytes.fromhex(target)]
            old = {name: path for name in ("keys", "heads", "packs", "index") for path in [root / "kept" / name]}
            for name, path in old.items():
                shutil.copytree(root / "vault" / ("index" if name == "index" else f"cases/{comp.cid}/{name}"), path)
            reason = comp.draft()
            why = reason.text("she asked for it")
            reason.events.append(Shredded(ids=(ids[7],), payloads=(target,), because=Because.CONSENT_WITHDRAWN, reason=why))
            comp.commit(reason)
            rotate(comp, Change(gone=frozenset([target])))
            pieces = [sealed[at : at + 32] for at in range(0, len(sealed) - 31, 32)]
            places = files_with(root / "vault", *pieces, header[40:100], key, CANARY.encode())
            assert files_with(root / "kept", *pieces)  # the search finds it where it is
            with pytest.raises(ShreddedError):
                comp.envelope(target)
            others = {rid: bytes(comp.envelope(payload).record) for rid, payload in payloads.items() if rid != ids[7]}
            assert len(others) == count - 1 and all(words[rid] in record.decode() for rid, record in others.items())
            assert search(comp, CANARY) == [] and len(search(comp, "statement other")) == count - 1
            assert unread(comp, world.items) == []
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            places += files_with(root / "vault", *pieces, CANARY.encode())
            assert comp.alarms == [] and search(comp, CANARY) == []
        files = sum(1 for path in (root / "vault").rglob("*") if path.is_file())
        keep("one statement shredded", of=count, files_searched=files, places=len(places))
        assert places == []


def test_the_index_is_searched_while_it_is_open_and_its_write_ahead_log_lies_there():
    with scratch() as root:
        world = prepare(root)
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            search(comp, "made up")
            rotate(comp, shredding(world))
            search(comp, "made up")
            assert (root / "vault" / "index" / f"{comp.cid}.db-wal").stat().st_size > 0
            assert files_with(root / "vault", *(bytes.fromhex(one) for one in gone_with(world.target))) == []


def shredding(world: World) -> Change:
    gone = gone_with(world.target)
    return Change(events=(Shredded(ids=(world.target.rid,), payloads=gone, because=Because.CONSENT_WITHDRAWN),), gone=frozenset(gone))


def test_whoever_has_not_confirmed_a_shredding_is_listed_until_he_has(two):
    rotate(two.comp, shredding(two.world))
    assert list(unconfirmed(two.comp)) == [two.seat.device]
    assert sync(two.comp, two.store, "s").unconfirmed == ("b",)
    assert two.other.read_content(two.world.target.content)  # honest: he can still read it now
    sync(two.other, two.store, "s")
    with pytest.raises(ShreddedError):
        two.other.envelope(two.world.target.payload)
    assert sync(two.comp, two.store, "s").unconfirmed == ()
    assert [dev for dev, _, _, _ in two.comp.index.events(("Erased",))] == [two.seat.device]
    for folder in ("vault", "other", "store"):
        assert not [path for path in (two.root / folder).rglob("*") if path.name in gone_with(two.world.target)]


def test_a_fetch_that_was_cut_short_leaves_nothing_of_what_is_shredded_meanwhile(two):
    """The unfinished copy of a large payload lies outside the case's folder."""
    large = write_items(two.comp, [some_bytes(3_000_000, 1)])[0]
    sync(two.comp, two.store, "s")

    class Cut(FolderStore):
        def get_into(self, name, sink, most, start=0):
            if name.endswith(large.content.payload):
                sink(FolderStore(self._root).get(name, most)[:1_500_000])
                raise StoreUnreachableError
            return super().get_into(name, sink, most, start)

    with pytest.raises(StoreUnreachableError):
        sync(two.other, Cut(two.root / "store"), "s")
    begun = some_of(two.root / "vault", large.content.payload)
    assert files_with(two.root / "other", begun)
    gone = gone_with(large)
    rotate(two.comp, Change(events=(Shredded(ids=(large.rid,), payloads=gone, because=Because.MISTAKE),), gone=frozenset(gone)))
    sync(two.comp, two.store, "s")
    sync(two.other, two.store, "s")
    assert any(isinstance(line, Erased) for _, _, _, line in two.other.index.events(("Erased",)))  # he says that nothing is left
    assert files_with(two.root / "other", begun) == []


def some_of(vault: Path, payload: str) -> bytes:
    (path,) = vault.rglob(payload)
    return path.read_bytes()[100_000:100_064]


def test_a_damaged_neighbour_does_not_stop_a_shredding():
    """Two statements in one pack: a bit of one flips, the other one is shredded. The case goes on, and the bytes are gone."""
    with scratch() as root:
        world = prepare(root)
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            items = write_items(comp, [None, None, None])
            spot = comp.objects.spots[bytes.fromhex(items[0].payload)]
            path = root / "vault" / spot.path
            content = bytearray(path.read_bytes())
            content[spot.offset + 50] ^= 1
            path.write_bytes(content)
            sealed = comp.objects.read(bytes.fromhex(items[1].payload))[:64]
            change = Change(
                events=(Shredded(ids=(items[1].rid,), payloads=(items[1].payload,), because=Because.MISTAKE),), gone=frozenset([items[1].payload])
            )
            try:
                rotate(comp, change)
            except VaultError as error:
                trouble = str(error)
            else:
                trouble = ""
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            assert unread(comp, [*world.items, items[2]]) == []
            assert files_with(root / "vault", sealed) == []
        assert trouble == ""


def test_an_old_copy_with_an_old_key_still_opens_what_was_shredded_and_the_manual_has_to_say_so(two):
    """The limit, shown: a copy of the store (or a backup) that somebody kept, with a key that was never destroyed."""
    shutil.copytree(two.root / "store", two.root / "kept-store")
    shutil.copytree(two.root / "vault", two.root / "backup")
    shutil.copytree(two.root / "other", two.root / "offline")
    rotate(two.comp, shredding(two.world))
    sync(two.comp, two.store, "s")
    payload = two.world.target.content.payload

    with unlocked(two.root / "backup", two.world.keys) as vault:  # 1. a backup of the vault, and the passphrase
        comp = open_compartment(vault.disk, two.comp.cid, vault.seat(two.comp.cid), now)
        assert comp.read_content(two.world.target.content) == b"to be shredded, or not"
        comp.close()

    kept = Compartment(Disk(two.root / "offline"), two.comp.cid, two.seat, now)  # 2. a device that stays offline
    kept.load()
    assert kept.read_content(two.world.target.content) == b"to be shredded, or not"
    old = [one for epoch in kept.rings.epochs.values() for one in epoch.identities]
    kept.close()

    case = two.root / "kept-store" / two.comp.cid  # 3. a copy of the store, and a member's old key
    headers = [one for path in case.glob("heads/*/*") for one in decode_headers(path.read_bytes()) if one.payload.hex() == payload]
    content = next(content for path in case.glob("packs/*") for content in [path.read_bytes()] if bytes.fromhex(payload) in content)
    key = open_header(headers[0].header, old)
    opened = 0
    for at in range(len(content)):
        for length in (16 + 256 + 16,):
            piece = content[at : at + length]
            if hashlib.sha256(piece).hexdigest() == payload:
                assert b"".join(open_chunks(key, [piece])).startswith(b"to be shredded, or not")
                opened += 1
    assert opened == 1

    fresh = [one for epoch in two.comp.rings.epochs.values() for one in epoch.identities]  # but not with the keys of today
    for one in headers:
        with pytest.raises(AgeError):
            open_header(one.header, fresh)
    keep("what escapes a shredding", backup_with_passphrase="opens", offline_device="opens", old_store_with_old_key="opens", with_new_keys="closed")
