"""Rows of text out of CSV, JSONL and XLSX, and back. Knows nothing of what the columns mean.

Reading: UTF-8 (a byte-order mark is accepted), ``,`` or ``;``; one leading ``'`` is taken off a cell that would else be a formula, and
put back on writing. XLSX is read in a child process. Everything refused is a :class:`habeas.domain.errors.Problem`.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from habeas.domain.errors import BadInput, Problem
from habeas.guard import ChildFailed, run_in_child
from habeas.locale import tr

MOST_BYTES = 64 << 20
"""A table larger than this is no case of one client; it is refused before it is read."""
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_CELL = 1 << 20
"""Characters in one cell."""

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


class Row(msgspec.Struct, frozen=True):
    """``number`` counts as a spreadsheet does: the header is row 1 (JSONL: the line). Cells by header name."""

    number: int
    cells: Mapping[str, str]


class Rows(msgspec.Struct, frozen=True):
    """A table as text: its header in order, its rows, and what was wrong with single rows. Empty rows are not rows."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    unread: int = 0
    """Rows that are not among ``rows`` because of a problem."""


def neutralise(cell: str) -> str:
    """A cell that no spreadsheet will run: ``'`` before what would be a formula (or would lose a ``'`` on the way back)."""
    return "'" + cell if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """The inverse of :func:`neutralise`."""
    return cell[1:] if _GUARDED.match(cell) else cell


def read_table(file: str, untrusted: bytes) -> Rows:
    """Read one table by its ending; raise :class:`BadInput` with every problem found."""
    if len(untrusted) > MOST_BYTES:
        size, most = len(untrusted) >> 20, MOST_BYTES >> 20
        raise BadInput.one(file, tr("{size} MiB; a table of one case has at most {most} MiB", size=size, most=most))
    if file.endswith(".xlsx"):
        return _read_xlsx(file, untrusted)
    text = decode(file, untrusted)
    return _read_jsonl(file, text) if file.endswith(".jsonl") else _read_csv(file, text)


def decode(file: str, untrusted: bytes) -> str:
    """UTF-8 text, or a refusal that says which encoding it looks like and in which row."""
    if untrusted.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput.one(file, tr("this is UTF-16; save it as UTF-8"))
    try:
        text = untrusted.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = untrusted.count(b"\n", 0, error.start) + 1
        raise BadInput.one(file, _encoding_advice(untrusted), row=row) from None
    if "\0" in text:
        raise BadInput.one(file, tr("a NUL character; this is not a text table"), row=text.count("\n", 0, text.index("\0")) + 1)
    return text


def _encoding_advice(untrusted: bytes) -> str:
    """Cyrillic letters of Windows-1251 lie in 0xC0 to 0xFF; in Western text such bytes are rare and alone."""
    head = untrusted[:200_000]
    letters = sum(1 for byte in head if byte >= 0xC0)  # noqa: PLR2004
    in_words = sum(map(len, re.findall(rb"[\xc0-\xff]{3,}", head)))
    guess = "Windows-1251" if letters and in_words * 2 > letters else "Windows-1252"
    return tr("not UTF-8; it looks like {guess}. Save it as UTF-8", guess=guess)


def _read_csv(file: str, text: str) -> Rows:
    first = text.split("\n", 1)[0]
    if not first.strip():
        raise BadInput.one(file, tr("the first row is empty; it must name the columns"), row=1)
    delimiter = ";" if first.count(";") > first.count(",") else ","
    if first.count("\t") > first.count(delimiter):
        raise BadInput.one(file, tr("columns are separated by tabs; right would be ',' or ';'"), row=1)
    csv.field_size_limit(MOST_CELL)
    grid: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    problems: list[Problem] = []
    try:
        for cells in reader:
            grid.append(cells)
            if len(grid) > MOST_ROWS:
                raise BadInput.one(file, tr("more than {most} rows", most=MOST_ROWS))
    except csv.Error:
        said = tr("a quotation mark is not closed, has text after it, or a cell is longer than {most} characters", most=MOST_CELL)
        problems.append(Problem(file=file, row=len(grid) + 1, message=said))
    return _rows(file, grid, problems)


