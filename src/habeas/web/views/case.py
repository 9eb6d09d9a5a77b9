"""One case: the accusation in its own words, where he was according to whom, findings and deadlines; its statements; its log."""

from typing import Any

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.case import Case, Decision, Review
from habeas.domain.errors import HabeasError
from habeas.domain.finding import BearsOn, Finding
from habeas.domain.statement import Act, HowKnown, Side, Statement
from habeas.dossier.contents import timeline_of
from habeas.dossier.words import act_words, finding_label, kind_title
from habeas.examine.wording import when_words
from habeas.locale import tr
from habeas.services.casebook import Book, need_case, read_book, utc_now
from habeas.services.cases import add_record, add_statement, log_use
from habeas.services.examining import Examined, examine_case
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind, What
from habeas.web.desk import Desk
from habeas.web.pages import Form, go, page, problems_of

FIVE = ("speaker", "side", "act", "when", "place")
"""The fields that a new statement asks; the rest is under "more"."""
MORE = ("stated_on", "how_known", "to_place", "summary", "quote", "exhibit", "locator", "circumstances", "shown_as")


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as a row shows it."""

    id: str
    who: str
    says: str
    when: str
    place: str
    said_on: str
    quote: str
    exhibit: str
    accused: bool


def told(case: Case, statement: Statement) -> Told:
    """A statement in words."""
    return Told(
        id=statement.id, who=statement.speaker or tr("an unnamed source"),
        says=act_words(statement.act) + (tr(" (denied)") if statement.denied else ""),
        when=when_words(statement.when) if statement.when else tr("undated"),
        place=" → ".join(part for part in (statement.place, statement.to_place) if part),
        said_on=when_words(statement.stated_on) if statement.stated_on else "", quote=statement.quote or statement.summary,
        exhibit=statement.exhibit, accused=statement.id in case.accusation,
    )  # fmt: skip


def overview(desk: Desk, request: Request, _: Form) -> Response:
    """The case screen."""
    with desk.case(request.path_params["cid"]) as comp:
        book = opened_book(desk, comp)
        case = book.case()
        examined = examine_case(case, settle=False)
        tasks = sorted((one.record for one in book.of(Kind.TASK) if not one.record.done_on), key=lambda task: task.due_on or "9")
        values = frame(comp, case)
    statements = {s.id: s for s in case.statements}
    return page(
        desk, "case.html", **values, tab="overview",
        accusation=[told(case, statements[one]) for one in case.accusation if one in statements],
        timeline=Markup(timeline_of(case, examined.examination)),  # noqa: S704  # our own SVG, every word of it escaped in dossier/svg.py
        belief=examined.examination.belief, findings=_cards(case, examined), tasks=tasks,
    )  # fmt: skip


def opened_book(desk: Desk, comp: Compartment) -> Book:
    """The case's book; the log says once for each time the vault is open that it was looked at."""
    need_case(comp)
    book = read_book(comp)
    if not desk.looked(comp.cid):
        log_use(comp, What.REVIEWED, tuple(one.id for one in book.of(Kind.STATEMENT)), about="screen")
        desk.says_looked(comp.cid)
    return book


def frame(comp: Compartment, case: Case) -> dict[str, Any]:
    """What stands above every page of a case."""
    return {
        "cid": comp.cid, "case": case, "name": case.pseudonym or case.title, "people": len({one.code for one in comp.roster.active()}),
        "counts": {"statements": len(case.statements), "exhibits": len(case.exhibits)},
        "alarms": [str(one) for one in comp.alarms],
    }  # fmt: skip


def _cards(case: Case, examined: Examined) -> list[dict[str, Any]]:
    latest = {review.finding: review for review in case.reviews}
    return [_card(one, latest.get(one.id)) for one in examined.examination.findings]


def _card(finding: Finding, review: Review | None) -> dict[str, Any]:
    stale = review is not None and review.inputs != finding.inputs
    return {
        "finding": finding, "title": kind_title(finding.kind), "label": finding_label(finding.kind, finding.certainty),
        "tone": finding.certainty.value, "counsel": finding.bears_on is BearsOn.OWN_ACCOUNT, "review": review, "stale": stale,
    }  # fmt: skip


