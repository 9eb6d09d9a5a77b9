"""Time stamps over the state of a case: made offline, sent when the user says so, kept with all that is needed to check them for ever.

An authority sees SHA-256(salt || checkpoint) and nothing else. Two authorities are wanted, since one may be gone or under pressure later.
"""

import base64
import hashlib
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from habeas.domain.errors import BadInput, HabeasError, UsageError
from habeas.domain.work import Stamp
from habeas.locale import tr
from habeas.seal.errors import TimestampError
from habeas.seal.merkle import Frontier
from habeas.seal.timestamp import read_reply, request_for, verify_token
from habeas.services.casebook import Entry, add, next_place, read_book, revise
from habeas.services.cases import log_use
from habeas.services.exports import outside, write_private
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind, What, Why
from habeas.vault.vault import Authority, Vault

LARGEST_REPLY = 1 << 20
SECONDS = 20
CHECKPOINT = "habeas-checkpoint/1"
_DEVICE = re.compile("device ([0-9a-f]{12}) ([0-9]{1,12}) ([0-9a-f]{64}) ([0-9]{1,12}) ([0-9a-f]{64})")
Fetch = Callable[[str, bytes], bytes]
"""(address, request) → reply."""


class StampState(msgspec.Struct, frozen=True, kw_only=True):
    """A stamp as it stands: waiting, good (and since when the state existed), or what does not hold."""

    id: str
    authority: str
    state: str
    at: str = ""
    matches: bool = False


class UnreachableError(HabeasError):
    """The authority could not be reached; the request waits."""

    def __init__(self) -> None:
        """Say what becomes of the request."""
        super().__init__(tr("the authority could not be reached or refused; the request waits and can be sent again, or travel as a file"))


def add_authority(vault: Vault, name: str, url: str, root_pem: bytes) -> None:
    """Remember an authority and the certificate that its tokens have to lead to. Raises UsageError."""
    if not url.startswith(("https://", "http://")) or b"BEGIN CERTIFICATE" not in root_pem:
        raise UsageError(tr("an address that begins with https:// or http://, and a certificate in PEM, are wanted"))
    kept = [one for one in vault.settings.authorities if one.name != name]
    vault.settings.authorities = [*kept, Authority(name=name, url=url, root=root_pem.decode("ascii", "replace"))]
    vault.save()


def checkpoint_of(comp: Compartment) -> str:
    """The state of a case in lines: its roster, and the last frame and Merkle root of each device."""
    lines = [CHECKPOINT, comp.cid, f"roster {comp.roster.version} {comp.roster_digest}"]
    for device, known in sorted(comp.known.items()):
        if known.at.n and known.frontier is not None:
            lines.append(f"device {device} {known.at.n} {known.at.h.hex()} {known.frontier.size} {known.frontier.root().hex()}")
    return "\n".join(lines) + "\n"


def request_stamps(vault: Vault, comp: Compartment) -> int:
    """Make one request for each known authority over the state of the case now; they wait inside the case."""
    if not vault.settings.authorities:
        raise UsageError(tr("no authority is known; 'habeas vault authority add' makes one known, and two are wanted"))
    checkpoint, book, draft = checkpoint_of(comp), read_book(comp), comp.draft()
    place = next_place(book.of(Kind.STAMP, withdrawn=True))
    for number, authority in enumerate(vault.settings.authorities):
        salt = os.urandom(32)
        request = request_for(hashlib.sha256(salt + checkpoint.encode()).digest())
        stamp = Stamp(
            authority=authority.name, checkpoint=checkpoint, salt=salt.hex(), request=base64.b64encode(request).decode(), root=authority.root
        )  # fmt: skip
        add(draft, Kind.STAMP, stamp, at=place + number)
    comp.commit(draft)
    return len(vault.settings.authorities)


def waiting(comp: Compartment) -> tuple[Entry, ...]:
    """Stamps without a reply."""
    return tuple(one for one in read_book(comp).of(Kind.STAMP) if not one.record.reply)


