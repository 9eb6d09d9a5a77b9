"""Interviews: what is said before, the text while it is said (paused and taken up again), and the papers to sign, in two languages."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.case import Exhibit
from habeas.domain.case import Form as HeldAs
from habeas.domain.errors import HabeasError
from habeas.domain.work import Interview
from habeas.locale import in_language, tr
from habeas.services.interviewing import begin, finish, papers, pause, sealed_text
from habeas.vault.events import Kind
from habeas.web.desk import Desk
from habeas.web.pages import Form, go, problems_of, today
from habeas.web.views.common import Opened, opened

PAPERS = ("en", "ru")
"""Languages of the script and of the papers."""


def interviews(desk: Desk, request: Request, _: Form) -> Response:
    """Talks that were begun, and a new one."""
    with opened(desk, request) as one:
        return _interviews(one)


def _interviews(one: Opened, problems: tuple[str, ...] = (), form: Form | None = None) -> Response:
    return one.page(
        "interviews.html", "people", status=422 if problems else 200, problems=problems, form=form or {}, rows=one.book.of(Kind.INTERVIEW),
        scripts=[(code, papers(code)) for code in PAPERS],
    )  # fmt: skip


def start(desk: Desk, request: Request, form: Form) -> Response:
    """Begin: nothing is written down before the person has heard what it is for."""
    with opened(desk, request) as one:
        try:
            key = begin(one.comp, form.get("person", "").strip(), form.get("language", "").strip(), form.get("interpreter", "").strip(), today(),
                        heard=bool(form.get("consent_read")))  # fmt: skip
        except HabeasError as error:
            return _interviews(one, problems_of(error), form)
    return go(f"/cases/{one.cid}/interviews/{key}")


def interview(desk: Desk, request: Request, _: Form) -> Response:
    """One talk: to go on with it, or as it was sealed."""
    with opened(desk, request) as one:
        return _interview(one, request.path_params["interview"])


def _interview(one: Opened, key: str, problems: tuple[str, ...] = (), text: str | None = None, revision: str = "") -> Response:
    entry = one.book.find(Kind.INTERVIEW, key)
    record: Interview = entry.record
    return one.page(
        "interview.html", "people", status=422 if problems else 200, problems=problems, entry=entry, record=record,
        text=record.text if text is None else text, saved=_clock(entry.revisions[-1].t), revision=revision or entry.revisions[-1].payload,
        scripts=[(code, papers(code)) for code in PAPERS],
    )  # fmt: skip


def write(desk: Desk, request: Request, form: Form) -> Response:
    """Keep what was written so far (pause), or finish: the text is sealed as an exhibit once it was read back."""
    key, text = request.path_params["interview"], form.get("text", "").replace("\r\n", "\n")
    with opened(desk, request) as one:
        try:
            one.as_opened(one.book.find(Kind.INTERVIEW, key), form)
            if form.get("do") == "finish":
                number = finish(one.comp, key, text, read_back=bool(form.get("read_back")),
                                details=Exhibit(number="", form=HeldAs.TRANSCRIPTION, obtained_on=today().isoformat()))  # fmt: skip
                one.did(tr("The interview is sealed as exhibit {number}. Select words in it to make statements.", number=number))
                return go(f"/cases/{one.cid}/exhibits/{number}")
            pause(one.comp, key, text)
        except HabeasError as error:
            return _interview(one, key, problems_of(error), text, form.get("revision", ""))
        one.did(tr("Saved."))
    return go(f"/cases/{one.cid}/interviews/{key}" + ("/paper" if form.get("do") == "paper" else ""))


def _clock(moment: str) -> str:
    """The hour of a moment of the log, by the clock of this machine, as the page shows it when it saves itself."""
    return datetime.fromisoformat(moment).astimezone().strftime("%H:%M")


def paper(desk: Desk, request: Request, _: Form) -> Response:
    """The statement and the consent form for paper, in the person's language beside English."""
    with opened(desk, request) as one:
        entry = one.book.find(Kind.INTERVIEW, request.path_params["interview"])
        other = entry.record.language if entry.record.language in PAPERS else "ru"
        languages = ["en"] if other == "en" else [other, "en"]
        return one.page(
            "paper.html", "people", record=entry.record, text=sealed_text(one.comp, entry.id), languages=[(code,
            papers(code)) for code in languages], say=in_language
        )  # fmt: skip
