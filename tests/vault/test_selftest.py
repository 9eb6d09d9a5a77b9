"""The self-test: as many checks as there were, and a machine that computes wrongly opens nothing."""

import hashlib

import pytest
from simulators.vaults import PASSPHRASE, WORK, clock, make_vault

from habeas.seal.ed25519 import Signer
from habeas.vault import selftest
from habeas.vault.errors import CipherMissingError, SelfTestError
from habeas.vault.vault import create_vault, open_vault


def test_every_check_runs_and_their_number_is_known():
    assert selftest.self_test() == selftest.COUNT == len(selftest.TESTS)
    assert len(set(selftest.TESTS)) == selftest.COUNT


def test_a_check_that_got_lost_stops_the_start(monkeypatch):
    monkeypatch.setattr(selftest, "TESTS", selftest.TESTS[:-1])
    with pytest.raises(SelfTestError, match="9 of 10"):
        selftest.self_test()


class WrongSha256:
    def __init__(self, data=b""):
        self.real = hashlib.sha256(data + b"x")

    def hexdigest(self):
        return self.real.hexdigest()

    def digest(self):
        return self.real.digest()


class Hashes:
    sha256 = WrongSha256


def signs_wrongly(self, message):
    return bytes(64)


BROKEN = {
    "sha256": ("hashlib", Hashes),
    "hkdf": ("hkdf", lambda secret, salt, info: bytes(32)),
    "ed25519": ("verifies", lambda key, message, signature: False),
    "refuses_changed_signature": ("verifies", lambda key, message, signature: True),
    "age_round": ("open_file", lambda sealed, identities: b""),
    "age_refuses_others": ("open_file", lambda sealed, identities: b"habeas"),
    "merkle": ("root_of", lambda hashes: bytes(32)),
    "cipher": ("require_cipher", None),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_primitive_stops_the_start_and_is_named(monkeypatch, tmp_path, name):
    attribute, wrong = BROKEN[name]
    if wrong is None:

        def wrong():
            raise CipherMissingError

    make_vault(tmp_path / "v", ready=False).close()
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(selftest, attribute, wrong)
    with pytest.raises(SelfTestError, match=name):
        selftest.self_test()
    with pytest.raises(SelfTestError):
        create_vault(tmp_path / "new", PASSPHRASE, "a", clock, work=WORK)
    with pytest.raises(SelfTestError):
        open_vault(tmp_path / "v", PASSPHRASE, clock)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_signature_of_nothing_is_found(monkeypatch):
    monkeypatch.setattr(Signer, "sign", signs_wrongly)
    with pytest.raises(SelfTestError, match="ed25519"):
        selftest.self_test()


def test_a_verifier_that_accepts_keys_of_small_order_is_found(monkeypatch):
    real = selftest.verifies
    monkeypatch.setattr(selftest, "verifies", lambda key, message, signature: key[1:] == bytes(31) or real(key, message, signature))
    with pytest.raises(SelfTestError, match="low_order"):
        selftest.self_test()


def test_a_check_that_raises_stops_the_start_as_well(monkeypatch):
    """A broken library raises rather than answers wrongly."""

    def broken(*_):
        raise ValueError("broken")

    monkeypatch.setattr(selftest, "seal_file", broken)
    with pytest.raises(SelfTestError):
        selftest.self_test()
