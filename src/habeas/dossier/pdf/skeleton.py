"""The vector path: pages of a foreign PDF as bare form XObjects in a new file, and the check that these are PDF/A-2b.

Only what a page draws is carried over, so scripts, actions, annotations, names and metadata stay behind without being named.
What is carried over must then pass pikepdf's PDF/A validator, which approves only what it knows.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf
from pikepdf import Dictionary, Name, Object, Page, Pdf
from pikepdf.pdfa import Report, check, prepare

from .findings import WHOLE_FILE, Reason
from .geometry import Size, seen_size
from .scrub import ScrubError, scrub

_RULES = {
    "6.2.4": "colour",
    "6.2.3": "colour",
    "6.2.11.4.1": "font_not_embedded",
    "6.2.11": "font",
    "6.2.10": "transparency",
    "6.2.8": "image_coding",
    "6.2.9": "postscript",
    "6.2": "content",
    "6.1.10": "image_coding",
}
"""Clauses of ISO 19005-2, the longest match first, and the code of a finding under it."""

_MOST_CHECKED_ALONE = 60
"""Where a longer file fails, all of it becomes pictures: to check each page alone would copy every font that often."""


def add_vector_page(target: Pdf, source: Page) -> bool:
    """Append a page that draws the source page and nothing else, unturned and in points; return whether text hides in it.

    Raises `ScrubError` when the page's boxes or contents make no sense; the target then has no new page.
    """
    size = seen_size(source)
    if size is None:
        message = "the page's boxes make no sense"
        raise ScrubError(message)
    source.trimbox = source.cropbox  # qpdf cuts a form at the trim box, readers at the crop box
    try:
        form = target.copy_foreign(source.as_form_xobject())
    except (pikepdf.PdfError, ValueError, RuntimeError) as broken:
        message = "the page cannot be copied"
        raise ScrubError(message) from broken
    hidden = scrub(form)
    append_form(target, form, size)
    return hidden


def append_form(target: Pdf, form: Object, size: Size) -> None:
    """Append a page of this size that is filled by the form."""
    page = target.add_blank_page(page_size=(size.width, size.height))
    left, bottom, *_ = displayed_box(form)
    page.obj[Name.Resources] = Dictionary(XObject=Dictionary(P=form))
    page.obj[Name.Contents] = target.make_stream(f"q 1 0 0 1 {-left:.4f} {-bottom:.4f} cm /P Do Q".encode())


def displayed_box(form: Object) -> tuple[float, float, float, float]:
    """Return the rectangle that a form covers in the space of what draws it (its box, turned by its matrix)."""
    x0, y0, x1, y1 = (float(value) for value in form[Name.BBox].as_list())
    a, b, c, d, e, f = (float(value) for value in form.get(Name.Matrix, pikepdf.Array([1, 0, 0, 1, 0, 0])).as_list())
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
    return (
        min(x for x, _ in corners),
        min(y for _, y in corners),
        max(x for x, _ in corners),
        max(y for _, y in corners),
    )


def bare_bytes(pdf: Pdf) -> bytes:
    """Save the file without metadata, names or dates; the same pages always give the same bytes."""
    for key in set(pdf.Root.keys()) - {"/Type", "/Pages"}:
        del pdf.Root[key]
    for key in set(pdf.trailer.keys()) - {"/Root", "/Size"}:
        del pdf.trailer[key]
    out = io.BytesIO()
    pdf.save(
        out,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
    )
    return out.getvalue()


def rule_breaks(pages: Pdf) -> frozenset[Reason]:
    """Return a reason for each rule of PDF/A-2b that a page made by `add_vector_page` breaks (or may break)."""
    if not _codes(pages):
        return frozenset()
    if len(pages.pages) > _MOST_CHECKED_ALONE:
        return frozenset(Reason(page=WHOLE_FILE, code=code, detail=rule) for code, rule in _codes(pages))
    return frozenset(
        Reason(page=number, code=code, detail=rule) for number in range(1, len(pages.pages) + 1) for code, rule in _codes(only(pages, [number]))
    )


def only(pages: Pdf, numbers: Sequence[int]) -> Pdf:
    """Return a new file with the pages of these numbers (1-based)."""
    alone = Pdf.new()
    for number in numbers:
        alone.pages.append(pages.pages[number - 1])
    return alone


def _codes(pages: Pdf) -> frozenset[tuple[str, str]]:
    """Check a copy, because to prepare a file for the check writes the time and a profile into it."""
    out = io.BytesIO()
    pages.save(out)
    with Pdf.open(io.BytesIO(out.getvalue())) as copy:
        prepare(copy, "2b")
        report: Report = check(copy, "2b")
    return frozenset((_code(finding.rule), finding.rule.removeprefix("ISO_19005_2:")) for finding in report.findings)


def _code(rule: str) -> str:
    clause = rule.removeprefix("ISO_19005_2:")
    matching = [prefix for prefix in _RULES if clause.startswith((f"{prefix}.", f"{prefix}-"))]
    return _RULES[max(matching, key=len)] if matching else "other_rule"