def statements(desk: Desk, request: Request, _: Form) -> Response:
    """All statements, and a new one."""
    return _statements(desk, request.path_params["cid"], {})


def _statements(desk: Desk, cid: str, form: Form, problems: tuple[str, ...] = ()) -> Response:
    with desk.case(cid) as comp:
        case = opened_book(desk, comp).case()
        values = frame(comp, case)
    return page(
        desk, "statements.html", status=422 if problems else 200, **values, tab="statements", problems=problems,
        rows=[told(case, s) for s in case.statements], form=form, more=MORE, sides=[one.value for one in Side],
        acts=[(one.value, act_words(one)) for one in Act], known=[one.value for one in HowKnown],
    )  # fmt: skip


def add(desk: Desk, request: Request, form: Form) -> Response:
    """A new statement from the five fields and what was opened under "more"."""
    cid = request.path_params["cid"]
    cells = {name: form.get(name, "").strip() for name in (*FIVE, *MORE) if form.get(name, "").strip()}
    try:
        with desk.case(cid) as comp:
            number = add_statement(comp, cells)
    except HabeasError as error:
        return _statements(desk, cid, form, problems_of(error))
    return go(f"/cases/{cid}/statements#{number}")


def finding(desk: Desk, request: Request, _: Form) -> Response:
    """One finding: both sides quoted, the arithmetic, what it presumes, what would change it."""
    return _finding(desk, request.path_params["cid"], request.path_params["finding"])


def _finding(desk: Desk, cid: str, number: str, problems: tuple[str, ...] = ()) -> Response:
    with desk.case(cid) as comp:
        case = opened_book(desk, comp).case()
        examined = examine_case(case, settle=False)
        values = frame(comp, case)
    card = next((one for one in _cards(case, examined) if one["finding"].id == number), None)
    if card is None:
        return page(
            desk, "message.html", status=404, title=tr("No such finding"), problems=(tr("There is no such finding any more; the case changed."),)
        )
    known = {s.id: s for s in case.statements}
    rows = [told(case, known[one]) for one in card["finding"].statements if one in known]
    return page(desk, "finding.html", status=422 if problems else 200, **values, tab="overview", problems=problems, card=card, rows=rows)


def review(desk: Desk, request: Request, form: Form) -> Response:
    """Confirm or reject, with a reason, for the inputs that were seen."""
    cid, number = request.path_params["cid"], request.path_params["finding"]
    reviewer, reason, decision = (form.get(name, "").strip() for name in ("reviewer", "reason", "decision"))
    if not reviewer or not reason or not (reviewer + reason).replace("\r", "").replace("\n", "").isprintable() or decision not in tuple(Decision):
        return _finding(desk, cid, number, (tr("A review needs a name, a reason, and whether the finding is confirmed or rejected."),))
    record = Review(
        finding=number, decision=Decision(decision), reviewer=reviewer, on=utc_now()[:10], reason=reason, inputs=form.get("inputs", "")
    )  # fmt: skip
    with desk.case(cid) as comp:
        known = {one.id: one.inputs for one in examine_case(read_book(comp).case(), settle=False).examination.findings}
        fresh = known.get(number) == record.inputs
        if fresh:
            add_record(comp, Kind.REVIEW, record)
    if not fresh:
        return _finding(desk, cid, number, (tr("The case changed since you opened this page. Read the finding again before you decide."),))
    return go(f"/cases/{cid}/findings/{number}")


def log(desk: Desk, request: Request, _: Form) -> Response:
    """Who did what and when, newest first: the clock of each device is a claim, the order is not."""
    with desk.case(request.path_params["cid"]) as comp:
        case = opened_book(desk, comp).case()
        values = frame(comp, case)
        times = {(device, n): t for device, n, t, _ in comp.index.events()}
        lines = [
            {
                "n": n,
                "who": comp.code(device),
                "t": times[device, n],
                "what": type(line).__name__,
                "about": str(getattr(line, "kind", "") or getattr(line, "what", "")),
            }
            for device, n, _, line in comp.index.events()
        ]
    return page(desk, "log.html", **values, tab="log", lines=lines[::-1][:500], total=len(lines))
