"""What is computed once at every start, so that a broken machine or installation is found before it writes: and how many checks that was.

The count is compared, so that a check cannot be lost unseen (borg's selftest.py).
"""

import hashlib
from collections.abc import Callable

from habeas.seal.age import Identity, NoMatchError, open_file, seal_file
from habeas.seal.age.header import hkdf
from habeas.seal.ed25519 import Signer, verifies
from habeas.seal.merkle import Frontier, root_of
from habeas.vault.errors import CipherMissingError, SelfTestError
from habeas.vault.index import require_cipher

COUNT = 10

_SECRET = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0"  # noqa: S105  # published in C2SP CCTV
_EMPTY_ROOT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def _sha256() -> bool:
    return hashlib.sha256(b"abc").hexdigest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-4


def _hkdf() -> bool:
    """RFC 5869, A.1 (the first 32 bytes)."""
    wanted = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    return hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA))).hex() == wanted


def _ed25519() -> bool:
    """RFC 8032, 7.1, test 2."""
    signer = Signer(bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"))
    wanted = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    return signer.sign(b"\x72").hex() == wanted and verifies(signer.public, b"\x72", bytes.fromhex(wanted))


def _refuses_changed_signature() -> bool:
    signer = Signer(bytes(32))
    signature = bytearray(signer.sign(b"a"))
    signature[3] ^= 1
    return not verifies(signer.public, b"a", bytes(signature))


def _refuses_low_order() -> bool:
    """A key of small order would let one signature hold for every message."""
    return not verifies(bytes([1, *bytes(31)]), b"a", bytes([1, *bytes(31)]) + bytes(32))


def _age_round() -> bool:
    identity = Identity.parse(_SECRET)
    return open_file(seal_file(b"habeas", [identity.recipient]), [identity]) == b"habeas"


def _age_refuses_others() -> bool:
    try:
        open_file(seal_file(b"habeas", [Identity.parse(_SECRET).recipient]), [Identity(bytes(32))])
    except NoMatchError:
        return True
    return False


def _age_text() -> bool:
    return Identity.parse(_SECRET).text() == _SECRET


def _merkle() -> bool:
    frontier = Frontier()
    if frontier.root().hex() != _EMPTY_ROOT:
        return False
    leaves = [bytes([n]) for n in range(7)]
    for leaf in leaves:
        frontier.add(leaf)
    return frontier.root() == root_of([hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves])


def _cipher() -> bool:
    try:
        require_cipher()
    except CipherMissingError:
        return False
    return True


TESTS: tuple[Callable[[], bool], ...] = (
    _sha256, _hkdf, _ed25519, _refuses_changed_signature, _refuses_low_order, _age_round, _age_refuses_others, _age_text, _merkle, _cipher,
)  # fmt: skip


def self_test() -> int:
    """Run every check; how many there were. Raises SelfTestError naming the first that failed."""
    done = 0
    for test in TESTS:
        try:
            passed = test()
        except Exception:  # noqa: BLE001  # whatever it is, this machine does not compute as it should
            passed = False
        if not passed:
            raise SelfTestError(test.__name__.strip("_"))
        done += 1
    if done != COUNT:
        raise SelfTestError(f"{done} of {COUNT} checks ran")
    return done
