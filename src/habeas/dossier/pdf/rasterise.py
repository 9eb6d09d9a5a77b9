"""Draws pages of a foreign PDF as pictures with PDFium, so that nothing of it but what is seen goes on.

PDFium's default build has no JavaScript engine; forms and annotations are drawn, because a signature or a stamp may be one.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator

import pikepdf
import pypdfium2
from PIL import Image

from .errors import ExhibitRefusedError
from .geometry import Size, a4, fit, largest, sane
from .pixels import append_picture
from .skeleton import bare_bytes

DPI = 200
MOST_PIXELS = 16_000_000
_LONGEST_SIDE = 8000
_POINTS_AN_INCH = 72.0


def rasterise(pdf: bytes, *, dpi: int = DPI) -> bytes:
    """Return a PDF whose pages are pictures of the pages of this one, at up to `dpi` and 16 million pixels a page.

    The same bytes and the same PDFium and Pillow give the same result. Raises `ExhibitRefusedError` (``unreadable``,
    ``encrypted``) when PDFium cannot open the file, or cannot draw one of its pages.
    """
    target = pikepdf.Pdf.new()
    for picture, size in pictures(pdf, None, dpi=dpi):
        append_picture(target, picture, size)
    return bare_bytes(target)


def pictures(pdf: bytes, numbers: Iterable[int] | None, *, dpi: int = DPI) -> Iterator[tuple[Image.Image, Size]]:
    """Yield an RGB picture and a size in points for each page of these numbers (1-based; None: all of them).

    Raises as `rasterise` does.
    """
    document = _open(pdf)
    try:
        chosen = range(1, len(document) + 1) if numbers is None else numbers
        for number in chosen:
            yield _draw(document, number, dpi)
    finally:
        document.close()


def _open(pdf: bytes) -> pypdfium2.PdfDocument:
    for read in (bytes, _repaired):
        try:
            document = pypdfium2.PdfDocument(read(pdf))
            document.init_forms()
        except (pypdfium2.PdfiumError, pikepdf.PdfError, ValueError):
            continue
        if len(document):
            return document
    code, message = "unreadable", "the PDF cannot be drawn, even after repair"
    raise ExhibitRefusedError(code, message)


def _repaired(pdf: bytes) -> bytes:
    """Let qpdf rebuild what PDFium does not open; it may find pages where the index is broken."""
    out = io.BytesIO()
    with pikepdf.Pdf.open(io.BytesIO(pdf)) as source:
        source.save(out)
    return out.getvalue()


def _draw(document: pypdfium2.PdfDocument, number: int, dpi: int) -> tuple[Image.Image, Size]:
    try:
        page = document[number - 1]
        if not sane(*page.get_size()):
            page = _on_a4(document, page, number)
        wide, high = page.get_size()
        seen = Size(width=wide, height=high)
        bitmap = page.render(scale=_scale(seen, dpi), rev_byteorder=True, draw_annots=True, may_draw_forms=True)
        picture = bitmap.to_pil().convert("RGB")
        page.close()
    except (pypdfium2.PdfiumError, ValueError, IndexError, MemoryError) as broken:
        code, message = "unreadable", f"page {number} cannot be drawn"
        raise ExhibitRefusedError(code, message) from broken
    return picture, fit(seen, largest(landscape=seen.landscape))


def _on_a4(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, number: int) -> pypdfium2.PdfPage:
    """Give a page whose boxes make no sense the box of A4, and load it anew: PDFium reads the boxes only then."""
    paper = a4(landscape=False)
    page.set_mediabox(0, 0, paper.width, paper.height)
    page.set_cropbox(0, 0, paper.width, paper.height)
    page.close()
    return document[number - 1]


def _scale(seen: Size, dpi: int) -> float:
    """Return pixels a point: what the resolution asks for, less where the page would become too many pixels."""
    by_area = math.sqrt(MOST_PIXELS / (seen.width * seen.height))
    by_side = _LONGEST_SIDE / max(seen.width, seen.height)
    return min(dpi / _POINTS_AN_INCH, by_area, by_side)
