"""Cases in the vault: make, import, export, list, hold, and say in the log that they were used."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from habeas.domain.case import Case
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.work import Task
from habeas.intake.folder import read_folder
from habeas.intake.folder.reading import Count
from habeas.intake.folder.writing import folder_files
from habeas.locale import tr
from habeas.services.approving import need_second_person
from habeas.services.casebook import TABLES, Book, Entry, add, is_joint, need_case, read_book
from habeas.services.exhibits import file_pieces
from habeas.services.exports import outside
from habeas.services.source import MOST_EXHIBIT, Source
from habeas.vault.compartment import Compartment, new_id
from habeas.vault.errors import NotAllowedError, VaultError
from habeas.vault.events import Held, Kind, Touched, What, Why
from habeas.vault.roster import Role
from habeas.vault.vault import Vault

Progress = Callable[[str, int, int], None]
"""(what, done, of how many)."""
BATCH = 1_000
"""Records in one commit."""


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import took, and the plaintext that it left where it was."""

    cid: str
    counts: tuple[Count, ...]
    exhibits: int
    size: int
    left_in_plaintext: tuple[Path, ...]
    not_taken: tuple[Path, ...]


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A case in the list across cases: ids, figures and days, no text."""

    cid: str
    role: str
    statements: int
    exhibits: int
    review_on: str
    held: bool
    dormant: bool
    alarms: int
    next_due: str
    state: str = ""


def new_case(vault: Vault, title: str, review_on: date) -> str:
    """A new empty case; its random id."""
    comp = vault.new_case()
    try:
        draft = comp.draft()
        add(draft, Kind.HEAD, Case(title=title), at=0)
        draft.events.append(Held(until=review_on.isoformat()))
        comp.commit(draft)
    finally:
        comp.close()
    return comp.cid


def import_folder(vault: Vault, folder: Path, review_on: date, progress: Progress = lambda *_: None) -> Imported:
    """A case folder as a new case: everything in it, or nothing. The folder stays as it is, in plaintext, and is said so."""
    read = read_folder(folder)
    comp = vault.new_case()
    try:
        size = _take(comp, read.case, folder, review_on, progress)
    except BaseException:
        comp.close()
        discard(vault, comp.cid)
        raise
    comp.close()
    named = {folder / "exhibits" / one.file for one in read.case.exhibits if one.file}
    there = sorted(path for path in folder.rglob("*") if path.is_file())
    tables = {folder / count.file for count in read.counts} | {folder / "case.toml"}
    return Imported(
        cid=comp.cid, counts=read.counts, exhibits=len(named), size=size, left_in_plaintext=tuple(there),
        not_taken=tuple(path for path in there if path not in named | tables),
    )  # fmt: skip


def _take(comp: Compartment, case: Case, folder: Path, review_on: date, progress: Progress) -> int:
    total = 1 + sum(len(getattr(case, table.stem)) for table in TABLES.values())
    draft, done, size = comp.draft(), 1, 0
    add(draft, Kind.HEAD, _head(case), at=0, why=Why.IMPORTED)
    draft.events.append(Held(until=review_on.isoformat()))
    for kind, table in TABLES.items():
        for at, record in enumerate(getattr(case, table.stem)):
            rid, sealing = new_id(), None
            if kind is Kind.EXHIBIT and record.file:
                sealing = draft.content(rid, file_pieces(folder / "exhibits" / record.file))
                size += sealing.content.size
            add(draft, kind, record, at=at, why=Why.IMPORTED, sealing=sealing, rid=rid)
            done += 1
            progress(tr("Sealing"), done, total)
            if done % BATCH == 0:
                comp.commit(draft)
                draft = comp.draft()
    if draft.events:
        comp.commit(draft)
    return size


def discard(vault: Vault, cid: str) -> None:
    """Take away a case that was being made and is not whole. Its keys go first."""
    vault.disk.remove(f"local/{cid}.age")
    vault.disk.remove(f"local/{cid}.pins")
    for folder in (f"cases/{cid}", f"index/{cid}.db", f"index/{cid}.db-wal", f"index/{cid}.db-shm"):
        path = vault.disk.root / folder
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _head(case: Case) -> Case:
    """A case without its tables."""
    return msgspec.structs.replace(case, **{table.stem: () for table in TABLES.values()})


def export_folder(vault: Vault, comp: Compartment, out: Path, *, ending: str, reason: str, progress: Progress = lambda *_: None) -> int:
    """Write the whole case as a folder in plaintext: a declared export, logged before it is written. Contacts are never in it.

    Where two people could, a second one has to have agreed (see `approving`). Returns the number of exhibits.
    """
    need_second_person(comp, What.EXPORTED)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput.one(out.name, tr("the folder exists and is not empty; nothing was written"))
    outside(vault.disk.root, out)
    book = read_book(comp)
    held = files_of(book)
    case = book.case()
    named = {one.record.number: name for one, name in held}
    exhibits = tuple(msgspec.structs.replace(one, file=named.get(one.number, one.file)) for one in case.exhibits)
    tables = folder_files(msgspec.structs.replace(case, exhibits=exhibits), ending=ending)
    draft = comp.draft()
    ids = tuple(one.id for one in book.entries if one.kind in TABLES or one.kind is Kind.HEAD)
    draft.events.append(Touched(what=What.EXPORTED, ids=ids, reason=draft.text(reason), about="folder"))
    comp.commit(draft)
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".partial", dir=out.parent))  # readable by its owner alone
    (partial / "exhibits").mkdir()
    try:
        for name, content in tables.items():
            (partial / name).write_bytes(content)
        for done, (one, name) in enumerate(held):
            progress(tr("Writing"), done, len(held))
            if one.content and not (partial / "exhibits" / name).exists():  # two rows may rest on one file
                with (partial / "exhibits" / name).open("xb") as stream:
                    for piece in comp.stream_content(one.content):
                        stream.write(piece)
        if out.exists():
            out.rmdir()
        partial.rename(out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return len(held)


def files_of(book: Book) -> list[tuple[Entry, str]]:
    """Exhibits whose bytes are sealed, and the name that each gets in a folder: its own, unless it has none or another one's bytes have it."""
    found, taken = [], dict[str, str]()
    for one in book.of(Kind.EXHIBIT):
        if one.content is None:
            continue
        name = one.record.file or f"exhibit-{one.record.number}"
        if taken.setdefault(name.casefold(), one.content.sha256) != one.content.sha256:
            name = f"{one.record.number}-{name}"[:200]
            taken[name.casefold()] = one.content.sha256
        found.append((one, name))
    return found


