"""The dossier builder: for whom, which findings, what leaves and how coarse, who agreed and who could be harmed, the real pages, then the seal.

The memorandum is made on a page of its own and never stands beside a dossier. What was built is made anew from the case for each step; only the
choices travel in the form.
"""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.case import Case
from habeas.domain.errors import HabeasError, UsageError
from habeas.domain.when import parse_when
from habeas.domain.work import Note
from habeas.dossier.redact import NothingToDiscloseError
from habeas.dossier.word import word_copy
from habeas.examine.wording import when_words
from habeas.intake.looking import draw
from habeas.locale import LANGUAGES, language, speaking, tr
from habeas.seal.digest import digest_bytes
from habeas.seal.verify import group_fingerprint
from habeas.services.cases import log_use, vault_source
from habeas.services.changing import add_record, edit_many, steps
from habeas.services.disclosing import Composed, Frozen, compose_dossier, freeze, make_memorandum
from habeas.services.generalising import Coarser, changed, chosen_cells, generalise, keeps
from habeas.services.handing import (
    RECIPIENTS,
    Leaves,
    consents_for,
    digest_of,
    handed_over,
    ids_of_disclosed,
    log_handed_over,
    may_hand_over,
    seal_archive,
    seal_for,
    signing_key,
    untranslated,
    what_leaves,
)  # fmt: skip
from habeas.vault.events import Kind, What
from habeas.web.desk import Desk, Done
from habeas.web.pages import Form, go, page, problems_of, today
from habeas.web.views.common import Opened, cards, opened, told

QUESTIONS = ("harmed", "family", "read")


def builder(desk: Desk, request: Request, form: Form) -> Response:
    """The builder; a POST keeps the choices and shows what follows from them."""
    with opened(desk, request) as one:
        return _builder(one, form)


def _choices(form: Form) -> dict[str, Any]:
    return {
        "recipient": form.get("recipient", "").strip(),
        "findings": tuple(name.removeprefix("finding-") for name in form if name.startswith("finding-")),
        "coarse": tuple(name.removeprefix("coarse-") for name in form if name.startswith("coarse-")), "originals": bool(form.get("originals")),
        "speak": form.get("speak") if form.get("speak") in LANGUAGES else language(),
        "answers": {name: form.get(name, "").strip() for name in QUESTIONS},
    }  # fmt: skip


def _builder(one: Opened, form: Form, problems: tuple[str, ...] = ()) -> Response:
    case, chosen = one.case, _choices(form)
    found = [card for card in cards(case, one.examined) if not card.counsel]
    leaves: Leaves | None = None
    offered: tuple[Coarser, ...] = ()
    warnings: tuple[str, ...] = ()
    allowed: set[str] = set()
    trouble = ""
    try:
        leaves = what_leaves(case)
        frozen = freeze(one.examined)
        warnings = frozen.selection.warnings
        bare = [s.id for s in frozen.redacted.case.statements if not s.exhibit]
        if bare:
            warnings = (*warnings, tr("these leave without an exhibit behind them: {ids}", ids=", ".join(bare)))
        allowed = {each.id for each in frozen.examination.findings}
        if form.get("coarsen"):
            offered = generalise(frozen.redacted.case, _ids(one, frozen, chosen))
    except NothingToDiscloseError as error:
        trouble = str(error)
    return one.page(
        "dossier.html", "dossier", status=422 if problems else 200, problems=problems, form=form, chosen=chosen,
        recipients=[tr(words) for words in RECIPIENTS.values()],
        spoken=LANGUAGES, cards=found,
        marks=_marks(case), leaves=leaves, trouble=trouble, warnings=warnings, allowed=allowed, offered=offered, statements=[told(case,
        s) for s in case.statements],
        untranslated=untranslated(case), agreed=consents_for(case, chosen["recipient"], today()) if leaves else (), questions=_questions(),
        fingerprint=group_fingerprint(signing_key(one.desk.vault).fingerprint), mayseal=one.comp.me.role.writes, handed=handed_over(one.comp),
        edtf=lambda text: when_words(parse_when(text)),
    )  # fmt: skip


def _questions() -> Mapping[str, str]:
    return {
        "harmed": tr("Who could be harmed if this becomes known to the other side, and what was left out for that reason?"),
        "family": tr("What does the family know of this dossier, and did they agree?"),
        "read": tr("Who has read every exhibit that leaves, word for word?"),
    }


