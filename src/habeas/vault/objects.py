r"""Payloads at rest: large ones as files named by their own SHA-256, small ones end to end in packs, and their headers apart.

    blobs/ab/abcdef…   one age payload; the name is the SHA-256 of the bytes
    packs/PPPP         "habeas-pack/1\\n" | u32 n | n x (32 B payload hash | u32 length) | payloads; the name is the SHA-256 of the directory
    heads/EPOCH/DEV-SHA256  (32 B payload hash | u16 length | age header)…; named by the SHA-256 of the file

A payload never changes; headers do, when keys do. Nothing here decides who may read.
"""

import hashlib
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from habeas.seal.age.header import LARGEST as LARGEST_HEADER
from habeas.vault.disk import Disk
from habeas.vault.errors import DamagedError, UnreadableError

PACK = b"habeas-pack/1\n"
SMALL = 1 << 20
"""Payloads below this many bytes go into packs."""
LARGEST_PACK = 16 << 20
"""Bytes of a pack: joined in memory, so below what makes the allocator go back to the system each time."""
CHUNK = 1 << 20
_ENTRY = struct.Struct(">32sI")
_HEADER = struct.Struct(">32sH")
_MAGIC = b"age-encryption.org/v1\n"


class Spot(NamedTuple):
    """Where a payload lies: a file, and the bytes in it."""

    path: str
    offset: int
    length: int


class Header(NamedTuple):
    """A payload's hash and the age header that opens it."""

    payload: bytes
    header: bytes


def blob_path(payload: str) -> str:
    """Where a large payload lies."""
    return f"blobs/{payload[:2]}/{payload}"


def pack_directory(payloads: Sequence[tuple[bytes, bytes | bytearray]]) -> tuple[str, bytes]:
    """(name, beginning) of a pack of (hash, payload); the payloads follow end to end."""
    directory = PACK + struct.pack(">I", len(payloads)) + b"".join(_ENTRY.pack(h, len(p)) for h, p in payloads)
    return hashlib.sha256(directory).hexdigest(), directory


def pack_bytes(payloads: Sequence[tuple[bytes, bytes | bytearray]]) -> tuple[str, bytes]:
    """(name, content) of a pack in memory."""
    name, directory = pack_directory(payloads)
    return name, b"".join([directory, *(p for _, p in payloads)])


def read_directory(disk: Disk, path: str) -> list[tuple[bytes, Spot]]:
    """What a pack holds. Raises DamagedError where its name, directory or length is not right."""
    with disk.open(path) as stream:
        head = stream.read(len(PACK) + 4)
        if len(head) < len(PACK) + 4 or not head.startswith(PACK):
            raise DamagedError("pack " + path[-64:][:12])
        (count,) = struct.unpack(">I", head[-4:])
        if count > LARGEST_PACK // 32:
            raise DamagedError("pack " + path[-64:][:12])
        directory = stream.read(count * _ENTRY.size)
    return _entries(path, head + directory, count, disk.size(path))


def _entries(path: str, untrusted: bytes, count: int, size: int) -> list[tuple[bytes, Spot]]:
    at = len(PACK) + 4 + count * _ENTRY.size
    if len(untrusted) != at or hashlib.sha256(untrusted).hexdigest() != path.rpartition("/")[2]:
        raise DamagedError("pack " + path[-64:][:12])
    found = []
    for payload, length in _ENTRY.iter_unpack(untrusted[len(PACK) + 4 :]):
        found.append((payload, Spot(path, at, length)))
        at += length
    if at != size:
        raise DamagedError("pack " + path[-64:][:12])
    return found


def salvage_pack(content: bytes) -> list[tuple[bytes, int, int]]:
    """(hash, offset, length) of what its own hash vouches for in a pack, whatever is damaged: its magic, its count, one length, or payloads."""
    start, best = len(PACK) + 4, list[tuple[bytes, int, int]]()
    for count in _counts(content):
        entries = [_ENTRY.unpack_from(content, start + number * _ENTRY.size) for number in range(count)]
        found = _walk(content, entries, start + count * _ENTRY.size)
        best = max(best, found, key=len)
    return best


def _counts(content: bytes) -> list[int]:
    """How many entries the directory may have: the count that it gives, and every one with which the lengths add up to the file."""
    start = len(PACK) + 4
    most = max(0, len(content) - start) // _ENTRY.size
    counts = {int.from_bytes(content[len(PACK) : start], "big")} if len(content) >= start else set()
    total = 0
    for number in range(most):
        total += _ENTRY.unpack_from(content, start + number * _ENTRY.size)[1]
        if total + start + (number + 1) * _ENTRY.size == len(content):
            counts.add(number + 1)
    return sorted(one for one in counts if one <= most)


def _walk(content: bytes, entries: list[tuple[bytes, int]], at: int) -> list[tuple[bytes, int, int]]:
    """Forwards while hashes hold, backwards from the end, and what is left between the two for an entry whose length is wrong."""
    forward, backward, end = [], [], len(content)
    first, last = 0, len(entries)
    while first < last and hashlib.sha256(content[at : at + entries[first][1]]).digest() == entries[first][0]:
        forward.append((entries[first][0], at, entries[first][1]))
        at += entries[first][1]
        first += 1
    while last > first and hashlib.sha256(content[max(at, end - entries[last - 1][1]) : end]).digest() == entries[last - 1][0]:
        last -= 1
        start = max(at, end - entries[last][1])
        backward.append((entries[last][0], start, end - start))
        end = start
    between = []
    for payload, length in entries[first:last]:
        if hashlib.sha256(content[at : at + length]).digest() == payload:
            between.append((payload, at, length))
        at += length
    if last - first == 1 and not between:
        start = forward[-1][1] + forward[-1][2] if forward else len(PACK) + 4 + len(entries) * _ENTRY.size
        if hashlib.sha256(content[start:end]).digest() == entries[first][0]:
            between.append((entries[first][0], start, end - start))
    return [*forward, *between, *reversed(backward)]


