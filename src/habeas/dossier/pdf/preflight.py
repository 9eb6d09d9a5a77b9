"""Looks at the bytes of a foreign PDF and says what it is, before anything is done with it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import NoReturn

import pikepdf
from pikepdf import Pdf

from .active import active_content, annotation_reasons
from .errors import ExhibitRefusedError
from .findings import WHOLE_FILE, Reason, Verdict
from .geometry import crops, seen_size, user_unit
from .scrub import ScrubError
from .skeleton import add_vector_page, bare_bytes, rule_breaks

MOST_PAGES = 2000
MOST_BYTES = 512 * 1024 * 1024
_HEADER_WITHIN = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A verdict, and a PDF of the same pages as bare forms (an empty page where one could not be made)."""

    verdict: Verdict
    vector: bytes


def preflight(pdf: bytes) -> Verdict:
    """Say what a PDF's pages are and what is odd about them.

    Raises `ExhibitRefusedError` with the code ``unreadable``, ``encrypted`` (it opens with a password only), ``no_pages``,
    ``too_many_pages`` or ``too_large``.
    """
    return examine(pdf).verdict


def examine(pdf: bytes) -> Examined:
    """Do what `preflight` does, and keep the pages that were made for it. Raises the same."""
    with open_foreign(pdf) as source, Pdf.new() as target:
        reasons = set(_of_file(source))
        sizes = []
        for number, page in enumerate(source.pages, start=1):
            sizes.append(seen_size(page))
            reasons |= _of_page(page, number, target)
        vector = bare_bytes(target)
        if source.get_warnings():
            reasons.add(Reason(page=WHOLE_FILE, code="damaged", detail="repaired"))
    if not any(reason.rasterise and reason.page == WHOLE_FILE for reason in reasons):
        with Pdf.open(io.BytesIO(vector)) as pages:
            reasons |= rule_breaks(pages)
    return Examined(verdict=Verdict(sizes=tuple(sizes), reasons=tuple(sorted(reasons))), vector=vector)


def open_foreign(pdf: bytes) -> Pdf:
    """Open a foreign PDF within the limits on its bytes and pages. Raises as `preflight` does."""
    if len(pdf) > MOST_BYTES:
        _refuse("too_large", f"the PDF has more than {MOST_BYTES} bytes")
    if b"%PDF-" not in pdf[:_HEADER_WITHIN]:
        _refuse("unreadable", "the file does not begin as a PDF does")
    try:
        source = Pdf.open(io.BytesIO(pdf))
        pages = len(source.pages)
    except pikepdf.PasswordError:
        _refuse("encrypted", "the PDF opens with a password only")
    except (pikepdf.PdfError, ValueError, RuntimeError):
        _refuse("unreadable", "the PDF cannot be read, even after repair")
    if pages == 0:
        _refuse("no_pages", "the PDF has no pages")
    if pages > MOST_PAGES:
        _refuse("too_many_pages", f"the PDF has more than {MOST_PAGES} pages")
    return source


def _refuse(code: str, message: str) -> NoReturn:
    raise ExhibitRefusedError(code, message) from None


def _of_file(source: Pdf) -> frozenset[Reason]:
    locked = {Reason(page=WHOLE_FILE, code="owner_password", detail="/Encrypt")} if source.is_encrypted else set()
    try:
        return active_content(source) | locked
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return frozenset({Reason(page=WHOLE_FILE, code="damaged", detail="objects")}) | locked


def _of_page(page: pikepdf.Page, number: int, vector: Pdf) -> set[Reason]:
    reasons: set[Reason] = set(annotation_reasons(page, number))
    if seen_size(page) is None:
        reasons.add(Reason(page=number, code="page_box", detail="/MediaBox"))
    elif crops(page):
        reasons.add(Reason(page=number, code="crop_box", detail="/CropBox"))
    if user_unit(page) not in (None, 1.0):
        reasons.add(Reason(page=number, code="user_unit", detail="/UserUnit"))
    try:
        if add_vector_page(vector, page):
            reasons.add(Reason(page=number, code="invisible_text", detail="Tr 3"))
    except ScrubError as why:
        reasons.add(Reason(page=number, code="content", detail=str(why)))
        vector.add_blank_page(page_size=(72, 72))
    return reasons
