"""One case: the accusation in its own words, where he was according to whom, findings, deadlines; its findings one by one; its log; search; print."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.case import Case
from habeas.domain.errors import BadInput, HabeasError
from habeas.domain.finding import Finding
from habeas.domain.identity import fold
from habeas.domain.statement import Statement
from habeas.dossier.belief_picture import belief_picture
from habeas.dossier.lane_items import items_of
from habeas.dossier.lanes import lanes
from habeas.dossier.redact import NothingToDiscloseError
from habeas.examine.voices import Ties
from habeas.locale import tr
from habeas.services.casebook import Entry
from habeas.services.cases import status
from habeas.services.handing import consents_for, untranslated
from habeas.services.records import change_head, find
from habeas.services.reviewing import FindingChangedError, NoSuchFindingError, give_review
from habeas.services.searching import read_exhibits
from habeas.vault.doctor import verify_compartment
from habeas.vault.events import Kind
from habeas.web.desk import Desk
from habeas.web.pages import Form, drawn, go, page, problems_of, today, whole_number
from habeas.web.views.common import Opened, cards, opened, told

MOST_ON_CASE = 4
"""Findings on the case's first page; the rest is one click away."""
FIRST_PAGE = ("title", "pseudonym", "person", "language", "notes")
"""What is changed there."""
LOG_PAGE = 200
MOST_HITS = 100


def overview(desk: Desk, request: Request, _: Form) -> Response:
    """The case screen."""
    with opened(desk, request) as one:
        case, examined = one.case, one.examined
        statements = {s.id: s for s in case.statements}
        found = cards(case, examined)
        items = items_of(case, examined.examination, headline=True)
        return one.page(
            "case.html", "overview", accusation=[told(case, statements[key]) for key in case.accusation if key in statements],
            timeline=drawn(lanes(items, link=_link(one), findings=f"/cases/{one.cid}/findings/")), belief=examined.examination.belief,
            findings=found[:MOST_ON_CASE], more=len(found),
            tasks=open_tasks(one), checks=_checks(one),
        )  # fmt: skip


def _link(one: Opened) -> str:
    return f"/cases/{one.cid}/statements/"


def open_tasks(one: Opened) -> list[Entry]:
    """What is due and not done, soonest first."""
    return sorted((entry for entry in one.book.of(Kind.TASK) if not entry.record.done_on), key=lambda entry: entry.record.due_on or "9")


def _checks(one: Opened) -> list[tuple[str, bool, str]]:
    """(what a dossier needs before it can go out, whether it is there, where to do it)."""
    case, found = one.case, cards(one.case, one.examined)
    against = [card for card in found if not card.counsel]
    base = f"/cases/{one.cid}"
    return [
        (tr("The accusation is written down and named"), bool(case.accusation), f"{base}/statements"),
        (tr("A statement stands against it"), len(case.statements) > len(case.accusation), f"{base}/statements/new"),
        (tr("Something is sealed"), bool(case.exhibits), f"{base}/exhibits"),
        (tr("A finding is confirmed"), any(card.review and not card.stale and card.review.decision == "confirmed" for card in against),
         f"{base}/findings"),
        (tr("What may leave is marked"), any(s.disclosable for s in case.statements), f"{base}/dossier"),
        (tr("Everybody who would be shown agreed"), _agreed(case), f"{base}/people"),
        (tr("What leaves is translated, as far as languages are recorded"), bool(case.exhibits) and not untranslated(case), f"{base}/exhibits"),
    ]  # fmt: skip


def _agreed(case: Case) -> bool:
    try:
        return all(not one.warning for one in consents_for(case, "", today()))
    except NothingToDiscloseError:
        return False


def findings(desk: Desk, request: Request, _: Form) -> Response:
    """All findings, in their groups, and what believing the accusation costs."""
    with opened(desk, request) as one:
        belief = one.examined.examination.belief
        names = {origin.id: origin.label for origin in one.examined.examination.origins}
        return one.page(
            "findings.html", "findings", groups=_groups(one), next=_next(one), belief=belief, cost=drawn(belief_picture(belief, names)),
            unknown=_unknown_pairs(one, names),
        )  # fmt: skip


