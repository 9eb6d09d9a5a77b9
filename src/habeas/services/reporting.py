"""A person report: everything a case holds on one person, as that person may ask to see it, with third persons masked.

It is made on the person's own request and shows records, not conclusions. Exhibits are listed, not searched. Names that stand in free text
alone are not known to the mask: a person reads the report before it is handed over.
"""

from collections.abc import Iterator

import msgspec

from habeas.domain.case import Case
from habeas.domain.identity import fold
from habeas.dossier.masking import Mask, names_of
from habeas.services.casebook import Book, Entry, encode, read_book
from habeas.services.erasing import revisions_of
from habeas.services.exhibits import Step, custody
from habeas.vault.compartment import Compartment
from habeas.vault.draft import Draft
from habeas.vault.events import Kind, Touched, What


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """One record that mentions the person: its kind, how it is called, its cells, earlier revisions and custody, third persons masked."""

    kind: str
    key: str
    cells: dict[str, str]
    earlier: tuple[dict[str, str], ...]
    custody: tuple[Step, ...]


class PersonReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that is held, and the purposes it is held for."""

    case: str
    records: tuple[Held, ...]
    masked: int
    not_searched: tuple[str, ...]


def _flat(prefix: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else str(name), one)
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from _flat(f"{prefix}.{at}", one)
    elif value not in ("", False, None):
        yield prefix, str(value)


def _cells(one: Entry) -> dict[str, str]:
    return dict(_flat("", encode(one.kind, one.record)))


def person_report(comp: Compartment, person: str, *, also: tuple[str, ...] = ()) -> PersonReport:
    """Everything on ``person`` (and other spellings, ``also``). The report is logged, without the name."""
    book = read_book(comp)
    names = {fold(one) for one in (person, *also)}
    mask = Mask(names_of(_all(book)) | _others(book), [person, *also])
    head = book.head()
    main = bool(head and names & {fold(head.record.person), fold(head.record.pseudonym)} - {""})
    found = [one for one in book.entries if _is_about(comp, one, names, main=main)]
    draft: Draft = comp.draft()
    draft.events.append(Touched(what=What.REPORTED, ids=tuple(one.id for one in found)))
    comp.commit(draft)
    records = tuple(_held(comp, one, mask) for one in found)
    exhibits = tuple(one.key for one in book.of(Kind.EXHIBIT, withdrawn=True))
    return PersonReport(case=comp.cid, records=records, masked=mask.count, not_searched=exhibits)


def _is_about(comp: Compartment, one: Entry, names: set[str], *, main: bool) -> bool:
    """Whether any revision of a record mentions the person. Another person's contact stays out: it is that person's alone."""
    if one.kind is Kind.HEAD:
        return main
    if one.kind is Kind.CONTACT:
        return fold(one.record.person) in names
    if main and one.kind is Kind.STATEMENT and not one.record.person:
        return True
    return any(_mentions(dict(_flat("", encode(one.kind, record))), names) for record in revisions_of(comp, one))


def _held(comp: Compartment, one: Entry, mask: Mask) -> Held:
    """A record with its earlier revisions and its custody, third persons masked in all of it."""
    steps = tuple(msgspec.structs.replace(step, words=mask(step.words)) for step in custody(comp, one.id))
    earlier = tuple({name: mask(cell) for name, cell in _flat("", encode(one.kind, record))} for record in revisions_of(comp, one)[:-1])
    return Held(kind=one.kind.value, key=one.key, cells={name: mask(cell) for name, cell in _cells(one).items()}, earlier=earlier, custody=steps)


def _all(book: Book) -> Case:
    """The case with withdrawn records as well, for the names in it."""
    return Case(title="", statements=tuple(one.record for one in book.of(Kind.STATEMENT, withdrawn=True)),
                exhibits=tuple(one.record for one in book.of(Kind.EXHIBIT, withdrawn=True)),
                consents=tuple(one.record for one in book.of(Kind.CONSENT, withdrawn=True)),
                person=head.record.person if (head := book.head()) else "")  # fmt: skip


def _others(book: Book) -> set[str]:
    """Names in records that a case folder does not have."""
    contacts = {one.record.person for one in book.of(Kind.CONTACT)}
    relations = {name for one in book.of(Kind.RELATION) for name in (one.record.person, one.record.other)}
    reviews = {one.record.reviewer for one in book.of(Kind.REVIEW)} | {one.record.judged_by for one in book.of(Kind.VOICE)}
    return {name.strip() for name in contacts | relations | reviews if name.strip()}


def _mentions(cells: dict[str, str], names: set[str]) -> bool:
    whole = fold(" \n ".join(cells.values()))
    return any(name and f" {_spaced(name)} " in f" {_spaced(whole)} " for name in names)


def _spaced(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())
