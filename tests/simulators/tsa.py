"""Real time-stamping authorities (RFC 3161), made with stock OpenSSL: a root, a signing certificate, and a server.

    with Authority(folder, key="ec") as authority:
        reply = post(authority.url, request)  # or, without a connection: authority.stamp_offline(request)

The server is a process of its own on 127.0.0.1, so that nothing in the process under test needs to listen.
`behaviour` says how it answers, from the next request on; `rotate` gives it a new key and certificate from the same root.

OpenSSL 3.0 stamps at the time of now only, refuses a certificate without the right purpose, and knows no Ed25519 in `ts`.
`forge` therefore writes the token's content by hand and has `openssl cms` sign it: any time, any certificate, any key.
"""

import argparse
import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

BEHAVIOURS = ("good", "wrong nonce", "no nonce", "no certificates", "other digest", "refuse", "garbage", "empty", "slow", "500")
POLICY = "1.3.6.1.4.1.99999.1"
DAY = timedelta(days=1)

_KEYS = {
    "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "ed25519": ["-algorithm", "ED25519"],
}
_CONFIG = """
[ca]
default_ca = here
[here]
database = {folder}/index.txt
new_certs_dir = {folder}
serial = {folder}/serial
default_md = {ca_md}
unique_subject = no
policy = any
[any]
commonName = supplied
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[middle]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamps]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[not_critical]
extendedKeyUsage = timeStamping
[two_purposes]
extendedKeyUsage = critical, timeStamping, codeSigning
[web_server]
extendedKeyUsage = critical, serverAuth
[no_purpose]
basicConstraints = critical, CA:false
[encrypts]
keyUsage = critical, keyEncipherment
extendedKeyUsage = critical, timeStamping
[lists_only]
keyUsage = critical, cRLSign
extendedKeyUsage = critical, timeStamping
[signs_no_certificates]
basicConstraints = critical, CA:true
keyUsage = critical, digitalSignature
[issues_for_the_web]
basicConstraints = critical, CA:true
extendedKeyUsage = serverAuth
[unknown_rule]
extendedKeyUsage = critical, timeStamping
1.2.3.4.5 = critical, ASN1:NULL
[stated_policy]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, nonRepudiation
certificatePolicies = critical, 1.2.3.4
subjectAltName = critical, email:x@example.org
[tsa]
default_tsa = good
[good]
serial = {folder}/tsa-serial
default_policy = {policy}
digests = sha256, sha384, sha512
signer_digest = {digest}
ess_cert_id_alg = {ess}
ess_cert_id_chain = {ess_chain}
ordering = {fields}
tsa_name = {fields}
clock_precision_digits = {digits}
{accuracy}
[refuse]
serial = {folder}/tsa-serial
default_policy = {policy}
digests = sha512
signer_digest = {digest}
"""


