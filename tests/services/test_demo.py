"""The demonstration: from the folder that ships with the program to a verified dossier."""

import contextlib
import json
import subprocess
import sys

import pytest
from simulators.bag_search import digests, page_texts, where

from habeas.domain.errors import BadInput
from habeas.intake.folder import read_folder
from habeas.seal.verify import State, verify_folder
from habeas.services.demo import run_demo

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return run_demo(tmp_path_factory.mktemp("demo") / "out")


def test_it_writes_a_verified_dossier_a_memorandum_and_a_timeline(demo):
    assert demo.dossier.verdict.state is State.UNCHANGED
    assert verify_folder(demo.dossier.folder, demo.dossier.fingerprint).state is State.UNCHANGED
    assert demo.memorandum.read_bytes()[:5] == b"%PDF-"
    assert demo.timeline.read_text(encoding="utf-8").startswith("<svg ")


def test_nothing_that_the_example_holds_back_stands_in_its_bag(demo):
    case = read_folder(demo.case).case
    withheld = [row for row in case.statements if not row.disclosable]
    assert withheld
    words = [row.summary for row in withheld if row.summary] + [row.id for row in withheld]
    for one in case.exhibits:
        if not one.disclosable:
            words += [one.title, *([one.file, *digests((demo.case / "exhibits" / one.file).read_bytes())] if one.file else [])]
    assert where(demo.dossier.folder, *words) == {}


def test_no_page_prints_a_code_point_in_place_of_a_sign_of_our_own(demo):
    texts = page_texts((demo.dossier.folder / "data" / "dossier.pdf").read_bytes())
    assert len(texts) == demo.dossier.pages
    assert not [number for number, text in enumerate(texts, 1) if "U+" in text]


def test_ordinary_words_of_the_example_are_left_as_they_are(demo):
    text = " ".join(" ".join(page_texts((demo.dossier.folder / "data" / "dossier.pdf").read_bytes())).split())
    assert "as a result of their inquiry" in text


def test_the_first_page_prints_the_sentence_and_all_fits_on_it(demo):
    first, second = page_texts((demo.dossier.folder / "data" / "dossier.pdf").read_bytes())[:2]
    assert " ".join(demo.dossier.frozen.belief.sentence.split()) in " ".join(first.split())
    assert "In short" in first
    assert "Contents" in second


def test_no_page_of_the_authored_part_is_all_but_empty(demo):
    texts = page_texts((demo.dossier.folder / "data" / "dossier.pdf").read_bytes())
    assert not [number for number, text in enumerate(texts, 1) if len(text.split()) < 40 and ", p. " not in text]


def test_it_replaces_an_earlier_demonstration_and_nothing_else(demo, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput):
        run_demo(folder)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_a_folder_of_a_demonstration_in_which_somebody_put_a_file_is_not_emptied(tmp_path):
    run_demo(tmp_path / "out")
    (tmp_path / "out" / "my-notes.txt").write_text("mine", encoding="utf-8")
    with contextlib.suppress(BadInput):
        run_demo(tmp_path / "out")
    assert (tmp_path / "out" / "my-notes.txt").exists()


def test_the_command_runs_and_names_what_it_wrote(tmp_path):
    code = "import sys; from habeas.cli import main; sys.argv[0] = 'habeas'; main()"
    words = [sys.executable, "-c", code]
    done = subprocess.run([*words, "demo", "--out", str(tmp_path / "out")], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    for name in ("dossier.pdf", "memorandum.pdf", "timeline.svg", "VERIFY.txt"):
        assert name in done.stdout
    assert "Traceback" not in done.stderr
    checked = subprocess.run([*words, "verify", str(tmp_path / "out" / "dossier"), "--json"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0
    assert json.loads(checked.stdout)
