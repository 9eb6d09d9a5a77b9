"""The primitives under age, each by the way it is called here, against the published vectors of Wycheproof."""

import json
import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base

from habeas.seal.age.header import hkdf
from habeas.seal.age.keys import Identity

SHARED = Path(os.environ.get("HABEAS_SHARED", Path(__file__).resolve().parents[4] / "shared"))


def cases_of(name):
    path = SHARED / "vectors" / "wycheproof" / name
    if not path.is_file():
        pytest.skip(f"published vectors are not here: {name} (HABEAS_SHARED names their folder)")
    return [(group, test) for group in json.loads(path.read_text("utf-8"))["testGroups"] for test in group["tests"]]


def octets(test, *names):
    return tuple(bytes.fromhex(test[name]) for name in names)


def test_chacha20_poly1305_seals_and_opens_as_published():
    """Gap: age has no other nonce than 12 bytes, and the library refuses those; 9 groups of one vector each hold nothing but them."""
    sealed = opened = refused = sizes = 0
    for group, test in cases_of("chacha20_poly1305_test.json"):
        key, nonce, aad, plain, cipher, tag = octets(test, "key", "iv", "aad", "msg", "ct", "tag")
        if len(nonce) != 12:
            assert test["result"] == "invalid" and group["ivSize"] != 96
            with pytest.raises(ValueError, match=r"[Nn]once"):
                ChaCha20Poly1305(key).decrypt(nonce, cipher + tag, aad)
            sizes += 1
        elif test["result"] == "valid":
            assert ChaCha20Poly1305(key).encrypt(nonce, plain, aad) == cipher + tag, test["tcId"]
            assert ChaCha20Poly1305(key).decrypt(nonce, cipher + tag, aad) == plain, test["tcId"]
            sealed += 1
            opened += 1
        else:
            with pytest.raises(InvalidTag):
                ChaCha20Poly1305(key).decrypt(nonce, cipher + tag, aad)
            refused += 1
    assert (sealed, sealed + refused + sizes) == (256, 325)


def exchanged(private, public):
    """By the way of opening (cryptography) and by that of sealing (libsodium); None where it is refused."""
    try:
        opening = Identity(private).key.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        opening = None
    try:
        sealing = crypto_scalarmult(private, public)
    except RuntimeError:
        sealing = None
    return opening, sealing


def test_x25519_agrees_both_ways_and_refuses_what_gives_no_secret():
    refused = 0
    for _, test in cases_of("x25519_test.json"):
        public, private, shared = octets(test, "public", "private", "shared")
        opening, sealing = exchanged(private, public)
        if not any(shared):
            assert opening is sealing is None, test["tcId"]
            refused += 1
        else:
            assert opening == sealing == shared, test["tcId"]
        assert Identity(private).recipient.raw == crypto_scalarmult_base(private)
    assert refused == 31


def test_hkdf_gives_the_published_32_bytes():
    """Gap: `hkdf` gives one block (32 bytes), all that age and the vault ask for. Of longer outputs the first block is compared; sizes
    above 8160, which RFC 5869 forbids (3 vectors), cannot be asked for at all.
    """
    whole = beginnings = 0
    for _, test in cases_of("hkdf_sha256_test.json"):
        ikm, salt, info, okm = octets(test, "ikm", "salt", "info", "okm")
        if test["result"] != "valid":
            assert test["size"] > 8160
            continue
        found = hkdf(ikm, salt, info)
        assert found[: len(okm)] == okm[:32], test["tcId"]
        whole += test["size"] == 32
        beginnings += test["size"] != 32
    assert (whole, beginnings) == (12, 71)
