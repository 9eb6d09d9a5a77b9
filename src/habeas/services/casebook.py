"""A case as the vault holds it: every record with its revisions, put together as the same `Case` that a folder gives.

A record is kept as the cells of its row in the case folder, so that the vault's content is readable by the published format alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from habeas.domain.across import Joint
from habeas.domain.case import Case, Exhibit
from habeas.domain.errors import BadInput, UsageError
from habeas.domain.statement import Statement, without_date
from habeas.domain.work import Contact, Interview, Note, Referral, Relation, Stamp, Task
from habeas.intake.folder.columns import APPEALS, CONSENTS, EXHIBITS, FORMS, PLACES, REVIEWS, STATEMENTS, VOICES, Table
from habeas.intake.folder.reading import bare_name, read_head, read_record, record_cells
from habeas.intake.folder.writing import case_toml
from habeas.locale import tr
from habeas.vault.compartment import Compartment, new_id
from habeas.vault.draft import Content, Draft, Envelope, Sealing
from habeas.vault.errors import VaultError
from habeas.vault.events import Kind, Recorded, Why, Withdrawn

TABLES: Mapping[Kind, Table] = {
    Kind.STATEMENT: STATEMENTS, Kind.EXHIBIT: EXHIBITS, Kind.PLACE: PLACES, Kind.APPEAL: APPEALS, Kind.CONSENT: CONSENTS, Kind.REVIEW: REVIEWS,
    Kind.VOICE: VOICES, Kind.FORM: FORMS,
}  # fmt: skip
KEYS: Mapping[Kind, str] = {Kind.STATEMENT: "id", Kind.EXHIBIT: "number", Kind.APPEAL: "id", Kind.FORM: "id"}
"""The field by which people call a record."""
WORK: Mapping[Kind, type[Any]] = {
    Kind.TASK: Task, Kind.NOTE: Note, Kind.CONTACT: Contact, Kind.RELATION: Relation, Kind.REFERRAL: Referral, Kind.STAMP: Stamp,
    Kind.JOINT: Joint, Kind.INTERVIEW: Interview,
}  # fmt: skip


MOST_NAME = 255
"""Bytes of a file's name on every disk in use."""


def utc_now() -> str:
    """The local clock in UTC, to the second: a claim."""
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a record: its payload, who wrote it when and why."""

    payload: str
    previous: str
    who: str
    device: str
    n: int
    t: str
    why: str
    reason: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it stands: its random id, its newest revision, and whether two were written at once."""

    id: str
    kind: Kind
    record: Any
    at: int
    revisions: tuple[Revision, ...]
    content: Content | None = None
    withdrawn: bool = False
    forked: bool = False

    @property
    def key(self) -> str:
        """How people call it: a statement's id, an exhibit's number; else the random id."""
        return str(getattr(self.record, KEYS.get(self.kind, ""), "") or self.id)


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """All current records of a case; ``unreadable`` are ids whose newest revision does not open here."""

    cid: str
    entries: tuple[Entry, ...]
    unreadable: tuple[str, ...] = ()

    def of(self, kind: Kind, *, withdrawn: bool = False) -> tuple[Entry, ...]:
        """Entries of one kind in the case's order."""
        return tuple(one for one in self.entries if one.kind is kind and (withdrawn or not one.withdrawn))

    def head(self) -> Entry | None:
        """The case's title, people and accusation."""
        return next(iter(self.of(Kind.HEAD)), None)

    def case(self) -> Case:
        """The case that a folder would give."""
        doubled = self.doubled()
        if doubled:
            said = tr("two devices gave one number; give one of them another: habeas case edit CASE KIND RANDOM-ID id=… (or number=…): {which}",
                      which=", ".join(doubled))  # fmt: skip
            raise BadInput.one(self.cid, said)
        head = self.head()
        fields: dict[str, Any] = msgspec.structs.asdict(head.record) if head else {"title": self.cid}
        tables = {table.stem: tuple(one.record for one in self.of(kind)) for kind, table in TABLES.items()}
        return _whole(Case(**{**fields, **tables}))

    def left_out(self) -> list[str]:
        """What refers to something that was withdrawn or shredded, and is left out of the case for that reason."""
        ids = {one.record.id for one in self.of(Kind.STATEMENT)}
        numbers = {one.record.number for one in self.of(Kind.EXHIBIT)}
        head = self.head()
        found = [tr("{id} is no longer in the accusation", id=one) for one in (head.record.accusation if head else ()) if one not in ids]
        for one in self.of(Kind.STATEMENT):
            anchor = one.record.when.relative.anchor if one.record.when and one.record.when.relative else ""
            found += (
                [tr("the date of {id} was told by {other}, and is gone with it", id=one.key, other=anchor)] if anchor and anchor not in ids else []
            )
            gone = one.record.exhibit and one.record.exhibit not in numbers and bool(numbers)
            found += [tr("{id} rested on exhibit {number}, which is gone", id=one.key, number=one.record.exhibit)] if gone else []
        return found

    def find(self, kind: Kind, key: str) -> Entry:
        """The entry that people call ``key``. Raises BadInput where there is none, or where two devices gave one number to two."""
        found = [one for one in self.entries if one.kind is kind and key in (one.key, one.id)]
        if len(found) > 1:
            said = tr("{count} records are called so; name one by its random id: {ids}", count=len(found), ids=", ".join(one.id for one in found))
            raise BadInput.one(self.cid, said)
        if not found:
            raise BadInput.one(self.cid, tr("no {kind} of this id", kind=kind.value))
        return found[0]

    def doubled(self) -> list[str]:
        """Numbers that two records have, since two devices gave them without seeing each other."""
        keys = Counter((one.kind, one.key) for one in self.entries if not one.withdrawn and TABLES.get(one.kind) and TABLES[one.kind].key)
        return [f"{kind.value} {key}" for (kind, key), count in keys.items() if count > 1]


