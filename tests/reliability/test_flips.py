"""Flipped bits, one at a time, in every byte of a case: each is found and what it hits is named; everything else stays readable."""

import shutil
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from simulators.figures import FULL, keep, size
from simulators.vault_work import Item, Keys, listed, member, new_vault, now, scratch, some_bytes, unlocked, unread, write_items

from habeas.domain.errors import HabeasError
from habeas.seal.age import Identity
from habeas.vault.compartment import open_compartment
from habeas.vault.doctor import verify_compartment
from habeas.vault.events import Kind, Why
from habeas.vault.roster import Role
from habeas.vault.rotation import adopt, propose
from habeas.vault.seat import Seat


def look(disk, cid, seat):
    """What the doctor finds: in words, where, and of which item. A case that does not open is one problem."""
    try:
        comp = open_compartment(disk, cid, seat, now)
    except HabeasError as error:
        return [Found(str(error), str(error))]
    try:
        found = verify_compartment(comp)
    finally:
        comp.close()
    return [Found(str(one), one.where, one.item.rpartition(" ")[2]) for one in found.problems]


class Found(NamedTuple):
    """A problem: in words, where, and the id of the item that it names."""

    words: str
    path: str
    id: str = ""


def tiny_case(root: Path) -> tuple[Keys, list[Item]]:
    """As little as holds one of each: two rosters, keys of all three kinds, two commits, a pack of several items, a contact."""
    with new_vault(root) as vault:
        comp = vault.new_case()
        field, drop = Seat.generate(), Identity.generate()
        adopt(comp, propose(comp, members=[member(field, "c", Role.SEAL_ONLY)]), {"s-" + field.device: drop})
        items = write_items(comp, [b"one", b"two", None]) + write_items(comp, [None], kind=Kind.CONTACT)
        comp.close()
        return Keys(vault.identity, comp.cid), items


def small_case(root: Path, exhibits: int = 3, big: int = 0) -> tuple[Keys, list[Item]]:
    """A case of an admin, a caseworker who never wrote, and a seal-only device; several commits."""
    with new_vault(root) as vault:
        comp = vault.new_case()
        other, field, drop = Seat.generate(), Seat.generate(), Identity.generate()
        adopt(comp, propose(comp, members=[member(other, "b", Role.CASEWORKER)]))
        adopt(comp, propose(comp, members=[member(field, "c", Role.SEAL_ONLY)]), {"s-" + field.device: drop})
        items = []
        items += write_items(comp, [b"in one pack", None, b"with others", None, some_bytes(300, 9)])
        for number in range(exhibits):
            items += write_items(comp, [some_bytes(20 + 7 * number, number), None])
        items += write_items(comp, [None], kind=Kind.CONTACT)
        for number in range(big):
            items += write_items(comp, [some_bytes(1_100_000 + number, number)])
        draft = comp.draft()
        payload = draft.record(Kind.NOTE, "note-1", {"text": "made up"}, Why.ADDED, reason="a reason, made up")
        comp.commit(draft)
        items.append(Item("note-1", payload, {"text": "made up"}))
        comp.close()
        return Keys(vault.identity, comp.cid), items


class Flipper:
    """One case, opened again after each flip, then put right."""

    def __init__(self, root: Path, keys: Keys, items: list[Item]):
        self.root, self.keys, self.items = root, keys, items
        self.case = root / "cases" / keys.cid
        self.local, self.index = self._read("local"), self._read("index")
        with unlocked(root, keys) as vault:
            self.seat = vault.seat(keys.cid)
        self.counts, self.wrong = Counter(), []

    def _read(self, name):
        return {path: path.read_bytes() for path in (self.root / name).iterdir()}

    def _restore(self):
        (self.root / "index").mkdir(exist_ok=True)
        for path, content in [*self.local.items(), *self.index.items()]:
            path.write_bytes(content)
        for ending in ("-wal", "-shm"):
            for path in (self.root / "index").glob("*" + ending):
                path.unlink()

    def files(self):
        return sorted(path for path in self.case.rglob("*") if path.is_file())

    def in_form_alone(self, name: str) -> bool:
        """Key files of others: only they can know."""
        return name.startswith("keys/") and f".d{self.seat.device}." not in name and ".s" not in name

    def essential(self, name: str) -> bool:
        """This device's own key, and the list of members in force: nothing can be read without them, whatever is done."""
        newest = max(path.name for path in (self.case / "members").iterdir())
        return (name.startswith("keys/") and f".d{self.seat.device}." in name) or name == f"members/{newest}"

    def flip(self, path: Path, at: int, bit: int) -> None:
        """Flip, look, put right."""
        name = path.relative_to(self.case).as_posix()
        original = path.read_bytes()
        changed = bytearray(original)
        changed[at] ^= 1 << bit
        path.write_bytes(changed)
        try:
            for one in self._look(name):
                self.counts["wrong"] += 1
                self.wrong.append(f"{name} byte {at} bit {bit}: {one}")
        finally:
            path.write_bytes(original)
            self._restore()

    def _look(self, name: str) -> list[str]:
        self.counts["flips"] += 1
        with unlocked(self.root, self.keys) as vault:
            try:
                comp = open_compartment(vault.disk, self.keys.cid, self.seat, now)
            except HabeasError:
                comp = None
            except Exception as error:  # noqa: BLE001
                return [f"untyped at opening: {type(error).__name__} {error}"]
            if comp:
                lost = {line.split(":")[0] for line in unread(comp, self.items)}
                comp.close()
            else:
                lost = {item.rid for item in self.items}
            found = look(vault.disk, self.keys.cid, self.seat)
        return self._judge(name, lost, found, opened=comp is not None)

    def _names(self, one, name: str) -> bool:
        """An item, a commit, or the file (perhaps with a shortened name)."""
        return bool(one.id) or ", commit " in one.path or (one.path != "" and name.startswith(one.path))

    def _judge(self, name, lost, problems, *, opened):
        wrong = []
        group = name.split("/")[0]
        if not problems:
            self.counts["not found, form alone" if self.in_form_alone(name) else f"not found, {group}"] += 1
            return [] if self.in_form_alone(name) and not lost else ["not found"]
        self.counts["found"] += 1
        if opened and not any(self._names(one, name) for one in problems):
            wrong.append(f"found, but neither the file nor the item is named: {'; '.join(one.words for one in problems)}")
        if not opened:
            self.counts[f"the case does not open, {group}"] += 1
            return wrong if self.essential(name) else [*wrong, "the case does not open for one bit in a file that it could do without"]
        named = {one.id for one in problems}
        if lost - named:
            wrong.append(f"{len(lost - named)} that cannot be read are not named")
        if len(lost) > 1:
            wrong.append(f"{len(lost)} of {len(self.items)} cannot be read for one bit")
        return wrong


