"""Paper: how large a page is as a reader sees it, which sheet it goes on, and where it lies there.

All lengths are PDF points (1/72 inch). "Seen" means after /Rotate and /UserUnit were applied.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pikepdf import Array, Page

A4_SHORT, A4_LONG = 595.276, 841.89
LARGEST_SHORT, LARGEST_LONG = 1190.551, 1683.78
"""A2: what is larger still is drawn smaller, because no one prints it and a plan of 3 m breaks viewers."""

A4_TOLERANCE = 1.1
"""What is at most a tenth larger than A4 (US Letter) goes on A4: one paper for the whole dossier."""

MARGIN = 22.0
BAND = 36.0
"""Height of the strip at the top that holds the stamp; the exhibit never reaches into it."""

_SMALLEST_SIDE = 3.0
_LARGEST_SIDE = 14_400.0
_QUARTER = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Width and height in points."""

    width: float
    height: float

    @property
    def landscape(self) -> bool:
        """Whether it is wider than high."""
        return self.width > self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The sheet for one exhibit page, and the rectangle (left, bottom, right, top) that the page fills on it."""

    sheet: Size
    left: float
    bottom: float
    right: float
    top: float


def seen_size(page: Page) -> Size | None:
    """Return the page's size as a reader sees it, or None where its boxes make no sense (or exceed 14,400 pt)."""
    box = _numbers(page.cropbox)
    unit = user_unit(page)
    if box is None or unit is None:
        return None
    width, height = abs(box[2] - box[0]) * unit, abs(box[3] - box[1]) * unit
    if not sane(width, height):
        return None
    if rotation(page) % (2 * _QUARTER):
        width, height = height, width
    return Size(width=width, height=height)


def sane(width: float, height: float) -> bool:
    """Whether a page of these sides (points) can be made and shown: 3 to 14,400 points each, as PDF's readers allow."""
    return all(_SMALLEST_SIDE <= side <= _LARGEST_SIDE for side in (width, height))


def rotation(page: Page) -> int:
    """Return the page's clockwise rotation: 0, 90, 180 or 270 degrees; 0 where the value makes no sense."""
    try:
        turned = int(page.obj.get("/Rotate", 0)) % 360
    except (TypeError, ValueError):
        return 0
    return turned if turned % _QUARTER == 0 else 0


def user_unit(page: Page) -> float | None:
    """Return how many points one unit of the page is (1 by default), or None where the value makes no sense."""
    try:
        unit = float(page.obj.get("/UserUnit", 1))
    except (TypeError, ValueError):
        return None
    return unit if math.isfinite(unit) and unit > 0 else None


def crops(page: Page) -> bool:
    """Whether the crop box hides more than a point of the media box at any edge, and so perhaps content."""
    crop, media = _numbers(page.cropbox), _numbers(page.mediabox)
    if crop is None or media is None:
        return True
    return any(abs(a - b) > 1 for a, b in zip(crop, media, strict=True))


def place(seen: Size) -> Placement:
    """Return the sheet for a page of this size and where the page lies on it; nothing is ever enlarged.

    A page up to about A4 goes on A4 in its own orientation; a larger one keeps its size, up to A2.
    """
    sheet = _sheet(seen)
    room_wide, room_high = sheet.width - 2 * MARGIN, sheet.height - MARGIN - BAND
    scale = min(room_wide / seen.width, room_high / seen.height, 1.0)
    wide, high = seen.width * scale, seen.height * scale
    left = (sheet.width - wide) / 2
    bottom = MARGIN + (room_high - high) / 2
    return Placement(sheet=sheet, left=left, bottom=bottom, right=left + wide, top=bottom + high)


def fit(seen: Size, room: Size) -> Size:
    """Return the size shrunk, never enlarged, to fit into the room, its proportions kept (no side under 3 points)."""
    scale = min(room.width / seen.width, room.height / seen.height, 1.0)
    return Size(width=max(seen.width * scale, _SMALLEST_SIDE), height=max(seen.height * scale, _SMALLEST_SIDE))


def largest(*, landscape: bool) -> Size:
    """Return the largest sheet that the dossier uses, in the orientation asked for."""
    return _oriented(LARGEST_SHORT, LARGEST_LONG, landscape=landscape)


def a4(*, landscape: bool) -> Size:
    """Return A4 in the orientation asked for."""
    return _oriented(A4_SHORT, A4_LONG, landscape=landscape)


def _sheet(seen: Size) -> Size:
    paper = a4(landscape=seen.landscape)
    if seen.width <= paper.width * A4_TOLERANCE and seen.height <= paper.height * A4_TOLERANCE:
        return paper
    shrunk = fit(seen, largest(landscape=seen.landscape))
    return Size(width=max(shrunk.width, A4_SHORT / 2), height=max(shrunk.height, A4_SHORT / 2))


def _oriented(short: float, long: float, *, landscape: bool) -> Size:
    return Size(width=long, height=short) if landscape else Size(width=short, height=long)


def _numbers(box: Array) -> tuple[float, float, float, float] | None:
    try:
        left, bottom, right, top = (float(value) for value in box)
    except (TypeError, ValueError):
        return None
    if not all(math.isfinite(value) for value in (left, bottom, right, top)):
        return None
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)
