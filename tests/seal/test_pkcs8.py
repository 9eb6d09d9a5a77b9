"""Keys under a passphrase: OpenSSL and `cryptography` read them, and the rounds are those that are promised."""

import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from habeas.seal import pkcs8
from habeas.seal.signature import SigningKey

pytestmark = pytest.mark.slow  # real renderings and stock tools


def openssl(*args: str, given: bytes) -> bytes:
    return subprocess.run(["openssl", *args], input=given, capture_output=True, check=True).stdout


@pytest.mark.parametrize("passphrase", [b"x", "пароль".encode(), b"x" * 1023])
def test_others_read_it(key: SigningKey, passphrase: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASS", passphrase.decode())
    pem = key.to_pem(passphrase)
    assert openssl("pkey", "-passin", "env:PASS", "-pubout", given=pem) == key.public_pem
    assert load_pem_private_key(pem, passphrase)


def test_the_rounds_are_as_promised_and_the_salt_is_fresh(key: SigningKey) -> None:
    first, second = key.to_pem(b"horse"), key.to_pem(b"horse")
    assert first != second
    assert f"{pkcs8.ROUNDS:06X}".encode() in openssl("asn1parse", given=first)
    assert pkcs8.ROUNDS >= 600_000


@pytest.mark.parametrize("rounds", [1, 127, 128, 255, 256, 32768, 2**24])
def test_any_count_of_rounds_is_a_positive_der_integer(rounds: int) -> None:
    encoded = rounds.to_bytes(rounds.bit_length() // 8 + 1, "big")
    assert encoded[0] < 0x80
    assert len(encoded) == 1 or encoded[0] or encoded[1] >= 0x80
