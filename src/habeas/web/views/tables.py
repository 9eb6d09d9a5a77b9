"""Tables on their way in: read into memory, where they wait for the next step; statements into an open case, looked at and then taken whole."""

import secrets
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.errors import HabeasError
from habeas.intake.folder.tables import MOST_BYTES
from habeas.locale import tr, tr_n
from habeas.services.changing import steps
from habeas.services.exhibits import Outcome
from habeas.services.sheets import read_sheet
from habeas.services.tables import check_table, take_table
from habeas.vault.events import Kind
from habeas.web.desk import Desk, Done
from habeas.web.pages import Form, go, problems_of
from habeas.web.uploads import Files
from habeas.web.views.common import Opened, opened, told

SHOWN = 200
"""Rows of the preview."""


def table(desk: Desk, _: Request, files: Files) -> list[Outcome]:
    """Read a table into memory, where it waits; the file of the outcome is the word that it is asked for by."""
    for name, pieces in files:
        content = bytearray()
        for piece in pieces:
            content += piece
            if len(content) > MOST_BYTES:
                return [Outcome(file=Path("table"), outcome="refused", why=tr("this table is too large"))]
        try:
            rows = read_sheet(name, bytes(content))
        except HabeasError as error:
            return [Outcome(file=Path("table"), outcome="refused", why=" ".join(problems_of(error)[:20]))]
        token = secrets.token_hex(8)
        desk.waiting.clear()
        desk.waiting[token] = (name, bytes(content), rows)
        return [Outcome(file=Path(token), outcome="sealed")]
    return []


def checked(desk: Desk, request: Request, outcomes: list[Outcome]) -> Response:
    """What would be taken, what is there already, what is wrong."""
    with opened(desk, request) as one:
        if not outcomes or outcomes[0].outcome != "sealed":
            return _preview(one, "", tuple(each.why for each in outcomes) or (tr("Choose a table first."),))
        return _preview(one, str(outcomes[0].file))


def _preview(one: Opened, token: str, problems: tuple[str, ...] = ()) -> Response:
    found = None
    if token in one.desk.waiting:
        try:
            found = check_table(one.book, one.desk.waiting[token][2])
        except HabeasError as error:
            problems = problems_of(error)
    return one.page(
        "table.html", "statements", status=422 if problems else 200, problems=problems, token=token, found=found,
        wrong=[str(each) for each in found.problems[:100]] if found else [], rows=[told(one.case, s) for s in found.taken[:SHOWN]] if found else [],
    )  # fmt: skip


def take(desk: Desk, request: Request, form: Form) -> Response:
    """Take it whole; a table with anything wrong in it is not taken."""
    token = form.get("token", "")
    with opened(desk, request) as one:
        if token not in desk.waiting:
            return _preview(one, "", (tr("The table is no longer in memory; choose it again."),))
        found = check_table(one.book, desk.waiting[token][2])
        if found.problems or not found.taken:
            return _preview(one, token)
        ids = take_table(one.comp, one.book, found.taken)
        desk.waiting.clear()
        made = [one.book.find(Kind.STATEMENT, number).id for number in ids]
        said = tr_n("{count} statement was added.", "{count} statements were added.", len(ids))
        desk.did(Done(cid=one.cid, words=said, steps={one.cid: steps(one.book, made)}, back=f"/cases/{one.cid}/statements"))
    return go(f"/cases/{one.cid}/statements")