def _next(one: Opened) -> str:
    """The first finding that nobody has judged as it is now; nothing where all are."""
    return next((card.finding.id for card in cards(one.case, one.examined) if card.stale or card.review is None), "")


def _unknown_pairs(one: Opened, names: dict[str, str]) -> list[tuple[str, str]]:
    """Pairs among the sources that must be wrong on which nothing is recorded: the figure takes them as two."""
    counted = sorted({origin for some in one.examined.examination.belief.sets[:1] for origin in some})
    ties = Ties(one.case.voices)
    labels = [names.get(origin, origin) for origin in counted]
    return [(a, b) for at, a in enumerate(labels) for b in labels[at + 1 :] if ties.tie(fold(a), fold(b)) is None]


def _groups(one: Opened) -> list[tuple[str, list[Any]]]:
    found = cards(one.case, one.examined)
    supports = [card for card in found if card.finding.kind == "supports_accusation"]
    untestable = [card for card in found if card.finding.kind == "untestable"]
    rest = [card for card in found if card not in supports and card not in untestable]
    titles = (
        ("certain", tr("Irreconcilable")), ("on_presumption", tr("Irreconcilable unless a presumption fails")), ("improbable",
        tr("Hard to reconcile")),
        ("possible", tr("Open")),
    )  # fmt: skip
    groups = [(title, [card for card in rest if card.tone == tone]) for tone, title in titles]
    groups.append((tr("What else was found"), [card for card in rest if card.tone == "plain"]))
    return [group for group in (*groups, (tr("Supports the accusation"), supports), (tr("Cannot be tested"), untestable)) if group[1]]


def finding(desk: Desk, request: Request, _: Form) -> Response:
    """One finding: both sides quoted, the arithmetic, what it presumes, what would change it."""
    with opened(desk, request) as one:
        return _finding(one, request.path_params["finding"])


def _finding(one: Opened, number: str, problems: tuple[str, ...] = ()) -> Response:
    case = one.case
    card = next((each for each in cards(case, one.examined) if each.finding.id == number), None)
    if card is None:
        return page(one.desk, "message.html", status=404, title=tr("No such finding"), problems=(str(NoSuchFindingError()),))
    known: dict[str, Statement] = {s.id: s for s in case.statements}
    rows = [told(case, known[each]) for each in card.finding.statements if each in known]
    claims, record = [row for row in rows if row.accused], [row for row in rows if not row.accused]
    items = items_of(case, one.examined.examination, only=frozenset(card.finding.statements), brackets=frozenset({number}))
    return one.page(
        "finding.html", "findings", status=422 if problems else 200, problems=problems, card=card, claims=claims, record=record,
        timeline=drawn(lanes(items, link=_link(one), findings=f"/cases/{one.cid}/findings/")), texts=_texts(card.finding, rows),
    )  # fmt: skip


def _texts(found: Finding, rows: list[Any]) -> list[str]:
    """Ids of two texts to compare, where the finding is about wording."""
    quoted = [row.id for row in rows if row.quote]
    return quoted[:2] if found.kind == "shared_wording" and len(quoted) > 1 else []


def review(desk: Desk, request: Request, form: Form) -> Response:
    """Confirm or reject, with a reason, for the inputs that were seen."""
    number = request.path_params["finding"]
    reviewer, reason, decision = (form.get(name, "").strip() for name in ("reviewer", "reason", "decision"))
    with opened(desk, request) as one:
        try:
            key = give_review(
                one.comp, desk.shelf, number, decision=decision, reviewer=reviewer, reason=reason, inputs=form.get("inputs", ""), on=today()
            )
        except BadInput as error:
            return _finding(one, number, tuple(problem.message for problem in error.problems))
        except (NoSuchFindingError, FindingChangedError) as error:
            return _finding(one, number, problems_of(error))
        one.did(tr("The review of {id} is on record.", id=number), Kind.REVIEW, key)
    return go(f"/cases/{one.cid}/findings/{number}")


