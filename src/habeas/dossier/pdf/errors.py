"""Why an exhibit, or the whole dossier, could not be turned into pages."""

from __future__ import annotations


class PdfPartError(ValueError):
    """Base of what this package refuses; `code` is a closed word, the message never holds text of a case."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the code beside the message, so that a screen can say it in the reader's language."""
        super().__init__(message)
        self.code = code
        self.message = message


class ExhibitRefusedError(PdfPartError):
    """The exhibit's bytes cannot become pages at all: unreadable, locked, empty or beyond a limit."""


class TypesetError(PdfPartError):
    """Typst could not set the text; what it said is withheld, because it may quote the text."""


class MergeError(PdfPartError):
    """The parts do not fit together: a link without its exhibit, a number used twice, an untagged base."""
