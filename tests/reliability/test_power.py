"""A power cut at any moment: from a trace of every write, thousands of states that it may leave, each opened again."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from simulators.disks import Call, PowerCut, TracingDisk, Tree
from simulators.figures import keep, size
from simulators.vault_work import WORK, Said, do, found_wrong, in_index, note, scratch, unlocked, unread, write_items

from habeas.vault.errors import DamagedError, VaultError
from habeas.vault.folder_store import FolderStore


class TellingStore(FolderStore):
    """A folder store that notes in the disk's trace what it was given: the state of the store at any moment is known from it."""

    def __init__(self, path, disk):
        super().__init__(path)
        self.disk = disk

    def put_new_from(self, name, stream, size, progress=None):
        done = super().put_new_from(name, stream, size, progress)
        if done:
            self.disk.trace.append(Call("store put", name, (self._root / name).read_bytes()))
        return done

    def delete(self, name):
        super().delete(name)
        self.disk.trace.append(Call("store delete", name))


class Story:
    """A piece of work, traced, with what it said when: what a power cut after any call may leave, and what has to hold then."""

    def __init__(self, folder: Path, work):
        self.work, self.folder = work, folder
        self.world = work.prepare(folder)
        self.base, self.store = Tree.read(folder / "vault"), Tree.read(folder / "store")
        disk = TracingDisk(folder / "vault")
        self.said, self.when = Said(), []
        keep_it = note(self.said)

        def say(what, items):
            keep_it(what, items)
            self.when.append((len(disk.trace), what))

        do(work, self.world, disk, say, TellingStore(folder / "store", disk))
        self.trace = disk.trace
        self.index_after = {path: content for path, content in Tree.read(folder / "vault").files.items() if path.startswith("index/")}

    def said_by(self, made: int) -> Said:
        """What had been said after ``made`` calls."""
        said, say, begun = Said(), None, iter(self.said.begun)
        say = note(said)
        for at, what in self.when:
            if at <= made:
                say(what, next(begun) if what == "begun" else [])
        said.ended = made == len(self.trace)
        return said

    def position_of(self, at: int) -> int:
        """Where in the trace the disk's ``at``-th call stands."""
        calls = [position for position, call in enumerate(self.trace) if not call.name.startswith("store")]
        return [*calls, len(self.trace)][at]

    def store_at(self, made: int) -> Tree:
        """The store after ``made`` calls: it stands elsewhere, and its power was not cut."""
        files = dict(self.store.files)
        for call in self.trace[:made]:
            if call.name == "store put":
                files[call.path] = bytes(call.more)
            elif call.name == "store delete":
                files.pop(call.path, None)
        folders = {path.rpartition("/")[0] for path in files} | {""}
        return Tree(frozenset(folders), files)

    def with_some_index(self, tree: Tree, random: Random, made: int) -> Tree:
        """SQLite writes past the disk's door: the index may be the one before, none, or (at the end) pages of both."""
        files = {path: content for path, content in tree.files.items() if not path.startswith("index/")}
        before = {path: content for path, content in self.base.files.items() if path.startswith("index/")}
        how = random.randrange(3)
        if how == 0:
            files |= before
        elif how == 1 and made == len(self.trace):
            files |= self.index_after
        return Tree(tree.folders | {"index"}, files)

    def states(self, count: int) -> Iterator[tuple[int, Random, Tree]]:
        """``count`` states, spread over every beginning of the trace."""
        cut, random = PowerCut(self.base), Random(self.work.name)
        moments = sorted(
            (number * (len(self.trace) + 1)) // count if count <= len(self.trace) else number % (len(self.trace) + 1) for number in range(count)
        )
        made = 0
        for moment in moments:
            while made < moment:
                cut.step(self.trace[made])
                made += 1
            yield made, random, cut.state(random)

    def wrong_after(self, root: Path, made: int, tree: Tree) -> list[str]:
        """What does not hold in a state that is put down at ``root``."""
        (root / "store").mkdir(parents=True, exist_ok=True)
        tree.write(root / "vault")
        self.store_at(made).write(root / "store")
        return found_wrong(
            self.world.at(root), self.said_by(made), shredding=self.work.name == "shred", store=FolderStore(root / "store"),
            fetching=self.work.name == "fetch",
        )  # fmt: skip


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.name.replace(" ", "-"))
def test_after_a_power_cut_at_any_moment_the_vault_opens_with_everything_acknowledged(work):
    with scratch() as folder:
        story, wrong, states = Story(folder / "a", work), [], 0
        for made, random, tree in story.states(size(12, 1050)):
            found = story.wrong_after(folder / "b", made, story.with_some_index(tree, random, made))
            wrong += [f"{work.name}, after call {made} of {len(story.trace)}: {one}" for one in found]
            states += 1
        keep(f"power cuts, {work.name}", states=states, calls=len(story.trace), wrong=len(wrong))
        assert not wrong, "\n".join(wrong[:20])


