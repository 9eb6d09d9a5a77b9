from __future__ import annotations

import nasty
import pytest

from habeas.dossier.pdf import children, wire
from habeas.dossier.pdf.errors import ExhibitRefusedError
from habeas.dossier.pdf.preflight import preflight
from habeas.dossier.pdf.sanitise import sanitise
from habeas.dossier.pdf.typeset import typeset

pytestmark = pytest.mark.slow  # real renderings and stock tools


def test_answers_are_those_of_the_functions():
    tagged, note = nasty.with_javascript(), "中\n".encode()
    assert children.read_verdict(children.preflight_entry(wire.pack({}, tagged))) == preflight(tagged)
    assert children.read_sanitised(children.sanitise_entry(wire.pack({}, tagged))) == sanitise(tagged)
    made = children.read_sanitised(children.sanitise_entry(wire.pack({"pictures_only": True, "dpi": 72}, nasty.tagged(1))))
    assert made.rasterised == {1}
    assert children.read_typeset(children.typeset_entry(wire.pack({"header": "h"}, note))) == typeset(note, header="h")
    assert children.read_pdf(children.image_entry(wire.pack({}, nasty.png()))).startswith(b"%PDF-")
    assert children.read_pdf(children.rasterise_entry(wire.pack({"dpi": 50}, tagged))).startswith(b"%PDF-")


def test_a_refusal_crosses_over():
    with pytest.raises(ExhibitRefusedError) as caught:
        children.read_verdict(children.preflight_entry(wire.pack({}, nasty.user_password())))
    assert caught.value.code == "encrypted"


@pytest.mark.parametrize("answer", [b"", b"\0\0\0\5hello", wire.pack({}), wire.pack({"verdict": 1}, b"x") + b"x"])
def test_a_lying_child_is_not_believed(answer):
    for read in (children.read_verdict, children.read_pdf, children.read_sanitised, children.read_typeset):
        with pytest.raises(ExhibitRefusedError):
            read(answer)
