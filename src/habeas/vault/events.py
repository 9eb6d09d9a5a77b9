r"""What a log says: one commit is a first line about itself and one line for each event. Ids, types, times and salted hashes; no text.

Every personal text (a statement, a note, a reason) is a payload of its own; an event names it by the SHA-256 of its ciphertext and by a
commitment to its content: H = SHA-256("habeas/leaf/v1\\n" || salt || SHA-256(content)), the salt being inside the payload.
"""

import enum
import hashlib
from collections.abc import Iterable
from typing import Annotated, cast

import msgspec

from habeas.vault.errors import DamagedError, LaterCommitError

Hex = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
MaybeHex = Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
Id = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-z-]{1,40}\Z")]
Word = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-z_-]{0,64}\Z")]
Day = Annotated[str, msgspec.Meta(pattern=r"\A([0-9]{4}-[0-9]{2}-[0-9]{2})?\Z")]
Time = Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")]
EpochName = Annotated[str, msgspec.Meta(pattern=r"\A([0-9]{1,9}-[0-9a-f]{8}|s-[0-9a-z]{1,40})\Z")]


class Kind(enum.StrEnum):
    """What a record is about: a closed list. ``content`` is the bytes of an exhibit."""

    HEAD = "head"
    STATEMENT = "statement"
    EXHIBIT = "exhibit"
    PLACE = "place"
    APPEAL = "appeal"
    CONSENT = "consent"
    REVIEW = "review"
    VOICE = "voice"
    FORM = "form"
    CONTACT = "contact"
    RELATION = "relation"
    NOTE = "note"
    TASK = "task"
    REFERRAL = "referral"
    STAMP = "stamp"
    JOINT = "joint"
    INTERVIEW = "interview"


VERSIONS = (1, 2)
"""Of commits. 2: a record of a kind in :data:`SINCE_2` is in it, which a reader of version 1 does not know."""
SINCE_2 = frozenset({Kind.FORM, Kind.JOINT, Kind.INTERVIEW})


class Why(enum.StrEnum):
    """Why a record was written: a closed word; free words go into a reason of their own."""

    ADDED = "added"
    IMPORTED = "imported"
    CORRECTED = "corrected"
    UNDONE = "undone"
    DECIDED = "decided"


class What(enum.StrEnum):
    """What was done with items without changing them."""

    OPENED = "opened"
    CITED = "cited"
    EXPORTED = "exported"
    SEARCHED = "searched"
    REPORTED = "reported"
    ASKED = "asked"
    AGREED = "agreed"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    STAMPED = "stamped"
    REVIEWED = "reviewed"


class Because(enum.StrEnum):
    """Why something was shredded or withdrawn."""

    CONSENT_WITHDRAWN = "consent_withdrawn"
    MISTAKE = "mistake"
    NOT_NEEDED = "not_needed"
    DUPLICATE = "duplicate"
    ORDERED = "ordered"


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="e", omit_defaults=True):
    """One line of a commit."""


class Sealed(Event, frozen=True, kw_only=True, tag="sealed"):
    """The bytes of an exhibit were sealed. ``size``: bytes before padding."""

    id: Id
    payload: Hex
    size: int
    commitment: Hex


class Recorded(Event, frozen=True, kw_only=True, tag="recorded"):
    """A revision of a record. ``previous``: payload of the revision that the writer saw; empty for the first."""

    kind: Kind
    id: Id
    payload: Hex
    size: int
    commitment: Hex
    why: Why
    previous: MaybeHex = ""
    reason: MaybeHex = ""


class Touched(Event, frozen=True, kw_only=True, tag="touched"):
    """Something was done with items that changes none. ``reason``: payload of the words given for it."""

    what: What
    ids: tuple[Id, ...]
    reason: MaybeHex = ""
    about: Word = ""


class Withdrawn(Event, frozen=True, kw_only=True, tag="withdrawn"):
    """Items no longer count; they stay sealed and readable. ``back``: the withdrawal itself is taken back."""

    ids: tuple[Id, ...]
    because: Because
    reason: MaybeHex = ""
    back: bool = False


class Shredded(Event, frozen=True, kw_only=True, tag="shredded"):
    """A tombstone: payloads that nobody shall open again, of which items, and why. ``override``: a legal hold was overridden."""

    ids: tuple[Id, ...]
    payloads: tuple[Hex, ...]
    because: Because
    reason: MaybeHex = ""
    override: bool = False


class Held(Event, frozen=True, kw_only=True, tag="held"):
    """A legal hold begins or ends; ``until`` is the review date of the case (ISO 8601), where it was set."""

    on: bool | None = None
    until: Day = ""
    reason: MaybeHex = ""


class Rotated(Event, frozen=True, kw_only=True, tag="rotated"):
    """A new epoch: how many headers were written anew for it."""

    epoch: EpochName
    roster: int
    headers: int


class Admitted(Event, frozen=True, kw_only=True, tag="admitted"):
    """A new version of the roster under the same epoch: devices or holders of recovery words were added."""

    roster: int


class Erased(Event, frozen=True, kw_only=True, tag="erased"):
    """The device confirms: it holds neither old keys nor shredded payloads up to this version of the roster."""

    roster: int


Line = Sealed | Recorded | Touched | Withdrawn | Shredded | Held | Rotated | Admitted | Erased


class CommitHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line of a commit. ``seen``: the last frame known of each other device. ``root``: RFC 6962 over all event lines of this
    device so far, ``size`` of them. ``t`` is the local clock: a claim.
    """  # noqa: D205

    v: int
    seq: int
    t: Time
    epoch: EpochName
    roster: int
    seen: dict[Id, tuple[int, Hex]]
    root: Hex
    size: int


_head = msgspec.json.Decoder(CommitHead)
_line = msgspec.json.Decoder(Line)


def encode_commit(head: CommitHead, lines: list[bytes]) -> bytes:
    """The body of a frame."""
    return b"\n".join([msgspec.json.encode(head, order="sorted"), *lines]) + b"\n"


def version_of(events: Iterable["Event"]) -> int:
    """The least version of a commit that holds some events, so that older readers are not shut out without need."""
    return 2 if any(isinstance(event, Recorded) and event.kind in SINCE_2 for event in events) else 1


def encode_line(event: Event) -> bytes:
    """The one spelling of an event: the leaf of the Merkle tree."""
    return msgspec.json.encode(event, order="sorted")


def decode_commit(untrusted: bytes) -> tuple[CommitHead, list[bytes]]:
    """(first line, the event lines as they stand). Raises DamagedError."""
    first, *lines = untrusted.split(b"\n")
    if not lines or lines.pop() != b"":
        raise DamagedError("a commit does not end")
    try:
        head = _head.decode(first)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise DamagedError("the first line of a commit") from None
    if head.v not in VERSIONS:
        raise LaterCommitError
    return head, lines


def decode_line(untrusted: bytes) -> Line:
    """One event. Raises DamagedError."""
    try:
        return cast("Line", _line.decode(untrusted))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise DamagedError("a line of a commit") from None


def commitment(salt: bytes, content_sha256: bytes) -> str:
    """What a leaf says of content without telling it."""
    return hashlib.sha256(b"habeas/leaf/v1\n" + salt + content_sha256).hexdigest()
