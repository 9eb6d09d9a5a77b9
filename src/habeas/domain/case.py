"""A case as it is known now: the statements, the exhibits they rest on, and the side tables. The unit of secrecy."""

import enum

import msgspec

from habeas.domain.statement import Statement, StatementId
from habeas.domain.when import When


class Form(enum.StrEnum):
    """In which form an exhibit is held."""

    ORIGINAL = "original"
    SCAN = "scan"
    TRANSCRIPTION = "transcription"
    COPY = "copy"


class Exhibit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a statement rests on. ``file`` is empty where the item itself is withheld."""

    number: str
    title: str = ""
    file: str = ""
    form: Form = Form.COPY
    obtained_from: str = ""
    obtained_by: str = ""
    obtained_on: str = ""
    method: str = ""
    derived_from: str = ""
    translation_of: str = ""
    translator: str = ""
    language: str = ""
    consent: str = ""
    disclosable: bool = False
    distressing: bool = False
    """Hard to look at or to read: shown behind a warning."""


class KnownPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``places.csv``: a place that the case knows better than any gazetteer."""

    name: str
    latitude: float
    longitude: float
    radius_km: float
    within: str = ""


class Appeal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something sent to a body, and what came back."""

    id: str
    sent_on: When | None = None
    to_body: str = ""
    kind: str = ""
    how: str = ""
    proof: str = ""
    due_on: When | None = None
    reply_on: When | None = None
    reply: str = ""
    reply_proof: str = ""
    about: str = ""


class Consent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person allows a use, or refuses it."""

    person: str
    purpose: str = ""
    recipient: str = ""
    shown: str = ""
    given_on: When | None = None
    language: str = ""
    expires_on: When | None = None
    guardian: str = ""
    refused: bool = False


class Decision(enum.StrEnum):
    """What a named reviewer says of a finding."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Review(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named person confirms or rejects a finding for the ``inputs`` (a digest) then seen."""

    finding: str
    decision: Decision
    reviewer: str
    on: str = ""
    reason: str = ""
    inputs: str = ""


class Tie(enum.StrEnum):
    """What is recorded about a pair of voices; a pair on which nothing is recorded is *unknown*."""

    DEPENDENT = "dependent"
    INDEPENDENT = "independent"


class VoicePair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``voices.csv``: how two voices stand to each other, why, and who judged it."""

    voice: str
    other: str
    relation: Tie
    why: str = ""
    judged_by: str = ""


class StandardForm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row of ``forms.csv``: a passage that a person marked as a standard form, of which office as far as known, and why."""

    id: str
    words: str
    office: str = ""
    marked_by: str = ""
    on: When | None = None
    why: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of one client. ``accusation``: ids of the statements by the state that are to be tested."""

    title: str
    pseudonym: str = ""
    person: str = ""
    language: str = ""
    accusation: tuple[StatementId, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    notes: str = ""
    pace: tuple[tuple[str, int], ...] = ()
    """Practical speeds for this case where they differ from the built-in ones (``ground_kmh``, ``air_kmh``, ``formalities_minutes``)."""
    statements: tuple[Statement, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    places: tuple[KnownPlace, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    consents: tuple[Consent, ...] = ()
    reviews: tuple[Review, ...] = ()
    voices: tuple[VoicePair, ...] = ()
    forms: tuple[StandardForm, ...] = ()
