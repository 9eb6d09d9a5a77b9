"""Records of a case by the words of a command line: add from cells, change the head, print a history, find."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from habeas.domain.deadlines import RULES, due_on, rule_of
from habeas.domain.errors import BadInput
from habeas.domain.work import Task
from habeas.intake.folder.columns import PROTECTED
from habeas.intake.folder.reading import read_record
from habeas.locale import tr
from habeas.services.casebook import TABLES, WORK, Book, decode, encode, read_book
from habeas.services.changing import add_record, add_statement, edit_head
from habeas.vault.compartment import Compartment
from habeas.vault.errors import VaultError
from habeas.vault.events import Kind, Shredded, Withdrawn
from habeas.vault.words import search


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One revision: who wrote it when and why, and the cells that differ from the one before."""

    n: int
    t: str
    who: str
    device: str
    why: str
    words: str
    changed: dict[str, str]


def add_cells(comp: Compartment, kind: Kind, cells: Mapping[str, str], reason: str) -> tuple[str, str]:
    """(how the new record is called, a remark for the user). Raises BadInput for cells that are not right or would hold a protected trait."""
    if any(PROTECTED.search(name) for name in cells):
        raise BadInput.one(kind.value, tr("a key here would hold a protected trait; Habeas keeps none: take it out"))
    if kind is Kind.STATEMENT:
        return add_statement(comp, cells, reason), ""
    if kind in TABLES:
        return add_record(comp, kind, read_record(TABLES[kind], cells), reason), ""
    if kind is Kind.TASK:
        task, remark = _task(cells)
        return add_record(comp, kind, task, reason), remark
    return add_record(comp, kind, _work(kind, cells), reason), ""


def _work(kind: Kind, cells: Mapping[str, str]) -> Any:  # the record type of its kind
    record = WORK[kind]
    fields = {field.name: field for field in msgspec.structs.fields(record)}
    missing = [name for name, field in fields.items() if field.required and not cells.get(name)]
    if set(cells) - set(fields) or missing:
        raise BadInput.one(kind.value, tr("the columns are {names}", names=", ".join(fields)), column=missing[0] if missing else "")
    if any(isinstance(field.default, bool) and cells.get(name, "") not in ("", "true", "false") for name, field in fields.items()):
        raise BadInput.one(kind.value, tr("{word} is neither true nor false", word=tr("this word")))
    return record(**{name: cell == "true" if isinstance(fields[name].default, bool) else cell for name, cell in cells.items()})


