"""The exhibits of a case: what is sealed, files that are sealed now, and one exhibit with its pages, custody and passages."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.case import Exhibit
from habeas.domain.case import Form as HeldAs
from habeas.domain.errors import BadInput, HabeasError
from habeas.dossier.words import form_words
from habeas.intake.folder.reading import record_cells
from habeas.intake.looking import Seen
from habeas.locale import tr
from habeas.services.casebook import TABLES, Entry
from habeas.services.cases import log_use
from habeas.services.changing import edit, withdraw
from habeas.services.exhibits import Outcome, custody, seal_streams
from habeas.services.viewing import around, entry_of, passages, picture_of, seen
from habeas.vault.events import Because, Kind, What
from habeas.web.desk import Desk
from habeas.web.pages import Form, go, problems_of, whole_number
from habeas.web.uploads import Files
from habeas.web.views.common import Opened, opened, told
from habeas.web.words import exhibit_field

DETAILS = ("title", "form", "obtained_from", "obtained_by", "obtained_on", "method", "language", "derived_from", "translation_of", "translator",
"consent",
           "disclosable", "distressing")  # fmt: skip
HIDDEN_AT_FIRST = ("picture",)
"""What may be hard to look at: shown behind a warning."""
MOST_MESSAGES = 300
"""Messages of a chat on one page."""


def exhibits(desk: Desk, request: Request, _: Form) -> Response:
    """What is sealed."""
    with opened(desk, request) as one:
        return _exhibits(one, ())


def _exhibits(one: Opened, outcomes: tuple[Outcome, ...]) -> Response:
    case = one.case
    rows = [
        {"number": each.record.number, "title": each.record.title or each.record.file, "form": form_words(each.record.form),
         "size": each.content.size if each.content else 0, "sha256": each.content.sha256 if each.content else "",
         "disclosable": each.record.disclosable,
         "cited": [s.id for s in case.statements if s.exhibit == each.record.number]}
        for each in one.book.of(Kind.EXHIBIT)
    ]  # fmt: skip
    sums = {word: sum(each.outcome == word for each in outcomes) for word in ("sealed", "duplicate", "refused")}
    gone = [(each.record.number, each.record.title or each.record.file) for each in one.book.of(Kind.EXHIBIT, withdrawn=True) if each.withdrawn]
    return one.page("exhibits.html", "exhibits", rows=rows, outcomes=outcomes, sums=sums, gone=gone)


def seal(desk: Desk, request: Request, files: Files) -> list[Outcome]:
    """Seal some of what was dropped or chosen."""
    with opened(desk, request) as one:
        return seal_streams(one.comp, files, Exhibit(number=""))


def sealed(desk: Desk, request: Request, outcomes: list[Outcome]) -> Response:
    """What became of each file."""
    with opened(desk, request) as one:
        return _exhibits(one, tuple(outcomes))


def exhibit(desk: Desk, request: Request, _: Form) -> Response:
    """One exhibit: its pages or its text, its hash, its custody, and what was cited from it. ``?at=S001`` opens it at that statement's passage."""
    number = request.path_params["number"]
    with opened(desk, request) as one:
        return _exhibit(one, number, request.query_params.get("at", ""), request.query_params.get("page", ""), request.query_params.get("show", ""))


