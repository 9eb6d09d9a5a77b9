"""Makes every character of a text visible: what has no glyph, no width or no place on a page is shown as U+XXXX.

A bidi override turns "released" into something else for the reader's eye, and a zero-width space hides a difference; a
document that is quoted in a dossier must show that they are there.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from .fonts import shows, shows_together

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810))
_BLANK_LETTERS = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0})
_MARK = "\u2039U+{:04X}\u203a"
_RIGHT_TO_LEFT = frozenset({"R", "AL"})


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Shown:
    """A code point that was shown as its number, and how often."""

    code_point: int
    count: int

    @property
    def name(self) -> str:
        """The number as it is printed, such as ``U+4E2D``."""
        return f"U+{self.code_point:04X}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a line: text as it is, or a mark that stands for one code point."""

    text: str
    code_point: int | None = None


def parts(line: str) -> list[Part]:
    """Return a line (without its break) as text and marks."""
    hidden = [must_mark(character) for character in line]
    if not line.isascii():
        _hide_strays(line, hidden)
    found: list[Part] = []
    for is_hidden, pairs in groupby(zip(hidden, line, strict=True), key=itemgetter(0)):
        characters = [character for _, character in pairs]
        if is_hidden:
            found.extend(Part(text=_MARK.format(ord(character)), code_point=ord(character)) for character in characters)
        else:
            found.append(Part(text="".join(characters)))
    return found


def plain(line: str) -> str:
    """Return a line with its marks written in, for a heading or a stamp."""
    return "".join(part.text for part in parts(line))


def tally(found: Iterable[Part]) -> tuple[Shown, ...]:
    """Return each code point that was shown as its number, with its count, in order of the code points."""
    counts = Counter(part.code_point for part in found if part.code_point is not None)
    return tuple(sorted(Shown(code_point=code_point, count=count) for code_point, count in counts.items()))


def _hide_strays(line: str, hidden: list[bool]) -> None:
    """Hide the combining marks on a letter where no one font has the letter and its marks: Typst could not set them."""
    for start, end in _clusters(line):
        seen = [at for at in range(start, end) if not hidden[at]]
        if len(seen) > 1 and not shows_together("".join(line[at] for at in seen)):
            for at in seen:
                hidden[at] = _combines(line[at])


def _clusters(line: str) -> Iterator[tuple[int, int]]:
    """Yield where each letter with combining marks on it begins and ends."""
    start = 0
    for at in range(1, len(line) + 1):
        if at == len(line) or not _combines(line[at]):
            if at - start > 1:
                yield start, at
            start = at


def _combines(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def reads_right_to_left(line: str) -> bool:
    """Whether the first letter with a direction reads from right to left."""
    return next((kind in _RIGHT_TO_LEFT for kind in _directions(line)), False)


def must_mark(character: str) -> bool:
    """Whether a character is shown as its number: it cannot be seen, or no shipped font has it."""
    if " " <= character <= "~":
        return False
    code_point = ord(character)
    if unicodedata.category(character) in _UNSEEN_CATEGORIES or code_point in _BLANK_LETTERS:
        return True
    return any(code_point in block for block in _VARIATION_SELECTORS) or not shows(character)


def _directions(line: str) -> Iterator[str]:
    kinds = (unicodedata.bidirectional(character) for character in line)
    return (kind for kind in kinds if kind in _RIGHT_TO_LEFT or kind == "L")
