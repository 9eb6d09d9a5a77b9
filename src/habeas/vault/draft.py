"""What one commit will say, gathered before it is written: events, payloads and their headers. Nothing counts until the commit."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec

from habeas.seal.age import FILE_KEY, Recipient, seal_header, seal_payload
from habeas.vault.ahead import Progress, SealedAhead, take
from habeas.vault.disk import Disk
from habeas.vault.errors import VaultError
from habeas.vault.events import Event, Kind, Recorded, Sealed, Why, commitment
from habeas.vault.objects import LARGEST_PACK, SMALL, Header, Spot, blob_path, pack_directory
from habeas.vault.padding import padded_size

SALT = 16


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the record of an exhibit says of its bytes."""

    payload: str
    sha256: str
    size: int
    salt: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The payload of a record: the record itself as plain values, its place in the case's order, and its salt."""

    kind: str
    id: str
    salt: str
    record: msgspec.Raw
    at: int = 0
    content: Content | None = None


class Sealing(NamedTuple):
    """Content that was sealed and is not committed yet: the file key, for its first record; the event and header wait in the draft."""

    content: Content
    file_key: bytes
    header: bytes


class Attempt:
    """Tells a draft whether what was tried is to stay."""

    def __init__(self) -> None:
        """It is not, at first."""
        self.kept = False

    def keep(self) -> None:
        """It is."""
        self.kept = True


