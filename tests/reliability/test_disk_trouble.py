"""Full, failing and read-only disks, two writers, clocks that lie, a copied device, a file larger than memory wants."""

import errno
import multiprocessing
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from simulators.disks import FullDisk, ReadOnlyDisk
from simulators.figures import FULL, keep
from simulators.vault_work import PASSPHRASE, WORK, Said, do, found_wrong, in_index, note, now, prepare, scratch, unlocked, unread, write_items

from habeas.vault.errors import DiskFailedError, DiskFullError, DiskReadOnlyError, LockedError, VaultError
from habeas.vault.folder_store import FolderStore
from habeas.vault.sync import sync
from habeas.vault.vault import open_vault

TROUBLES = {
    "full": (errno.ENOSPC, ("write",), DiskFullError),
    "failing": (errno.EIO, ("sync",), DiskFailedError),
}


def in_trouble(base: Path, world, work, at: int, trouble: str) -> tuple[list[str], bool]:
    """(what is wrong after trouble at the k-th write or fsync, whether it came to it)."""
    error, what, wanted = TROUBLES[trouble]
    with scratch() as folder:
        root, said, wrong = folder / "w", Said(), []
        shutil.copytree(base, root)
        disk = FullDisk(root / "vault", at, error=error, what=what)
        try:
            do(work, world.at(root), disk, note(said), FolderStore(root / "store"))
            said.ended = True
        except wanted:
            pass
        except Exception as other:  # noqa: BLE001
            wrong.append(f"{type(other).__name__} where {wanted.__name__} is due: {other}")
        if disk.hit and said.ended:
            said.ended = False  # a trouble that was got over is fine; nothing is promised of it but what was acknowledged
        wrong += found_wrong(world.at(root), said, shredding=work.name == "shred", store=FolderStore(root / "store"), fetching=work.name == "fetch")
        return [f"{work.name}, {trouble} at {at}: {one}" for one in wrong], disk.hit


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("work", WORK, ids=lambda work: work.name.replace(" ", "-"))
def test_trouble_at_any_write_is_a_typed_error_and_loses_nothing(work, trouble):
    with scratch() as base:
        world = work.prepare(base)
        wrong, at, hits = [], 0, 0
        step = 1 if FULL else 5
        at = 0 if FULL else Random(work.name).randrange(4)
        while True:
            found, hit = in_trouble(base, world, work, at, trouble)
            wrong += found
            if not hit:
                break
            hits += 1
            at += step
        keep(f"disk {trouble}, {work.name}", points=hits, wrong=len(wrong))
        assert not wrong, "\n".join(wrong[:10])


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_commit_that_failed_is_not_there_and_the_same_open_case_goes_on(trouble):
    """The error says that nothing was taken: then nothing was. And the next commit is as good as any, without opening anew."""
    error, what, _ = TROUBLES[trouble]
    with scratch() as base:
        world, wrong, at, points = prepare(base), [], 0, 0
        while True:
            with scratch() as folder:
                root = folder / "w"
                shutil.copytree(base, root)
                disk = FullDisk(root / "vault", 10_000, error=error, what=what)
                with unlocked(root / "vault", world.keys, disk) as vault, vault.case(world.keys.cid) as comp:
                    disk.at, said, failed = disk.count + at, Said(), False
                    try:
                        write_items(comp, [b"while there is trouble", None], note(said))
                    except VaultError:
                        failed = True
                    except Exception as other:  # noqa: BLE001
                        wrong.append(f"point {at}: untyped {type(other).__name__}")
                    disk.full = False
                    later = write_items(comp, [b"later", None])
                    later += write_items(comp, [None])
                    shown = in_index(comp)
                    wrong += [f"point {at}: later, {one}" for one in unread(comp, later)]
                with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
                    comp.remake_index()
                    wrong += [f"point {at}: {alarm}" for alarm in comp.alarms]
                    wrong += [f"point {at}: reopened, {one}" for one in unread(comp, [*world.items, *later])]
                    if in_index(comp) != shown:
                        wrong.append(f"point {at}: the index of the open case said something else than the log")
                    payloads = {line.payload for _, _, _, line in comp.index.events(("Recorded",))}
                    if failed and any(item.payload in payloads for item in said.begun[0]):
                        wrong.append(f"point {at}: the commit said that nothing was taken, and it was")
                if not disk.hit:
                    break
            points += 1
            at += 1
        keep(f"disk {trouble}, same process goes on", points=points, wrong=len(wrong))
        assert not wrong, "\n".join(wrong)


def test_a_disk_that_fails_to_undo_an_append_does_not_spoil_the_log():
    """The fsync of a frame fails, and so does cutting it off again; then the disk recovers."""
    with scratch() as root:
        world = prepare(root)
        disk = FullDisk(root / "vault", 10_000, error=errno.EIO, what=("sync", "truncate"))
        with unlocked(root / "vault", world.keys, disk) as vault, vault.case(world.keys.cid) as comp:
            frame = DeviceLogSpy(comp, disk)
            with pytest.raises(DiskFailedError):
                write_items(comp, [None])
            assert frame.hit
            disk.full = False
            later = write_items(comp, [b"later"])
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            comp.remake_index()
            assert comp.alarms == []
            assert unread(comp, [*world.items, *later]) == []
            assert later[0].payload in {line.payload for _, _, _, line in comp.index.events(("Recorded",))}