def test_a_flip_in_one_commit_hides_no_other_when_the_index_is_made_anew():
    """As on another machine, or after a rotation: what is listed then comes from the log alone."""
    with scratch() as folder:
        keys, items = small_case(folder / "v")
        flipper, random, wrong, flips = Flipper(folder / "v", keys, items), Random(3), [], 0
        logs = [path for path in flipper.files() if path.parent.parent.name == "log"]
        for _ in range(size(12, 400)):
            path = random.choice(logs)
            original = path.read_bytes()
            changed = bytearray(original)
            at = random.randrange(len(changed))
            changed[at] ^= 1 << random.randrange(8)
            path.write_bytes(changed)
            shutil.rmtree(folder / "v" / "index")
            with unlocked(folder / "v", keys) as vault:
                comp = open_compartment(vault.disk, keys.cid, flipper.seat, now)
                missing = {item.payload for item in items} - listed(comp)
                if not comp.alarms:
                    wrong.append(f"byte {at} of {len(original)}: no alarm")
                comp.close()
            flips += 1
            if len(missing) > 5:  # the largest commit
                wrong.append(f"byte {at} of {len(original)}: {len(missing)} of {len(items)} records are not listed any more")
            path.write_bytes(original)
            flipper._restore()
        keep("bit flips in the log, index anew", flips=flips, wrong=len(wrong))
        assert not wrong, "\n".join(wrong[:10])


def report(flipper, name, **more):
    kinds = Counter(f"{line.split(' ')[0].split('/')[0]}: {line.partition(': ')[2][:60]}" for line in flipper.wrong)
    keep(name, **more, **{key: flipper.counts[key] for key in sorted(flipper.counts)})
    examples = {}
    for line in flipper.wrong:
        examples.setdefault(f"{line.split(' ')[0].split('/')[0]}: {line.partition(': ')[2][:60]}", line)
    return "\n".join(f"{count} x {kind}\n      e.g. {examples[kind]}" for kind, count in kinds.most_common(30))


def test_a_whole_case_is_found_in_order():
    with scratch() as folder:
        keys, _ = small_case(folder / "v", big=1)
        with unlocked(folder / "v", keys) as vault:
            comp = open_compartment(vault.disk, keys.cid, vault.seat(keys.cid), now)
            found = verify_compartment(comp)
            comp.close()
        assert found.problems == () and found.left_over == 0
        assert (found.commits, found.rosters, found.form_only) == (9, 3, 2)
        assert len(found.words()) == 6


@pytest.mark.parametrize("bit", range(8))
def test_a_flip_of_one_bit_of_any_byte_is_found_and_named_and_everything_else_stays_readable(bit):
    with scratch() as folder:
        keys, items = tiny_case(folder / "v")
        flipper, random = Flipper(folder / "v", keys, items), Random(bit)
        everything = [(path, at) for path in flipper.files() for at in range(path.stat().st_size)]
        for path, at in everything if FULL else random.sample(everything, 30):
            flipper.flip(path, at, bit)
        text = report(flipper, f"bit {bit} of every byte", bytes=len(everything))
        assert not flipper.wrong, text


def test_random_flips_in_a_larger_case_are_found_and_named():
    with scratch() as folder:
        keys, items = small_case(folder / "v", exhibits=25, big=2)
        flipper, random = Flipper(folder / "v", keys, items), Random(2)
        files = flipper.files()
        weights = [path.stat().st_size for path in files]
        for number in range(size(30, 10_000)):
            (path,) = random.choices(files, weights if number % 2 else None)
            flipper.flip(path, random.randrange(path.stat().st_size), random.randrange(8))
        text = report(flipper, "random bit flips")
        assert not flipper.wrong, text
