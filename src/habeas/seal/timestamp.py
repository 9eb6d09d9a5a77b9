"""Time stamps of independent authorities (RFC 3161): asks for one over a digest, reads the reply, checks a stored one.

Bytes in, verdict out. It sends nothing, stores nothing and reads no clock. A stamp is checked at the time that it states,
so it stays good after the authority's certificate has expired or been replaced, for whoever kept the chain and the root.

What it does not see: revocation. Whoever steals a key that was trusted at some time can state that time, so two
authorities that do not know each other are asked. What a stamp says is "this digest existed then, if they are honest".

The signature is checked by RFC 5652 (5.4), its binding to one certificate by RFC 5035 and RFC 5816, the path to a root by
RFC 5280. Keys are RSA (PKCS #1 or PSS) or ECDSA, hashes SHA-256, SHA-384 or SHA-512.
"""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID

from .der import INTEGER, PLAIN_0, SEQUENCE, TAG_0, Der
from .errors import TimestampError
from .stamp_token import SHA256, Signer, read_token

_HEAD = bytes.fromhex("30430201013031300d060960864801650304020105000420")  # version 1, an imprint by SHA-256
_NONCE = bytes.fromhex("0208")
_TAIL = bytes.fromhex("0101ff")  # certReq: TRUE
_DIGEST, _NUMBER = slice(24, 56), slice(58, 66)

_HASHES: dict[bytes, hashes.HashAlgorithm] = {
    SHA256: hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}
_RSA_PSS = bytes.fromhex("2a864886f70d01010a")
_LIBRARY = (
    ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, verification.VerificationError, x509.InvalidVersion,
    x509.DuplicateExtension, x509.ExtensionNotFound, x509.UnsupportedGeneralNameType,
    Warning,  # of certificates that will not be read any more, where the caller has made warnings errors
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an authority answered to our request, not yet verified."""

    at: datetime  # UTC
    accuracy: timedelta | None  # None: not said
    serial: int
    policy: str  # dotted OID
    certificates: tuple[bytes, ...]  # DER, as many as it chose to send, in its order
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A stamp that verifies: the digest existed at `at`."""

    at: datetime  # UTC
    accuracy: timedelta | None  # None: not said
    serial: int
    policy: str  # dotted OID
    chain: tuple[bytes, ...]  # DER, from the signer's certificate to the root: to be kept with the reply


def request_for(digest: bytes) -> bytes:
    """Return a TimeStampReq (DER) for a SHA-256 digest of 32 bytes, with a fresh nonce; keep it until the reply is read."""
    if len(digest) != hashes.SHA256.digest_size:
        raise ValueError("a SHA-256 digest has 32 bytes")
    number = 1 << 62 | secrets.randbits(62)  # positive, and never shorter than 8 bytes
    return _HEAD + digest + _NONCE + number.to_bytes(8, "big") + _TAIL


def read_reply(untrusted_reply: bytes, request: bytes) -> Reply:
    """Return what answers `request`, made by `request_for`: granted, well-formed, of the same imprint and nonce.

    No signature is checked here: see `verify_token`. Raises TimestampError.
    """
    digest, number = request[_DIGEST], request[_NUMBER]
    if request != _HEAD + digest + _NONCE + number + _TAIL or number[0] >= PLAIN_0:
        raise TimestampError("the request was not made here")
    token = read_token(untrusted_reply)
    if token.imprint != digest:
        raise TimestampError("it is over another digest")
    if token.nonce != int.from_bytes(number, "big"):
        raise TimestampError("it answers another request")
    return Reply(
        at=token.at, accuracy=token.accuracy, serial=token.serial, policy=token.policy, certificates=token.certificates,
        raw=untrusted_reply,
    )  # fmt: skip


def verify_token(untrusted_reply: bytes, digest: bytes, roots: Sequence[bytes], extra_chain: Sequence[bytes] = ()) -> Stamped:
    """Check a reply in full, at the time that it states, up to one of `roots` (each DER, or PEM of one or more).

    `extra_chain`: certificates that the reply may lack, the signer's own among them; they are not trusted. The nonce is
    not looked at: that is for `read_reply`, once, when the reply comes in. Raises TimestampError.
    """
    token = read_token(untrusted_reply)
    if token.imprint != digest:
        raise TimestampError("it is over another digest")
    try:
        pool, trusted = _load((*token.certificates, *extra_chain)), _load(roots)
        certificate = _signing_certificate(token.signer, pool)
        _check_signature(token.signer, token.content, certificate)
        chain = _path(certificate, pool, trusted, token.at)
    except _LIBRARY as error:
        raise TimestampError(_reason(error)) from error
    return Stamped(
        at=token.at, accuracy=token.accuracy, serial=token.serial, policy=token.policy,
        chain=tuple(one.public_bytes(Encoding.DER) for one in chain),
    )  # fmt: skip


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidSignature):
        return "its signature is wrong"
    if isinstance(error, verification.VerificationError):
        return "from the certificate that signed it, no path that was valid at its time leads to a trusted root"
    return "a certificate cannot be used"


