"""The cases of the vault: ids, titles and figures of what this person may open; a new one; the sample case."""

from datetime import date, timedelta
from importlib import resources

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.errors import HabeasError
from habeas.locale import tr
from habeas.services.cases import import_folder, new_case
from habeas.services.listing import Listed
from habeas.web.desk import Desk
from habeas.web.pages import Form, go, page, problems_of, today, whole_number
from habeas.web.views.common import SHOWN_FOR

SAMPLE = "castro-1977"
A_PAGE = 30
"""Cases on a page: each that was not seen since the vault was opened is opened for its title."""


def cases(desk: Desk, request: Request, form: Form) -> Response:
    """Cases that this device has a place in; one that does not open hides no other. Words to find one by title come as a form."""
    return _cases(desk, request, form)


def _cases(desk: Desk, request: Request, form: Form, problems: tuple[str, ...] = ()) -> Response:
    query, number = form.get("q", "").strip(), whole_number(request.query_params.get("page", ""), 1)
    found = desk.listing.find(desk.vault, query) if query else desk.listing.ids(desk.vault)
    rows = desk.listing.lines(desk.vault, found[(number - 1) * A_PAGE : number * A_PAGE])
    return page(
        desk, "cases.html", status=422 if problems else 200, problems=problems, cases=rows, total=len(found), number=number,
        pages=-(-len(found) // A_PAGE),
        query=query, title_typed=form.get("title", ""), done=desk.just_done("", SHOWN_FOR),
    )  # fmt: skip


def listed(desk: Desk) -> list[Listed]:
    """All cases with their titles, for a list to choose from; the inbox is none."""
    return [one for one in desk.listing.lines(desk.vault, desk.listing.ids(desk.vault)) if one.line.cid != desk.vault.settings.inbox]


def new(desk: Desk, request: Request, form: Form) -> Response:
    """An empty case."""
    title = form.get("title", "").strip()
    if not title:
        return _cases(desk, request, form, (tr("A new case needs a title."),))
    try:
        return go(f"/cases/{new_case(desk.vault, title, in_a_year())}")
    except HabeasError as error:
        return _cases(desk, request, form, problems_of(error))


def sample(desk: Desk, _: Request, __: Form) -> Response:
    """The public historical case, to look around in."""
    with resources.as_file(resources.files("habeas.demo_case")) as folder:
        done = import_folder(desk.vault, folder / SAMPLE, in_a_year())
    return go(f"/cases/{done.cid}")


def in_a_year() -> date:
    """When a case made today is to be looked at again."""
    return today() + timedelta(days=365)
