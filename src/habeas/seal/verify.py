"""Checks a sealed Habeas dossier with nothing but Python's own library (3.8 or later).

    python3 -I verify.py FOLDER --key FINGERPRINT

What it answers: are these exactly the files that the holder of one Ed25519 key signed?
What it does not answer: whether anything in them is true, who holds the key, or when they were signed. It looks at no
file times, permissions or extended attributes, opens no connection, follows no link and writes nothing.

A copy of this program lies in every bag, but whoever can change a bag can change that copy too: take the program from
the release of Habeas, or use the stock tools with which VERIFY.txt begins. `-I` keeps Python from importing what lies
beside the program. Check a folder that nobody else is writing to.

Format: BagIt 1.0 (RFC 8493) with SHA-256; Ed25519 (RFC 8032) over the exact bytes of tagmanifest-sha256.txt, which
lists manifest-sha256.txt and every other tag file; manifest-sha256.txt lists the payload.

Signature rule: one, and strict. A (the key) and R must be canonical (y < p, no negative zero) and not of small order,
S < L, and [S]B = R + [k]A without the cofactor: the rule of libsodium and of dalek's `verify_strict`. Of the twelve
vectors of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko 2020) it accepts number 3 alone (A and R of mixed
order, valid with and without the cofactor); it rejects 0-2 (small order), 4-5 (valid only with the cofactor), 6-7
(S >= L), 8-9 (R not canonical) and 10-11 (A not canonical). Stock OpenSSL checks less: where the two disagree, the key
or the signature was made so on purpose, and the stricter answer holds.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import enum
import hashlib
import os
import re
import stat
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

BAGIT, BAG_INFO = "bagit.txt", "bag-info.txt"
MANIFEST, TAG_MANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE, SIGNER = "tagmanifest-sha256.txt.sig", "signer.pem"
PAYLOAD = "data/"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
REQUIRED_TAGS = (BAGIT, BAG_INFO, MANIFEST, SIGNER, "VERIFY.txt", "verify.py")
SPKI_PREFIX = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: what precedes the 32 bytes of a public key in DER
NOT_TRUTH = "This says nothing about whether the content is true."

_CONTROL = (BAGIT, BAG_INFO, MANIFEST, TAG_MANIFEST, SIGNATURE, SIGNER)
_CONTROL_LIMIT = 64 << 20  # bytes kept of such a file: a hostile list must not fill the memory
_CHUNK = 1 << 20  # bytes held of any other file at one time
_SHOWN = 100  # problems printed; the verdict holds all
_JUNCTION = 0xA0000003  # a Windows mount point: a folder to S_ISDIR, a link in fact

# Ed25519 (RFC 8032, section 5.1). Verification handles no secret, so it need not run in constant time.
_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_SQRT_M1 = pow(2, (_P - 1) // 4, _P)


class _Point(NamedTuple):
    """Extended coordinates modulo p: x = X/Z, y = Y/Z, xy = T/Z."""

    x: int
    y: int
    z: int
    t: int


_BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
_BASE_Y = 4 * pow(5, _P - 2, _P) % _P
_BASE = _Point(_BASE_X, _BASE_Y, 1, _BASE_X * _BASE_Y % _P)
_NEUTRAL = _Point(0, 1, 1, 0)


def _add(p: _Point, q: _Point) -> _Point:
    a, b = (p.y - p.x) * (q.y - q.x) % _P, (p.y + p.x) * (q.y + q.x) % _P
    c, d = 2 * p.t * q.t * _D % _P, 2 * p.z * q.z % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return _Point(e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _multiply(scalar: int, p: _Point) -> _Point:
    total = _NEUTRAL
    for bit in f"{scalar:b}":
        total = _add(total, total)
        total = _add(total, p) if bit == "1" else total
    return total


def _equal(p: _Point, q: _Point) -> bool:
    return (p.x * q.z - q.x * p.z) % _P == 0 and (p.y * q.z - q.y * p.z) % _P == 0


def _point(encoded: bytes) -> _Point | None:
    """Decode 32 bytes (RFC 8032, 5.1.3); None if they are not canonical, not on the curve, or of small order."""
    number = int.from_bytes(encoded, "little")
    y, odd = number & (2**255 - 1), number >> 255
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * _SQRT_M1 % _P
    if y >= _P or (v * x * x - u) % _P or (x == 0 and odd):
        return None
    x = _P - x if x & 1 != odd else x
    point = _Point(x, y, 1, x * y % _P)
    return None if _equal(_multiply(8, point), _NEUTRAL) else point


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether `signature` (64 bytes) over `message` is that of `public_key` (32 bytes), by this module's rule."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r, s = _point(public_key), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % _L
    return _equal(_multiply(s, _BASE), _add(r, _multiply(k, a)))


def public_pem(public_key: bytes) -> bytes:
    """Return the one PEM form of a 32-byte public key that a bag may hold (RFC 7468 around RFC 8410)."""
    body = base64.b64encode(SPKI_PREFIX + public_key)
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"


def public_key_from_pem(untrusted_pem: bytes) -> bytes | None:
    """Return the 32 bytes of an Ed25519 public key, None if the PEM is not byte for byte what `public_pem` gives."""
    try:
        public_key = binascii.a2b_base64(untrusted_pem.split(b"\n")[1])[len(SPKI_PREFIX) :]
    except (binascii.Error, IndexError):
        return None
    return public_key if len(public_key) == 32 and public_pem(public_key) == untrusted_pem else None


def fingerprint_of(public_key: bytes) -> str:
    """Return the SHA-256 of the key's SPKI DER in 64 lower-case hex digits: what openssl and sha256sum print."""
    return hashlib.sha256(SPKI_PREFIX + public_key).hexdigest()


