from __future__ import annotations

import io

import nasty
import pypdfium2
import pytest
from PIL import Image
from test_preflight import decompressed

from habeas.dossier.pdf import images
from habeas.dossier.pdf.errors import ExhibitRefusedError
from habeas.dossier.pdf.images import image_pages
from habeas.dossier.pdf.preflight import preflight

pytestmark = pytest.mark.slow  # real renderings and stock tools


def pixel(pdf: bytes, x: float, y: float, page: int = 0) -> tuple[int, int, int]:
    """The colour at a fraction of the page's width (from the left) and height (from the top)."""
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=1).to_pil().convert("RGB")
    return picture.getpixel((int(x * picture.width), int(y * picture.height)))


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
def test_nothing_but_pixels_travels(mode):
    made = image_pages(nasty.jpeg_with_gps() if mode != "L" else nasty.png("L"))
    whole = decompressed(made)
    for leak in (b"SECRET", b"Exif", b"GPS", b"ICC_PROFILE"):
        assert leak not in whole
    assert preflight(made).state == "clean"


@pytest.mark.parametrize(("orientation", "x", "y"), [(1, 0.05, 0.05), (3, 0.95, 0.95), (6, 0.95, 0.05), (8, 0.05, 0.95)])
def test_pictures_stand_upright(orientation, x, y):
    red, green, _ = pixel(image_pages(nasty.jpeg_with_gps(orientation=orientation)), x, y)
    assert red > 200
    assert green < 60


def test_cmyk_becomes_srgb():
    made = image_pages(nasty.jpeg_with_gps("CMYK", 1))
    red, green, blue = pixel(made, 0.05, 0.05)
    assert red > 200
    assert max(green, blue) < 80
    assert pixel(made, 0.9, 0.9) == (255, 255, 255)


def test_transparency_lies_on_white():
    made = image_pages(nasty.png())
    assert pixel(made, 0.9, 0.9) == (255, 255, 255)
    assert pixel(made, 0.1, 0.1) == (0, 0, 255)


def test_sixteen_bits_keep_their_brightness():
    assert pixel(image_pages(nasty.png("I;16")), 0.5, 0.5)[0] in range(126, 130)


def test_a_tiff_gives_a_page_a_page_at_its_size():
    document = pypdfium2.PdfDocument(image_pages(nasty.tiff(3)))
    assert len(document) == 3
    assert document[0].get_size() == pytest.approx((595.4, 842.0), abs=0.5)


def test_refusals(monkeypatch):
    bad = [(b"not a picture", "unsupported"), (nasty.png()[:200], "unreadable"), (b"%!PS-Adobe EPSF-3.0\n", "unsupported")]
    for data, code in bad:
        with pytest.raises(ExhibitRefusedError) as caught:
            image_pages(data)
        assert caught.value.code == code
    monkeypatch.setattr(images, "MOST_PIXELS", 1000)
    with pytest.raises(ExhibitRefusedError) as caught:
        image_pages(nasty.png())
    assert caught.value.code == "too_large"


def test_a_bomb_is_refused_before_it_is_decoded():
    out = io.BytesIO()
    Image.new("1", (20000, 20000)).save(out, "PNG")
    with pytest.raises(ExhibitRefusedError) as caught:
        image_pages(out.getvalue())
    assert caught.value.code == "too_large"