def _exhibit(  # noqa: PLR0913  # what the address and the form say
    one: Opened, number: str, at: str = "", asked: str = "", show: str = "", problems: tuple[str, ...] = (), typed: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    book = one.book
    entry = book.find(Kind.EXHIBIT, number)
    shown, trouble = Seen(kind="withheld"), ""
    if entry.content is not None:
        try:
            shown = seen(one.comp, book, number)
            log_use(one.comp, What.OPENED, (entry.id,), about="screen")
        except BadInput as error:
            trouble = error.problems[0].message
    cited = [s for s in one.case.statements if s.exhibit == number]
    marked = next((s for s in cited if s.id == at), None)
    current = _page_of(shown, asked, marked.locator if marked else "", marked.quote if marked else "")
    return one.page(
        "exhibit.html", "exhibits", status=422 if problems else 200, problems=problems, entry=entry, exhibit=entry.record, shown=shown,
        trouble=trouble,
        current=current, pieces=around(shown, marked.quote if marked else "", marked.locator if marked else "", page=current), at=at,
        cited=[told(one.case, s) for s in cited],
        steps=custody(one.comp, entry.id), forms=[(form.value, form_words(form)) for form in HeldAs], details=DETAILS, words=exhibit_field,
        recorded=typed or record_cells(TABLES[Kind.EXHIBIT], entry.record), revision=(typed or {}).get("revision", entry.revisions[-1].payload),
        show="1" if show == "1" else "", hidden=_hard_to_look_at(entry, shown) and show != "1",
        messages=shown.messages[(current - 1) * MOST_MESSAGES : current * MOST_MESSAGES],
        message_pages=-(-len(shown.messages) // MOST_MESSAGES), numbers=[each.number for each in one.case.exhibits if each.number != number],
    )  # fmt: skip


def _hard_to_look_at(entry: Entry, shown: Seen) -> bool:
    return (
        entry.record.distressing or shown.kind in HIDDEN_AT_FIRST or bool(re.search(r"\.(mp4|mov|avi|3gp|webm)$", entry.record.file, re.IGNORECASE))
    )


def _page_of(shown: Seen, asked: str, locator: str, quote: str) -> int:
    """The page that is shown: the one that was asked for, the passage's, the locator's, or the first."""
    most = max(1, shown.pages if shown.kind == "pages" else -(-len(shown.messages) // MOST_MESSAGES))
    if asked:
        return whole_number(asked, 1, most)
    found = next(passages(shown.texts, quote), None) if quote and shown.kind == "pages" else None
    if found is not None:
        return found.page
    named = re.search(r"\d+", locator) if shown.kind == "pages" else None
    return whole_number(named[0], 1, most) if named else 1


def picture(desk: Desk, request: Request, _: Form) -> Response:
    """A page of an exhibit as PNG, drawn anew without metadata."""
    page = request.path_params["page"]
    with opened(desk, request) as one:
        return Response(picture_of(one.comp, one.book, request.path_params["number"], page), media_type="image/png")


def change(desk: Desk, request: Request, form: Form) -> Response:
    """What is recorded of an exhibit; its bytes never change."""
    number = request.path_params["number"]
    with opened(desk, request) as one:
        cells = {name: form[name].strip() for name in DETAILS if name in form}
        cells |= {name: "true" if form.get(name) else "" for name in ("disclosable", "distressing")}
        try:
            one.as_opened(one.book.find(Kind.EXHIBIT, number), form)
            edit(one.comp, Kind.EXHIBIT, number, cells, "")
        except HabeasError as error:
            return _exhibit(one, number, problems=problems_of(error), typed={**cells, "revision": form.get("revision", "")})
        one.did(tr("Exhibit {number} was changed.", number=number), Kind.EXHIBIT, number)
    return go(f"/cases/{one.cid}/exhibits/{number}")


def take_out(desk: Desk, request: Request, form: Form) -> Response:
    """An exhibit no longer counts; it stays sealed."""
    number = request.path_params["number"]
    with opened(desk, request) as one:
        withdraw(one.comp, Kind.EXHIBIT, (number,), Because.MISTAKE, form.get("why", "").strip())
        one.did(tr("Exhibit {number} was withdrawn; it stays sealed.", number=number), Kind.EXHIBIT, number)
    return go(f"/cases/{one.cid}/exhibits")


def take_away(desk: Desk, request: Request, _: Form) -> Response:
    """The sealed bytes to a place of the user's own: a declared export, logged first."""
    number = request.path_params["number"]
    with opened(desk, request) as one:
        entry = entry_of(one.book, number)
        log_use(one.comp, What.OPENED, (entry.id,), about="download")
        content: Any = entry.content
        body = one.comp.read_content(content)
    ending = re.search(r"\.[A-Za-z0-9]{1,5}$", entry.record.file)
    name = f"exhibit-{re.sub(r'[^A-Za-z0-9-]', '', number)}{ending[0].lower() if ending else ''}"
    return Response(body, media_type="application/octet-stream", headers={"content-disposition": f'attachment; filename="{name}"'})