def vault_source(comp: Compartment, use: str) -> Source:
    """A case of the vault in memory, for an ``examination``, a ``memorandum`` or a ``dossier``; the log says so. Readers make no dossier."""
    if use == "dossier" and comp.me.role not in (Role.ADMIN, Role.CASEWORKER):
        raise NotAllowedError(f"role {comp.me.role}")
    need_case(comp)
    book = read_book(comp)
    by_number = {one.record.number: one for one in book.of(Kind.EXHIBIT)}

    def content(exhibit: Any) -> bytes:
        entry = by_number.get(exhibit.number)
        if entry is None or entry.content is None or entry.content.size > MOST_EXHIBIT:
            raise BadInput.one(exhibit.number, tr("its content is not here, or too large for a dossier"))
        return comp.read_content(entry.content)

    before = examined_last(comp) if use == "examination" else None
    log_use(comp, What.CITED if use == "dossier" else What.REVIEWED, tuple(one.id for one in book.of(Kind.EXHIBIT)), about=use)
    return Source(case=book.case(), content=content, folder=comp.disk.root, before=before)


def examined_last(comp: Compartment) -> Case | None:
    """The case as this device knew it when it last examined it; None where it never did, or what stood there cannot be read any more."""
    found = [
        n for device, n, _, line in comp.index.events(("Touched",)) if device == comp.seat.device and getattr(line, "about", "") == "examination"
    ]
    if not found:
        return None
    try:
        return read_book(comp, comp.knew_at(found[-1])).case()
    except (BadInput, VaultError):
        return None


