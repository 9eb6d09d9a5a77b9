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

from habeas.domain.errors import Problem
from habeas.locale import tr

_MOST_CELLS = 10_000_000


def read(untrusted: bytes) -> bytes:
    """The first sheet as JSON rows of text. Raise ValueError with a JSON list of problems."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(untrusted), data_only=False, keep_links=False)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError):
        raise _refused([Problem(file="", message=tr("this is not an XLSX workbook"))]) from None
    sheet = book.worksheets[0]
    problems = [
        Problem(file="", row=area.min_row, message=tr("cells {area} are merged; give every row its own cell", area=area.coord))
        for area in sheet.merged_cells.ranges
    ]
    if sheet.max_row * sheet.max_column > _MOST_CELLS:
        raise _refused([Problem(file="", message=tr("too many cells for one case"))])
    header = [str(cell.value or "") for cell in next(iter(sheet.iter_rows()), ())]
    grid: list[list[str]] = []
    for row in sheet.iter_rows():
        cells = []
        for at, cell in enumerate(row):
            name = header[at] if at < len(header) and grid else ""
            cells.append(_text(cell, name, problems))
        grid.append(cells)
    if problems:
        raise _refused(problems)
    return msgspec.json.encode(grid)


def _text(cell: Any, column: str, problems: list[Problem]) -> str:  # openpyxl has no type for it
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        problems.append(Problem(file="", row=cell.row, column=column, message=tr("a formula; put the value there as text")))
        return ""
    if isinstance(value, (date, datetime, time, timedelta)):
        said = tr("a spreadsheet date; format the column as text and write the date as 1977-08-01 or 1977-08")
        problems.append(Problem(file="", row=cell.row, column=column, message=said))
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _refused(problems: Sequence[Problem]) -> ValueError:
    return ValueError(msgspec.json.encode(list(problems)))


def write(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet, every cell text. Raise ValueError where a cell holds a control character that XLSX cannot."""
    book = openpyxl.Workbook()
    sheet = book.active
    if sheet is None:  # pragma: no cover  # a new workbook has a sheet
        raise ValueError
    for number, row in enumerate([header, *rows], 1):
        for column, text in enumerate(row, 1):
            if not text:
                continue
            if ILLEGAL_CHARACTERS_RE.search(text):
                raise ValueError(number)
            cell = sheet.cell(row=number, column=column)
            cell.value = text
            cell.data_type = "s"
            cell.number_format = "@"
            cell.quotePrefix = text[0] in "=+-@'"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
