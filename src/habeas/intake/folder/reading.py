"""A case folder into one :class:`Case`: all or nothing, every problem at once, and a sum that adds up.

read = taken + refused + duplicates, for every table. A row that repeats an earlier one word for word is a duplicate: reported, not
taken twice. A row whose id is taken but which says something else is refused.
"""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from habeas.domain.case import Case
from habeas.domain.errors import BadInput, Problem
from habeas.domain.statement import IDENTIFIER_KEYS, Statement
from habeas.intake.folder.columns import PROTECTED, SIDE_TABLES, STATEMENTS, CellError, Table, an_id
from habeas.intake.folder.tables import MOST_BYTES, Row, Rows, decode, read_table
from habeas.locale import tr

ENDINGS = (".csv", ".xlsx", ".jsonl")
_MOST_TOML = 64 << 10
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
PACE_KEYS = ("ground_kmh", "air_kmh", "formalities_minutes")
_TOML_KEYS = frozenset({"title", "pseudonym", "person", "language", "accusation", "identifiers", "notes", "pace"})


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """The sum of one table: ``read == taken + refused + duplicates``."""

    file: str
    read: int
    taken: int
    refused: int
    duplicates: int


class FolderRead(msgspec.Struct, frozen=True, kw_only=True):
    """What a folder held: the case, and the count of each table."""

    case: Case
    counts: tuple[Count, ...]


class _Reading:
    """Gathers records, problems and counts while the tables are read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.counts: list[Count] = []
        self.unread: set[str] = set()
        self.refused: set[tuple[str, str]] = set()
        self.rows_of: dict[tuple[str, str], int] = {}
        self.file_of: dict[str, str] = {}

    def table(self, table: Table) -> tuple[Any, ...]:
        found = [self.folder / (table.stem + ending) for ending in ENDINGS if (self.folder / (table.stem + ending)).exists()]
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            self.problems.append(Problem(file=found[1].name, message=tr("the folder holds {names}; keep one of them", names=names)))
            return ()
        if not found:
            if table is STATEMENTS:
                self.problems.append(Problem(file="statements.csv", message=tr("missing; also looked for .xlsx and .jsonl")))
            return ()
        file = found[0].name
        self.file_of[table.stem] = file
        try:
            rows = read_table(file, read_bytes(found[0], MOST_BYTES))
        except BadInput as bad:
            self.problems += bad.problems
            self.unread.add(table.stem)
            return ()
        self.problems += rows.problems
        if not self._header(file, table, rows.header):
            self.unread.add(table.stem)
            return ()
        return self._records(file, table, rows)

    def _header(self, file: str, table: Table, header: Sequence[str]) -> bool:
        before = len(self.problems)
        for position, name in enumerate(header, 1):
            if PROTECTED.search(name) and name not in table.names:
                said = tr("column {position} would hold a protected trait; Habeas keeps none: take the column out", position=position)
                self.problems.append(Problem(file=file, row=1, message=said))
            elif name not in table.names:
                said = tr("column {position} is not known; the columns are {names}", position=position, names=", ".join(table.names))
                self.problems.append(Problem(file=file, row=1, message=said))
        for column in table.columns:
            if column.required and column.name not in header and not file.endswith(".jsonl"):
                self.problems.append(Problem(file=file, row=1, column=column.name, message=tr("this column is missing")))
        return len(self.problems) == before

    def _records(self, file: str, table: Table, rows: Rows) -> tuple[Any, ...]:
        taken: list[Any] = []
        seen: dict[str, Mapping[str, str]] = {}
        whole: set[tuple[tuple[str, str], ...]] = set()
        refused, duplicates = rows.unread, 0
        for row in rows.rows:
            cells = tuple(sorted((name, cell) for name, cell in row.cells.items() if cell.strip()))
            if cells in whole:
                duplicates += 1
                continue
            whole.add(cells)
            record = self.record(file, table, row)
            key = getattr(record, table.key) if record is not None and table.key else ""
            if record is None:
                refused += 1
                self.refused.add((table.stem, row.cells.get(table.key, "").strip()))
            elif key and key in seen:
                refused += 1
                said = tr("this {column} already stands in row {row} with other content", column=table.key, row=self.rows_of[table.stem, key])
                self.problems.append(Problem(file=file, row=row.number, column=table.key, message=said))
            else:
                taken.append(record)
                if key:
                    seen[key] = row.cells
                    self.rows_of[table.stem, key] = row.number
        self.counts.append(Count(file=file, read=len(rows.rows) + rows.unread, taken=len(taken), refused=refused, duplicates=duplicates))
        return tuple(taken)

    def record(self, file: str, table: Table, row: Row) -> Any:  # the table's record type
        values: dict[str, Any] = {}
        fine = True
        for column in table.columns:
            raw = row.cells.get(column.name, "")
            if not raw.strip():
                if column.required:
                    self.problems.append(Problem(file=file, row=row.number, column=column.name, message=tr("empty, but needed")))
                    fine = False
                values[column.name] = column.empty
                continue
            try:
                values[column.name] = raw if column.read is str else column.read(raw.strip())
            except CellError as error:
                self.problems.append(Problem(file=file, row=row.number, column=column.name, message=str(error)))
                fine = False
        return table.record(**values) if fine else None


def read_bytes(path: Path, most: int) -> bytes:
    """A regular file's bytes; links, devices and files of more than ``most`` bytes are refused."""
    if path.is_symlink() or not path.is_file():
        raise BadInput.one(path.name, tr("not a regular file"))
    try:
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        raise BadInput.one(path.name, tr("cannot be read: {why}", why=os.strerror(error.errno or 0))) from None
    return _kept(path, content, most)