def _load(untrusted: Iterable[bytes]) -> list[x509.Certificate]:
    """Return the certificates, each once."""
    loaded: dict[x509.Certificate, None] = {}
    for one in untrusted:
        der = one[:1] == bytes([SEQUENCE])
        loaded.update(dict.fromkeys([x509.load_der_x509_certificate(one)] if der else x509.load_pem_x509_certificates(one)))
    return list(loaded)


def _signing_certificate(signer: Signer, pool: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the signed attributes are bound to, which must be the one that the signer names as well."""
    for certificate in pool:
        if all(_binds(algorithm, value, certificate) for algorithm, value in signer.bindings):
            if not _names(signer.sid, certificate):
                raise TimestampError("it names two certificates as its signer's")
            return certificate
    raise TimestampError("the certificate that signed it is not there")


def _binds(algorithm: bytes | None, value: bytes, certificate: x509.Certificate) -> bool:
    if algorithm is not None and algorithm not in _HASHES:
        raise TimestampError("it uses a hash that is not accepted")
    by = hashes.SHA1() if algorithm is None else _HASHES[algorithm]  # noqa: S303 - ESSCertID v1 knows no other
    return hmac.compare_digest(certificate.fingerprint(by), value)


def _names(sid: bytes, certificate: x509.Certificate) -> bool:
    """Tell whether a SignerIdentifier (RFC 5652, 5.3) is this certificate's."""
    tag, content, _ = Der(sid).element()
    if tag == PLAIN_0:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest == content
    body = Der(certificate.tbs_certificate_bytes).into(SEQUENCE)
    body.maybe(TAG_0)
    _, _, serial = body.element()
    body.take(SEQUENCE)
    _, _, issuer = body.element()
    return (tag, content) == (SEQUENCE, issuer + serial) and serial[0] == INTEGER


def _check_signature(signer: Signer, content: bytes, certificate: x509.Certificate) -> None:
    """Check the digest of the content, and the signature over the attributes that state it."""
    by = _HASHES.get(signer.digest_algorithm)
    if by is None:
        raise TimestampError("it uses a hash that is not accepted")
    hashed = hashes.Hash(by)
    hashed.update(content)
    if hashed.finalize() != signer.message_digest:
        raise InvalidSignature
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        pss = signer.signature_algorithm == _RSA_PSS
        scheme = padding.PSS(padding.MGF1(by), padding.PSS.AUTO) if pss else padding.PKCS1v15()
        key.verify(signer.signature, signer.signed, scheme, by)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signer.signature, signer.signed, ec.ECDSA(by))
    else:
        raise TimestampError("its key is of a kind that is not accepted")


def _path(signer: x509.Certificate, pool: list[x509.Certificate], trusted: list[x509.Certificate], at: datetime) -> list[x509.Certificate]:
    """Return the certificates from the signer's to a trusted root, all of them valid at that time (RFC 5280, 6), to the second."""
    if not trusted:
        raise TimestampError("no root is trusted")
    anyhow = verification.ExtensionPolicy.permit_all()
    for kind in (x509.CertificatePolicies, x509.PolicyConstraints, x509.InhibitAnyPolicy):  # may be critical; none is asked for
        anyhow = anyhow.may_be_present(kind, verification.Criticality.AGNOSTIC, None)
    policy = verification.PolicyBuilder().store(verification.Store(trusted)).time(at)
    policy = policy.extension_policies(
        ca_policy=anyhow.require_present(x509.BasicConstraints, verification.Criticality.AGNOSTIC, None)
        .may_be_present(x509.KeyUsage, verification.Criticality.AGNOSTIC, _check_authority_usage)
        .may_be_present(x509.ExtendedKeyUsage, verification.Criticality.AGNOSTIC, _check_authority_purpose),
        ee_policy=anyhow.require_present(x509.ExtendedKeyUsage, verification.Criticality.CRITICAL, _check_purpose).may_be_present(
            x509.KeyUsage, verification.Criticality.AGNOSTIC, _check_usage
        ),
    )
    return policy.build_client_verifier().verify(signer, pool).chain


def _check_purpose(_: verification.Policy, __: x509.Certificate, purposes: x509.ExtendedKeyUsage) -> None:
    if list(purposes) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ValueError("a key that stamps must do nothing else (RFC 3161, 2.3)")


def _check_usage(_: verification.Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    signs = usage is None or usage.digital_signature or usage.content_commitment
    if not signs or (usage and (usage.key_encipherment or usage.data_encipherment or usage.key_agreement or usage.key_cert_sign)):
        raise ValueError("a key that stamps must sign, and do nothing else")


def _check_authority_usage(_: verification.Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("this key may not sign certificates")


def _check_authority_purpose(_: verification.Policy, __: x509.Certificate, purposes: x509.ExtendedKeyUsage | None) -> None:
    if purposes is not None and not {ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(purposes):
        raise ValueError("this authority's certificates are for other purposes")
