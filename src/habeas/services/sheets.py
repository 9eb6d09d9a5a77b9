"""A spreadsheet with one row a client becomes cases: columns are mapped, the rest is kept as a note, the original is sealed in each case.

Nothing is guessed: a column goes where the person puts it, into a note, or nowhere. Columns that would hold a protected trait are dropped, and said.
All or nothing: with one bad row no case is made. What it does not do: find out whether two rows are one person.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import msgspec

from habeas.domain.case import Case, Exhibit
from habeas.domain.errors import BadInput, Problem
from habeas.domain.work import Contact, Note, Task
from habeas.intake.folder.columns import PROTECTED
from habeas.intake.folder.tables import Rows, read_table, write_csv
from habeas.intake.typed_dates import read_typed
from habeas.locale import tr
from habeas.services.casebook import add, read_book, revise
from habeas.services.cases import discard, new_case
from habeas.services.exhibits import seal_streams
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind, Why
from habeas.vault.vault import Vault

Progress = Callable[[str, int, int], None]
TITLE, PERSON, PSEUDONYM, LANGUAGE = "title", "person", "pseudonym", "language"
NOTE, DROP = "note", "drop"
CHANNEL, ADDRESS, SAFE_HOURS, WHO_ELSE = "channel", "address", "safe_hours", "who_else_reads"
TASK, DUE = "task", "due_on"
TARGETS = (NOTE, DROP, TITLE, PERSON, PSEUDONYM, LANGUAGE, CHANNEL, ADDRESS, SAFE_HOURS, WHO_ELSE, TASK, DUE)
MOST_CASES = 2_000
"""Rows of one spreadsheet."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One row as the case that it would become."""

    row: int
    title: str
    person: str = ""
    pseudonym: str = ""
    language: str = ""
    note: str = ""
    contact: Contact | None = None
    tasks: tuple[Task, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a mapping would make: cases, rows that cannot be taken, columns that are dropped because of what they would hold."""

    cases: tuple[Planned, ...]
    problems: tuple[Problem, ...]
    dropped: tuple[str, ...]


def read_sheet(name: str, untrusted: bytes) -> Rows:
    """The rows of a spreadsheet (.csv, .xlsx or .jsonl). Raises BadInput."""
    file = f"table.{name.rsplit('.', 1)[-1].lower()}" if "." in name else "table.csv"
    if not file.endswith((".csv", ".xlsx", ".jsonl")):
        raise BadInput.one("table", tr("a table as .csv, .xlsx or .jsonl is wanted"))
    rows = read_table(file, untrusted)
    if rows.problems:
        raise BadInput(rows.problems)
    if not rows.rows:
        raise BadInput.one("table", tr("there is no row below the heading"))
    if len(rows.rows) > MOST_CASES:
        raise BadInput.one("table", tr("more than {most} rows; split the table", most=MOST_CASES))
    return rows


def protected_columns(rows: Rows) -> tuple[str, ...]:
    """Columns that are dropped at the door, whatever they are mapped to (GDPR, article 9)."""
    return tuple(name for name in rows.header if PROTECTED.search(name))


def plan(rows: Rows, mapping: Mapping[str, str]) -> Plan:
    """What a mapping (column → one of :data:`TARGETS`) would make; nothing is written. Raises BadInput where no column gives a title."""
    dropped = protected_columns(rows)
    used = {column: target for column, target in mapping.items() if column in rows.header and column not in dropped}
    if not {TITLE, PERSON, PSEUDONYM} & set(used.values()):
        raise BadInput.one("table", tr("one column has to give the title, the pseudonym or the person"))
    cases, problems = [], []
    for row in rows.rows:
        made, wrong = _planned(row.number, row.cells, used, rows.header)
        problems += wrong
        if made is not None:
            cases.append(made)
    return Plan(cases=tuple(cases), problems=tuple(problems), dropped=dropped)


def _planned(
    number: int, cells: Mapping[str, str], used: Mapping[str, str], header: Sequence[str]
) -> tuple[Planned | None, list[Problem]]:  # fmt: skip
    def of(target: str) -> str:
        return "; ".join(cells[column].strip() for column in header if used.get(column) == target and cells.get(column, "").strip())

    problems: list[Problem] = []
    due = ""
    if of(DUE):
        typed = read_typed(of(DUE))
        days = [one.edtf for one in typed.readings if _is_day(one.edtf)]
        if len(days) == 1 and len(typed.readings) == 1:
            due = days[0]
        else:
            column = next(column for column in header if used.get(column) == DUE)
            said = tr("a day is wanted that can be read in one way only, such as 5 January 2027 or 2027-01-05")
            problems.append(Problem(file="table", row=number, column=column, message=said))
    title = of(TITLE) or of(PSEUDONYM) or (tr("Row {number}", number=number) if of(PERSON) else "")
    if not title:
        problems.append(Problem(file="table", row=number, message=tr("no title, pseudonym or person in this row")))
    if problems:
        return None, problems
    kept = [f"{column}: {cells[column].strip()}" for column in header if used.get(column) == NOTE and cells.get(column, "").strip()]
    contact = (
        Contact(
            person=of(PERSON) or of(PSEUDONYM) or title,
            channel=of(CHANNEL),
            address=of(ADDRESS),
            safe_hours=of(SAFE_HOURS),
            who_else_reads=of(WHO_ELSE),
        )
        if any(of(name) for name in (CHANNEL, ADDRESS, SAFE_HOURS, WHO_ELSE))
        else None
    )
    tasks = (Task(title=of(TASK) or tr("Due, by the table"), due_on=due),) if of(TASK) or due else ()
    return Planned(
        row=number, title=title, person=of(PERSON), pseudonym=of(PSEUDONYM), language=of(LANGUAGE), note="\n".join(kept), contact=contact, tasks=tasks
    ), []  # fmt: skip


def _is_day(edtf: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(date.fromisoformat(edtf))
    return False


def kept_table(rows: Rows, original: tuple[str, bytes]) -> tuple[str, bytes]:
    """What is sealed of a table: the file itself, or, where it has columns that Habeas does not keep, its other columns as CSV."""
    dropped = set(protected_columns(rows))
    if not dropped:
        return original
    names = [name for name in rows.header if name not in dropped]
    return "table.csv", write_csv(names, [[row.cells.get(name, "") for name in names] for row in rows.rows])


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The cases that were made, by row."""

    cids: tuple[str, ...]


def make_cases(
    vault: Vault, made: Plan, original: tuple[str, bytes], review_on: date, progress: Progress = lambda *_: None, *, seal_original: bool = True
) -> Made:
    """All cases of a plan, or none. ``original``: (name, bytes) of the spreadsheet: sealed in a case of its own, since it names every client.

    Raises BadInput where a row cannot be taken.
    """
    if made.problems:
        raise BadInput(made.problems)
    done: list[str] = []
    try:
        for number, one in enumerate(made.cases):
            progress(tr("Making cases"), number, len(made.cases))
            cid = new_case(vault, one.title, review_on)
            done.append(cid)
            _fill(vault, cid, one)
        if seal_original:
            cid = new_case(vault, tr("Table that cases were made from"), review_on)
            done.append(cid)
            with vault.case(cid) as comp:
                made_of = tr("table with one row a client, without columns that are not kept") if made.dropped else tr("table with one row a client")
                _seal_table(comp, original, made_of)
    except BaseException:
        for cid in done:
            discard(vault, cid)
        raise
    progress(tr("Making cases"), len(made.cases), len(made.cases))
    return Made(cids=tuple(done))


def _seal_table(comp: Compartment, original: tuple[str, bytes], made_of: str) -> None:
    outcome = seal_streams(comp, [(original[0], [original[1]])], Exhibit(number="", method=made_of))[0]
    if outcome.outcome != "sealed":
        raise BadInput.one("table", tr("the table itself could not be sealed; nothing was made"))


def _fill(vault: Vault, cid: str, one: Planned) -> None:
    with vault.case(cid) as comp:
        head = read_book(comp).head()
        draft = comp.draft()
        record = Case(title=one.title, person=one.person, pseudonym=one.pseudonym, language=one.language)
        if head is not None:
            revise(draft, head, record, Why.IMPORTED)
        for kind, entry in ((Kind.NOTE, Note(text=one.note) if one.note else None), (Kind.CONTACT, one.contact)):
            if entry is not None:
                add(draft, kind, entry, at=0, why=Why.IMPORTED)
        for at, task in enumerate(one.tasks):
            add(draft, Kind.TASK, task, at=at, why=Why.IMPORTED)
        comp.commit(draft)
