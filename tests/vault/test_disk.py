"""The one door to the disk: whole files or none, appended or not at all, and errors that say what to do, with real files and a full disk."""

import os
import stat
import subprocess
import sys
import textwrap
from contextlib import suppress

import pytest

from habeas.vault.disk import Disk, plain_errors
from habeas.vault.errors import DiskFailedError, DiskFullError, DiskReadOnlyError, LockedError, VaultError

HABEAS = os.pathsep.join(one for one in sys.path if one)


@pytest.fixture
def disk(tmp_path):
    (tmp_path / "v").mkdir(mode=0o700)
    return Disk(tmp_path / "v")


def left(disk):
    return disk.files("")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_written_whole_with_its_folders_and_for_its_owner_alone(disk):
    disk.put("a/b/c.age", b"content")
    assert disk.read("a/b/c.age") == b"content"
    assert left(disk) == ["a/b/c.age"]
    assert mode(disk.root / "a/b/c.age") == 0o600
    assert {mode(disk.root / one) for one in ("a", "a/b", "tmp")} == {0o700}


def test_a_file_in_place_of_an_older_one_is_the_one_or_the_other(disk):
    disk.put("a", b"old")
    with disk.open("a") as reader:
        disk.put("a", b"new")
        assert reader.read() == b"old"
    assert disk.read("a") == b"new"


def test_a_file_that_was_not_kept_leaves_nothing(disk):
    with disk.new_file() as new:
        new.write(b"half")
    assert left(disk) == []
    with suppress(RuntimeError), disk.new_file() as new:
        new.write(b"half")
        raise RuntimeError
    assert left(disk) == []


def test_what_an_interrupted_run_left_without_a_name_is_cleared(disk):
    (disk.root / "tmp").mkdir()
    (disk.root / "tmp" / "0123").write_bytes(b"half")
    disk.clear_tmp()
    assert left(disk) == []


def test_appending_goes_on_at_the_end_and_cutting_takes_from_it(disk):
    disk.append("log/d/1.seg", b"one")
    disk.append("log/d/1.seg", b"two")
    assert disk.read("log/d/1.seg") == b"onetwo"
    assert mode(disk.root / "log/d/1.seg") == 0o600
    disk.cut("log/d/1.seg", 3)
    disk.append("log/d/1.seg", b"!")
    assert disk.read("log/d/1.seg") == b"one!"


class Tearing(Disk):
    """A disk that fails in the middle of the write that it is told to, after some bytes went down."""

    torn = 0

    def _write(self, stream, path, data):
        if self.torn:
            stream.write(data[: self.torn])
            raise OSError(28, "No space left on device")
        super()._write(stream, path, data)


def test_a_write_that_fails_in_the_middle_takes_back_what_it_wrote(disk):
    disk.put("file", b"old")
    disk.append("log/1.seg", b"one")
    tearing = Tearing(disk.root)
    tearing.torn = 2
    with pytest.raises(DiskFullError):
        tearing.append("log/1.seg", b"two")
    with pytest.raises(DiskFullError):
        tearing.put("file", b"new")
    with pytest.raises(DiskFullError):
        tearing.append("log/2.seg", b"first")
    assert disk.read("log/1.seg") == b"one"
    assert disk.read("file") == b"old"
    assert disk.size("log/2.seg") == 0
    assert disk.names("tmp") == []


class Counting(Disk):
    """Writes down every system call that changes or confirms something."""

    def __init__(self, root):
        super().__init__(root)
        self.calls = []

    def _note(self, what, path):
        self.calls.append((what, "tmp/x" if path.startswith("tmp/") else path))

    def _create(self, path):
        self._note("create", path)
        return super()._create(path)

    def _write(self, stream, path, data):
        self._note("write", path)
        super()._write(stream, path, data)

    def _sync(self, stream, path):
        self._note("sync", path)
        super()._sync(stream, path)

    def _rename(self, old, new):
        self._note("rename", new)
        super()._rename(old, new)

    def _sync_folder(self, path):
        self._note("sync folder", path)
        super()._sync_folder(path)


def test_a_file_is_synced_before_it_gets_its_name_and_its_folder_after(disk):
    counting = Counting(disk.root)
    counting.put("a/f", b"x")
    what = [call for call in counting.calls if call[0] != "sync folder"]
    assert what == [("create", "tmp/x"), ("write", "tmp/x"), ("sync", "tmp/x"), ("rename", "a/f")]
    after = counting.calls[counting.calls.index(("rename", "a/f")) :]
    assert {("sync folder", "a"), ("sync folder", "")} <= set(after)


def test_pending_names_are_durable_before_the_commit_point(disk):
    counting = Counting(disk.root)
    counting.put("heads/f", b"x", settle=False)
    assert ("sync folder", "heads") not in counting.calls
    counting.append("log/1.seg", b"frame")
    assert counting.calls.index(("sync folder", "heads")) < counting.calls.index(("write", "log/1.seg"))
    assert counting.calls.index(("write", "log/1.seg")) < counting.calls.index(("sync", "log/1.seg"))
    assert counting.calls[-1] == ("sync folder", "log")


