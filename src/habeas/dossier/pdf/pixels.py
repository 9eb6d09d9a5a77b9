"""A picture as a page: nothing but its pixels goes in, as grey or sRGB, in whichever coding is smaller.

PDF/A's output intent in the dossier is sRGB, so DeviceGray and DeviceRGB mean here what they look like.
"""

from __future__ import annotations

import io
import zlib

from pikepdf import Dictionary, Name, Pdf, Stream
from PIL import Image, ImageChops

from .geometry import Size
from .skeleton import append_form

JPEG_QUALITY = 90
_GREY_SLACK = 2
_ZLIB_LEVEL = 9
_LOSSLESS_BONUS = 1.25
"""A lossless copy may be this much larger than the JPEG and is still taken: text stays sharp."""


def append_picture(target: Pdf, picture: Image.Image, size: Size) -> None:
    """Append a page of this size (points) that shows the picture, which must be of mode ``1``, ``L`` or ``RGB``."""
    image = _as_xobject(target, _bare(picture))
    content = f"q {size.width:.4f} 0 0 {size.height:.4f} 0 0 cm /I Do Q".encode()
    form = target.make_stream(content)
    form[Name.Type] = Name.XObject
    form[Name.Subtype] = Name.Form
    form[Name.BBox] = [0, 0, round(size.width, 4), round(size.height, 4)]
    form[Name.Resources] = Dictionary(XObject=Dictionary(I=image))
    append_form(target, form, size)


def _bare(picture: Image.Image) -> Image.Image:
    """Return the same pixels in a new image, because Pillow's writers copy comments and profiles from the old one."""
    if picture.mode == "RGB" and _is_grey(picture):
        picture = picture.convert("L")
    return Image.frombytes(picture.mode, picture.size, picture.tobytes())


def _is_grey(picture: Image.Image) -> bool:
    red, green, blue = picture.split()
    differences = (ImageChops.difference(red, green), ImageChops.difference(green, blue))
    return all(_largest(difference) <= _GREY_SLACK for difference in differences)


def _largest(channel: Image.Image) -> int:
    extremes = channel.getextrema()
    highest = extremes[1]
    return int(highest) if isinstance(highest, int | float) else 255


def _as_xobject(target: Pdf, picture: Image.Image) -> Stream:
    data, coding, parameters = _coded(picture)
    image = Stream(target, b"")
    image.write(data, filter=coding, decode_parms=parameters)
    image[Name.Type] = Name.XObject
    image[Name.Subtype] = Name.Image
    image[Name.Width], image[Name.Height] = picture.size
    image[Name.ColorSpace] = Name.DeviceRGB if picture.mode == "RGB" else Name.DeviceGray
    image[Name.BitsPerComponent] = 1 if picture.mode == "1" else 8
    return image


def _coded(picture: Image.Image) -> tuple[bytes, Name, Dictionary | None]:
    lossless, parameters = _deflated(picture)
    if picture.mode == "1":
        return lossless, Name.FlateDecode, parameters
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    jpeg = out.getvalue()
    if len(lossless) <= len(jpeg) * _LOSSLESS_BONUS:
        return lossless, Name.FlateDecode, parameters
    return jpeg, Name.DCTDecode, None


def _deflated(picture: Image.Image) -> tuple[bytes, Dictionary | None]:
    """Deflate the rows, each byte less its upper neighbour (PNG's filter 2), which suits scans and drawn pages alike."""
    wide, high = picture.size
    raw = picture.tobytes()
    if picture.mode == "1":
        return zlib.compress(raw, _ZLIB_LEVEL), None
    colours = len(picture.getbands())
    row = wide * colours
    above = Image.frombytes("L", (row, high), raw)
    shifted = Image.new("L", (row, high), 0)
    shifted.paste(above, (0, 1))
    upped = ImageChops.subtract_modulo(above, shifted).tobytes()
    lines = b"".join(b"\x02" + upped[start : start + row] for start in range(0, len(upped), row))
    parameters = Dictionary(Predictor=15, Colors=colours, Columns=wide, BitsPerComponent=8)
    return zlib.compress(lines, _ZLIB_LEVEL), parameters
