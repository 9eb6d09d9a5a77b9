"""Devices and people of a case: join with a card, admit, approve as the second person, revoke, seal-only kits, dormancy, handover.

A card and an invitation travel by another way than the store (in person, on paper, by a messenger that both trust): whoever can change one
can put himself in somebody's place.
"""

import base64
from pathlib import Path
from typing import Any

import msgspec

from habeas.domain.errors import BadInput
from habeas.domain.work import Referral
from habeas.locale import tr
from habeas.seal.age import AgeError, Identity, Recipient, armor, seal_with_passphrase
from habeas.seal.canonical import canonical
from habeas.seal.ed25519 import verifies
from habeas.seal.note import NoteError, add_signature
from habeas.services.casebook import add, next_place, read_book
from habeas.vault.compartment import Compartment
from habeas.vault.errors import NotReadyError, RosterError, SecondPersonError
from habeas.vault.events import Kind, Touched, What
from habeas.vault.keyring import DROP
from habeas.vault.kit import make_kit
from habeas.vault.roster import Member, Role, missing_signatures
from habeas.vault.rotation import Change, adopt, forget, propose, rotate
from habeas.vault.seat import Seat
from habeas.vault.store import Store
from habeas.vault.sync import join
from habeas.vault.vault import Vault

_CARD, _INVITATION, _RECEIPT = "habeas-card-1:", "habeas-invitation-1:", "habeas-receipt-1:"


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a device shows to be admitted to one case: fresh public keys, its person's code, and a signature over them by the key itself."""

    device: str
    code: str
    sign: str
    age: str
    signature: str = ""


class Invitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admitted device needs: the case, and the digest of the roster that trust begins with."""

    case: str
    trust: str
    device: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device acknowledges that it holds a case as of a roster; signed with its key in that case."""

    case: str
    device: str
    roster: int
    head: str
    t: str
    signature: str = ""


def _text(prefix: str, value: Any) -> str:
    return prefix + base64.urlsafe_b64encode(canonical(value)).decode().rstrip("=")


def _read(prefix: str, untrusted: str, kind: type[Any], file: str) -> Any:  # the record asked for
    text = "".join(untrusted.split())
    if not text.startswith(prefix):
        raise BadInput.one(file, tr("right would be a text that begins with {prefix}", prefix=prefix))
    body = text.removeprefix(prefix)
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=kind)
    except (ValueError, msgspec.DecodeError):
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


def admit(comp: Compartment, untrusted_card: str, role: Role) -> tuple[str, bytes]:
    """Admit a device: (its invitation, b"") where that counts at once, or ("", a proposal) that a second person has to sign."""
    card = read_card(untrusted_card)
    member = Member(device=card.device, code=card.code, role=role, sign=card.sign, age=card.age)
    note = propose(comp, members=[member])
    if missing_signatures(comp.roster, note):
        return "", note
    adopt(comp, note)
    return invitation(comp, card.device), b""


def approve(comp: Compartment, untrusted_note: bytes) -> str:
    """Sign a proposal as the second person and put it into force; the invitation of the device that it adds."""
    try:
        note = add_signature(untrusted_note, comp.seat.device, comp.seat.signer)
    except NoteError:
        raise RosterError("not a proposal") from None
    known = {one.device for one in comp.roster.members}
    after = adopt(comp, note)
    added = next((one.device for one in after.members if one.device not in known), "")
    return invitation(comp, added)


def join_case(vault: Vault, untrusted_invitation: str, store: Store) -> str:
    """Begin to work on a case that this device was admitted to; its id."""
    found: Invitation = _read(_INVITATION, untrusted_invitation, Invitation, "invitation")
    waiting = vault.settings.joining.get(found.device)
    if waiting is None:
        raise BadInput.one("invitation", tr("it is for another device, or for a card that was made elsewhere"))
    seat = Seat.open(base64.b64decode(waiting), vault.identity)
    vault.keep_seat(found.case, seat)
    try:
        join(vault.disk, found.case, seat, found.trust, store, vault.clock).close()
    except BaseException:
        if not vault.disk.exists(f"cases/{found.case}/FORMAT"):
            vault.disk.remove(f"local/{found.case}.age")
        raise
    del vault.settings.joining[found.device]
    vault.save()
    return found.case


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
    seat, drop = Seat.generate(), Identity.generate()
    member = Member(device=seat.device, code=code, role=Role.SEAL_ONLY, sign=seat.signer.public.hex(), age=Identity.generate().recipient.text)
    note = propose(comp, members=[member])
    if missing_signatures(comp.roster, note):
        raise SecondPersonError("a kit is admitted like a device: make it where you are the only admin, or admit a device with a card")
    adopt(comp, note, {DROP + seat.device: drop})
    make_kit(folder, comp.cid, seat.device, seat.signer, drop.recipient, comp.roster.version)
    return seat.device


def make_dormant(comp: Compartment, passphrase: str) -> bytes:
    """Put a case to sleep: from now on it opens only with a second key, which is returned as a passphrase-protected text file."""
    second = Identity.generate()
    rotate(comp, Change(dormant=second.recipient.text))
    return armor(seal_with_passphrase(f"# second key of {comp.cid}\n{second.text()}\n".encode(), passphrase))


def wake(comp: Compartment) -> None:
    """Wake a dormant case that was opened with its second key; that key opens nothing after this."""
    rotate(comp, Change(dormant=""))


def hand_over(comp: Compartment, untrusted_card: str, to: str, consent: str) -> tuple[str, bytes]:
    """Hand a case to another organisation or a lawyer: (invitation, proposal), as :func:`admit`; first step of two.

    ``consent``: the id of a consent on record that is not refused. The receiver becomes an admin; :func:`leave` is the second step.
    """
    consents = {one.id: one.record for one in read_book(comp).of(Kind.CONSENT)}
    if consent not in consents or consents[consent].refused:
        raise NotReadyError("a consent on record is wanted: its id, and not one that was refused")
    card = read_card(untrusted_card)
    draft = comp.draft()
    add(draft, Kind.REFERRAL, Referral(to=to, device=card.device, consent=consent), at=next_place(read_book(comp).of(Kind.REFERRAL)))
    comp.commit(draft)
    return admit(comp, untrusted_card, Role.ADMIN)


def leave(comp: Compartment, device: str) -> None:
    """The second step: a new epoch without one's own organisation's devices, after which this device's keys are destroyed.

    Sync before (so that the receiver has everything) and after (so that the store has the new roster). Raises NotReadyError.
    """
    receiver = comp.roster.member(device)
    if receiver is None or not receiver.active or receiver.role is not Role.ADMIN:
        raise NotReadyError("the receiver's device is not an admin of this case yet")
    own = tuple(one.device for one in comp.roster.active() if one.device != device and one.code != receiver.code)
    rotate(comp, Change(revoke=own, events=(Touched(what=What.HANDED_OVER, ids=(), about=device),), handed_over=True))


def forget_keys(comp: Compartment) -> None:
    """Destroy this device's keys of a case that it handed over; the ciphertext stays as a record."""
    if not comp.roster.handed_over:
        raise NotReadyError("this case was not handed over")
    comp.close()
    forget(comp, keep=())
    comp.index.destroy()
    comp.disk.remove(f"local/{comp.cid}.age")
    comp.disk.settle()


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
