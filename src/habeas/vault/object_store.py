"""A store in a bucket that speaks S3, through obstore. It talks to the endpoint that it was given and to nobody else.

The environment (AWS_*, proxies) and the metadata services of clouds have no say. Redirects to other hosts come to nothing, plain
HTTP goes to this computer alone. What a person at the line sees: the host, and how much goes when.
"""

import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, InvalidPathError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from .store_errors import StoreError, StoreMissingError, StoreNameError, StoreRefusedError, StoreTooLargeError, StoreUnreachableError
from .store_parts import CHUNK, Reading, check_name, is_name, pieces

PART = 5 << 20  # the smallest that S3 takes, two at a time: a line of 20 kB/s gets them through in WRITE_WAIT
SMALL = 1 << 18  # the same line gets this through in READ_WAIT
MOST_NAMES = 2_000_000
READ_WAIT, WRITE_WAIT, CONNECT_WAIT, RETRY_WAIT, ALL_WAIT = (timedelta(seconds=n) for n in (15, 600, 5, 8, 86_400))

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_HERE = {"localhost", "127.0.0.1", "::1"}
_NOWHERE = "http://127.0.0.1:1"  # the "proxy" for every host but the endpoint; nothing listens there
_REFUSALS = {"301", "400", "401", "403"}
_TRIES = 3
_environment = threading.Lock()


