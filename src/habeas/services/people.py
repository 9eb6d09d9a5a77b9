"""Devices and people of a case: join with a card, admit, approve as the second person, revoke, seal-only kits, dormancy, handover.

A card and an invitation travel by another way than the store (in person, on paper, by a messenger that both trust): whoever can change one
can put himself in somebody's place.
"""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from habeas.domain.errors import BadInput
from habeas.domain.when import When, moment
from habeas.domain.work import Referral
from habeas.locale import tr
from habeas.seal.age import AgeError, Identity, Recipient, armor, seal_with_passphrase
from habeas.seal.canonical import canonical
from habeas.seal.ed25519 import verifies
from habeas.seal.note import NoteError, add_signature
from habeas.services.casebook import add, need_case, next_place, read_book
from habeas.services.exports import outside, write_private
from habeas.services.joint import check_holders, check_member
from habeas.services.opening import second_key
from habeas.vault.compartment import Compartment
from habeas.vault.errors import NotReadyError, RosterError, SecondPersonError
from habeas.vault.events import Hex, Kind, Time, Touched, What
from habeas.vault.keyring import DROP
from habeas.vault.kit import make_kit
from habeas.vault.recovery import Recovery
from habeas.vault.roster import Code, Device, Member, Role, missing_signatures, parse_roster
from habeas.vault.rotation import Change, adopt, propose, rotate
from habeas.vault.seat import Seat
from habeas.vault.store import Store
from habeas.vault.sync import join, push_all
from habeas.vault.vault import Vault

_CARD, _INVITATION, _RECEIPT = "habeas-card-1:", "habeas-invitation-1:", "habeas-receipt-1:"


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device shows to be admitted to one case: fresh public keys, its person's code, and a signature over them by the key itself."""

    device: Device
    code: Code
    sign: Hex
    age: Annotated[str, msgspec.Meta(max_length=80)]
    signature: Annotated[str, msgspec.Meta(max_length=128)] = ""


class Invitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admitted device needs: the case, and the digest of the roster that trust begins with."""

    case: Annotated[str, msgspec.Meta(pattern=r"\Acase-[0-9a-f]{12}\Z")]
    trust: Hex
    device: Device


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device acknowledges that it holds a case as of a roster; signed with its key in that case."""

    case: Annotated[str, msgspec.Meta(pattern=r"\Acase-[0-9a-f]{12}\Z")]
    device: Device
    roster: int
    head: Hex
    t: Time
    signature: Annotated[str, msgspec.Meta(max_length=128)] = ""


def _text(prefix: str, value: Any) -> str:
    return prefix + base64.urlsafe_b64encode(canonical(value)).decode().rstrip("=")


def _read(prefix: str, untrusted: str, kind: type[Any], file: str) -> Any:  # the record asked for
    text = "".join(untrusted.split())
    if not text.startswith(prefix):
        raise BadInput.one(file, tr("right would be a text that begins with {prefix}", prefix=prefix))
    body = text.removeprefix(prefix)
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=kind)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        raise BadInput.one(file, tr("mistyped or cut short")) from None


def _signed(value: Any) -> bytes:
    return b"habeas/" + type(value).__name__.lower().encode() + b"/v1\n" + canonical(msgspec.structs.replace(value, signature=""))


def make_card(vault: Vault) -> str:
    """A card for one case, with fresh keys that wait in the settings until its invitation comes."""
    seat = Seat.generate()
    card = Card(device=seat.device, code=vault.settings.code, sign=seat.signer.public.hex(), age=seat.identity.recipient.text)
    card = msgspec.structs.replace(card, signature=seat.signer.sign(_signed(card)).hex())
    vault.settings.joining[seat.device] = base64.b64encode(seat.seal(vault.identity.recipient)).decode()
    vault.save()
    return _text(_CARD, card)


