"""Analysis of competing hypotheses as a derived view: each version of the accusation, and its denial, against each statement that is counted.

A cell says whether the statement excludes the hypothesis (surely, or if custody is presumed to have lasted), says the same, or is silent. Rows that
are silent under all hypotheses are left out, the most telling come first. Nothing is weighed here: N and M are the weights.
Source: R. Heuer, Psychology of Intelligence Analysis, 1999, chapter 8.
"""

import enum

import msgspec

from habeas.domain.case import Case
from habeas.examine.belief import Weighing
from habeas.examine.record import Record
from habeas.examine.voices import supports
from habeas.examine.wording import by_gravity, claim_words
from habeas.locale import tr


class Cell(enum.StrEnum):
    """What a statement says of a hypothesis."""

    EXCLUDES = "excludes"
    EXCLUDES_PRESUMED = "excludes_presumed"
    AGREES = "agrees"
    SILENT = "silent"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One statement: its cells in the order of the hypotheses."""

    statement: str
    cells: tuple[Cell, ...]


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """``hypotheses`` in words: the versions of the accusation, then that the first of them is not so."""

    hypotheses: tuple[str, ...]
    rows: tuple[Row, ...]


def matrix(record: Record, case: Case) -> Matrix:
    """The view of one case; empty where nothing of the accusation can be tested."""
    weighing = Weighing(record, case)
    versions = weighing.versions()
    if not versions:
        return Matrix(hypotheses=(), rows=())
    hypotheses = [claim_words(record, by_gravity(record, version)[0]) for version in versions]
    hypotheses.append(tr("it is not so that {claim}", claim=hypotheses[0]))
    rows = []
    for index in weighing.counted(versions[0])[0]:
        cells = [_cell(record, version, index) for version in versions]
        cells.append(Cell.EXCLUDES if cells[0] is Cell.AGREES else Cell.AGREES if cells[0] in _EXCLUDING else Cell.SILENT)
        if set(cells) != {Cell.SILENT}:
            rows.append(Row(statement=record.statements[index].id, cells=tuple(cells)))
    return Matrix(hypotheses=tuple(hypotheses), rows=tuple(sorted(rows, key=_telling)))


_EXCLUDING = (Cell.EXCLUDES, Cell.EXCLUDES_PRESUMED)


def _cell(record: Record, version: tuple[int, ...], index: int) -> Cell:
    if any(record.certain.statements_clash(claim, index) for claim in version):
        return Cell.EXCLUDES
    if any(record.presumed.statements_clash(claim, index) for claim in version):
        return Cell.EXCLUDES_PRESUMED
    agrees = any(supports(record.statements[claim], record.statements[index], record.places) for claim in version)
    return Cell.AGREES if agrees else Cell.SILENT


def _telling(row: Row) -> tuple[int, int, str]:
    """Rows that part the hypotheses most, and most surely, first."""
    return -len(set(row.cells)), min(list(Cell).index(cell) for cell in row.cells), row.statement
