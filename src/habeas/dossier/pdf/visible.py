"""Makes every character of a text visible: what has no glyph, no width or no place on a page is shown as ‹U+XXXX›.

A bidi override turns "released" into something else for the reader's eye, and a zero-width space hides a difference; a
document that is quoted in a dossier must show that they are there.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from .fonts import shows

_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0), range(0x180B, 0x1810))
_BLANK_LETTERS = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0})
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
    """A stretch of a line: text as it is, or a mark that stands for one character."""

    text: str
    mark: bool


def parts(line: str) -> list[Part]:
    """Return a line (without its break) as text and marks."""
    found: list[Part] = []
    for hidden, characters in groupby(line, key=must_mark):
        if hidden:
            found.extend(Part(text=f"‹U+{ord(character):04X}›", mark=True) for character in characters)
        else:
            found.append(Part(text="".join(characters), mark=False))
    return found


def plain(line: str) -> str:
    """Return a line with its marks written in, for a heading or a stamp."""
    return "".join(part.text for part in parts(line))


def tally(text: str) -> tuple[Shown, ...]:
    """Return each code point of a text that `parts` marks, with its count, in order of the code points."""
    counts = Counter(character for character in text if character not in "\r\n\t" and must_mark(character))
    return tuple(sorted(Shown(code_point=ord(character), count=count) for character, count in counts.items()))


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
