"""Statements: the table of them, and the editor with the source on the left and the fields on the right."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from habeas.domain.errors import BadInput, HabeasError
from habeas.domain.statement import CIRCUMSTANCE_KEYS, IDENTIFIER_KEYS, Act, HowKnown, Side
from habeas.domain.when import moment
from habeas.dossier.words import how_words
from habeas.examine.wording import act_words
from habeas.intake.folder.columns import STATEMENTS
from habeas.intake.folder.reading import record_cells
from habeas.intake.gazetteer.places import full_name, resolve, suggestions
from habeas.intake.gazetteer.table import key as place_key
from habeas.intake.typed_dates import Typed, read_typed
from habeas.locale import tr
from habeas.services.changing import add_statement, edit, steps, withdraw
from habeas.services.records import change_head, history
from habeas.services.viewing import around, passage, seen
from habeas.vault.events import Because, Kind
from habeas.web.desk import Desk, Done
from habeas.web.pages import Form, go, problems_of, whole_number
from habeas.web.views.common import Opened, opened, side_words, told
from habeas.web.words import statement_field

FIVE = ("speaker", "side", "act", "when", "place")
"""The fields that a new statement asks; the rest is under "more"."""
MORE = (
    "body",
    "how_known",
    "relayed_by",
    "denied",
    "to_place",
    "stated_on",
    "event",
    "identifiers",
    "circumstances",
    "person",
    "disclosable",
    "shown_as",
)
SOURCE = ("summary", "quote", "quote_translation", "exhibit", "locator")
DATES = ("when", "stated_on")


def statements(desk: Desk, request: Request, _: Form) -> Response:
    """All statements."""
    with opened(desk, request) as one:
        case = one.case
        gone = [told(case, each.record) for each in one.book.of(Kind.STATEMENT, withdrawn=True) if each.withdrawn]
        return one.page("statements.html", "statements", rows=[told(case, s) for s in case.statements], gone=gone)


def new(desk: Desk, request: Request, form: Form) -> Response:
    """An empty editor; a POST from an exhibit's page brings the passage that was selected there."""
    with opened(desk, request) as one:
        try:
            return _editor(one, "", _cited(one, form))
        except BadInput as error:
            return _editor(one, "", {name: form.get(name, "") for name in (*FIVE, *SOURCE)}, problems_of(error))


def _cited(one: Opened, form: Form) -> dict[str, str]:
    """The cells that a selection fills: the words as they stand in the exhibit, and where."""
    cells = {name: form.get(name, "") for name in (*FIVE, *MORE, *SOURCE) if form.get(name)}
    number, quote = form.get("exhibit", ""), form.get("quote", "").strip()
    if not number or not quote or form.get("locator"):
        return cells
    shown = seen(one.comp, one.book, number)
    near = (whole_number(form.get("page", ""), 1), whole_number(form["start"], most=99_999_999)) if form.get("start") else None
    found = passage(shown.texts, quote, near)
    return {**cells, "quote": found.words, "locator": found.locator(paged=shown.kind == "pages")}


def add(desk: Desk, request: Request, form: Form) -> Response:
    """A new statement."""
    with opened(desk, request) as one:
        cells, asked, problems = _cells(one, form)
        if not problems and not asked:
            try:
                number = add_statement(one.comp, cells)
            except HabeasError as error:
                problems = problems_of(error)
            else:
                _added(one, number, accused=bool(form.get("accused")))
                return go(f"/cases/{one.cid}/statements#{number}")
        return _editor(one, "", dict(form), problems, asked)


def _added(one: Opened, number: str, *, accused: bool) -> None:
    """Say so; a tick makes it part of the accusation as well, and one click takes both back."""
    said, head = tr("{id} was added.", id=number), one.book.head()
    if not accused or head is None:
        one.did(said, Kind.STATEMENT, number)
        return
    change_head(one.comp, {}, (*one.case.accusation, number), "")
    done = steps(one.book, (one.book.find(Kind.STATEMENT, number).id, head.id))
    one.desk.did(Done(cid=one.cid, words=said, steps={one.cid: done}, back=f"/cases/{one.cid}/statements"))


def statement(desk: Desk, request: Request, _: Form) -> Response:
    """One statement, to be read and corrected."""
    with opened(desk, request) as one:
        entry = one.book.find(Kind.STATEMENT, request.path_params["statement"])
        return _editor(one, entry.key, record_cells(STATEMENTS, entry.record))


def change(desk: Desk, request: Request, form: Form) -> Response:
    """A new revision of a statement; the older ones stay."""
    number = request.path_params["statement"]
    with opened(desk, request) as one:
        cells, asked, problems = _cells(one, form, keep_empty=True)
        if not problems and not asked:
            try:
                one.as_opened(one.book.find(Kind.STATEMENT, number), form)
                edit(one.comp, Kind.STATEMENT, number, cells, form.get("why", "").strip())
            except HabeasError as error:
                problems = problems_of(error)
            else:
                one.did(tr("{id} was changed.", id=number), Kind.STATEMENT, number)
                return go(f"/cases/{one.cid}/statements/{number}")
        return _editor(one, number, dict(form), problems, asked)


def take_out(desk: Desk, request: Request, form: Form) -> Response:
    """A statement no longer counts; nothing that was sealed is destroyed by a click."""
    number = request.path_params["statement"]
    with opened(desk, request) as one:
        withdraw(one.comp, Kind.STATEMENT, (number,), Because.MISTAKE, form.get("why", "").strip())
        one.did(tr("{id} was withdrawn.", id=number), Kind.STATEMENT, number)
    return go(f"/cases/{one.cid}/statements")


