"""All or nothing: a failure at any point leaves neither a bag nor a trace."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from simulators.bags import make_bag

from habeas.seal import bag, bag_writer, errors, kit, verify
from habeas.seal.digest import digest_bytes

pytestmark = pytest.mark.slow  # real renderings and stock tools

if TYPE_CHECKING:
    from collections.abc import Iterator

    from habeas.seal.signature import SigningKey


def test_into_a_new_or_an_empty_folder(tmp_path: Path, key: SigningKey) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        assert verify.verify_folder(make_bag(tmp_path / name, key), key.fingerprint).state is verify.State.UNCHANGED
    assert sorted(os.listdir(tmp_path)) == ["empty", "new"]


@pytest.mark.parametrize("taken", ["file", "full", "link", "dangling"])
def test_never_over_something_else(tmp_path: Path, key: SigningKey, taken: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").write_text("mine")
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(errors.FolderNotEmptyError):
        make_bag(tmp_path / taken, key)
    assert sorted(tmp_path.rglob("*")) == before


def test_no_parent_is_said_without_its_name(tmp_path: Path, key: SigningKey) -> None:
    with pytest.raises(errors.BagNotWrittenError, match="No such file") as caught:
        make_bag(tmp_path / "nowhere" / "bag", key)
    assert "nowhere" not in str(caught.value)


def test_content_that_changes_meanwhile_is_found(tmp_path: Path, key: SigningKey) -> None:
    turns = iter([b"first", b"second"])
    files = bag.lay_out({"x": lambda: (next(turns),)}, kit.recipient_kit(), [], key)
    with pytest.raises(errors.ContentChangedError, match="data/x"):
        bag_writer.write_bag(tmp_path / "bag", files)
    assert os.listdir(tmp_path) == []


def test_a_failing_source_leaves_nothing(tmp_path: Path, key: SigningKey) -> None:
    def files() -> Iterator[bag.BagFile]:
        yield from bag.lay_out({"x": b"1"}, kit.recipient_kit(), [], key)[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bag_writer.write_bag(tmp_path / "bag", files())
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("call", ["mkdtemp", "fsync", "rename"])
def test_a_full_disk_at_any_step_leaves_nothing(tmp_path: Path, key: SigningKey, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/secret/name")

    monkeypatch.setattr(*{
        "mkdtemp": (tempfile, "mkdtemp"), "fsync": (os, "fsync"), "rename": (Path, "rename"),
    }[call], fail)  # fmt: skip
    with pytest.raises(errors.BagNotWrittenError, match="No space left") as caught:
        make_bag(tmp_path / "bag", key)
    assert "secret" not in str(caught.value)
    assert os.listdir(tmp_path) == []


def test_an_unsafe_path_is_refused_here_too(tmp_path: Path) -> None:
    stray = bag.BagFile(path="../out", content=b"", digest=digest_bytes(b""))
    with pytest.raises(errors.UnsafePathError):
        bag_writer.write_bag(tmp_path / "bag", [stray])
    assert os.listdir(tmp_path) == []


KILLED = """
import os, pathlib, sys
from habeas.seal import bag, bag_writer, kit
from habeas.seal.signature import SigningKey
left = int(sys.argv[2])
real = os.fsync
def fsync(descriptor):
    global left
    left -= 1
    if left < 0: os._exit(9)
    real(descriptor)
os.fsync = fsync
files = bag.lay_out({"a": b"1", "b/c": b"2"}, kit.recipient_kit(), [], SigningKey.generate())
bag_writer.write_bag(pathlib.Path(sys.argv[1]), files)
"""


@pytest.mark.parametrize("syncs", range(15))
def test_killed_at_any_sync_there_is_no_bag_or_a_whole_one(tmp_path: Path, syncs: int) -> None:
    source = str(Path(bag.__file__).parents[2]) if "habeas" in bag.__file__ else "src"
    command = [sys.executable, "-c", KILLED, str(tmp_path / "bag"), str(syncs)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": source}, check=False, capture_output=True)
    assert done.returncode in (0, 9), done.stderr
    if (tmp_path / "bag").exists():
        assert verify.verify_folder(tmp_path / "bag").state is verify.State.SIGNER_UNKNOWN
    assert done.returncode == 9 or (tmp_path / "bag").exists()