def _marks(case: Case) -> str:
    """What may leave now, as one digest: a page that shows something older saves nothing."""
    marked = [*(f"{s.id}={s.disclosable}" for s in case.statements), *(f"{each.number}={each.disclosable}" for each in case.exhibits)]
    return digest_bytes("\n".join(marked).encode()).sha256


def mark(desk: Desk, request: Request, form: Form) -> Response:
    """What may leave: statements and exhibits, all on one page, each a revision of its own."""
    with opened(desk, request) as one:
        case = one.case
        if form.get("seen", "") != _marks(case):
            return _builder(one, {}, (tr("What may leave was changed since you opened this page: look at it again before you save."),))
        changes = [
            (kind, key, {"disclosable": "" if before else "true"})
            for kind, keyed, prefix in ((Kind.STATEMENT, {s.id: s.disclosable for s in case.statements}, "s-"),
                                        (Kind.EXHIBIT, {each.number: each.disclosable for each in case.exhibits}, "e-"))
            for key, before in keyed.items()
            if (f"{prefix}{key}" in form) != before
        ]  # fmt: skip
        try:
            changed = edit_many(one.comp, changes, "")
        except HabeasError as error:
            return _builder(one, {}, problems_of(error))
        if changed:
            done = {one.cid: steps(one.book, [entry.id for entry in changed])}
            desk.did(Done(cid=one.cid, words=tr("What may leave was changed."), steps=done, back=f"/cases/{one.cid}/dossier"))
    return go(f"/cases/{one.cid}/dossier")


def _ids(one: Opened, frozen: Frozen, chosen: dict[str, Any]) -> tuple[str, ...]:
    """Findings that have to stay what they are: the chosen ones, or all that would stand in the dossier."""
    allowed = {each.id for each in frozen.examination.findings}
    return chosen["findings"] or tuple(card.finding.id for card in cards(one.case, one.examined) if not card.counsel and card.finding.id in allowed)


def _composed(one: Opened, form: Form) -> Composed:
    """The dossier of these choices. Raises UsageError where a cell that was ticked cannot be shown coarser any more."""
    chosen = _choices(form)
    source = vault_source(one.comp, "dossier")
    with speaking(chosen["speak"]):
        frozen = freeze(one.examined)
        cells = chosen_cells(generalise(frozen.redacted.case, _ids(one, frozen, chosen)) if chosen["coarse"] else (), chosen["coarse"])
        if len(cells) != len(chosen["coarse"]):
            raise UsageError(tr("Not everything that was ticked can be told coarser now; ask again how coarse it may become."))
        if not keeps(frozen.redacted.case, cells, _ids(one, frozen, chosen)):
            raise UsageError(tr("These cells keep the findings only together with others that were offered: tick those as well, or fewer."))
        return compose_dossier(
            source, today(), chosen=chosen["findings"], with_originals=chosen["originals"], coarsened=lambda redacted: changed(redacted, cells)
        )


def _ready(one: Opened, form: Form) -> Composed | Response:
    """The dossier of these choices, or the builder with what is still wanted before pages are shown or sealed."""
    try:
        may_hand_over(one.comp)
        missing = _missing(one, form)
        return _builder(one, form, missing) if missing else _composed(one, form)
    except HabeasError as error:
        return _builder(one, form, problems_of(error))


def preview(desk: Desk, request: Request, form: Form) -> Response:
    """The pages as they would be handed over."""
    with opened(desk, request) as one:
        made = _ready(one, form)
        return made if isinstance(made, Response) else _preview(one, form, made)


_LEAVING = frozenset({"as", "passphrase", "seen"})
"""Fields of the preview itself; the others are carried along."""


def _preview(one: Opened, form: Form, made: Composed, problems: tuple[str, ...] = ()) -> Response:
    token = one.desk.keep("preview", made.merged.pdf)
    carried = {name: value for name, value in form.items() if name not in _LEAVING}
    return one.page(
        "preview.html", "dossier", status=422 if problems else 200, problems=problems, form=carried, leaves_as=form.get("as", "zip"), made=made,
        token=token, pages=made.merged.pages, draft=made.frozen.selection.draft, files=sorted(made.payload), seen=digest_of(made),
        fingerprint=group_fingerprint(signing_key(one.desk.vault).fingerprint),
    )  # fmt: skip


