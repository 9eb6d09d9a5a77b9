"""A dumb place for sealed objects: a folder (stick, mounted share) or a bucket that speaks S3. Nothing here trusts it.

A store moves bytes under names and does nothing else: it neither encrypts nor verifies. It can hide, swap, put back or invent
objects, also in the middle of a stream; whoever calls compares the digest, the chain and the signatures. It sees names, sizes and
times. What keeps it from reading more is that only payloads sealed elsewhere come here.
"""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Protocol

from .folder_store import FolderStore
from .object_store import ObjectStore
from .store_errors import StoreNameError


class Store(Protocol):
    """What every store can do. Each method may raise StoreUnreachableError, StoreRefusedError and StoreNameError."""

    def names(self, prefix: str) -> dict[str, int]:
        """Every object below the folder `prefix` ("" for all) and its size, from one listing; what bears no name of ours is left out."""

    def get(self, name: str, most: int) -> bytes:
        """The object as a whole; StoreMissingError, or StoreTooLargeError above `most` bytes."""

    def get_into(self, name: str, sink: Callable[[bytes], object], most: int, start: int = 0) -> int:
        """Hand the object from byte `start` on to `sink`, ≤ 1 MiB at a time, and return how many bytes that were.

        After an error, `sink` has had a beginning of what the store sends: go on from there. `most` bounds the object, not the rest
        of it. An object that ends at `start` or before gives 0.
        """

    def put_new(self, name: str, content: bytes) -> bool:
        """Store `content` unless the name is taken; then False, and nothing changed. Atomic.

        At most one of many callers sees True. False may be one's own doing: an earlier attempt whose answer was lost.
        """

    def put_new_from(self, name: str, stream: BinaryIO, size: int, progress: Callable[[int], object] | None = None) -> bool:
        """The same for `size` bytes from `stream` in flat memory; `progress` hears how many went so far. Readers see all or nothing.

        In a bucket, above 5 MiB the name is checked before the upload, not at its end: of two at the same time the later one stays.
        So give large objects the digest of their content for a name. StoreContentChangedError if `stream` does not hold `size` bytes.
        """

    def delete(self, name: str) -> None:
        """Remove the object; an absent one is fine. A store may keep a copy all the same."""


def open_store(untrusted_address: str, credentials: Mapping[str, str]) -> Store:
    """The store at a folder's path, or at s3://bucket/prefix?endpoint=https://host&region=name with `access_key` and `secret_key`."""
    if untrusted_address.startswith("s3://"):
        return ObjectStore(untrusted_address, credentials)
    if "://" in untrusted_address or "\0" in untrusted_address or not untrusted_address.strip():
        raise StoreNameError
    return FolderStore(Path(untrusted_address))


def keeps_what_is_there(store: Store) -> bool:
    """Whether the store really refuses a second object of one name. Ask once, when a store is added: some buckets ignore the condition."""
    name = f"probe-{secrets.token_hex(8)}"
    try:
        return store.put_new(name, b"1") and not store.put_new(name, b"2") and store.get(name, 1) == b"1"
    finally:
        store.delete(name)
