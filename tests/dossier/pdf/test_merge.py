from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nasty
import pypdfium2
import pytest
import verapdf
from dossier import whole
from pikepdf import Name

from habeas.dossier.pdf.errors import MergeError
from habeas.dossier.pdf.merge import ExhibitPages, merge

pytestmark = pytest.mark.slow  # real renderings and stock tools

WHY_NOT = verapdf.available()
needs_verapdf = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


@needs_verapdf
def test_every_claim_is_what_verapdf_finds(tmp_path):
    base, merged, _ = whole()
    alone, together = tmp_path / "authored.pdf", tmp_path / "whole.pdf"
    alone.write_bytes(base)
    together.write_bytes(merged.pdf)
    outcomes = [*verapdf.check([alone], ["2a", "ua1"]), *verapdf.check([together], ["2b"])]
    assert [(o.flavour, o.compliant, o.failed, o.error) for o in outcomes] == [
        ("2a", True, (), ""),
        ("ua1", True, (), ""),
        ("2b", True, (), ""),
    ]


@needs_verapdf
def test_the_structure_tree_stays_whole(tmp_path):
    """The file must not claim UA-1, but what it lacks may only be the claim: no broken tag, no link without its text."""
    together = tmp_path / "whole.pdf"
    together.write_bytes(whole()[1].pdf)
    (outcome,) = verapdf.check([together], ["ua1"])
    assert {rule.rule for rule in outcome.failed} <= {"5-1", "7.21.4.1-1"}


def test_the_merged_file_claims_2b_and_nothing_more():
    with nasty.opened(whole()[1].pdf) as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        assert "pdfuaid:part" not in metadata


def test_printed_page_is_place_in_file():
    _, merged, exhibits = whole()
    document = pypdfium2.PdfDocument(merged.pdf)
    assert len(document) == merged.pages
    for number, page in enumerate(document, start=1):
        wide, high = page.get_size()
        text = page.get_textpage()
        if number < merged.first_pages["1"]:
            assert f"{number} / {merged.pages}" in text.get_text_range()
        else:
            corner = text.get_text_bounded(left=wide - 90, bottom=high - 34, right=wide, top=high)
            assert corner.strip() == str(number)
    for exhibit in exhibits:
        text = document[merged.first_pages[exhibit.number] - 1].get_textpage().get_text_range()
        assert f"Exhibit {exhibit.number}, p. 1 of " in text


def test_sheets_keep_the_orientation():
    _, merged, _ = whole()
    document = pypdfium2.PdfDocument(merged.pdf)

    def sheet(number):
        return tuple(round(side) for side in document[merged.first_pages[number] - 1].get_size())

    assert sheet("1") == (595, 842)
    assert sheet("3") == sheet("4") == sheet("5") == (842, 595)
    assert sheet("6") == (842, 1191)
    assert sheet("7")[0] == 1684
    assert sheet("8") == (595, 842)


def test_links_and_bookmarks_lead_to_exhibits():
    _, merged, exhibits = whole()
    with nasty.opened(merged.pdf) as pdf:
        places = {page.obj.objgen: at for at, page in enumerate(pdf.pages, start=1)}
        found = set()
        for page in pdf.pages:
            for link in page.obj.get(Name.Annots, []):
                assert Name.A not in link
                found.add((str(link.Contents), places[link.Dest[0].objgen]))
        expected = {(f"Exhibit {e.number}, page 1 of ", merged.first_pages[e.number]) for e in exhibits}
        assert all(any(text.startswith(a) and at == b for text, at in found) for a, b in expected)
        with pdf.open_outline() as outline:
            assert outline.root[-1].title == "Exhibits"
            assert len(outline.root[-1].children) == len(exhibits)
            assert len(outline.root) > 1


def test_no_mark_of_an_exhibit_reaches_the_structure_tree():
    with nasty.opened(whole()[1].pdf) as pdf:
        forms = [thing for thing in pdf.objects if thing is not None and getattr(thing, "get", None) and is_form(thing)]
        assert len(forms) > 20
        for form in forms:
            assert Name.StructParents not in form
            assert b"BDC" not in form.read_bytes()
            assert b"MCID" not in form.read_bytes()


def is_form(thing) -> bool:
    try:
        return thing.get(Name.Subtype) == Name.Form
    except (TypeError, ValueError):
        return False


def test_two_processes_make_the_same_bytes():
    folder = Path(__file__).parent
    made = {
        subprocess.run(
            [sys.executable, str(folder / "dossier.py")],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{folder}:{folder.parent}", "TZ": zone},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("4242", "Asia/Kolkata"))
    }  # fmt: skip
    assert len(made) == 1


def test_without_exhibits_nothing_changes():
    base, _, _ = whole()
    assert merge(base, []).pdf == base


def test_refusals():
    base, _, exhibits = whole()
    for wanted, authored, parts in [
        ("dangling_link", base, exhibits[:2]),
        ("same_number", base, [exhibits[0], exhibits[0]]),
        ("untagged", exhibits[0].pdf, exhibits),
        ("unreadable", b"%PDF-", exhibits),
        ("unreadable", base, [ExhibitPages(number="1", title="t", pdf=b"")]),
    ]:
        with pytest.raises(MergeError) as caught:
            merge(authored, parts)
        assert caught.value.code == wanted
