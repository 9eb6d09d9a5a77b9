"""People of a case: how to reach them safely, who is who to whom, what they agreed to; and who of us may open it."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from habeas.domain.errors import BadInput, HabeasError
from habeas.intake.typed_dates import read_typed
from habeas.locale import tr
from habeas.services.handing import RECIPIENTS, purpose_words, recipient_words
from habeas.services.people import admit, changes_in, revoke
from habeas.services.records import add_cells
from habeas.vault.events import Kind
from habeas.vault.roster import Role
from habeas.web.desk import Desk
from habeas.web.pages import Form, go, problems_of
from habeas.web.views.common import Opened, opened
from habeas.web.words import people_field

FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CONTACT: ("person", "channel", "address", "safe_hours", "who_else_reads", "code_word", "never_contact"),
    Kind.RELATION: ("person", "other", "relation"),
    Kind.VOICE: ("voice", "other", "relation", "why", "judged_by"),
    Kind.PLACE: ("name", "latitude", "longitude", "radius_km", "within"),
    Kind.CONSENT: ("person", "purpose", "recipient", "shown", "given_on", "language", "expires_on", "guardian", "refused"),
}
FLAGS = frozenset({"never_contact", "refused"})


def people(desk: Desk, request: Request, _: Form) -> Response:
    """Contacts, relations, consents, and who has access."""
    with opened(desk, request) as one:
        return _people(one)


def _people(one: Opened, problems: tuple[str, ...] = (), form: Form | None = None, said: str = "") -> Response:
    book, comp = one.book, one.comp
    return one.page(
        "people.html", "people", status=422 if problems else 200, problems=problems, form=form or {}, said=said,
        contacts=book.of(Kind.CONTACT) if comp.me.role.reads_contacts else None, relations=book.of(Kind.RELATION), consents=book.of(Kind.CONSENT),
        members=comp.roster.members, roles=[Role.READER.value, Role.CASEWORKER.value, Role.ADMIN.value], me=comp.seat.device, fields=FIELDS,
        words=people_field, flags=FLAGS, purpose=purpose_words, recipient=recipient_words,
        offered={"purpose": [tr("a dossier")], "recipient": [tr(words) for words in RECIPIENTS.values()]}, admin=comp.me.role is Role.ADMIN,
    )  # fmt: skip


def add(desk: Desk, request: Request, form: Form) -> Response:
    """A contact, a relation or a consent."""
    with opened(desk, request) as one:
        try:
            kind = Kind(form.get("kind", ""))
            names = FIELDS[kind]
        except (ValueError, KeyError):
            return _people(one, (tr("this is no form of Habeas"),))
        cells = {name: form.get(name, "").strip() for name in names if form.get(name, "").strip()}
        if names[0] not in cells:
            return _people(one, (tr("{column}: needed", column=people_field(names[0])),), form)
        try:
            for name in ("given_on", "expires_on"):
                if name in cells:
                    cells[name] = one_day(cells[name], people_field(name))
            key, _ = add_cells(one.comp, kind, cells, "")
        except HabeasError as error:
            return _people(one, problems_of(error), form)
        one.did(tr("Added."), kind, key)
    return go(f"/cases/{one.cid}/{_SHOWN_ON.get(kind, 'people')}")


_SHOWN_ON: Mapping[Kind, str] = {Kind.PLACE: "timeline", Kind.VOICE: "findings"}


def one_day(text: str, field: str) -> str:
    """EDTF of a date that can be read in one way. Raises BadInput."""
    typed = read_typed(text)
    if len(typed.readings) != 1:
        raise BadInput.one(field, typed.problem or tr("this has several readings; write 2017-01-05"))
    return typed.readings[0].edtf


def grant(desk: Desk, request: Request, form: Form) -> Response:
    """Admit a device by its card; what it needs to begin is shown once, to be carried there by another way than the store."""
    with opened(desk, request) as one:
        try:
            role = Role(form.get("role", ""))
            invitation, note = admit(
                one.comp,
                form.get("card", "").strip(),
                role,
                form.get("code", "").strip(),
                same_person=bool(form.get("same_person")),
                vault=desk.vault,
            )
        except ValueError:
            return _people(one, (tr("choose what this person may do"),), form)
        except HabeasError as error:
            return _people(one, problems_of(error), form)
        if note:
            said = tr("A second person has to sign this: {what}. Give them the proposal below; they run: habeas vault approve",
                      what=" ".join(changes_in(one.comp, note)))  # fmt: skip
            return _people(one, said=f"{said}\n\n{note.decode()}")
        return _people(one, said=tr("Admitted. Give this invitation to that person, in person or on paper:") + f"\n\n{invitation}")


def take_away(desk: Desk, request: Request, form: Form) -> Response:
    """Revoke a device: new keys at once. What it has read stays read."""
    with opened(desk, request) as one:
        if not form.get("sure"):
            return _people(one, (tr("Tick that you are sure: new keys are made at once, and this cannot be undone."),))
        try:
            revoke(one.comp, form.get("device", ""))
        except HabeasError as error:
            return _people(one, problems_of(error))
        one.did(tr("Access was taken away; new keys are in force."))
    return go(f"/cases/{one.cid}/people")
