"""Look at a sealed exhibit on the screen, and find the passage that somebody wants to cite. Nothing is written but the line in the log.

What it does not do: change anything; keep what it read.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from habeas.domain.errors import BadInput
from habeas.intake.looking import Seen, draw, look
from habeas.locale import tr
from habeas.services.casebook import Book, Entry, exhibit_of
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind

MOST_SHOWN = 256 << 20
"""Bytes of a file that is shown; a larger one is opened with its own program (``habeas exhibit open``)."""


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Where a quotation stands, and its exact words.

    Pages and lines from 1, characters from 0 (the end is not part of it); ``column``: letters before it in its line.
    """

    page: int
    start: int
    end: int
    line: int
    last_line: int
    column: int
    words: str

    def locator(self, *, paged: bool) -> str:
        """As a statement's locator says it."""
        where = tr("p. {page}", page=self.page) if paged else tr("line {line}", line=self.line)
        if not paged and self.last_line > self.line:
            where = tr("lines {line}-{last}", line=self.line, last=self.last_line)
        before = self.start if paged else self.column
        if not paged and self.last_line > self.line:
            return tr("{where}, from character {start}", where=where, start=before + 1)
        return tr("{where}, characters {start}-{end}", where=where, start=before + 1, end=before + self.end - self.start)


def entry_of(book: Book, number: str) -> Entry:
    """The exhibit of that number, with its bytes here. Raises BadInput."""
    entry = book.find(Kind.EXHIBIT, number)
    exhibit_of(entry)
    return entry


def _bytes(comp: Compartment, entry: Entry) -> bytes:
    if entry.content is None or entry.content.size > MOST_SHOWN:
        raise BadInput.one(entry.key, tr("it is too large to be shown here"))
    return comp.read_content(entry.content)


def seen(comp: Compartment, book: Book, number: str) -> Seen:
    """What an exhibit holds. Raises BadInput."""
    entry = entry_of(book, number)
    return look(_bytes(comp, entry), entry.record.file, number)


def picture_of(comp: Compartment, book: Book, number: str, page: int) -> bytes:
    """A page of an exhibit as PNG. Raises BadInput."""
    entry = entry_of(book, number)
    return draw(_bytes(comp, entry), entry.record.file, page, number)


def passages(texts: Sequence[str], quote: str) -> Iterator[Passage]:
    """Every place in which a quotation stands, whatever its spaces and line breaks; nothing else is forgiven."""
    words = quote.split()
    if not words:
        return
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words))
    for number, text in enumerate(texts, 1):
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Passage(
                page=number, start=found.start(), end=found.end(), line=line, last_line=line + found[0].count("\n"),
                column=found.start() - (text.rfind("\n", 0, found.start()) + 1), words=" ".join(found[0].split())
            )  # fmt: skip


def passage(texts: Sequence[str], quote: str, near: tuple[int, int] | None = None) -> Passage:
    """The one place of a quotation, or the one nearest to (page, character). Raises BadInput where it is not there, or in several places."""
    found = list(passages(texts, quote))
    if not found:
        raise BadInput.one("exhibit", tr("these words do not stand in the exhibit as they are written here"), column="quote")
    if near is not None:
        return min(found, key=lambda one: (abs(one.page - near[0]), abs(one.start - near[1])))
    if len(found) > 1:
        said = tr("these words stand in {count} places; quote some more of them, or select them", count=len(found))
        raise BadInput.one("exhibit", said, column="quote")
    return found[0]


def lines_named(text: str, locator: str) -> tuple[int, int]:
    """Where the lines of a locator such as "line 23" or "lines 3-5" stand; (0, 0) where it names none."""
    named = re.search(r"(?:lines?|строк[аи]|l\.)\s*(\d{1,7})(?:\s*[-–]\s*(\d{1,7}))?", locator, re.IGNORECASE)
    if not named:
        return 0, 0
    lines = text.split("\n")
    first, last = int(named[1]), int(named[2] or named[1])
    start = sum(len(line) + 1 for line in lines[: first - 1])
    return start, start + len("\n".join(lines[first - 1 : last]))


def around(shown: Seen, quote: str, locator: str, letters: int | None = None, page: int = 0) -> list[tuple[str, bool]]:
    """The text of a page in pieces, (text, whether it is the passage): the page that is asked for, or the passage's.

    ``letters``: so many around it.
    """
    if not shown.texts:
        return []
    found = next(passages(shown.texts, quote), None) if quote and not page else None
    number = page or (found.page if found else 1)
    text = shown.texts[number - 1] if shown.kind == "pages" and number <= len(shown.texts) else shown.texts[0]
    here = next(passages([text], quote), None) if quote else None
    start, end = (here.start, here.end) if here else lines_named(text, locator)
    low = 0 if letters is None else max(0, start - letters)
    high = len(text) if letters is None else min(len(text), end + letters)
    before, behind = ("…" if low else "") + text[low:start], text[end:high] + ("…" if high < len(text) else "")
    return [(before, False), (text[start:end], True), (behind, False)] if end > start else [(text[:high] if letters else text, False)]
