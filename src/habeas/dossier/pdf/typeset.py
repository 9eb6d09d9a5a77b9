"""Text exhibits (plain text, Markdown and CSV alike, as plain text) as numbered lines on pages.

A number stands for one line of the sealed file, however often it wraps, so that the locator "line 53" can be found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from typing import Any

from .errors import ExhibitRefusedError
from .fonts import MONO, SANS, fallback
from .typst_run import compile_template
from .visible import Part, Shown, parts, plain, reads_right_to_left, tally

MOST_BYTES = 8 * 1024 * 1024
MOST_LINES = 100_000
_TEMPLATE = "text_exhibit.typ"
_BREAKS = re.compile(r"\r\n|\n|\r")
_TAB = 4
_LONGEST_WORD = 24
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typeset:
    """Clean pages for `merge`, how many lines they number, and the characters that had to be shown as U+XXXX."""

    pdf: bytes
    lines: int
    shown: tuple[Shown, ...]


def typeset(data: bytes, *, header: str, language: str = "en") -> Typeset:
    """Return UTF-8 text as pages with a number at every line; `header` stands at the top of each page.

    `language` is an ISO 639-1 code (``en`` where it has another form). Lines end at CR LF, LF or CR; a tab reaches to the
    next fourth column. Raises `ExhibitRefusedError` (``unreadable``: not UTF-8, ``too_large``) or `TypesetError`.
    """
    text = _decoded(data)
    lines = _BREAKS.split(text)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    if len(lines) > MOST_LINES:
        code, message = "too_large", f"the text has more than {MOST_LINES} lines"
        raise ExhibitRefusedError(code, message)
    cut = [parts(line.expandtabs(_TAB)) for line in lines]
    content: dict[str, Any] = {
        "header": plain(header),
        "language": language if re.fullmatch(r"[a-z]{2,3}", language) else "en",
        "text_fonts": fallback(MONO),
        "label_fonts": fallback(SANS),
        "digits": len(str(len(lines))),
        "lines": [_line(line, found) for line, found in zip(lines, cut, strict=True)],
    }
    pdf = compile_template(_TEMPLATE, content, standards=("a-2b",), tags=False)
    return Typeset(pdf=pdf, lines=len(lines), shown=tally(chain.from_iterable(cut)))


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        code, message = "too_large", f"the text has more than {MOST_BYTES} bytes"
        raise ExhibitRefusedError(code, message)
    try:
        return data.decode("utf-8").removeprefix(_BYTE_ORDER_MARK)
    except UnicodeDecodeError as broken:
        code, message = "unreadable", f"the text is not UTF-8 at byte {broken.start}"
        raise ExhibitRefusedError(code, message) from None


def _line(line: str, found: list[Part]) -> dict[str, Any]:
    return {"rtl": reads_right_to_left(line), "parts": [_part(part) for part in found]}


def _part(part: Part) -> list[Any]:
    """Return the text in pieces, between which a line may wrap where a word is longer than a line could hold."""
    if part.code_point is not None:
        return [True, [part.text]]
    return [False, _breakable(part.text)]


def _breakable(text: str) -> list[str]:
    pieces = [""]
    for word in re.split(r"(?<= )", text):
        if len(word) <= _LONGEST_WORD:
            pieces[-1] += word
        else:
            chunks = [word[start : start + _LONGEST_WORD] for start in range(0, len(word), _LONGEST_WORD)]
            pieces[-1] += chunks[0]
            pieces.extend(chunks[1:])
    return pieces
