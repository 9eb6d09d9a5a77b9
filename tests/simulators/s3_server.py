"""An S3-compatible server of our own on 127.0.0.1, run as a process of its own: what a hostile or failing store may do, it does on demand.

It speaks the part of S3 that `habeas.vault.store` uses, over real HTTP: PutObject (If-None-Match: *), GetObject (Range, If-Match), HeadObject,
DeleteObject and DeleteObjects, ListObjectsV2 in pages, multipart uploads. Signatures (AWS Signature Version 4) and the digests of bodies are verified.

It is steered through the file `faults.json` in its folder, so that a test needs no socket: see `Faults`. Not here: versions, ACLs, delimiter, TLS.
"""

import hashlib
import hmac
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

ACCESS_KEY, SECRET_KEY, REGION, BUCKET = "AKHABEASTEST", "a secret that is not one", "eu-test-1", "vault"
PIECE = 1 << 16

Faults = {
    "every": 0,  # answer 503 to each n-th request (1: to all)
    "cut_after": 0,  # close the connection after so many bytes of a GET's body ...
    "cuts": 1,  # ... so many times
    "lose_answers": 0,  # do what the next n writing requests ask for, then close the connection without an answer
    "slow": 0.0,  # seconds of sleep before each answer
    "hide": [],  # names that listings leave out
    "add": [],  # names that listings add
    "page": 1000,  # the most names in one page of a listing
    "endless": False,  # listings go on for ever with new names
    "redirect": "",  # answer 307 to this address (scheme and host)
    "ignore_conditions": False,  # as a store that does not know If-None-Match
    "conflicts": 0,  # answer 409 to the next n conditional PUTs
    "nonsense": False,  # answer 200 with a page of HTML, as a captive portal does
}


class S3Server:
    """`with S3Server(folder) as server:` runs one; `stop` and `start` are an outage: the objects and the port stay."""

    def __init__(self, folder):
        self.credentials = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
        self.folder, self.port, self._process = Path(folder), 0, None
        self.faults()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self):
        return f"s3://{BUCKET}/case-7f3a?endpoint={self.url}&region={REGION}"

    def start(self):
        self._process = subprocess.Popen(
            [sys.executable, "-S", __file__, str(self.folder), str(self.port)], stdout=subprocess.PIPE, text=True, env={"LANG": "C.UTF-8"}
        )
        self.port = int(self._process.stdout.readline())

    def stop(self):
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()
            self._process = None

    def faults(self, **chosen):
        """Behave like this from the next request on; without arguments: be honest again."""
        assert chosen.keys() <= Faults.keys()
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / "faults.tmp"
        partial.write_text(json.dumps({**Faults, **chosen}))
        partial.replace(self.folder / "faults.json")

    def requests(self):
        """What was asked so far: lines of method, path with query, status."""
        log = self.folder / "requests.log"
        return log.read_text().splitlines() if log.exists() else []

    def object(self, name, prefix="case-7f3a/"):
        """The file that holds an object: read it, change it, or put an old one back."""
        return self.folder / "objects" / quote(f"{BUCKET}/{prefix}{name}", safe="")


