"""``habeas across``: from folders and from the vault, tables and JSON, and errors that say what would be right."""

import json

import pytest
from click.testing import CliRunner
from simulators.casework import signed_case
from simulators.offices import imported
from simulators.vaults import PASSPHRASE, make_vault

from habeas.cli import main
from habeas.seal.signature import SigningKey

COURT = "A court"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("cases")
    return [signed_case(number, recipient=COURT if number else "").write(root / f"c{number}") for number in range(6)]


def run(*words, code=0):
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert done.exit_code == code, (words, done.exit_code, done.output)
    assert "Traceback" not in done.output and "an error inside" not in done.output
    return done.stdout + done.stderr


def test_folders_side_by_side_show_the_mould_its_chart_and_the_patterns(folders):
    said = run("across", "look", *folders)
    assert "Wording shared across cases: 1 group" in said
    assert "c1\tS001\tCaptain K1 / Office North\t2 June 2016" in said
    assert "⟦" in said and "It is no proof of any" in said
    assert "Patterns: 6 cases, 6 dated to a week" in said
    assert "within 30 days after a complaint\t6/6" in said and "p ≤ 0.016" not in said and "office\tOffice North\t6/6" in said


def test_json_has_ids_spans_and_figures_and_no_text(folders):
    said = run("across", "look", *folders, "--json")
    found = json.loads(said)
    assert len(found["groups"][0]["statements"]) == 6 and found["patterns"]["cases"] == 6
    assert "complaints" not in said and "Zorvan" not in said


def test_the_export_of_folders_counts_only_those_that_consent(folders, tmp_path):
    words = [word for folder in folders for word in ("--folder", folder)]
    said = run("across", "export", *words, "--recipient", COURT, "--out", tmp_path / "out")
    assert "READ-ME.txt" in said and "two exports that differ by one case" in said
    assert "over 5 cases" in (tmp_path / "out" / "READ-ME.txt").read_text("utf-8")
    assert "0 of 6 cases consent" in run("across", "export", *words, "--recipient", "A ministry", "--out", tmp_path / "no", code=2)
    assert not (tmp_path / "no").exists()
    assert "not empty" in run("across", "export", *words, "--recipient", COURT, "--out", tmp_path / "out", code=3)
    assert "either" in run("across", "export", "--recipient", COURT, "--out", tmp_path / "no", code=2)


def test_one_folder_alone_is_refused(folders):
    assert "two cases at least" in run("across", "look", folders[0], code=2)


@pytest.mark.slow
def test_the_whole_way_with_a_vault(folders, tmp_path):
    (tmp_path / "pw").write_text(PASSPHRASE, encoding="utf-8")
    with make_vault(tmp_path / "vault", "A1") as vault:
        cids = [imported(vault, signed_case(n, recipient=COURT if n else ""), tmp_path / f"case{n}") for n in range(6)]
    more = ["--vault", tmp_path / "vault", "--passphrase-file", tmp_path / "pw"]
    joint = run("across", "new", *cids, *more).split("\n")[0]
    assert "Wording shared across cases: 1 group" in run("across", "run", joint, *more)
    run("case", "add", cids[0], "form", "id=F1", "words=I have been told what false statements lead to", "marked_by=M. R.", *more)
    assert "Marked form 1" in (again := run("across", "run", joint, *more)) and "This is look 2 at these cases" in again
    run("across", "export", joint, "--recipient", COURT, "--out", tmp_path / "out", *more)
    assert "this is a case" in run("across", "run", cids[0], *more, code=3)
    (tmp_path / "key.pem").write_bytes(SigningKey.generate().to_pem(None))
    beside = [word for cid in cids[1:4] for word in ("--beside", cid)]
    made = ["dossier", "--case", cids[0], "--sign-key", tmp_path / "key.pem", "--out", tmp_path / "bag"]
    assert "belong together" in run(*made, *beside, *more, code=2)
    assert "a case is wanted" in run("examine", "--case", joint, *more, code=2)
    assert "the case itself is among --beside" in run(*made, "--beside", cids[0], "--recipient", COURT, *more, code=2)
    assert "3 of 3 other cases consent" in (said := run(*made, *beside, "--recipient", COURT, *more))
    assert "not confirmed for inputs" in said and "⟦name⟧" in said


@pytest.mark.slow
def test_a_dossier_of_a_folder_beside_other_folders(folders, tmp_path):
    (tmp_path / "key.pem").write_bytes(SigningKey.generate().to_pem(None))
    said = run("dossier", folders[1], "--sign-key", tmp_path / "key.pem", "--out", tmp_path / "bag", "--beside", folders[0], "--beside", folders[2],
               "--recipient", COURT)  # fmt: skip
    assert "1 of 2 other cases consent" in said
    assert "shared_with_other_cases" in (tmp_path / "bag" / "data" / "findings.json").read_text("utf-8")
