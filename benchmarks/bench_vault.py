"""Benchmarks of the vault beside its peers in one run: sealing 1 GiB as one file and as 20,000 files; then what only the vault does.

CPU seconds are user + system of a fresh child and its children; medians of several runs. Before each run the memory of the machine is
touched once, for every peer alike: on virtual machines a page that the host took back costs ten times as much as a warm one.

What it does not do: wall-clock time, cold disks, other machines.
"""

import argparse
import hashlib
import json
import mmap
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from habeas.seal.age import Identity
from habeas.vault.compartment import Compartment, create, new_case_id, new_id, open_compartment
from habeas.vault.disk import Disk
from habeas.vault.draft import Sealing
from habeas.vault.events import Kind, Touched, What, Why
from habeas.vault.rotation import Change, rotate
from habeas.vault.seat import Seat
from habeas.vault.vault import create_vault, open_vault
from habeas.vault.words import search

GIB = 1 << 30
FILES = 20_000
COMMIT = 1000
PIECE = 1 << 20
WARM = 4 * GIB
PASSPHRASE = "correct horse battery staple"  # noqa: S105  # of a vault that lives for a second
PROMISED = {"large": 2.2, "rebuild": 15.0, "unlock": 1.5}
AGAINST = {"large": {"restic": 2.0, "borg": 1.3}, "small": {"restic": 1.0}}
"""Peers cost at least so many times as much. Small files: docs/adr/0012-small-files.md."""
SMALL_TO_CP = 2.5


def now() -> str:
    """One moment for all."""
    return "2026-11-25T00:00:00Z"


def cpu() -> float:
    """CPU seconds of this process and of its children that ended."""
    spent = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


def warm(size: int) -> None:
    """Touch memory, in a child that gives it back."""
    child = os.fork()
    if not child:
        with mmap.mmap(-1, size) as held:
            for at in range(0, size, mmap.PAGESIZE):
                held[at] = 1
        os._exit(0)
    os.waitpid(child, 0)


def peak() -> int:
    """VmHWM of this process in MiB."""
    with Path("/proc/self/status").open() as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) >> 10


# What a child does. Each prints one line of JSON.


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as stream:
        left = os.fstat(stream.fileno()).st_size
        while left and (piece := stream.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def _case(root: Path) -> Compartment:
    vault = create_vault(root, PASSPHRASE, "a", now, work=10)
    seat, cid = Seat.generate(), new_case_id()
    vault.keep_seat(cid, seat)
    return create(vault.disk, cid, seat, "a", (), now)


def child_seal(source: Path, work: Path) -> dict[str, float]:
    """Seal every file below ``source``, a thousand a commit."""
    case = _case(work / "vault")
    files = sorted(path for path in source.rglob("*") if path.is_file())
    start = cpu()
    for at in range(0, len(files), COMMIT):
        draft = case.draft()
        for number, path in enumerate(files[at : at + COMMIT]):
            rid = new_id()
            sealing: Sealing = draft.content(rid, _pieces(path))
            draft.record(Kind.EXHIBIT, rid, {"number": str(at + number), "title": "x" * 50, "file": path.name}, Why.ADDED, sealing=sealing)
        case.commit(draft)
    return {"cpu": cpu() - start, "peak": peak()}


def child_ready(work: Path, exhibits: int, events: int, statements: int) -> dict[str, float]:
    """Unlock, open, rotate, rebuild, search."""
    found: dict[str, float] = {}
    vault = create_vault(work / "unlock", PASSPHRASE, "a", now)
    vault.close()
    start, wall = cpu(), time.perf_counter()
    open_vault(work / "unlock", PASSPHRASE, now).close()
    found["unlock"], found["unlock wall"] = cpu() - start, time.perf_counter() - wall

    disk, seat, cid = Disk(work / "case"), Seat.generate(), new_case_id()
    disk.root.mkdir()
    case = create(disk, cid, seat, "a", (), now)
    for at in range(0, exhibits, COMMIT):
        draft = case.draft()
        for number in range(at, min(at + COMMIT, exhibits)):
            rid = new_id()
            draft.record(Kind.EXHIBIT, rid, {"number": str(number)}, Why.ADDED, sealing=draft.content(rid, [b"%d" % number]))
        case.commit(draft)
    case.close()
    start = cpu()
    case = open_compartment(disk, cid, seat, now)
    found["open"] = cpu() - start
    start = cpu()
    rotate(case, Change())
    found["rotate"] = cpu() - start
    case.close()

    cid = new_case_id()
    case = create(disk, cid, seat, "a", (), now)
    for at in range(0, events, COMMIT):
        draft = case.draft()
        draft.events += [Touched(what=What.OPENED, ids=(new_id(),)) for _ in range(min(COMMIT, events - at))]
        case.commit(draft)
    start = cpu()
    case.remake_index()
    found["rebuild"] = cpu() - start
    found["replayed a CPU-s"] = events / found["rebuild"]
    case.close()

    cid = new_case_id()
    case = create(disk, cid, seat, "a", (), now)
    texts = ("He was held in Grozny", "Его держали в Грозном", "Lo detuvieron en la comisaría")
    for at in range(0, statements, COMMIT):
        draft = case.draft()
        for number in range(at, min(at + COMMIT, statements)):
            text = f"{texts[number % 3]} {hashlib.sha256(b'%d' % number).hexdigest()}"
            draft.record(Kind.STATEMENT, new_id(), {"id": f"S{number}", "text": text}, Why.ADDED)
        case.commit(draft)
    start = cpu()
    hits = search(case, "держали")
    found["first search"], found["hits"] = cpu() - start, len(hits)
    start = cpu()
    for _ in range(10):
        search(case, "Grozny held")
    found["search"] = (cpu() - start) / 10
    case.close()
    return found


# Peers.


def _run(command: list[str], **more: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **more})