def read_card(untrusted: str) -> Card:
    """A card whose signature holds. Raises BadInput."""
    card: Card = _read(_CARD, untrusted, Card, "card")
    try:
        Recipient.parse(card.age)
        good = verifies(bytes.fromhex(card.sign), _signed(card), bytes.fromhex(card.signature))
    except (ValueError, AgeError):
        good = False
    if not good or not card.device.isalnum() or not card.code:
        raise BadInput.one("card", tr("it is not signed by its own key"))
    return card


def invitation(comp: Compartment, device: str) -> str:
    """What an admitted device needs to begin."""
    return _text(_INVITATION, Invitation(case=comp.cid, trust=comp.roster_digest, device=device))


def admit(
    comp: Compartment, untrusted_card: str, role: Role, code: str, *, same_person: bool = False, vault: Vault | None = None
) -> tuple[str, bytes]:
    """Admit a device: (its invitation, b"") where that counts at once, or ("", a proposal) that a second person has to sign.

    ``code``: the one that the admin expects; a card chooses its own, and might choose another person's. ``vault``: for a joint compartment, whose
    cases say who may be in it. Raises BadInput.
    """
    card = read_card(untrusted_card)
    check_member(comp, code, vault)
    if card.code != code:
        raise BadInput.one("card", tr("it says another code than the one that you expect"))
    if not same_person and any(one.code == code for one in comp.roster.members):
        raise BadInput.one("card", tr("this code is of somebody in the case already; say --same-person if it is another device of the same person"))
    member = Member(device=card.device, code=card.code, role=role, sign=card.sign, age=card.age)
    note = propose(comp, members=[member])
    if missing_signatures(comp.roster, note):
        return "", note
    adopt(comp, note)
    return invitation(comp, card.device), b""


def approve(comp: Compartment, untrusted_note: bytes, words: Sequence[str] = (), vault: Vault | None = None) -> str:
    """Sign a proposal as the second person and put it into force; the invitation of the device that it adds.

    ``words``: recovery words, which sign in place of a second person where there is none any more.
    """
    try:
        if words:
            recovery = Recovery.from_words(words)
            numbers = [at for at, one in enumerate(comp.roster.holders) if one == recovery.holder]
            if not numbers:
                raise RosterError("these recovery words are not of this case")
            note = add_signature(untrusted_note, f"recovery{numbers[0]}", recovery.signer)
        else:
            note = add_signature(untrusted_note, comp.seat.device, comp.seat.signer)
    except NoteError:
        raise RosterError("not a proposal") from None
    known = {one.device for one in comp.roster.members}
    proposed = parse_roster(note)[0]
    for one in proposed.members:
        if one.device not in known:
            check_member(comp, one.code, vault)
    if proposed.holders != comp.roster.holders:
        check_holders(comp, proposed.holders, vault)
    after = adopt(comp, note)
    added = next((one.device for one in after.members if one.device not in known), "")
    return invitation(comp, added)


def changes_in(comp: Compartment, untrusted_note: bytes) -> list[str]:
    """What a proposal would change, in words, for whoever is to sign it. Raises RosterError."""
    after, _ = parse_roster(untrusted_note)
    known = {one.device for one in comp.roster.members}
    words = [
        tr("It admits {code} ({device}) as {role}.", code=one.code, device=one.device, role=one.role.value)
        for one in after.members
        if one.device not in known
    ]
    left = [one.code for one in comp.roster.active() if (now := after.member(one.device)) is None or not now.active]
    if left:
        words.append(tr("It takes out: {who}.", who=", ".join(left)))
    if after.holders != comp.roster.holders:
        words.append(
            tr("It puts other recovery words in force ({count} in place of {before}).", count=len(after.holders), before=len(comp.roster.holders))
        )
    if (after.epoch, after.dormant, after.handed_over) != (comp.roster.epoch, comp.roster.dormant, comp.roster.handed_over):
        words.append(tr("It changes the keys themselves, which a proposal must not do: do not sign it."))
    return words or [tr("It changes nothing.")]


