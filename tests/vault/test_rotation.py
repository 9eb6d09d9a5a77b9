"""A new epoch: who left opens nothing new, what was shredded opens for nobody, and a crash at any point loses nothing."""

import pytest
from simulators.vaults import Three, add, add_exhibit, admit, bare_case, clock, member_of, record_of, reopened, three

from habeas.seal.age import AgeError, Identity, NoMatchError, open_header
from habeas.vault import disk as disk_module
from habeas.vault.compartment import open_compartment
from habeas.vault.disk import Disk
from habeas.vault.errors import DamagedError, NotAllowedError, NotReadyError, RosterError, ShreddedError, UnreadableError, VaultError
from habeas.vault.events import Because, Kind, Shredded, Why
from habeas.vault.objects import decode_headers
from habeas.vault.roster import Role
from habeas.vault.rotation import Change, propose, rotate, settle, unconfirmed
from habeas.vault.seat import Seat
from habeas.vault.sync import join, sync


def shredding(payloads, ids=("s1",), **fields):
    return Change(events=(Shredded(ids=ids, payloads=tuple(payloads), because=Because.CONSENT_WITHDRAWN, **fields),), gone=frozenset(payloads))


def all_headers(comp):
    return [one for path in comp.disk.files(f"{comp.folder}/heads") for one in decode_headers(comp.disk.read(path))]


def epochs_of_headers(comp):
    return {path.split("/")[3] for path in comp.disk.files(f"{comp.folder}/heads")}


def opens(header, *identities):
    try:
        open_header(header, identities)
    except NoMatchError:
        return False
    return True


@pytest.fixture
def comp(tmp_path):
    made, _ = bare_case(tmp_path / "a")
    yield made
    made.close()


def test_after_a_rotation_everything_is_read_and_the_old_keys_are_gone(comp):
    payloads = [add(comp, {"n": n}) for n in range(3)]
    exhibit, _ = add_exhibit(comp, bytes(2 << 20))
    contact = add(comp, {"phone": "1"}, Kind.CONTACT)
    old, files = comp.epoch, {one: comp.disk.read(one) for one in comp.disk.files(comp.folder) if "/packs/" in one or "/blobs/" in one}
    rotate(comp, Change())
    assert comp.epoch.name != old.name
    assert epochs_of_headers(comp) == {comp.epoch.name}
    assert {name.partition(".")[0] for name in comp.disk.names(f"{comp.folder}/keys")} == {comp.epoch.name}
    assert not any(opens(one.header, *old.identities) for one in all_headers(comp))
    assert all(comp.disk.read(one) == content for one, content in files.items())  # no payload was touched
    again = reopened(comp)
    assert [record_of(again, one)["n"] for one in payloads] == [0, 1, 2]
    assert again.read_content(again.envelope(exhibit).content) == bytes(2 << 20)
    assert record_of(again, contact) == {"phone": "1"}
    assert not again.alarms
    again.close()


def test_contacts_keep_to_their_own_key(comp):
    contact = add(comp, {"phone": "1"}, Kind.CONTACT)
    statement = add(comp, {"n": 1})
    for _ in range(2):
        main, contacts = comp.epoch.main, comp.epoch.contacts
        by_payload = {one.payload.hex(): one.header for one in all_headers(comp)}
        assert opens(by_payload[contact], contacts)
        assert not opens(by_payload[contact], main)
        assert opens(by_payload[statement], main)
        rotate(comp, Change())


