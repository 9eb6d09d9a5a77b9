"""From a case folder to a sealed dossier, end to end and with nothing in between: what must not leave, and what must stand there."""

import io
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec
import nasty
import pikepdf
import pytest
from PIL import Image
from simulators.bag_search import digests, haystack, page_texts, where
from simulators.case_builder import MONTEVIDEO, CaseBuilder
from simulators.casework import signed_case

from habeas.domain.errors import BadInput, HabeasError
from habeas.domain.finding import BearsOn
from habeas.intake.folder import read_folder
from habeas.seal.bag import lay_out
from habeas.seal.bag_writer import write_bag
from habeas.seal.kit import recipient_kit
from habeas.seal.signature import SigningKey
from habeas.seal.verify import State, verify_folder
from habeas.services.across import read_folders
from habeas.services.disclosing import freeze, make_dossier, make_memorandum, write_memorandum
from habeas.services.examining import examine_folder
from habeas.services.source import folder_source

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 22)
KEY = SigningKey.generate()
HIDDEN = "Zorvanelle"
COLUMNS = ("person", "speaker", "body", "relayed_by", "place", "to_place", "event", "summary", "quote", "quote_translation", "locator", "shown_as")


def dossier(builder, folder, **more):
    return make_dossier(folder_source(builder.write(folder / "case")), folder / "bag", KEY, DAY, **more)


def pdf_of(made):
    return (made.folder / "data" / "dossier.pdf").read_bytes()


def flat(text):
    return re.sub(r"[\s\u00ad\u200b]+", "", text).casefold()


# --- what must not leave ---------------------------------------------------------------------------------------------------------


def canaries():
    """A case in which every cell that must stay holds a word of its own, and these words."""
    words = []

    def word(of):
        words.append(f"Kanarie{len(words):03d}{re.sub('[^a-z]', '', of)}")
        return words[-1]

    builder = CaseBuilder(person=f"Mirra {word('person')}", notes=word("notes"))
    for side in ("witness", "state", "commission", "press"):
        cells = {column: word(f"{side} {column}") for column in COLUMNS if column != "person"}
        words.append(f"S{side}Kanarie")
        builder.add(**cells, id=f"S{side}Kanarie", side=side, act="present", when="1931-03-07", stated_on="1932-04-08", disclosable="", exhibit="77",
                    identifiers=f"seat={word('seat')}; name_as_written={word('name')}; birth_date=1903-05-09",
                    circumstances=f"officer={word('officer')}; present={word('present')}")  # fmt: skip
    builder.add(id="S050", person=word("namesake"), speaker=word("of namesake"), when="1977-09-01", place=MONTEVIDEO)
    about = ("title", "obtained_from", "obtained_by", "obtained_on", "method", "translator", "language", "consent")
    builder.add_exhibit("77", f"{word('file')}.txt", word("content").encode(), disclosable="", **{one: word(f"exhibit {one}") for one in about})
    kept = ("obtained_from", "obtained_by", "obtained_on", "method", "translator", "consent")
    builder.add_exhibit("2", f"{word('shown file')}.txt", b"Shown text.\n", derived_from="77", **{one: word(f"shown {one}") for one in kept})
    builder.row("consents", person=word("person"), purpose=word("purpose"), recipient=word("recipient"), language=word("language"),
                guardian=word("guardian"), given_on="1931-03-07")  # fmt: skip
    builder.row("appeals", id="AKanarie", to_body=word("to"), kind=word("kind"), how=word("how"), proof=word("proof"), reply=word("reply"),
                reply_proof=word("reply proof"), about=word("about"), sent_on="1931-03-07")  # fmt: skip
    builder.row("reviews", finding=word("finding"), decision="confirmed", reviewer=word("reviewer"), on=word("on"), reason=word("reason"), inputs="x")
    builder.row("voices", voice="Ravella Corvonte", other="Quillon Abernard", relation="independent", why=word("why"), judged_by=word("judge"))
    builder.row("voices", voice=word("voice"), other=word("other"), relation="dependent", why=word("why"), judged_by=word("judge"))
    builder.row("places", name=word("place"), latitude="1", longitude="1", radius_km="1", within=word("within"))
    builder.change("S003", speaker=f"Mirra {word('speaker')}", relayed_by=f"Outer {word('outer')} < Inner {word('inner')}")
    builder.change("S004", speaker=f"Mirra {word('relative')}", shown_as="")
    words += ["AKanarie", "1931-03-07", "7 March 1931", "1932-04-08", "8 April 1932", "1903-05-09"]
    return builder, words


@pytest.fixture(scope="module")
def bag_of_canaries(tmp_path_factory):
    builder, words = canaries()
    folder = tmp_path_factory.mktemp("canaries")
    return builder, words, dossier(builder, folder).folder, folder / "case"


