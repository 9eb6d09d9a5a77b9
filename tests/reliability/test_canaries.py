"""Sixty words that stand nowhere else go through everything that a case can hold; no file may hold one of them afterwards, nor any write."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from simulators.figures import keep
from simulators.vault_work import SCRATCH

WORK = r"""
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from simulators.vault_work import *
from habeas.vault.errors import VaultError
from habeas.vault.events import Held, Touched, What, Withdrawn
from habeas.vault.kit import Kit, make_kit
from habeas.vault.words import search
from simulators.vault_work import sync

root = Path(sys.argv[1])
CANARIES = [line for line in sys.stdin.read().split() if line]
assert len(CANARIES) == 60
left = iter(CANARIES)
c = lambda: next(left)
with new_vault(root / "v") as vault:
    comp = vault.new_case()
    (root / "store").mkdir()
    store = FolderStore(root / "store")
    used = []
    def say(word):
        used.append(word)
        return word
    draft = comp.draft()
    for kind in [one for one in Kind if one not in (Kind.EXHIBIT, Kind.CONTACT)][:12]:
        draft.record(kind, new_id(), {"text": say(c()), "deep": {"list": [say(c())]}}, Why.ADDED, reason=say(c()))
    draft.record(Kind.CONTACT, new_id(), {"phone": say(c()), "name": say(c())}, Why.ADDED)
    comp.commit(draft)
    draft, rids = comp.draft(), []
    for size in (0, 5000, 70_000, 1_300_000):
        rid, word = new_id(), say(c())
        rids.append(rid)
        pieces = [word.encode(), bytes(size), word.encode()]
        sealing = draft.content(rid, pieces)
        draft.record(Kind.EXHIBIT, rid, {"title": say(c())}, Why.IMPORTED, sealing=sealing)
    word = draft.text(say(c()))
    draft.events += [
        Touched(what=What.OPENED, ids=(rids[0],), reason=word),
        Withdrawn(ids=(rids[1],), because=Because.MISTAKE, reason=draft.text(say(c()))),
        Held(on=True, reason=draft.text(say(c()))),
    ]
    comp.commit(draft)
    assert len(search(comp, used[0])) == 1
    found = search(comp, say(c()))  # a question that finds nothing
    assert found == []
    try:
        vault.seat("case " + "no such case")
    except VaultError:
        pass
    sync(comp, store, "s")
    rid = new_id()
    draft = comp.draft()
    payload = draft.record(Kind.STATEMENT, rid, {"text": say(c())}, Why.ADDED)
    comp.commit(draft)
    search(comp, used[-1])
    rotate(comp, Change(events=(Shredded(ids=(rid,), payloads=(payload,), because=Because.ORDERED),), gone=frozenset([payload])))
    search(comp, used[0])
    for word in left:  # the rest: one after the other, as corrections
        draft = comp.draft()
        draft.record(Kind.NOTE, rid, {"text": say(word)}, Why.CORRECTED)
        comp.commit(draft)
    assert sorted(used) == sorted(CANARIES)
    sync(comp, store, "s")
    comp.close()
print("done", len(used))
"""


def canaries():
    """Sixty made-up words: long enough to stand nowhere by accident, some in Cyrillic."""
    return [f"canary{n:02}qzvx{n * 7919 % 100_000:05}" if n % 5 else f"канарейка{n:02}щжц{n * 7919 % 100_000:05}" for n in range(60)]


def spellings(word: str) -> list[bytes]:
    """As it may stand in a file: as it is, folded, in UTF-16, escaped as JSON does, in hex and base64 without a shift."""
    return [word.encode(), word.upper().encode(), word.encode("utf-16-le"), word.encode("ascii", "backslashreplace"), word.encode().hex().encode()]


def run(folder: Path, *before: str) -> None:
    """The work, in a process whose home, temporary folder and working folder are ours to search."""
    for name in ("home", "tmp", "work", "vaults"):
        (folder / name).mkdir()
    environment = {
        "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"), "PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(folder / "home" / ".cache"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    done = subprocess.run(
        [*before, sys.executable, "-c", WORK, str(folder / "vaults"), *sys.path], input="\n".join(canaries()), cwd=folder / "work", env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "done 60\n"
    assert not any(word in done.stderr for word in canaries())


@pytest.fixture
def folder(tmp_path_factory):
    made = Path(SCRATCH) / f"habeas-canaries-{os.getpid()}"
    made.mkdir()
    yield made
    shutil.rmtree(made)


def test_no_file_holds_a_canary_after_all_that_can_be_done_with_a_case(folder):
    run(folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    wanted = [one for word in canaries() for one in spellings(word)]
    hits = [(path.name, one) for path in files for content in [path.read_bytes()] for one in wanted if one in content]
    names = [path.name for path in folder.rglob("*") if any(word in path.name for word in canaries())]
    keep("canaries", words=60, files=len(files), hits=len(hits))
    assert len(files) > 20 and not hits and not names
    (folder / "check").write_text(canaries()[10])  # the search finds what is there
    assert any(one in (folder / "check").read_bytes() for one in wanted)


_WRITE = re.compile(rb"^(?:\d+ +)?(?:write|pwrite64|writev|pwritev2?)\(\d+<([^>]*)>")


def test_no_write_to_any_file_ever_held_a_canary(folder):
    """Deleted files and overwritten pages too: the system's calls are watched."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = folder.parent / f"{folder.name}.strace"
    try:
        if subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
            pytest.skip("strace is not allowed here")
        run(folder, "strace", "-f", "-y", "-xx", "-e", "trace=write,pwrite64,writev,pwritev2,pwritev", "-s", "4000000", "-o", str(trace))
        writes, hits = 0, []
        wanted = [b"".join(b"\\x%02x" % byte for byte in one) for word in canaries() for one in spellings(word)]
        any_of = re.compile(b"|".join(re.escape(one) for one in wanted))
        with trace.open("rb") as stream:
            for line in stream:
                found = _WRITE.match(line)
                if found is None:
                    continue
                name = re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m[1], 16)]), found[1]).decode(errors="replace")
                if name.startswith(("pipe:", "socket:", "anon_inode:", "/dev/null", "/dev/pts")):
                    continue
                writes += 1
                if any_of.search(line):
                    hits.append(name)
        keep("canaries in system calls", writes=writes, hits=len(hits))
        assert writes > 100 and hits == []
    finally:
        trace.unlink(missing_ok=True)


def test_the_watch_over_system_calls_would_see_a_canary(tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    script = f"import os; f = os.open({str(tmp_path / 'x')!r}, os.O_CREAT | os.O_WRONLY); os.write(f, 'канарейка'.encode())"
    if subprocess.run(
        ["strace", "-y", "-xx", "-e", "trace=write", "-o", str(trace), sys.executable, "-c", script], capture_output=True, check=False
    ).returncode:
        pytest.skip("strace is not allowed here")
    assert "".join(f"\\x{byte:02x}" for byte in "канарейка".encode()) in trace.read_text()