class DeviceLogSpy:
    """Makes the disk fail from the moment that the log is appended to."""

    def __init__(self, comp, disk):
        self.hit, opened = False, disk._open_append

        def open_append(path):
            if "/log/" in path:
                disk.at, self.hit = disk.count, True
            return opened(path)

        disk._open_append = open_append


def test_a_read_only_disk_is_a_typed_error_and_reading_goes_on():
    with scratch() as root:
        world = prepare(root)
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            comp.disk = comp.objects._disk = ReadOnlyDisk(root / "vault")
            with pytest.raises(DiskReadOnlyError):
                write_items(comp, [b"nothing"])
            assert unread(comp, world.items) == []
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            assert comp.alarms == [] and unread(comp, world.items) == []


def test_a_vault_on_a_read_only_disk_opens_for_reading():
    with scratch() as root:
        world = prepare(root)
        with unlocked(root / "vault", world.keys, ReadOnlyDisk(root / "vault")) as vault, vault.case(world.keys.cid) as comp:
            assert unread(comp, world.items) == []


def _second(root, queue):
    try:
        open_vault(root, PASSPHRASE, now)
        queue.put("opened")
    except LockedError:
        queue.put("locked")


def test_a_second_process_is_told_that_the_vault_is_open_elsewhere():
    with scratch() as root:
        world = prepare(root)
        context = multiprocessing.get_context("spawn")
        queue = context.Queue()
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            child = context.Process(target=_second, args=(root / "vault", queue))
            child.start()
            assert queue.get(timeout=60) == "locked"
            child.join()
            assert unread(comp, write_items(comp, [b"still mine"])) == []
        child = context.Process(target=_second, args=(root / "vault", queue))
        child.start()
        assert queue.get(timeout=60) == "opened"
        child.join()


@pytest.mark.parametrize("clock", ["2016-11-25T00:00:00Z", "2036-11-25T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_a_clock_that_is_years_wrong_changes_neither_order_nor_alarms(clock):
    with scratch() as root:
        world = prepare(root)
        with unlocked(root / "vault", world.keys, clock=lambda: clock) as vault, vault.case(world.keys.cid) as comp:
            wrong_clock = write_items(comp, [b"by a wrong clock", None])
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            right_clock = write_items(comp, [None])
            for _ in range(2):
                order = [line.id for _, _, _, line in comp.index.events(("Recorded",))]
                assert order[-3:] == [item.rid for item in [*wrong_clock, *right_clock]]
                comp.remake_index()
            assert comp.alarms == [] and unread(comp, [*world.items, *wrong_clock, *right_clock]) == []
            assert sync(comp, FolderStore(root / "store"), "s").alarms == ()


def test_a_copied_device_is_found_out_and_frozen():
    """A laptop restored from an image, or cloned: both write, both sync to one store."""
    with scratch() as root:
        world = prepare(root)
        store = FolderStore(root / "store")
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            sync(comp, store, "s")
        shutil.copytree(root / "vault", root / "copy")
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            first = write_items(comp, [b"on the one"])
            assert sync(comp, store, "s").alarms == ()
        with unlocked(root / "copy", world.keys) as vault, vault.case(world.keys.cid) as comp:
            second = write_items(comp, [b"on the other"])
            alarms = sync(comp, store, "s").alarms
            assert [alarm.what for alarm in alarms] == ["forked: two histories of one device; it is frozen"]
            assert comp.pins.frozen == [comp.seat.device]
            before = store.names("")
            sync(comp, store, "s")
            assert store.names("") == before  # a frozen device sends nothing
            assert unread(comp, [*world.items, *second]) == []
        with unlocked(root / "vault", world.keys) as vault, vault.case(world.keys.cid) as comp:
            assert sync(comp, store, "s").alarms == ()  # the store holds the first one's history alone
            assert unread(comp, [*world.items, *first]) == []


GIANT = r"""
import sys, hashlib
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from simulators.vault_work import *
root, size = Path(sys.argv[1]), int(sys.argv[2])
with new_vault(root / "v") as vault:
    comp = vault.new_case()
    def pieces():
        with open(root / "giant", "rb") as stream:
            while piece := stream.read(1 << 20):
                yield piece
    draft, rid = comp.draft(), new_id()
    sealing = draft.content(rid, pieces())
    payload = draft.record(Kind.EXHIBIT, rid, {"number": "1"}, Why.ADDED, sealing=sealing)
    comp.commit(draft)
    (root / "giant").unlink()
    read, digest = 0, hashlib.sha256()
    for piece in comp.stream_content(sealing.content):
        read += len(piece)
        digest.update(piece)
    assert read == size and digest.hexdigest() == sealing.content.sha256
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024, digest.hexdigest())
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_a_file_of_gigabytes_is_sealed_and_read_back_in_flat_memory():
    """Sparse; 5 GiB in the full size."""
    peaks = {}
    for size in [64 << 20, 5 << 30] if FULL else [1 << 20, 96 << 20]:
        with scratch() as root:
            with open(root / "giant", "wb") as stream:
                stream.truncate(size)
                stream.seek(size // 2)
                stream.write(b"in the middle")
            run = subprocess.run([sys.executable, "-c", GIANT, str(root), str(size), *sys.path], capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stderr
            peaks[size] = int(run.stdout.split()[0])
    small, large = peaks.values()
    keep("a giant file", mebibytes=max(peaks) >> 20, peak_mib=large, peak_mib_of_a_small_one=small)
    assert large - small < 24
