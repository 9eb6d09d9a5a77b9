"""Every published age vector (C2SP CCTV): what opens, what does not and why, held against pyrage as a second opinion."""

import hashlib
import os
import signal
import subprocess
import sys
import zlib
from pathlib import Path
from typing import NamedTuple

import pyrage
import pytest

from habeas.seal.age import (
    ArmorError,
    HeaderError,
    HmacError,
    Identity,
    NoMatchError,
    PayloadError,
    dearmor,
    open_chunks,
    open_header,
    split,
)

SHARED = Path(os.environ.get("HABEAS_SHARED", Path(__file__).resolve().parents[4] / "shared"))
VECTORS = SHARED / "vectors" / "age"
COUNT = 143

# The hybrid (post-quantum, ML-KEM-768 + X25519) recipients are not written and not read here: every vector that needs one, by name.
GAPS = {
    "armor_hybrid", "hybrid", "hybrid_and_x25519", "hybrid_bad_tag", "hybrid_currupted_enc_mlkem", "hybrid_currupted_enc_x25519",
    "hybrid_extra_argument", "hybrid_grease", "hybrid_identity", "hybrid_long_file_key", "hybrid_long_share", "hybrid_low_order",
    "hybrid_multiple_recipients", "hybrid_no_match", "hybrid_not_canonical_body", "hybrid_not_canonical_enc", "hybrid_short_share",
    "hybrid_uppercase", "hybrid_x25519_arg",
}  # fmt: skip

ERRORS = {
    "header failure": HeaderError,
    "armor failure": ArmorError,
    "payload failure": PayloadError,
    "HMAC failure": HmacError,
    "no match": NoMatchError,
}

# Malformed vectors that pyrage opens all the same (so it is a second opinion here and no reader of ours), and a good one that it does not open.
PYRAGE_IS_LENIENT = {"stanza_missing_body", "stanza_missing_final_line"}
PYRAGE_IS_STRICTER = {"armor_whitespace_outside"}


class Vector(NamedTuple):
    fields: dict[str, list[str]]
    file: bytes

    @property
    def expected(self) -> str:
        return self.fields["expect"][0]


def names() -> list[str]:
    return sorted(one.name for one in VECTORS.iterdir() if one.suffix == "" and one.name != "LICENSE") if VECTORS.is_dir() else []


def vector(name: str) -> Vector:
    if not VECTORS.is_dir():
        pytest.skip("published vectors are not here: age (HABEAS_SHARED names their folder)")
    head, _, file = (VECTORS / name).read_bytes().partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        fields.setdefault(key, []).append(value)
    return Vector(fields, zlib.decompress(file) if "compressed" in fields else file)


def needs_hybrid(one: Vector) -> bool:
    return any(text.startswith("AGE-SECRET-KEY-PQ-") for text in one.fields.get("identity", ())) or b"-> mlkem768x25519 " in one.file


def read(one: Vector) -> tuple[bytes, Exception | None]:
    """(all plaintext that was given out, the error that ended it)."""
    identities = [Identity.parse(text) for text in one.fields.get("identity", ())]
    given = bytearray()
    try:
        header, payload = split(dearmor(one.file) if "armored" in one.fields else one.file)
        for passphrase in one.fields.get("passphrase", (None,)):
            file_key = open_header(header, identities, passphrase)
        for chunk in open_chunks(file_key, [payload]):
            given += chunk
    except (ArmorError, HeaderError, HmacError, NoMatchError, PayloadError) as error:
        return bytes(given), error
    return bytes(given), None


@pytest.mark.parametrize("name", [name for name in names() if name not in GAPS] or ["x25519"])
def test_each_vector_ends_as_its_authors_say(name: str) -> None:
    one = vector(name)
    given, error = read(one)
    if one.expected == "success":
        assert error is None
    else:
        assert type(error) is ERRORS[one.expected]
    if "payload" in one.fields:
        assert hashlib.sha256(given).hexdigest() == one.fields["payload"][0]
    else:
        assert not given


def test_the_gaps_are_the_hybrid_vectors_and_no_others() -> None:
    vector("x25519")
    assert {name for name in names() if needs_hybrid(vector(name))} == GAPS
    assert len(names()) == COUNT


def pyrage_opens(one: Vector) -> bytes | None:
    try:
        if passphrases := one.fields.get("passphrase"):
            return bytes(pyrage.passphrase.decrypt(one.file, passphrases[0]))
        return bytes(pyrage.decrypt(one.file, [pyrage.x25519.Identity.from_str(text) for text in one.fields.get("identity", ())]))
    except (pyrage.DecryptError, pyrage.IdentityError):
        return None


@pytest.mark.parametrize("name", [name for name in names() if name not in GAPS and vector(name).expected == "success"] or ["x25519"])
def test_another_program_reads_the_same_in_each_good_vector(name: str) -> None:
    one = vector(name)
    opened = pyrage_opens(one)
    if name in PYRAGE_IS_STRICTER:
        assert opened is None
    else:
        assert opened is not None
        assert hashlib.sha256(opened).hexdigest() == one.fields["payload"][0]


def test_what_pyrage_accepts_beyond_the_format_is_known_by_name() -> None:
    vector("x25519")
    bad = [name for name in names() if name not in GAPS and vector(name).expected != "success" and name != "scrypt_work_factor_23"]
    assert {name for name in bad if pyrage_opens(vector(name)) is not None} == PYRAGE_IS_LENIENT


def test_a_work_factor_of_23_is_refused_before_anything_is_computed() -> None:
    with pytest.raises(HeaderError, match="work factor"):
        open_header(split(vector("scrypt_work_factor_23").file)[0], passphrase="password")


@pytest.mark.slow
def test_pyrage_would_try_a_work_factor_of_23() -> None:
    """It bounds the factor by the speed of the machine, so our own bound is needed. Here it may have 2 of the 8 GiB: to try is to die of it."""
    vector("scrypt_work_factor_23")
    code = (
        "import resource, sys, pyrage; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30));"
        "resource.setrlimit(resource.RLIMIT_CORE, (0, 0));"
        "pyrage.passphrase.decrypt(open(sys.argv[1], 'rb').read().partition(b'\\n\\n')[2], 'password')"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(VECTORS / "scrypt_work_factor_23")], capture_output=True, text=True, check=False)
    if "Excessive work" in ended.stderr:
        pytest.skip("pyrage refuses it on this machine, which it takes for a slow one")
    assert ended.returncode == -signal.SIGABRT
    assert "memory allocation" in ended.stderr
