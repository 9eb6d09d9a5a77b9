"""Exhibits in the vault: seal files, open one to a declared place, and print an exhibit's custody."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from habeas.domain.case import Exhibit
from habeas.domain.errors import BadInput
from habeas.intake.folder.reading import read_record, record_cells
from habeas.locale import tr
from habeas.services.casebook import TABLES, Book, Entry, add, exhibit_of, need_case, next_place, read_book, utc_now
from habeas.services.exports import create_private, outside
from habeas.vault.ahead import SealedAhead, take
from habeas.vault.compartment import Compartment, new_id
from habeas.vault.disk import Disk
from habeas.vault.events import Kind, Recorded, Sealed, Shredded, Touched, What, Withdrawn
from habeas.vault.kit import Kit
from habeas.vault.vault import Vault

CHUNK = 1 << 20
MOST_IN_KIT = 9_999
BATCH_FILES, BATCH_BYTES = 1_000, 256 << 20
"""After so many files or bytes a commit is made."""
Progress = Callable[[str, int, int], None]
"""(what, done, of how many) bytes."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file: ``sealed`` under a number, ``duplicate`` of one (``why``: it was withdrawn), or ``refused`` and why."""

    file: Path
    outcome: str
    number: str = ""
    why: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a custody: when (a claim), who (a code), on which device, what, why (closed word), in words, and the number of the commit."""

    t: str
    who: str
    device: str
    n: int
    what: str
    why: str = ""
    words: str = ""


def file_pieces(path: Path) -> Iterator[bytes]:
    """A regular file in pieces. Raises BadInput; its name never enters a message but as the user typed it."""
    try:
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with os.fdopen(os.open(path, flags), "rb", buffering=0) as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise BadInput.one(shown(path), tr("not a regular file"))
            while piece := stream.read(min(CHUNK, status.st_size + 1)):
                yield piece
    except OSError as error:
        raise BadInput.one(shown(path), tr("cannot be read: {why}", why=os.strerror(error.errno or 0))) from None


def shown(path: Path) -> str:
    """A file's name for the screen: control characters and half characters as escapes, so that a name cannot play with the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in path.name)


def walk(paths: Sequence[Path]) -> Iterator[Path]:
    """The files that were named, and those below folders that were named, sorted; links are not followed."""
    for path in paths:
        if _is_folder(path):
            yield from sorted(one for one in path.rglob("*") if not _is_folder(one))
        else:
            yield path


def _is_folder(path: Path) -> bool:
    """Whether it is a folder itself, not a link to one; a name that no disk takes is none."""
    try:
        return path.is_dir() and not path.is_symlink()
    except (OSError, ValueError):
        return False


def seal_files(comp: Compartment, paths: Sequence[Path], details: Exhibit, progress: Progress = lambda *_: None) -> list[Outcome]:
    """Seal files as new exhibits with the next numbers; an outcome for each. ``details``: what is recorded of all of them.

    A file whose bytes are sealed already is a duplicate. One that cannot be read is refused and stops no other.
    """
    need_case(comp)
    files = list(walk(paths))
    book = read_book(comp)
    known = {one.content.sha256: one.record.number for one in book.of(Kind.EXHIBIT, withdrawn=True) if one.content}
    sizes = [_size(path) for path in files]
    total, done = sum(sizes), 0
    outcomes: list[Outcome] = []
    batch = _Batch(comp, book, details)
    for path, size in zip(files, sizes, strict=True):
        progress(tr("Sealing"), done, total)
        outcomes.append(_one(path, known, batch, lambda at, done=done: progress(tr("Sealing"), done + at, total)))  # type: ignore[misc]
        done += size
        batch.commit_if_full()
    batch.commit()
    progress(tr("Sealing"), total, total)
    return outcomes


def take_ahead(vault: Vault, pieces: Iterable[bytes]) -> bytes | SealedAhead:
    """Take a file before its case has its turn, so that nobody waits for a slow sender; for :func:`seal_streams`, or to be dropped."""
    return take(vault.disk, pieces)


def seal_streams(comp: Compartment, files: Iterable[tuple[str, Iterable[bytes]]], details: Exhibit) -> list[Outcome]:
    """The same for files that come in as streams, each under the name that it was given; nothing of them touches the disk in plaintext."""
    need_case(comp)
    book = read_book(comp)
    known = {one.content.sha256: one.record.number for one in book.of(Kind.EXHIBIT, withdrawn=True) if one.content}
    withdrawn = {one.record.number for one in book.of(Kind.EXHIBIT, withdrawn=True) if one.withdrawn}
    batch = _Batch(comp, book, details)
    outcomes = []
    for name, pieces in files:
        outcomes.append(_one(Path(name.replace("\\", "/").rpartition("/")[2] or "-"), known, batch, lambda _: None, pieces))
        if outcomes[-1].outcome == "duplicate" and outcomes[-1].number in withdrawn:
            outcomes[-1] = msgspec.structs.replace(outcomes[-1], why=tr("it was withdrawn and does not count"))
        batch.commit_if_full()
    batch.commit()
    return outcomes


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


