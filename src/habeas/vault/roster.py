"""Who may do what in a compartment: rosters, each a signed note that names the one before; a pure chain of trust.

A roster is accepted only if it follows the one before and enough of that one's admins signed it. People are codes. It opens no file.
"""

import base64
import enum
import hashlib
import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from habeas.seal.age import Recipient
from habeas.seal.canonical import canonical
from habeas.seal.ed25519 import Signer
from habeas.seal.note import Note, NoteError, parse_note, sign_note, signers
from habeas.vault.errors import LaterRosterError, RosterError
from habeas.vault.events import EpochName, Erased, Event, Held, Hex, Id, Kind, MaybeHex, Recorded, Sealed, Touched, What

_FIRST = "habeas-roster/1"
Device = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{12}\Z")]
Code = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")]
Text = Annotated[str, msgspec.Meta(pattern=r"\Aage1[0-9a-z]{10,80}\Z")]


_READERS = frozenset({What.OPENED, What.SEARCHED, What.REVIEWED, What.RECEIVED})


class Role(enum.StrEnum):
    """What a device may do."""

    ADMIN = "admin"
    CASEWORKER = "caseworker"
    READER = "reader"
    SEAL_ONLY = "seal-only"

    def may_write(self, event: Event) -> bool:
        """Whether a log of this role may hold ``event``."""
        if self is Role.ADMIN:
            return True
        if self is Role.SEAL_ONLY:
            return isinstance(event, Sealed) or (isinstance(event, Recorded) and event.kind is Kind.EXHIBIT and not event.previous)
        if self is Role.READER:
            return isinstance(event, Erased) or (isinstance(event, Touched) and event.what in _READERS)
        if isinstance(event, Held) and event.on is False:
            return False  # an admin ends a legal hold
        return type(event).__name__ not in ("Shredded", "Rotated", "Admitted")

    @property
    def reads(self) -> bool:
        """Whether it holds the epoch's key."""
        return self is not Role.SEAL_ONLY

    @property
    def writes(self) -> bool:
        """Whether it changes records."""
        return self in (Role.ADMIN, Role.CASEWORKER)

    @property
    def reads_contacts(self) -> bool:
        """Whether it holds the key of the contacts."""
        return self in (Role.ADMIN, Role.CASEWORKER)


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device of a person (a code). ``until``: the last frame of it that counts, once it is revoked (-1: it is not)."""

    device: Device
    code: Code
    role: Role
    sign: Hex
    age: Text
    until: int = -1

    @property
    def active(self) -> bool:
        """Whether it still belongs."""
        return self.until < 0

    @property
    def key(self) -> bytes:
        """Its Ed25519 public key."""
        return bytes.fromhex(self.sign)


class Holder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever holds recovery words: can open every epoch and sign one roster, and is no device."""

    age: Text
    sign: Hex