@pytest.mark.parametrize("work", WORK, ids=lambda work: work.name.replace(" ", "-"))
def test_a_power_cut_soon_after_a_kill_takes_nothing_that_was_acknowledged_in_between(work):
    """After a kill everything is seen, synced or not. What is acknowledged on top of it must not fall with it."""
    with scratch() as folder:
        story, wrong, states = Story(folder / "a", work), [], 0
        calls, count = [call for call in story.trace if not call.name.startswith("store")], size(12, 400)
        random = Random(work.name)
        for number in range(count):
            at = random.randrange(len(calls)) if number >= len(calls) else random.sample(range(len(calls)), len(calls))[number]
            found = _killed_then_cut(story, folder / f"k{number}", at, random)
            wrong += [f"{work.name}, killed after call {at}: {one}" for one in found]
            states += 1
            shutil.rmtree(folder / f"k{number}")
        keep(f"power cuts after a kill, {work.name}", states=states, wrong=len(wrong))
        assert not wrong, "\n".join(wrong[:20])


def _killed_then_cut(story: Story, root: Path, at: int, random: Random) -> list[str]:
    """Play the trace to ``at``; open the vault as a person would and commit; then cut the power."""
    cut, position = PowerCut(story.base), story.position_of(at)
    for call in story.trace[:position]:
        cut.step(call)
    cut.state(random, everything=True).write(root / "vault")
    (root / "vault" / "index").mkdir(exist_ok=True)
    story.store_at(position).write(root / "store")
    disk = TracingDisk(root / "vault")

    try:
        with unlocked(root / "vault", story.world.keys, disk) as vault, vault.case(story.world.keys.cid) as comp:
            if comp.alarms:
                return [f"false alarm before the power cut: {comp.alarms}"]
            items = write_items(comp, [b"between the kill and the power cut", None])
            frames = len(disk.trace)
    except VaultError as error:
        return [f"after the kill: {type(error).__name__} {error}"]
    for call in disk.trace[:frames]:
        cut.step(call)
    cut.state(random).write(root / "vault")
    said = story.said_by(position)
    said.begun.append(items)
    said.acknowledged.append(len(said.begun) - 1)
    said.ended = False
    return found_wrong(
        story.world.at(root), said, shredding=story.work.name == "shred", store=FolderStore(root / "store"), fetching=story.work.name == "fetch"
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["pages of before and after", "a cut file", "zeros", "another file's bytes"])
def test_an_index_that_a_power_cut_spoiled_is_made_anew_and_says_what_the_log_says(kind):
    """The index is not fsynced in step with the log; it is disposable, so whatever is found in its place must not keep a case from opening."""
    with scratch() as folder:
        world, wrong, states = WORK[0].prepare(folder), [], 0
        root = folder / "vault"
        (path,) = (root / "index").iterdir()
        old = path.read_bytes()
        with unlocked(root, world.keys) as vault, vault.case(world.keys.cid) as comp:
            items = [*world.items, *write_items(comp, [None] * 120), *write_items(comp, [b"last"])]
            comp.index.rows("SELECT 1")
        new, random = path.read_bytes(), Random(kind)
        with unlocked(root, world.keys) as vault, vault.case(world.keys.cid) as comp:
            comp.remake_index()
            truth = in_index(comp)
        good = path.read_bytes()
        for number in range(size(20, 1000)):
            path.write_bytes(_spoiled(kind, old, new if number % 2 else good, random))
            try:
                with unlocked(root, world.keys) as vault, vault.case(world.keys.cid) as comp:
                    found = in_index(comp)
                    wrong += [f"{number}: the index says something else than the log ({len(found)} of {len(truth)})"] if found != truth else []
                    wrong += [f"{number}: {one}" for one in [*map(str, comp.alarms), *unread(comp, items)]]
            except DamagedError:  # a page that opening did not touch: said in a sentence, and made anew at the next opening
                with unlocked(root, world.keys) as vault, vault.case(world.keys.cid) as comp:
                    wrong += [f"{number}: not made anew"] if in_index(comp) != truth else []
            except Exception as error:  # noqa: BLE001
                wrong.append(f"{number}: {type(error).__module__}.{type(error).__name__}: {error}")
                for left in (root / "index").iterdir():
                    left.unlink()
            for ending in ("-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
            states += 1
        keep(f"spoiled index, {kind}", states=states, wrong=len(wrong))
        assert not wrong, f"{len(wrong)} of {states}\n" + "\n".join(wrong[:12])


def _spoiled(kind: str, old: bytes, new: bytes, random: Random) -> bytes:
    page = 4096
    if kind == "pages of before and after":
        pages = [new[at : at + page] for at in range(0, len(new), page)]
        share = random.choice((0.05, 0.5, 0.95))
        return b"".join(
            old[at * page : (at + 1) * page] if random.random() < share and (at + 1) * page <= len(old) else one for at, one in enumerate(pages)
        )
    if kind == "a cut file":
        return new[: random.randrange(len(new))]
    at = random.randrange(len(new))
    length = random.randrange(1, len(new) - at + 1)
    return new[:at] + (bytes(length) if kind == "zeros" else random.randbytes(length)) + new[at + length :]