def _whole(case: Case) -> Case:
    """Without references to what is withdrawn or shredded, so that a folder made of it can be read."""
    ids = {one.id for one in case.statements}
    numbers = {one.number for one in case.exhibits}

    def mended(one: Statement) -> Statement:
        anchor = one.when.relative.anchor if one.when and one.when.relative else ""
        dated = without_date(one) if anchor and anchor not in ids else one
        return msgspec.structs.replace(dated, exhibit=one.exhibit if one.exhibit in numbers or not numbers else "")

    accusation = tuple(one for one in case.accusation if one in ids)
    return msgspec.structs.replace(case, accusation=accusation, statements=tuple(mended(one) for one in case.statements))


def is_joint(comp: Compartment) -> bool:
    """Whether a compartment is a joint one: its maker said so in the first commit. What anybody writes later makes no joint compartment of a case."""
    creator = comp.roster.members[0].device
    first = comp.index.events(("Recorded",), commit=(creator, 1))
    return any(isinstance(line, Recorded) and line.kind is Kind.JOINT for _, _, _, line in first)


def need_case(comp: Compartment) -> None:
    """Raise UsageError for a joint compartment where a case is wanted."""
    if is_joint(comp):
        raise UsageError(tr("{id} is a joint compartment; a case is wanted ('habeas across run {id}' looks at its cases)", id=comp.cid))


Opened = dict[tuple[str, str, str], tuple[Any, Envelope]]
"""Records that were opened, by payload, id and commitment: what was sealed does not change."""


def records_in(comp: Compartment) -> int:
    """How many records :func:`read_book` opens, about: each that was ever made counts."""
    return int(next(comp.index.rows("SELECT count(*) FROM event WHERE e = 'Recorded'"))[0])