def parse_fingerprint(text: str) -> str:
    """Return the 64 lower-case hex digits in `text`; spaces, colons, hyphens and capitals may stand. Or ValueError."""
    digits = re.sub(r"[\s:-]", "", text).lower()
    if not re.fullmatch("[0-9a-f]{64}", digits):
        raise ValueError("a fingerprint is 64 hexadecimal digits (spaces, colons and hyphens are ignored)")
    return digits


def group_fingerprint(fingerprint: str) -> str:
    """Return the fingerprint in groups of four, for the eye and the telephone."""
    return " ".join(fingerprint[i : i + 4] for i in range(0, len(fingerprint), 4))


class State(enum.Enum):
    """The five answers. The first two are good, and only the first names a signer."""

    UNCHANGED = "unchanged since the key signed it"
    SIGNER_UNKNOWN = "intact, signer unknown"
    OTHER_KEY = "signed by another key"
    CHANGED = "changed"
    UNREADABLE = "could not be checked: not a bag, or not readable"


class What(enum.Enum):
    """What can be wrong with one file."""

    CHANGED = "changed"
    MISSING = "missing"
    EXTRA = "not listed"
    SPECIAL = "a link or special file, not followed"
    EMPTY_FOLDER = "an empty folder, which no list can name"
    FORM = "not in the form that Habeas writes"
    SIZES = "its Payload-Oxum does not fit the payload"
    SIGNATURE = "not a signature of this list by the key in signer.pem"
    UNREADABLE = "cannot be read"
    NO_FOLDER = "not a folder, or not there, or not readable"
    NO_BAG = "holds no bag (is the bag in a folder within, or above?)"


_UNCHECKED = (What.UNREADABLE, What.NO_FOLDER, What.NO_BAG)


def printable(untrusted: str) -> str:
    """Return the text with everything escaped that a terminal could obey or hide, and backslashes doubled."""
    return "".join(c if c.isprintable() and c != "\\" else ascii(c)[1:-1] for c in untrusted)


class Problem(NamedTuple):
    """One thing that is wrong. `where` is a path inside the bag, as found: untrusted; `str` makes it safe to print."""

    what: What
    where: str

    def __str__(self) -> str:
        """Return one line, safe to print."""
        return f"{printable(self.where)}: {self.what.value}"