def encode_headers(headers: Iterable[Header]) -> bytes:
    """A header pack."""
    return b"".join(_HEADER.pack(one.payload, len(one.header)) + one.header for one in headers)


def decode_headers(untrusted: bytes) -> Iterator[Header]:
    """Headers of a pack; where a length is damaged, reading goes on at the next header that begins as one should."""
    at = 0
    while at + _HEADER.size <= len(untrusted):
        payload, length = _HEADER.unpack_from(untrusted, at)
        header = untrusted[at + _HEADER.size : at + _HEADER.size + length]
        if header.startswith(_MAGIC) and header.endswith(b"\n") and len(header) == length <= LARGEST_HEADER:
            yield Header(payload, header)
            at += _HEADER.size + length
            continue
        magic = untrusted.find(_MAGIC, at + _HEADER.size + 1)
        if magic < 0:
            return
        at = max(at + 1, magic - _HEADER.size)


class Objects:
    """Where every payload of a compartment lies, and its headers, as the disk has them now."""

    def __init__(self, disk: Disk, folder: str) -> None:
        """Nothing is read until :meth:`load`."""
        self._disk, self._folder = disk, folder
        self.spots: dict[bytes, Spot] = {}
        self.headers: dict[str, dict[bytes, tuple[bytes, ...]]] = {}
        self.damaged: list[str] = []

    def path(self, name: str) -> str:
        """A path inside the compartment, from the vault's root."""
        return f"{self._folder}/{name}"

    def load(self) -> None:
        """Read the directories of packs, the names of blobs and all headers. What is damaged is named and left out."""
        self.spots, self.headers, self.damaged = {}, {}, []
        for path in self._disk.files(self.path("packs")):
            self.load_pack(path.removeprefix(self.path("packs/")))
        for path in self._disk.files(self.path("blobs")):
            self.add_blob(path)
        for path in self._disk.files(self.path("heads")):
            epoch, _, name = path.removeprefix(self.path("heads/")).partition("/")
            if name and "/" not in name:
                self.load_headers(epoch, name)

    def load_pack(self, name: str) -> None:
        """Learn what a pack holds; a damaged one gives what its hashes vouch for when it is read."""
        try:
            self.spots.update(read_directory(self._disk, self.path(f"packs/{name}")))
        except DamagedError:
            self.damaged.append(f"packs/{name}")
            self._salvage(name)

    def _salvage(self, name: str) -> None:
        content = self._disk.read(self.path(f"packs/{name}"))
        for payload, at, length in salvage_pack(content):
            self.spots[payload] = Spot(self.path(f"packs/{name}"), at, length)

    def add_blob(self, path: str) -> None:
        """Learn of a large payload."""
        name = path.rpartition("/")[2]
        if re.fullmatch("[0-9a-f]{64}", name):
            self.spots[bytes.fromhex(name)] = Spot(path, 0, self._disk.size(path))

    def load_headers(self, epoch: str, name: str) -> None:
        """Learn the headers of one pack."""
        content = self._disk.read(self.path(f"heads/{epoch}/{name}"))
        found = list(decode_headers(content))
        if name[-64:] != hashlib.sha256(content).hexdigest():
            self.damaged.append(f"heads/{epoch}/{name}")
        self.add_headers(epoch, found)

    def add_headers(self, epoch: str, headers: Iterable[Header]) -> None:
        """Learn headers. Where two differ for one payload both are kept: one of them may be a hostile store's."""
        known = self.headers.setdefault(epoch, {})
        for payload, header in headers:
            before = known.get(payload)
            if before is None:
                known[payload] = (header,)
            elif header not in before:
                known[payload] = (*before, header)

    def pieces(self, payload: bytes) -> Iterator[bytes]:
        """The bytes of a payload, checked against its hash: DamagedError comes after the last piece where they differ."""
        spot = self.spots.get(payload)
        if spot is None:
            raise UnreadableError("its content is not on this machine: " + payload.hex()[:12])
        left, sha256 = spot.length, hashlib.sha256()
        with self._disk.open(spot.path) as stream:
            stream.seek(spot.offset)
            while left:
                piece = stream.read(min(CHUNK, left))
                if not piece:
                    break
                left -= len(piece)
                sha256.update(piece)
                yield piece
        if left or sha256.digest() != payload:
            raise DamagedError("payload " + payload.hex()[:12])

    def read(self, payload: bytes) -> bytes:
        """A payload in memory."""
        return b"".join(self.pieces(payload))

    def beginning(self, payload: bytes) -> bytes:
        """The first chunk of a payload and what stands before it, unchecked. Raises UnreadableError where it is not here."""
        spot = self.spots.get(payload)
        if spot is None:
            raise UnreadableError("its content is not on this machine: " + payload.hex()[:12])
        return self.raw(spot._replace(length=min(spot.length, (1 << 16) + 32)))

    def whole(self, payload: bytes) -> bool:
        """Whether a payload is here and is what its hash says."""
        try:
            return all(True for _ in self.pieces(payload))
        except (DamagedError, UnreadableError):
            return False

    def raw(self, spot: Spot) -> bytes:
        """What stands at a spot, unchecked: to be copied as it is."""
        with self._disk.open(spot.path) as stream:
            stream.seek(spot.offset)
            return stream.read(spot.length)