def peer_cp(source: Path, work: Path) -> Callable[[], None]:
    """Copy."""
    return lambda: _run(["cp", "-r", str(source), str(work / "copy")])


def peer_age(source: Path, work: Path) -> Callable[[], None]:
    """Age alone; many files go through tar, as its users do."""
    recipient = Identity.generate().recipient.text
    one = next(iter(source.iterdir()))
    if len(list(source.iterdir())) == 1:
        return lambda: _run(["age", "-r", recipient, "-o", str(work / "out.age"), str(one)])
    return lambda: _run(["sh", "-c", f"tar -C '{source}' -cf - . | age -r {recipient} -o '{work}/out.age'"])


def peer_hashes(source: Path, work: Path) -> Callable[[], None]:
    """Digest, encrypt, digest: what somebody does by hand."""
    recipient = Identity.generate().recipient.text
    before = f"find '{source}' -type f -print0 | xargs -0 sha256sum"
    script = f"{before}; tar -C '{source}' -cf - . | age -r {recipient} -o '{work}/out.age'; sha256sum '{work}/out.age'"
    return lambda: _run(["sh", "-c", script])


def peer_borg(source: Path, work: Path) -> Callable[[], None]:
    """Borg, without compression."""
    secret = {"BORG_PASSPHRASE": PASSPHRASE, "BORG_BASE_DIR": str(work / "borg-home"), "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}
    _run(["borg", "init", "-e", "repokey", str(work / "borg")], **secret)
    return lambda: _run(["borg", "create", "--compression", "none", f"{work}/borg::a", str(source)], **secret)


def peer_restic(source: Path, work: Path) -> Callable[[], None]:
    """Restic, without compression where it can."""
    (work / "password").write_text(PASSPHRASE)
    base = ["restic", "-r", str(work / "restic"), "--password-file", str(work / "password"), "--cache-dir", str(work / "restic-cache")]
    _run([*base, "init"])
    told = subprocess.run([*base, "backup", "--help"], capture_output=True, text=True, check=False).stdout
    option = ["--compression", "off"] if "--compression" in told else []
    return lambda: _run([*base, *option, "backup", str(source)])


PEERS = {"cp": peer_cp, "age": peer_age, "sha256sum + age + sha256sum": peer_hashes, "borg": peer_borg, "restic": peer_restic}


def measure(arguments: list[str], warmed: int) -> dict[str, float]:
    """Run one child of this file."""
    warm(warmed)
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def make_sources(root: Path, size: int, files: int) -> dict[str, Path]:
    """Random bytes: one file, and many."""
    large, small = root / "large", root / "small"
    large.mkdir()
    with (large / "one").open("wb") as stream:
        for _ in range(size // PIECE):
            stream.write(os.urandom(PIECE))
    small.mkdir()
    for number in range(files):
        (small / f"{number:05}.jpg").write_bytes(os.urandom(size // files))
    return {"large": large, "small": small}


def bench_sealing(gib: float, runs: int, scratch: Path, warmed: int) -> None:
    """Peers side by side, in turn, so that a slow minute of the machine hits all of them."""
    files = int(FILES * gib)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        for kind, source in make_sources(Path(folder), int(GIB * gib), files).items():
            print(f"{gib} GiB as {'one file' if kind == 'large' else f'{files} files'}, CPU seconds a GiB, median of {runs} (each run)")
            present = {name for name, program in (("age", "age"), ("borg", "borg"), ("restic", "restic")) if shutil.which(program)}
            names = [name for name in PEERS if name == "cp" or name.split(" ")[-1] in present or ("age" in name and "age" in present)]
            spent: dict[str, list[float]] = {name: [] for name in (*names, "habeas")}
            peaks = []
            for _ in range(runs):
                for name, figures in spent.items():
                    with tempfile.TemporaryDirectory(dir=scratch) as work:
                        found = measure(["--seal" if name == "habeas" else "--peer=" + name, f"--source={source}", f"--work={work}"], warmed)
                    figures.append(found["cpu"] / gib)
                    peaks += [found["peak"]] if name == "habeas" else []
            medians = {name: statistics.median(figures) for name, figures in spent.items()}
            for name, figures in spent.items():
                print(f"  {name:<30} {medians[name]:6.2f}   ({', '.join(f'{one:.2f}' for one in figures)})")
            ours = medians["habeas"]
            print(f"  peak memory of habeas: {max(peaks)} MiB")
            for name in ("restic", "borg"):
                if name in medians:
                    ratio, promised = medians[name] / ours, AGAINST[kind].get(name)
                    least = min(spent[name]) / min(spent["habeas"])
                    said = "" if promised is None else f", promised >= {promised}: {'met' if ratio >= promised else 'MISSED'}"
                    print(f"  {name} / habeas = {ratio:.2f} (least to least {least:.2f}){said}")
            most = PROMISED["large"] if kind == "large" else SMALL_TO_CP * medians["cp"]
            print(f"  promised <= {most:.2f}: {'met' if ours <= most else 'MISSED'}\n", flush=True)


def bench_ready(gib: float, runs: int, scratch: Path, warmed: int) -> None:
    """What a user waits for."""
    exhibits, events, statements = int(FILES * gib), int(1_000_000 * gib), int(10_000 * gib)
    rows = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(dir=scratch) as work:
            rows.append(measure(["--ready", f"--work={work}", f"--exhibits={exhibits}", f"--events={events}", f"--statements={statements}"], warmed))
    median = {name: statistics.median(row[name] for row in rows) for name in rows[0]}
    print(f"CPU seconds, median of {runs}")
    print(f"  unlock (scrypt 2^18): {median['unlock']:.2f} ({median['unlock wall']:.2f} by the clock), promised <= {PROMISED['unlock']}")
    print(f"  open a case of {exhibits} exhibits: {median['open']:.2f}")
    print(f"  rotate {exhibits} exhibits: {median['rotate']:.2f}")
    rate = f"{median['replayed a CPU-s']:,.0f} a CPU-s"
    print(f"  rebuild an index of {events} events: {median['rebuild']:.2f} ({rate}), promised <= {PROMISED['rebuild']} at 10^6")
    print(f"  first search in {statements} statements: {median['first search']:.2f}; later ones: {median['search']:.4f} ({median['hits']:.0f} hits)")


def child(options: argparse.Namespace) -> dict[str, float]:
    """What this process is asked to do as a child."""
    work = Path(options.work)
    if options.ready:
        return child_ready(work, options.exhibits, options.events, options.statements)
    if options.seal:
        return child_seal(Path(options.source), work)
    act = PEERS[options.peer](Path(options.source), work)
    start = cpu()
    act()
    return {"cpu": cpu() - start, "peak": 0}


def main() -> None:
    """Run all, or one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gib", type=float, default=1.0, help="scale of everything")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=("sealing", "ready"))
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()), help="a folder on the disk to measure on")
    parser.add_argument("--warm", type=float, default=WARM / GIB, help="GiB of memory to touch before each run")
    for name in ("seal", "ready"):
        parser.add_argument("--" + name, action="store_true", help=argparse.SUPPRESS)
    for name in ("peer", "source", "work"):
        parser.add_argument("--" + name, help=argparse.SUPPRESS)
    for name in ("exhibits", "events", "statements"):
        parser.add_argument("--" + name, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        print(json.dumps(child(options)))
        return
    warmed = int(options.warm * GIB)
    if options.only != "ready":
        bench_sealing(options.gib, options.runs, options.scratch, warmed)
    if options.only != "sealing":
        bench_ready(options.gib, options.runs, options.scratch, warmed)


if __name__ == "__main__":
    main()
