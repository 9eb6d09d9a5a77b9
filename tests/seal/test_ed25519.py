"""One strict rule everywhere: libsodium inside the vault and the pure Python of verify.py give the same answer, whatever they are asked."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.seal.ed25519 import Signer, verifies
from habeas.seal.verify import verify_signature

SHARED = Path(os.environ.get("HABEAS_SHARED", Path(__file__).resolve().parents[3] / "shared"))
L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19


def load(name):
    path = SHARED / "vectors" / name
    if not path.is_file():
        pytest.skip(f"published vectors are not here: {name} (HABEAS_SHARED names their folder)")
    return json.loads(path.read_text("utf-8"))


@pytest.mark.slow
def test_all_914_edge_cases_of_cctv_have_one_answer():
    vectors = load("ed25519/ed25519vectors.json")
    accepted = 0
    for vector in vectors:
        args = bytes.fromhex(vector["key"]), vector["msg"].encode(), bytes.fromhex(vector["sig"])
        assert verifies(*args) is verify_signature(*args), vector["number"]
        accepted += verifies(*args)
    assert (len(vectors), accepted) == (914, 43)


@pytest.mark.slow
def test_all_of_wycheproof_has_one_answer():
    count = 0
    for group in load("wycheproof/ed25519_test.json")["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            args = key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
            assert verifies(*args) is verify_signature(*args) is (test["result"] == "valid"), test["tcId"]
            count += 1
    assert count == 151


@settings(max_examples=40)
@given(st.data())
def test_good_changed_and_malleable_signatures_have_one_answer(data):
    signer = Signer(data.draw(st.binary(min_size=32, max_size=32)))
    message = data.draw(st.binary(max_size=60))
    parts = [bytearray(signer.public), bytearray(message), bytearray(signer.sign(message))]
    assert verifies(*map(bytes, parts))
    how = data.draw(st.sampled_from(["flip", "add L", "longer", "shorter", "high bit"]))
    if how == "flip":
        part = data.draw(st.sampled_from([one for one in parts if one]))
        part[data.draw(st.integers(0, len(part) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "add L":
        s = int.from_bytes(parts[2][32:], "little") + L * data.draw(st.integers(1, 15))
        parts[2][32:] = s.to_bytes(33, "little")[:32]
    elif how == "longer":
        parts[data.draw(st.sampled_from([0, 2]))].append(0)
    elif how == "shorter":
        parts[data.draw(st.sampled_from([0, 2]))].pop()
    else:
        parts[2][63] |= 0x20
    args = tuple(map(bytes, parts))
    assert verifies(*args) is verify_signature(*args) is False


LOW_ORDER = [
    0, 1, P - 1, P, P + 1, 2**255 - 1,
    2707385501144840649318225287225658788936804267575313519463743609750303021968,
    55188659117513257062467267217118295137698188065244968500265048394206261417927,
]  # fmt: skip


@pytest.mark.parametrize("y", LOW_ORDER)
@pytest.mark.parametrize("sign", [0, 1])
def test_a_key_of_small_order_or_beside_the_canonical_form_signs_nothing(y, sign):
    key = (y | sign << 255).to_bytes(32, "little")
    for r in (key, b"\x01" + bytes(31), bytes(32)):
        for s in (bytes(32), b"\x01" + bytes(31)):
            assert verifies(key, b"a", r + s) is verify_signature(key, b"a", r + s) is False


@given(st.binary(max_size=70), st.binary(max_size=70), st.binary(max_size=20))
def test_nothing_that_comes_raises_or_holds_by_luck(key, signature, message):
    assert verifies(key, message, signature) is False


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=60))
def test_signing_is_that_of_rfc_8032_and_the_same_each_time(seed, message):
    signer = Signer(seed)
    assert signer.sign(message) == Signer(seed).sign(message)
    assert len(signer.sign(message)) == 64
    assert seed.hex()[:16] not in repr(signer) or signer.public.hex()[:16] == seed.hex()[:16]


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_seed_has_32_bytes(size):
    with pytest.raises(ValueError, match="seed"):
        Signer(bytes(size))