class Verdict(NamedTuple):
    """The answer on one folder. `signer`: fingerprint of the key in the folder, None if there is no usable one."""

    state: State
    signer: str | None
    expected: str | None
    problems: tuple[Problem, ...]
    files: int
    size: int  # bytes, of all files that were read

    @property
    def good(self) -> bool:
        """True for UNCHANGED and SIGNER_UNKNOWN."""
        return self.state in (State.UNCHANGED, State.SIGNER_UNKNOWN)

    def __str__(self) -> str:
        """Return the answer in plain words: several lines, safe to print."""
        return "\n".join([*self._lines(), NOT_TRUTH])

    def _lines(self) -> Iterator[str]:
        signer, unchanged = group_fingerprint(self.signer or ""), self.state is State.UNCHANGED
        yield f"unchanged since key {signer} signed it" if unchanged else self.state.value
        yield from (f"  {problem}" for problem in self.problems[:_SHOWN])
        if len(self.problems) > _SHOWN:
            yield f"  and {len(self.problems) - _SHOWN} more"
        yield f"Read: {self.files} file(s), {self.size} bytes."
        if self.expected and not unchanged:
            yield f"The key that you expect:   {group_fingerprint(self.expected)}"
        if self.signer and not unchanged:
            yield f"The key inside the folder: {signer}"
        if self.state is State.SIGNER_UNKNOWN:
            yield "Compare it with the fingerprint that you received by another way, or give that one with --key."


def path_problem(path: str) -> str | None:
    """Say why a listed path is unsafe or has two spellings, else None. It is about text: nothing is opened."""
    if re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", path):
        return "holds a control character, or is not Unicode"
    if re.search(r"[\\%:]", path):  # RFC 8493 escapes line breaks by "%", which sha256sum does not undo
        return "holds a backslash, a percent sign or a colon"
    if any(part in ("", ".", "..") for part in path.split("/")):
        return "is empty or absolute, or has an empty part, '.' or '..'"
    if unicodedata.normalize("NFC", path) != path:
        return "is not in Unicode normal form C"
    return None


class _Reading:
    """One pass over one folder. Opens only the files that it met while walking, never a path that a list names."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.problems: set[Problem] = set()
        self.hashes: dict[str, str] = {}  # of every regular file
        self.sizes: dict[str, int] = {}
        self.control: dict[str, bytes] = dict.fromkeys(_CONTROL, b"")  # read once: what is parsed is what was hashed

    def say(self, what: What, *where: str) -> None:
        self.problems.update(Problem(what, path) for path in where)

    def read(self) -> None:
        """Read every file. Keeps a stack instead of recursing, since the depth is the sender's choice."""
        stack = [(self.folder, "")]
        while stack:
            place, prefix = stack.pop()
            try:
                with os.scandir(place) as scan:
                    entries = list(scan)
            except (OSError, ValueError):
                self.say(What.UNREADABLE if prefix else What.NO_FOLDER, prefix or self.folder)
                continue
            if not prefix and not {entry.name for entry in entries} & set(_CONTROL):
                self.say(What.NO_BAG, self.folder)
                return  # before reading on: it may be somebody's whole disk
            if prefix and not entries:
                self.say(What.EMPTY_FOLDER, prefix)
            stack.extend((e.path, prefix + e.name + "/") for e in entries if self._is_folder(e, prefix + e.name))

    def _is_folder(self, entry: os.DirEntry[str], path: str) -> bool:
        """Read a regular file, report a link or special file; True for a folder to walk."""
        try:
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode) and getattr(status, "st_reparse_tag", 0) != _JUNCTION:
                return True
            if stat.S_ISREG(status.st_mode):
                self._read_file(entry.path, path)
            else:
                self.say(What.SPECIAL, path)
        except OSError:
            self.say(What.UNREADABLE, path)
        return False

    def _read_file(self, place: str, path: str) -> None:
        # The flags: should the file become a link or a pipe after the walk, do not follow it nor wait for it.
        flags = sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC"))
        sha256, size = hashlib.sha256(), 0
        with os.fdopen(os.open(place, os.O_RDONLY | flags), "rb") as stream:
            for chunk in iter(lambda: stream.read(_CHUNK), b""):
                sha256.update(chunk)
                size += len(chunk)
                if path in _CONTROL:
                    self.control[path] = self.control[path] + chunk if size <= _CONTROL_LIMIT else b""
        self.hashes[path], self.sizes[path] = sha256.hexdigest(), size

    def listed(self, manifest: str) -> dict[str, str]:
        """Parse lines `<64 hex><two spaces><path><LF>`, and nothing else: no CRLF, capitals, `*`, BOM or comment."""
        listed: dict[str, str] = {}
        *lines, rest = self.control[manifest].decode("utf-8", "surrogateescape").split("\n")
        for number, line in enumerate([*lines, rest] if rest else lines, start=1):
            match = re.fullmatch(r"([0-9a-f]{64})  (\S|\S.*\S)", line)
            digest, path = match.groups() if match else ("", "")
            misplaced = path.startswith(PAYLOAD) != (manifest == MANIFEST) or path in (TAG_MANIFEST, SIGNATURE)
            if rest or misplaced or path in listed or path_problem(path):
                self.say(What.FORM, f"{manifest}, line {number}")
            else:
                listed[path] = digest
        return listed

    def compare(self, listed: dict[str, str]) -> None:
        """Compare files and lists, both ways. Accents may stand apart from letters on a disk (macOS)."""
        by_nfc = {unicodedata.normalize("NFC", path): path for path in self.hashes}
        found = {path: path if path in self.hashes else by_nfc.get(path, "") for path in listed}
        self.say(What.MISSING, *(path for path, here in found.items() if not here))
        self.say(What.MISSING, *({*REQUIRED_TAGS, TAG_MANIFEST, SIGNATURE} - self.hashes.keys()))
        self.say(What.CHANGED, *(path for path, here in found.items() if here and self.hashes[here] != listed[path]))
        self.say(What.EXTRA, *(self.hashes.keys() - set(found.values()) - {TAG_MANIFEST, SIGNATURE}))

    def check_form(self) -> None:
        """Check the two files that have a form of their own (RFC 8493, 2.1.1 and 2.2.2)."""
        sizes = [size for path, size in self.sizes.items() if path.startswith(PAYLOAD)]
        given = [line for line in self.control[BAG_INFO].split(b"\n") if line.lower().startswith(b"payload-oxum")]
        if given != [f"Payload-Oxum: {sum(sizes)}.{len(sizes)}".encode()]:
            self.say(What.SIZES, BAG_INFO)
        if self.control[BAGIT] != DECLARATION:
            self.say(What.FORM, BAGIT)

    def signer(self) -> str | None:
        """Return the fingerprint of the key in the bag, None if there is none; report a signature that is not its."""
        key = public_key_from_pem(self.control[SIGNER])
        if key is None:
            self.say(What.FORM, SIGNER)
        if key is None or not verify_signature(key, self.control[TAG_MANIFEST], self.control[SIGNATURE]):
            self.say(What.SIGNATURE, SIGNATURE)
        return fingerprint_of(key) if key else None


