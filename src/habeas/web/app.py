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
from habeas.web.desk import Desk
from habeas.web.guard import Guard
from habeas.web.pages import page, screen
from habeas.web.uploads import upload
from habeas.web.views import case, cases, entry, exhibits


def make_app(desk: Desk, port: int) -> ASGIApp:
    """The application for one desk. ``port``: the one that is listened on (0 in tests without a socket)."""
    static = Path(str(resources.files("habeas.web") / "static"))
    one, number = "/cases/{cid:str}", "/cases/{cid:str}/findings/{finding:str}"
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
        Route("/cases", screen(cases.cases)),
        Route("/cases/new", screen(cases.new), methods=["POST"]),
        Route("/cases/sample", screen(cases.sample), methods=["POST"]),
        Route(one, screen(case.overview)),
        Route(f"{one}/statements", screen(case.statements), methods=["GET"]),
        Route(f"{one}/statements", screen(case.add), methods=["POST"]),
        Route(f"{one}/exhibits", screen(exhibits.exhibits), methods=["GET"]),
        Route(f"{one}/exhibits", upload(exhibits.seal), methods=["POST"]),
        Route(f"{one}/log", screen(case.log)),
        Route(number, screen(case.finding), methods=["GET"]),
        Route(number, screen(case.review), methods=["POST"]),
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