def openssl(*args: str | Path, stdin: bytes = b"") -> bytes:
    """Run stock OpenSSL and return what it writes; its complaints are in the error."""
    done = subprocess.run(["openssl", *map(str, args)], input=stdin, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"openssl {' '.join(map(str, args))}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body).to_bytes(4, "big").lstrip(b"\0")
    return bytes([tag]) + ((size or b"\0") if len(body) < 128 else bytes([128 + len(size)]) + size) + body


def read_der(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content, and what follows."""
    length, start = data[1], 2
    if length > 127:
        start += length - 128
        length = int.from_bytes(data[2:start], "big")
    return data[0], data[start : start + length], data[start + length :]


def parts_of(request: bytes) -> tuple[bytes, bytes]:
    """Imprint and nonce of a request, each as one DER element; the nonce may be missing."""
    _, body, _ = read_der(request)
    _, _, rest = read_der(body)
    _, _, after = read_der(rest)
    nonce = after[: len(after) - len(read_der(after)[2])] if after[:1] == b"\x02" else b""
    return rest[: len(rest) - len(after)], nonce


def rewritten(request: bytes, *, nonce: bytes | None = None, certificates: bool = True, imprint: bytes = b"") -> bytes:
    """The request with another nonce (DER; empty for none), imprint, or without the wish for certificates."""
    own_imprint, own_nonce = parts_of(request)
    wish = b"\x01\x01\xff" if certificates else b""
    return der(0x30, b"\x02\x01\x01", imprint or own_imprint, own_nonce if nonce is None else nonce, wish)


@dataclass
class Files:
    """A key and its certificate on the disk."""

    key: Path
    pem: Path


class Authority:
    """One authority in its own folder. `valid` and `root_valid`: first and last second of the certificates."""

    def __init__(
        self, folder: Path, *, name: str = "Authority", key: str = "ec", root_key: str = "ec", digest: str = "sha256",
        ess: str = "sha256", ess_chain: bool = False, middle: bool = False, fields: bool = False,
        valid: tuple[datetime, datetime] | None = None, root_valid: tuple[datetime, datetime] | None = None,
    ) -> None:  # fmt: skip
        folder.mkdir(parents=True)
        now = datetime.now(UTC)
        self.folder, self.name, self.key = folder, name, key
        self.digest = digest
        self.valid = valid or (now - DAY, now + 365 * DAY)
        self.count = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""
        yes = {True: "yes", False: "no"}
        (folder / "openssl.cnf").write_text(
            _CONFIG.format(
                folder=folder,
                digest=digest,
                ess=ess,
                ess_chain=yes[ess_chain],
                fields=yes[fields],
                policy=POLICY,
                digits=6 if fields else 0,
                ca_md="default" if root_key == "ed25519" else "sha256",
                accuracy="accuracy = secs:1, millisecs:500, microsecs:100" if fields else "",
            )
        )
        (folder / "index.txt").touch()
        (folder / "serial").write_text("1000\n")
        (folder / "tsa-serial").write_text("01\n")
        self.root = self._issue("root", root_key, root_valid or (now - 2 * DAY, now + 3650 * DAY), None)
        self.middle = self._issue("middle", root_key, self.valid, self.root) if middle else None
        self.signer = self._issue("stamps", key, self.valid, self.middle or self.root)
        self.behaviour = "good"
        self._point()

    @property
    def ca_pem(self) -> bytes:
        return self.root.pem.read_bytes()

    @property
    def chain_pem(self) -> tuple[bytes, ...]:
        """The certificates below the root, the signing one first."""
        return (self.signer.pem.read_bytes(), *([self.middle.pem.read_bytes()] if self.middle else []))

    @property
    def behaviour(self) -> str:
        return (self.folder / "behaviour").read_text()

    @behaviour.setter
    def behaviour(self, behaviour: str) -> None:
        assert behaviour in BEHAVIOURS
        (self.folder / "behaviour").write_text(behaviour)

    def rotate(self, *, key: str | None = None, valid: tuple[datetime, datetime] | None = None, purpose: str = "stamps") -> None:
        """Sign from now on with a new key and a new certificate of the same root."""
        self.signer = self._issue(purpose, key or self.key, valid or self.valid, self.middle or self.root)
        self._point()

    def stamp_offline(self, request: bytes) -> bytes:
        """Answer one request as the server would; nothing is slow and nothing is said about HTTP."""
        return answer(self.folder, request)

    def forge(
        self, request: bytes, when: datetime | str | None = None, *, signer: Files | None = None, digest: str = "sha256",
        bound: bool = True, certificates: bool = True, policy: bytes = b"\x2a\x03\x04", nonce: bytes | None = None, content: bytes = b"",
        more: Sequence[str | Path] = (),
    ) -> bytes:  # fmt: skip
        """A reply whose content is written by hand, with any time, signed by `openssl cms` (which checks no purpose)."""
        signer = signer or self.signer
        stamp = when if isinstance(when, str) else (when or datetime.now(UTC)).strftime("%Y%m%d%H%M%SZ")
        imprint, own_nonce = parts_of(request)
        fields = [b"\x02\x01\x01", der(6, policy), imprint, b"\x02\x01\x07", der(0x18, stamp.encode()), own_nonce if nonce is None else nonce]
        (self.folder / "content").write_bytes(content or der(0x30, *fields))
        flags = ["-cades"] * bound + ["-nocerts"] * (not certificates)
        token = openssl(
            "cms", "-sign", "-binary", "-nodetach", "-nosmimecap", "-econtent_type", "1.2.840.113549.1.9.16.1.4", "-outform", "DER",
            "-md", digest, "-signer", signer.pem, "-inkey", signer.key, "-in", self.folder / "content", *flags, *more,
        )  # fmt: skip
        return der(0x30, der(0x30, b"\x02\x01\x00"), token)

    def __enter__(self) -> Self:
        """Start the server and wait until it listens."""
        self.process = subprocess.Popen([sys.executable, "-I", __file__, str(self.folder)], stdout=subprocess.PIPE)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().decode().strip()
        assert self.url, "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None and self.process.stdout is not None
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def _issue(self, kind: str, key: str, valid: tuple[datetime, datetime], issuer: Files | None) -> Files:
        self.count += 1
        stem = self.folder / f"{self.count}-{kind}"
        files = Files(stem.with_suffix(".key"), stem.with_suffix(".pem"))
        config = self.folder / "openssl.cnf"
        openssl("genpkey", *_KEYS[key], "-out", files.key)
        request = stem.with_suffix(".csr")
        openssl("req", "-new", "-config", "/dev/null", "-subj", f"/CN={self.name} {kind} {self.count}", "-key", files.key, "-out", request)
        start, end = (time.strftime("%Y%m%d%H%M%SZ") for time in valid)
        by = ["-selfsign", "-keyfile", files.key] if issuer is None else ["-keyfile", issuer.key, "-cert", issuer.pem]
        openssl(
            "ca", "-batch", "-notext", "-config", config, "-extensions", kind, "-in", request, "-out", files.pem,
            "-startdate", start, "-enddate", end, *by,
        )  # fmt: skip
        return files

    def _point(self) -> None:
        """Tell the server which files to sign with."""
        chain = self.folder / "chain.pem"
        chain.write_bytes(self.middle.pem.read_bytes() if self.middle else b"")
        (self.folder / "signer").write_text(f"{self.signer.pem}\n{self.signer.key}\n{chain if self.middle else ''}")


_stamping = threading.Lock()  # openssl keeps its serial number in a file


def answer(folder: Path, request: bytes) -> bytes:
    """What the authority in `folder` replies, by its behaviour of the moment."""
    behaviour, section = (folder / "behaviour").read_text(), "good"
    if behaviour in ("garbage", "empty"):
        return b"<html>a captive portal</html>" if behaviour == "garbage" else b""
    if behaviour == "wrong nonce":
        request = rewritten(request, nonce=b"\x02\x08\x11\x22\x33\x44\x55\x66\x77\x01")
    elif behaviour == "no nonce":
        request = rewritten(request, nonce=b"")
    elif behaviour == "no certificates":
        request = rewritten(request, certificates=False)
    elif behaviour == "other digest":
        imprint, _ = parts_of(request)
        request = rewritten(request, imprint=imprint[:-32] + bytes(32))
    elif behaviour == "refuse":
        section = "refuse"
    pem, key, chain = (folder / "signer").read_text().split("\n")
    with _stamping:
        query, reply = folder / "query.tsq", folder / "reply.tsr"
        query.write_bytes(request)
        more = ["-chain", chain] if chain else []
        openssl(
            "ts", "-reply", "-config", folder / "openssl.cnf", "-section", section, "-queryfile", query, "-signer", pem, "-inkey", key,
            "-out", reply, *more,
        )  # fmt: skip
        return reply.read_bytes()


def serve(folder: Path) -> None:
    """Answer until the process is ended. The first line written is the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            behaviour = (folder / "behaviour").read_text()
            if behaviour == "slow":
                time.sleep(5)
            status, reply = 200, b""
            if behaviour == "500" or self.headers.get("Content-Type") != "application/timestamp-query":
                status = 500 if behaviour == "500" else 415
            else:
                try:
                    reply = answer(folder, request)
                except RuntimeError:
                    status = 400
            with contextlib.suppress(ConnectionError):  # whoever asked did not wait
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_port}/", flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    serve(parser.parse_args().folder)
