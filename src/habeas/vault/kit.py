"""A seal-only device, for a border or the field: a folder that can add exhibits to one case and read nothing, not even what it added.

It holds its own signing key and the public half of its drop; whoever seizes it learns how many files were added, when, and their sizes, and can
add more until it is revoked. The folder has the layout of a compartment, so it is brought home by a sync with it.

    kit.json     its case, device, signing seed, the drop's public key, and how far its log went (the next frame before it is written)
    CASE/…       its log, headers, packs and blobs
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from habeas.seal.age import FILE_KEY, Recipient, seal_header, seal_payload
from habeas.seal.ed25519 import Signer
from habeas.seal.errors import SealError
from habeas.seal.merkle import HASH, Frontier
from habeas.vault.compartment import Clock, heads_name
from habeas.vault.disk import Disk
from habeas.vault.draft import Draft
from habeas.vault.errors import DamagedError, NoVaultError
from habeas.vault.events import CommitHead, Kind, Why, encode_commit, encode_line
from habeas.vault.frames import Tail, encode_frame, genesis
from habeas.vault.keyring import DROP
from habeas.vault.logs import DeviceLog
from habeas.vault.objects import Header, encode_headers
from habeas.vault.padding import padded_size
from habeas.vault.selftest import self_test

_BEHIND = 1_000_000
"""Where its exhibits stand in the case's order: behind those that were there."""


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """After frame ``n`` with this ``h``: the Merkle frontier."""

    n: int
    h: str
    size: int
    roots: str


class KitFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``kit.json``. ``at``: after the last commit; ``next``: after the one that was being written."""

    kit: int
    compartment: str
    device: str
    seed: str
    drop: str
    roster: int
    at: Progress
    next: Progress | None = None


def make_kit(folder: Path, compartment: str, device: str, signer: Signer, drop: Recipient, roster: int) -> None:
    """Write a kit into a new folder."""
    folder.mkdir(parents=True, mode=0o700)
    start = Progress(n=0, h=genesis(compartment, device).hex(), size=0, roots="")
    made = KitFile(kit=1, compartment=compartment, device=device, seed=signer.seed.hex(), drop=drop.text, roster=roster, at=start)
    Disk(folder).put("kit.json", msgspec.json.encode(made))


class Kit:
    """An open kit; hold :meth:`Disk.lock` around it."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Read it, and find out whether the last commit went through. Raises NoVaultError or DamagedError."""
        self_test()
        self.disk, self.clock = Disk(folder), clock
        if not self.disk.exists("kit.json"):
            raise NoVaultError("no kit.json in the folder")
        try:
            self.file = msgspec.json.decode(self.disk.read("kit.json"), type=KitFile)
            self.signer = Signer(bytes.fromhex(self.file.seed))
            self.drop = Recipient.parse(self.file.drop)
        except (msgspec.MsgspecError, SealError, ValueError, RecursionError):
            raise DamagedError("kit.json") from None
        self.log = DeviceLog(self.disk, self.file.compartment, self.file.compartment, self.file.device, self.signer.public)
        frames, tail, self.position, _ = self.log.read_on(self.log.start)
        known = [one for one in (self.file.next, self.file.at) if one and one.n == len(frames) and one.h == self.position.h.hex()]
        if not known or tail is Tail.DAMAGED:
            raise DamagedError("the log of this kit")
        if tail is Tail.TORN:  # only what was never acknowledged: the kit's file knows how far it was
            self.log.heal(self.position)
        self.at = known[0]
        self.frontier = _frontier(self.at)

    def add(self, files: Sequence[tuple[dict[str, Any], Any]]) -> int:
        """Seal (record of the exhibit, pieces of its bytes) each; one commit. Nothing of it can be read here again."""
        draft = Draft(self.disk, self.file.compartment, self.drop, None)
        for record, pieces in files:
            rid = os.urandom(8).hex()
            sealing = draft.content(rid, pieces)
            draft.record(Kind.EXHIBIT, rid, record, Why.ADDED, at=_BEHIND + self.at.n, sealing=sealing)
        return self._commit(draft)

    def _commit(self, draft: Draft) -> int:
        draft.flush()
        frontier = self.frontier.copy()
        lines = [encode_line(event) for event in draft.events]
        for line in lines:
            frontier.add(line)
        n = self.at.n + 1
        head = CommitHead(
            v=1,
            seq=n,
            t=self.clock(),
            epoch=DROP + self.file.device,
            roster=self.file.roster,
            seen={},
            root=frontier.root().hex(),
            size=frontier.size,
        )
        plain = encode_commit(head, lines)
        file_key = os.urandom(FILE_KEY)
        body = bytes(seal_payload(file_key, plain + b"\n" * (padded_size(len(plain)) - len(plain))))
        frame, h = encode_frame(bytes.fromhex(self.at.h), body, self.signer)
        headers = [*draft.headers, Header(hashlib.sha256(body).digest(), seal_header(file_key, [self.drop]))]
        pack = encode_headers(headers)
        name = heads_name(self.file.device, pack)
        self.disk.put(f"{self.file.compartment}/heads/{DROP}{self.file.device}/{name}", pack, settle=False)
        after = Progress(n=n, h=h.hex(), size=frontier.size, roots=b"".join(frontier.roots).hex())
        self.file.at, self.file.next = self.at, after
        self.disk.put("kit.json", msgspec.json.encode(self.file))
        self.position = self.log.append(frame, self.position, new_segment=True)  # each commit a segment: a home may have fetched the last
        self.at = after
        self.frontier = frontier
        self.file.at, self.file.next = after, None
        self.disk.put("kit.json", msgspec.json.encode(self.file))  # from here on, a log that is shorter is damage
        return n


def _frontier(at: Progress) -> Frontier:
    try:
        roots = bytes.fromhex(at.roots)
        return Frontier(at.size, [roots[i : i + HASH] for i in range(0, len(roots), HASH)])
    except ValueError:
        raise DamagedError("kit.json") from None
