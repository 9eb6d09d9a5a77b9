"""What all screens share: forms as they come in, pages as they go out, errors in plain words, one request on the vault after the other."""

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import anyio
import anyio.lowlevel
from babel.numbers import format_decimal
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from habeas.domain.errors import BadInput, HabeasError
from habeas.dossier.words import day_words
from habeas.locale import LANGUAGES, language, tr, tr_n
from habeas.vault.errors import NoSuchCaseError
from habeas.web.desk import Desk, LockedDeskError
from habeas.web.keys import key_words
from habeas.web.opening import ToBeReadError, being_read
from habeas.web.progress import Opening
from habeas.web.words import all_in_words, in_words, problem_words

MOST_FORM = 8 << 20
"""Bytes of a form: an interview of a day in Cyrillic letters, each of which is six bytes on its way."""
MOST_FIELDS = 20_000
"""A tick for each row of a large case."""
LONGEST = 3_600
"""Seconds after which any page goes away."""
Form = Mapping[str, str]
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
View = Callable[[Desk, Request, Form], Response]

_templates = Environment(loader=PackageLoader("habeas.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_templates.globals.update(
    tr=tr,
    screen_languages=LANGUAGES,
    tr_n=tr_n,
    key_words=key_words,
    day=day_words,
    thousands=lambda count: format_decimal(count, locale=language()),
    in_words=in_words,
    all_in_words=all_in_words,
    printable=lambda text: "".join(c if c.isprintable() else "�" for c in text),
)
_here: ContextVar[str] = ContextVar("here", default="")
"""The page that is looked at, for the switch of the language."""
_places: dict[object, anyio.CapacityLimiter] = {}


class FormError(HabeasError):
    """A form that is too large, or no form."""


def page(desk: Desk, template: str, *, status: int = 200, stays: bool = False, **values: Any) -> Response:
    """A screen. Every template knows whether the vault is open and for how many seconds. ``stays``: an hour, for copying by hand."""
    shown = desk.is_open
    seconds = 0 if not shown else LONGEST if stays else max(1, int(desk.seconds_left)) + 2
    html = _templates.get_template(template).render(
        open=shown, left=desk.minutes_left, seconds=seconds, problems=values.pop("problems", ()), lang=language(), dir=_direction(),
        here=_here.get() if status == HTTPStatus.OK else "", stays=stays, **values
    )  # fmt: skip
    return HTMLResponse(html, status)


def _direction() -> str:
    return "rtl" if language() in _RIGHT_TO_LEFT else "ltr"


def drawn(svg: str) -> Markup:
    """A picture of ours as it goes into a page: every word in it was escaped where it was drawn (:mod:`habeas.dossier.svg`)."""
    return Markup(svg)  # noqa: S704


def whole_number(text: str, least: int = 0, most: int = 1_000_000) -> int:
    """A number out of an address, within bounds; the least where it is none."""
    return min(max(int(text), least), most) if text.isdecimal() and len(text) < 9 else least  # noqa: PLR2004


def today() -> date:
    """The user's own calendar."""
    return date.today()  # noqa: DTZ011


def go(path: str) -> Response:
    """After a change: look at another page (303, so that going back changes nothing again)."""
    return RedirectResponse(path, HTTPStatus.SEE_OTHER)


def problems_of(error: HabeasError) -> tuple[str, ...]:
    """An error as the lines of an error summary."""
    return tuple(problem_words(one) for one in error.problems) if isinstance(error, BadInput) else (str(error),)


async def read_form(request: Request) -> Form:
    """The fields of a form in memory. Raises FormError."""
    if request.method != "POST":
        return {}
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_FORM:
            raise FormError(tr("the form is too large"))
    if not body:
        return {}
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise FormError(tr("this is no form of Habeas"))
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise FormError(tr("this is no form of Habeas")) from None


def screen(view: View) -> Callable[[Request], Awaitable[Response]]:
    """A view as an endpoint: its work is done in a thread, one request after the other; what goes wrong becomes a page, and no text of a case."""

    async def endpoint(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        _here.set(request.url.path if request.method == "GET" else "")
        try:
            if reading := being_read(desk, request):
                return _reading(desk, request, reading)
            form = await read_form(request)
            return await in_turn(lambda: view(desk, request, form), desk, request)
        except FormError as error:
            return page(desk, "message.html", status=400, title=tr("That did not work"), problems=problems_of(error))

    return endpoint


def _reading(desk: Desk, request: Request, opening: Opening) -> Response:
    """The page that waits for a large case."""
    return page(desk, "opening.html", cid=request.path_params["cid"], opening=opening)


async def in_turn(work: Callable[[], Response], desk: Desk, request: Request) -> Response:
    """Do some work when its turn comes. What was begun before the vault was locked is not shown behind it."""
    was_open, closings = desk.is_open, desk.closings
    done = await anyio.to_thread.run_sync(answer, work, desk, request, limiter=one_at_a_time())
    return go("/away") if was_open and desk.closings != closings else done


def one_at_a_time() -> anyio.CapacityLimiter:
    """The one place in which work on the vault is done, in whichever event loop this is."""
    loop = anyio.lowlevel.current_token()
    if loop not in _places:
        _places.clear()
        _places[loop] = anyio.CapacityLimiter(1)
    return _places[loop]


def somebody(request: Request) -> bool:
    """Whether a person did this: a click or a form, and no page that reloads itself; browsers that do not say are believed."""
    own = request.headers.get("sec-fetch-site") in (None, "same-origin", "none")
    return own and (request.method == "POST" or request.headers.get("sec-fetch-mode") is None or request.headers.get("sec-fetch-user") == "?1")


def answer(work: Callable[[], Response], desk: Desk, request: Request) -> Response:
    """The page that some work gives, or the page that says what went wrong."""
    try:
        with desk.work():
            if somebody(request):
                desk.touch()
            return work()
    except LockedDeskError:
        return go("/")
    except ToBeReadError as error:
        return _reading(desk, request, error.opening)
    except NoSuchCaseError:
        return page(desk, "message.html", status=404, title=tr("No such page"), problems=(tr("There is no such page, or it is not yours."),))
    except FormError:
        raise
    except HabeasError as error:
        return page(desk, "message.html", status=422, title=tr("That did not work"), problems=problems_of(error))
