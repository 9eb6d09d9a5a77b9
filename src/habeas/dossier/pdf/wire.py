"""One frame for what goes to a child process and comes back: a JSON header and any number of byte strings.

Layout: four bytes, big-endian, with the length of what follows; an object with the caller's header and the lengths of the
byte strings (``sizes``); then these one after another. A refusal travels as a header with the key ``refused``.
"""

from __future__ import annotations

import json
from typing import Any

from .errors import ExhibitRefusedError

_LENGTH = 4
_REFUSED = "refused"


def pack(header: dict[str, Any], *bodies: bytes) -> bytes:
    """Return one frame with the header and the bodies; the same arguments always give the same bytes."""
    full = {"header": header, "sizes": [len(body) for body in bodies]}
    head = json.dumps(full, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return b"".join((len(head).to_bytes(_LENGTH, "big"), head, *bodies))


def unpack(frame: bytes) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """Return the header and the bodies of a frame.

    Raises `ExhibitRefusedError` when the frame carries a refusal, or is not a frame: a child that was killed or subverted
    is not to be believed.
    """
    try:
        header, bodies = _split(frame)
    except (ValueError, KeyError, TypeError) as broken:
        message = "the process that read the exhibit gave no readable answer"
        raise ExhibitRefusedError("child_failed", message) from broken
    if _REFUSED in header:
        refusal = header[_REFUSED]
        raise ExhibitRefusedError(str(refusal["code"]), str(refusal["message"]))
    return header, bodies


def refusal(error: ExhibitRefusedError) -> bytes:
    """Return the frame that makes `unpack` raise this refusal on the other side."""
    return pack({_REFUSED: {"code": error.code, "message": error.message}})


def _split(frame: bytes) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    length = int.from_bytes(frame[:_LENGTH], "big")
    full = json.loads(frame[_LENGTH : _LENGTH + length])
    header: dict[str, Any] = dict(full["header"])
    start = _LENGTH + length
    bodies = []
    for size in full["sizes"]:
        bodies.append(frame[start : start + size])
        start += size
    if start != len(frame):
        message = "the frame is longer or shorter than its header says"
        raise ValueError(message)
    return header, tuple(bodies)