def test_no_word_of_what_is_withheld_stands_anywhere_in_the_bag(bag_of_canaries):
    _, words, bag, case = bag_of_canaries
    source = "\n".join(path.read_text(encoding="utf-8") for path in case.rglob("*.*") if path.is_file()) + "\n".join(map(str, case.rglob("*")))
    assert len(words) > 90
    assert not [word for word in words if word not in source and " " not in word], "a canary that is not in the case would prove nothing"
    assert where(bag, *words) == {}


def test_no_digest_of_a_withheld_exhibit_stands_in_the_bag(bag_of_canaries):
    builder, _, bag, _ = bag_of_canaries
    withheld = next(row["file"] for row in builder.tables["exhibits"] if row["number"] == "77")
    assert where(bag, *digests(builder.files[withheld])) == {}


def test_the_search_itself_finds_what_does_leave(bag_of_canaries):
    bag = bag_of_canaries[2]
    found = where(bag, "a neighbour", "Shown text.", digests(b"Shown text.\n")[0])
    assert {"data/statements.csv"} <= set(found["a neighbour"])
    assert any("page" in name for name in found["a neighbour"])
    assert any("page" in name for name in found["Shown text."])
    assert any("page" in name for name in found[digests(b"Shown text.\n")[0]])


def test_the_bag_holds_these_files_and_no_other(bag_of_canaries):
    bag = bag_of_canaries[2]
    names = {str(path.relative_to(bag).as_posix()) for path in bag.rglob("*") if path.is_file()}
    assert names == {
        "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig", "signer.pem",
        "VERIFY.txt", "verify.py", "data/dossier.pdf", "data/statements.csv", "data/findings.json",
    }  # fmt: skip


def test_a_hidden_name_in_the_text_of_other_rows_is_masked_in_the_whole_bag(tmp_path):
    builder = CaseBuilder(title=f"{HIDDEN} and Person Q").change("S003", speaker=f"Mirra {HIDDEN}")
    builder.change("S001", quote=f"He went with {HIDDEN}.", summary=f"{HIDDEN} is named.", place=f"House of {HIDDEN}, {MONTEVIDEO}")
    builder.change("S002", circumstances=f"officer={HIDDEN}", identifiers=f"name_as_written={HIDDEN}; vehicle=car of {HIDDEN}")
    builder.change("S004", event=HIDDEN, locator=f"letter of {HIDDEN}")
    builder.tables["exhibits"][0].update(title=f"Letter of {HIDDEN}", file=f"{HIDDEN}.txt", language=HIDDEN)
    builder.files = {f"{HIDDEN}.txt": b"text"}
    made = dossier(builder, tmp_path)
    assert where(made.folder, HIDDEN) == {}
    assert [warning for warning in made.warnings if "masked" in warning]


def test_a_mask_is_printed_as_such_and_not_as_code_points(tmp_path):
    made = dossier(CaseBuilder().change("S003", speaker=f"Mirra {HIDDEN}").change("S002", summary=f"With {HIDDEN} that day."), tmp_path)
    assert not [text for text in page_texts(pdf_of(made)) if "U+" in text]


def test_what_would_change_a_finding_and_the_other_sides_figure_are_in_no_file_of_the_bag(tmp_path):
    builder = CaseBuilder().add(side="press", body="Gazette", speaker="Reporter", act="present", when="1977-09-22", place="Buenos Aires, Argentina",
                                stated_on="1977-12", shown_as="a reporter", exhibit="1", how_known="firsthand")  # fmt: skip
    made = dossier(builder, tmp_path)
    told = [line for finding in (*made.full.findings, *made.frozen.findings) for line in finding.would_change]
    assert told
    hay = {name: flat(text) for name, text in haystack(made.folder).items()}
    assert not [(line, name) for line in told for name, text in hay.items() if flat(line) in text]
    machine = msgspec.json.decode((made.folder / "data" / "findings.json").read_bytes())
    assert "to_deny" not in machine["belief"]
    assert "deny_sets" not in machine["belief"]
    assert not [text for text in hay.values() if "todeny" in text or "deny_sets" in text or "would_change" in text or "wouldchange" in text]
    paper = flat(" ".join(page_texts(make_memorandum(folder_source(tmp_path / "case").case, DAY))))
    assert not [line for line in told if flat(line) not in paper]
    assert flat("To deny the accusation, one must hold that at least") in paper


@pytest.fixture(scope="module")
def demo_case(tmp_path_factory):
    from importlib import resources

    folder = tmp_path_factory.mktemp("castro") / "case"
    with resources.as_file(resources.files("habeas.demo_case")) as source:
        shutil.copytree(source / "castro-1977", folder)
    return folder


