"""Change the records of a case, one revision at a time: add, edit, withdraw, and take back what was just done. Nothing that was sealed is altered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from habeas.domain.case import Case
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.statement import Statement
from habeas.intake.folder.reading import read_record, record_cells
from habeas.locale import tr
from habeas.services.casebook import KEYS, TABLES, Book, Entry, add, decode, need_case, next_place, read_book, revise
from habeas.vault.compartment import Compartment
from habeas.vault.draft import Draft
from habeas.vault.errors import NotAllowedError
from habeas.vault.events import Because, Kind, Recorded, Why, Withdrawn


def add_record(comp: Compartment, kind: Kind, record: Any, reason: str = "") -> str:
    """Add one record; how people call it. A joint compartment takes none that belongs to a case."""
    if kind in TABLES:
        need_case(comp)
    book = read_book(comp)
    if kind is Kind.CONTACT and not comp.me.role.reads_contacts:
        raise NotAllowedError("contacts")
    key = KEYS.get(kind, "")
    if key and any(getattr(one.record, key) == getattr(record, key) for one in book.of(kind, withdrawn=True)):
        raise BadInput.one(kind.value, tr("this {column} is taken", column=key), column=key)
    draft = comp.draft()
    rid = add(draft, kind, record, at=next_place(book.of(kind, withdrawn=True)), reason=reason)
    comp.commit(draft)
    return str(getattr(record, key, "")) or rid


def add_statement(comp: Compartment, cells: Mapping[str, str], reason: str = "") -> str:
    """Add a statement from cells by column; an id is given where none is. Raises BadInput."""
    book = read_book(comp)
    numbers = (one.record.id[1:] for one in book.of(Kind.STATEMENT, withdrawn=True) if one.record.id[:1] == "S")
    number = 1 + max([ever(comp, Kind.STATEMENT), *(int(one) for one in numbers if one.isdecimal())])
    record = read_record(TABLES[Kind.STATEMENT], {"id": f"S{number:03}", **cells})
    _fits(book, record)
    return add_record(comp, Kind.STATEMENT, record, reason)


def ever(comp: Compartment, kind: Kind) -> int:
    """How many records of a kind there were, shredded ones included: no number is given twice, since papers that left may cite it."""
    return len({line.id for _, _, _, line in comp.index.events(("Recorded",)) if isinstance(line, Recorded) and line.kind is kind})


def _fits(book: Book, record: Statement) -> None:
    numbers = {one.record.number for one in book.of(Kind.EXHIBIT)}
    if record.exhibit and record.exhibit not in numbers:
        raise BadInput.one("statements", tr("exhibit {number} is not in the table of exhibits", number=record.exhibit), column="exhibit")


def edit(comp: Compartment, kind: Kind, key: str, cells: Mapping[str, str], reason: str) -> Entry:
    """A new revision of a record of a table, with some cells changed (empty: cleared). The older ones stay."""
    return edit_many(comp, [(kind, key, cells)], reason)[0]


def edit_many(comp: Compartment, changes: Sequence[tuple[Kind, str, Mapping[str, str]]], reason: str) -> tuple[Entry, ...]:
    """The same for several records in one commit: all, or none. Records as they were before it."""
    book, draft = read_book(comp), comp.draft()
    entries = tuple(_edited(book, draft, kind, key, cells, reason) for kind, key, cells in changes)
    if len({entry.id for entry in entries}) < len(entries):
        raise UsageError(tr("a record can be changed once at a time"))
    if entries:
        comp.commit(draft)
    return entries


def _edited(book: Book, draft: Draft, kind: Kind, key: str, cells: Mapping[str, str], reason: str) -> Entry:  # one parameter a part
    entry = book.find(kind, key)
    table = TABLES.get(kind)
    if table is None:
        raise UsageError(tr("records of this kind are not edited by cells"))
    before = record_cells(table, entry.record)
    record = read_record(table, {name: cell for name, cell in {**before, **cells}.items() if cell})
    if table.key and any(
        one.id != entry.id and getattr(one.record, table.key) == getattr(record, table.key) for one in book.of(kind, withdrawn=True)
    ):
        raise BadInput.one(kind.value, tr("this {column} is taken", column=table.key), column=table.key)
    if isinstance(record, Statement) and record.exhibit != entry.record.exhibit:  # what rests on a withdrawn one can still be changed
        _fits(book, record)
    revise(draft, entry, record, Why.CORRECTED, reason)
    return entry


def edit_head(comp: Compartment, change: Callable[[Case], Case], reason: str = "") -> None:
    """A new revision of the case's title, people or accusation."""
    entry = read_book(comp).head()
    if entry is None:
        raise BadInput.one(comp.cid, tr("the head of this case is gone"))
    draft = comp.draft()
    revise(draft, entry, change(entry.record), Why.CORRECTED, reason)
    comp.commit(draft)