class Draft:
    """Gathers one commit; `recipient`/`contacts` are the epoch's public keys."""

    def __init__(self, disk: Disk, folder: str, recipient: Recipient, contacts: Recipient | None) -> None:
        """Nothing is written until content is added."""
        self._disk, self._folder = disk, folder
        self._recipient, self._contacts = recipient, contacts
        self.events: list[Event] = []
        self.headers: list[Header] = []
        self.spots: list[tuple[bytes, Spot]] = []
        self._small: list[tuple[bytes, bytearray]] = []
        self._held = 0

    def payload(self, plain: bytes, *, file_key: bytes = b"", header: bytes = b"", contacts: bool = False) -> str:
        """Seal padded ``plain``; its payload's hash. ``file_key``/``header``: those of a payload that lives and dies with it."""
        if not file_key:
            file_key = os.urandom(FILE_KEY)
            recipient = self._contacts if contacts and self._contacts else self._recipient
            header = seal_header(file_key, [recipient])
        sealed = seal_payload(file_key, plain)
        digest = hashlib.sha256(sealed).digest()
        self.headers.append(Header(digest, header))
        self._keep(digest, sealed)
        return digest.hex()

    def _keep(self, digest: bytes, sealed: bytearray) -> None:
        if len(sealed) >= SMALL:
            path = f"{self._folder}/{blob_path(digest.hex())}"
            self._disk.put(path, bytes(sealed), settle=False)
            self.spots.append((digest, Spot(path, 0, len(sealed))))
            return
        if self._held + len(sealed) > LARGEST_PACK:
            self.flush()
        self._small.append((digest, sealed))
        self._held += len(sealed)

    def flush(self) -> None:
        """Write the pack in hand."""
        if self._small:
            name, directory = pack_directory(self._small)
            path, at = f"{self._folder}/packs/{name}", len(directory)
            with self._disk.new_file() as new:
                new.write(b"".join([directory, *(sealed for _, sealed in self._small)]))
                new.keep(path)
            for digest, sealed in self._small:
                self.spots.append((digest, Spot(path, at, len(sealed))))
                at += len(sealed)
            self._small, self._held = [], 0

    @contextmanager
    def attempt(self) -> Iterator["Attempt"]:
        """Whatever is added inside is taken out again, unless :meth:`Attempt.keep` is called."""
        attempt = Attempt()
        events, headers, spots = len(self.events), len(self.headers), len(self.spots)
        small = {digest for digest, _ in self._small}
        try:
            yield attempt
        finally:
            if not attempt.kept:
                dropped = {one.payload for one in self.headers[headers:]}
                for digest, spot in self.spots[spots:]:
                    if digest in dropped and spot.path.startswith(f"{self._folder}/blobs/"):
                        self._disk.remove(spot.path)
                self.spots = [one for one in self.spots if one[0] not in dropped]
                self._small = [one for one in self._small if one[0] in small or one[0] not in dropped]
                self._held = sum(len(sealed) for _, sealed in self._small)
                del self.events[events:], self.headers[headers:]

    def text(self, words: str, *, contacts: bool = False) -> str:
        """A reason or other free words as a payload of its own; empty for none. ``contacts``: only for those who may read contacts."""
        if not words:
            return ""
        return self.payload(_spaced(msgspec.json.encode({"salt": os.urandom(SALT).hex(), "text": words})), contacts=contacts)

    def record(  # noqa: PLR0913  # one parameter a field of the event
        self, kind: Kind, rid: str, record: Any, why: Why, *, at: int = 0, previous: str = "", reason: str = "",
        sealing: Sealing | None = None, content: Content | None = None,
    ) -> str:  # fmt: skip
        """Add a revision; its payload's hash. ``sealing``: content just sealed, whose first record shares its file key."""
        salt = os.urandom(SALT)
        held = sealing.content if sealing else content
        envelope = Envelope(kind=kind, id=rid, salt=salt.hex(), record=msgspec.Raw(msgspec.json.encode(record)), at=at, content=held)
        plain = msgspec.json.encode(envelope)
        keys = {"file_key": sealing.file_key, "header": sealing.header} if sealing else {}
        padded = _spaced(plain)
        payload = self.payload(padded, contacts=kind is Kind.CONTACT, **keys)
        digest = hashlib.sha256(padded).digest()
        self.events.append(
            Recorded(
                kind=kind, id=rid, payload=payload, size=len(plain), commitment=commitment(salt, digest), why=why, previous=previous,
                reason=self.text(reason, contacts=kind is Kind.CONTACT),
            )
        )  # fmt: skip
        return payload

    def content(self, rid: str, pieces: Iterable[bytes], progress: Progress = lambda _: None) -> Sealing:
        """Seal the bytes of an exhibit, however many: small ones into the pack, large ones to their own file, unless that was done ahead."""
        plain = pieces if isinstance(pieces, SealedAhead) else take(self._disk, pieces, progress)
        if isinstance(plain, SealedAhead):
            return self._adopt(rid, plain)
        sha256 = hashlib.sha256(plain)
        file_key = os.urandom(FILE_KEY)
        header = seal_header(file_key, [self._recipient])
        payload = self.payload(plain + bytes(padded_size(len(plain)) - len(plain)), file_key=file_key, header=header)
        progress(len(plain))
        return self._sealed(rid, payload, sha256.digest(), len(plain), file_key, header)

    def _adopt(self, rid: str, ahead: SealedAhead) -> Sealing:
        """Take what was sealed already: its name, and a header for this epoch's key."""
        if ahead.disk is not self._disk:  # its name would not be durable with this commit
            ahead.drop()
            raise VaultError("a file was sealed for a vault that was closed since; send it again")
        header = seal_header(ahead.file_key, [self._recipient])
        path = f"{self._folder}/{blob_path(ahead.payload.hex())}"
        try:
            ahead.keep(path)
        finally:
            ahead.drop()
        self.headers.append(Header(ahead.payload, header))
        self.spots.append((ahead.payload, Spot(path, 0, self._disk.size(path))))
        return self._sealed(rid, ahead.payload.hex(), ahead.sha256, ahead.size, ahead.file_key, header)

    def _sealed(self, rid: str, payload: str, sha256: bytes, size: int, file_key: bytes, header: bytes) -> Sealing:
        salt = os.urandom(SALT)
        self.events.append(Sealed(id=rid, payload=payload, size=size, commitment=commitment(salt, sha256)))
        return Sealing(Content(payload=payload, sha256=sha256.hex(), size=size, salt=salt.hex()), file_key, header)


def _spaced(plain: bytes) -> bytes:
    """JSON padded with spaces, which JSON allows."""
    return plain + b" " * (padded_size(len(plain)) - len(plain))
