"""What is taken ahead of its case comes back byte for byte, is the case's once it is adopted, and otherwise leaves nothing, least of all plaintext."""

import hashlib
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators.disks import FullDisk
from simulators.vaults import bare_case

from habeas.vault.ahead import SealedAhead, take
from habeas.vault.compartment import new_id
from habeas.vault.disk import Disk
from habeas.vault.errors import DiskFullError, VaultError
from habeas.vault.events import Kind, Why

MIB = 1 << 20


def left(root):
    return sorted((root / "tmp").glob("*"))


def cut(content, sizes):
    at = 0
    for size in sizes:
        yield content[at : at + size]
        at += size
    yield content[at:]


@given(st.integers(0, 3 * MIB), st.lists(st.integers(1, MIB), max_size=8))
def test_what_was_taken_comes_back_however_it_was_cut(tmp_path_factory, size, sizes):
    root, content = tmp_path_factory.mktemp("disk"), os.urandom(size)
    taken = take(Disk(root), cut(content, sizes))
    if isinstance(taken, SealedAhead):
        assert b"".join(taken) == content == b"".join(taken)
        assert (taken.size, taken.sha256) == (size, hashlib.sha256(content).digest())
        taken.drop()
    else:
        assert taken == content
    assert left(root) == []


def test_small_files_wait_in_memory_and_large_ones_on_the_disk_without_plaintext(tmp_path):
    disk = Disk(tmp_path)
    assert take(disk, [b"KINGFISHER"]) == b"KINGFISHER"
    assert left(tmp_path) == []
    taken = take(disk, [b"KINGFISHER" * 200_000] * 3)
    (file,) = left(tmp_path)
    assert b"KINGFISHER" not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert hashlib.sha256(file.read_bytes()).digest() == taken.payload
    taken.drop()
    assert left(tmp_path) == []


def test_what_breaks_off_leaves_nothing(tmp_path):
    def pieces():
        yield bytes(2 * MIB)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        take(Disk(tmp_path), pieces())
    assert left(tmp_path) == []


@pytest.mark.parametrize("write", [1, 2, 3])
def test_a_full_disk_says_so_and_leaves_nothing(tmp_path, write):
    with pytest.raises(DiskFullError):
        take(FullDisk(tmp_path, write), [bytes(MIB)] * 4)
    assert left(tmp_path) == []


def test_a_case_adopts_it_as_if_it_had_sealed_it_itself(tmp_path):
    comp = bare_case(tmp_path).comp
    contents = [os.urandom(size) for size in (10, 2 * MIB, 5_000_001)]
    taken = [take(comp.disk, cut(content, [7, MIB])) for content in contents]
    draft, made = comp.draft(), []
    for content in taken:
        rid = new_id()
        sealing = draft.content(rid, content if isinstance(content, SealedAhead) else [content])
        made.append(draft.record(Kind.EXHIBIT, rid, {"number": "1"}, Why.ADDED, sealing=sealing))
    comp.commit(draft)
    assert [comp.read_content(comp.envelope(payload).content) for payload in made] == contents
    assert left(comp.disk.root) == []
    comp.close()


def test_a_case_takes_nothing_that_was_sealed_for_another_vault(tmp_path):
    comp = bare_case(tmp_path).comp
    taken = take(Disk(comp.disk.root), [bytes(3 * MIB)])  # the same folder, closed and opened again
    with pytest.raises(VaultError):
        comp.draft().content(new_id(), taken)
    assert left(comp.disk.root) == []
    comp.close()


def test_what_a_draft_does_not_keep_is_gone(tmp_path):
    comp = bare_case(tmp_path).comp
    draft, taken = comp.draft(), take(comp.disk, [bytes(3 * MIB)])
    with draft.attempt():
        draft.content(new_id(), taken)
    assert draft.events == [] and left(comp.disk.root) == []
    assert not [path for path in comp.disk.root.rglob("blobs/*/*") if path.is_file()]
    comp.close()