def _kept(path: Path, content: bytes, most: int) -> bytes:
    if len(content) > most:
        size = f"{most >> 20} MiB" if most >> 20 else f"{most >> 10} KiB"
        raise BadInput.one(path.name, tr("larger than {size}", size=size))
    return content


def read_folder(folder: Path) -> FolderRead:
    """Read the whole folder; raise :class:`BadInput` with every problem found, and take nothing then."""
    if not folder.is_dir():
        raise BadInput.one(folder.name, tr("this is not a folder; 'habeas new DIR' makes an empty case folder"))
    if not (folder / "case.toml").exists() and not any((folder / f"statements{e}").exists() for e in ENDINGS):
        raise BadInput.one(folder.name, tr("no case.toml and no statements here; 'habeas new DIR' makes an empty case folder"))
    reading = _Reading(folder)
    head = _head(reading)
    fields: dict[str, Any] = {**head, **{table.stem: reading.table(table) for table in (STATEMENTS, *SIDE_TABLES)}}
    case = Case(**fields)
    _check(reading, case)
    if reading.problems:
        raise BadInput(reading.problems)
    return FolderRead(case=case, counts=tuple(reading.counts))


def _head(reading: _Reading) -> dict[str, Any]:
    path = reading.folder / "case.toml"
    empty: dict[str, Any] = {"title": ""}
    if not path.exists():
        reading.problems.append(Problem(file="case.toml", message=tr('missing; right would be at least: title = "…"')))
        return empty
    try:
        untrusted = tomllib.loads(decode("case.toml", read_bytes(path, _MOST_TOML)))
    except BadInput as bad:
        reading.problems += bad.problems
        return empty
    except (ValueError, RecursionError) as error:
        where = str(error).rpartition("(at ")[2].rstrip(")") if isinstance(error, tomllib.TOMLDecodeError) else "?"
        reading.problems.append(Problem(file="case.toml", message=tr("not TOML ({where})", where=where)))
        return empty
    return _head_fields(reading, untrusted)


def _head_fields(reading: _Reading, untrusted: Mapping[str, Any]) -> dict[str, Any]:
    head: dict[str, Any] = {"title": ""}

    def wrong(key: str, said: str) -> None:
        reading.problems.append(Problem(file="case.toml", column=key, message=said))

    for key, value in untrusted.items():
        said = _unfit(key, value)
        if said:
            wrong(key if key in _TOML_KEYS else "", said)
        elif key in ("identifiers", "pace"):
            head[key] = tuple(value.items())
        else:
            head[key] = tuple(value) if key == "accusation" else value
    if not head["title"].strip() and not any(p.file == "case.toml" for p in reading.problems):
        wrong("title", tr("empty, but needed"))
    return head


def _unfit(key: str, value: object) -> str:  # noqa: PLR0911  # one return a key
    """What is wrong with one entry of case.toml; empty where nothing is."""
    if key not in _TOML_KEYS:
        if PROTECTED.search(key):
            return tr("this key would hold a protected trait; Habeas keeps none: take it out")
        return tr("this key is not known; the keys are {keys}", keys=", ".join(sorted(_TOML_KEYS)))
    if key == "accusation":
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return "" if fits else tr('right would be a list of ids: ["S001", "S002"]')
    if key == "identifiers":
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            return tr('right would be a table of texts: id_number = "…"')
        return tr("the keys are {keys}", keys=", ".join(IDENTIFIER_KEYS)) if set(value) - set(IDENTIFIER_KEYS) else ""
    if key == "pace":
        fits = isinstance(value, dict) and set(value) <= set(PACE_KEYS) and all(_speed(one) for one in value.values())
        return "" if fits else tr("right would be whole numbers from 1 to 5000 under {keys}", keys=", ".join(PACE_KEYS))
    return "" if isinstance(value, str) else tr("right would be a text in quotation marks")


