"""A large case is read for the first time in the background, while its page says how far that is; small ones are read as they are asked for.

What it does not do: say what is wrong with a case; the page that is asked for next does.
"""

import threading
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from habeas.vault.compartment import Compartment
from habeas.vault.words import unindexed
from habeas.web.desk import Desk, LockedDeskError
from habeas.web.progress import Opening

MANY = 2_000
"""Records whose reading takes about half a second: from here on somebody wants to see how far it is."""


class ToBeReadError(Exception):
    """A page was asked for whose case has to be read first."""

    def __init__(self, opening: Opening) -> None:
        """How far that is."""
        super().__init__()
        self.opening = opening


def read_first(desk: Desk, comp: Compartment, request: Request) -> None:
    """Raise ToBeReadError where a person asks for a page of a large case that was not read yet; its reading has begun then."""
    asked = request.method == "GET" and request.headers.get("sec-fetch-dest") in (None, "document")
    if not asked or comp.cid in desk.openings:
        return
    records = desk.shelf.unread(comp)
    if records >= MANY:
        raise ToBeReadError(_begin(desk, comp.cid, records + unindexed(comp)))


def _begin(desk: Desk, cid: str, total: int) -> Opening:
    opening = desk.openings[cid] = Opening(total=total)

    def step() -> None:
        opening.done += 1
        if not desk.is_open:  # a wish to lock, or nobody came for too long
            raise LockedDeskError

    def read() -> None:
        try:
            with desk.work(), desk.case(cid) as comp:
                desk.shelf.read(comp, step)
            desk.openings.pop(cid, None)  # it is asked for again where it had to make room; a reading that failed is not begun again
        except Exception:  # noqa: BLE001, S110  # the page that is loaded next meets the same, and says it
            pass
        finally:
            opening.over = True

    try:
        threading.Thread(target=read, daemon=True).start()
    except RuntimeError:  # no more threads: it is read as a small one is
        opening.over = True
    return opening


def being_read(desk: Desk, request: Request) -> Opening | None:
    """The reading of the case of this address, while it lasts."""
    opening = desk.openings.get(request.path_params.get("cid", ""))
    return opening if opening and not opening.over and desk.is_open and request.method == "GET" else None


def told(request: Request) -> Response:
    """How far it is, for the page that waits: figures alone; 404 where nothing is being read (any more)."""
    opening = being_read(request.app.state.desk, request)
    return JSONResponse({"done": opening.done, "total": opening.total}) if opening else Response(status_code=HTTPStatus.NOT_FOUND)
