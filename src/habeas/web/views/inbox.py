"""The inbox: files that have no case yet, and spreadsheets that become cases."""

import re

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.errors import HabeasError
from habeas.locale import tr, tr_n
from habeas.services import sheets
from habeas.services.exhibits import Outcome
from habeas.services.inbox import file_into, take_in, unfiled
from habeas.web.desk import Desk, Done
from habeas.web.pages import Form, go, page, problems_of
from habeas.web.uploads import Files
from habeas.web.views.cases import in_a_year, listed
from habeas.web.views.common import SHOWN_FOR

SHOWN_ROWS = 5
"""Rows of a spreadsheet that the mapping shows."""


def inbox(desk: Desk, _: Request, __: Form) -> Response:
    """What has no case yet."""
    return _inbox(desk, ())


def _inbox(desk: Desk, outcomes: tuple[Outcome, ...], problems: tuple[str, ...] = ()) -> Response:
    box, rows = desk.vault.settings.inbox, []
    if desk.vault.has_case(box):
        with desk.case(box) as comp:
            rows = [(each.record.number, each.record.file.partition("-")[2] or each.record.file, each.content.size if each.content else 0)
                    for each in unfiled(desk.shelf.book(comp))]  # fmt: skip
    sums = {word: sum(each.outcome == word for each in outcomes) for word in ("sealed", "duplicate", "refused")}
    return page(
        desk, "inbox.html", status=422 if problems else 200, problems=problems, rows=rows, outcomes=outcomes, sums=sums,
        cases=[each for each in listed(desk) if not each.line.state and not each.line.dormant], done=desk.just_done("", SHOWN_FOR),
    )  # fmt: skip


def take(desk: Desk, _: Request, files: Files) -> list[Outcome]:
    """Seal what has no case yet."""
    return take_in(desk.vault, files, in_a_year())


def taken(desk: Desk, _: Request, outcomes: list[Outcome]) -> Response:
    """What became of each."""
    return _inbox(desk, tuple(outcomes))


def file(desk: Desk, _: Request, form: Form) -> Response:
    """Put files into a case."""
    numbers = [name.removeprefix("file-") for name in form if name.startswith("file-")]
    if not numbers or not form.get("case"):
        return _inbox(desk, (), (tr("Choose the files, and the case."),))
    filing = file_into(desk.vault, numbers, form["case"])
    done = filing.files
    stay = sum(bool(each.outcome.why) for each in done)
    doubles = sum(each.outcome.outcome == "duplicate" and not each.outcome.why for each in done)
    said = tr_n("{count} file was filed.", "{count} files were filed.", len(done) - stay)
    if stay:
        said += " " + tr("{count} stay in the inbox: the case has them as withdrawn exhibits; take the withdrawal back there.", count=stay)
    said += " " + tr("{count} of them were there already.", count=doubles) if doubles else ""
    desk.did(Done(cid=form["case"], words=said, steps={cid: made for cid, made in filing.steps.items() if made}, back="/inbox"))
    return go(f"/cases/{form['case']}/exhibits")


def mapping(desk: Desk, _: Request, outcomes: list[Outcome]) -> Response:
    """Which column is what."""
    if not outcomes or outcomes[0].outcome != "sealed":
        return _inbox(desk, (), tuple(each.why for each in outcomes) or (tr("Choose a table first."),))
    return _mapping(desk, str(outcomes[0].file), {})


def _mapping(desk: Desk, token: str, form: Form, problems: tuple[str, ...] = (), planned: sheets.Plan | None = None) -> Response:
    if token not in desk.waiting:
        return _inbox(desk, (), (tr("The table is no longer in memory; choose it again."),))
    _, _, rows = desk.waiting[token]
    protected = sheets.protected_columns(rows)
    return page(
        desk, "mapping.html", status=422 if problems else 200, problems=problems, token=token, header=rows.header, total=len(rows.rows),
        sample=[row.cells for row in rows.rows[:SHOWN_ROWS]], targets=[(target, target_words(target)) for target in sheets.TARGETS], form=form,
        protected=protected, planned=planned, guess=_guess,
        nameless=not {sheets.TITLE, sheets.PSEUDONYM} & {value for name, value in form.items() if name.startswith("column-")},
    )  # fmt: skip


def _guess(column: str) -> str:
    """What a column's heading says that it is; a note where it says nothing. The person decides."""
    words = {
        "title": sheets.TITLE, "case": sheets.TITLE, "pseudonym": sheets.PSEUDONYM, "name": sheets.PERSON, "person": sheets.PERSON,
        "client": sheets.PERSON, "language": sheets.LANGUAGE, "phone": sheets.ADDRESS, "address": sheets.ADDRESS, "channel": sheets.CHANNEL,
        "due": sheets.DUE, "deadline": sheets.DUE, "task": sheets.TASK, "todo": sheets.TASK, "псевдоним": sheets.PSEUDONYM, "имя": sheets.PERSON,
        "фио": sheets.PERSON, "дело": sheets.TITLE, "телефон": sheets.ADDRESS, "язык": sheets.LANGUAGE, "срок": sheets.DUE, "задача": sheets.TASK,
    }  # fmt: skip
    folded = column.strip().casefold()
    return words.get(folded) or next((target for word, target in words.items() if word in re.findall(r"\w+", folded)), sheets.NOTE)


def target_words(target: str) -> str:
    """What a column becomes, in words."""
    return {
        sheets.NOTE: tr("a note in the case"), sheets.DROP: tr("nothing: leave it out"), sheets.TITLE: tr("title of the case"),
        sheets.PERSON: tr("the person's name (never shown)"), sheets.PSEUDONYM: tr("pseudonym (shown outside)"),
        sheets.LANGUAGE: tr("language of the papers"),
        sheets.CHANNEL: tr("contact: channel"), sheets.ADDRESS: tr("contact: number or address"), sheets.SAFE_HOURS: tr("contact: safe hours"),
        sheets.WHO_ELSE: tr("contact: who else reads it"), sheets.TASK: tr("a task"), sheets.DUE: tr("day on which it is due"),
    }[target]  # fmt: skip


def make(desk: Desk, _: Request, form: Form) -> Response:
    """Show what would be made; with ``go`` make it: all cases, or none."""
    token = form.get("token", "")
    if token not in desk.waiting:
        return _mapping(desk, token, form)
    name, content, rows = desk.waiting[token]
    chosen = {column: form.get(f"column-{number}", sheets.NOTE) for number, column in enumerate(rows.header)}
    try:
        planned = sheets.plan(rows, chosen)
        if planned.problems or not form.get("go"):
            wrong = tuple(str(each) for each in planned.problems[:50])
            return _mapping(desk, token, form, wrong, planned)
        made = sheets.make_cases(desk.vault, planned, sheets.kept_table(rows, (name, content)), in_a_year())
    except HabeasError as error:
        return _mapping(desk, token, form, problems_of(error))
    desk.waiting.clear()
    words = tr_n("{count} case was made from the table.", "{count} cases were made from the table.", len(planned.cases))
    desk.did(
        Done(cid="", words=words + " " + tr("The table itself is sealed in a case of its own; the file on your disk is still there in plaintext."))
    )
    return go("/cases" if made.cids else "/inbox")