def _speed(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5000  # noqa: PLR2004


def _check(reading: _Reading, case: Case) -> None:
    """What only the tables together can show: references that lead nowhere."""
    if "statements" not in reading.file_of or "statements" in reading.unread:
        return
    ids = {statement.id for statement in case.statements} | {key for stem, key in reading.refused if stem == "statements"}
    clean = not reading.problems
    for one in case.accusation:
        if one not in ids and (clean or _is_id(one)):
            shown = one if _is_id(one) else tr("an id")
            reading.problems.append(Problem(file="case.toml", column="accusation", message=tr("{id} is not among the statements", id=shown)))
    _check_statements(reading, case, ids)
    _check_exhibits(reading, case)
    _check_circles(reading, case)


def _is_id(text: str) -> bool:
    try:
        return bool(an_id(text))
    except CellError:
        return False


def _check_statements(reading: _Reading, case: Case, ids: set[Any]) -> None:
    file = reading.file_of["statements"]
    numbers = {exhibit.number for exhibit in case.exhibits} | {key for stem, key in reading.refused if stem == "exhibits"}
    for statement in case.statements:
        row = reading.rows_of.get(("statements", statement.id), 0)
        if statement.exhibit and numbers and "exhibits" not in reading.unread and statement.exhibit not in numbers:
            said = tr("exhibit {number} is not in the table of exhibits", number=statement.exhibit)
            reading.problems.append(Problem(file=file, row=row, column="exhibit", message=said))
        relative = statement.when.relative if statement.when else None
        if relative and relative.anchor not in ids:
            said = tr("{id} is not among the statements", id=relative.anchor)
            reading.problems.append(Problem(file=file, row=row, column="when", message=said))
        if relative and relative.anchor == statement.id:
            reading.problems.append(Problem(file=file, row=row, column="when", message=tr("a date cannot be told by itself")))


def _check_exhibits(reading: _Reading, case: Case) -> None:
    file = reading.file_of.get("exhibits", "exhibits.csv")
    if (reading.folder / "exhibits").is_symlink():
        reading.problems.append(Problem(file="exhibits", message=tr("a link; the exhibits must lie in the case folder itself")))
        return
    for exhibit in case.exhibits:
        row = reading.rows_of.get(("exhibits", exhibit.number), 0)
        if not exhibit.file:
            continue
        if not bare_name(exhibit.file):
            said = tr("right would be the bare name of a file in exhibits/, without a folder")
            reading.problems.append(Problem(file=file, row=row, column="file", message=said))
        elif not _there(reading.folder / "exhibits" / exhibit.file):
            said = tr("no such file in exhibits/ (leave the cell empty where the item is withheld)")
            reading.problems.append(Problem(file=file, row=row, column="file", message=said))


def _there(path: Path) -> bool:
    try:
        return path.is_file() and not path.is_symlink()
    except OSError:
        return False


def bare_name(name: str) -> bool:
    """Whether a name is that of a file in one folder, without any way out of it."""
    return Path(name).name == name and name not in ("", ".", "..") and not set(name) & set("\\/\0")


def _check_circles(reading: _Reading, case: Case) -> None:
    """A date told by another that is told by the first leads nowhere."""
    anchor: dict[str, str] = {s.id: s.when.relative.anchor for s in case.statements if s.when and s.when.relative}
    for start, first in anchor.items():
        at: str = first
        seen: set[str] = {start}
        while at in anchor and at not in seen:
            seen.add(at)
            at = anchor[at]
        if at == start:
            row = reading.rows_of.get(("statements", start), 0)
            file = reading.file_of["statements"]
            reading.problems.append(Problem(file=file, row=row, column="when", message=tr("these relative dates go in a circle")))


def read_head(text: str) -> dict[str, Any]:
    """The fields of ``case.toml`` as :class:`Case` takes them. Raises BadInput."""
    reading = _Reading(Path())
    try:
        fields = _head_fields(reading, tomllib.loads(text))
    except (ValueError, RecursionError):
        raise BadInput.one("case.toml", tr("not TOML")) from None
    if reading.problems:
        raise BadInput(reading.problems)
    return fields


def read_record(table: Table, cells: Mapping[str, str]) -> Any:  # the table's record type
    """One row of text as its record. Raises BadInput with every cell that cannot be read."""
    reading = _Reading(Path())
    unknown = set(cells) - set(table.names)
    if unknown:
        said = tr("a column is not known; the columns are {names}", names=", ".join(table.names))
        raise BadInput.one(table.stem, said)
    record = reading.record(table.stem, table, Row(0, dict(cells)))
    if reading.problems:
        raise BadInput(reading.problems)
    return record


def record_cells(table: Table, record: Any) -> dict[str, str]:  # the table's record type
    """A record as the cells that hold something, by column: the form in which a vault keeps it."""
    return {name: cell for name, cell in zip(table.names, record_row(table, record), strict=True) if cell}


def statement_row(statement: Statement) -> tuple[str, ...]:
    """A statement as its row of text."""
    return record_row(STATEMENTS, statement)


def record_row(table: Table, record: Any) -> tuple[str, ...]:  # the table's record type
    """A record as its row of text, in the order of the table's columns."""
    cells = []
    for column in table.columns:
        value = getattr(record, column.name)
        try:
            cells.append("" if value == column.empty and not column.required else column.write(value))
        except CellError as error:
            raise BadInput.one(table.stem, str(error), column=column.name) from None
        if _UNWRITABLE.search(cells[-1]):
            raise BadInput.one(table.stem, tr("a NUL or half a character, which no table can hold"), column=column.name)
    return tuple(cells)