class ObjectStore(Reading):
    """s3://bucket/prefix?endpoint=https://host&region=name, with `access_key` and `secret_key`. Nothing is sent before the first call."""

    def __init__(self, untrusted_url: str, credentials: Mapping[str, str]) -> None:
        """Check the address; StoreNameError or StoreRefusedError (no credentials)."""
        self._reader, self._writer = (_connect(untrusted_url, credentials, wait) for wait in (READ_WAIT, WRITE_WAIT))

    def names(self, prefix: str) -> dict[str, int]:
        """See `Store.names`. StoreTooLargeError above MOST_NAMES: a listing need never end."""
        found: dict[str, int] = {}
        seen = 0
        with _translated(StoreNameError):
            for page in obstore.list(self._reader, check_name(prefix.removesuffix("/")) if prefix else None, chunk_size=1000):
                found.update((meta["path"], meta["size"]) for meta in page if is_name(meta["path"]))
                seen += len(page)
                if seen > MOST_NAMES:
                    raise StoreTooLargeError
        if not found and self._size(f"probe-{secrets.token_hex(8)}") is not None:
            raise StoreUnreachableError  # the login page of a hotel reads as an empty listing, and as any object that one asks for
        return found

    def _size(self, name: str) -> int | None:
        try:
            with _translated():
                return obstore.head(self._reader, name)["size"]
        except StoreMissingError:
            return None

    def _read(self, name: str, most: int, start: int) -> Iterator[bytes]:
        if start:
            size = self._size(name)
            if size is None:
                raise StoreMissingError
            if start >= size:
                return  # S3 answers a range at the very end with an error
        with _translated():
            answer = obstore.get(self._reader, name, options={"range": {"offset": start}} if start else None)
            if answer.meta["size"] > most:
                raise StoreTooLargeError
            stream = answer.stream(min_chunk_size=CHUNK // 4)
        while True:
            with _translated():
                chunk = next(stream, None)
            if chunk is None:
                return
            yield bytes(chunk)

    def put_new(self, name: str, content: bytes) -> bool:
        """See `Store.put_new`; it rests on If-None-Match, which `keeps_what_is_there` tries out."""
        check_name(name)
        if len(content) > SMALL and self._size(name) is not None:
            return False
        store = self._reader if len(content) <= SMALL else self._writer
        for _ in range(_TRIES):
            try:
                with _translated(StoreNameError):
                    obstore.put(store, name, content, mode="create", use_multipart=False)
            except AlreadyExistsError:
                if self._size(name) is not None:
                    return False  # otherwise a 409: two at the same time, or a deletion; S3 wants to be asked again
            else:
                return True
        raise StoreUnreachableError

    def put_new_from(self, name: str, stream: BinaryIO, size: int, progress: Callable[[int], object] | None = None) -> bool:
        """See `Store.put_new_from`. A kill leaves hidden parts behind: let the bucket expire incomplete uploads."""
        check_name(name)
        if size <= PART:
            return self.put_new(name, b"".join(pieces(stream, size, progress)))
        if self._size(name) is not None:
            return False
        with _translated(StoreNameError):
            obstore.put(self._writer, name, pieces(stream, size, progress), use_multipart=True, chunk_size=PART, max_concurrency=2)
        return True

    def delete(self, name: str) -> None:
        """See `Store.delete`."""
        with _translated():
            obstore.delete(self._reader, check_name(name))


def _connect(untrusted_url: str, credentials: Mapping[str, str], wait: timedelta) -> S3Store:
    bucket, prefix, endpoint, host, region = _parse(untrusted_url)
    access_key, secret_key = credentials.get("access_key", ""), credentials.get("secret_key", "")
    if not access_key or not secret_key or not (access_key + secret_key).isascii():
        raise StoreRefusedError
    with _translated(), _environment:
        # obstore takes every AWS_* variable into account, and some of them cannot be overridden
        kept = {name: os.environ.pop(name) for name in list(os.environ) if name.upper().startswith("AWS_")}
        try:
            return S3Store(
                bucket,
                prefix=prefix or None,
                config={
                    "endpoint": endpoint,
                    "region": region,
                    "access_key_id": access_key,
                    "secret_access_key": secret_key,
                    "conditional_put": "etag",
                    "disable_bulk_delete": True,  # not all who speak S3 know it
                },
                client_options={
                    "allow_http": host in _HERE,
                    "connect_timeout": CONNECT_WAIT,
                    "read_timeout": wait,  # it counts while a body is being sent, too
                    "timeout": ALL_WAIT,
                    "proxy_url": _NOWHERE,
                    "proxy_excludes": host,
                    "user_agent": "s3",
                },
                retry_config={"max_retries": _TRIES, "retry_timeout": RETRY_WAIT},
            )
        finally:
            os.environ.update(kept)


def _parse(untrusted_url: str) -> tuple[str, str, str, str, str]:
    """Bucket, prefix, endpoint, host and region; StoreNameError for anything more or else."""
    try:
        url = urlsplit(untrusted_url)
        query = parse_qs(url.query, keep_blank_values=True, strict_parsing=True)
        (endpoint,), (region,) = query.pop("endpoint"), query.pop("region")
        end = urlsplit(endpoint)
        host, port = end.hostname or "", end.port
    except (KeyError, ValueError):
        raise StoreNameError from None
    prefix = url.path.strip("/")
    if query or url.fragment or url.scheme != "s3" or not _BUCKET.fullmatch(url.netloc) or not _REGION.fullmatch(region):
        raise StoreNameError
    if not _HOST.fullmatch(host) or end.username is not None or end.path.strip("/") or end.query or end.fragment:
        raise StoreNameError
    if end.scheme != "https" and not (end.scheme == "http" and host in _HERE):
        raise StoreNameError
    shown = f"[{host}]" if ":" in host else host
    return url.netloc, check_name(prefix) if prefix else "", f"{end.scheme}://{shown}" + (f":{port}" if port else ""), host, region


@contextmanager
def _translated(missing: type[StoreError] = StoreMissingError) -> Iterator[None]:
    """Our errors for those of obstore, whose texts quote the address and whatever the store wrote: they go no further.

    `missing` is what 404 means: no object, or, where none was asked for, no bucket.
    """
    try:
        yield
    except AlreadyExistsError:
        raise
    except FileNotFoundError:
        raise missing from None
    except (PermissionDeniedError, UnauthenticatedError):
        raise StoreRefusedError from None
    except InvalidPathError:
        raise StoreNameError from None
    except (BaseError, NotImplementedError, ValueError) as error:
        status = re.search(r"status code: (\d{3})", str(error))
        if status and status[1] == "404":
            raise missing from None
        raise (StoreRefusedError if status and status[1] in _REFUSALS else StoreUnreachableError) from None
