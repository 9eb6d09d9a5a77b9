"""Keys: what OpenSSL makes is read, what is made OpenSSL reads, and what is no key is named."""

import copy
import pickle
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.seal import errors, verify
from habeas.seal.signature import SigningKey, parse_fingerprint

pytestmark = pytest.mark.slow  # real renderings and stock tools


def pem_of(key: object, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    pem: bytes = key.private_bytes(Encoding.PEM, form, NoEncryption())  # type: ignore[attr-defined]
    return pem


def test_round_trip(key: SigningKey) -> None:
    assert SigningKey.from_pem(key.to_pem(None)).fingerprint == key.fingerprint
    locked = key.to_pem(b"correct horse")
    assert b"ENCRYPTED" in locked
    assert SigningKey.from_pem(locked, b"correct horse").fingerprint == key.fingerprint


def test_openssl_reads_our_keys_and_we_read_its(tmp_path: Path) -> None:
    made = subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519"], capture_output=True, check=True).stdout
    key = SigningKey.from_pem(made)
    (tmp_path / "locked.pem").write_bytes(key.to_pem(b"horse"))
    command = ["openssl", "pkey", "-in", str(tmp_path / "locked.pem"), "-passin", "pass:horse", "-pubout"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == key.public_pem
    locking = ["openssl", "pkey", "-aes256", "-passout", "pass:horse"]
    locked = subprocess.run(locking, input=made, capture_output=True, check=True).stdout
    assert SigningKey.from_pem(locked, b"horse").fingerprint == key.fingerprint


Case = tuple[Callable[[], bytes], bytes | None, type[errors.SealError], str]
BAD: dict[str, Case] = {
    "empty": (lambda: b"", None, errors.KeyFileEmptyError, "empty"),
    "blank": (lambda: b" \n", None, errors.KeyFileEmptyError, "empty"),
    "binary": (lambda: bytes(range(256)), None, errors.KeyNotPemError, "PEM"),
    "huge": (lambda: b"x" * (1 << 20), None, errors.KeyNotPemError, "PEM"),
    "two": (lambda: SigningKey.generate().to_pem(None) * 2, None, errors.KeyNotPemError, "2 blocks"),
    "public": (lambda: SigningKey.generate().public_pem, None, errors.KeyNotPrivateError, "Public key"),
    "certificate": (
        lambda: b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        None,
        errors.KeyNotPrivateError,
        "Certificate",
    ),
    "rsa": (lambda: pem_of(rsa.generate_private_key(65537, 2048)), None, errors.KeyNotEd25519Error, "RSA"),
    "rsa, old form": (
        lambda: pem_of(rsa.generate_private_key(65537, 2048), PrivateFormat.TraditionalOpenSSL),
        None,
        errors.KeyNotEd25519Error,
        "RSA",
    ),
    "ec": (lambda: pem_of(ec.generate_private_key(ec.SECP256R1())), None, errors.KeyNotEd25519Error, "EC"),
    "dsa": (lambda: pem_of(dsa.generate_private_key(2048)), None, errors.KeyNotEd25519Error, "DSA"),
    "x25519": (lambda: pem_of(x25519.X25519PrivateKey.generate()), None, errors.KeyNotEd25519Error, "X25519"),
    "ed448": (lambda: pem_of(ed448.Ed448PrivateKey.generate()), None, errors.KeyNotEd25519Error, "Ed448"),
    "openssh": (
        lambda: b"-----BEGIN OPENSSH PRIVATE KEY-----\nYQ==\n-----END OPENSSH PRIVATE KEY-----\n",
        None,
        errors.KeyDamagedError,
        "OpenSSH",
    ),
    "locked": (lambda: SigningKey.generate().to_pem(b"horse"), None, errors.PassphraseNeededError, "passphrase"),
    "locked, empty": (lambda: SigningKey.generate().to_pem(b"horse"), b"", errors.PassphraseNeededError, "passphrase"),
    "locked, wrong": (lambda: SigningKey.generate().to_pem(b"horse"), b"cow", errors.PassphraseWrongError, "wrong"),
    "open, given": (lambda: SigningKey.generate().to_pem(None), b"horse", errors.PassphraseNotUsedError, "not encr"),
    "cut": (lambda: SigningKey.generate().to_pem(None)[:60], None, errors.KeyDamagedError, "damaged"),
    "no base64": (
        lambda: b"-----BEGIN PRIVATE KEY-----\n????\n-----END PRIVATE KEY-----\n",
        None,
        errors.KeyDamagedError,
        "damaged",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_key_file_is_named(name: str) -> None:
    make, passphrase, error, words = BAD[name]
    with pytest.raises(error, match=words) as caught:
        SigningKey.from_pem(make(), passphrase)
    assert isinstance(caught.value, errors.KeyFileError)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_to_a_key_file_escapes_as_another_error(data: st.DataObject) -> None:
    pem = bytearray(SigningKey.generate().to_pem(None))
    for _ in range(data.draw(st.integers(1, 4))):
        pem[data.draw(st.integers(0, len(pem) - 1))] = data.draw(st.integers(0, 255))
    try:
        SigningKey.from_pem(bytes(pem))
    except errors.KeyFileError as error:
        assert str(error)


@pytest.mark.parametrize("passphrase", [b"", b"x" * 1024])
def test_an_unfit_passphrase_is_refused(key: SigningKey, passphrase: bytes) -> None:
    with pytest.raises(errors.PassphraseUnfitError):
        key.to_pem(passphrase)


def test_the_longest_passphrase_works(key: SigningKey) -> None:
    assert SigningKey.from_pem(key.to_pem(b"x" * 1023), b"x" * 1023).fingerprint == key.fingerprint


def test_a_key_does_not_leak_by_print_or_pickle(key: SigningKey) -> None:
    assert repr(key) == f"SigningKey({key.fingerprint})"
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        copy.copy(key)


def test_a_fingerprint_is_read_as_people_write_it(key: SigningKey) -> None:
    grouped = verify.group_fingerprint(key.fingerprint)
    assert len(grouped) == 79
    for written in (grouped, grouped.upper(), key.fingerprint + "  -\n", ":".join(grouped.split())):
        assert parse_fingerprint(written) == key.fingerprint


@pytest.mark.parametrize("text", ["", "ab", "g" * 64, "0" * 63, "0" * 65, "０" * 64])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        parse_fingerprint(text)