def test_what_weakens_the_clients_own_account_stands_in_the_memorandum_and_in_no_bag(demo_case, tmp_path):
    own = [f for f in examine_folder(demo_case).examination.findings if f.bears_on is BearsOn.OWN_ACCOUNT]
    assert own, "the demonstration case has such a finding"
    case = shutil.copytree(demo_case, tmp_path / "case")
    rows = "".join(f"{one.id},confirmed,R Viewer,2026-11-01,,{one.inputs}\n" for one in own)
    (case / "reviews.csv").write_text("finding,decision,reviewer,on,reason,inputs\n" + rows, encoding="utf-8")
    made = make_dossier(folder_source(case), tmp_path / "bag", KEY, DAY)
    assert made.draft, "a confirmed finding about the client's own account confirms nothing that may leave"
    assert where(made.folder, *(one.id for one in own), "own_account") == {}
    paper = flat(" ".join(page_texts(make_memorandum(folder_source(case).case, DAY))))
    assert not [one.id for one in own if flat(one.id) not in paper or flat(one.explanation) not in paper]


# --- DRAFT, reviews and counsel's choice -----------------------------------------------------------------------------------------


def confirmed(builder, folder, *ids):
    """The same case with these findings (all, if none is named) confirmed for the inputs as they are."""
    for finding in examine_folder(builder.write(folder / "before")).examination.findings:
        if not ids or finding.id in ids:
            builder.row("reviews", finding=finding.id, decision="confirmed", reviewer="Rhea Viewer", on="2026-11-01", inputs=finding.inputs)
    return builder


def test_without_a_confirmed_finding_every_page_says_draft(tmp_path):
    builder = CaseBuilder().add_exhibit("2", "two.pdf", nasty.tagged(2)).add_exhibit("3", "three.png", nasty.png())
    made = dossier(builder, tmp_path)
    texts = page_texts(pdf_of(made))
    assert made.draft
    assert len(texts) == made.pages > 8
    assert not [number for number, text in enumerate(texts, 1) if "DRAFT" not in text]


def test_with_a_confirmed_finding_no_page_says_draft_and_the_reviewer_is_named(tmp_path):
    made = dossier(confirmed(CaseBuilder(), tmp_path), tmp_path)
    texts = page_texts(pdf_of(made))
    assert not made.draft
    assert not [number for number, text in enumerate(texts, 1) if "DRAFT" in text]
    assert "Rhea Viewer" in texts[0]


def test_counsels_choice_alone_stands_in_the_dossier(tmp_path):
    builder = confirmed(CaseBuilder(), tmp_path)
    ids = sorted(row["finding"] for row in builder.tables["reviews"])
    made = dossier(builder, tmp_path, chosen=(ids[0],))
    assert made.findings == 1
    machine = msgspec.json.decode((made.folder / "data" / "findings.json").read_bytes())
    assert [one["id"] for one in machine["findings"]] == [ids[0]]
    assert where(made.folder, *ids[1:]) == {}


# --- the same bytes --------------------------------------------------------------------------------------------------------------

_MAKE = """
import sys
from datetime import date
from pathlib import Path
from habeas.compose import compose
from habeas.seal.signature import SigningKey
from habeas.services.disclosing import make_dossier
from habeas.services.source import folder_source
compose()
key = SigningKey.from_pem(Path(sys.argv[3]).read_bytes(), None)
make_dossier(folder_source(Path(sys.argv[1])), Path(sys.argv[2]), key, date.fromisoformat(sys.argv[4]))
"""


def made_elsewhere(case, out, key, day, *, seed, zone):
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", _MAKE, str(case), str(out), str(key), day], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-600:]
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def test_the_same_input_key_and_date_give_the_same_bytes_everywhere_and_another_date_others(tmp_path):
    builder = CaseBuilder().add_exhibit("2", "two.pdf", nasty.cmyk()).add_exhibit("3", "three.jpg", nasty.jpeg_with_gps())
    builder.add_exhibit("4", "four.pdf", nasty.tagged(2))
    one, other = builder.write(tmp_path / "one"), builder.write(tmp_path / "a longer name" / "other")
    for path in other.rglob("*"):
        os.utime(path, (86_400, 86_400))
    key = tmp_path / "key.pem"
    key.write_bytes(KEY.to_pem(None))
    first = made_elsewhere(one, tmp_path / "bag", key, "2026-11-22", seed="1", zone="Pacific/Kiritimati")
    second = made_elsewhere(other, tmp_path / "deep" / "bag2", key, "2026-11-22", seed="77", zone="America/Montevideo")
    assert first.keys() == second.keys()
    assert not [name for name in first if first[name] != second[name]]
    third = made_elsewhere(one, tmp_path / "bag3", key, "2026-11-23", seed="1", zone="UTC")
    assert third["data/dossier.pdf"] != first["data/dossier.pdf"]
    assert third["bag-info.txt"] != first["bag-info.txt"]


# --- exhibits of every kind ------------------------------------------------------------------------------------------------------


def png_with_gps():
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x010F] = "SECRETMAKER"
    exif.get_ifd(0x8825)[2] = (41.0, 17.0, 24.0)
    Image.new("RGB", (60, 40), (10, 200, 10)).save(out, "PNG", exif=exif)
    return out.getvalue()


