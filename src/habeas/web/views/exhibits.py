"""The exhibits of a case: what is sealed, and files that are sealed now, with an outcome for each."""

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.case import Exhibit
from habeas.services.exhibits import Outcome, seal_streams
from habeas.vault.events import Kind
from habeas.web.desk import Desk
from habeas.web.pages import Form, page
from habeas.web.uploads import Files
from habeas.web.views.case import frame, opened_book


def exhibits(desk: Desk, request: Request, _: Form) -> Response:
    """What is sealed."""
    return _exhibits(desk, request.path_params["cid"], ())


def _exhibits(desk: Desk, cid: str, outcomes: tuple[Outcome, ...]) -> Response:
    with desk.case(cid) as comp:
        book = opened_book(desk, comp)
        case = book.case()
        values = frame(comp, case)
    rows = [
        {"number": one.record.number, "title": one.record.title or one.record.file, "form": one.record.form.value,
         "size": one.content.size if one.content else 0, "sha256": one.content.sha256 if one.content else "",
         "cited": [s.id for s in case.statements if s.exhibit == one.record.number]}
        for one in book.of(Kind.EXHIBIT)
    ]  # fmt: skip
    sums = {word: sum(one.outcome == word for one in outcomes) for word in ("sealed", "duplicate", "refused")}
    return page(desk, "exhibits.html", **values, tab="exhibits", rows=rows, outcomes=outcomes, sums=sums)


def seal(desk: Desk, request: Request, files: Files) -> Response:
    """Seal what was dropped or chosen."""
    cid = request.path_params["cid"]
    with desk.case(cid) as comp:
        outcomes = seal_streams(comp, files, Exhibit(number=""))
    return _exhibits(desk, cid, tuple(outcomes))