def join_case(vault: Vault, untrusted_invitation: str, store: Store) -> str:
    """Begin to work on a case that this device was admitted to; its id."""
    found: Invitation = _read(_INVITATION, untrusted_invitation, Invitation, "invitation")
    if vault.has_case(found.case):
        raise BadInput.one("invitation", tr("this device has a place in that case already; 'habeas vault drop CASE' gives it up first"))
    waiting = vault.settings.joining.get(found.device)
    if waiting is None:
        raise BadInput.one("invitation", tr("it is for another device, or for a card that was made elsewhere"))
    seat = Seat.open(base64.b64decode(waiting), vault.identity)
    join(vault.disk, found.case, seat, found.trust, store, vault.clock).close()
    vault.keep_seat(found.case, seat)  # only now: nothing of an invitation that leads nowhere stays
    del vault.settings.joining[found.device]
    vault.save()
    return found.case


def say_joined(comp: Compartment) -> None:
    """After the first sync of a device: its first words in the log, by which the others see that it holds the case."""
    if comp.seat.device not in comp.known or not comp.known[comp.seat.device].at.n:
        draft = comp.draft()
        draft.events.append(Touched(what=What.RECEIVED, ids=()))
        comp.commit(draft)


def revoke(comp: Compartment, who: str, *, despite_damage: bool = False) -> tuple[str, ...]:
    """Revoke a device, or all devices of a person's code: new keys at once. What they have read stays read."""
    hit = tuple(one.device for one in comp.roster.active() if who in (one.device, one.code))
    if not hit:
        raise BadInput.one(comp.cid, tr("no active device or person of this code"))
    if comp.seat.device in hit:
        raise NotReadyError("a device does not revoke itself; another admin does it, or hand the case over")
    rotate(comp, Change(revoke=hit), despite_damage=despite_damage)
    return hit


def seal_only_kit(comp: Compartment, folder: Path, code: str) -> str:
    """A kit that can add and not read. Its secret half stays with the case. Raises SecondPersonError where two people decide."""
    if folder.exists():
        raise BadInput.one(folder.name, tr("the folder exists; a kit wants a new one"))
    need_case(comp)
    seat, drop = Seat.generate(), Identity.generate()
    member = Member(device=seat.device, code=code, role=Role.SEAL_ONLY, sign=seat.signer.public.hex(), age=Identity.generate().recipient.text)
    note = propose(comp, members=[member])
    if missing_signatures(comp.roster, note):
        raise SecondPersonError("a kit is admitted like a device: make it where you are the only admin, or admit a device with a card")
    adopt(comp, note, {DROP + seat.device: drop})
    make_kit(folder, comp.cid, seat.device, seat.signer, drop.recipient, comp.roster.version)
    return seat.device


def make_dormant(comp: Compartment, key_file: Path, passphrase: str) -> None:
    """Put a case to sleep: from now on it opens only with a second key, which is written to ``key_file`` and read back before anything else."""
    outside(comp.disk.root, key_file)
    second = Identity.generate()
    write_private(key_file, armor(seal_with_passphrase(f"# second key of {comp.cid}\n{second.text()}\n".encode(), passphrase)))
    if second_key(key_file, passphrase).raw != second.raw:
        raise NotReadyError("the second key that was just written does not open; the case stays as it is")
    rotate(comp, Change(dormant=second.recipient.text))


def wake(comp: Compartment) -> None:
    """Wake a dormant case that was opened with its second key; that key opens nothing after this."""
    rotate(comp, Change(dormant=""))


def hand_over(comp: Compartment, untrusted_card: str, to: str, consent: str, code: str) -> tuple[str, bytes]:
    """Hand a case to another organisation or a lawyer: (invitation, proposal), as :func:`admit`; first step of three.

    ``consent``: the id of a consent on record that is not refused. The receiver becomes an admin; :func:`leave` is the second step.
    """
    consents = {one.id: one.record for one in read_book(comp).of(Kind.CONSENT)}
    given = consents.get(consent)
    if given is None or given.refused or (given.expires_on is not None and _over(given.expires_on, comp.clock())):
        raise NotReadyError("a consent on record is wanted: its id, and not one that was refused or has expired")
    card = read_card(untrusted_card)
    admitted = admit(comp, untrusted_card, Role.ADMIN, code)
    draft = comp.draft()
    add(draft, Kind.REFERRAL, Referral(to=to, device=card.device, consent=consent), at=next_place(read_book(comp).of(Kind.REFERRAL)))
    comp.commit(draft)
    return admitted


