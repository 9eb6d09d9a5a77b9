"""kill -9 at every point where something is written: what was acknowledged is there, the rest is whole or absent, and work goes on."""

import os
import shutil
import signal
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path
from random import Random

import msgspec
import pytest
from simulators.disks import KillingDisk
from simulators.figures import FULL, keep, size
from simulators.vault_work import WORK, Item, Said, do, found_wrong, note, scratch

from habeas.vault.compartment import Compartment
from habeas.vault.folder_store import FolderStore
from habeas.vault.index import Index
from habeas.vault.replay import Replay

PHASES = ("before", "midway", "after")


@contextmanager
def killing_index(disk):
    """What SQLite does passes by the disk's door: its larger steps are points, too. For a child that ends with it."""

    def around(act):
        def acting(*arguments, **named):
            mine = disk.point()
            done = act(*arguments, **named)
            if mine:
                disk.die()
            return done

        return acting

    with pytest.MonkeyPatch.context() as patch:
        for owner, names in ((Index, ("destroy", "_open", "_make")), (Replay, ("run",)), (Compartment, ("_after_commit",))):
            for name in names:
                patch.setattr(owner, name, around(getattr(owner, name)))
        yield


class KillingStore(FolderStore):
    """A folder store whose calls count among the points of a disk: a kill comes before, midway through the upload, or after."""

    def __init__(self, path, disk):
        super().__init__(path)
        self.disk = disk

    def put_new_from(self, name, stream, size, progress=None):
        mine = self.disk.point()
        if mine and self.disk.phase == "midway":
            stream = _Dying(stream, self.disk)
        done = super().put_new_from(name, stream, size, progress)
        if mine:
            self.disk.die()
        return done

    def delete(self, name):
        mine = self.disk.point()
        super().delete(name)
        if mine:
            self.disk.die()


class _Dying:
    """A stream that is read from once."""

    def __init__(self, stream, disk):
        self.stream, self.disk, self.read_before = stream, disk, False

    def read(self, most):
        if self.read_before or most < 2:
            self.disk.die()
        self.read_before = True
        return self.stream.read(most // 2)


def in_a_child(root: Path, world, work, at: int, phase: str, after: float = 0) -> tuple[Said, bool]:
    """(what the work said before it was killed, whether it was): a fork does the work and tells through a pipe."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # libraries keep threads; the child starts none
        child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            pipe = open(writing, "wb", buffering=0)  # noqa: SIM115

            def say(what, items):
                pipe.write(msgspec.json.encode([what, items if what == "begun" else []]) + b"\n")

            disk = KillingDisk(root / "vault", at, phase, Random(f"{work.name}{at}"))
            with killing_index(disk):
                do(work, world.at(root), disk, say, KillingStore(root / "store", disk))
            pipe.write(b'["ended",[]]\n')
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    killer = None
    if after:
        killer = threading.Timer(after, os.kill, (child, signal.SIGKILL))  # the child is no zombie's number before it was waited for
        killer.start()
    with open(reading, "rb") as stream:
        lines = stream.read().split(b"\n")
    if killer:
        killer.cancel()
        killer.join()
    _, status = os.waitpid(child, 0)
    said = Said()
    say = note(said)
    for line in lines[:-1]:  # one that was cut off was not said
        what, items = msgspec.json.decode(line, type=tuple[str, list[Item]])
        if what == "ended":
            said.ended = True
        else:
            say(what, items)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert killed or os.WEXITSTATUS(status) == 0, "the work failed by itself"
    return said, killed


def run_one(base: Path, world, work, at: int, phase: str, after: float = 0) -> tuple[list[str], bool]:
    """(what is wrong after one kill, whether it came to one)."""
    with scratch() as folder:
        root = folder / "w"
        shutil.copytree(base, root)
        said, killed = in_a_child(root, world, work, at, phase, after)
        wrong = found_wrong(
            world.at(root), said, shredding=work.name == "shred", store=FolderStore(root / "store"), fetching=work.name == "fetch"
        )  # fmt: skip
        return [f"{work.name}, {phase} point {at} {after or ''}: {one}" for one in wrong], killed


def points(base: Path, world, work) -> int:
    """How many points a piece of work has."""
    with scratch() as folder:
        shutil.copytree(base, folder / "w")
        disk = KillingDisk(folder / "w" / "vault", -1, "before")
        with killing_index(disk):
            do(work, world.at(folder / "w"), disk, lambda *_: None, KillingStore(folder / "w" / "store", disk))
        return disk.count


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.name.replace(" ", "-"))
def test_after_a_kill_at_any_point_nothing_acknowledged_is_lost_and_the_rest_is_whole_or_absent(work):
    with scratch() as base:
        world = work.prepare(base)
        every = [(at, phase) for at in range(points(base, world, work)) for phase in PHASES]
        chosen = every if FULL else sorted(Random(work.name).sample(every, 6))
        wrong, kills, unreached = [], 0, 0
        for at, phase in chosen:
            found, killed = run_one(base, world, work, at, phase)
            wrong += found
            kills += killed
            unreached += not killed
        keep(f"kill points, {work.name}", kill_points=kills, of=len(every), not_reached=unreached, wrong=len(wrong))
        assert not wrong, "\n".join(wrong)
        assert unreached <= len(chosen) // 20  # names are random, so a run may have a call fewer


def test_after_kills_at_random_moments_nothing_acknowledged_is_lost():
    random, wrong, kills, count = Random(9), [], 0, size(9, 1000)
    for number, work in enumerate(WORK):
        with scratch() as base:
            world = work.prepare(base)
            with scratch() as folder:
                shutil.copytree(base, folder / "w")
                began = time.monotonic()
                in_a_child(folder / "w", world, work, -1, "before")
                longest = time.monotonic() - began
            for _ in range(count // len(WORK) + (number < count % len(WORK))):
                found, killed = run_one(base, world, work, -1, "before", random.uniform(0, longest))
                wrong += found
                kills += killed
    keep("random kills", kills=kills, runs=count, wrong=len(wrong))
    assert not wrong, "\n".join(wrong)