def child(code, *args):
    """Run code in a process of its own, which can have limits."""
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": HABEAS})


@pytest.mark.slow
def test_a_file_size_limit_is_a_full_disk_and_nothing_taken_before_is_lost(disk):
    disk.put("a", b"old")
    disk.append("logs/1", b"x" * 900)
    ended = child(
        """
        import resource, signal, sys
        from pathlib import Path
        from habeas.vault.disk import Disk
        from habeas.vault.errors import DiskFullError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        disk = Disk(Path(sys.argv[1]))
        for act in (lambda: disk.append("logs/1", bytes(500)), lambda: disk.put("a", bytes(5000))):
            try:
                act()
            except DiskFullError as error:
                print(error)
        """,
        disk.root,
    )
    assert ended.stdout.count("The disk is full") == 2, ended.stderr
    assert disk.read("a") == b"old"
    assert disk.read("logs/1") == b"x" * 900
    assert disk.names("tmp") == []


@pytest.fixture
def mounted(tmp_path):
    """A file system of 64 KiB."""
    where = tmp_path / "small"
    where.mkdir()
    if (
        os.name == "nt"
        or os.geteuid()
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", where], capture_output=True, check=False).returncode
    ):
        pytest.skip("mounting a small file system is not allowed here (root wanted)")
    yield where
    subprocess.run(["umount", "-l", where], check=True)


@pytest.mark.slow
def test_a_disk_that_is_really_full_says_so_and_keeps_what_it_has(mounted):
    disk = Disk(mounted)
    disk.append("log/1", b"kept")
    with pytest.raises(DiskFullError):
        disk.put("large", bytes(1 << 20))
    with pytest.raises(DiskFullError):
        disk.append("log/1", bytes(1 << 20))
    assert left(disk) == ["log/1"]
    assert disk.read("log/1") == b"kept"
    disk.append("log/1", b" and more")
    assert disk.read("log/1") == b"kept and more"


@pytest.mark.slow
def test_a_read_only_disk_says_so(mounted):
    disk = Disk(mounted)
    disk.append("log/1", b"kept")
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    for act in (lambda: disk.put("a", b"x"), lambda: disk.append("log/1", b"x"), lambda: disk.remove("log/1"), lambda: disk.make_folder("new")):
        with pytest.raises(DiskReadOnlyError):
            act()
    assert disk.read("log/1") == b"kept"
    with pytest.raises(VaultError), disk.lock():
        pass  # never locked before, so no vault was ever opened here


def test_what_the_system_says_is_said_without_a_path():
    for number, error in (
        (28, DiskFullError),
        (122, DiskFullError),
        (27, DiskFullError),
        (30, DiskReadOnlyError),
        (13, DiskReadOnlyError),
        (5, DiskFailedError),
    ):
        with pytest.raises(error) as caught, plain_errors():
            raise OSError(number, "said", "/home/somebody/case of Maria")
        assert "Maria" not in str(caught.value)


def test_two_writers_cannot_hold_one_vault(disk):
    code = """
        import sys
        from pathlib import Path
        from habeas.vault.disk import Disk
        from habeas.vault.errors import LockedError
        try:
            with Disk(Path(sys.argv[1])).lock():
                print("got it")
        except LockedError as error:
            print(error)
        """
    with disk.lock():
        with pytest.raises(LockedError), Disk(disk.root).lock():
            pass
        assert "open in another window" in child(code, disk.root).stdout
    assert "got it" in child(code, disk.root).stdout


def test_a_dead_process_holds_no_lock(disk):
    child("import os, sys; from pathlib import Path; from habeas.vault.disk import Disk\nwith Disk(Path(sys.argv[1])).lock(): os._exit(9)", disk.root)
    with disk.lock():
        pass


def test_what_is_not_there_is_told_apart_from_what_is(disk):
    assert not disk.exists("a")
    for ask in (disk.read, disk.open):
        with pytest.raises(VaultError, match="missing: a"):
            ask("some/folder/a")
    disk.make_folder("folder")
    assert not disk.exists("folder")
    assert disk.names("nowhere") == disk.files("nowhere") == []
    disk.remove("nowhere")


def test_links_and_hidden_files_are_left_out(disk, tmp_path):
    disk.put("a/file", b"x")
    (tmp_path / "outside").write_bytes(b"secret")
    (disk.root / "a" / "link").symlink_to(tmp_path / "outside")
    (disk.root / "a" / "folder").symlink_to(tmp_path)
    (disk.root / "a" / ".hidden").write_bytes(b"x")
    assert disk.files("a") == ["a/file"]
    assert not disk.exists("a/link")


def test_a_moved_file_is_whole_under_its_new_name(disk):
    with (disk.root / "x").open("wb"):
        pass
    with disk.growing("part") as write:
        write(b"one")
        write(b"two")
    disk.move("part", "blobs/ab/whole")
    assert disk.read("blobs/ab/whole") == b"onetwo"
    assert not disk.exists("part")
