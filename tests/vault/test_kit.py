"""A seal-only kit adds and cannot read, survives a crash at any point, and comes home by a sync with its folder."""

import hashlib
import os

import msgspec
import pytest
from simulators.vaults import bare_case, clock, field_kit, flip, record_of

from habeas.domain.errors import HabeasError
from habeas.seal.age import Identity, Recipient
from habeas.seal.ed25519 import Signer
from habeas.vault.errors import DamagedError, NoVaultError
from habeas.vault.events import Recorded, Sealed
from habeas.vault.folder_store import FolderStore
from habeas.vault.kit import Kit, make_kit
from habeas.vault.rotation import Change, rotate
from habeas.vault.sync import sync

BIG = os.urandom(1 << 20) + os.urandom(300_000)


@pytest.fixture
def home(tmp_path):
    comp, _ = bare_case(tmp_path / "home")
    yield comp
    comp.close()


@pytest.fixture
def kit(home, tmp_path):
    return field_kit(home, tmp_path / "kit")[0]


def brought_home(home, tmp_path, *, push=False):
    done = sync(home, FolderStore(tmp_path / "kit"), "kit", push=push)
    return done, [home.envelope(line.payload) for _, _, _, line in home.index.events(("Recorded",)) if isinstance(line, Recorded)]


def test_what_was_added_in_the_field_is_read_at_home(home, kit, tmp_path):
    assert kit.add([({"number": "7"}, [b"a ", b"photo"]), ({"number": "8"}, [BIG])]) == 1
    assert Kit(tmp_path / "kit", clock).add([({"number": "9"}, [b""])]) == 2
    done, found = brought_home(home, tmp_path)
    assert not done.alarms
    assert [home.read_content(one.content) for one in found] == [b"a photo", BIG, b""]
    assert [msgspec.json.decode(one.record)["number"] for one in found] == ["7", "8", "9"]
    assert {dev for dev, _, _, line in home.index.events(("Sealed",)) if isinstance(line, Sealed)} == {kit.file.device}


def test_coming_home_twice_or_in_parts_adds_nothing_twice(home, kit, tmp_path):
    kit.add([({"number": "1"}, [b"one"])])
    brought_home(home, tmp_path)
    assert brought_home(home, tmp_path)[0].fetched == 0
    kit.add([({"number": "2"}, [b"two"])])
    done, found = brought_home(home, tmp_path)
    assert not done.alarms
    assert len(found) == 2


def test_nothing_in_its_folder_opens_what_was_added(home, kit, tmp_path):
    """Whatever key can be made of the bytes that stand in kit.json: none of them is a secret of the case."""
    kit.add([({"number": "7", "title": "KINGFISHER"}, [b"KINGFISHER " * 50])])
    everything = b"".join(one.read_bytes() for one in (tmp_path / "kit").rglob("*") if one.is_file())
    assert b"KINGFISHER" not in everything
    assert b"AGE-SECRET-KEY" not in everything.upper()
    secrets = [home.epoch.main.raw, home.epoch.contacts.raw, home.seat.identity.raw, home.rings.drops[f"s-{kit.file.device}"].raw]
    assert not any(one in everything or one.hex().encode() in everything for one in secrets)
    assert not hasattr(kit, "envelope")
    assert Identity(bytes.fromhex(kit.file.seed)).recipient != kit.drop


def test_its_files_are_for_its_owner_alone(kit, tmp_path):
    kit.add([({}, [b"x"])])
    for one in (tmp_path / "kit").rglob("*"):
        assert one.stat().st_mode & 0o077 == 0, one.name


class Crash(BaseException):
    """The power goes."""


def states_of_a_commit(kit, monkeypatch):
    """Stop before each system call that changes something, one after another."""
    calls = ("_create", "_write", "_sync", "_rename", "_open_append", "_truncate", "_unlink", "_sync_folder", "_mkdir")
    count = [0, 1 << 30]

    def stopping(real):
        def call(self, *args):
            count[0] += 1
            if count[0] >= count[1]:
                raise Crash
            return real(self, *args)

        return call

    from habeas.vault import disk

    for name in calls:
        monkeypatch.setattr(disk.Disk, name, stopping(getattr(disk.Disk, name)))
    return count


def test_a_crash_at_any_point_leaves_the_commit_whole_or_absent(tmp_path, monkeypatch):
    comp, _ = bare_case(tmp_path / "home")
    made, _ = field_kit(comp, tmp_path / "kit")
    made.add([({"number": "0"}, [b"before"])])
    count = states_of_a_commit(made, monkeypatch)
    point, acknowledged = 1, ["0"]
    while True:
        number = str(point)
        kit = Kit(tmp_path / "kit", clock)
        count[:] = [0, point]
        try:
            kit.add([({"number": number}, [b"content"])])
            finished = True
        except Crash:
            finished = False
        count[1] = 1 << 30
        if finished:
            acknowledged.append(number)
            break
        point += 1
    assert point > 10
    kit = Kit(tmp_path / "kit", clock)
    kit.add([({"number": "last"}, [b"after"])])
    done, found = brought_home(comp, tmp_path)
    assert not done.alarms
    numbers = [msgspec.json.decode(one.record)["number"] for one in found]
    assert set(acknowledged) <= set(numbers)
    assert numbers[-1] == "last"
    assert len(numbers) == len(set(numbers))
    comp.close()


