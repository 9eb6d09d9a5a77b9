"""An editable Word copy of a dossier (ISO/IEC 29500), for whoever has to put it into a form of the recipient's. It is not sealed, and says so.

It holds the words of the pages and no exhibit. What it does not do: look like them; be evidence.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import docx
from docx.document import Document
from docx.shared import Pt

from habeas.dossier.pdf.visible import plain
from habeas.locale import tr

Data = Mapping[str, Any]


def word_copy(data: Data, day: date) -> bytes:
    """The bytes of a ``.docx`` for :func:`habeas.dossier.contents.dossier_data`. ``day``: goes into its properties; no clock, no author."""
    made = docx.Document()
    made.styles["Normal"].font.size = Pt(11)
    about = made.core_properties
    about.author, about.comments, about.title = "", "", ""
    about.created = about.modified = datetime(day.year, day.month, day.day, tzinfo=UTC)
    _lines(made, data)
    out = io.BytesIO()
    made.save(out)
    return _timeless(out.getvalue())


def _timeless(content: bytes) -> bytes:
    """The same archive without the clock of this machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), before.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _lines(made: Document, data: Data) -> None:
    made.add_heading(_clean(data["title"]), 0)
    note = tr("Editable copy. The sealed dossier is the PDF in its bag; this copy proves nothing by itself.")
    made.add_paragraph(note if not data["draft"] else tr("DRAFT") + ". " + note)
    presumed = data["sentence_presumed"] if data["belief"]["n_presumed"] > data["belief"]["n"] else ""
    for sentence in (data["sentence"], presumed):
        if sentence:
            made.add_paragraph(_clean(sentence)).runs[0].bold = True
    made.add_heading(tr("The accusation"), 1)
    for one in data["accusation"]:
        made.add_paragraph(_joined((one["who"], one["on"], one["summary"]), ". "), style="List Bullet")
        for words in (one["quote"], one["translation"]):
            if words:
                made.add_paragraph(_clean(words), style="Quote")
    _findings(made, tr("Findings"), data["findings"])
    _findings(made, tr("What supports the accusation"), data["supporting"])
    belief = data["belief"]
    for words in (belief["lower"], *(f"{one['why']} ({one['ids']})" for one in belief["excluded"])):
        if words:
            made.add_paragraph(_clean(words), style="List Bullet")
    made.add_heading(tr("Exhibits"), 1)
    _table(made, (tr("No."), tr("What"), "SHA-256"), ((one["number"], one["title"], one["sha256"]) for one in data["exhibits"]))
    made.add_heading(tr("Statements"), 1)
    _table(
        made, (tr("No."), tr("Who says it"), tr("What"), tr("When"), tr("Place"), tr("Exhibit")),
        ((one["id"], one["who"], one["act"], one["when"], one["place"], one["exhibit"]) for one in data["statements"]),
    )  # fmt: skip


def _findings(made: Document, title: str, findings: Iterable[Data]) -> None:
    findings = list(findings)
    if not findings:
        return
    made.add_heading(title, 1)
    for one in findings:
        made.add_heading(_clean(f"{one['number']}. {one['title']} ({one['label']})"), 2)
        made.add_paragraph(_clean(one["explanation"]))
        made.add_paragraph(_clean(one["review"]))
        for name in ("arithmetic", "presumptions", "readings"):
            for line in one.get(name, ()):
                made.add_paragraph(_clean(line), style="List Bullet")


def _table(made: Document, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = made.add_table(rows=1, cols=len(head), style="Table Grid")
    for cell, words in zip(table.rows[0].cells, head, strict=True):
        cell.text = words
    for row in rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = _clean(words)


def _joined(parts: Iterable[str], between: str) -> str:
    return between.join(_clean(part) for part in parts if part)


def _clean(words: object) -> str:
    """Text that XML can hold, with what does not show written out."""
    return "".join(c for c in plain(str(words)) if c.isprintable() or c in "\n\t")
