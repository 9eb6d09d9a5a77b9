"""What a click does to records of any kind: take one out, put it back, undo what was just done."""

import re
from collections.abc import Mapping
from contextlib import ExitStack

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.errors import UsageError
from habeas.locale import tr
from habeas.services.changing import Step, may_take_back, take_back, withdraw
from habeas.vault.events import Because, Kind
from habeas.web.desk import Desk, Done
from habeas.web.pages import Form, go
from habeas.web.views.common import SHOWN_FOR, opened


def put_back(desk: Desk, request: Request, form: Form) -> Response:
    """A withdrawn record counts again."""
    kind = _kind(form)
    with opened(desk, request) as one:
        entry = one.book.find(kind, form.get("key", ""))
        if entry.withdrawn:
            withdraw(one.comp, kind, (entry.id,), Because.MISTAKE, "", back=True)
            one.did(tr("The withdrawal was taken back."))
    return go(f"/cases/{one.cid}{_BACK.get(kind, '')}")


TAKEN_OUT = frozenset({Kind.CONTACT, Kind.RELATION, Kind.CONSENT, Kind.TASK, Kind.NOTE, Kind.PLACE, Kind.VOICE})
"""Kinds that a click on their row withdraws; statements and exhibits have pages of their own, and a case is never without its first page."""


def take_out(desk: Desk, request: Request, form: Form) -> Response:
    """A contact, relation, consent, task, note, place or tie no longer counts; to correct one, add it anew."""
    kind = _kind(form)
    if kind not in TAKEN_OUT:
        raise UsageError(tr("there is nothing to undo"))
    with opened(desk, request) as one:
        entry = one.book.find(kind, form.get("key", ""))
        withdraw(one.comp, kind, (entry.id,), Because.MISTAKE, "")
        one.did(tr("Withdrawn."), kind, entry.id)
    return go(f"/cases/{one.cid}{_BACK.get(kind, '')}")


def _kind(form: Form) -> Kind:
    try:
        return Kind(form.get("kind", ""))
    except ValueError:
        raise UsageError(tr("there is nothing to undo")) from None


def undo(desk: Desk, request: Request, form: Form) -> Response:
    """Undo the last change of a record: of any kind that the screens change."""
    kind = _kind(form)
    with opened(desk, request) as one:
        entry = one.book.find(kind, form.get("key", ""))
        withdrawn = form["withdrawn"] == "yes" if "withdrawn" in form else entry.withdrawn
        take_back(one.comp, [Step(kind=kind, id=entry.id, revision=form.get("revision", ""), withdrawn=withdrawn)])
        one.did(tr("Undone."))
    back = form.get("back", "")
    return go(f"/cases/{one.cid}/statements/{back}" if _STATEMENT.fullmatch(back) else f"/cases/{one.cid}{_BACK.get(kind, '')}")


def undo_all(desk: Desk, _: Request, form: Form) -> Response:
    """Undo what was just done to several records, of one case or of two: all of it, or nothing."""
    done = desk.undoing(form.get("token", ""), SHOWN_FOR)
    if done is None:
        raise UsageError(tr("it is too long ago to be undone by one click; nothing was changed"))
    left = dict(done.steps)
    with ExitStack() as stack:  # all are open before anything is changed: a wish to lock waits behind both
        comps = {cid: stack.enter_context(desk.case(cid)) for cid in left}
        for cid, comp in comps.items():
            may_take_back(desk.shelf.book(comp), left[cid])
        try:
            for cid, comp in comps.items():
                take_back(comp, left[cid])
                del left[cid]
        except BaseException:
            desk.did(msgspec.structs.replace(done, steps=left))  # the rest can be asked for again
            raise
    desk.did(Done(cid="" if done.back == "/inbox" else done.cid, words=tr("Undone.")))
    return go(done.back)


_STATEMENT = re.compile("[A-Za-z0-9._-]{1,40}")
_BACK: Mapping[Kind, str] = {
    Kind.STATEMENT: "/statements", Kind.EXHIBIT: "/exhibits", Kind.REVIEW: "/findings", Kind.TASK: "/tasks", Kind.CONTACT: "/people",
    Kind.RELATION: "/people", Kind.CONSENT: "/people", Kind.NOTE: "/sheet", Kind.PLACE: "/timeline", Kind.VOICE: "/findings", Kind.HEAD: "/sheet",
}  # fmt: skip