class Roster(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version. ``recipient``/``contacts``: public keys of the epoch. ``dormant``: the second key that the epoch needs, if any."""

    compartment: Id
    version: int
    previous: MaybeHex
    epoch: EpochName
    recipient: Text
    contacts: Text
    members: tuple[Member, ...]
    holders: tuple[Holder, ...] = ()
    dormant: Annotated[str, msgspec.Meta(max_length=80)] = ""
    handed_over: bool = False

    def member(self, device: str) -> Member | None:
        """The device, revoked or not."""
        return next((one for one in self.members if one.device == device), None)

    def active(self) -> tuple[Member, ...]:
        """Devices that belong."""
        return tuple(one for one in self.members if one.active)

    def admins(self) -> tuple[Member, ...]:
        """Devices that sign the next roster."""
        return tuple(one for one in self.active() if one.role is Role.ADMIN)

    def readers(self) -> tuple[Recipient, ...]:
        """Who opens this roster: every active device that reads, and the holders."""
        keys = [one.age for one in self.active() if one.role.reads] + [one.age for one in self.holders]
        return tuple(Recipient.parse(one) for one in keys)


def text_of(roster: Roster) -> str:
    """The text that is signed."""
    return f"{_FIRST}\n{roster.compartment}\n{base64.b64encode(canonical(roster)).decode()}\n"


def digest_of(untrusted_note: bytes) -> str:
    """What the next roster names as the previous one: SHA-256 of the text, so that a later signature changes nothing."""
    return hashlib.sha256(parse_note(untrusted_note).text.encode()).hexdigest()


def sign_roster(roster: Roster, by: Iterable[tuple[str, Signer]]) -> bytes:
    """The signed note. A name is a device id, or ``recovery`` and a number."""
    return sign_note(text_of(roster), list(by))


def parse_roster(untrusted: bytes) -> tuple[Roster, Note]:
    """Read a note; nothing is trusted yet. Raises RosterError."""
    try:
        note = parse_note(untrusted)
        if re.fullmatch(r"habeas-roster/(?!1$)[1-9][0-9]*", note.text.partition("\n")[0], re.ASCII):
            raise LaterRosterError("of a later version of the format; use a newer Habeas")
        first, compartment, body = note.text.rstrip("\n").split("\n")
        roster = msgspec.json.decode(base64.b64decode(body, validate=True), type=Roster)
    except (NoteError, msgspec.MsgspecError, ValueError, RecursionError):
        raise RosterError("malformed") from None
    if first != _FIRST or compartment != roster.compartment:
        raise RosterError("malformed")
    if len({one.device for one in roster.members}) < len(roster.members):
        raise RosterError("a device stands in it twice")
    return roster, note


def _keys(roster: Roster) -> dict[str, bytes]:
    holders = {f"recovery{number}": bytes.fromhex(one.sign) for number, one in enumerate(roster.holders)}
    return {one.device: one.key for one in roster.admins()} | holders


def admit_first(untrusted: bytes, compartment: str, digest: str = "") -> Roster:
    """The roster that trust begins with: version 1 signed by an admin of its own, or any version whose digest came by another way."""
    roster, note = parse_roster(untrusted)
    if roster.compartment != compartment:
        raise RosterError("of another case")
    if digest:
        if digest_of(untrusted) != digest:
            raise RosterError("not the one that was announced")
        return roster
    if roster.version != 1 or not signers(note, _keys(roster)):
        raise RosterError("the first one is not signed by its own admin")
    return roster


def needs_second(before: Roster, after: Roster) -> bool:
    """Whether a second person has to sign: where there are, or once were, two who could, and a device or a holder is added.

    Whoever revokes the other admin does not become the only one who decides: then recovery words are the second signature.
    """
    known = {one.device for one in before.members}
    added = any(one.device not in known for one in after.members) or any(one not in before.holders for one in after.holders)
    return added and len({one.code for one in before.members if one.role is Role.ADMIN}) > 1


def admit_next(before: Roster, untrusted: bytes, previous_digest: str) -> Roster:
    """The roster after ``before``. Raises RosterError where it does not follow, SecondPerson's need included."""
    roster, note = parse_roster(untrusted)
    if (roster.compartment, roster.version, roster.previous) != (before.compartment, before.version + 1, previous_digest):
        raise RosterError("it does not follow the one before")
    signed = signers(note, _keys(before))
    if not signed:
        raise RosterError("no admin of the one before signed it")
    codes = {one.code for one in before.admins() if one.device in signed}
    if needs_second(before, roster) and len(codes) < 2 and not any(name.startswith("recovery") for name in signed):  # noqa: PLR2004
        raise RosterError("a second person has to sign it")
    _keeps_members(before, roster)
    return roster


def _keeps_members(before: Roster, after: Roster) -> None:
    """Nobody vanishes or changes place: whoever leaves stays listed as revoked, with the keys he had; the first is who made the compartment."""
    if [one.device for one in before.members] != [one.device for one in after.members[: len(before.members)]]:
        raise RosterError("a member is missing or was changed")
    for one in before.members:
        now = after.member(one.device)
        if now is None or (now.sign, now.code, now.age, now.role) != (one.sign, one.code, one.age, one.role):
            raise RosterError("a member is missing or was changed")
        if not one.active and now.until != one.until:
            raise RosterError("a revoked device came back")


def missing_signatures(before: Roster, untrusted: bytes) -> int:
    """How many more people have to sign a proposed roster (0: it can be used)."""
    roster, note = parse_roster(untrusted)
    signed = signers(note, _keys(before))
    if any(name not in {one.device for one in before.admins()} for name in signed):
        return 0  # a holder of recovery words signs for everybody
    codes = {one.code for one in before.admins() if one.device in signed}
    return max(0, (2 if needs_second(before, roster) else 1) - len(codes))
