"""The routes, and the guard around them."""

from importlib import resources
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from habeas.locale import tr
from habeas.web import opening
from habeas.web.desk import Desk
from habeas.web.guard import Guard
from habeas.web.pages import page, screen
from habeas.web.uploads import upload
from habeas.web.views import (
    case,
    cases,
    dossier,
    entry,
    exhibits,
    inbox,
    interview,
    patterns,
    people,
    records,
    settings,
    statements,
    tables,
    tasks,
    timeline,
)  # fmt: skip


def make_app(desk: Desk, port: int) -> ASGIApp:
    """The application for one desk. ``port``: the one that is listened on (0 in tests without a socket)."""
    static = Path(str(resources.files("habeas.web") / "static"))
    one = "/cases/{cid:str}"
    routes = [
        Route("/open/{token:str}", entry.let_in),
        Route("/", screen(entry.home)),
        Route("/create", screen(entry.create), methods=["POST"]),
        Route("/recovery", screen(entry.recovery), methods=["GET", "POST"]),
        Route("/recovery/check", screen(entry.recovery_check), methods=["GET", "POST"]),
        Route("/unlock", screen(entry.unlock), methods=["POST"]),
        Route("/lock", entry.lock, methods=["POST"]),
        Route("/away", entry.away),
        Route("/stay", entry.stay, methods=["POST"]),
        Route("/progress", entry.progress),
        Route("/language", screen(settings.speak), methods=["POST"]),
        Route("/cases", screen(cases.cases), methods=["GET", "POST"]),
        Route("/cases/new", screen(cases.new), methods=["POST"]),
        Route("/cases/sample", screen(cases.sample), methods=["POST"]),
        Route("/inbox", screen(inbox.inbox), methods=["GET"]),
        Route("/inbox", upload(inbox.take, inbox.taken), methods=["POST"]),
        Route("/inbox/file", screen(inbox.file), methods=["POST"]),
        Route("/inbox/table", upload(tables.table, inbox.mapping), methods=["POST"]),
        Route("/inbox/cases", screen(inbox.make), methods=["POST"]),
        Route("/undo", screen(records.undo_all), methods=["POST"]),
        Route("/agenda", screen(tasks.across)),
        Route("/agenda.ics", screen(tasks.ics)),
        Route("/patterns", screen(patterns.patterns)),
        Route("/patterns/new", screen(patterns.new), methods=["POST"]),
        Route("/patterns/{cid:str}", screen(patterns.joint), methods=["GET", "POST"]),
        Route("/settings", screen(settings.settings)),
        Route("/settings/passphrase", screen(settings.passphrase), methods=["POST"]),
        Route("/settings/backup", screen(settings.backup), methods=["POST"]),
        Route("/settings/verify", screen(settings.verify), methods=["POST"]),
        Route("/verify-page", screen(settings.page_for_recipients)),
        Route("/help", screen(settings.guide)),
        Route("/help/{name:str}", screen(settings.guide)),
        Route(one, screen(case.overview)),
        Route(f"{one}/opening", opening.told),
        Route(f"{one}/sheet", screen(case.sheet)),
        Route(f"{one}/head", screen(case.head), methods=["POST"]),
        Route(f"{one}/accuse", screen(case.accuse), methods=["POST"]),
        Route(f"{one}/put-back", screen(records.put_back), methods=["POST"]),
        Route(f"{one}/withdraw", screen(records.take_out), methods=["POST"]),
        Route(f"{one}/undo", screen(records.undo), methods=["POST"]),
        Route(f"{one}/search", screen(case.search), methods=["POST"]),
        Route(f"{one}/log", screen(case.log), methods=["GET", "POST"]),
        Route(f"{one}/statements", screen(statements.statements), methods=["GET"]),
        Route(f"{one}/statements", screen(statements.add), methods=["POST"]),
        Route(f"{one}/statements/new", screen(statements.new), methods=["GET", "POST"]),
        Route(f"{one}/statements/table", upload(tables.table, tables.checked), methods=["POST"]),
        Route(f"{one}/statements/import", screen(tables.take), methods=["POST"]),
        Route(f"{one}/statements/{{statement:str}}", screen(statements.statement), methods=["GET"]),
        Route(f"{one}/statements/{{statement:str}}", screen(statements.change), methods=["POST"]),
        Route(f"{one}/statements/{{statement:str}}/withdraw", screen(statements.take_out), methods=["POST"]),
        Route(f"{one}/places", screen(statements.places), methods=["POST"]),
        Route(f"{one}/dates", screen(statements.dates), methods=["POST"]),
        Route(f"{one}/compare", screen(patterns.compare), methods=["GET", "POST"]),
        Route(f"{one}/exhibits", screen(exhibits.exhibits), methods=["GET"]),
        Route(f"{one}/exhibits", upload(exhibits.seal, exhibits.sealed), methods=["POST"]),
        Route(f"{one}/exhibits/{{number:str}}", screen(exhibits.exhibit), methods=["GET"]),
        Route(f"{one}/exhibits/{{number:str}}", screen(exhibits.change), methods=["POST"]),
        Route(f"{one}/exhibits/{{number:str}}/withdraw", screen(exhibits.take_out), methods=["POST"]),
        Route(f"{one}/exhibits/{{number:str}}/file", screen(exhibits.take_away), methods=["POST"]),
        Route(f"{one}/exhibits/{{number:str}}/page/{{page:int}}", screen(exhibits.picture)),
        Route(f"{one}/timeline", screen(timeline.timeline), methods=["GET", "POST"]),
        Route(f"{one}/findings", screen(case.findings)),
        Route(f"{one}/findings/{{finding:str}}", screen(case.finding), methods=["GET"]),
        Route(f"{one}/findings/{{finding:str}}", screen(case.review), methods=["POST"]),
        Route(f"{one}/people", screen(people.people), methods=["GET"]),
        Route(f"{one}/people", screen(people.add), methods=["POST"]),
        Route(f"{one}/people/grant", screen(people.grant), methods=["POST"]),
        Route(f"{one}/people/revoke", screen(people.take_away), methods=["POST"]),
        Route(f"{one}/tasks", screen(tasks.tasks), methods=["GET"]),
        Route(f"{one}/tasks", screen(tasks.add), methods=["POST"]),
        Route(f"{one}/tasks/done", screen(tasks.finish), methods=["POST"]),
        Route(f"{one}/interviews", screen(interview.interviews), methods=["GET"]),
        Route(f"{one}/interviews", screen(interview.start), methods=["POST"]),
        Route(f"{one}/interviews/{{interview:str}}", screen(interview.interview), methods=["GET"]),
        Route(f"{one}/interviews/{{interview:str}}", screen(interview.write), methods=["POST"]),
        Route(f"{one}/interviews/{{interview:str}}/paper", screen(interview.paper)),
        Route(f"{one}/dossier", screen(dossier.builder), methods=["GET", "POST"]),
        Route(f"{one}/dossier/mark", screen(dossier.mark), methods=["POST"]),
        Route(f"{one}/dossier/preview", screen(dossier.preview), methods=["POST"]),
        Route(f"{one}/dossier/preview/{{token:str}}/{{page:int}}", screen(dossier.preview_page)),
        Route(f"{one}/dossier/seal", screen(dossier.seal), methods=["POST"]),
        Route(f"{one}/memorandum", screen(dossier.memorandum), methods=["GET", "POST"]),
    ]
    application = Starlette(routes=routes, exception_handlers={404: _missing, 405: _missing, Exception: _broken})
    application.state.desk = desk
    files = Starlette(routes=[Mount("/static", StaticFiles(directory=static))])
    return Guard(application, files, desk, port)


def _missing(request: Request, _: Exception) -> Response:
    return page(
        request.app.state.desk, "message.html", status=404, title=tr("No such page"), problems=(tr("There is no such page, or it is not yours."),)
    )


def _broken(request: Request, error: Exception) -> Response:
    """An error inside Habeas: its kind alone, never text of a case."""
    said = tr("an error inside Habeas ({what}); nothing of the case is printed. Please report it", what=type(error).__name__)
    return page(request.app.state.desk, "message.html", status=500, title=tr("That did not work"), problems=(said,))