def preview_page(desk: Desk, request: Request, _: Form) -> Response:
    """One page of the preview, as PNG."""
    content = desk.kept("preview", request.path_params["token"])
    if content is None:
        return page(desk, "message.html", status=404, title=tr("No such page"), problems=(tr("The preview is no longer in memory; make it again."),))
    return Response(draw(content, "dossier.pdf", request.path_params["page"]), media_type="image/png")


def seal(desk: Desk, request: Request, form: Form) -> Response:
    """Seal, and give the archive to the browser: as it is, under a passphrase, or (not sealed) as a Word copy. The log says so first."""
    kind = form.get("as", "")
    with opened(desk, request) as one:
        made = _ready(one, form)
        if isinstance(made, Response):
            return made
        if form.get("seen") != digest_of(made):
            return _preview(one, form, made, (tr("The case changed since these pages were made. Look at them again before you seal."),))
        try:
            body = _body(one, made, form, kind)
        except HabeasError as error:
            return _preview(one, form, made, problems_of(error))
        ids = ids_of_disclosed(one.case, [(each.id, each.kind, each.key) for each in one.book.entries])
        log_handed_over(one.comp, ids, form.get("recipient", "").strip(), digest_bytes(body).sha256)
        said = "\n".join(f"{words} {form.get(name, '').strip()}" for name, words in _questions().items())
        if said:
            _note(one, said)
    name, mime = {"zip": ("dossier.zip", "application/zip"), "age": ("dossier.zip.age", "application/octet-stream"),
                  "docx": ("dossier-copy.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")}[kind]  # fmt: skip
    return Response(body, media_type=mime, headers={"content-disposition": f'attachment; filename="{name}"'})


def _body(one: Opened, made: Composed, form: Form, kind: str) -> bytes:
    """What the browser gets. Raises UsageError, or NotReadyError for a passphrase that is too short."""
    if kind not in ("zip", "age", "docx"):
        raise UsageError(tr("Choose how it leaves."))
    with speaking(_choices(form)["speak"]):
        if kind == "docx":
            return word_copy(made.data, today())
        archive = seal_archive(made, signing_key(one.desk.vault), today())
    return seal_for(archive, form.get("passphrase", "")) if kind == "age" else archive


def _note(one: Opened, said: str) -> None:
    add_record(one.comp, Kind.NOTE, Note(text=tr("Before a dossier left: {said}", said=said)))


def _missing(one: Opened, form: Form) -> tuple[str, ...]:
    """What has to be said before anything leaves."""
    chosen = _choices(form)
    said = [] if chosen["recipient"] else [tr("Name the recipient: it goes into the log, and consents are looked up for it.")]
    said += [tr("Answer before it leaves: {question}", question=words) for name, words in _questions().items() if not chosen["answers"][name]]
    agreed = consents_for(one.case, chosen["recipient"], today())
    stops = sum(each.stops for each in agreed)
    if stops:
        said.append(tr("{count} people refused this: see under Consents, and take out what is theirs.", count=stops))
    if any(each.warning for each in agreed) and not form.get("despite"):
        said.append(tr("Consents are missing or do not cover this. Tick that you know it, if it may leave all the same."))
    return tuple(said)


def memorandum(desk: Desk, request: Request, form: Form) -> Response:
    """Counsel's memorandum: on a page of its own, with a reason in the log, never in a bag."""
    with opened(desk, request) as one:
        if request.method != "POST":
            return one.page("memorandum.html", "dossier")
        try:
            may_hand_over(one.comp)
            reason = form.get("reason", "").strip()
            if not reason:
                raise UsageError(tr("Say for whom and why: it goes into the log before anything leaves."))
            pdf = make_memorandum(vault_source(one.comp, "memorandum").case, today())
            ids = tuple(each.id for each in one.book.entries if each.kind in (Kind.STATEMENT, Kind.EXHIBIT))
            log_use(one.comp, What.EXPORTED, ids, reason=reason, about="memorandum")
        except HabeasError as error:
            return one.page("memorandum.html", "dossier", status=422, problems=problems_of(error))
    return Response(pdf, media_type="application/pdf", headers={"content-disposition": 'attachment; filename="memorandum-privileged.pdf"'})
