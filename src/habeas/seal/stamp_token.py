"""Reads the reply of a time-stamping authority: TimeStampResp of RFC 3161 (2.4.2), around a SignedData of RFC 5652.

It trusts nothing and verifies nothing: see `timestamp`. What a reply may hold beyond what is read here (names, text,
revocation lists, unsigned attributes) is skipped, since nobody signed it or nothing depends on it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .der import BOOLEAN, INTEGER, OCTETS, OID, PLAIN_0, PLAIN_1, SEQUENCE, SET, TAG_0, TAG_1, TIME, Der, dotted
from .errors import TimestampError

LARGEST_REPLY = 1 << 16
"""Bytes; replies of real authorities take 1,000 to 8,000."""

MOST_CERTIFICATES = 16
"""In one token; real ones hold up to five."""

SHA256 = bytes.fromhex("608648016503040201")

_GRANTED = (0, 1)  # 1: with modifications; what was asked for is checked in any case
_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_SIGNING_CERTIFICATE = bytes.fromhex("2a864886f70d010910020c")
_SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The one SignerInfo. `bindings`: the hash algorithm's OID (None: SHA-1, of ESSCertID v1) and the certificate's hash."""

    sid: bytes  # IssuerAndSerialNumber, or [0] with a key identifier; the whole element
    digest_algorithm: bytes  # OID
    signature_algorithm: bytes  # OID
    signed: bytes  # the attributes, as they were signed
    message_digest: bytes
    bindings: tuple[tuple[bytes | None, bytes], ...]
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What a reply holds."""

    content: bytes  # the TSTInfo, as it was signed
    imprint: bytes  # of SHA-256
    at: datetime  # UTC
    accuracy: timedelta | None  # None: not said
    serial: int
    policy: str  # dotted OID
    nonce: int | None
    certificates: tuple[bytes, ...]  # DER, in the order of the token
    signer: Signer


def read_token(untrusted_reply: bytes) -> Token:
    """Read a reply that grants a stamp over a SHA-256 digest. Raises TimestampError for everything else."""
    if len(untrusted_reply) > LARGEST_REPLY:
        raise TimestampError(f"it is larger than {LARGEST_REPLY} bytes")
    try:
        return _response(untrusted_reply)
    except ValueError as error:
        raise TimestampError(str(error)) from error


def _response(untrusted: bytes) -> Token:
    whole = Der(untrusted)
    response = whole.into(SEQUENCE)
    whole.end()
    status = response.into(SEQUENCE).integer()
    if status not in _GRANTED:
        raise ValueError(f"the authority refused, with status {status}")
    content_info = response.into(SEQUENCE)
    response.end()
    if content_info.take(OID) != _SIGNED_DATA:
        raise ValueError("it is not signed")
    return _signed_data(content_info.into(TAG_0).into(SEQUENCE))


def _signed_data(data: Der) -> Token:
    data.integer()  # the version follows from what else is there
    data.take(SET)  # hash algorithms, for who reads in one pass
    encapsulated = data.into(SEQUENCE)
    if encapsulated.take(OID) != _TST_INFO:
        raise ValueError("what was signed is not a time stamp")
    content = encapsulated.into(TAG_0).take(OCTETS)
    encapsulated.end()
    certificates, held = [], Der(data.maybe(TAG_0) or b"")
    while held:
        tag, _, whole = held.element()
        if tag == SEQUENCE:  # other tags: attribute certificates and other forms
            certificates.append(whole)
    if len(certificates) > MOST_CERTIFICATES:
        raise ValueError(f"it holds more than {MOST_CERTIFICATES} certificates")
    data.maybe(TAG_1)  # revocation lists
    signers = data.into(SET)
    signer = _signer(signers.into(SEQUENCE))
    signers.end()
    data.end()
    return _info(content, tuple(certificates), signer)


def _info(content: bytes, certificates: tuple[bytes, ...], signer: Signer) -> Token:
    whole = Der(content)
    info = whole.into(SEQUENCE)
    whole.end()
    if info.integer() != 1:
        raise ValueError("it is of a version that is not known")
    policy = dotted(info.take(OID))
    message_imprint = info.into(SEQUENCE)
    if message_imprint.algorithm() != SHA256:
        raise ValueError("it is not over a SHA-256 digest")
    imprint = message_imprint.take(OCTETS)
    message_imprint.end()
    serial, at = info.integer(), _time(info.take(TIME))
    accuracy = _accuracy(info.maybe(SEQUENCE))
    info.maybe(BOOLEAN)  # ordering: order comes from the chain of checkpoints
    nonce = info.integer() if info.rest[:1] == bytes([INTEGER]) else None
    info.maybe(TAG_0)  # the authority's name for itself
    _check_extensions(Der(info.maybe(TAG_1) or b""))
    info.end()
    return Token(
        content=content, imprint=imprint, at=at, accuracy=accuracy, serial=serial, policy=policy, nonce=nonce,
        certificates=certificates, signer=signer,
    )  # fmt: skip


def _time(content: bytes) -> datetime:
    """Read a GeneralizedTime in UTC, to the second or finer (RFC 3161, 2.4.2); what is finer than a microsecond is cut."""
    match = re.fullmatch(rb"([0-9]{14})(?:\.([0-9]{1,9}))?Z", content)
    digits, fraction = match.groups(b"") if match else (b"", b"")
    try:
        second = datetime.strptime(digits.decode() + "Z", "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError("it states no time") from error
    return second.replace(microsecond=int(fraction[:6].ljust(6, b"0")))


def _accuracy(content: bytes | None) -> timedelta | None:
    if content is None:
        return None
    fields, thousand = Der(content), range(1000)
    seconds, millis, micros = (fields.integer(tag) if fields.rest[:1] == bytes([tag]) else 0 for tag in (INTEGER, PLAIN_0, PLAIN_1))
    fields.end()
    if seconds not in range(1 << 31) or millis not in thousand or micros not in thousand:
        raise ValueError("its accuracy is none")
    return timedelta(seconds=seconds, milliseconds=millis, microseconds=micros)


def _check_extensions(extensions: Der) -> None:
    while extensions:
        extension = extensions.into(SEQUENCE)
        extension.take(OID)
        if extension.maybe(BOOLEAN) not in (None, b"\0"):
            raise ValueError("it says that something matters which is not known here")


def _signer(info: Der) -> Signer:
    info.integer()
    _, _, sid = info.element()
    digest_algorithm = info.algorithm()
    attributes = info.take(TAG_0)
    signature_algorithm, signature = info.algorithm(), info.take(OCTETS)
    info.maybe(TAG_1)  # unsigned attributes
    info.end()
    found = _attributes(Der(attributes))
    if found.get(_CONTENT_TYPE, Der(b"")).take(OID) != _TST_INFO:
        raise ValueError("what was signed is not a time stamp")
    return Signer(
        sid=sid, digest_algorithm=digest_algorithm, signature_algorithm=signature_algorithm, signature=signature,
        signed=_as_set(attributes), message_digest=found.get(_MESSAGE_DIGEST, Der(b"")).take(OCTETS), bindings=_bindings(found),
    )  # fmt: skip


def _attributes(attributes: Der) -> dict[bytes, Der]:
    """Return the value of each attribute that has one; none may be there twice."""
    found: dict[bytes, Der] = {}
    while attributes:
        attribute = attributes.into(SEQUENCE)
        kind, values = attribute.take(OID), attribute.into(SET)
        attribute.end()
        if kind in found:
            raise ValueError("it says a thing twice")
        _, _, value = values.element()
        if kind in (_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2):
            values.end()
        found[kind] = Der(value)
    return found


def _bindings(found: dict[bytes, Der]) -> tuple[tuple[bytes | None, bytes], ...]:
    """Return the hash of the signer's certificate: the first of SigningCertificate (RFC 5035), of either version or both."""
    bindings: list[tuple[bytes | None, bytes]] = []
    for kind in (_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2):
        if kind in found:
            first = found[kind].into(SEQUENCE).into(SEQUENCE).into(SEQUENCE)
            algorithm = SHA256 if kind == _SIGNING_CERTIFICATE_V2 else None
            if algorithm and first.rest[:1] == bytes([SEQUENCE]):
                algorithm = first.algorithm()
            bindings.append((algorithm, first.take(OCTETS)))
    if not bindings:
        raise ValueError("it does not say which certificate signed it")
    return tuple(bindings)


def _as_set(attributes: bytes) -> bytes:
    """Return the attributes with the tag under which they are signed (RFC 5652, 5.4): SET instead of [0]."""
    size = len(attributes).to_bytes(4, "big").lstrip(b"\0")
    length = bytes([len(attributes)]) if len(attributes) < PLAIN_0 else bytes([PLAIN_0 + len(size)]) + size
    return bytes([SET]) + length + attributes
