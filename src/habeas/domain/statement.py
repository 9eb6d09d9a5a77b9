"""The atom of a case: a source says that an act happened (or denies it), when and where, and how they know."""

import enum
from typing import NewType

import msgspec

from habeas.domain.when import When

StatementId = NewType("StatementId", str)


class Side(enum.StrEnum):
    """On whose side a source stands in the matter."""

    STATE = "state"
    FAMILY = "family"
    WITNESS = "witness"
    PRESS = "press"
    INTERNATIONAL = "international"
    COMMISSION = "commission"
    OTHER = "other"


class HowKnown(enum.StrEnum):
    """How the source knows (ESF micro-thesaurus 19, in our own words)."""

    FIRSTHAND = "firsthand"
    SECONDHAND = "secondhand"
    OFFICIAL_RECORD = "official_record"
    UNKNOWN = "unknown"


class Act(enum.StrEnum):
    """What is said to have happened: a closed list."""

    DETAINED = "detained"
    HELD_AT = "held_at"
    SEEN_IN_CUSTODY = "seen_in_custody"
    TRANSFERRED = "transferred"
    RELEASED = "released"
    ESCAPED = "escaped"
    DEPARTED = "departed"
    PRESENT = "present"
    WANTED = "wanted"
    CHARGED = "charged"
    DIED = "died"
    BURIED = "buried"
    CUSTODY_DENIED = "custody_denied"
    APPEAL_SENT = "appeal_sent"
    REPLY = "reply"
    SEARCHED_PREMISES = "searched_premises"
    STATEMENT_TAKEN = "statement_taken"
    THREATENED = "threatened"
    OTHER = "other"


IDENTIFIER_KEYS = ("id_number", "passport_number", "birth_date", "name_as_written", "seat", "ticket", "flight", "vehicle")
CIRCUMSTANCE_KEYS = (
    "present", "demanded_by", "given_by", "forced_to_sign", "forced", "read_back", "language", "counsel", "under_guard",
    "in_absentia", "mass_arrest", "count", "suspicion", "article", "officer", "office", "form", "identified_by", "to", "by", "throughout",
)  # fmt: skip
CUSTODY_ACTS = frozenset({Act.DETAINED, Act.HELD_AT, Act.SEEN_IN_CUSTODY, Act.TRANSFERRED})
"""Acts that say that someone holds him."""


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of ``statements.csv``; see docs/formats/case-folder.md for each column.

    ``person`` is empty for the case's main person. ``relayed_by`` is outermost first. ``when`` is empty where no date is known.
    """

    id: StatementId
    person: str = ""
    speaker: str = ""
    body: str = ""
    side: Side = Side.OTHER
    how_known: HowKnown = HowKnown.UNKNOWN
    relayed_by: tuple[str, ...] = ()
    stated_on: When | None = None
    act: Act
    denied: bool = False
    when: When | None = None
    place: str = ""
    to_place: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    circumstances: tuple[tuple[str, str], ...] = ()
    event: str = ""
    summary: str = ""
    quote: str = ""
    quote_translation: str = ""
    exhibit: str = ""
    locator: str = ""
    disclosable: bool = False
    shown_as: str = ""

    @property
    def denial(self) -> bool:
        """Whether it says that something did not happen: it gives no moment that another date could count from."""
        return self.denied or self.act is Act.CUSTODY_DENIED

    def circumstance(self, key: str) -> str:
        """The value under ``key`` among the circumstances, or nothing."""
        return dict(self.circumstances).get(key, "")


IN_FORCE_WHEN_ISSUED = frozenset({Act.WANTED, Act.CHARGED, Act.CUSTODY_DENIED})
"""Notices: without a date of their own they hold on the day on which they were issued."""


def without_date(statement: Statement) -> Statement:
    """A statement whose date is lost (what told it is gone or withheld): it says nothing of when.

    An empty ``when`` means more for a denial (never, up to ``stated_on``) and for a notice (in force when issued), so these lose ``stated_on`` too.
    """
    telling = statement.denial or statement.act in IN_FORCE_WHEN_ISSUED
    return msgspec.structs.replace(statement, when=None, stated_on=None if telling else statement.stated_on)