def undo(comp: Compartment, kind: Kind, key: str, reason: str = "") -> bool:
    """Take the newest revision of a record back: the one before it becomes the newest, as a revision of its own; a first one is withdrawn.

    Whether that withdrew it.
    """
    draft = comp.draft()
    withdrew = _undone(comp, draft, read_book(comp).find(kind, key), reason)
    comp.commit(draft)
    return withdrew


def _undone(comp: Compartment, draft: Draft, entry: Entry, reason: str) -> bool:
    undone = {one.payload for one in entry.revisions if one.why == Why.UNDONE}
    stack: list[str] = []
    for one in entry.revisions:  # an undo takes a revision off; undoing again goes further back
        if one.payload in undone:
            stack = stack[:-1]
        else:
            stack.append(one.payload)
    if len(stack) > 1:
        revise(draft, entry, decode(entry.kind, comp.envelope(stack[-2])), Why.UNDONE, reason)
    else:
        draft.events.append(Withdrawn(ids=(entry.id,), because=Because.MISTAKE, reason=draft.text(reason)))
    return len(stack) <= 1


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What was just done to one record, by its newest revision then."""

    kind: Kind
    id: str
    revision: str
    withdrawn: bool = False
    """Whether it was withdrawn then, which makes no revision."""


def steps(book: Book, ids: Iterable[str]) -> tuple[Step, ...]:
    """What was just done to these records."""
    by_id = {one.id: one for one in book.entries}
    return tuple(Step(kind=by_id[one].kind, id=one, revision=by_id[one].revisions[-1].payload, withdrawn=by_id[one].withdrawn) for one in ids)


def may_take_back(book: Book, done: Iterable[Step]) -> None:
    """Raise UsageError where one of these records was changed since, or has nothing before what was done."""
    for step in done:
        entry = book.find(step.kind, step.id)
        if entry.revisions[-1].payload != step.revision or entry.withdrawn != step.withdrawn:
            raise UsageError(tr("it was changed since, here or on another device; nothing was undone. Look at its history"))
        if step.kind is Kind.HEAD and len(entry.revisions) == 1:
            raise UsageError(tr("there is nothing to undo"))


def take_back(comp: Compartment, done: Sequence[Step]) -> None:
    """Undo what was just done to some records, in one commit: a withdrawn one counts again, any other loses its newest revision.

    Raises UsageError as :func:`may_take_back` does; then none is undone.
    """
    book, draft = read_book(comp), comp.draft()
    may_take_back(book, done)
    for step in done:
        entry = book.find(step.kind, step.id)
        if entry.withdrawn:
            draft.events.append(Withdrawn(ids=(entry.id,), because=Because.MISTAKE, reason="", back=True))
        else:
            _undone(comp, draft, entry, "")
    comp.commit(draft)


def withdraw(comp: Compartment, kind: Kind, keys: tuple[str, ...], because: Because, reason: str, *, back: bool = False) -> None:
    """Records no longer count, with a reason; nothing that was sealed is altered. ``back`` takes it back."""
    book = read_book(comp)
    ids = tuple(book.find(kind, key).id for key in keys)
    draft = comp.draft()
    draft.events.append(Withdrawn(ids=ids, because=because, reason=draft.text(reason), back=back))
    comp.commit(draft)


def finish_task(comp: Compartment, key: str, day: date) -> None:
    """Mark a task as done."""
    entry = read_book(comp).find(Kind.TASK, key)
    draft = comp.draft()
    revise(draft, entry, msgspec.structs.replace(entry.record, done_on=day.isoformat()), Why.DECIDED)
    comp.commit(draft)