def accuse(desk: Desk, request: Request, form: Form) -> Response:
    """A statement becomes part of the accusation, or is no longer."""
    with opened(desk, request) as one:
        key, before = form.get("statement", ""), one.case.accusation
        rest = tuple(each for each in before if each != key)
        after = rest if form.get("part") == "no" else before if key in before else (*before, key)
        change_head(one.comp, {}, after, "")
        said = tr("{id} is part of the accusation.", id=key) if key in after else tr("{id} is no longer part of the accusation.", id=key)
        head = one.book.head()
        one.did(said, Kind.HEAD, head.id if head else "", back=key)
    return go(f"/cases/{one.cid}/statements/{key}")


def head(desk: Desk, request: Request, form: Form) -> Response:
    """The title and the people of the case."""
    with opened(desk, request) as one:
        typed = {name: form[name].strip() for name in FIRST_PAGE if name in form}
        entry = one.book.head()
        try:
            if entry is not None:
                one.as_opened(entry, form)
            change_head(one.comp, typed, None, "")
        except HabeasError as error:
            return _sheet(one, {**typed, "revision": form.get("revision", "")}, problems_of(error))
        one.did(tr("The case's first page was changed."), Kind.HEAD, entry.id if entry else "")
    return go(f"/cases/{one.cid}/sheet")


def sheet(desk: Desk, request: Request, _: Form) -> Response:
    """The case sheet, for paper: before any statement exists as well."""
    with opened(desk, request) as one:
        return _sheet(one, {})


def _sheet(one: Opened, typed: Mapping[str, str], problems: tuple[str, ...] = ()) -> Response:
    case, head = one.case, one.book.head()
    rows = [told(case, s) for s in case.statements]
    return one.page(
        "sheet.html", "overview", status=422 if problems else 200, problems=problems, rows=rows, tasks=open_tasks(one), held=status(one.comp),
        notes=one.book.of(Kind.NOTE), first={name: typed.get(name, getattr(case, name)) for name in FIRST_PAGE},
        revision=typed.get("revision", head.revisions[-1].payload if head else ""),
    )  # fmt: skip


def log(desk: Desk, request: Request, _: Form) -> Response:
    """Who did what and when, newest first: the clock of each device is a claim, the order is not. A POST verifies it to the end."""
    with opened(desk, request) as one:
        comp = one.comp
        checked = verify_compartment(comp) if request.method == "POST" else None
        events = list(comp.index.events())[::-1]
        start = whole_number(request.query_params.get("before", ""))
        keys = {entry.id: entry.key for entry in one.book.entries}
        lines = [
            {"n": n, "key": _short(keys.get(getattr(line, "id", ""), "")), "who": comp.code(device), "t": t, "what": str(getattr(line, "what",
            "")) or type(line).__name__,
             "about": str(getattr(line, "kind", "") or getattr(line, "about", ""))}
            for device, n, t, line in events[start : start + LOG_PAGE]
        ]  # fmt: skip
        return one.page("log.html", "log", lines=lines, total=len(events), start=start, checked=checked, next=start + LOG_PAGE)


def _short(key: str) -> str:
    """How people call a record; a random id by its beginning."""
    return key if len(key) <= 12 else key[:6]  # noqa: PLR2004


def search(desk: Desk, request: Request, form: Form) -> Response:
    """Full text of this case alone: statements, exhibits, notes; in any script. The words stand in no address."""
    query = form.get("q", "").strip()
    with opened(desk, request) as one:
        reading = read_exhibits(one.comp, one.book) if query else None
        hits = find(one.comp, query, book=one.book, most=MOST_HITS) if query else []
        return one.page(
            "search.html",
            "",
            query=query,
            unread=reading.left if reading else 0,
            not_searched=reading.not_searched if reading else (),
            hits=[(kind, key, words, _place_of(one, kind, key)) for kind, key, words in hits],
        )


def _place_of(one: Opened, kind: str, key: str) -> str:
    base = f"/cases/{one.cid}"
    return {
        "statement": f"{base}/statements/{key}", "exhibit": f"{base}/exhibits/{key}", "task": f"{base}/tasks", "review": f"{base}/findings",
        "consent": f"{base}/people", "contact": f"{base}/people", "relation": f"{base}/people",
    }.get(kind, f"{base}/sheet")  # fmt: skip