def _day(cells: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(cells[name]) if cells.get(name) else None
    except ValueError:
        raise BadInput.one("task", tr("right would be a day such as 2026-11-25"), column=name) from None


def _task(cells: Mapping[str, str]) -> tuple[Task, str]:
    """A task; with ``rule`` and ``from``, its day is computed where the rule was verified, and else is to be checked by a person."""
    known = {"title", "due_on", "who", "rule", "from"}
    if set(cells) - known or not (cells.get("title") or cells.get("rule")):
        raise BadInput.one("task", tr("the columns are {names}", names=", ".join(sorted(known))))
    due, start = _day(cells, "due_on"), _day(cells, "from")
    if not cells.get("rule"):
        return Task(title=cells["title"], due_on=due.isoformat() if due else "", who=cells.get("who", "")), ""
    rule = rule_of(cells["rule"])
    if rule is None or start is None:
        raise BadInput.one(
            "task", tr("right would be rule={rules}, with from= the day of that start", rules=", ".join(one.key for one in RULES)), column="rule"
        )
    due = due or due_on(rule, start)
    remark = tr("{words}, counted from the {start}. Source: {source}. The day that counts is the recipient's.", words=tr(rule.words),
    start=tr(rule.start),
                source=rule.source)  # fmt: skip
    if due is None:
        remark = tr(
            "CHECK: this rule was not verified, so no day was computed. {words}. Source to look at: {source}",
            words=tr(rule.words),
            source=rule.source,
        )
    title = cells.get("title") or tr(rule.words)
    return Task(title=title, due_on=due.isoformat() if due else "", who=cells.get("who", ""), rule=rule.key, check=due is None), remark


def change_head(comp: Compartment, fields: Mapping[str, str], accusation: tuple[str, ...] | None, reason: str) -> None:
    """Change fields of the head; ids of the accusation have to be there. Raises BadInput."""
    changed: dict[str, Any] = dict(fields)
    if accusation is not None:
        ids = {one.record.id for one in read_book(comp).of(Kind.STATEMENT)}
        for one in accusation:
            if one not in ids:
                raise BadInput.one(comp.cid, tr("an id of the accusation is not among the statements"), column="accusation")
        changed["accusation"] = accusation
    edit_head(comp, lambda case: msgspec.structs.replace(case, **changed), reason)


def history(comp: Compartment, kind: Kind, key: str) -> list[Change]:
    """All revisions of a record, oldest first."""
    entry = read_book(comp).find(kind, key)
    found, before = [], dict[str, str]()
    for one in entry.revisions:
        try:
            cells = {name: str(value) for name, value in encode(kind, decode(kind, comp.envelope(one.payload))).items()}
        except VaultError as error:
            cells = {"?": str(error)}
        changed = {name: cells.get(name, "") for name in {**before, **cells} if cells.get(name, "") != before.get(name, "")}
        found.append(Change(n=one.n, t=one.t, who=one.who, device=one.device, why=one.why, words=comp.words(one.reason), changed=changed))
        before = cells
    for device, n, t, line in comp.index.events(("Withdrawn",), about=entry.id):
        if isinstance(line, Withdrawn):
            why = "withdrawal taken back" if line.back else f"withdrawn, {line.because.value}"
            found.append(Change(n=n, t=t, who=comp.code(device), device=device, why=why, words=comp.words(line.reason), changed={}))
    return sorted(found, key=lambda one: (one.t, one.n)) if len({one.device for one in found}) > 1 else sorted(found, key=lambda one: one.n)


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """A tombstone: the random ids that were shredded, by whom, when, why, and whether a legal hold was overridden."""

    ids: tuple[str, ...]
    t: str
    who: str
    n: int
    because: str
    words: str
    payloads: int
    override: bool


def shredded(comp: Compartment) -> list[Gone]:
    """Everything that was shredded in a case; `custody` takes the ids."""
    return [
        Gone(ids=line.ids, t=t, who=comp.code(device), n=n, because=line.because.value, words=comp.words(line.reason), payloads=len(line.payloads),
             override=line.override)
        for device, n, t, line in comp.index.events(("Shredded",)) if isinstance(line, Shredded)
    ]  # fmt: skip


_TELLING = ("summary", "quote", "title", "text", "person", "finding")
"""Cells that tell what a record is, the first that is there."""


def find(  # one parameter an option
    comp: Compartment, query: str, *, exact: bool = False, cross_script: bool = True, book: Book | None = None, most: int | None = None
) -> list[tuple[str, str, str]]:  # fmt: skip
    """(kind, how it is called, a line of it) of the records that were found, best first, ``most`` of them. ``book``: where it was read already."""
    hits = search(comp, query, exact=exact, cross_script=cross_script, most=most)
    wanted = {hit.id for hit in hits}
    by_id = {one.id: one for one in (book or read_book(comp)).entries if one.id in wanted} if hits else {}
    found = []
    for rid in dict.fromkeys(hit.id for hit in hits):  # a record, and the text of its file, may both be hits
        one = by_id.get(rid)
        if one is not None:
            cells = encode(one.kind, one.record)
            words = one.record.title if one.kind is Kind.HEAD else next((cells[name] for name in _TELLING if cells.get(name)), "")
            words = words or "; ".join(str(value) for value in cells.values())
            found.append((one.kind.value, one.key, str(words)[:120]))
    return found