def read_book(
    comp: Compartment, known: Mapping[str, int] | None = None, *, opened: Opened | None = None, before: Opened | None = None,
    step: Callable[[], object] = lambda: None,
) -> Book:  # fmt: skip
    """Open every record's newest revision; what does not open is named and left out.

    ``known``: device → its last commit to read, for the case as it once stood; what was shredded since is gone from it as well.
    ``opened`` takes what was opened, ``before`` is what an earlier reading opened and need not be opened again.
    ``step`` is called before each record, and may raise.
    """
    revisions: dict[str, list[Recorded]] = {}
    authors: dict[str, list[Revision]] = {}
    gone, withdrawn = comp.index.gone(), set[str]()
    for device, n, t, line in comp.index.events(("Recorded", "Withdrawn")):
        if known is not None and n > known.get(device, 0):
            continue
        if isinstance(line, Withdrawn):
            withdrawn = withdrawn - set(line.ids) if line.back else withdrawn | set(line.ids)
        elif isinstance(line, Recorded):
            revisions.setdefault(line.id, []).append(line)
            made = Revision(
                payload=line.payload, previous=line.previous, who=comp.code(device), device=device, n=n, t=t, why=line.why, reason=line.reason
            )  # fmt: skip
            authors.setdefault(line.id, []).append(made)
    entries, unreadable = [], []
    for rid, lines in revisions.items():
        step()
        if lines[-1].payload in gone or (lines[-1].kind is Kind.CONTACT and not comp.me.role.reads_contacts):
            continue
        named = (lines[-1].payload, rid, lines[-1].commitment)
        try:
            record, envelope = (before or {}).get(named) or _opened(comp, lines[-1].kind, named)
        except (VaultError, BadInput, msgspec.MsgspecError, LookupError, TypeError, ValueError):
            unreadable.append(rid)
            continue
        if opened is not None:
            opened[named] = (record, envelope)
        forked = any(one.previous not in {"", *(before.payload for before in lines[:at])} or (at and one.previous != lines[at - 1].payload)
                     for at, one in enumerate(lines))  # fmt: skip
        entries.append(
            Entry(
                id=rid, kind=lines[-1].kind, record=record, at=envelope.at, revisions=tuple(authors[rid]), content=envelope.content,
                withdrawn=rid in withdrawn, forked=bool(forked),
            )
        )  # fmt: skip
    return Book(cid=comp.cid, entries=tuple(sorted(entries, key=lambda one: (one.kind, one.at))), unreadable=tuple(unreadable))


def _opened(comp: Compartment, kind: Kind, named: tuple[str, str, str]) -> tuple[Any, Envelope]:
    envelope = comp.envelope(*named)
    return decode(kind, envelope), envelope


def decode(kind: Kind, envelope: Envelope) -> Any:  # the record type of its kind
    """The record inside an envelope. Raises BadInput or a msgspec error."""
    if kind in TABLES:
        return _checked(read_record(TABLES[kind], msgspec.json.decode(envelope.record, type=dict[str, str])))
    if kind is Kind.HEAD:
        return Case(**read_head(msgspec.json.decode(envelope.record, type=dict[str, str])["case.toml"]))
    return msgspec.json.decode(envelope.record, type=WORK.get(kind, dict))


def _checked(record: Any) -> Any:  # the record type of its kind
    """A record whose file is a bare name: whatever a member wrote there, an export must not follow it. Raises BadInput."""
    if isinstance(record, Exhibit) and record.file and (not bare_name(record.file) or len(record.file.encode("utf-8", "replace")) > MOST_NAME):
        raise BadInput.one("exhibits", tr("the bare name of a file is wanted, without a folder"), column="file")
    return record


def encode(kind: Kind, record: Any) -> Any:  # plain values
    """A record as plain values, in the form of the case folder where it has one. Raises BadInput."""
    if kind in TABLES:
        cells = record_cells(TABLES[kind], _checked(record))
        read_record(TABLES[kind], cells)  # what would not be read again is not written
        return cells
    if kind is Kind.HEAD:
        head = case_toml(record)
        read_head(head)
        return {"case.toml": head}
    return msgspec.to_builtins(record)


def add(  # noqa: PLR0913  # one parameter a field
    draft: Draft, kind: Kind, record: Any, *, at: int, why: Why = Why.ADDED, reason: str = "", sealing: Sealing | None = None, rid: str = ""
) -> str:
    """Put a new record into a draft; its random id."""
    rid = rid or new_id()
    draft.record(kind, rid, encode(kind, record), why, at=at, reason=reason, sealing=sealing)
    return rid


def revise(draft: Draft, entry: Entry, record: Any, why: Why, reason: str = "") -> None:
    """Put a new revision of a record into a draft."""
    content = entry.content
    draft.record(
        entry.kind, entry.id, encode(entry.kind, record), why, at=entry.at, previous=entry.revisions[-1].payload, reason=reason, content=content
    )


def next_place(entries: Iterable[Entry]) -> int:
    """The place behind the last of some entries."""
    return max((one.at for one in entries), default=-1) + 1


def exhibit_of(entry: Entry) -> Exhibit:
    """An entry's exhibit. Raises BadInput where its bytes were never sealed."""
    if not isinstance(entry.record, Exhibit) or entry.content is None:
        raise BadInput.one(entry.key, tr("this exhibit has no file"))
    return entry.record
