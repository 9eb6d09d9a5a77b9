"""Turns a foreign PDF into one that can only be looked at: bare vector pages where they are safe, pictures where not."""

from __future__ import annotations

import io
from dataclasses import dataclass

from pikepdf import Pdf

from .findings import Verdict
from .pixels import append_picture
from .preflight import examine
from .rasterise import DPI, pictures
from .skeleton import bare_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanitised:
    """Clean pages for `merge`, the verdict on what they were made from, and which of them (1-based) are pictures."""

    pdf: bytes
    verdict: Verdict
    rasterised: frozenset[int]


def sanitise(pdf: bytes, *, dpi: int = DPI, pictures_only: bool = False) -> Sanitised:
    """Return clean pages for a foreign PDF, one for each of its pages and in their order.

    With `pictures_only` every page becomes a picture: ask for it where something was blacked out, because text may lie
    beneath the black, and where the reader must be protected from the source of the file. Raises `ExhibitRefusedError`
    as `preflight` and `rasterise` do.
    """
    examined = examine(pdf)
    verdict = examined.verdict
    everything = frozenset(range(1, verdict.pages + 1))
    drawn = everything if pictures_only else verdict.rasterise
    if not drawn:
        return Sanitised(pdf=examined.vector, verdict=verdict, rasterised=drawn)
    return Sanitised(pdf=_woven(pdf, examined.vector, verdict.pages, drawn, dpi), verdict=verdict, rasterised=drawn)


def _woven(pdf: bytes, vector: bytes, pages: int, drawn: frozenset[int], dpi: int) -> bytes:
    """Take each page from the pictures or from the vector pages."""
    with Pdf.open(io.BytesIO(vector)) as bare, Pdf.new() as target:
        images = pictures(pdf, sorted(drawn), dpi=dpi)
        for number in range(1, pages + 1):
            if number in drawn:
                append_picture(target, *next(images))
            else:
                target.pages.append(bare.pages[number - 1])
        return bare_bytes(target)