def write_requests(comp: Compartment, folder: Path) -> list[Path]:
    """Write waiting requests as .tsq files, for a stick; they say nothing of the case."""
    outside(comp.disk.root, folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for one in waiting(comp):
        path = folder / f"{one.id}.tsq"
        write_private(path, base64.b64decode(one.record.request))
        made.append(path)
    return made


def post(url: str, request: bytes) -> bytes:
    """Ask an authority (RFC 3161, 3.4). Redirects and proxies of the environment are not followed. Raises UnreachableError."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())
    asked = urllib.request.Request(url, data=request, headers={"Content-Type": "application/timestamp-query"})  # noqa: S310  # checked when it was added
    try:
        with opener.open(asked, timeout=SECONDS) as answer:
            return bytes(answer.read(LARGEST_REPLY))
    except (urllib.error.URLError, OSError, ValueError):
        raise UnreachableError from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def send_waiting(vault: Vault, comp: Compartment, fetch: Fetch = post) -> tuple[int, int]:
    """Send every waiting request; (answered, still waiting). One authority that fails stops no other."""
    by_name = {one.name: one for one in vault.settings.authorities}
    answered = 0
    entries = waiting(comp)
    for one in entries:
        authority = by_name.get(one.record.authority)
        if authority is None:
            continue
        try:
            take_reply(comp, one, fetch(authority.url, base64.b64decode(one.record.request)))
            answered += 1
        except (UnreachableError, TimestampError):
            continue
    return answered, len(entries) - answered


def take_reply(comp: Compartment, entry: Entry, untrusted: bytes) -> None:
    """Check a reply against its request and the authority's certificate, and keep it with its chain. Raises TimestampError."""
    stamp: Stamp = entry.record
    reply = read_reply(untrusted, base64.b64decode(stamp.request))
    stamped = verify_token(untrusted, _digest(stamp), [stamp.root.encode()])
    if abs(reply.at - datetime.now(tz=UTC)) > timedelta(days=2):
        raise TimestampError("its time is more than two days from this machine's; check which clock is wrong")
    draft = comp.draft()
    kept = msgspec.structs.replace(
        stamp,
        reply=base64.b64encode(untrusted).decode(),
        at=stamped.at.isoformat(),
        chain=tuple(base64.b64encode(one).decode() for one in stamped.chain),
    )
    revise(draft, entry, kept, Why.DECIDED)
    comp.commit(draft)


def import_reply(comp: Compartment, file: Path) -> str:
    """Take a reply that came as a file; which stamp it answers is found out. Raises BadInput."""
    untrusted = file.read_bytes()[:LARGEST_REPLY]
    for one in waiting(comp):
        try:
            take_reply(comp, one, untrusted)
        except TimestampError:
            continue
        return one.id
    raise BadInput.one(file.name, tr("it answers no request that waits here, or its authority's certificate is another one"))


def _digest(stamp: Stamp) -> bytes:
    return hashlib.sha256(bytes.fromhex(stamp.salt) + stamp.checkpoint.encode()).digest()


def check_stamps(comp: Compartment) -> list[StampState]:
    """Every stamp, checked anew at its own time, and whether the history that it covers is still the one that is here."""
    found = []
    for one in read_book(comp).of(Kind.STAMP):
        stamp: Stamp = one.record
        if not stamp.reply:
            found.append(StampState(id=one.id, authority=stamp.authority, state="waiting"))
            continue
        try:
            extra = [base64.b64decode(cert) for cert in stamp.chain]
            good = verify_token(base64.b64decode(stamp.reply), _digest(stamp), [stamp.root.encode()], extra)
            state, at = "good", good.at.isoformat()
            same = matches(comp, stamp.checkpoint)
        except (TimestampError, ValueError, LookupError) as error:  # a member may write anything into a record
            state, at, same = str(error) if isinstance(error, TimestampError) else tr("malformed"), "", False
        found.append(StampState(id=one.id, authority=stamp.authority, state=state, at=at, matches=same))
    return found


def matches(comp: Compartment, checkpoint: str) -> bool:
    """Whether every log still begins with exactly what a checkpoint says (RFC 6962 root over its first events)."""
    lines = checkpoint.rstrip("\n").split("\n")
    devices = [_DEVICE.fullmatch(line) for line in lines[3:]]
    if lines[:2] != [CHECKPOINT, comp.cid] or not devices:
        return False
    for found in devices:
        if found is None:
            return False
        device, n, h, size, root = found.groups()
        frontier = Frontier()
        sql = "SELECT line FROM event WHERE dev = ? AND n <= ? ORDER BY n, i"
        for (raw,) in comp.index.rows(sql, (device, int(n))):
            frontier.add(bytes(raw))
        frame = next((row[0].hex() for row in comp.index.rows("SELECT h FROM frame WHERE dev = ? AND n = ?", (device, int(n)))), "")
        if (frontier.size, frontier.root().hex(), frame) != (int(size), root, h):
            return False
    return True


def export_stamp(comp: Compartment, rid: str, folder: Path) -> list[Path]:
    """Write what a stranger needs to check a stamp with stock openssl: the stamped bytes, the reply, the certificates."""
    entry = read_book(comp).find(Kind.STAMP, rid)
    stamp: Stamp = entry.record
    if not stamp.reply:
        raise BadInput.one(rid, tr("it has no reply yet"))
    outside(comp.disk.root, folder)
    folder.mkdir(parents=True, exist_ok=True)
    chain = "".join(
        "-----BEGIN CERTIFICATE-----\n" + "\n".join(cert[i : i + 64] for i in range(0, len(cert), 64)) + "\n-----END CERTIFICATE-----\n"
        for cert in stamp.chain
    )
    files = {
        "stamped.bin": bytes.fromhex(stamp.salt) + stamp.checkpoint.encode(), "reply.tsr": base64.b64decode(stamp.reply),
        "root.pem": stamp.root.encode(), "chain.pem": chain.encode(),
    }  # fmt: skip
    log_use(comp, What.EXPORTED, (rid,), about="stamp")
    for name, content in files.items():
        write_private(folder / name, content)
    return [folder / name for name in files]
