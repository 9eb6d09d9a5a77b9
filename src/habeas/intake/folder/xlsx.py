"""Workbooks: read in a child process (see :mod:`habeas.guard`), written with every cell as text.

Refused, with the cell named: merged cells, formulas, and spreadsheet dates, because a spreadsheet turns ``1977-08`` into a day that
nobody said.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from habeas.domain.errors import BadInput, Problem
from habeas.locale import tr

_MOST_CELLS = 10_000_000
_MOST_TEXT = 32_767


def read(untrusted: bytes) -> bytes:
    """The first sheet as JSON rows of text. Raise ValueError with a JSON list of problems."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(untrusted), data_only=False, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError):
        raise _refused([Problem(file="", message=tr("this is not an XLSX workbook"))]) from None
    sheet = book.worksheets[0]
    if any(cell.value is not None for other in book.worksheets[1:] for row in other.iter_rows() for cell in row):
        raise _refused([Problem(file="", message=tr("more than one sheet holds cells; move everything to the first"))])
    problems = [
        Problem(file="", row=area.min_row, message=tr("cells {area} are merged; give every row its own cell", area=area.coord))
        for area in sheet.merged_cells.ranges
    ]
    if sheet.max_row * sheet.max_column > _MOST_CELLS:
        raise _refused([Problem(file="", message=tr("too many cells for one case"))])
    grid = [[_text(cell, problems) for cell in row] for row in sheet.iter_rows()]
    if problems:
        raise _refused(sorted(problems))
    return msgspec.json.encode(grid)


def _text(cell: Any, problems: list[Problem]) -> str:  # openpyxl has no type for it
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        said = tr("a formula or its error; put the value there as text")
        problems.append(Problem(file="", row=cell.row, column=cell.column_letter, message=said))
        return ""
    if isinstance(value, (date, datetime, time, timedelta)):
        said = tr("a spreadsheet date; format the column as text and write the date as 1977-08-01 or 1977-08")
        problems.append(Problem(file="", row=cell.row, column=cell.column_letter, message=said))
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _refused(problems: Sequence[Problem]) -> ValueError:
    return ValueError(msgspec.json.encode(list(problems)))


def write(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet, every cell text. Raise BadInput where a cell cannot stand in XLSX."""
    book = openpyxl.Workbook()
    sheet = book.active
    if sheet is None:  # pragma: no cover  # a new workbook has a sheet
        raise ValueError
    for number, row in enumerate([header, *rows], 1):
        for column, text in enumerate(row, 1):
            if not text:
                continue
            if ILLEGAL_CHARACTERS_RE.search(text) or any(c in text for c in "\ufffe\uffff") or len(text) > _MOST_TEXT:
                said = tr("XLSX takes no control characters and no cell over {most} characters; write CSV instead", most=_MOST_TEXT)
                raise BadInput.one("statements.xlsx", said, row=number, column=header[column - 1])
            cell = sheet.cell(row=number, column=column)
            try:
                cell.value = text
            except (ValueError, IllegalCharacterError):
                raise BadInput.one(
                    "statements.xlsx", tr("XLSX cannot hold this cell; write CSV instead"), row=number, column=header[column - 1]
                ) from None
            cell.data_type = "s"
            cell.number_format = "@"
            cell.quotePrefix = text[0] in "=+-@'"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        _InMemory(book, archive).save()
    return out.getvalue()


class _InMemory(ExcelWriter):
    """Writes sheets in memory: openpyxl puts every cell of a case into a temporary file, which a kill would leave on the disk."""

    def write_worksheet(self, ws: Any) -> None:  # openpyxl has no type for it
        sheet = io.BytesIO()
        writer = WorksheetWriter(ws, out=sheet)
        writer.write()
        self._archive.writestr(ws.path[1:], sheet.getvalue())  # type: ignore[attr-defined]  # the stubs leave it out
        self.manifest.append(ws)
