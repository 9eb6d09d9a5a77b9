"""Tasks and deadlines: of one case, and across cases by ids and days alone; for paper, and for a calendar with neutral titles."""

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.deadlines import RULES
from habeas.domain.errors import HabeasError
from habeas.locale import tr
from habeas.services.calendars import calendar
from habeas.services.casebook import utc_now
from habeas.services.cases import agenda
from habeas.services.changing import finish_task
from habeas.services.records import add_cells
from habeas.vault.events import Kind
from habeas.web.desk import Desk
from habeas.web.pages import Form, go, page, problems_of, today
from habeas.web.views.common import Opened, opened
from habeas.web.views.people import one_day


def tasks(desk: Desk, request: Request, _: Form) -> Response:
    """What is due in this case, and what was done."""
    with opened(desk, request) as one:
        return _tasks(one)


def _tasks(one: Opened, problems: tuple[str, ...] = (), form: Form | None = None) -> Response:
    entries = one.book.of(Kind.TASK)
    return one.page(
        "tasks.html", "tasks", status=422 if problems else 200, problems=problems, form=form or {}, today=today().isoformat(),
        open_tasks=sorted((each for each in entries if not each.record.done_on), key=lambda each: each.record.due_on or "9"),
        done_tasks=[each for each in entries if each.record.done_on],
        rules=[(rule.key, tr(rule.words), tr(rule.start), rule.verified) for rule in RULES],
    )  # fmt: skip


def add(desk: Desk, request: Request, form: Form) -> Response:
    """A task, or a deadline that a rule gives from its first day."""
    with opened(desk, request) as one:
        cells = {name: form.get(name, "").strip() for name in ("title", "due_on", "who", "rule", "from") if form.get(name, "").strip()}
        try:
            for name, words in (("due_on", tr("Due on")), ("from", tr("Counted from"))):
                if name in cells:
                    cells[name] = one_day(cells[name], words)
            key, remark = add_cells(one.comp, Kind.TASK, cells, "")
        except HabeasError as error:
            return _tasks(one, problems_of(error), form)
        one.did(remark or tr("Added."), Kind.TASK, key)
    return go(f"/cases/{one.cid}/tasks")


def finish(desk: Desk, request: Request, form: Form) -> Response:
    """A task is done."""
    with opened(desk, request) as one:
        key = form.get("task", "")
        finish_task(one.comp, key, today())
        one.did(tr("Done."), Kind.TASK, key)
    return go(f"/cases/{one.cid}/tasks")


def across(desk: Desk, _: Request, __: Form) -> Response:
    """Everything open across cases: days and ids, no text."""
    found = agenda(desk.vault)
    return page(desk, "agenda.html", rows=[(day, cid, task) for day, cid, task in found], today=today().isoformat())


def ics(desk: Desk, _: Request, __: Form) -> Response:
    """The same for a calendar; what is in it tells nobody what or whom it is about."""
    body = calendar(agenda(desk.vault), utc_now())
    return Response(body, media_type="text/calendar", headers={"content-disposition": 'attachment; filename="reminders.ics"'})
