"""The whole pipeline over every kind of exhibit; run as a program it prints the SHA-256 of what it made."""

from __future__ import annotations

import hashlib
import sys
from functools import cache

import nasty

from habeas.dossier.pdf.images import image_pages
from habeas.dossier.pdf.merge import ExhibitPages, Merged, Wording, first_pages, merge
from habeas.dossier.pdf.rasterise import rasterise
from habeas.dossier.pdf.sanitise import sanitise
from habeas.dossier.pdf.typeset import typeset

SOURCES = [
    ("Tagged office file", lambda: sanitise(nasty.tagged(2)).pdf),
    ("Tagged, not sanitised", lambda: nasty.tagged(2)),
    ("Landscape", lambda: sanitise(nasty.saved(nasty.lines((842, 595)))).pdf),
    ("Turned by 90°", lambda: sanitise(nasty.saved(nasty.lines(Rotate=90))).pdf),
    ("Turned by 270°, double units", lambda: sanitise(nasty.saved(nasty.lines((300, 400), Rotate=270, UserUnit=2))).pdf),
    ("A3 plan", lambda: sanitise(nasty.tagged(1, '"a3"')).pdf),
    ("Banner of 3 m", lambda: sanitise(nasty.saved(nasty.lines((8500, 900)))).pdf),
    ("Receipt", lambda: sanitise(nasty.saved(nasty.lines((200, 300)))).pdf),
    ("CMYK", lambda: sanitise(nasty.cmyk()).pdf),
    ("Transparent", lambda: sanitise(nasty.transparent()).pdf),
    ("JavaScript", lambda: sanitise(nasty.with_javascript()).pdf),
    ("Owner password", lambda: sanitise(nasty.owner_password()).pdf),
    ("Font not embedded", lambda: sanitise(nasty.saved(nasty.helvetica())).pdf),
    ("Stamp annotation", lambda: sanitise(nasty.with_annotation()).pdf),
    ("Layers", lambda: sanitise(nasty.with_layers()).pdf),
    ("Absurd box", lambda: sanitise(nasty.absurd_box()).pdf),
    ("Unbalanced", lambda: sanitise(nasty.unbalanced()).pdf),
    ("Torn off", lambda: sanitise(nasty.truncated()).pdf),
    ("Scan in a PDF", lambda: sanitise(nasty.pdf_with_jpeg()).pdf),
    ("Redacted", lambda: rasterise(nasty.tagged(1))),
    ("Photograph", lambda: image_pages(nasty.jpeg_with_gps())),
    ("CMYK photograph", lambda: image_pages(nasty.jpeg_with_gps("CMYK"))),
    ("Alpha", lambda: image_pages(nasty.png())),
    ("Fax", lambda: image_pages(nasty.tiff())),
    ("Записка 中文", lambda: typeset("Записка\n中文 \u202eabc\nمرحبا".encode(), header="Exhibit · 中").pdf),
]


@cache
def whole() -> tuple[bytes, Merged, list[ExhibitPages]]:
    """The authored part, the merged file, and the exhibits in it."""
    exhibits = [ExhibitPages(number=str(n), title=title, pdf=make()) for n, (title, make) in enumerate(SOURCES, 1)]
    names = [(exhibit.number, exhibit.title.replace("中文", "")) for exhibit in exhibits]
    lengths = {exhibit.number: len(nasty.opened(exhibit.pdf).pages) for exhibit in exhibits}
    draft = nasty.authored(names, {}, 0)
    own = len(nasty.opened(draft).pages)
    base = nasty.authored(names, first_pages(own, lengths), own + sum(lengths.values()))
    return base, merge(base, exhibits, wording=Wording(marking="DRAFT")), exhibits


if __name__ == "__main__":
    base, merged, _ = whole()
    if len(sys.argv) > 1:
        from pathlib import Path

        Path(sys.argv[1]).write_bytes(merged.pdf)
    print(hashlib.sha256(base).hexdigest(), hashlib.sha256(merged.pdf).hexdigest())  # noqa: T201 -- its purpose
