"""JPEG streams without what a camera or an editor wrote beside the picture: EXIF (place!), XMP, comments, previews.

The picture itself is not decoded: its coded data is copied bit by bit, so nothing is lost.
"""

from __future__ import annotations

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_COMMENT = 0xFE
_APPLICATION = range(0xE0, 0xF0)
_ADOBE = 0xEE
"""Kept among the application segments: it says how CMYK and YCCK values are to be read."""
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_ADOBE_BYTES = 12
_MARK = 0xFF


def without_metadata(jpeg: bytes) -> bytes:
    """Return the JPEG with only the segments that its picture needs, and nothing after its end.

    Raises ValueError when the bytes are not one well-formed JPEG.
    """
    if jpeg[:2] != bytes((_MARK, _START)):
        message = "not a JPEG"
        raise ValueError(message)
    kept, at = [jpeg[:2]], 2
    while True:
        marker, at = _next_marker(jpeg, at)
        if marker == _END:
            return b"".join((*kept, bytes((_MARK, _END))))
        if marker in _ALONE:
            kept.append(bytes((_MARK, marker)))
            continue
        segment, at = _segment(jpeg, at)
        if _needed(marker, segment):
            kept.append(bytes((_MARK, marker)) + _trimmed(marker, segment))
        if marker == _SCAN:
            coded, at = _coded(jpeg, at)
            kept.append(coded)


def _next_marker(jpeg: bytes, at: int) -> tuple[int, int]:
    if at >= len(jpeg) or jpeg[at] != _MARK:
        message = "a JPEG marker is missing"
        raise ValueError(message)
    while at < len(jpeg) and jpeg[at] == _MARK:
        at += 1
    if at >= len(jpeg):
        message = "the JPEG ends before its end marker"
        raise ValueError(message)
    return jpeg[at], at + 1


def _segment(jpeg: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(jpeg[at : at + 2], "big")
    if length < 2 or at + length > len(jpeg):  # noqa: PLR2004 -- the length counts its own two bytes
        message = "a JPEG segment is longer than the file"
        raise ValueError(message)
    return jpeg[at : at + length], at + length


def _needed(marker: int, segment: bytes) -> bool:
    if marker == _ADOBE:
        return segment[2:7] == b"Adobe"
    return marker not in _APPLICATION and marker != _COMMENT


def _trimmed(marker: int, segment: bytes) -> bytes:
    if marker != _ADOBE:
        return segment
    body = segment[2 : 2 + _ADOBE_BYTES]
    return (len(body) + 2).to_bytes(2, "big") + body


def _coded(jpeg: bytes, start: int) -> tuple[bytes, int]:
    """Return the entropy-coded data of a scan: it ends at the first marker that is neither stuffing nor a restart."""
    at = start
    while True:
        at = jpeg.find(_MARK, at)
        if at < 0 or at + 1 >= len(jpeg):
            message = "the JPEG ends within its picture"
            raise ValueError(message)
        following = jpeg[at + 1]
        if following != 0 and following not in _ALONE and following != _MARK:
            return jpeg[start:at], at
        at += 1 if following == _MARK else 2
