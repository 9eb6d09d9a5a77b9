from __future__ import annotations

import pypdfium2
import pytest

from habeas.dossier.pdf.errors import ExhibitRefusedError
from habeas.dossier.pdf.typeset import typeset

pytestmark = pytest.mark.slow  # real renderings and stock tools


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_every_line_has_its_number_and_wrapped_lines_keep_one():
    made = typeset(("one\r\n" + "long " * 60 + "\n\nfour\rfive").encode(), header="Exhibit 7")
    assert made.lines == 5
    text = words(made.pdf)
    assert "4 four" in text
    assert "5 five" in text
    assert "\n6 " not in text


def test_what_cannot_be_seen_is_shown_and_counted():
    made = typeset("中 released \u202edesaeler\u202c zero\u200bwidth 中".encode(), header="h")
    assert [(item.name, item.count) for item in made.shown] == [("U+200B", 1), ("U+202C", 1), ("U+202E", 1), ("U+4E2D", 2)]
    text = words(made.pdf).replace("\r\n", " ")
    for mark in ("‹U+4E2D›", "‹U+202E›", "‹U+200B›"):
        assert mark in text
    assert not {"\u202e", "\u202c", "中"} & set(text)


def test_text_is_never_source():
    made = typeset(b'#read("/etc/passwd") #panic() $x$ @label <a> *b* "quoted" // comment', header='#panic("x")')
    text = words(made.pdf)
    assert '#read("/etc/passwd") #panic() $x$ @label <a> *b* "quoted" // comment' in text.replace("\r\n", " ")
    assert '#panic("x")' in text


def test_scripts_that_ship_are_set():
    line = "Латиница ғҳ Ελληνικά Հայերեն ქართული مرحبا שלום हिन्दी ไทย"
    assert typeset(line.encode(), header="h").shown == ()


@pytest.mark.parametrize("data", [b"\xff\xfeA\0", b"caf\xe9"])
def test_other_encodings_are_refused(data):
    with pytest.raises(ExhibitRefusedError) as caught:
        typeset(data, header="h")
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\n\n",
        b"\x00" * 500,
        ("a" * 9000).encode(),
        ("\u0301" * 300).encode(),
        "\u063d\u17cc \u24cb\u0345 \u24a4\u0333".encode(),
    ],
)
def test_strange_texts_are_set(data):
    assert typeset(data, header="").pdf.startswith(b"%PDF-")


def test_same_text_same_bytes():
    text = "Ωμέγα 中 مرحبا".encode()
    assert typeset(text, header="h").pdf == typeset(text, header="h").pdf