def _cells(one: Opened, form: Form, *, keep_empty: bool = False) -> tuple[dict[str, str], dict[str, Typed], tuple[str, ...]]:
    """(cells, dates of which a person has to choose the reading, problems)."""
    names = (*FIVE, *MORE, *SOURCE)
    cells = {name: form[name].strip().replace("\r\n", "\n") for name in names if name in form and (keep_empty or form[name].strip())}
    if "throughout" in form or form.get("circumstances") is not None:
        cells["circumstances"] = with_throughout(cells.get("circumstances", ""), on=bool(form.get("throughout")))
        cells = cells if keep_empty or cells["circumstances"] else {name: cell for name, cell in cells.items() if name != "circumstances"}
    asked, problems = {}, []
    problems += [tr("{column}: needed", column=statement_field(name)) for name in ("speaker", "side", "act") if not form.get(name, "").strip()]
    for name in DATES:
        typed, chosen = read_typed(cells.get(name, ""), years_of(one)), form.get(f"{name}_reading", "")
        sure = read_typed(cells.get(name, "")).readings  # without years of the case: what was really typed
        picked = [each.edtf for each in typed.readings if each.edtf == chosen]
        if picked:
            cells[name] = picked[0]
        elif len(typed.readings) == 1 and sure:
            cells[name] = typed.readings[0].edtf
        elif typed.readings:
            asked[name] = typed
        elif typed.problem:
            problems.append(tr("{column}: {why}", column=statement_field(name), why=typed.problem))
    return cells, asked, tuple(problems)


def with_throughout(circumstances: str, *, on: bool) -> str:
    """The cell with or without ``throughout=true``: a register that shows him every day."""
    parts = [part.strip() for part in circumstances.split(";") if part.strip() and part.partition("=")[0].strip() != "throughout"]
    return "; ".join([*parts, "throughout=true"] if on else parts)


def years_of(one: Opened) -> list[int]:
    """Years that stand in the case, to be offered where one was left out."""
    bounds = {bound for s in one.case.statements if s.when for bound in (s.when.lo, s.when.hi) if bound is not None}
    return sorted({int(moment(bound)[:4]) for bound in bounds})[:6]


def _editor(one: Opened, number: str, cells: Mapping[str, str], problems: tuple[str, ...] = (), asked: Mapping[str, Typed] | None = None) -> Response:
    case = one.case
    exhibit = cells.get("exhibit", "")
    return one.page(
        "statement.html", "statements", status=422 if problems else 200, problems=problems, number=number, cells=cells, asked=asked or {},
        five=FIVE, more=MORE, words=statement_field, sides=[(side.value, side_words(side)) for side in Side], acts=[(act.value,
        act_words(act)) for act in Act],
        throughout="throughout=true" in cells.get("circumstances", "").replace(" ", "") or bool(cells.get("throughout")),
        known=[(how.value, how_words(how)) for how in HowKnown], numbers=[each.number for each in case.exhibits],
        revision=one.book.find(Kind.STATEMENT, number).revisions[-1].payload if number else "",
        accused=number in case.accusation, changes=history(one.comp, Kind.STATEMENT, number) if number else [],
        understood=[(name, *understood(one, cells[name])) for name in ("place", "to_place") if cells.get(name)], source=_source(one, exhibit),
        excerpt=_excerpt(one, cells), hard=_hard(one, exhibit), withdrawn=_withdrawn(one, number),
        speakers=sorted({s.speaker for s in case.statements if s.speaker}), identifiers=", ".join(IDENTIFIER_KEYS),
        circumstances=", ".join(CIRCUMSTANCE_KEYS),
    )  # fmt: skip


AROUND = 700
"""Letters that the editor shows before and behind the passage."""


def _excerpt(one: Opened, cells: Mapping[str, str]) -> list[tuple[str, bool]]:
    """The exhibit's text around the passage, in pieces: (text, whether it is the passage)."""
    number = cells.get("exhibit", "")
    try:
        shown = seen(one.comp, one.book, number) if number else None
    except BadInput:
        return []
    return around(shown, cells.get("quote", ""), cells.get("locator", ""), AROUND) if shown else []


def _hard(one: Opened, number: str) -> bool:
    return any(each.distressing for each in one.case.exhibits if each.number == number)


def _withdrawn(one: Opened, number: str) -> bool:
    return bool(number) and one.book.find(Kind.STATEMENT, number).withdrawn


def _source(one: Opened, number: str) -> Any:
    return next((entry for entry in one.book.of(Kind.EXHIBIT) if entry.record.number == number), None)


def understood(one: Opened, text: str) -> tuple[str, bool]:
    """(what a place was understood as, whether exactly)."""
    place = resolve(text, {place_key(place.name): place for place in one.case.places})
    return (place.note or full_name(place) or tr("a known place"), not place.note)


def places(desk: Desk, request: Request, form: Form) -> Response:
    """Places that begin as typed: those of the case first. For the script of the page; without it the page after says what was understood."""
    typed = form.get("q", "")[:200]
    with opened(desk, request) as one:
        own = sorted({text for s in one.case.statements for text in (s.place, s.to_place) if text} | {place.name for place in one.case.places})
        begins = place_key(typed)
        mine = [text for text in own if begins and place_key(text).startswith(begins)]
        return JSONResponse(list(dict.fromkeys([*mine, *suggestions(typed)]))[:10])


def dates(desk: Desk, request: Request, form: Form) -> Response:
    """How a date is read, for the script of the page."""
    with opened(desk, request) as one:
        typed = read_typed(form.get("q", ""), years_of(one))
        asked = bool(typed.readings) and not read_typed(form.get("q", "")).readings
        return JSONResponse(
            {
                "asked": tr("Which is meant? Choose one; no year is filled in for you.") if asked else "",
                "readings": [{"edtf": each.edtf, "words": each.words} for each in typed.readings],
                "problem": typed.problem,
            }
        )