class _Batch:
    """Files that wait for their commit."""

    def __init__(self, comp: Compartment, book: Book, details: Exhibit) -> None:
        self._comp, self._details = comp, details
        self.draft = comp.draft()
        self._place = next_place(book.of(Kind.EXHIBIT, withdrawn=True))
        taken = {one.record.number for one in book.of(Kind.EXHIBIT, withdrawn=True)}
        known = {line.id for _, _, _, line in comp.index.events(("Recorded",)) if isinstance(line, Recorded) and line.kind is Kind.EXHIBIT}
        self._number = max([len(known), *(int(n) for n in taken if n.isdecimal())])  # shredded ones count: a number is not given twice
        self._files = self._bytes = 0

    def add(self, path: Path, pieces: Iterable[bytes], known: Mapping[str, str], progress: Callable[[int], None]) -> tuple[str, str, bool]:
        """Seal one file; (number, SHA-256, whether it is new). What is known already is taken out of the draft again."""
        rid, number = new_id(), self._number + 1
        with self.draft.attempt() as attempt:
            sealing = self.draft.content(rid, pieces, progress)
            digest = sealing.content.sha256
            if digest in known:
                return known[digest], digest, False
            record = msgspec.structs.replace(self._details, number=str(number), file=_kept_name(path, number))
            add(self.draft, Kind.EXHIBIT, record, at=self._place, sealing=sealing, rid=rid)
            attempt.keep()
        self._number = number
        self._place += 1
        self._files += 1
        self._bytes += sealing.content.size
        return record.number, digest, True

    def commit_if_full(self) -> None:
        if self._files >= BATCH_FILES or self._bytes >= BATCH_BYTES:
            self.commit()

    def commit(self) -> None:
        if self.draft.events:
            self._comp.commit(self.draft)
        self.draft = self._comp.draft()
        self._files = self._bytes = 0


def _kept_name(path: Path, number: int) -> str:
    """The file's own name where a case folder can hold it on every system, with its number before it; else the number alone."""
    name = path.name
    plain = name.isprintable() and not set(name) & set('\\/:*?"<>|') and name.strip(". ") == name and len(name.encode("utf-8", "replace")) <= 200  # noqa: PLR2004
    return f"{number:02}-{name}" if plain else f"{number:02}"


def _one(path: Path, known: dict[str, str], batch: _Batch, progress: Callable[[int], None], pieces: Iterable[bytes] | None = None) -> Outcome:
    try:
        number, digest, fresh = batch.add(path, file_pieces(path) if pieces is None else pieces, known, progress)
    except BadInput as bad:
        return Outcome(file=path, outcome="refused", why=bad.problems[0].message)
    except ValueError:
        return Outcome(file=path, outcome="refused", why=tr("its name cannot be used on this system"))
    known[digest] = number
    return Outcome(file=path, outcome="sealed" if fresh else "duplicate", number=number)


def open_exhibit(comp: Compartment, number: str, out: Path, reason: str) -> Entry:
    """Write an exhibit's bytes to ``out``: a declared export, logged first. Nothing is written over."""
    entry = read_book(comp).find(Kind.EXHIBIT, number)
    exhibit_of(entry)
    outside(comp.disk.root, out)
    if os.path.lexists(out):  # before the log says that it was opened
        raise BadInput.one(out.name, tr("there is a file of this name already; nothing was written over"))
    draft = comp.draft()
    draft.events.append(Touched(what=What.OPENED, ids=(entry.id,), reason=draft.text(reason)))
    comp.commit(draft)
    stream = create_private(out)
    try:
        with stream:
            for piece in comp.stream_content(entry.content) if entry.content else ():
                stream.write(piece)
    except BaseException:
        out.unlink(missing_ok=True)
        raise
    return entry


def custody(comp: Compartment, rid: str) -> list[Step]:
    """Everything that was done with an item, in the order of the chain. It still prints when the item was shredded."""
    steps = []
    for device, n, t, line in comp.index.events(about=rid):
        why = words = ""
        what = type(line).__name__.lower()
        if isinstance(line, Recorded):
            what, why, words = "recorded", line.why.value, comp.words(line.reason)
        elif isinstance(line, Touched):
            what, why, words = line.what.value, line.about, comp.words(line.reason)
        elif isinstance(line, (Withdrawn, Shredded)):
            why, words = line.because.value, comp.words(line.reason)
            what = "withdrawal taken back" if isinstance(line, Withdrawn) and line.back else what
        elif isinstance(line, Sealed):
            why = "payload " + line.payload[:16]
        steps.append(Step(t=t, who=comp.code(device), device=device, n=n, what=what, why=why, words=words))
    return steps


def read_details(cells: Mapping[str, str]) -> Exhibit:
    """What is recorded of files that are sealed now, from cells by column. Raises BadInput."""
    own = {"number", "file"} & set(cells)
    if own:
        raise BadInput.one("exhibits", tr("number and file are given by the sealing"), column=min(own))
    made: Exhibit = read_record(TABLES[Kind.EXHIBIT], {**cells, "number": "1"})
    return made


def id_of(comp: Compartment, key: str) -> str:
    """The random id behind an exhibit's number; an id that the log knows is taken as it is. Raises BadInput."""
    if any(comp.index.events(about=key)):
        return key
    return read_book(comp).find(Kind.EXHIBIT, key).id


def seal_into_kit(folder: Path, paths: Sequence[Path], details: Exhibit) -> list[Outcome]:
    """Seal files into a seal-only kit, one commit each; an outcome for each. What is a duplicate cannot be known there."""
    outcomes: list[Outcome] = []
    with Disk(folder).lock():
        kit = Kit(folder, utc_now)  # read under the lock: another process may be writing
        for path in walk(paths):
            number = kit.at.n + 1
            if number > MOST_IN_KIT:  # its numbers would not be read
                outcomes.append(Outcome(file=path, outcome="refused", why=tr("a kit takes {most} files; make another one", most=MOST_IN_KIT)))
                continue
            called = f"{int(kit.file.device[:4], 16)}-{number}"  # a number that no other device gives
            record = msgspec.structs.replace(details, number=called, file=_kept_name(path, number))
            try:
                kit.add([(record_cells(TABLES[Kind.EXHIBIT], record), file_pieces(path))])
                outcomes.append(Outcome(file=path, outcome="sealed", number=called))
            except BadInput as bad:
                outcomes.append(Outcome(file=path, outcome="refused", why=bad.problems[0].message))
    return outcomes