def verify_folder(folder: str | os.PathLike[str], expected_fingerprint: str | None = None) -> Verdict:
    """Check one bag against its lists, its signature and, if given, the fingerprint received by another way.

    Raises ValueError if `expected_fingerprint` is not one; whatever is wrong with the folder is in the verdict instead.
    """
    expected = None if expected_fingerprint is None else parse_fingerprint(expected_fingerprint)
    reading, signer = _Reading(os.fspath(folder)), None
    reading.read()
    unchecked = any(problem.what in _UNCHECKED for problem in reading.problems)
    if not unchecked:
        reading.compare({**reading.listed(MANIFEST), **reading.listed(TAG_MANIFEST)})
        reading.check_form()
        signer = reading.signer()
    if unchecked:
        state = State.UNREADABLE
    elif reading.problems or signer is None:
        state = State.CHANGED
    elif expected is None:
        state = State.SIGNER_UNKNOWN
    else:
        state = State.UNCHANGED if signer == expected else State.OTHER_KEY
    problems = tuple(sorted(reading.problems, key=lambda problem: (problem.where, problem.what.value)))
    return Verdict(state, signer, expected, problems, len(reading.sizes), sum(reading.sizes.values()))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line. Returns 0 for a good verdict and 1 for any other; wrong usage raises SystemExit(2)."""
    parser = argparse.ArgumentParser(description="Checks a sealed Habeas dossier. " + NOT_TRUTH, allow_abbrev=False)
    parser.add_argument("folder", metavar="FOLDER", help="the folder that holds bagit.txt")
    parser.add_argument("--key", metavar="FINGERPRINT", help="of the signer, received by another way than the folder")
    given = parser.parse_args(argv)
    try:
        expected = None if given.key is None else parse_fingerprint(given.key)
    except ValueError as error:
        parser.error(str(error))
    verdict = verify_folder(given.folder, expected)
    encoding = sys.stdout.encoding or "ascii"  # a console that lacks a letter must not stop the answer
    print(str(verdict).encode(encoding, "backslashreplace").decode(encoding))
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
