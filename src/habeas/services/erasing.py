"""Shred an exhibit or a statement, act on a withdrawn consent, and tell what that cannot reach, where the user decides."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from habeas.domain.errors import BadInput
from habeas.domain.identity import fold
from habeas.locale import tr
from habeas.services.casebook import Book, Entry, decode, encode, read_book, revise
from habeas.services.cases import status
from habeas.vault.compartment import Compartment
from habeas.vault.errors import HeldError, NotAllowedError, VaultError
from habeas.vault.events import Because, Kind, Recorded, Sealed, Shredded, Why
from habeas.vault.roster import Role
from habeas.vault.rotation import Change, rotate, unconfirmed
from habeas.vault.vault import Vault

Progress = Callable[[int, int], None]


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What a shredding takes, and what it does not reach by itself."""

    items: tuple[str, ...]
    payloads: int
    held: bool
    devices: tuple[str, ...]
    stores: tuple[str, ...]
    backups: tuple[str, ...]
    kits: tuple[str, ...]
    mentions: tuple[str, ...]

    def words(self) -> list[str]:
        """The limits in sentences, for whoever is about to decide."""
        said = (
            [tr("Sync first: what others put into a store under the old keys and this device did not fetch, only they can save.")]
            if self.stores
            else []
        )
        said += [tr("Every copy on devices that sync after this is unreadable, and this cannot be undone.")]
        if self.devices:
            said.append(tr("Until these have synced they still can read it: {who}.", who=", ".join(self.devices)))
        if self.stores:
            said.append(
                tr(
                    "A store may have kept old copies and key files; with the keys of any device, also today's, they would open: {which}.",
                    which=", ".join(self.stores),
                )
            )
        if self.backups:
            said.append(
                tr("These backups still hold it, with their keys, until the backup is made again there: {which}.", which=", ".join(self.backups))
            )
        if self.kits:
            said.append(tr("It came from a seal-only device whose drop key lives on: {which}. Revoke it to be sure.", which=", ".join(self.kits)))
        if self.mentions:
            said.append(tr("Other records that rest on it or name it stay: {which}.", which=", ".join(self.mentions)))
        said.append(tr("What left in a dossier, an export or a printout, and what somebody remembers or copied, is not reached."))
        return said


def reach(vault: Vault, comp: Compartment, entries: Sequence[Entry]) -> Reach:
    """What shredding these would take and not reach."""
    ids = {one.id for one in entries}
    book = read_book(comp)
    numbers = {one.record.number for one in entries if one.kind is Kind.EXHIBIT}
    mentions = [f"statement {one.key}" for one in book.of(Kind.STATEMENT, withdrawn=True) if one.record.exhibit in numbers and one.id not in ids]
    derived = (one for one in book.of(Kind.EXHIBIT, withdrawn=True) if {one.record.derived_from, one.record.translation_of} & (numbers - {""}))
    mentions += [f"exhibit {one.key}" for one in derived if one.id not in ids]
    names = {fold(record.speaker) for one in entries if one.kind is Kind.STATEMENT for record in revisions_of(comp, one)} - {""}
    named = (one for one in book.entries if one.id not in ids and one.kind is not Kind.HEAD and names_in(one, names))
    mentions += [f"{one.kind.value} {one.key}" for one in named]
    seal_only = {one.device for one in comp.roster.active() if not one.role.reads}
    return Reach(
        items=tuple(one.key for one in entries), payloads=len(_payloads(comp, ids)), held=bool(status(comp).on),
        devices=tuple(sorted({f"{one.code} ({one.device})" for one in comp.roster.active() if one.role.reads and one.device != comp.seat.device})),
        stores=tuple(sorted(vault.settings.stores)), backups=tuple(f"{one.place} ({one.on})" for one in vault.settings.backups),
        kits=tuple(sorted({revision.device for one in entries for revision in one.revisions} & seal_only)), mentions=tuple(dict.fromkeys(mentions)),
    )  # fmt: skip


