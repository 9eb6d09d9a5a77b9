"""Reads DER (X.690, section 10) that nobody vouches for: tags of one byte, definite and shortest lengths, no recursion.

It knows no types beyond the few that `stamp_token` needs, and it does not ask whether a SET is sorted: stock OpenSSL and
several time-stamping authorities leave the certificates of a token unsorted. Raises ValueError, with a sentence.
"""

import re
from typing import Self

BOOLEAN, INTEGER, OCTETS, NULL, OID, TIME, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x05, 0x06, 0x18, 0x30, 0x31
PLAIN_0, PLAIN_1, TAG_0, TAG_1 = 0x80, 0x81, 0xA0, 0xA1
"""Context tags: primitive, and constructed."""

_LONG, _LONGEST = 0x80, 0x84  # a length of 128 or more has a length of its own, here up to 4 bytes
_LARGEST_INTEGER = 64  # bytes; RFC 3161 asks for 20
_ARC = rb"(?:[\x81-\xff][\x80-\xff]{0,8})?[\x00-\x7f]"


class Der:
    """Some bytes, of which elements are taken off the front one after another."""

    __slots__ = ("rest",)

    def __init__(self, untrusted: bytes) -> None:
        self.rest = untrusted

    def __bool__(self) -> bool:
        return bool(self.rest)

    def element(self) -> tuple[int, bytes, bytes]:
        """Return tag, content and the whole of the next element."""
        data, start = self.rest, 2
        if len(data) < start or data[1] == _LONG or data[1] > _LONGEST:
            raise ValueError("it is cut short, or not DER")
        size = data[1]
        if size > _LONG:
            start += size - _LONG
            size = int.from_bytes(data[2:start], "big")
            if size < _LONG or data[2] == 0:
                raise ValueError("it is not DER: a length has a longer form than it needs")
        if len(data) < start + size:
            raise ValueError("it is cut short")
        self.rest = data[start + size :]
        return data[0], data[start : start + size], data[: start + size]

    def take(self, tag: int) -> bytes:
        """Return the content of the next element, which must have this tag."""
        found, content, _ = self.element()
        if found != tag:
            raise ValueError("it has other parts than a time stamp has")
        return content

    def maybe(self, tag: int) -> bytes | None:
        """Return the content of the next element if it has this tag, else take nothing."""
        return self.take(tag) if self.rest[:1] == bytes([tag]) else None

    def into(self, tag: int) -> Self:
        """Take the next element, which must have this tag, and return its content to be read in turn."""
        return type(self)(self.take(tag))

    def end(self) -> None:
        """Raise if something is left."""
        if self.rest:
            raise ValueError("something follows that does not belong there")

    def integer(self, tag: int = INTEGER) -> int:
        """Take an INTEGER, in its shortest form."""
        content = self.take(tag)
        padded = content[:1] in (b"\0", b"\xff") and content[1:2] and (content[0] ^ content[1]) < _LONG
        if padded or not 1 <= len(content) <= _LARGEST_INTEGER:
            raise ValueError("a number in it is too large, or not DER")
        return int.from_bytes(content, "big", signed=True)

    def algorithm(self) -> bytes:
        """Take an AlgorithmIdentifier and return its OID; the parameters are not read."""
        return self.into(SEQUENCE).take(OID)


def dotted(oid: bytes) -> str:
    """Return the content of an OBJECT IDENTIFIER as people write it."""
    if not re.fullmatch(rb"(?:%b){1,32}" % _ARC, oid):
        raise ValueError("an identifier in it is not DER")
    arcs = []
    for arc in re.findall(_ARC, oid):
        number = 0
        for byte in arc:
            number = number << 7 | byte & 0x7F
        arcs.append(number)
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
