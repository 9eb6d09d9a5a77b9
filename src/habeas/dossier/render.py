"""Typst makes the authored part, the merge appends the exhibits. The same data and date give the same bytes.

The authored part is PDF/UA-1 and PDF/A-2a; the whole file claims PDF/A-2b, because pictures of exhibits cannot be read aloud.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pikepdf import Pdf

from habeas.dossier.pdf.fonts import MONO, SANS, SERIF, fallback
from habeas.dossier.pdf.merge import ExhibitPages, Merged, Wording, first_pages, merge
from habeas.dossier.pdf.typst_run import compile_source
from habeas.dossier.pdf.visible import plain
from habeas.locale import tr

_TEMPLATES = Path(str(resources.files(__package__))) / "templates"
_STANDARDS: tuple[Literal["a-2a"], Literal["ua-1"]] = ("a-2a", "ua-1")


def authored(template: str, data: Mapping[str, Any], day: date) -> bytes:
    """One tagged PDF from a template; characters without a glyph become ``U+XXXX``."""
    picture = data.get("timeline", "")
    shown = _visible({**data, "fonts": {"serif": fallback(SERIF), "sans": fallback(SANS), "mono": fallback(MONO)}})
    shown["timeline"] = picture
    stamp = (day - date(1970, 1, 1)).days * 86_400
    return compile_source(_TEMPLATES / template, shown, standards=_STANDARDS, timestamp=stamp)


def whole(data: Mapping[str, Any], exhibits: Sequence[ExhibitPages], day: date, *, draft: bool) -> Merged:
    """The dossier with its exhibits. The authored part is set twice: its length decides where exhibits begin."""
    lengths = {exhibit.number: _count(exhibit.pdf) for exhibit in exhibits}
    front = _count(authored("dossier.typ", {**data, "total": 999}, day))
    begins = first_pages(front, lengths)
    rows = [{**row, "page": begins.get(row["number"], 0), "pages": lengths.get(row["number"], 0)} for row in data["exhibits"]]
    total = front + sum(lengths.values())
    base = authored("dossier.typ", {**data, "exhibits": rows, "total": total}, day)
    return merge(base, exhibits, wording=wording(draft=draft))


def wording(*, draft: bool) -> Wording:
    """What stands on exhibit pages."""
    return Wording(
        stamp=tr("Exhibit {number}, p. {page} of {pages}"),
        alt=tr("Exhibit {number}, page {page} of {pages}: {title}"),
        link=tr("Exhibit {number}, page {page} of {pages}: {title}"),
        bookmark=tr("Exhibit {number}: {title}"),
        group=tr("Exhibits"),
        marking=tr("DRAFT") if draft else "",
    )


def _count(pdf: bytes) -> int:
    with Pdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def _visible(value: Any) -> Any:  # JSON
    if isinstance(value, str):
        return plain(" ".join(value.split()) if "\n" in value else value.replace("\t", " "))
    if isinstance(value, Mapping):
        return {key: _visible(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_visible(one) for one in value]
    return value