def _rows(file: str, grid: Sequence[Sequence[str]], problems: list[Problem]) -> Rows:
    """Header and rows of a grid; rows that do not fit the header are problems."""
    if not grid:
        raise BadInput(problems) if problems else BadInput.one(file, tr("the first row is empty; it must name the columns"), row=1)
    header = _header(file, grid[0])
    rows: list[Row] = []
    unread = len(problems)
    for number, cells in enumerate(grid[1:], 2):
        if any(cell.strip() for cell in cells):
            row = _row(file, number, header, cells, problems)
            if row is None:
                unread += 1
            else:
                rows.append(row)
    return Rows(header, tuple(rows), tuple(problems), unread)


def _header(file: str, cells: Sequence[str]) -> tuple[str, ...]:
    last = max((at for at, cell in enumerate(cells) if cell.strip()), default=-1)
    if last >= MOST_COLUMNS:
        raise BadInput.one(file, tr("more than {most} columns", most=MOST_COLUMNS), row=1)
    names = tuple(cell.strip() for cell in cells[: last + 1])
    if "" in names or len(set(names)) < len(names):
        raise BadInput.one(file, tr("every column needs a name of its own"), row=1)
    return names


def _row(file: str, number: int, header: tuple[str, ...], cells: Sequence[str], problems: list[Problem]) -> Row | None:
    filled = max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
    ragged = file.endswith(".xlsx")
    if filled > len(header) or (len(cells) < len(header) and not ragged):
        said = tr(
            "{found} cells where the header has {wanted}; is a ',' or ';' inside a cell not quoted?",
            found=max(filled, len(cells) if len(cells) < len(header) else filled),
            wanted=len(header),
        )
        problems.append(Problem(file=file, row=number, message=said))
        return None
    return Row(number, {name: restore(cell) if not ragged else cell for name, cell in zip(header, cells, strict=False)})


def _read_jsonl(file: str, text: str) -> Rows:
    problems: list[Problem] = []
    rows: list[Row] = []
    header: dict[str, None] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            pairs: list[tuple[str, Any]] = json.loads(line, object_pairs_hook=list)
            found = _json_object(pairs)
        except (ValueError, RecursionError):
            said = tr("not one JSON object on one line, with text values and each key once")
            problems.append(Problem(file=file, row=number, message=said))
            continue
        header |= dict.fromkeys(found)
        rows.append(Row(number, found))
    if len(header) > MOST_COLUMNS:
        raise BadInput.one(file, tr("more than {most} columns", most=MOST_COLUMNS))
    return Rows(tuple(header), tuple(rows), tuple(problems), len(problems))


def _json_object(pairs: object) -> dict[str, str]:
    """The cells of one line; raise ValueError for anything but an object of plain values with distinct keys."""
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise ValueError
    found = {name: _json_text(value) for name, value in pairs}
    if len(found) < len(pairs):
        raise ValueError
    return found


def _json_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    if value is None:
        return ""
    if isinstance(value, (str, int)):
        text = str(value)
        if "\0" in text or any(0xD800 <= ord(c) <= 0xDFFF for c in text):  # noqa: PLR2004  # lone surrogates
            raise ValueError
        return text
    raise ValueError


def _told(untrusted: bytes) -> list[Problem]:
    """The problems that the child told."""
    try:
        return msgspec.json.decode(untrusted, type=list[Problem])
    except msgspec.DecodeError:
        return [Problem(file="", message=tr("this workbook could not be read"))]


def _read_xlsx(file: str, untrusted: bytes) -> Rows:
    try:
        answer = run_in_child("habeas.intake.folder.xlsx:read", untrusted, seconds=120, megabytes=2048)
    except ChildFailed as failed:
        if failed.why == "refused":
            said = _told(failed.said)
            raise BadInput([msgspec.structs.replace(one, file=file) for one in said]) from None
        raise BadInput.one(file, tr("this workbook could not be read ({why})", why=failed.why)) from None
    return _rows(file, msgspec.json.decode(answer, type=list[list[str]]), [])


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 in UTF-8: commas, lines ended by CR LF; formula cells neutralised."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def write_jsonl(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """One object a line; empty cells are left out."""
    return b"".join(_lines(header, rows))


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    for row in rows:
        yield msgspec.json.encode({name: cell for name, cell in zip(header, row, strict=True) if cell}) + b"\n"
