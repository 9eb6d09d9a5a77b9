"""The strips at the top of exhibit pages: which exhibit and page it is, a marking such as DRAFT, the page of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from .fonts import SANS, fallback
from .geometry import BAND, MARGIN
from .typst_run import compile_template
from .visible import plain

_TEMPLATE = "stamps.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """What stands on one strip: its width in points, and the words at its left, middle and right."""

    width: float
    left: str
    middle: str
    right: str


def strips(wanted: Sequence[Strip]) -> bytes:
    """Return a PDF with one page a strip, `BAND` points high, transparent, in their order. Raises `TypesetError`."""
    shown = [asdict(Strip(width=strip.width, left=plain(strip.left), middle=plain(strip.middle), right=plain(strip.right))) for strip in wanted]
    data = {"fonts": fallback(SANS), "height": BAND, "margin": MARGIN, "strips": shown}
    return compile_template(_TEMPLATE, data, standards=("a-2b",), tags=False)
