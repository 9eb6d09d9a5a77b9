"""Recovery words: one secret as m-of-n lists of words on paper (SLIP-39), which opens every epoch and signs one roster.

From 32 secret bytes come an age identity (the bytes themselves) and an Ed25519 seed (HKDF). Words are made by the reference
implementation (shamir-mnemonic); 256 bits give 33 words each.
"""

from collections.abc import Sequence

import msgspec
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from habeas.seal.age import AgeError, Identity, Recipient, open_file
from habeas.seal.age.header import hkdf
from habeas.seal.ed25519 import Signer
from habeas.vault.compartment import write_roster
from habeas.vault.disk import Disk
from habeas.vault.errors import RecoveryWordsError, RosterError
from habeas.vault.keyring import Epoch, write_keys
from habeas.vault.roster import Holder, Member, Role, Roster, admit_first, admit_next, digest_of, sign_roster
from habeas.vault.seat import Pins, Seat

_INFO = b"habeas/recovery-sign/v1"


class Recovery:
    """The secret behind the words, in memory."""

    __slots__ = ("identity", "signer")

    def __init__(self, secret: bytes) -> None:
        """Take 32 bytes."""
        self.identity = Identity(secret)
        self.signer = Signer(hkdf(secret, b"", _INFO))

    @classmethod
    def generate(cls) -> "Recovery":
        """Make a new one."""
        return cls(Identity.generate().raw)

    @property
    def holder(self) -> Holder:
        """What rosters name."""
        return Holder(age=self.identity.recipient.text, sign=self.signer.public.hex())

    def words(self, threshold: int, shares: int) -> tuple[str, ...]:
        """``shares`` lists of words, any ``threshold`` of which give the secret back. Raises RecoveryWordsError for figures that do not fit."""
        if not 1 <= threshold <= shares <= 16 or (threshold == 1 and shares > 1):  # noqa: PLR2004  # SLIP-39
            raise RecoveryWordsError("from 1 of 1, or 2 of 2, up to 16 of 16")
        (group,) = generate_mnemonics(1, [(threshold, shares)], self.identity.raw, iteration_exponent=1, extendable=True)
        return tuple(group)

    @classmethod
    def from_words(cls, untrusted: Sequence[str]) -> "Recovery":
        """The secret from enough lists. Raises RecoveryWordsError, which says what is wrong and quotes no word."""
        lists = [" ".join(one.lower().split()) for one in untrusted if one.strip()]
        if not lists:
            raise RecoveryWordsError("none were given")
        try:
            secret = combine_mnemonics(lists)
        except MnemonicError as error:
            raise RecoveryWordsError(_what(str(error), len(lists))) from None
        if len(secret) != 32:  # noqa: PLR2004
            raise RecoveryWordsError("they are of another program")
        return cls(secret)


def _what(said: str, count: int) -> str:
    """A cause without any word in it."""
    said = said.lower()
    if "insufficient" in said or "wrong number" in said:
        return f"{count} lists are too few or too many"
    if "checksum" in said or "invalid mnemonic word" in said or "length" in said:
        return "a list is mistyped, or a word is missing"
    return "the lists do not belong together"


def readmit(disk: Disk, cid: str, seat: Seat, code: str, recovery: Recovery, second: Identity | None = None) -> None:
    """Put a fresh device into a compartment whose devices are lost: the words sign one roster. Raises RosterError where they are of no holder.

    The devices that are lost stay members until they are revoked.
    """
    folder = f"cases/{cid}"
    roster, digest = _last_roster(disk, folder, cid, recovery)
    number = next((at for at, one in enumerate(roster.holders) if one == recovery.holder), -1)
    if number < 0:
        raise RosterError("these recovery words are not of this case")
    epoch = Epoch.open(roster.epoch, disk.read(f"{folder}/keys/{roster.epoch}.r{number}.age"), recovery.identity, second)
    if not epoch.is_of(roster):
        raise RosterError("the key for the recovery words is not the one that the list of members names; use another copy of the case")
    me = Member(device=seat.device, code=code, role=Role.ADMIN, sign=seat.signer.public.hex(), age=seat.identity.recipient.text)
    after = msgspec.structs.replace(roster, version=roster.version + 1, previous=digest, members=(*roster.members, me))
    note = sign_roster(after, [(f"recovery{number}", recovery.signer)])
    admit_next(roster, note, digest)
    holders = [Recipient.parse(one.age) for one in after.holders]
    write_keys(
        disk, folder, epoch, [(seat.device, seat.identity.recipient, True)], holders, [], Recipient.parse(after.dormant) if after.dormant else None
    )
    Pins(trust=digest_of(note)).write(disk, f"local/{cid}.pins", seat.identity.recipient)
    write_roster(disk, folder, after, note)


def _last_roster(disk: Disk, folder: str, cid: str, recovery: Recovery) -> tuple[Roster, str]:
    """The last roster of the chain that the words open, and its digest. Whoever holds the words trusts the first one that they open."""
    roster: Roster | None = None
    digest = ""
    for name in disk.names(f"{folder}/members"):
        try:
            note = open_file(disk.read(f"{folder}/members/{name}"), [recovery.identity])
        except AgeError:
            continue
        roster = admit_first(note, cid, digest_of(note)) if roster is None else admit_next(roster, note, digest)
        digest = digest_of(note)
    if roster is None:
        raise RosterError("these recovery words are not of this case")
    return roster, digest