GOOD = {
    "2": ("clean.pdf", nasty.saved(nasty.lines())), "3": ("tagged.pdf", nasty.tagged(2)), "4": ("cmyk.pdf", nasty.cmyk()),
    "5": ("landscape.pdf", nasty.saved(nasty.lines((842, 595)))), "6": ("rotated.pdf", nasty.saved(nasty.lines(Rotate=90))),
    "7": ("place.png", png_with_gps()), "8": ("fax.tiff", nasty.tiff(3)),
    "9": ("chinese.txt", "中文\u202eabc\nГулрухсор · second line\n".encode()), "10": ("nothing.txt", b""),
    "11": ("hostile.pdf", nasty.with_javascript()), "12": ("torn.pdf", nasty.truncated()), "13": ("locked.pdf", nasty.owner_password()),
}  # fmt: skip


@pytest.fixture(scope="module")
def all_kinds(tmp_path_factory):
    builder = CaseBuilder()
    for number, (file, content) in GOOD.items():
        builder.add_exhibit(number, file, content)
    return dossier(builder, tmp_path_factory.mktemp("kinds"))


def test_every_exhibit_is_stamped_on_each_of_its_pages(all_kinds):
    text = "\n".join(page_texts(pdf_of(all_kinds)))
    counts = dict.fromkeys(("1", *GOOD), 1) | {"3": 2, "8": 3, "12": 2}
    for number, pages in counts.items():
        for page in range(1, pages + 1):
            assert f"Exhibit {number}, p. {page} of {pages}" in text


def test_originals_lie_beside_the_pages_only_on_request_untouched_and_under_neutral_names(tmp_path):
    content = png_with_gps()
    builder = CaseBuilder().add_exhibit("7", f"{HIDDEN}.png", content).add_exhibit("8", "kept.txt", b"Withheld.", disclosable="")
    case = builder.write(tmp_path / "case")
    plain = make_dossier(folder_source(case), tmp_path / "plain", KEY, DAY)
    assert not (plain.folder / "data" / "exhibits").exists()
    made = make_dossier(folder_source(case), tmp_path / "bag", KEY, DAY, with_originals=True)
    kept = {path.name: path.read_bytes() for path in (made.folder / "data" / "exhibits").iterdir()}
    assert kept == {"exhibit-1.txt": builder.files["one.txt"], "exhibit-7.png": content}
    assert where(made.folder, HIDDEN, "Withheld.", *digests(b"Withheld.")) == {}
    assert any("metadata" in warning for warning in made.warnings)
    assert not any("metadata" in warning for warning in plain.warnings)


def test_no_byte_of_a_photographs_metadata_is_in_the_bag_unless_originals_are_asked_for(all_kinds):
    hay = haystack(all_kinds.folder)
    assert not [name for name, text in hay.items() if "secretmaker" in text or "secretcomment" in text]


def test_the_printed_page_is_the_index_on_every_page(all_kinds):
    texts = page_texts(pdf_of(all_kinds))
    for index, text in enumerate(texts, 1):
        stamped = re.search(r"Exhibit [0-9.a-z]+, p\. \d+ of \d+\s+(?:DRAFT\s+)?(\d+)\b", text)
        printed = stamped[1] if stamped else re.search(r"(\d+) / \d+\s*$", text.strip())[1]
        assert int(printed) == index


def test_landscape_pages_stay_landscape(all_kinds):
    pages = page_texts(pdf_of(all_kinds))
    with pikepdf.Pdf.open(io.BytesIO(pdf_of(all_kinds))) as pdf:
        for number, wide in (("2", False), ("5", True), ("6", True)):
            page = pdf.pages[next(i for i, text in enumerate(pages) if f"Exhibit {number}, p. 1 of 1" in text)]
            turned = int(page.obj.get("/Rotate", 0)) % 180 == 90
            box = page.mediabox
            assert (float(box[2] - box[0]) > float(box[3] - box[1])) != turned if wide else True, number
            if not wide:
                assert (float(box[2] - box[0]) < float(box[3] - box[1])) != turned


def test_title_language_and_bookmarks_are_set_and_each_exhibit_has_a_bookmark_that_leads_to_its_page(all_kinds):
    pages = page_texts(pdf_of(all_kinds))
    with pikepdf.Pdf.open(io.BytesIO(pdf_of(all_kinds))) as pdf:
        assert str(pdf.Root.Lang).startswith("en")
        assert "The accusation against Person Q" in str(pdf.docinfo["/Title"])
        with pdf.open_metadata() as about:
            assert "The accusation against Person Q" in str(about["dc:title"])
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "B")
        lead = {title: target for title, target in _bookmarks(pdf) if title.startswith("Exhibit ")}
    assert set(lead) == {f"Exhibit {number}: Paper {number}" for number in ("1", *GOOD)}
    for title, target in lead.items():
        assert f"{title.split(':')[0]}, p. 1 of" in pages[target]


