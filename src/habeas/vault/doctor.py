"""Read everything in a compartment to the end and say what was checked, what does not hold, and what cannot be checked here.

`verify_compartment` trusts neither the index nor what was read before. `surroundings` looks at the machine: what a vault cannot protect itself
from. Neither changes anything but the index, which is made anew.
"""

import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from habeas.seal.age import AgeError, NoMatchError, open_file, open_header, split
from habeas.seal.age.header import parse_header
from habeas.vault.compartment import FORMAT, Compartment
from habeas.vault.draft import Content, Envelope
from habeas.vault.errors import DamagedError, VaultError
from habeas.vault.events import Kind, Line, Recorded, Sealed, commitment
from habeas.vault.judging import spoken_of
from habeas.vault.objects import decode_headers

Progress = Callable[[int, int], None]
"""(done, of how many) payloads."""
_CHUNK = 1 << 20


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Something that does not hold: in words, the file or commit that it was found in, and the item that it hits (kind and id), if one."""

    what: str
    where: str
    item: str = ""

    def __str__(self) -> str:
        """``payload is damaged: packs/ab12…, exhibit 03ff…``."""
        return f"{self.what}: {self.where}" + (f", {self.item}" if self.item else "")


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, and what did not hold. ``form_only``: files of others, of which only the form can be checked here."""

    problems: tuple[Problem, ...]
    rosters: int
    devices: int
    commits: int
    events: int
    headers: int
    payloads: int
    size: int
    erased: int
    form_only: int
    left_over: int

    def words(self) -> list[str]:
        """What was checked, in sentences."""
        return [
            f"{self.rosters} lists of members: each follows the one before and is signed by its admins.",
            f"{self.commits} commits of {self.devices} devices with {self.events} events: chain, signature, role and Merkle root.",
            f"{self.headers} headers: each opens with a key that this device holds, but those of contacts for readers.",
            f"{self.payloads} payloads, {self.size} bytes: the digest of the ciphertext, every chunk to the end, and the commitment in the log.",
            f"{self.erased} shredded payloads: not there.",
            f"{self.form_only} key files of other devices and older lists: their form only, since they are not for this device.",
        ]


class _Reading:
    def __init__(self, comp: Compartment) -> None:
        self.comp = comp
        self.problems: list[Problem] = []
        self.form_only = self.rosters = self.headers = self.payloads = self.size = 0

    def say(self, what: str, where: str, item: str = "") -> None:
        self.problems.append(Problem(what=what, where=where, item=item))

    def files(self) -> list[str]:
        comp = self.comp
        root = comp.disk.root / comp.folder
        return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir() or path.is_symlink())

    def small_files(self) -> None:
        """The format, rosters, key files, and whatever does not belong here."""
        comp = self.comp
        for name in self.files():
            top = name.partition("/")[0]
            if "/." in "/" + name or (comp.disk.root / comp.folder / name).is_symlink():
                self.say("a file that does not belong here", name)
                continue
            content = comp.disk.read(f"{comp.folder}/{name}") if top in ("FORMAT", "members", "keys") else b""
            if name == "FORMAT":
                if content != f"{FORMAT}\n{comp.cid}\n".encode():
                    self.say("damaged", name)
            elif top == "members":
                self.rosters += 1
                self.age_file(name, content)
            elif top == "keys":
                self.age_file(name, content)
            elif top not in ("heads", "blobs", "packs", "log"):
                self.say("a file that does not belong here", name)

    def age_file(self, name: str, content: bytes) -> None:
        comp = self.comp
        try:
            header, _ = split(content)
            parse_header(header)
            open_file(content, [comp.seat.identity, *(one for epoch in comp.rings.epochs.values() for one in epoch.identities)])
        except NoMatchError:
            if name.endswith(f".d{comp.seat.device}.age") or name.partition(".")[2].startswith("s"):
                self.say("a key file that this device should open does not open", name)
            self.form_only += 1
        except AgeError:
            self.say("damaged", name)

    def expected(self) -> None:
        """Files that have to be there."""
        comp, here = self.comp, set(self.files())
        wanted = {"FORMAT", f"members/{comp.roster.version:04}.age"}
        wanted |= {f"keys/{comp.roster.epoch}.d{one.device}.age" for one in comp.roster.active() if one.role.reads}
        wanted |= {f"keys/{comp.roster.epoch}.r{number}.age" for number in range(len(comp.roster.holders))}
        for name in sorted(wanted - here):
            self.say("a file is missing", name)

    def header_packs(self) -> None:
        comp = self.comp
        for name in (one for one in self.files() if one.startswith("heads/")):
            content = comp.disk.read(f"{comp.folder}/{name}")
            found = list(decode_headers(content))
            if name[-64:] != hashlib.sha256(content).hexdigest():
                self.say("damaged", name)
            identities = comp.rings.identities(name.split("/")[1])
            for payload, header in found:
                self.headers += 1
                try:
                    open_header(header, identities)
                except NoMatchError:
                    if comp.me.role.reads_contacts:
                        self.say("a header does not open", name, payload.hex()[:12])
                except AgeError:
                    self.say("a header is damaged", name, payload.hex()[:12])

    def objects(self) -> None:
        """Files of payloads against their names, whether a commit speaks of them or not."""
        objects = self.comp.objects
        for name in objects.damaged:
            self.say("damaged", name)
        for name in (one for one in self.files() if one.startswith("blobs/")):
            if name != f"blobs/{name[-64:][:2]}/{name[-64:]}":
                self.say("a file that does not belong here", name)

    def payload(self, payload: str, size: int, said: str, item: str, kind: Kind | None) -> None:
        """One payload that a commit speaks of."""
        comp = self.comp
        self.payloads += 1
        try:
            if kind is None:
                self.size += size
                return  # content: checked with its record, which holds the salt
            plain = comp.open_payload(bytes.fromhex(payload))
            self.size += len(plain)
            envelope = msgspec.json.decode(plain, type=Envelope)
            if f"{envelope.kind} {envelope.id}" != item:
                self.say("a record's text stands under the id of another", payload[:12], item)
            if commitment(bytes.fromhex(envelope.salt), hashlib.sha256(plain).digest()) != said:
                self.say("the log committed to another content", payload[:12], item)
        except DamagedError as error:
            self.say(str(error), self.where(payload), item)
        except VaultError as error:
            if kind is not Kind.CONTACT or comp.me.role.reads_contacts:
                self.say(str(error), self.where(payload), item)
        except (msgspec.DecodeError, ValueError):
            self.say("a record is malformed", payload[:12], item)

    def where(self, payload: str) -> str:
        spot = self.comp.objects.spots.get(bytes.fromhex(payload))
        return spot.path.removeprefix(self.comp.folder + "/") if spot else "no file"

    def content(self, content: Content, said: str, item: str) -> None:
        """The bytes of an exhibit, the digest in its record, and the commitment in the log."""
        comp = self.comp
        sha256, left = hashlib.sha256(), content.size
        try:
            for piece in comp.stream_payload(bytes.fromhex(content.payload)):
                sha256.update(piece[:left])
                left -= len(piece[:left])
        except VaultError as error:
            self.say(str(error), self.where(content.payload), item)
            return
        if left or sha256.hexdigest() != content.sha256:
            self.say("its bytes are not those that were sealed", self.where(content.payload), item)
        elif said and commitment(bytes.fromhex(content.salt), sha256.digest()) != said:
            self.say("the log committed to another content", content.payload[:12], item)


