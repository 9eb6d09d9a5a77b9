"""The pure-Python Ed25519 of verify.py: published vectors by its strict rule, and agreement with `cryptography`."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.seal.verify import verify_signature

pytestmark = pytest.mark.slow  # real renderings and stock tools

VECTORS = Path(os.environ.get("HABEAS_VECTORS", "../shared/vectors"))
L = 2**252 + 27742317777372353535851937790883648493
EXPECTED_CCTV = 43  # accepted, of 914
EXPECTED_WYCHEPROOF = 151  # tests run


def load(name: str) -> Any:
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"published vectors are not here: {name} (set HABEAS_VECTORS)")
    return json.loads(path.read_text("utf-8"))


def test_cctv_edge_cases_by_the_strict_rule() -> None:
    """Accepted: those that are neither of small order nor short of the equation without the cofactor."""
    vectors = load("ed25519/ed25519vectors.json")
    refused_by = {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue"}
    accepted = 0
    for vector in vectors:
        args = bytes.fromhex(vector["key"]), vector["msg"].encode(), bytes.fromhex(vector["sig"])
        expected = not refused_by & set(vector["flags"] or ())
        assert verify_signature(*args) is expected, vector["number"]
        accepted += expected
    assert (len(vectors), accepted) == (914, EXPECTED_CCTV)


def test_wycheproof() -> None:
    count = 0
    for group in load("wycheproof/ed25519_test.json")["testGroups"]:
        public_key = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            found = verify_signature(public_key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
            assert found is (test["result"] == "valid"), test["tcId"]
            count += 1
    assert count == EXPECTED_WYCHEPROOF


def test_rfc_8032_first_vector() -> None:
    public_key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert verify_signature(public_key, b"", signature)
    assert not verify_signature(public_key, b"x", signature)


def stock_says(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_agrees_with_cryptography_on_good_and_damaged(data: st.DataObject) -> None:
    private = Ed25519PrivateKey.from_private_bytes(data.draw(st.binary(min_size=32, max_size=32)))
    message = data.draw(st.binary(max_size=99))
    triple = [bytearray(private.public_key().public_bytes_raw()), bytearray(message), bytearray(private.sign(message))]
    if data.draw(st.booleans()):
        part = data.draw(st.sampled_from([p for p in triple if p]))
        part[data.draw(st.integers(0, len(part) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    args = bytes(triple[0]), bytes(triple[1]), bytes(triple[2])
    assert verify_signature(*args) is stock_says(*args)


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=20), st.integers(1, 15))
def test_a_signature_has_one_form(secret: bytes, message: bytes, times: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public_key, signature = private.public_key().public_bytes_raw(), private.sign(message)
    assert verify_signature(public_key, message, signature)
    larger = int.from_bytes(signature[32:], "little") + times * L
    if larger < 2**256:
        assert not verify_signature(public_key, message, signature[:32] + larger.to_bytes(32, "little"))


@given(st.binary(max_size=70), st.binary(max_size=70))
def test_never_raises(public_key: bytes, signature: bytes) -> None:
    assert not verify_signature(public_key, b"", signature)
