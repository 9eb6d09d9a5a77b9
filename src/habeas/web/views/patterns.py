"""Patterns across cases, in joint compartments: what recurs on the accusing side; and two texts beside each other."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.across import Across
from habeas.domain.case import Case
from habeas.domain.errors import BadInput, HabeasError
from habeas.dossier.pattern_pictures import key_words, p_words, pictures, prompt_words
from habeas.dossier.side_by_side import side_by_side
from habeas.locale import tr
from habeas.services.joint import new_joint, run
from habeas.web.desk import Desk
from habeas.web.pages import Form, drawn, go, page, problems_of, today
from habeas.web.views.cases import in_a_year, listed
from habeas.web.views.common import Opened, opened

MOST_GROUPS = 10
"""Groups of shared wording that are set side by side."""
MOST_TOLD = 200
"""Rows of a table of patterns."""


def patterns(desk: Desk, _: Request, __: Form) -> Response:
    """Joint compartments, and a new one."""
    return _patterns(desk)


def _patterns(desk: Desk, problems: tuple[str, ...] = ()) -> Response:
    lines = listed(desk)
    return page(
        desk, "patterns.html", status=422 if problems else 200, problems=problems, joint=[one for one in lines if one.line.state == "joint"],
        cases=[one for one in lines if not one.line.state and not one.line.dormant],
    )  # fmt: skip


def new(desk: Desk, _: Request, form: Form) -> Response:
    """A joint compartment of the chosen cases."""
    cids = [name.removeprefix("case-of-") for name in form if name.startswith("case-of-")]
    try:
        return go(f"/patterns/{new_joint(desk.vault, cids, in_a_year())}")
    except HabeasError as error:
        return _patterns(desk, problems_of(error))


def joint(desk: Desk, request: Request, _: Form) -> Response:
    """Look at the cases of a joint compartment as they stand now; each case's log says so. Looking is a change, so it is a POST."""
    with desk.case(request.path_params["cid"]) as comp:
        cid = comp.cid
        if request.method != "POST":
            return page(desk, "joint.html", cid=cid, ran=None)
        ran = run(desk.vault, comp, today())
    found = ran.found
    return page(
        desk, "joint.html", cid=cid, ran=ran, found=found.patterns, pictures=[(name, drawn(svg)) for name, svg in pictures(found.patterns).items()],
        groups=[_group(found, number, ran.cases) for number in range(min(len(found.groups), MOST_GROUPS))], key_words=key_words,
        prompt_words=prompt_words,
        p_words=p_words, most=MOST_TOLD,
    )  # fmt: skip


def _group(found: Across, number: int, cases: dict[str, Case]) -> dict[str, Any]:
    group = found.groups[number]
    heaviest = group.alignments[0] if group.alignments else None
    compared = None
    if heaviest is not None:
        compared = side_by_side(_quote(cases, heaviest.first), _quote(cases, heaviest.second))
    return {"statements": group.statements, "heaviest": heaviest, "compared": compared}


def _quote(cases: dict[str, Case], named: tuple[str, str]) -> str:
    return next((s.quote for s in cases[named[0]].statements if s.id == named[1]), "")


def compare(desk: Desk, request: Request, form: Form) -> Response:
    """Two texts of one case beside each other."""
    with opened(desk, request) as one:
        texts: dict[str, str] = {s.id: s.quote for s in one.case.statements if s.quote}
        first, second = (form.get(name) or request.query_params.get(name, "") for name in ("a", "b"))
        try:
            compared = _compared(texts, first, second) if first or second else None
        except BadInput as error:
            return _compare(one, texts, first, second, None, problems_of(error))
        return _compare(one, texts, first, second, compared)


def _compared(texts: dict[str, str], first: str, second: str) -> Any:
    if first not in texts or second not in texts or first == second:
        raise BadInput.one("compare", tr("two different statements with a quotation are wanted"))
    return side_by_side(texts[first], texts[second])


def _compare(one: Opened, texts: dict[str, str], first: str, second: str, compared: Any, problems: tuple[str, ...] = ()) -> Response:
    return one.page(
        "compare.html", "statements", status=422 if problems else 200, problems=problems, ids=sorted(texts), first=first, second=second,
        compared=compared
    )  # fmt: skip