@pytest.mark.slow
def test_a_revoked_device_opens_nothing_that_is_new_and_keeps_its_place_in_the_list(tmp_path):
    with three(tmp_path) as t:
        old = add(t.a, {"n": "old"})
        t.sync_all()
        held = [*t.b.epoch.identities, t.b.seat.identity]
        rotate(t.a, Change(revoke=(t.b.seat.device,)))
        new, content = add_exhibit(t.a, b"new")
        sync(t.a, t.store, "s")
        for name in t.store.names(f"{t.a.cid}/heads/"):
            for one in decode_headers(t.store.get(name, 1 << 26)):
                assert not opens(one.header, *held)
        said = sync(t.b, t.store, "s").alarms
        assert any("may have been removed" in str(one) for one in said)
        for payload in (new, content):
            with pytest.raises(VaultError):
                t.b.open_payload(bytes.fromhex(payload))
        assert record_of(t.b, old) == {"n": "old"}  # honest: what was read stays read
        sync(t.c, t.store, "s")
        assert record_of(t.c, new) == {"number": "1"}
        assert t.c.roster.member(t.b.seat.device).until >= 0


@pytest.mark.slow
def test_what_a_revoked_device_writes_later_does_not_count(tmp_path):
    with three(tmp_path) as t:
        rotate(t.a, Change(revoke=(t.b.seat.device,)))
        sync(t.a, t.store, "s")
        add(t.b, {"n": "late"})
        sync(t.b, t.store, "s")
        sync(t.a, t.store, "s")
        assert not any(dev == t.b.seat.device for dev, _, _, _ in t.a.index.events(("Recorded",)))


def test_one_of_a_thousand_records_in_one_commit_is_shredded_and_the_others_are_not(comp):
    draft = comp.draft()
    payloads = [draft.record(Kind.STATEMENT, f"s{n}", {"n": n}, Why.ADDED) for n in range(1000)]
    comp.commit(draft)
    before = comp.known[comp.seat.device].frontier.root()
    target = payloads[500]
    sealed = comp.objects.read(bytes.fromhex(target))
    rotate(comp, shredding([target], ids=("s500",)))
    comp.close()
    everything = b"".join(one.read_bytes() for one in comp.disk.root.rglob("*") if one.is_file())
    assert sealed not in everything
    assert bytes.fromhex(target) not in b"".join(one.payload for one in all_headers(comp))
    again = reopened(comp)
    with pytest.raises(ShreddedError):
        again.envelope(target)
    assert [record_of(again, one)["n"] for one in (*payloads[:3], payloads[499], payloads[501], payloads[999])] == [0, 1, 2, 499, 501, 999]
    assert not again.alarms
    tomb = next(line for _, _, _, line in again.index.events(("Shredded",)))
    assert (tomb.ids, tomb.because) == (("s500",), Because.CONSENT_WITHDRAWN)
    assert before != again.known[again.seat.device].frontier.root()
    again.remake_index()  # custody still verifies: the event and its commitment stand
    assert sum(line.id == "s500" for _, _, _, line in again.index.events(("Recorded",))) == 1
    again.close()


def test_a_large_exhibit_is_deleted_when_it_is_shredded(comp):
    record, content = add_exhibit(comp, bytes(2 << 20), rid="e1")
    rotate(comp, shredding([record, content], ids=("e1",)))
    assert comp.disk.files(f"{comp.folder}/blobs") == []
    for payload in (record, content):
        with pytest.raises(ShreddedError):
            comp.open_payload(bytes.fromhex(payload))