class _Refused(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    folder = Path()
    lock = threading.Lock()
    count = itertools.count(1)
    spent = dict.fromkeys(("cuts", "lose_answers", "conflicts"), 0)

    def log_message(self, *_):
        pass

    def _handle(self):
        url = urlsplit(self.path)
        self.key, self.query = unquote(url.path).lstrip("/"), dict(parse_qsl(url.query, keep_blank_values=True))
        self.is_cut = False
        self.is_answered = False
        self.wanted = json.loads((self.folder / "faults.json").read_text())
        body = self.folder / f"body-{threading.get_ident()}-{time.monotonic_ns()}"
        try:
            try:
                digest = self._receive(body)
                time.sleep(self.wanted["slow"])
                self._misbehave()
                self._check_signature(url, digest)
                getattr(self, f"_{self.command.lower()}")(body)
            except _Refused as refusal:
                self._answer(refusal.status, f"<Error><Code>{refusal.code}</Code></Error>".encode())
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            body.unlink(missing_ok=True)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _handle  # noqa: N815  # the names that http.server calls

    def _receive(self, body):
        left, digest = int(self.headers.get("Content-Length", 0)), hashlib.sha256()
        with body.open("wb") as stream:
            while left:
                piece = self.rfile.read(min(left, PIECE))
                if not piece:
                    raise ConnectionResetError
                left -= len(piece)
                digest.update(piece)
                stream.write(piece)
        return digest.hexdigest()

    def _misbehave(self):
        number = next(self.count)
        if self.wanted["every"] and number % self.wanted["every"] == 0:
            raise _Refused(503, "SlowDown")
        if self.wanted["redirect"]:
            self._answer(307, b"", Location=self.wanted["redirect"] + self.path)
            raise BrokenPipeError
        if self.wanted["nonsense"]:
            self._answer(200, b"<html>Welcome to the hotel</html>")
            raise BrokenPipeError

    def _spend(self, fault):
        with self.lock:
            self.spent[fault] += 1
            return self.spent[fault] <= self.wanted[fault]

    def _check_signature(self, url, digest):
        claimed = self.headers.get("x-amz-content-sha256", "")
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
            self.headers.get("Authorization", ""),
        )
        if not found:
            raise _Refused(403, "AccessDenied")
        access, day, region, signed, signature = found.groups()
        if access != ACCESS_KEY:
            raise _Refused(403, "InvalidAccessKeyId")
        if "x-amz-security-token" in self.headers:
            raise _Refused(403, "InvalidToken")
        query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(parse_qsl(url.query, keep_blank_values=True)))
        headers = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in signed.split(";"))
        request = f"{self.command}\n{url.path}\n{query}\n{headers}\n{signed}\n{claimed}"
        text = "\n".join(
            (
                "AWS4-HMAC-SHA256",
                self.headers["x-amz-date"],
                f"{day}/{region}/s3/aws4_request",
                hashlib.sha256(request.encode()).hexdigest(),
            )
        )
        key = b"AWS4" + SECRET_KEY.encode()
        for step in (day, region, "s3", "aws4_request", text):
            key = hmac.digest(key, step.encode(), "sha256")
        if key.hex() != signature or region != REGION or "host" not in signed.split(";"):
            raise _Refused(403, "SignatureDoesNotMatch")
        if claimed not in (digest, "UNSIGNED-PAYLOAD"):
            raise _Refused(400, "XAmzContentSHA256Mismatch")
        if self.key.split("/")[0] != BUCKET:
            raise _Refused(404, "NoSuchBucket")

    def _answer(self, status, content=b"", **headers):
        if self.is_answered:
            return
        self.is_answered = True
        with self.lock, (self.folder / "requests.log").open("a") as log:
            log.write(f"{self.command} {self.path} {status}\n")
        if self.command in ("PUT", "POST") and status < 300 and self.wanted["lose_answers"] and self._spend("lose_answers"):
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("Content-Length", headers.pop("size", len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _file(self, key=None):
        return self.folder / "objects" / quote(key or self.key, safe="")

    @staticmethod
    def _etag(file):
        state = file.stat()
        return f'"{state.st_mtime_ns:x}-{state.st_size:x}"'

    def _commit(self, body):
        """Put `body` in its place, unless the condition forbids it: one at a time, as S3 promises."""
        file = self._file()
        with self.lock:
            if self.headers.get("If-None-Match") == "*" and file.exists() and not self.wanted["ignore_conditions"]:
                raise _Refused(412, "PreconditionFailed")
            body.replace(file)
            return self._etag(file)

    def _put(self, body):
        if "uploadId" in self.query:
            part = self._upload() / f"{int(self.query['partNumber']):05d}"
            body.replace(part)
            self._answer(200, ETag=self._etag(part))
            return
        if self.headers.get("If-None-Match") and self.wanted["conflicts"] and self._spend("conflicts"):
            raise _Refused(409, "ConditionalRequestConflict")
        self._answer(200, ETag=self._commit(body))

    def _upload(self):
        folder = self.folder / "uploads" / re.sub(r"[^0-9a-f]", "", self.query["uploadId"])
        if not folder.is_dir():
            raise _Refused(404, "NoSuchUpload")
        return folder

    def _post(self, body):
        if "uploads" in self.query:
            name = os.urandom(8).hex()
            (self.folder / "uploads" / name).mkdir()
            self._answer(200, f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>".encode())
        elif "uploadId" in self.query:
            self._complete(body)
        elif "delete" in self.query:
            bucket = self.key.strip("/")
            names = [node.text for node in ET.parse(body).iter() if node.tag.endswith("Key")]
            for name in names:
                self._file(f"{bucket}/{name}").unlink(missing_ok=True)
            deleted = "".join(f"<Deleted><Key>{escape(name)}</Key></Deleted>" for name in names)
            self._answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())
        else:
            raise _Refused(501, "NotImplemented")

    def _complete(self, body):
        folder = self._upload()
        parts = [folder / f"{int(node.text):05d}" for node in ET.parse(body).iter() if node.tag.endswith("PartNumber")]
        if not parts or any(part.stat().st_size < 5 << 20 for part in parts[:-1]):
            raise _Refused(400, "EntityTooSmall")
        whole = folder / "whole"
        with whole.open("wb") as target:
            for part in parts:
                with part.open("rb") as source:
                    shutil.copyfileobj(source, target, PIECE)
        etag = self._commit(whole)
        shutil.rmtree(folder)
        self._answer(200, f"<CompleteMultipartUploadResult><ETag>{escape(etag)}</ETag></CompleteMultipartUploadResult>".encode())

    def _delete(self, _body):
        if "uploadId" in self.query:
            shutil.rmtree(self._upload())
        else:
            self._file().unlink(missing_ok=True)
        self._answer(204)

    def _head(self, _body):
        self._get(_body)

    def _get(self, _body):
        if "/" not in self.key.rstrip("/"):
            self._list()
            return
        try:
            stream = self._file().open("rb")
        except FileNotFoundError:
            raise _Refused(404, "NoSuchKey") from None
        with stream:
            size, etag = os.fstat(stream.fileno()).st_size, self._etag(self._file())
            if self.headers.get("If-Match", etag) != etag:
                raise _Refused(412, "PreconditionFailed")
            first, end = 0, size
            asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
            if asked:
                low, high = asked.groups()
                first, end = (int(low), min(size, int(high) + 1 if high else size)) if low else (max(0, size - int(high)), size)
                if first >= size:
                    raise _Refused(416, "InvalidRange")
            self._send(stream, first, end, size, etag)

    def _send(self, stream, first, end, size, etag):
        self.is_answered = True
        with self.lock, (self.folder / "requests.log").open("a") as log:
            log.write(f"{self.command} {self.path} {200 if end - first == size else 206}\n")
        self.send_response(206 if "Range" in self.headers else 200)
        if "Range" in self.headers:
            self.send_header("Content-Range", f"bytes {first}-{end - 1}/{size}")
        self.send_header("Content-Length", str(end - first))
        self.send_header("ETag", etag)
        self.send_header("Last-Modified", self.date_time_string(os.fstat(stream.fileno()).st_mtime))
        self.end_headers()
        if self.command == "HEAD":
            return
        left = end - first
        cut = self.wanted["cut_after"] if 0 < self.wanted["cut_after"] < left and self._spend("cuts") else 0
        left = cut or left
        stream.seek(first)
        while left:
            piece = stream.read(min(PIECE, left))
            self.wfile.write(piece)
            left -= len(piece)
        if cut:
            self.close_connection = True

    def _list(self):
        bucket = self.key.strip("/") + "/"
        start = self.query.get("continuation-token") or self.query.get("start-after", "")
        most = min(self.wanted["page"], int(self.query.get("max-keys", 1000)))
        prefix = self.query.get("prefix", "")
        sizes = {unquote(f.name).removeprefix(bucket): f.stat().st_size for f in (self.folder / "objects").iterdir()}
        sizes = {name: size for name, size in sizes.items() if not name.endswith(tuple(self.wanted["hide"]) or ("\0",))}
        sizes.update({prefix + name: 7 for name in self.wanted["add"]})
        if self.wanted["endless"]:
            number = int(start or 0)
            page, token = [f"{prefix}{number + n:09d}" for n in range(1000)], str(number + 1000)
            sizes = dict.fromkeys(page, 7)
        else:
            names = sorted(name for name in sizes if name.startswith(prefix) and name > start)
            page, token = names[:most], names[most - 1] if len(names) > most else ""
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>{sizes[name]}</Size></Contents>"
            for name in page
        )
        more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{escape(token)}</NextContinuationToken>" if token else ""
        self._answer(200, f"<ListBucketResult>{rows}{more}</ListBucketResult>".encode(), Content_Type="application/xml")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def main(folder, port):
    _Handler.folder = Path(folder)
    for name in ("objects", "uploads"):
        (_Handler.folder / name).mkdir(parents=True, exist_ok=True)
    server = _Server(("127.0.0.1", int(port)), _Handler)
    print(server.server_address[1], flush=True)  # noqa: T201
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