def verify_compartment(comp: Compartment, progress: Progress = lambda *_: None) -> Checked:
    """Read it all. Raises nothing for what is damaged inside it; that is in the answer."""
    reading = _Reading(comp)
    comp.alarms = []
    try:
        comp.load_rosters()
    except VaultError as error:
        reading.say(str(error), "members")
    comp.objects.load()
    comp.remake_index()
    reading.small_files()
    reading.expected()
    reading.header_packs()
    reading.objects()
    for alarm in comp.alarms:
        what, _, file = alarm.what.partition(" file ")
        if file:
            reading.say(what, file)
        else:
            reading.say(alarm.what, f"log of device {alarm.device}, commit {alarm.n}" if alarm.device else "log")
    for dev, n in comp.index.rows("SELECT dev, n FROM frame WHERE state = 'sealed'"):
        reading.say("a commit does not open here", f"log of device {dev}, commit {n}")
    gone = comp.index.gone()
    erased = sum(1 for payload in gone if bytes.fromhex(payload) not in comp.objects.spots)
    for payload in gone:
        if bytes.fromhex(payload) in comp.objects.spots:
            reading.say("a shredded payload is still there", payload[:12])
    _payloads(reading, gone, progress)
    _left_over(reading)
    (commits,) = next(comp.index.rows("SELECT count(*) FROM frame"))
    (events,) = next(comp.index.rows("SELECT count(*) FROM event"))
    return Checked(
        problems=tuple(dict.fromkeys(reading.problems)), rosters=reading.rosters, devices=len(comp.devices()), commits=commits, events=events,
        headers=reading.headers, payloads=reading.payloads, size=reading.size, erased=erased, form_only=reading.form_only,
        left_over=len(comp.objects.spots.keys() - spoken_of(comp.index)),
    )  # fmt: skip


def _lines(comp: Compartment) -> Iterator[Line]:
    for _, _, _, line in comp.index.events(("Sealed", "Recorded")):
        yield line


