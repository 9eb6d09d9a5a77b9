"""The one tree of errors. Each is written for the person who reads it; none carries text of a case."""

from collections.abc import Sequence

import msgspec

from habeas.locale import tr


class HabeasError(Exception):
    """Something that the reader can put right. ``exit_code`` is what the command line returns for it."""

    exit_code = 3


class UsageError(HabeasError):
    """The command was called with words that do not fit together."""

    exit_code = 2


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing wrong in one place: where it is and what would be right.

    ``row`` counts as the reader's spreadsheet does (the header is row 1); 0 means the file as a whole.
    ``message`` holds a value only where it is an id, a date or a closed word.
    """

    file: str
    row: int = 0
    column: str = ""
    message: str

    def __str__(self) -> str:
        """``file, row 4, column when: …`` with the parts that apply."""
        where = [self.file] if self.file else []
        if self.row:
            where.append(tr("row {row}", row=self.row))
        if self.column:
            where.append(tr("column {column}", column=self.column))
        return ": ".join((", ".join(where), self.message)) if where else self.message


class BadInput(HabeasError):
    """The input was refused as a whole; every problem found is listed, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep every problem; the message is their list."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def one(cls, file: str, message: str, *, row: int = 0, column: str = "") -> "BadInput":
        """A refusal for a single reason."""
        return cls([Problem(file=file, row=row, column=column, message=message)])