def _payloads(comp: Compartment, ids: set[str]) -> list[str]:
    """Every payload of these items: content, all revisions, and the reasons given for them."""
    gone = comp.index.gone()
    found: list[str] = []
    for rid in sorted(ids):
        for _, _, _, line in comp.index.events(about=rid):
            if isinstance(line, (Sealed, Recorded)):
                found.append(line.payload)
            reason = getattr(line, "reason", "")
            if reason and len(getattr(line, "ids", (rid,))) == 1 and not isinstance(line, Shredded):
                found.append(reason)
    return [one for one in dict.fromkeys(found) if one not in gone]


def may_shred(comp: Compartment, *, override: bool) -> None:
    """Before anything is written: raise NotAllowedError for whoever is no admin, HeldError where a legal hold stands."""
    if comp.me.role is not Role.ADMIN:
        raise NotAllowedError("an admin shreds")
    if status(comp).on and not override:
        raise HeldError


def names_in(entry: Entry, names: set[str]) -> bool:
    """Whether a record names one of these (folded)."""
    text = fold(" ".join(str(value) for value in msgspec.to_builtins(encode(entry.kind, entry.record)).values()))
    return any(name in text for name in names)


def shred(  # noqa: PLR0913
    comp: Compartment, entries: Sequence[Entry], because: Because, reason: str, *, override: bool = False, despite_damage: bool = False,
    progress: Progress = lambda *_: None,
) -> int:  # fmt: skip
    """Shred records with all their revisions; how many payloads went. A legal hold blocks it unless ``override``, which is recorded.

    The rest of the case stays; custody still prints. Keys are rotated, so an admin's device is wanted.
    """
    if not entries:
        raise BadInput.one(comp.cid, tr("nothing was named"))
    may_shred(comp, override=override)
    ids = {one.id for one in entries}
    payloads = _payloads(comp, ids)
    draft = comp.draft()
    words = draft.text(reason)
    if words:
        comp.commit(draft)  # the reason is sealed first; the tombstone names it
    tombstone = Shredded(ids=tuple(sorted(ids)), payloads=tuple(payloads), because=because, reason=words, override=override)
    rotate(comp, Change(events=(tombstone,), gone=frozenset(payloads)), despite_damage=despite_damage, progress=progress)
    return len(payloads)


def resting_on_consent(comp: Compartment, book: Book, person: str) -> list[Entry]:
    """What would not be held without a person's consent: what that person said, exhibits from that person or under that consent, the contact.

    All revisions count: a name that was taken out later still stands in the earlier ones.
    """
    key = fold(person)

    def rests(kind: Kind, record: Any) -> bool:
        if kind is Kind.STATEMENT:
            return fold(record.speaker) == key
        if kind is Kind.EXHIBIT:
            return key in (fold(record.obtained_from), fold(record.consent))
        return kind is Kind.CONTACT and fold(record.person) == key

    return [one for one in book.entries if any(rests(one.kind, record) for record in revisions_of(comp, one))]


def revisions_of(comp: Compartment, entry: Entry) -> list[Any]:
    """Every revision of a record that opens here, the newest last."""
    found = []
    for one in entry.revisions[:-1]:
        with suppress(VaultError, BadInput, msgspec.MsgspecError, LookupError, TypeError, ValueError):
            found.append(decode(entry.kind, comp.envelope(one.payload)))
    return [*found, entry.record]


def withdraw_consent(comp: Compartment, person: str, reason: str, *, override: bool = False, progress: Progress = lambda *_: None) -> int:
    """Record that a person withdrew consent, and shred what rested on it. Returns how many payloads went."""
    may_shred(comp, override=override)
    book = read_book(comp)
    given = [one for one in book.of(Kind.CONSENT) if fold(one.record.person) == fold(person)]
    if not given:
        raise BadInput.one("consents", tr("no consent of this person is on record"), column="person")
    draft = comp.draft()
    for one in given:
        revise(draft, one, msgspec.structs.replace(one.record, refused=True), Why.DECIDED, reason)
    comp.commit(draft)
    resting = resting_on_consent(comp, read_book(comp), person)
    return shred(comp, resting, Because.CONSENT_WITHDRAWN, reason, override=override, progress=progress) if resting else 0


def waiting_for(comp: Compartment) -> dict[str, int]:
    """Who has not confirmed the newest erasure: ``code (device)`` → the version of the roster that was confirmed last."""
    return {f"{comp.code(device)} ({device})": version for device, version in unconfirmed(comp).items()}