@pytest.mark.slow
def test_shredding_reaches_devices_that_sync_and_names_those_that_have_not(tmp_path):
    with three(tmp_path) as t:
        target = add(t.a, {"n": 1}, rid="s1")
        other = add(t.a, {"n": 2}, rid="s2")
        t.sync_all()
        sealed = t.a.objects.read(bytes.fromhex(target))
        rotate(t.a, shredding([target]))
        assert sync(t.a, t.store, "s").unconfirmed == ("b", "c")
        t.sync_all()
        assert unconfirmed(t.a) == {}
        for one in t.all():
            with pytest.raises((ShreddedError, UnreadableError)):
                one.envelope(target)
            assert record_of(one, other) == {"n": 2}
        t.close()
        assert not any(sealed in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.slow
def test_a_reader_reads_everything_but_contacts_before_and_after(tmp_path):
    with three(tmp_path) as t:
        statement, contact = add(t.b, {"n": 1}), add(t.b, {"phone": "1"}, Kind.CONTACT)
        for _ in range(2):
            t.sync_all()
            for one in t.all():
                assert record_of(one, statement) == {"n": 1}
            for one in (t.a, t.b):
                assert record_of(one, contact) == {"phone": "1"}
            with pytest.raises(UnreadableError):
                t.c.envelope(contact)
            assert t.c.epoch.contacts is None
            rotate(t.a, Change())
            sync(t.a, t.store, "s")


def test_what_only_the_store_has_survives_a_rotation_made_without_seeing_it(tmp_path):
    """b records, pushes and is lost; a, who had not seen it, rotates. Whoever still holds the old key writes it anew (a contact: whoever may read contacts)."""
    with three(tmp_path) as t:
        statement = add(t.b, {"n": 1})
        sync(t.b, t.store, "s")
        rotate(t.a, Change())
        for _ in range(3):
            for one in (t.a, t.c):
                sync(one, t.store, "s")
        assert record_of(t.c, statement) == {"n": 1}
        assert record_of(t.a, statement) == {"n": 1}


@pytest.mark.slow
def test_a_record_written_meanwhile_under_the_old_epoch_is_saved_when_its_writer_syncs(tmp_path):
    with three(tmp_path) as t:
        rotate(t.a, Change())
        sync(t.a, t.store, "s")
        late, contact = add(t.b, {"n": "late"}), add(t.b, {"phone": "late"}, Kind.CONTACT)
        assert not t.sync_all()
        for one in t.all():
            assert record_of(one, late) == {"n": "late"}
        assert record_of(t.a, contact) == {"phone": "late"}


class Crash(BaseException):
    """The power goes."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["revoke", "shred"])
def test_a_crash_at_any_point_of_a_rotation_loses_nothing(tmp_path, monkeypatch, kind):
    calls = ("_create", "_write", "_sync", "_rename", "_open_append", "_truncate", "_unlink", "_sync_folder", "_mkdir")
    state = [0, 1 << 30]

    def stopping(real):
        def call(self, *args):
            state[0] += 1
            if state[0] >= state[1]:
                raise Crash
            return real(self, *args)

        return call

    for name in calls:
        monkeypatch.setattr(disk_module.Disk, name, stopping(getattr(disk_module.Disk, name)))
    point, finished = 1, False
    while not finished:
        state[:] = [0, 1 << 30]
        comp, _ = bare_case(tmp_path / f"{point}")
        other = Seat.generate()
        admit(comp, other, "b", Role.READER)
        kept = [add(comp, {"n": n}, rid=f"s{n}") for n in range(2)]
        target = add(comp, {"n": "target"}, rid="t")
        change = Change(revoke=(other.device,)) if kind == "revoke" else shredding([target], ids=("t",))
        state[:] = [0, point]
        try:
            rotate(comp, change)
            finished = True
        except Crash:
            point += 1
        state[1] = 1 << 30
        again = reopened(comp)
        settle(again)
        assert [record_of(again, one)["n"] for one in kept] == [0, 1], point
        assert not again.alarms, point
        gone = target in again.index.gone()
        if kind == "shred" and gone:
            with pytest.raises(VaultError):
                again.envelope(target)
        else:
            assert record_of(again, target) == {"n": "target"}, point
        assert epochs_of_headers(again) == {again.roster.epoch}, point
        assert {one.partition(".")[0] for one in again.disk.names(f"{again.folder}/keys")} == {again.roster.epoch}, point
        rotate(again, change if kind == "shred" and not gone else Change())
        assert [record_of(again, one)["n"] for one in kept] == [0, 1], point
        again.close()
    assert point > 20


def test_a_dormant_case_needs_its_second_key(comp):
    payload = add(comp, {"n": 1})
    second = Identity.generate()
    rotate(comp, Change(dormant=second.recipient.text))
    comp.close()
    with pytest.raises(NotReadyError, match="dormant"):
        open_compartment(comp.disk, comp.cid, comp.seat, clock)
    with pytest.raises(DamagedError, match="second key is another"):
        open_compartment(comp.disk, comp.cid, comp.seat, clock, Identity.generate())
    awake = open_compartment(comp.disk, comp.cid, comp.seat, clock, second)
    assert record_of(awake, payload) == {"n": 1}
    rotate(awake, Change(dormant=""))
    awake.close()
    plain = open_compartment(comp.disk, comp.cid, comp.seat, clock)
    assert record_of(plain, payload) == {"n": 1}
    plain.close()


@pytest.mark.slow
def test_only_an_admin_rotates_or_proposes(tmp_path):
    with three(tmp_path) as t:
        for one in (t.b, t.c):
            with pytest.raises(NotAllowedError):
                rotate(one, Change())
            with pytest.raises(NotAllowedError):
                propose(one, members=[member_of(Seat.generate(), "z", Role.READER)])


def test_somebody_who_can_admit_is_always_left(comp):
    with pytest.raises(RosterError, match="nobody would be left"):
        rotate(comp, Change(revoke=(comp.seat.device,)))
    assert not reopened(comp).alarms


def test_a_case_with_a_header_that_does_not_open_is_not_rotated_unless_that_is_wanted(comp):
    add(comp, {"n": 0})
    lost = add(comp, {"n": 1})
    path = max((comp.disk.root / one for one in comp.disk.files(f"{comp.folder}/heads")), key=lambda one: one.stat().st_mtime_ns)
    content = bytearray(path.read_bytes())
    content[34 + 100] ^= 1
    path.write_bytes(content)
    again = reopened(comp)
    epoch = again.epoch.name
    with pytest.raises(DamagedError, match=r"1 items do not open"):
        rotate(again, Change())
    assert again.epoch.name == epoch
    rotate(again, Change(), despite_damage=True)
    with pytest.raises(VaultError):
        again.envelope(lost)
    again.close()


def test_the_holder_of_recovery_words_opens_every_epoch(tmp_path):
    comp, recovery = bare_case(tmp_path)
    add(comp, {"n": 1})
    for _ in range(2):
        (path,) = [one for one in comp.disk.files(f"{comp.folder}/keys") if ".r0." in one]
        from habeas.vault.keyring import Epoch

        assert Epoch.open(comp.epoch.name, comp.disk.read(path), recovery.identity, None).main.raw == comp.epoch.main.raw
        rotate(comp, Change())
    with pytest.raises(AgeError):
        open_header(all_headers(comp)[0].header, [recovery.identity])
    comp.close()


@pytest.mark.slow
def test_three_devices_agree_after_everything(tmp_path):
    t = Three(tmp_path)
    add(t.a, {"n": 1})
    add(t.b, {"n": 2})
    assert not t.sync_all()
    assert len({one.head_fingerprint() for one in t.all()}) == 1
    t.close()


def test_an_admin_joins_a_case_whose_keys_were_rotated_before(tmp_path):
    """The joining device has fetched nothing yet when the case is opened for the first time; it must not speak of rotations that are not its own."""
    with three(tmp_path) as t:
        add(t.a, {"n": 1})
        rotate(t.a, Change())
        seat = Seat.generate()
        admit(t.a, seat, "d", Role.ADMIN)
        sync(t.a, t.store, "s")
        disk = Disk(tmp_path / "late")
        disk.root.mkdir()
        late = join(disk, t.a.cid, seat, t.a.roster_digest, t.store, clock)
        settle(late)
        done = sync(late, t.store, "s")
        assert not done.alarms
        assert sum(1 for _ in late.index.events(("Rotated",))) == 1
        late.close()
