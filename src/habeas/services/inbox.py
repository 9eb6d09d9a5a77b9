"""The inbox: files that have no case yet, sealed at once in a compartment of their own, and filed into a case when somebody knows which.

Filing seals the bytes in the case and withdraws them here; nothing is destroyed. What it does not do: guess the case.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from habeas.domain.case import Exhibit
from habeas.domain.errors import BadInput
from habeas.locale import tr
from habeas.services.casebook import Book, Entry, read_book
from habeas.services.cases import new_case
from habeas.services.changing import Step, steps, withdraw
from habeas.services.exhibits import Outcome, seal_streams
from habeas.vault.compartment import Compartment
from habeas.vault.events import Because, Kind
from habeas.vault.vault import Vault


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one file of the inbox: the case, and its outcome there."""

    number: str
    outcome: Outcome


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """What became of each, and what can be taken back: in the inbox first, so that a file is never in neither."""

    files: tuple[Filed, ...]
    steps: Mapping[str, tuple[Step, ...]]


def inbox_id(vault: Vault, review_on: date) -> str:
    """The compartment of the inbox; made when it is first needed."""
    if not vault.has_case(vault.settings.inbox):
        vault.settings.inbox = new_case(vault, tr("Inbox"), review_on)
        vault.save()
    return vault.settings.inbox


def unfiled(book: Book) -> tuple[Entry, ...]:
    """Files that have no case yet."""
    return book.of(Kind.EXHIBIT)


def take_in(vault: Vault, files: Iterable[tuple[str, Iterable[bytes]]], review_on: date) -> list[Outcome]:
    """Seal files that have no case yet."""
    with vault.case(inbox_id(vault, review_on)) as comp:
        return seal_streams(comp, files, Exhibit(number=""))


def file_into(vault: Vault, numbers: Iterable[str], cid: str) -> Filing:
    """Seal files of the inbox in a case, then withdraw them here. Raises BadInput for what is not there, NoSuchCaseError for the case."""
    box = vault.settings.inbox
    if cid == box:
        raise BadInput.one("inbox", tr("choose a case"))
    with vault.case(cid) as comp, vault.case(box) as inbox:
        book = read_book(inbox)
        entries = [book.find(Kind.EXHIBIT, number) for number in numbers]
        done = tuple(Filed(number=entry.key, outcome=_filed(comp, inbox, entry)) for entry in entries)
        there = tuple(
            entry.id for entry, one in zip(entries, done, strict=True) if one.outcome.outcome in ("sealed", "duplicate") and not one.outcome.why
        )
        if there:
            withdraw(inbox, Kind.EXHIBIT, there, Because.DUPLICATE, tr("filed into {cid}", cid=cid))
        filed = read_book(comp)
        made = [filed.find(Kind.EXHIBIT, one.outcome.number).id for one in done if one.outcome.outcome == "sealed"]
        return Filing(files=done, steps={box: steps(read_book(inbox), there), cid: steps(filed, made)})


def _filed(comp: Compartment, inbox: Compartment, entry: Entry) -> Outcome:
    if entry.content is None:
        raise BadInput.one(entry.key, tr("this exhibit has no file"))
    name = entry.record.file.partition("-")[2] or entry.record.file or entry.key
    details = msgspec.structs.replace(entry.record, number="", file="")
    return seal_streams(comp, [(name, inbox.stream_content(entry.content))], details)[0]