def _bookmarks(pdf):
    index = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}

    def walk(item):
        while item is not None:
            target = item.get("/Dest") if "/Dest" in item else item.get("/A", {}).get("/D")
            if target is not None and isinstance(target, pikepdf.Array):
                yield str(item.Title), index[target[0].objgen]
            if "/First" in item:
                yield from walk(item.First)
            item = item.get("/Next")

    return list(walk(pdf.Root.Outlines.First))


def test_links_to_an_exhibit_lead_to_its_first_page(all_kinds):
    data = pdf_of(all_kinds)
    pages = page_texts(data)
    with pikepdf.Pdf.open(io.BytesIO(data)) as pdf:
        index = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        links = []
        for page in pdf.pages:
            for note in page.obj.get("/Annots", []):
                assert "/URI" not in note.get("/A", {}), "a link to the outside, or one that was left over"
                target = note.get("/Dest") if "/Dest" in note else note.get("/A", {}).get("/D")
                found = re.search(r"Exhibit ([0-9.a-z]+), page 1 of", str(note.get("/Contents", "")))
                if found and isinstance(target, pikepdf.Array):
                    links.append((found[1], index[target[0].objgen]))
    assert {number for number, _ in links} == {"1", *GOOD}
    for number, target in links:
        assert f"Exhibit {number}, p. 1 of" in pages[target]


def test_the_list_of_exhibits_names_the_page_on_which_each_begins(all_kinds):
    pages = page_texts(pdf_of(all_kinds))
    begins = {n: next(i for i, text in enumerate(pages, 1) if f"Exhibit {n}, p. 1 of" in text) for n in ("1", *GOOD)}
    listing = " ".join(text for text in pages if "List of exhibits" in text or "SHA-256" in text).replace("\r", "")
    for number, page in begins.items():
        assert re.search(rf"Exhibit\s+{number}\b[\s\S]*?\b{page}\b", listing), number


def test_characters_without_a_glyph_are_shown_by_code_and_counsel_is_warned(all_kinds):
    page = next(text for text in page_texts(pdf_of(all_kinds)) if "Exhibit 9, p. 1 of 1" in text)
    for code in ("U+4E2D", "U+6587", "U+202E"):
        assert code in page
        assert any("exhibit 9" in warning and code in warning for warning in all_kinds.warnings)
    assert "Гулрухсор" in page


def test_no_metadata_of_a_picture_and_no_script_of_a_pdf_stands_in_the_pages(all_kinds):
    hay = {name: text for name, text in haystack(all_kinds.folder).items() if name.startswith("data/dossier.pdf")}
    assert not [(word, name) for word in ("SECRETMAKER", "secret word", "/javascript", "/openaction") for name, text in hay.items()
                if word.casefold() in text and "page" not in name]  # fmt: skip


def test_a_long_text_is_set_on_as_many_pages_as_it_takes(tmp_path):
    made = dossier(CaseBuilder().add_exhibit("2", "long.txt", b"word " * 20_000 + b"\nx" * 3_000), tmp_path)
    texts = page_texts(pdf_of(made))
    assert len(texts) == made.pages > 50
    assert "p. 50 of" in "\n".join(texts)


BAD = {
    "a password": ("{}.pdf", nasty.user_password(), "password"),
    "an empty PDF": ("{}.pdf", b"", "read"),
    "torn bytes": ("{}.pdf", b"%PDF-1.7 rubbish", "read"),
    "no pages": ("{}.pdf", nasty.no_pages(), "no pages"),
    "an unknown kind": ("{}.docx", b"PK\x03\x04", "not supported"),
    "an empty picture": ("{}.png", b"", "picture"),
    "a torn picture": ("{}.jpg", nasty.jpeg_with_gps()[:300], "read"),
    "text that is not UTF-8": ("{}.txt", "Zorvanell\xe9".encode("latin-1"), "UTF-8"),
}


@pytest.mark.parametrize("kind", BAD)
def test_an_exhibit_that_cannot_be_shown_is_named_by_its_number_and_nothing_is_written(kind, tmp_path, capfd):
    name, content, why = BAD[kind]
    builder = CaseBuilder().add_exhibit("2", name.format(HIDDEN), content, title=f"Letter of {HIDDEN}")
    with pytest.raises(HabeasError) as caught:
        dossier(builder, tmp_path)
    assert "exhibit 2" in str(caught.value)
    assert why in str(caught.value)
    assert HIDDEN.casefold() not in (str(caught.value) + "".join(capfd.readouterr())).casefold()
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def test_a_file_that_vanishes_after_the_check_is_named_by_number_alone(tmp_path):
    case = CaseBuilder().add_exhibit("2", f"{HIDDEN}.txt", b"x").write(tmp_path / "case")

    def vanish(what, done, _of):
        if "xamin" in what and done:
            (case / "exhibits" / f"{HIDDEN}.txt").unlink(missing_ok=True)

    with pytest.raises(HabeasError) as caught:
        make_dossier(folder_source(case), tmp_path / "bag", KEY, DAY, progress=vanish)
    assert HIDDEN not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["case"]


