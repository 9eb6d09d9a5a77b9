"""Coming in and going out: the first visit, a new vault with its recovery words, unlocking, locking."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from habeas.domain.errors import HabeasError
from habeas.locale import tr
from habeas.services.casebook import utc_now
from habeas.services.opening import forbid_core_dumps
from habeas.vault.errors import RecoveryWordsError
from habeas.vault.vault import check_recovery, create_vault, make_recovery
from habeas.web.desk import COOKIE, Desk
from habeas.web.pages import Form, go, page, problems_of
from habeas.web.progress import events

THRESHOLD, SHARES = 2, 3
"""Recovery words: so many lists of so many open the vault."""


async def let_in(request: Request) -> Response:
    """The address that was printed: it sets the cookie, once. Who comes with another one keeps nothing open and waits for nothing."""
    desk: Desk = request.app.state.desk
    cookie = desk.let_in(request.path_params["token"])
    if cookie is None:
        return PlainTextResponse(tr("This address was used already, or is not of this run. Start habeas again for a new one."), 403)
    answer = go("/")
    answer.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", path="/")
    return answer


def home(desk: Desk, _: Request, __: Form) -> Response:
    """Where one is: a first run, a closed vault, words that were never checked, or the cases."""
    if desk.blocked:
        said = tr("this folder holds something else, and no vault: start habeas with another --vault, or without it")
        return page(desk, "message.html", status=409, title=tr("No vault here"), problems=(said,))
    if not desk.exists:
        return page(desk, "first_run.html", code="")
    if not desk.is_open:
        return page(desk, "unlock.html")
    return go("/cases" if desk.vault.settings.recovery_checked else "/recovery")


def create(desk: Desk, _: Request, form: Form) -> Response:
    """Make the vault."""
    first, second, code = (form.get(name, "") for name in ("passphrase", "again", "code"))
    if first != second:
        return page(desk, "first_run.html", status=422, problems=(tr("The two passphrases differ."),), code=code)
    try:
        forbid_core_dumps()
        create_vault(desk.root, first, code.strip(), utc_now).close()
        desk.when_made()
        desk.unlock(first)
    except HabeasError as error:
        return page(desk, "first_run.html", status=422, problems=problems_of(error), code=code)
    return go("/recovery")


def recovery(desk: Desk, request: Request, _: Form) -> Response:
    """Recovery words: made on request and shown once, to be written on paper. Words that were checked are not replaced by a click."""
    if desk.vault.settings.recovery_checked:
        said = tr("Recovery words were made and checked already. Others are made on the command line: habeas vault recovery-words")
        return page(desk, "message.html", status=409, title=tr("Recovery words"), problems=(said,))
    words = make_recovery(desk.vault, THRESHOLD, SHARES) if request.method == "POST" else ()
    return page(desk, "recovery.html", stays=bool(words), lists=words, threshold=THRESHOLD, shares=SHARES)


def recovery_check(desk: Desk, _: Request, form: Form) -> Response:
    """Two lists typed back, so that they are known to work."""
    lists = [form.get(f"list{number}", "").strip() for number in range(1, THRESHOLD + 1)]
    if not any(lists):
        return page(desk, "recovery_check.html", stays=True, threshold=THRESHOLD)
    try:
        check_recovery(desk.vault, lists)
    except RecoveryWordsError as error:
        return page(desk, "recovery_check.html", status=422, stays=True, problems=problems_of(error), threshold=THRESHOLD)
    return go("/cases")


def unlock(desk: Desk, _: Request, form: Form) -> Response:
    """The passphrase."""
    try:
        desk.when_made()
        desk.unlock(form.get("passphrase", ""))
    except HabeasError as error:
        return page(desk, "unlock.html", status=422, problems=problems_of(error))
    return go("/")


async def lock(request: Request) -> Response:
    """Lock now, whatever else is going on: what is being written is finished, an upload is broken off, and no page is shown meanwhile."""
    desk: Desk = request.app.state.desk
    desk.lock()
    return _forgetting(desk, go("/away"))


async def away(request: Request) -> Response:
    """Where a page goes by itself, or when another window locked: nothing of a case, and no sign of a person."""
    desk: Desk = request.app.state.desk
    gone = page(desk, "away.html", stays=True)
    return gone if desk.is_open else _forgetting(desk, gone)


def _forgetting(desk: Desk, gone: Response) -> Response:
    """With it the browser drops the pages that it kept for going back."""
    gone.set_cookie(COOKIE, desk.new_cookie(), httponly=True, samesite="strict", path="/")
    gone.headers["clear-site-data"] = '"cache"'
    return gone


async def stay(request: Request) -> Response:
    """Somebody is typing."""
    desk: Desk = request.app.state.desk
    if desk.is_open:
        desk.touch()
    return Response(status_code=204 if desk.is_open else 403)


async def progress(request: Request) -> Response:
    """How far an upload is, as server-sent events; nothing while the vault is closed."""
    desk: Desk = request.app.state.desk
    if not desk.is_open:
        return Response(status_code=403)
    return StreamingResponse(events(desk.progress), media_type="text/event-stream")
