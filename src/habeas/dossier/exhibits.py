"""Exhibits made into pages: looked at in a child process, stripped, redrawn where odd or hostile, text typeset with line numbers.

What comes out can only be looked at. The sealed original is untouched; the bag holds it beside the pages.
"""

import re
from collections.abc import Mapping

import msgspec

from habeas.domain.case import Exhibit
from habeas.domain.errors import HabeasError
from habeas.dossier.pdf import children, wire
from habeas.dossier.pdf.errors import ExhibitRefusedError
from habeas.dossier.pdf.merge import ExhibitPages
from habeas.guard import ChildFailed, run_in_child
from habeas.locale import tr

_TEXT = (".txt", ".md", ".csv", ".tsv", ".log")
_PICTURE = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")
_CHILDREN = "habeas.dossier.pdf.children:"


class ExhibitUnreadableError(HabeasError):
    """An exhibit that is marked disclosable cannot be made into pages. Names its number and why, never its content."""

    def __init__(self, number: str, why: str) -> None:
        """``why``: in words."""
        super().__init__(tr("exhibit {number} cannot be made into pages: {why}", number=number, why=why))


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An exhibit as pages: ``note`` is for the reader, ``warnings`` are for counsel (codes and code points, no text)."""

    pages: ExhibitPages
    note: str = ""
    warnings: tuple[str, ...] = ()


def make_pages(exhibit: Exhibit, untrusted: bytes) -> Made:
    """Turn one exhibit's bytes into clean pages; raise :class:`ExhibitUnreadableError`."""
    name = exhibit.file.lower()
    try:
        if name.endswith(".pdf") or untrusted[:5] == b"%PDF-":
            return _from_pdf(exhibit, untrusted)
        if name.endswith(_PICTURE):
            pdf = children.read_pdf(_child("image_entry", {}, untrusted))
            return Made(pages=_pages(exhibit, pdf), note=tr("picture, drawn anew without its metadata"))
        if name.endswith(_TEXT):
            return _from_text(exhibit, untrusted)
    except ExhibitRefusedError as refused:
        raise ExhibitUnreadableError(exhibit.number, _why(refused.code)) from None
    except ChildFailed as failed:
        raise ExhibitUnreadableError(exhibit.number, tr("its reader stopped ({why})", why=failed.why)) from None
    raise ExhibitUnreadableError(exhibit.number, tr("this kind of file is not supported; right would be PDF, JPEG, PNG, TIFF, WebP or UTF-8 text"))


def _child(entry: str, options: Mapping[str, object], data: bytes) -> bytes:
    return run_in_child(_CHILDREN + entry, wire.pack(dict(options), data), seconds=180, megabytes=4096)


def _pages(exhibit: Exhibit, pdf: bytes) -> ExhibitPages:
    return ExhibitPages(
        number=exhibit.number,
        title=exhibit.title or tr("untitled"),
        pdf=pdf,
        language=exhibit.language if re.fullmatch("[a-z]{2,3}", exhibit.language) else "",
    )


def _from_pdf(exhibit: Exhibit, untrusted: bytes) -> Made:
    redacted = bool(exhibit.derived_from)  # a working copy may have been blacked out: text may lie beneath the black
    made = children.read_sanitised(_child("sanitise_entry", {"pictures_only": redacted}, untrusted))
    codes = sorted({reason.code for reason in made.verdict.reasons})
    note = ""
    if made.rasterised:
        count = len(made.rasterised)
        note = tr("{count} of {pages} pages redrawn as pictures", count=count, pages=made.verdict.pages)
    warnings = (
        (
            tr(
                "exhibit {number}: stripped or redrawn because of: {codes}",
                number=exhibit.number,
                codes=", ".join(code.replace("_", " ") for code in codes),
            ),
        )
        if codes
        else ()
    )
    return Made(pages=_pages(exhibit, made.pdf), note=note, warnings=warnings)


def _from_text(exhibit: Exhibit, untrusted: bytes) -> Made:
    header = tr("Exhibit {number}, text with line numbers", number=exhibit.number)
    made = children.read_typeset(_child("typeset_entry", {"header": header, "language": exhibit.language}, untrusted))
    warnings: tuple[str, ...] = ()
    if made.shown:
        marks = ", ".join(f"{one.name} ×{one.count}" for one in made.shown[:20]) + (" …" if len(made.shown) > 20 else "")  # noqa: PLR2004
        warnings = (
            tr("exhibit {number}: characters without a glyph or without ink are shown by their code: {marks}", number=exhibit.number, marks=marks),
        )
    return Made(pages=_pages(exhibit, made.pdf), note=tr("text, typeset with line numbers"), warnings=warnings)


def _why(code: str) -> str:
    return {
        "encrypted": tr("it opens only with a password; save a copy without one"),
        "unreadable": tr("it cannot be read (damaged, or text that is not UTF-8)"),
        "no_pages": tr("it has no pages"),
        "too_many_pages": tr("it has too many pages"),
        "too_large": tr("it is too large"),
        "unsupported": tr("this picture format is not supported; right would be JPEG, PNG, TIFF or WebP"),
    }.get(code, code.replace("_", " "))