def run(*words):
    code = "import sys; from habeas.cli import main; sys.argv[0] = 'habeas'; main()"
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, encoding="utf-8", check=False)


def test_the_command_says_one_thing_about_a_bad_exhibit_and_shows_no_traceback_and_no_text_of_the_case(tmp_path):
    builder = CaseBuilder().add_exhibit("2", f"{HIDDEN}.pdf", nasty.user_password(), title=HIDDEN)
    key = tmp_path / "key.pem"
    key.write_bytes(KEY.to_pem(None))
    done = run("dossier", builder.write(tmp_path / "case"), "--out", tmp_path / "bag", "--sign-key", key, "--date", "2026-11-22")
    said = done.stdout + done.stderr
    assert done.returncode == 3
    assert "exhibit 2" in said
    assert not [word for word in (HIDDEN, "Traceback", "Person Q", "Corvonte", "Abernard", 'File "') if word in said]
    assert not (tmp_path / "bag").exists()


@pytest.mark.parametrize("language", ["русский", "q", "Spanish", "de_DE", "1 2", "中文"])
def test_whatever_stands_for_a_language_a_dossier_is_made(language, tmp_path):
    builder = CaseBuilder(language=language)
    builder.tables["exhibits"][0]["language"] = language
    assert dossier(builder, tmp_path).verdict.good


def test_odd_characters_in_the_rows_are_shown_by_code_and_stop_nothing(tmp_path):
    odd = "<svg 中国 \u202e\u200b *_#$`\\ @x <a> ]"
    builder = CaseBuilder(title=odd).change("S001", quote=odd, summary=odd).change("S002", summary=odd, locator=odd, shown_as=odd)
    builder.tables["exhibits"][0]["title"] = odd
    made = dossier(builder, tmp_path)
    assert made.verdict.good
    assert "U+4E2D" in "\n".join(page_texts(pdf_of(made)))


def test_a_case_without_any_exhibit_and_one_whose_items_are_not_attached_make_dossiers(tmp_path):
    bare = CaseBuilder()
    bare.tables["exhibits"], bare.files = [], {}
    for row in bare.statements:
        row.pop("exhibit", None)
        row.pop("locator", None)
    assert dossier(bare, tmp_path / "a").exhibits == 0
    made = dossier(CaseBuilder().add_exhibit("2", "", None), tmp_path / "b")
    assert made.exhibits == 1
    assert "not attached" in "\n".join(page_texts(pdf_of(made)))


# --- the statements leave as a table that can be read again ----------------------------------------------------------------------


def test_the_table_of_statements_can_be_read_again(bag_of_canaries, tmp_path):
    bag = bag_of_canaries[2]
    CaseBuilder().write(tmp_path / "case")
    shutil.copy(bag / "data" / "statements.csv", tmp_path / "case" / "statements.csv")
    (tmp_path / "case" / "exhibits.csv").unlink()
    again = read_folder(tmp_path / "case").case
    assert [s.id for s in again.statements] == ["S001", "S002", "S003", "S004"]
    assert all(s.disclosable for s in again.statements)


