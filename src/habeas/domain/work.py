"""What a caseworker does around a case: tasks, notes, contacts, relations, referrals. None of it is evidence, and none of it enters a dossier."""

import msgspec


class Task(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to be done. ``due_on`` and ``done_on`` are days (ISO 8601); ``who`` is a person's code; ``rule`` a key of :mod:`deadlines`.

    ``check`` is true where a person has to find out the day: no deadline is computed from a requirement that was not verified.
    """

    title: str
    due_on: str = ""
    done_on: str = ""
    who: str = ""
    rule: str = ""
    check: bool = False


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A caseworker's remark."""

    text: str


class Contact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to reach someone safely. Sealed under a key of its own, never searched, never exported."""

    person: str
    channel: str = ""
    address: str = ""
    safe_hours: str = ""
    who_else_reads: str = ""
    code_word: str = ""
    never_contact: bool = False


class Interview(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A talk that is being written down: paused and taken up again, read back, and then sealed as ``exhibit``. It is evidence only from then on.

    ``began_on``: a day (ISO 8601). ``consent_read``: the person heard what it is for and may stop at any time;
    ``read_back``: heard the text and agreed.
    """

    person: str
    began_on: str
    language: str = ""
    interpreter: str = ""
    consent_read: bool = False
    text: str = ""
    read_back: bool = False
    pauses: int = 0
    exhibit: str = ""


class Relation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is who to whom."""

    person: str
    other: str
    relation: str


class Stamp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time stamp (RFC 3161) over SHA-256(salt || checkpoint): binary fields in base64. ``reply`` is empty while it waits to be sent.

    ``root`` is the certificate (PEM) that the user gave for the authority; ``chain``: certificates (base64 DER) from the signer to it, as they
    were when the reply came, so that the stamp outlives them.
    """

    authority: str
    checkpoint: str
    salt: str
    request: str
    root: str
    reply: str = ""
    at: str = ""
    chain: tuple[str, ...] = ()


class Referral(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case handed to someone else, by people to people: to whom, which device signed for it, and the consent that it rests on."""

    to: str
    device: str
    consent: str = ""
