"""Time stamps of real authorities: good ones verify years later, and nothing else does, whatever bytes come."""

from __future__ import annotations

import hashlib
import random
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators.tsa import DAY, POLICY, Authority, der, openssl, parts_of, read_der

from habeas.seal import stamp_token, timestamp
from habeas.seal.der import Der
from habeas.seal.errors import SealError, TimestampError
from habeas.seal.stamp_token import read_token
from habeas.seal.timestamp import Stamped, read_reply, request_for, verify_token

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow  # stock tools

DIGEST = hashlib.sha256(b"salt and checkpoint").digest()
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "one", name="One", middle=True)


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "two", name="Two", key="rsa", root_key="rsa")


@pytest.fixture(scope="module")
def request_() -> bytes:
    return request_for(DIGEST)


@pytest.fixture(scope="module")
def reply(authority: Authority, request_: bytes) -> bytes:
    return authority.stamp_offline(request_)


def der_of(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def stock_accepts(folder: Path, reply: bytes, root: bytes, chain: tuple[bytes, ...] = (), at: datetime | None = None, digest: bytes = DIGEST) -> bool:
    """What a stranger sees who has nothing but OpenSSL."""
    for name, content in (("reply.tsr", reply), ("root.pem", root), ("chain.pem", b"".join(chain))):
        (folder / name).write_bytes(content)
    command = ["openssl", "ts", "-verify", "-digest", digest.hex(), "-in", folder / "reply.tsr", "-CAfile", folder / "root.pem"]
    command += ["-untrusted", folder / "chain.pem"] if chain else []
    command += ["-attime", str(int(at.timestamp()))] if at else []
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def accepts(*args: object) -> bool:
    try:
        verify_token(*args)  # type: ignore[arg-type]
    except TimestampError:
        return False
    return True


# --- asking


def test_openssl_reads_our_request(request_: bytes) -> None:
    text = openssl("ts", "-query", "-in", "/dev/stdin", "-text", stdin=request_).decode()
    assert "Hash Algorithm: sha256" in text
    assert "Certificate required: yes" in text
    assert "Nonce: 0x" in text
    assert DIGEST in request_


def test_no_two_requests_are_equal_and_all_have_one_length() -> None:
    made = {request_for(DIGEST) for _ in range(200)}
    assert len(made) == 200
    assert {len(one) for one in made} == {69}


@pytest.mark.parametrize("size", [0, 20, 31, 33, 64])
def test_only_a_sha_256_digest_is_asked_about(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        request_for(bytes(size))


# --- replies differ

KINDS = {
    "ecdsa": {},
    "ecdsa, p-384": {"key": "p384", "digest": "sha384", "ess": "sha384"},
    "rsa": {"key": "rsa"},
    "rsa, sha-512": {"key": "rsa", "digest": "sha512", "ess": "sha512", "root_key": "rsa"},
    "bound by sha-1 (esscertid v1)": {"ess": "sha1"},
    "with a middle certificate": {"middle": True},
    "with the whole chain bound": {"middle": True, "ess_chain": True, "key": "rsa"},
    "with accuracy, ordering, name and fractions": {"fields": True},
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_reply_is_read_and_verifies_as_stock_openssl_says(tmp_path: Path, kind: str) -> None:
    authority, request = Authority(tmp_path / "tsa", **KINDS[kind]), request_for(DIGEST)
    reply = authority.stamp_offline(request)
    read = read_reply(reply, request)
    stamped = verify_token(reply, DIGEST, [authority.ca_pem])
    assert (read.at, read.serial, read.policy) == (stamped.at, stamped.serial, stamped.policy)
    assert abs(stamped.at - datetime.now(UTC)) < timedelta(seconds=30)
    assert (stamped.serial, stamped.policy) == (2, POLICY)
    assert read.raw == reply
    assert stamped.accuracy == (timedelta(seconds=1, milliseconds=500, microseconds=100) if "accuracy" in kind else None)
    assert stamped.chain == (*map(der_of, authority.chain_pem), der_of(authority.ca_pem))
    assert set(read.certificates) <= set(stamped.chain)
    assert stock_accepts(tmp_path, reply, authority.ca_pem)
    for wrong in (bytes(32), DIGEST[:31], b""):
        assert not accepts(reply, wrong, [authority.ca_pem])


def test_a_reply_without_certificates_verifies_with_the_stored_chain(tmp_path: Path, authority: Authority, request_: bytes) -> None:
    authority.behaviour = "no certificates"
    reply = authority.stamp_offline(request_)
    authority.behaviour = "good"
    assert read_reply(reply, request_).certificates == ()
    with pytest.raises(TimestampError, match="certificate that signed it is not there"):
        verify_token(reply, DIGEST, [authority.ca_pem])
    chain = verify_token(reply, DIGEST, [authority.ca_pem], authority.chain_pem).chain
    assert verify_token(reply, DIGEST, [chain[-1]], chain).chain == chain  # DER as well as PEM
    assert stock_accepts(tmp_path, reply, authority.ca_pem, authority.chain_pem)


def test_pss_and_a_key_identifier_are_accepted(tmp_path: Path, other: Authority, request_: bytes) -> None:
    for more in (["-keyopt", "rsa_padding_mode:pss"], ["-keyid"]):
        reply = other.forge(request_, more=more)
        assert verify_token(reply, DIGEST, [other.ca_pem]).serial == 7
    assert stock_accepts(tmp_path, other.forge(request_), other.ca_pem)


REFUSED = {
    "wrong nonce": "answers another request",
    "no nonce": "answers another request",
    "other digest": "over another digest",
    "refuse": "refused, with status 2",
    "garbage": "cut short",
    "empty": "cut short",
}


@pytest.mark.parametrize("behaviour", REFUSED)
def test_a_reply_to_something_else_is_refused(authority: Authority, request_: bytes, behaviour: str) -> None:
    authority.behaviour = behaviour
    reply = authority.stamp_offline(request_)
    authority.behaviour = "good"
    with pytest.raises(TimestampError, match=REFUSED[behaviour]) as caught:
        read_reply(reply, request_)
    assert isinstance(caught.value, SealError)
    assert str(caught.value).isprintable()


def test_a_request_from_elsewhere_is_refused(reply: bytes, request_: bytes) -> None:
    for request in (b"", request_[:-1], request_ + b"\0", request_[:58] + b"\xff" * 8 + request_[66:], bytes(69)):
        with pytest.raises(TimestampError, match="not made here"):
            read_reply(reply, request)


# --- whom to trust


def test_two_authorities_each_under_its_own_root(tmp_path: Path, authority: Authority, other: Authority, request_: bytes) -> None:
    for one, two in ((authority, other), (other, authority)):
        reply = one.stamp_offline(request_)
        assert verify_token(reply, DIGEST, [one.ca_pem]) == verify_token(reply, DIGEST, [two.ca_pem + one.ca_pem])
        for roots in ([], [two.ca_pem], [b"no certificate"], [b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"]):
            with pytest.raises(TimestampError):
                verify_token(reply, DIGEST, roots, [*one.chain_pem, one.ca_pem])
        assert not stock_accepts(tmp_path, reply, two.ca_pem, (*one.chain_pem, one.ca_pem))


def test_a_stamping_key_cannot_appoint_another(authority: Authority, request_: bytes) -> None:
    pretender = authority._issue("stamps", "ec", authority.valid, authority.signer)
    reply = authority.forge(request_, signer=pretender)
    assert not accepts(reply, DIGEST, [authority.ca_pem], [*authority.chain_pem])


@pytest.mark.parametrize("purpose", ["signs_no_certificates", "issues_for_the_web", "stamps"])
def test_a_middle_certificate_for_something_else_is_refused(tmp_path: Path, request_: bytes, purpose: str) -> None:
    authority = Authority(tmp_path / "tsa")
    middle = authority._issue(purpose, "ec", authority.valid, authority.root)
    reply = authority.forge(request_, signer=authority._issue("stamps", "ec", authority.valid, middle))
    assert not accepts(reply, DIGEST, [authority.ca_pem], [middle.pem.read_bytes()])


@pytest.mark.parametrize("purpose", ["not_critical", "two_purposes", "web_server", "no_purpose", "encrypts", "lists_only", "unknown_rule"])
def test_a_key_for_something_else_is_refused(tmp_path: Path, request_: bytes, purpose: str) -> None:
    authority = Authority(tmp_path / "tsa")
    assert accepts(authority.forge(request_), DIGEST, [authority.ca_pem])
    authority.rotate(purpose=purpose)
    reply = authority.forge(request_)
    assert not accepts(reply, DIGEST, [authority.ca_pem])
    assert not stock_accepts(tmp_path, reply, authority.ca_pem)


def test_critical_policies_and_names_do_not_hinder(tmp_path: Path, request_: bytes) -> None:
    authority = Authority(tmp_path / "tsa")
    authority.rotate(purpose="stated_policy")
    reply = authority.stamp_offline(request_)
    assert accepts(reply, DIGEST, [authority.ca_pem])
    assert stock_accepts(tmp_path, reply, authority.ca_pem)


def test_a_key_of_another_kind_is_refused(authority: Authority, reply: bytes) -> None:
    """Stock OpenSSL 3.0 signs no token by Ed25519, so this asks the function."""
    read, pem = read_token(reply), authority._issue("stamps", "ed25519", authority.valid, authority.root).pem
    with pytest.raises(TimestampError, match="of a kind that is not accepted"):
        timestamp._check_signature(read.signer, read.content, x509.load_pem_x509_certificate(pem.read_bytes()))


def test_another_certificate_of_the_same_key_does_not_do(authority: Authority, request_: bytes) -> None:
    twin = authority._issue("stamps", "ec", authority.valid, authority.middle)
    openssl("req", "-new", "-config", "/dev/null", "-subj", "/CN=twin", "-key", authority.signer.key, "-out", twin.pem.with_suffix(".csr"))
    openssl(
        "ca", "-batch", "-notext", "-config", authority.folder / "openssl.cnf", "-extensions", "stamps", "-in", twin.pem.with_suffix(".csr"),
        "-out", twin.pem, "-days", "9", "-keyfile", authority.middle.key, "-cert", authority.middle.pem,
    )  # fmt: skip
    reply = authority.forge(request_, certificates=False)
    assert accepts(reply, DIGEST, [authority.ca_pem], authority.chain_pem)
    with pytest.raises(TimestampError, match="not there"):
        verify_token(reply, DIGEST, [authority.ca_pem], [twin.pem.read_bytes(), authority.middle.pem.read_bytes()])


def test_what_is_not_bound_or_weakly_hashed_or_signed_twice_is_refused(authority: Authority, request_: bytes) -> None:
    twin = authority._issue("stamps", "ec", authority.valid, authority.middle)
    second = ["-signer", twin.pem, "-inkey", twin.key]
    for changes in ({"bound": False}, {"digest": "sha1"}, {"more": second}, {"more": ["-noattr"], "bound": False}):
        reply = authority.forge(request_, **changes)
        with pytest.raises(TimestampError):
            verify_token(reply, DIGEST, [authority.ca_pem], authority.chain_pem)
    assert accepts(authority.forge(request_), DIGEST, [authority.ca_pem], authority.chain_pem)


# --- time


def test_rotation_leaves_old_stamps_good(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "tsa")
    leaves, stamps = [], []
    for _ in range(3):
        reply = authority.stamp_offline(request_for(DIGEST))
        stamps.append((reply, verify_token(reply, DIGEST, [authority.ca_pem])))
        authority.rotate(key="rsa")
    for reply, stamped in stamps:
        assert verify_token(reply, DIGEST, [authority.ca_pem], authority.chain_pem) == stamped
        leaves.append(stamped.chain[0])
    assert len(set(leaves)) == 3


def test_a_stamp_outlives_its_whole_chain(tmp_path: Path) -> None:
    end = datetime.now(UTC) + timedelta(seconds=3)
    authority = Authority(tmp_path / "tsa", middle=True, valid=(NOW - DAY, end), root_valid=(NOW - DAY, end))
    reply = authority.stamp_offline(request_for(DIGEST))
    assert stock_accepts(tmp_path, reply, authority.ca_pem)
    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()) + 1.1)
    stamped = verify_token(reply, DIGEST, [authority.ca_pem])
    assert not stock_accepts(tmp_path, reply, authority.ca_pem)
    assert stock_accepts(tmp_path, reply, authority.ca_pem, at=stamped.at)


@pytest.mark.parametrize("valid", [(NOW - 9 * DAY, NOW - 5 * DAY), (NOW + 5 * DAY, NOW + 9 * DAY)], ids=["expired", "not yet valid"])
def test_a_certificate_that_was_not_valid_then_is_refused(tmp_path: Path, valid: tuple[datetime, datetime]) -> None:
    authority = Authority(tmp_path / "tsa")
    authority.rotate(valid=valid)
    reply = authority.stamp_offline(request_for(DIGEST))
    with pytest.raises(TimestampError, match="no path that was valid at its time"):
        verify_token(reply, DIGEST, [authority.ca_pem])
    assert not stock_accepts(tmp_path, reply, authority.ca_pem)


@pytest.mark.parametrize("of", ["signer", "root"])
def test_to_the_second_as_rfc_5280_says(tmp_path: Path, of: str) -> None:
    """The last second belongs to the validity (RFC 5280, 4.1.2.5); OpenSSL alone leaves it out."""
    start, end, second = NOW - 20 * DAY, NOW + 20 * DAY, timedelta(seconds=1)
    wide = (NOW - 99 * DAY, NOW + 99 * DAY)
    authority = Authority(tmp_path / "tsa", valid=(start, end) if of == "signer" else wide, root_valid=(start, end) if of == "root" else wide)
    answers = {}
    for at in (start - DAY, start - second, start, NOW, end - second, end, end + second, end + DAY):
        reply = authority.forge(request_for(DIGEST), at)
        answers[at] = accepts(reply, DIGEST, [authority.ca_pem])
        assert stock_accepts(tmp_path, reply, authority.ca_pem, at=at) is (answers[at] and at != end), at
    assert list(answers.values()) == [False, False, True, True, True, True, False, False]
    within = authority.forge(request_for(DIGEST), f"{end:%Y%m%d%H%M%S}.9Z")
    assert accepts(within, DIGEST, [authority.ca_pem])


TIMES = {
    "20260102030405Z": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "20260102030405.25Z": datetime(2026, 1, 2, 3, 4, 5, 250_000, tzinfo=UTC),
    "20260102030405.123456789Z": datetime(2026, 1, 2, 3, 4, 5, 123_456, tzinfo=UTC),
    "20260102030405": None, "20260102030405+0100": None, "202601020304Z": None, "20261302030405Z": None, "20260102030460Z": None,
    "00000102030405Z": None, "20260102030405.Z": None, "20260102 30405Z": None, "": None, "20260102030405Z\n": None,
}  # fmt: skip


@pytest.mark.parametrize("text", TIMES, ids=ascii)
def test_a_time_is_read_or_refused(tmp_path: Path, text: str) -> None:
    request, span = request_for(DIGEST), (datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
    authority = Authority(tmp_path / "tsa", valid=span, root_valid=span)
    reply = authority.forge(request, text)
    if TIMES[text] is None:
        with pytest.raises(TimestampError, match="no time"):
            read_reply(reply, request)
    assert accepts(reply, DIGEST, [authority.ca_pem]) is (TIMES[text] is not None)
    if TIMES[text]:
        assert read_reply(reply, request).at == TIMES[text]


# --- what else may stand in a token

HEAD = b"\x02\x01\x01" + der(6, b"\x2a\x03\x04")
STATED = b"\x02\x01\x07" + der(0x18, NOW.strftime("%Y%m%d%H%M%SZ").encode())
PLAIN_IMPRINT = der(0x30, der(0x30, der(6, bytes.fromhex("608648016503040201"))), der(4, DIGEST))
EXTENSION = der(6, b"\x2a\x03\x05")
CONTENTS: dict[str, tuple[Callable[[bytes, bytes], bytes], bool]] = {
    "as it is": (lambda imprint, nonce: HEAD + imprint + STATED + nonce, True),
    "no NULL after the hash": (lambda _, nonce: HEAD + PLAIN_IMPRINT + STATED + nonce, True),
    "ordering said to be false": (lambda imprint, nonce: HEAD + imprint + STATED + b"\1\1\0" + nonce, True),
    "an extension": (lambda imprint, nonce: HEAD + imprint + STATED + nonce + der(0xA1, der(0x30, EXTENSION, der(4, b""))), True),
    "a critical extension": (
        lambda imprint, nonce: HEAD + imprint + STATED + nonce + der(0xA1, der(0x30, EXTENSION, b"\1\1\xff", der(4, b""))),
        False,
    ),
    "version 2": (lambda imprint, nonce: b"\2\1\2" + HEAD[3:] + imprint + STATED + nonce, False),
    "something after": (lambda imprint, nonce: HEAD + imprint + STATED + nonce + b"\5\0", False),
    "a padded serial": (lambda imprint, nonce: HEAD + imprint + b"\2\2\0\7" + STATED[3:] + nonce, False),
    "an impossible accuracy": (lambda imprint, nonce: HEAD + imprint + STATED + der(0x30, b"\x80\2\x07\xd0") + nonce, False),
    "no policy": (lambda imprint, nonce: HEAD[:3] + imprint + STATED + nonce, False),
    "a bad policy": (lambda imprint, nonce: HEAD[:3] + der(6, b"\x80\x01") + imprint + STATED + nonce, False),
    "sha-1": (lambda _, nonce: HEAD + der(0x30, der(0x30, der(6, b"\x2b\x0e\x03\x02\x1a")), der(4, DIGEST)) + STATED + nonce, False),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_a_content_is_read_or_refused(authority: Authority, request_: bytes, case: str) -> None:
    content, good = CONTENTS[case]
    reply = authority.forge(request_, content=der(0x30, content(*parts_of(request_))))
    assert accepts(reply, DIGEST, [authority.ca_pem], authority.chain_pem) is good
    if good:
        assert read_reply(reply, request_).at == NOW
    else:
        with pytest.raises(TimestampError):
            read_reply(reply, request_)


def test_an_attribute_is_there_once_with_one_value_and_of_the_right_kind(reply: bytes, request_: bytes) -> None:
    kind, value = der(6, stamp_token._CONTENT_TYPE), der(6, stamp_token._TST_INFO)
    attribute = der(0x30, kind, der(0x31, value))
    assert list(stamp_token._attributes(Der(attribute))) == [stamp_token._CONTENT_TYPE]
    for attributes in (attribute * 2, der(0x30, kind, der(0x31, value, value)), der(0x30, kind, der(0x31)), der(0x30, kind)):
        with pytest.raises(ValueError, match=r"twice|belong|cut short"):
            stamp_token._attributes(Der(attributes))
    second = reply.rindex(value) + len(value) - 1  # the first says what the content is, the second what was signed
    with pytest.raises(TimestampError, match="not a time stamp"):
        read_reply(reply[:second] + b"\x05" + reply[second + 1 :], request_)


def test_a_crowd_of_certificates_is_refused(reply: bytes, request_: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(read_reply(reply, request_).certificates) == 2
    monkeypatch.setattr(stamp_token, "MOST_CERTIFICATES", 1)
    with pytest.raises(TimestampError, match="more than 1"):
        read_reply(reply, request_)


def test_lengths_have_one_form_and_nothing_follows(reply: bytes, request_: bytes) -> None:
    body = read_der(reply)[1]
    for other in (b"\x30\x80" + body + b"\0\0", b"\x30\x83\0" + reply[2:4] + body, reply + b"\0", reply[:-1], bytes(1 << 17), reply + bytes(1 << 16)):
        with pytest.raises(TimestampError):
            read_reply(other, request_)


# --- damage


@pytest.mark.parametrize("key", ["ec", "rsa"])
def test_a_flipped_bit_is_found_or_changes_nothing(tmp_path: Path, key: str) -> None:
    authority, request, dice = Authority(tmp_path / "tsa", key=key, fields=True), request_for(DIGEST), random.Random(7)
    reply = authority.stamp_offline(request)
    good, found = verify_token(reply, DIGEST, [authority.ca_pem]), 0
    for bit in dice.sample(range(8 * len(reply)), 300):
        damaged = bytearray(reply)
        damaged[bit // 8] ^= 1 << bit % 8
        seen = outcome(bytes(damaged), request, authority.ca_pem)
        assert seen in (good, None), bit
        found += seen is None
    assert found > 260  # the rest lies where nobody signs: versions, parameters, the name of the algorithm


def outcome(reply: bytes, request: bytes, *roots: bytes) -> Stamped | None:
    """Both doors; anything but TimestampError goes through."""
    try:
        read_reply(reply, request)
    except TimestampError:
        pass
    try:
        return verify_token(reply, DIGEST, roots)
    except TimestampError:
        return None


@settings(max_examples=300)
@given(data=st.data())
def test_whatever_comes_there_is_one_error(data: st.DataObject, authority: Authority, reply: bytes, request_: bytes) -> None:
    good = verify_token(reply, DIGEST, [authority.ca_pem])
    start = data.draw(st.integers(0, len(reply)))
    cut = data.draw(st.integers(0, 40))
    seen = outcome(reply[:start] + data.draw(st.binary(max_size=12)) + reply[start + cut :], request_, authority.ca_pem)
    assert seen is None or replace(seen, chain=seen.chain[:1]) == replace(good, chain=good.chain[:1])  # bits that no bit string uses bind nobody
    assert outcome(data.draw(st.binary(max_size=200)), request_, authority.ca_pem) is None


def test_damaged_certificates_of_a_stored_chain_are_refused(authority: Authority, request_: bytes) -> None:
    reply, dice = authority.forge(request_, certificates=False), random.Random(8)
    root, *chain = map(der_of, (authority.ca_pem, *authority.chain_pem))
    good = verify_token(reply, DIGEST, [root], chain)
    for _ in range(150):
        which, damaged = dice.randrange(3), [bytearray(one) for one in (root, *chain)]
        bit = dice.randrange(8 * len(damaged[which]))
        damaged[which][bit // 8] ^= 1 << bit % 8
        first, *rest = map(bytes, damaged)
        try:
            stamped = verify_token(reply, DIGEST, [first], rest)
        except TimestampError:
            continue
        assert which == 0  # a root is trusted as it is given: its own signature and most of its words bind nobody
        assert replace(stamped, chain=()) == replace(good, chain=())


# --- the server


def post(url: str, request: bytes, timeout: float = 10) -> bytes:
    asked = urllib.request.Request(url, request, {"Content-Type": "application/timestamp-query"})
    with urllib.request.urlopen(asked, timeout=timeout) as answer:
        assert answer.headers["Content-Type"] == "application/timestamp-reply"
        return bytes(answer.read())


@pytest.mark.enable_socket
def test_the_simulator_answers_over_http_as_told(tmp_path: Path) -> None:
    with Authority(tmp_path / "tsa") as authority:
        requests = [request_for(DIGEST) for _ in range(8)]
        with ThreadPoolExecutor(4) as pool:
            replies = list(pool.map(lambda request: post(authority.url, request), requests))
        serials = {read_reply(*pair).serial for pair in zip(replies, requests)}
        assert len(serials) == 8
        old = verify_token(replies[0], DIGEST, [authority.ca_pem])
        authority.rotate()
        assert verify_token(post(authority.url, requests[0]), DIGEST, [authority.ca_pem]).chain[0] != old.chain[0]
        authority.behaviour = "500"
        with pytest.raises(urllib.error.HTTPError, match="500"):
            post(authority.url, requests[0])
        authority.behaviour = "slow"
        with pytest.raises(TimeoutError):
            post(authority.url, requests[0], timeout=0.5)
