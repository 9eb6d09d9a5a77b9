"""A table of statements goes into a case that is open: looked at first, then all of it or nothing."""

from collections.abc import Mapping, Sequence

import msgspec

from habeas.domain.errors import BadInput, Problem
from habeas.domain.statement import Statement
from habeas.intake.folder.columns import PROTECTED, STATEMENTS
from habeas.intake.folder.reading import read_record
from habeas.intake.folder.tables import Rows
from habeas.locale import tr
from habeas.services.casebook import Book, add, next_place
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind, Why


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a table would add: statements, rows that are in the case already (word for word), and what is wrong with others."""

    taken: tuple[Statement, ...]
    duplicates: tuple[str, ...]
    problems: tuple[Problem, ...]
    read: int

    @property
    def refused(self) -> int:
        """Rows that are neither taken nor there already."""
        return self.read - len(self.taken) - len(self.duplicates)


def check_table(book: Book, rows: Rows) -> Checked:
    """Read every row as a statement; nothing is written. Raises BadInput for a table that is none of statements."""
    unknown = [name for name in rows.header if name not in STATEMENTS.names]
    protected = [name for name in unknown if PROTECTED.search(name)]
    if unknown:
        said = tr("a column is not known; the columns are {names}", names=", ".join(STATEMENTS.names))
        if protected:
            said = tr("a column here would hold a protected trait; Habeas keeps none: take it out")
        raise BadInput.one("table", said)
    mine = {one.record.id: one.record for one in book.of(Kind.STATEMENT, withdrawn=True)}
    numbers = {one.record.number for one in book.of(Kind.EXHIBIT)}
    taken: dict[str, Statement] = {}
    duplicates: list[str] = []
    problems: list[Problem] = list(rows.problems)
    rows_of: dict[int, str] = {}
    for row in rows.rows:
        try:
            record: Statement = read_record(STATEMENTS, {name: cell for name, cell in row.cells.items() if cell.strip()})
        except BadInput as bad:
            problems += [msgspec.structs.replace(one, file="table", row=row.number) for one in bad.problems]
            continue
        wrong = _wrong(record, mine, taken, numbers)
        same = mine.get(record.id)
        if same is not None and _unmarked(same) == _unmarked(record):
            duplicates.append(record.id)
        elif wrong:
            problems.append(Problem(file="table", row=row.number, column=wrong[0], message=wrong[1]))
        else:
            rows_of[row.number] = record.id
            taken[record.id] = _unmarked(record)
    problems += _unanchored(mine, taken, {one: row for row, one in rows_of.items()})
    return Checked(taken=tuple(taken.values()), duplicates=tuple(duplicates), problems=tuple(problems), read=len(rows.rows) + rows.unread)


def _unmarked(record: Statement) -> Statement:
    """Whoever made the table does not decide what leaves: a person marks it here."""
    return msgspec.structs.replace(record, disclosable=False)


def _unanchored(mine: Mapping[str, Statement], taken: Mapping[str, Statement], row_of: Mapping[str, int]) -> list[Problem]:
    """Dates that are told by a statement that is not there, or that go in a circle."""
    whole = {**mine, **taken}
    anchor = {key: one.when.relative.anchor for key, one in whole.items() if one.when and one.when.relative}
    found = []
    for key in taken:
        seen, at = {key}, anchor.get(key, "")
        while at and at not in seen:
            if at not in whole:
                said = tr("the date is told by {id}, which is not there", id=at)
                found.append(Problem(file="table", row=row_of.get(key, 0), column="when", message=said))
                break
            seen.add(at)
            at = anchor.get(at, "")
        else:
            if at == key:
                found.append(Problem(file="table", row=row_of.get(key, 0), column="when", message=tr("these relative dates go in a circle")))
    return found


def _wrong(record: Statement, mine: Mapping[str, Statement], taken: Mapping[str, Statement], numbers: set[str]) -> tuple[str, str] | None:
    if record.id in mine or record.id in taken:
        return "id", tr("this {column} is taken", column="id")
    if record.exhibit and record.exhibit not in numbers:
        return "exhibit", tr("exhibit {number} is not in the table of exhibits", number=record.exhibit)
    return None


def take_table(comp: Compartment, book: Book, statements: Sequence[Statement]) -> tuple[str, ...]:
    """Add all of them in one commit; their ids."""
    place = next_place(book.of(Kind.STATEMENT, withdrawn=True))
    draft = comp.draft()
    for at, record in enumerate(statements):
        add(draft, Kind.STATEMENT, record, at=place + at, why=Why.IMPORTED)
    if statements:
        comp.commit(draft)  # one commit, so that it is all or nothing
    return tuple(one.id for one in statements)
