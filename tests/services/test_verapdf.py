"""Every claim of PDF/A and PDF/UA that a dossier makes, put to the real veraPDF."""

from datetime import date

import pytest
import verapdf
from simulators.case_builder import CaseBuilder

from habeas.dossier import render
from habeas.seal.signature import SigningKey
from habeas.services import disclosing
from habeas.services.source import folder_source

pytestmark = pytest.mark.slow
DAY = date(2026, 11, 22)


@pytest.fixture(scope="module", autouse=True)
def validator():
    missing = verapdf.available()
    if missing:
        pytest.skip(missing)


def judged(path, *flavours):
    return {
        one.flavour: [f"{rule.rule}: {rule.message}" for rule in one.failed] or one.error or one.compliant for one in verapdf.check([path], flavours)
    }


def builder():
    import nasty

    made = CaseBuilder().change("S002", quote="中 \u202e", identifiers="name_as_written=Q; seat=5")
    for number, (file, content) in enumerate((
        ("tagged.pdf", nasty.tagged(2)), ("cmyk.pdf", nasty.cmyk()), ("photo.jpg", nasty.jpeg_with_gps()), ("text.txt", "中 x\n".encode()),
        ("clear.pdf", nasty.transparent()), ("wide.pdf", nasty.saved(nasty.lines((842, 595)))),
    ), 2):  # fmt: skip
        made.add_exhibit(str(number), file, content)
    return made


def test_the_whole_file_of_a_dossier_is_pdf_a_2b(tmp_path):
    made = disclosing.make_dossier(folder_source(builder().write(tmp_path / "case")), tmp_path / "bag", SigningKey.generate(), DAY)
    assert judged(made.folder / "data" / "dossier.pdf", "2b") == {"2b": True}


def test_the_authored_part_of_a_dossier_is_pdf_a_2a_and_pdf_ua_1(tmp_path, monkeypatch):
    kept = []
    authored = render.authored
    monkeypatch.setattr(render, "authored", lambda *given: kept.append(authored(*given)) or kept[-1])
    disclosing.make_dossier(folder_source(builder().write(tmp_path / "case")), tmp_path / "bag", SigningKey.generate(), DAY)
    (tmp_path / "authored.pdf").write_bytes(kept[-1])
    assert judged(tmp_path / "authored.pdf", "2a", "ua1") == {"2a": True, "ua1": True}


def test_the_memorandum_is_pdf_a_2a_and_pdf_ua_1(tmp_path):
    (tmp_path / "memo.pdf").write_bytes(disclosing.make_memorandum(folder_source(builder().write(tmp_path / "case")).case, DAY))
    assert judged(tmp_path / "memo.pdf", "2a", "ua1") == {"2a": True, "ua1": True}


def test_a_file_that_is_no_pdf_a_is_found_out(tmp_path):
    import nasty

    (tmp_path / "bad.pdf").write_bytes(nasty.cmyk())
    assert judged(tmp_path / "bad.pdf", "2b")["2b"] is not True