def _payloads(reading: _Reading, gone: frozenset[str], progress: Progress) -> None:
    comp = reading.comp
    sealed: dict[str, Sealed] = {}
    seen: set[str] = set()
    lines = list(_lines(comp))
    for done, line in enumerate(lines):
        if done % 50 == 0:
            progress(done, len(lines))
        if isinstance(line, Sealed):
            sealed[line.payload] = line
            if line.payload not in gone:
                reading.payload(line.payload, line.size, line.commitment, f"exhibit {line.id}", None)
        elif isinstance(line, Recorded) and line.payload not in gone:
            reading.payload(line.payload, line.size, line.commitment, f"{line.kind} {line.id}", line.kind)
            content = _content_of(comp, line)
            if content and content.payload in sealed and sealed[content.payload].id != line.id:
                reading.say("an exhibit's bytes stand under the number of another", content.payload[:12], f"exhibit {line.id}")
            if content and content.payload not in seen | gone:
                seen.add(content.payload)
                said = sealed.get(content.payload)
                reading.content(content, said.commitment if said else "", f"exhibit {line.id}")
    for payload in sealed.keys() - seen - gone:
        _without_record(reading, sealed[payload])
    _reasons(reading, gone)
    progress(len(lines), len(lines))


def _content_of(comp: Compartment, line: Recorded) -> Content | None:
    with suppress(VaultError):
        return comp.envelope(line.payload).content if line.kind is Kind.EXHIBIT else None
    return None


def _reasons(reading: _Reading, gone: frozenset[str]) -> None:
    comp = reading.comp
    for _, _, _, line in comp.index.events():
        reason = getattr(line, "reason", "")
        if reason and reason not in gone:
            try:
                comp.open_payload(bytes.fromhex(reason))
            except VaultError as error:
                reading.say(str(error), reading.where(reason), "a reason that was given")


def _without_record(reading: _Reading, line: Sealed) -> None:
    """Content whose record does not open: its ciphertext can still be read to the end."""
    try:
        for _ in reading.comp.stream_payload(bytes.fromhex(line.payload)):
            pass
        reading.say("the record of this exhibit does not open; its bytes do", reading.where(line.payload), f"exhibit {line.id}")
    except VaultError as error:
        reading.say(str(error), reading.where(line.payload), f"exhibit {line.id}")


def _left_over(reading: _Reading) -> None:
    """Payloads that no commit speaks of: what a crash left before its commit; they are checked against their names alone."""
    comp = reading.comp
    for payload in comp.objects.spots.keys() - spoken_of(comp.index):
        try:
            for _ in comp.objects.pieces(payload):
                pass
        except VaultError as error:
            reading.say(str(error), reading.where(payload.hex()))


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """Something about the machine. ``bad``: it should be put right."""

    bad: bool
    words: str


def surroundings(root: Path) -> list[Remark]:
    """What this machine does to a vault: swap, disk encryption, rights, core dumps, room. What cannot be told is said so."""
    return [*_swap(), _encryption(root), _rights(root), _cores(), _room(root)]


def _swap() -> Iterator[Remark]:
    try:
        lines = Path("/proc/swaps").read_text(encoding="ascii", errors="replace").strip().split("\n")[1:]
    except OSError:
        yield Remark(bad=False, words="whether memory is written to a swap file cannot be told on this system; encrypt the whole disk")
        return
    plain = [line.split()[0] for line in lines if not line.startswith("/dev/dm-") and "zram" not in line]
    if plain:
        yield Remark(bad=True, words=f"memory may be written to {len(plain)} swap areas that do not look encrypted: turn swap off or encrypt it")
    else:
        yield Remark(bad=False, words="no swap area that would hold memory in plaintext")


def _encryption(root: Path) -> Remark:
    if not sys.platform.startswith("linux"):
        return Remark(bad=False, words="whether the disk is encrypted cannot be told here: check FileVault or BitLocker yourself")
    with suppress(OSError):
        device = root.stat().st_dev
        name = f"/sys/dev/block/{os.major(device)}:{os.minor(device)}"
        if Path(name, "dm").exists() and Path(name, "dm/uuid").read_text(encoding="ascii").startswith("CRYPT-"):
            return Remark(bad=False, words="the disk under the vault is encrypted (dm-crypt)")
    return Remark(
        bad=True,
        words="the disk under the vault does not look encrypted: exports, swap and other programs' files would be readable to whoever takes it",
    )


def _rights(root: Path) -> Remark:
    if os.name == "nt":
        return Remark(bad=False, words="rights of files are not looked at on Windows")
    if stat.S_IMODE(root.stat().st_mode) & 0o077:
        return Remark(bad=True, words="other users of this machine may look into the vault's folder: chmod 700")
    return Remark(bad=False, words="other users of this machine cannot look into the vault's folder")


def _cores() -> Remark:
    try:
        pattern = Path("/proc/sys/kernel/core_pattern").read_text(encoding="ascii", errors="replace")
    except OSError:
        return Remark(bad=False, words="where this system writes core dumps cannot be told; Habeas asks for none")
    if pattern.startswith("|"):
        return Remark(bad=True, words="core dumps go to another program, which may keep them whatever Habeas asks: see coredumpctl")
    return Remark(bad=False, words="core dumps are off while a vault is open")


def _room(root: Path) -> Remark:
    free = shutil.disk_usage(root).free >> 20
    return Remark(bad=free < 512, words=f"{free} MiB free on the disk of the vault")  # noqa: PLR2004