def log_use(comp: Compartment, what: What, ids: tuple[str, ...], *, reason: str = "", about: str = "") -> None:
    """Say in the log that items were used."""
    draft = comp.draft()
    draft.events.append(Touched(what=what, ids=ids, reason=draft.text(reason), about=about))
    comp.commit(draft)


def list_cases(vault: Vault) -> list[CaseLine]:
    """All cases that this device has a seat in. A case that does not open is listed with what is known."""
    return [line_of(vault, cid) for cid in vault.case_ids()]


def line_of(vault: Vault, cid: str) -> CaseLine:
    """One case for the list; one that does not open is told with what is known."""
    return titled_line(vault, cid)[0]


def titled_line(vault: Vault, cid: str) -> tuple[CaseLine, str]:
    """The same with the title that the case has inside; a joint compartment, and a case that does not open, have none."""
    try:
        with vault.case(cid) as comp:
            book = read_book(comp)
            line, head = _line(comp, book), book.head()
            return line, head.record.title if head and not line.state else ""
    except (VaultError, UsageError) as error:  # one case that does not open hides no other
        dormant = "dormant" in str(error)
        line = CaseLine(
            cid=cid, role="", statements=0, exhibits=0, review_on="", held=False, dormant=dormant, alarms=int(not dormant), next_due="",
            state="" if dormant else "does not open",
        )  # fmt: skip
        return line, ""


def _line(comp: Compartment, book: Book) -> CaseLine:
    joint = is_joint(comp)
    state = status(comp)
    due = sorted(one.record.due_on for one in book.of(Kind.TASK) if one.record.due_on and not one.record.done_on)
    return CaseLine(
        cid=comp.cid, role=comp.me.role.value, statements=len(book.of(Kind.STATEMENT)), exhibits=len(book.of(Kind.EXHIBIT)), review_on=state.until,
        held=bool(state.on), dormant=bool(comp.roster.dormant), alarms=len(comp.alarms), next_due=due[0] if due else "",
        state="joint" if joint else "",
    )  # fmt: skip


def status(comp: Compartment) -> Held:
    """Whether the case is under legal hold, and when it is to be reviewed."""
    on, until = False, ""
    for _, _, _, line in comp.index.events(("Held",)):
        if isinstance(line, Held):
            on = on if line.on is None else line.on
            until = line.until or until
    return Held(on=on, until=until)


def set_hold(comp: Compartment, *, on: bool | None, until: date | None, reason: str) -> None:
    """Begin or end a legal hold, or move the review date. Ending one is an admin's."""
    if on is False and comp.me.role is not Role.ADMIN:
        raise NotAllowedError("an admin ends a legal hold")
    draft = comp.draft()
    draft.events.append(Held(on=on, until=until.isoformat() if until else "", reason=draft.text(reason)))
    comp.commit(draft)


def agenda(vault: Vault) -> list[tuple[str, str, str]]:
    """(day or 'check', case id, task id) of everything open across cases, soonest first: no text."""
    found = []
    for cid in vault.case_ids():
        try:
            with vault.case(cid) as comp:
                for one in read_book(comp).of(Kind.TASK):
                    task: Task = one.record
                    if not task.done_on:
                        found.append((task.due_on or ("check" if task.check else ""), cid, one.id))
                until = status(comp).until
                if until:
                    found.append((until, cid, "review"))
        except (VaultError, UsageError):
            continue
    return sorted(found, key=lambda one: (not one[0][:1].isdigit(), one))