def test_a_torn_last_frame_is_cut_off_and_the_kit_goes_on(home, kit, tmp_path):
    kit.add([({"number": "1"}, [b"one"])])
    log = kit.disk.files(f"{home.cid}/log")
    (tmp_path / "kit" / log[-1].replace("000001", "000002")).write_bytes(b"\0\0\0\x09half a frame")
    Kit(tmp_path / "kit", clock).add([({"number": "2"}, [b"two"])])
    done, found = brought_home(home, tmp_path)
    assert not done.alarms
    assert [msgspec.json.decode(one.record)["number"] for one in found] == ["1", "2"]


@pytest.mark.parametrize("which", [0, 1])
def test_an_acknowledged_commit_that_was_damaged_later_is_not_dropped_in_silence(kit, tmp_path, which):
    kit.add([({"number": "1"}, [b"one"])])
    kit.add([({"number": "2"}, [b"two"])])
    segment = tmp_path / "kit" / kit.disk.files(f"{kit.file.compartment}/log")[which]
    flip(segment, 200)
    damaged = segment.read_bytes()
    with pytest.raises(DamagedError):
        Kit(tmp_path / "kit", clock)
    assert segment.read_bytes() == damaged


def test_a_log_that_was_taken_away_is_found(kit, tmp_path):
    kit.add([({"number": "1"}, [b"one"])])
    kit.add([({"number": "2"}, [b"two"])])
    for path in kit.disk.files(f"{kit.file.compartment}/log"):
        kit.disk.remove(path)
    with pytest.raises(DamagedError, match="log of this kit"):
        Kit(tmp_path / "kit", clock)


def test_after_a_new_epoch_at_home_the_kit_still_comes_home(home, kit, tmp_path):
    kit.add([({"number": "1"}, [b"one"])])
    rotate(home, Change())
    kit.add([({"number": "2"}, [b"two"])])
    done, found = brought_home(home, tmp_path)
    assert not done.alarms
    assert [home.read_content(one.content) for one in found] == [b"one", b"two"]


def test_what_a_revoked_kit_adds_later_does_not_count(home, kit, tmp_path):
    kit.add([({"number": "1"}, [b"one"])])
    brought_home(home, tmp_path)
    rotate(home, Change(revoke=(kit.file.device,)))
    kit.add([({"number": "2"}, [b"two"])])
    done, found = brought_home(home, tmp_path)
    assert [msgspec.json.decode(one.record)["number"] for one in found] == ["1"]
    assert record_of(home, next(line.payload for _, _, _, line in home.index.events(("Recorded",)))) == {"number": "1"}
    assert any("does not count" in str(one) for one in done.alarms)


def test_no_kit_and_a_damaged_one_are_told(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoVaultError):
        Kit(tmp_path / "empty", clock)
    signer, drop = Signer.generate(), Identity.generate().recipient
    make_kit(tmp_path / "kit", "case-1", "dev", signer, drop, 1)
    with pytest.raises(FileExistsError):
        make_kit(tmp_path / "kit", "case-1", "dev", signer, drop, 1)
    path = tmp_path / "kit" / "kit.json"
    good = path.read_bytes()
    fields = msgspec.json.decode(good)
    bad = [b"", b"{}", b"\xff", good[:-1], b"[" * 9000]
    bad += [msgspec.json.encode(fields | change) for change in ({"seed": "00"}, {"drop": Recipient(bytes(32)).text[:-1]}, {"x": 1}, {"kit": "1"})]
    bad += [msgspec.json.encode(fields | {"at": fields["at"] | {"h": "00" * 32}}), msgspec.json.encode(fields | {"at": fields["at"] | {"n": 3}})]
    for content in bad:
        path.write_bytes(content)
        with pytest.raises(HabeasError):
            Kit(tmp_path / "kit", clock)


def test_a_frontier_that_does_not_fit_is_told_before_anything_is_added(tmp_path):
    make_kit(tmp_path / "kit", "case-1", "dev", Signer.generate(), Identity.generate().recipient, 1)
    path = tmp_path / "kit" / "kit.json"
    fields = msgspec.json.decode(path.read_bytes())
    for change in ({"roots": "zz"}, {"roots": hashlib.sha256().hexdigest()}, {"size": 5}, {"size": -1}):
        path.write_bytes(msgspec.json.encode(fields | {"at": fields["at"] | change}))
        with pytest.raises(DamagedError):
            Kit(tmp_path / "kit", clock).add([({}, [b"x"])])