def test_a_cell_that_a_spreadsheet_would_obey_is_quoted(tmp_path):
    made = dossier(CaseBuilder().change("S002", summary="=HYPERLINK(1)", shown_as="@neighbour"), tmp_path)
    table = (made.folder / "data" / "statements.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK(1)" in table
    assert "'@neighbour" in table


# --- the seal --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sealed(tmp_path_factory):
    return dossier(CaseBuilder().add_exhibit("2", "two.txt", b"Two.\n"), tmp_path_factory.mktemp("sealed"), with_originals=True).folder


def files_of(bag):
    return sorted(str(path.relative_to(bag).as_posix()) for path in bag.rglob("*") if path.is_file())


def stock(bag):
    """What the copy of verify.py inside the bag says, run alone."""
    return subprocess.run(
        [sys.executable, "-I", str(bag / "verify.py"), str(bag), "--key", KEY.fingerprint], capture_output=True, check=False
    ).returncode


def test_a_dossier_is_unchanged_for_the_program_and_for_the_copy_within(sealed):
    assert verify_folder(sealed, KEY.fingerprint).state is State.UNCHANGED
    assert verify_folder(sealed).state is State.SIGNER_UNKNOWN
    assert stock(sealed) == 0


def test_every_flipped_removed_emptied_or_lengthened_file_is_found_and_named(sealed, tmp_path):
    names = files_of(sealed)
    assert {"verify.py", "VERIFY.txt", "data/dossier.pdf", "signer.pem", "tagmanifest-sha256.txt.sig"} <= set(names)
    for name in names:
        original = (sealed / name).read_bytes()
        for at, changed in enumerate((
            bytes([original[0] ^ 1]) + original[1:], original[:-1] + bytes([original[-1] ^ 1]), original[:-1], original + b"\n", b"", None,
        )):  # fmt: skip
            bag = shutil.copytree(sealed, tmp_path / f"{names.index(name)}-{at}")
            if changed is None:
                (bag / name).unlink()
            else:
                (bag / name).write_bytes(changed)
            verdict = verify_folder(bag, KEY.fingerprint)
            assert not verdict.good, (name, at)
            assert verdict.problems, (name, at)
            shutil.rmtree(bag)


@pytest.mark.parametrize("name", ["extra.txt", "data/extra.txt", "data/exhibits/exhibit-3.txt", "data/.hidden", "__pycache__/verify.pyc"])
def test_an_added_file_is_found_and_named(name, sealed, tmp_path):
    bag = shutil.copytree(sealed, tmp_path / "bag")
    (bag / name).parent.mkdir(exist_ok=True)
    (bag / name).write_bytes(b"x")
    verdict = verify_folder(bag, KEY.fingerprint)
    assert verdict.state is State.CHANGED
    assert name in {problem.where for problem in verdict.problems}
    assert stock(bag) == 1


def test_two_swapped_exhibits_are_found(sealed, tmp_path):
    bag = shutil.copytree(sealed, tmp_path / "bag")
    one, two = bag / "data/exhibits/exhibit-1.txt", bag / "data/exhibits/exhibit-2.txt"
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert {p.where for p in verify_folder(bag, KEY.fingerprint).problems} >= {"data/exhibits/exhibit-1.txt", "data/exhibits/exhibit-2.txt"}


def test_a_bag_signed_anew_by_another_key_is_said_to_be(sealed, tmp_path):
    payload = {name.removeprefix("data/"): (sealed / name).read_bytes() for name in files_of(sealed) if name.startswith("data/")}
    other = SigningKey.generate()
    write_bag(tmp_path / "bag", lay_out({**payload, "dossier.pdf": b"%PDF-1.7 forged"}, recipient_kit(), (), other))
    assert verify_folder(tmp_path / "bag", KEY.fingerprint).state is State.OTHER_KEY
    assert verify_folder(tmp_path / "bag").state is State.SIGNER_UNKNOWN
    assert stock(tmp_path / "bag") == 1


def test_a_dossier_is_never_written_over_another(sealed, tmp_path):
    bag = shutil.copytree(sealed, tmp_path / "bag")
    before = {name: (bag / name).read_bytes() for name in files_of(bag)}
    with pytest.raises(HabeasError):
        make_dossier(folder_source(CaseBuilder().write(tmp_path / "case")), bag, KEY, DAY)
    assert {name: (bag / name).read_bytes() for name in files_of(bag)} == before


# --- the memorandum --------------------------------------------------------------------------------------------------------------


def test_the_memorandum_says_privileged_on_every_page_and_asks_of_each_exhibit(tmp_path):
    case = CaseBuilder().add_exhibit("2", "two.txt", b"x", form="transcription", disclosable="").write(tmp_path / "case")
    texts = page_texts(make_memorandum(folder_source(case).case, DAY))
    assert not [number for number, text in enumerate(texts, 1) if "PRIVILEGED" not in text.upper()]
    whole = flat(" ".join(texts))
    for line in ("Exhibit 2. Paper 2", "it is a transcription: where is the original, and who compared them?", "from whom was it obtained?"):
        assert flat(line) in whole
    assert flat("Ravella Corvonte") in whole, "counsel reads the names"


def test_a_memorandum_can_be_made_where_nothing_is_disclosable(tmp_path):
    case = CaseBuilder().change("S001", disclosable="").write(tmp_path / "case")
    assert make_memorandum(folder_source(case).case, DAY)[:5] == b"%PDF-"


def test_the_memorandum_is_the_same_for_the_same_input_and_day(tmp_path):
    case = CaseBuilder().write(tmp_path / "case")
    assert make_memorandum(folder_source(case).case, DAY) == make_memorandum(folder_source(case).case, DAY)
    assert make_memorandum(folder_source(case).case, DAY) != make_memorandum(folder_source(case).case, date(2026, 11, 23))


def into_a_bag(bag, tmp_path, monkeypatch, how):
    if how == "a relative name":
        monkeypatch.chdir(bag / "data")
        return Path("memo.pdf")
    if how == "dots":
        (tmp_path / "beside").mkdir()
        return tmp_path / "beside" / ".." / "bag" / "memo.pdf"
    if how == "a link":
        (tmp_path / "link").symlink_to(bag / "data", target_is_directory=True)
        return tmp_path / "link" / "memo.pdf"
    return bag / ("memo.pdf" if how == "its top" else "data/exhibits/memo.pdf")


@pytest.mark.parametrize("how", ["its top", "a folder within", "a relative name", "dots", "a link"])
def test_the_memorandum_is_refused_inside_a_bag(how, sealed, tmp_path, monkeypatch):
    bag = shutil.copytree(sealed, tmp_path / "bag")
    with pytest.raises(BadInput):
        write_memorandum(into_a_bag(bag, tmp_path, monkeypatch, how), b"%PDF-")
    assert verify_folder(bag, KEY.fingerprint).state is State.UNCHANGED


def test_the_memorandum_is_written_for_its_owner_alone_and_never_over_a_file(tmp_path):
    out = tmp_path / "memo.pdf"
    write_memorandum(out, b"%PDF-one")
    if os.name == "posix":
        assert out.stat().st_mode & 0o077 == 0
    with pytest.raises(BadInput):
        write_memorandum(out, b"%PDF-two")
    assert out.read_bytes() == b"%PDF-one"


# --- figures of what leaves ------------------------------------------------------------------------------------------------------


def test_the_sentence_on_the_first_page_is_that_of_what_leaves(tmp_path):
    made = dossier(CaseBuilder().change("S004", disclosable=""), tmp_path)
    assert (made.full.belief.must_be_wrong, made.frozen.belief.must_be_wrong) == (2, 1)
    assert flat(made.frozen.belief.sentence) in flat(page_texts(pdf_of(made))[0])
    assert any("lowers the figure" in warning for warning in made.warnings)
    assert where(made.folder, "lowers the figure") == {}


def test_warnings_for_counsel_are_in_no_file_of_the_bag(bag_of_canaries, tmp_path):
    made = dossier(CaseBuilder().change("S003", disclosable=""), tmp_path)
    assert made.warnings
    hay = {name: flat(text) for name, text in haystack(made.folder).items()}
    assert not [(said, name) for said in made.warnings for name, text in hay.items() if flat(said) in text]


def test_frozen_figures_are_those_of_a_case_that_never_held_the_withheld_rows(tmp_path):
    builder = CaseBuilder().add(speaker="Hidden Uno", act="departed", denied="true", when="1977-09-22", place=MONTEVIDEO, disclosable="")
    with_it = freeze(examine_folder(builder.write(tmp_path / "a"))).examination
    without = freeze(examine_folder(CaseBuilder().write(tmp_path / "b"))).examination
    assert msgspec.json.encode(with_it) == msgspec.json.encode(without)


# --- beside other cases ------------------------------------------------------------------------------------------------------------


def beside(folder, count=3, recipient="A court"):
    return read_folders([signed_case(n, recipient=recipient).write(folder / f"other{n}") for n in range(1, count + 1)])


def test_a_dossier_shows_the_mould_beside_other_cases_and_nothing_else_of_them(tmp_path):
    foreign = beside(tmp_path)
    made = dossier(signed_case(9), tmp_path, foreign=foreign)
    text = " ".join(page_texts(pdf_of(made)))
    assert "Wording shared with statements in other cases" in text and "Statement D" in text and "Statement E" not in text
    assert "complaints against anyone" in text and "2016-06" in text
    hidden = [word for n in (1, 2, 3) for word in (f"Zorvan{n}elle", f"other{n}", f"Person {n}", f"{3 + n} May 2016", f"2016-06-0{1 + n}")]
    assert where(made.folder, *hidden) == {}
    shared = msgspec.json.decode((made.folder / "data" / "findings.json").read_bytes())["shared_with_other_cases"]
    assert [len(one["lines"]) for one in shared] == [4]
    (found,) = made.beside.found
    assert found.inputs in " ".join(made.warnings) and where(made.folder, found.inputs) == {}


def test_a_confirmed_mould_is_shown_outside_a_draft_and_an_unconfirmed_one_is_not(tmp_path):
    foreign = beside(tmp_path)
    first = dossier(signed_case(9), tmp_path / "first", foreign=foreign)
    (shared,) = first.beside.found
    one = next(f for f in first.full.findings if f.bears_on is BearsOn.ACCUSATION)
    confirmed = {"decision": "confirmed", "reviewer": "M. R.", "on": "2026-11-20"}
    plain = signed_case(9).row("reviews", finding=one.id, inputs=one.inputs, **confirmed)
    without = dossier(plain, tmp_path / "without", foreign=foreign)
    assert not without.draft and "left out" in " ".join(without.warnings)
    assert "shared_with_other_cases" not in (without.folder / "data" / "findings.json").read_text("utf-8")
    both = signed_case(9).row("reviews", finding=one.id, inputs=one.inputs, **confirmed)
    both.row("reviews", finding=shared.id, inputs=shared.inputs, **confirmed)
    shown = dossier(both, tmp_path / "both", foreign=foreign)
    assert not shown.draft and "Confirmed by M. R." in " ".join(page_texts(pdf_of(shown)))
    assert "shared_with_other_cases" in (shown.folder / "data" / "findings.json").read_text("utf-8")
    assert shared.id not in " ".join(shown.warnings)


def test_counsel_who_chooses_wording_alone_gets_no_finding_with_it(tmp_path):
    (shared,) = dossier(signed_case(9), tmp_path / "first", foreign=beside(tmp_path)).beside.found
    made = dossier(signed_case(9), tmp_path / "second", foreign=read_folders([signed_case(1).write(tmp_path / "again")]), chosen=(shared.id,))
    assert made.findings == 0 and len(made.beside.groups) == 1
