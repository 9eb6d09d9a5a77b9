from __future__ import annotations

import nasty
import pytest

from habeas.dossier.pdf.errors import ExhibitRefusedError
from habeas.dossier.pdf.findings import RASTERISE
from habeas.dossier.pdf.preflight import preflight
from habeas.dossier.pdf.sanitise import sanitise

pytestmark = pytest.mark.slow  # real renderings and stock tools

ODD = {
    "javascript": (nasty.with_javascript, "javascript"),
    "open action": (nasty.with_javascript, "open_action"),
    "embedded file": (nasty.with_embedded_file, "embedded_file"),
    "annotation": (nasty.with_annotation, "annotation"),
    "link": (nasty.with_link, "link"),
    "layers": (nasty.with_layers, "optional_content"),
    "xfa": (nasty.with_form, "xfa"),
    "form": (nasty.with_form, "form"),
    "cmyk": (nasty.cmyk, "colour"),
    "postscript": (nasty.postscript, "postscript"),
    "external": (nasty.external_stream, "external_stream"),
    "owner password": (nasty.owner_password, "owner_password"),
    "broken xref": (nasty.broken_xref, "damaged"),
    "truncated": (nasty.truncated, "damaged"),
    "absurd box": (nasty.absurd_box, "page_box"),
    "font": (lambda: nasty.saved(nasty.helvetica()), "font_not_embedded"),
    "crop": (lambda: nasty.saved(nasty.lines(CropBox=[100, 100, 300, 300])), "crop_box"),
    "user unit": (lambda: nasty.saved(nasty.lines(UserUnit=2)), "user_unit"),
    "bad operator": (lambda: nasty.saved(nasty.drawn(b"foo bar baz 0 0 m 1 1 l S")), "content"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files_are_named(name):
    make, code = ODD[name]
    verdict = preflight(make())
    assert verdict.state == "odd"
    assert code in {reason.code for reason in verdict.reasons}
    if RASTERISE[code]:
        assert verdict.rasterise == {*range(1, verdict.pages + 1)}


@pytest.mark.parametrize(
    "make",
    [
        lambda: nasty.saved(nasty.lines()),
        lambda: nasty.saved(nasty.lines((842, 595))),
        lambda: nasty.saved(nasty.lines(Rotate=90)),
        nasty.tagged,
        nasty.transparent,
        nasty.pdf_with_jpeg,
        nasty.unbalanced,
    ],
)
def test_clean_files_are_clean(make):
    verdict = preflight(make())
    assert (verdict.state, verdict.reasons) == ("clean", ())


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (nasty.user_password, "encrypted"),
        (nasty.no_pages, "no_pages"),
        (lambda: b"%PDF-1.7 and nothing", "unreadable"),
        (lambda: b"GIF89a", "unreadable"),
        (lambda: nasty.tagged(1)[:9000], "unreadable"),
        (lambda: b"", "unreadable"),
    ],
)
def test_refusals(make, code):
    with pytest.raises(ExhibitRefusedError) as caught:
        preflight(make())
    assert caught.value.code == code


def test_sizes_are_as_seen():
    verdict = preflight(nasty.saved(nasty.lines((600, 400), Rotate=270, UserUnit=2)))
    assert (verdict.sizes[0].width, verdict.sizes[0].height) == (800, 1200)


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_does_not_survive(name):
    made = sanitise(ODD[name][0]())
    for secret in (b"secret", b"JavaScript", b"/etc/passwd", b"tracker"):
        assert secret not in decompressed(made.pdf)
    assert preflight(made.pdf).state == "clean"


def test_metadata_in_a_jpeg_and_unused_objects_do_not_survive():
    whole = decompressed(sanitise(nasty.pdf_with_jpeg()).pdf)
    assert b"JFIF" not in whole
    assert b"SECRET" not in whole
    assert b"DCTDecode" in whole


def decompressed(pdf: bytes) -> bytes:
    import pikepdf

    with nasty.opened(pdf) as source:
        return nasty.saved(
            source, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bits_end_in_pages_or_in_a_refusal(seed):
    import random

    chance = random.Random(seed)
    data = bytearray(nasty.pdf_with_jpeg() if seed % 2 else nasty.tagged(1))
    for _ in range(1 + seed):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    try:
        made = sanitise(bytes(data))
    except ExhibitRefusedError:
        return
    assert preflight(made.pdf).state == "clean"
