"""One file of the authored part and every exhibit: stamped, numbered through, linked, bookmarked, PDF/A-2b.

The number printed on a page is always its place in the file, so that "page 84" means one thing on paper and on a screen.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pikepdf
from pikepdf import Dictionary, Name, Object, OutlineItem, Page, Pdf

from .claims import claim
from .errors import MergeError
from .geometry import BAND, Placement, place, seen_size
from .links import rewrite_links
from .scrub import ScrubError, scrub
from .skeleton import displayed_box
from .stamps import Strip, strips
from .structure import FIGURE_MARK, Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitPages:
    """An exhibit to append: its number and title, and clean pages from `sanitise`, `image_pages` or `typeset`."""

    number: str
    title: str
    pdf: bytes
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words on exhibit pages, in the recipient's language; in braces: number, title, page and pages (of the exhibit)."""

    stamp: str = "Exhibit {number}, p. {page} of {pages}"
    alt: str = "Exhibit {number}, page {page} of {pages}: {title}"
    link: str = "Exhibit {number}, page {page} of {pages}: {title}"
    bookmark: str = "Exhibit {number}: {title}"
    group: str = "Exhibits"
    marking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The whole file, how many pages it has, and the page (1-based) on which each exhibit begins."""

    pdf: bytes
    pages: int
    first_pages: Mapping[str, int]


@dataclass(slots=True)
class _Sheet:
    exhibit: ExhibitPages
    page: int
    pages: int
    form: Object
    where: Placement

    def words(self, pattern: str) -> str:
        return pattern.format(number=self.exhibit.number, title=self.exhibit.title, page=self.page, pages=self.pages)


@dataclass(slots=True)
class _Work:
    pdf: Pdf
    wording: Wording
    sheets: list[_Sheet] = field(default_factory=list)
    pages: dict[str, list[Page]] = field(default_factory=dict)


def first_pages(authored_pages: int, lengths: Mapping[str, int]) -> dict[str, int]:
    """Return the page (1-based) on which each exhibit will begin, from the exhibits' page counts in their order.

    The authored part needs it to print "Exhibit 7, at page 84", and its own length does not depend on it: set it twice.
    """
    begins, at = {}, authored_pages + 1
    for number, length in lengths.items():
        begins[number] = at
        at += length
    return begins


def merge(authored: bytes, exhibits: Sequence[ExhibitPages], *, wording: Wording | None = None) -> Merged:
    """Append the exhibits to the authored part (tagged, made by Typst) and return the whole; no clock, no chance.

    Without exhibits the authored part comes back as it is, with its own claims. Raises `MergeError` (``untagged``,
    ``unreadable``, ``same_number``, ``dangling_link``) or `TypesetError`.
    """
    _refuse_same_numbers(exhibits)
    with _opened(authored) as pdf:
        if not exhibits:
            return Merged(pdf=authored, pages=len(pdf.pages), first_pages={})
        begins = len(pdf.pages) + 1
        work = _Work(pdf=pdf, wording=wording or Wording())
        for exhibit in exhibits:
            _take_in(work, exhibit)
        _lay_out(work)
        lengths = {number: len(pages) for number, pages in work.pages.items()}
        rewrite_links(pdf, work.pages, lambda number, page: _described(work, number, page))
        _bookmark(work, exhibits)
        pdf.Root[Name.PageLabels] = Dictionary(Nums=[0, Dictionary(S=Name.D)])
        claim(pdf, _digest(authored, exhibits, work.wording))
        return Merged(pdf=_saved(pdf), pages=len(pdf.pages), first_pages=first_pages(begins - 1, lengths))


def _refuse_same_numbers(exhibits: Sequence[ExhibitPages]) -> None:
    if len({exhibit.number for exhibit in exhibits}) != len(exhibits):
        code, message = "same_number", "two exhibits have the same number"
        raise MergeError(code, message)


def _opened(data: bytes) -> Pdf:
    try:
        return Pdf.open(io.BytesIO(data))
    except (pikepdf.PdfError, ValueError) as broken:
        code, message = "unreadable", "a part of the dossier is not a readable PDF"
        raise MergeError(code, message) from broken


def _take_in(work: _Work, exhibit: ExhibitPages) -> None:
    """Copy an exhibit's pages into the file as forms, without anything that is not drawn."""
    with _opened(exhibit.pdf) as source:
        count = len(source.pages)
        for number, page in enumerate(source.pages, start=1):
            size = seen_size(page)
            try:
                form = work.pdf.copy_foreign(page.as_form_xobject())
                scrub(form)
            except (ScrubError, pikepdf.PdfError) as broken:
                code, message = "unreadable", "an exhibit page is not clean: make it with sanitise"
                raise MergeError(code, message) from broken
            if size is None:
                code, message = "unreadable", "an exhibit page has boxes that make no sense"
                raise MergeError(code, message)
            work.sheets.append(_Sheet(exhibit, number, count, form, place(size)))


