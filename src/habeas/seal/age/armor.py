"""The text form of an age file: PEM (RFC 7468, strict) with the label AGE ENCRYPTED FILE, lines of 64 columns."""

import base64
import binascii
import re

from habeas.seal.age.errors import ArmorError

BEGIN, END = b"-----BEGIN AGE ENCRYPTED FILE-----", b"-----END AGE ENCRYPTED FILE-----"
_COLUMNS = 64


def armor(binary: bytes) -> bytes:
    """The text form of an age file."""
    text = base64.b64encode(binary)
    lines = [text[at : at + _COLUMNS] for at in range(0, len(text), _COLUMNS)]
    return b"\n".join([BEGIN, *lines, END]) + b"\n"


def dearmor(untrusted: bytes) -> bytes:
    """The binary form; spaces around the whole are left out, and lines may end in CR LF. Raises ArmorError."""
    lines = re.split(rb"\r?\n", untrusted.strip(b" \t\r\n"))
    body = lines[1:-1]
    if lines[0] != BEGIN or lines[-1] != END or len(lines) < 2:  # noqa: PLR2004
        raise ArmorError("the first or last line")
    if any(len(line) != _COLUMNS for line in body[:-1]) or (body and not 1 <= len(body[-1]) <= _COLUMNS):
        raise ArmorError("the length of a line")
    text = b"".join(body)
    try:
        binary = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        raise ArmorError("base64") from None
    if base64.b64encode(binary) != text:
        raise ArmorError("base64 is not canonical")
    return binary
