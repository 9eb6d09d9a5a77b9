"""The cases of the vault: ids, titles and figures of what this person may open; a new one; the sample case."""

from datetime import date, timedelta
from importlib import resources

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.errors import HabeasError
from habeas.locale import tr
from habeas.services.casebook import read_book
from habeas.services.cases import CaseLine, import_folder, list_cases, new_case
from habeas.web.desk import Desk
from habeas.web.pages import Form, go, page, problems_of

SAMPLE = "castro-1977"


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the list, with the title that the case has inside."""

    line: CaseLine
    title: str


def cases(desk: Desk, _: Request, __: Form) -> Response:
    """Every case that this device has a place in; one that does not open hides no other."""
    return page(desk, "cases.html", cases=_listed(desk), title_typed="")


def _listed(desk: Desk) -> list[Listed]:
    found = []
    for line in list_cases(desk.vault):
        title = ""
        if not line.state and not line.dormant:
            with desk.case(line.cid) as comp:
                head = read_book(comp).head()
                title = head.record.title if head else ""
        found.append(Listed(line=line, title=title or line.cid))
    return found


def new(desk: Desk, _: Request, form: Form) -> Response:
    """An empty case."""
    title = form.get("title", "").strip()
    if not title:
        return page(desk, "cases.html", status=422, cases=_listed(desk), title_typed="", problems=(tr("A new case needs a title."),))
    try:
        return go(f"/cases/{new_case(desk.vault, title, _in_a_year())}")
    except HabeasError as error:
        return page(desk, "cases.html", status=422, cases=_listed(desk), title_typed=title, problems=problems_of(error))


def sample(desk: Desk, _: Request, __: Form) -> Response:
    """The public historical case, to look around in."""
    with resources.as_file(resources.files("habeas.demo_case")) as folder:
        done = import_folder(desk.vault, folder / SAMPLE, _in_a_year())
    return go(f"/cases/{done.cid}")


def _in_a_year() -> date:
    return date.today() + timedelta(days=365)  # noqa: DTZ011  # the user's own calendar
