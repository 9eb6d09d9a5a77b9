"""Pictures handed in as exhibits, as pages: upright, sRGB, on white, and without what the camera wrote beside them.

Every picture is decoded and coded anew, so that a place in EXIF, a preview that still shows what was cropped away, or bytes
after the end cannot travel on. The sealed original is untouched in the vault.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from typing import NoReturn

from pikepdf import Pdf
from PIL import Image, ImageCms, UnidentifiedImageError

from .errors import ExhibitRefusedError
from .geometry import Size, a4, fit, largest
from .pixels import append_picture
from .skeleton import bare_bytes

FORMATS = ("JPEG", "PNG", "TIFF", "WEBP")
MOST_PIXELS = 120_000_000
"""Of one picture as it comes; larger ones are refused before they are decoded."""

MOST_FRAMES = 500
_KEPT_PIXELS = 20_000_000
_PAGED = frozenset({"TIFF"})
_BELIEVED_DPI = (100.0, 1300.0)
_COARSEST_DPI = 100.0
_POINTS_AN_INCH = 72.0
_ORIENTATION = 0x0112
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, MemoryError, ImageCms.PyCMSError)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF's orientation values, and what makes each upright."""


def image_pages(data: bytes) -> bytes:
    """Return a PDF with one page for a JPEG, PNG or WebP picture, and one for each page of a TIFF.

    Raises `ExhibitRefusedError` with the code ``unreadable``, ``unsupported`` (no such format here), ``too_large`` or
    ``too_many_pages``.
    """
    target = Pdf.new()
    for picture, size in _pictures(data):
        append_picture(target, picture, size)
    return bare_bytes(target)


def _pictures(data: bytes) -> Iterator[tuple[Image.Image, Size]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow quotes metadata in its warnings
        opened = _opened(data)
        try:
            frames = int(getattr(opened, "n_frames", 1)) if opened.format in _PAGED else 1
            if frames > MOST_FRAMES:
                _refuse("too_many_pages", f"the picture has more than {MOST_FRAMES} pages")
            for frame in range(frames):
                if frame:
                    opened.seek(frame)
                _check_pixels(opened)
                yield _upright(opened)
        except ExhibitRefusedError:
            raise
        except _BROKEN as broken:
            code, message = "unreadable", "the picture cannot be decoded"
            raise ExhibitRefusedError(code, message) from broken


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        _refuse("unsupported", "not a JPEG, PNG, TIFF or WebP picture")
    except Image.DecompressionBombError:
        _refuse("too_large", f"the picture has more than {MOST_PIXELS} pixels")
    except _BROKEN:
        _refuse("unreadable", "the picture cannot be decoded")


def _refuse(code: str, message: str) -> NoReturn:
    raise ExhibitRefusedError(code, message) from None


def _check_pixels(frame: Image.Image) -> None:
    wide, high = frame.size
    if wide * high > MOST_PIXELS:
        _refuse("too_large", f"the picture has more than {MOST_PIXELS} pixels")


def _upright(frame: Image.Image) -> tuple[Image.Image, Size]:
    """Decode one frame; return it ready for a page, and the page's size in points."""
    declared = _declared_dpi(frame)
    frame.load()
    picture = _turned(frame, _in_srgb(frame))
    return _bounded(picture), _page_size(picture.size, declared)


def _declared_dpi(frame: Image.Image) -> float | None:
    try:
        horizontal, vertical = (float(value) for value in frame.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    lowest, highest = _BELIEVED_DPI
    believable = lowest <= horizontal <= highest and math.isclose(horizontal, vertical, rel_tol=0.01)
    return horizontal if believable else None


def _page_size(pixels: tuple[int, int], dpi: float | None) -> Size:
    """Return the size at the resolution it declares, up to A2; else what fits on A4, no coarser than 100 dpi."""
    scale = _POINTS_AN_INCH / (dpi or _COARSEST_DPI)
    natural = Size(width=max(pixels[0] * scale, 1.0), height=max(pixels[1] * scale, 1.0))
    room = largest(landscape=natural.landscape) if dpi else a4(landscape=natural.landscape)
    return fit(natural, room)


def _in_srgb(frame: Image.Image) -> Image.Image:
    """Return the frame as mode ``1``, ``L`` or ``RGB`` in sRGB."""
    picture = _on_white(_eight_bits(frame))
    return picture if picture.mode in ("1", "L") else _profiled(picture, frame.info.get("icc_profile"))


def _turned(frame: Image.Image, picture: Image.Image) -> Image.Image:
    """Turn the picture as the camera's orientation tag asks; the tag itself is not carried on."""
    method = _TURNS.get(frame.getexif().get(_ORIENTATION, 1))
    return picture if method is None else picture.transpose(method)


def _eight_bits(frame: Image.Image) -> Image.Image:
    """Bring 16 and 32 bits a channel down to eight; Pillow's own conversion cuts them off instead of scaling them."""
    if frame.mode.startswith("I;16"):
        return frame.convert("I").point(lambda value: value / 257).convert("L")
    if frame.mode == "I":
        return frame.point(lambda value: value / 257).convert("L")
    if frame.mode == "F":
        message = "floating-point pictures have no agreed white"
        raise ValueError(message)
    return frame


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.has_transparency_data:
        seen = picture.convert("RGBA")
        white = Image.new("RGBA", seen.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, seen).convert("RGB")
    if picture.mode in ("1", "L", "RGB", "CMYK"):
        return picture
    return picture.convert("RGB")


def _profiled(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert from the picture's own colour profile; where there is none, or it does not fit, by Pillow's plain rule."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return picture.convert("RGB")


def _bounded(picture: Image.Image) -> Image.Image:
    wide, high = picture.size
    if wide * high <= _KEPT_PIXELS:
        return picture
    scale = math.sqrt(_KEPT_PIXELS / (wide * high))
    smaller = (max(1, round(wide * scale)), max(1, round(high * scale)))
    return picture.convert("L" if picture.mode == "1" else picture.mode).resize(smaller, Image.Resampling.LANCZOS)