def _lay_out(work: _Work) -> None:
    """Make the sheets: frame, exhibit and stamp on each, and its figure in the structure tree."""
    offset = len(work.pdf.pages) + 1
    structure = Structure(work.pdf)
    wanted = [_strip(work.wording, sheet, offset + at) for at, sheet in enumerate(work.sheets)]
    group = structure.section(work.wording.group)
    sections: dict[str, Object] = {}
    with _opened(strips(wanted)) as stamps:
        for sheet, stamp in zip(work.sheets, stamps.pages, strict=True):
            number = sheet.exhibit.number
            if number not in sections:
                sections[number] = structure.section(sheet.words(work.wording.bookmark), group)
            form = work.pdf.copy_foreign(stamp.as_form_xobject())
            scrub(form)
            page = _sheet_page(work.pdf, sheet, form)
            alt = sheet.words(work.wording.alt)
            structure.figure(sections[number], page, alt, sheet.where, sheet.exhibit.language)
            work.pages.setdefault(number, []).append(page)
    structure.finish()


def _strip(wording: Wording, sheet: _Sheet, page: int) -> Strip:
    return Strip(width=sheet.where.sheet.width, left=sheet.words(wording.stamp), middle=wording.marking, right=str(page))


def _sheet_page(pdf: Pdf, sheet: _Sheet, stamp: Object) -> Page:
    where = sheet.where
    page = pdf.add_blank_page(page_size=(round(where.sheet.width, 3), round(where.sheet.height, 3)))
    page.obj[Name.Resources] = Dictionary(XObject=Dictionary(Exhibit=sheet.form, Stamp=stamp))
    page.obj[Name.Contents] = pdf.make_stream(_content(sheet, stamp))
    return page


def _content(sheet: _Sheet, stamp: Object) -> bytes:
    where = sheet.where
    left, bottom, right, _ = displayed_box(sheet.form)
    scale = (where.right - where.left) / (right - left)
    stamp_left, stamp_bottom, _, _ = displayed_box(stamp)
    frame = (where.left, where.bottom, where.right - where.left, where.top - where.bottom)
    exhibit_at = (scale, scale, where.left - left * scale, where.bottom - bottom * scale)
    stamp_at = (1, 1, -stamp_left, where.sheet.height - BAND - stamp_bottom)
    return "\n".join(
        (
            f"/Figure <</MCID {FIGURE_MARK}>> BDC q {_matrix(exhibit_at)} cm /Exhibit Do Q EMC",
            f"/Artifact <</Type /Layout>> BDC q 0.6 G 0.4 w {' '.join(f'{value:.4f}' for value in frame)} re S Q EMC",
            f"/Artifact <</Type /Pagination /Subtype /Header>> BDC q {_matrix(stamp_at)} cm /Stamp Do Q EMC",
        )
    ).encode("ascii")


def _matrix(at: tuple[float, float, float, float]) -> str:
    across, up, right, higher = at
    return f"{across:.6f} 0 0 {up:.6f} {right:.4f} {higher:.4f}"


def _described(work: _Work, number: str, page: int) -> str:
    sheet = next(sheet for sheet in work.sheets if sheet.exhibit.number == number and sheet.page == page)
    return sheet.words(work.wording.link)


def _bookmark(work: _Work, exhibits: Sequence[ExhibitPages]) -> None:
    numbers = {page.obj.objgen: at for at, page in enumerate(work.pdf.pages)}
    with work.pdf.open_outline() as outline:
        group = OutlineItem(work.wording.group, numbers[work.pages[exhibits[0].number][0].obj.objgen])
        for exhibit in exhibits:
            sheet = next(sheet for sheet in work.sheets if sheet.exhibit.number == exhibit.number)
            at = numbers[work.pages[exhibit.number][0].obj.objgen]
            group.children.append(OutlineItem(sheet.words(work.wording.bookmark), at))
        outline.root.append(group)


def _digest(authored: bytes, exhibits: Sequence[ExhibitPages], wording: Wording) -> hashlib._Hash:
    whole = hashlib.sha256(hashlib.sha256(authored).digest())
    for exhibit in exhibits:
        whole.update(repr((exhibit.number, exhibit.title, exhibit.language)).encode())
        whole.update(hashlib.sha256(exhibit.pdf).digest())
    whole.update(repr(wording).encode())
    return whole


def _saved(pdf: Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