def _over(day: When, now: str) -> bool:
    """Whether a day of the case folder is surely past."""
    return day.hi is not None and moment(day.hi) < now[:10]


def leave(comp: Compartment, device: str, store: Store) -> int:
    """The second step: a new epoch for the receiver alone, without one's own devices and recovery words, and everything sent to the store.

    Can be called again where sending was interrupted. Nothing is destroyed here: that is :func:`forget_case`, with the receipt. Files sent.
    """
    if not comp.removed:
        receiver = comp.roster.member(device)
        if receiver is None or not receiver.active or receiver.role is not Role.ADMIN:
            raise NotReadyError("the receiver's device is not an admin of this case yet")
        if device not in comp.known or not comp.known[device].at.n:
            raise NotReadyError("the receiver has not joined yet: nothing of that device is in the log; wait for its first sync, and sync")
        own = tuple(one.device for one in comp.roster.active() if one.device != device)
        said = Touched(what=What.HANDED_OVER, ids=(), about=device)
        rotate(comp, Change(revoke=own, events=(said,), holders=(), handed_over=True))
    return push_all(comp, store)


def forget_case(vault: Vault, cid: str, untrusted_receipt: str, untrusted_card: str) -> None:
    """The third step: with the receiver's receipt, destroy this device's keys of the case. The ciphertext stays as a record."""
    receipt = check_receipt(untrusted_receipt, untrusted_card)
    if receipt.case != cid:
        raise BadInput.one("receipt", tr("it is of another case"))
    drop_seat(vault, cid)


def drop_seat(vault: Vault, cid: str) -> None:
    """Give up this device's place in a case: its keys there are destroyed, and with them what only this device could still read."""
    vault.seat(cid)
    for path in (f"local/{cid}.age", f"local/{cid}.pins", *(f"index/{cid}.db{ending}" for ending in ("", "-wal", "-shm"))):
        vault.disk.remove(path)
    vault.disk.settle()


def renew_words(vault: Vault, comp: Compartment) -> bytes:
    """Put the vault's newest recovery words in the place of those that a case names; a proposal where a second person has to sign."""
    holders = tuple(vault.settings.holders)
    if not vault.settings.recovery_checked:
        raise NotReadyError("check the new recovery words first: habeas vault recovery-check")
    check_holders(comp, holders, vault)
    note = propose(comp, holders=holders)
    if missing_signatures(comp.roster, note):
        return note
    rotate(comp, Change(holders=holders))  # a new epoch: what the old words opened, they open no longer
    return b""


def make_receipt(comp: Compartment) -> str:
    """The receiver acknowledges; the text goes back to whoever handed the case over."""
    draft = comp.draft()
    draft.events.append(Touched(what=What.RECEIVED, ids=()))
    comp.commit(draft)
    receipt = Receipt(case=comp.cid, device=comp.seat.device, roster=comp.roster.version, head=comp.head_fingerprint(), t=comp.clock())
    return _text(_RECEIPT, msgspec.structs.replace(receipt, signature=comp.seat.signer.sign(_signed(receipt)).hex()))


def check_receipt(untrusted: str, untrusted_card: str) -> Receipt:
    """A receipt signed by the device whose card was admitted; the case itself is closed to us by then. Raises BadInput."""
    receipt: Receipt = _read(_RECEIPT, untrusted, Receipt, "receipt")
    card = read_card(untrusted_card)
    try:
        good = verifies(bytes.fromhex(card.sign), _signed(receipt), bytes.fromhex(receipt.signature))
    except ValueError:
        good = False
    if not good or receipt.device != card.device:
        raise BadInput.one("receipt", tr("it is not signed by the device of this card"))
    return receipt
