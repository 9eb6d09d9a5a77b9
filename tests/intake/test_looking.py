"""Sealed files are looked at in a child process: text by page, pictures drawn anew, hostile ones refused with a reason."""

import io

import pytest
from PIL import Image

from habeas.domain.errors import BadInput
from habeas.intake.looking import draw, look

pytestmark = pytest.mark.slow


def pdf(*lines):
    """A small PDF with a line of text on each page."""
    import pikepdf

    made = pikepdf.new()
    for line in lines:
        page = made.add_blank_page(page_size=(300, 200))
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica))
        )
        page.Contents = made.make_stream(f"BT /F 12 Tf 20 100 Td ({line}) Tj ET".encode())
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def jpeg(exif=True):
    picture = Image.new("RGB", (60, 40), "navy")
    tags = Image.Exif()
    tags[0x010E] = "SECRET PLACE"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=tags if exif else b"")
    return out.getvalue()


def test_a_pdf_gives_its_text_by_page_and_each_page_as_a_picture():
    content = pdf("He was at home", "on Monday")
    found = look(content, "a.pdf")
    assert (found.kind, found.pages) == ("pages", 2) and "He was at home" in found.texts[0] and "on Monday" in found.texts[1]
    drawn = Image.open(io.BytesIO(draw(content, "a.pdf", 2)))
    assert drawn.format == "PNG" and drawn.width == 1100


def test_a_picture_is_drawn_anew_without_its_metadata():
    assert look(jpeg(), "a.jpg").kind == "picture"
    drawn = draw(jpeg(), "a.jpg", 1)
    assert b"SECRET" in jpeg() and b"SECRET" not in drawn and Image.open(io.BytesIO(drawn)).info == {}


def test_text_is_text_a_chat_is_a_chat_and_the_rest_is_not_shown():
    assert look("письмо\n".encode(), "a.txt").texts == ("письмо\n",)
    assert look("письмо".encode("utf-16"), "a.txt").texts == ("письмо",)
    assert look(b"13.01.2017, 10:00 - A: x\n14.01.2017, 10:00 - B: y\n", "a.txt").kind == "chat"
    assert look(b"\x00\x01\x02\xff" * 50, "a.bin").kind == "other"


@pytest.mark.parametrize("content", [b"%PDF-1.7 nothing", b"%PDF-" + b"x" * 5000])
def test_a_broken_pdf_is_refused_with_the_exhibits_number_and_no_content(content):
    with pytest.raises(BadInput) as told:
        look(content, "a.pdf", "7")
    assert told.value.problems[0].file == "7" and "damaged" in str(told.value)


def test_a_page_that_is_not_there_and_a_broken_picture_are_refused():
    for content, name, page in ((pdf("x"), "a.pdf", 9), (b"\xff\xd8\xff" + b"0" * 40, "a.jpg", 1)):
        with pytest.raises(BadInput, match="cannot be drawn"):
            draw(content, name, page, "7")
