"""Documents agree with the program."""

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import jsonschema
import msgspec
import pytest
from click.testing import CliRunner

from habeas.cli import main
from habeas.domain.finding import Certainty, Examination, Kind
from habeas.dossier.error_rates import rates
from habeas.dossier.words import kind_title
from habeas.intake.folder.columns import SIDE_TABLES

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(document):
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    lost = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert not lost


def test_the_readme_names_only_commands_that_exist():
    words = set(re.findall(r"habeas ([a-z]+) ", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert words <= set(main.commands)
    targets = set(re.findall(r"make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert targets - {"alone"} <= set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def _command(words):
    """The command that some words name, as far as they do."""
    found = main
    for word in words:
        if not isinstance(found, click.Group) or word not in found.commands:
            break
        found = found.commands[word]
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_the_documents_exists_with_the_options_that_are_named(document):
    text = document.read_text(encoding="utf-8")
    told = re.findall(r"(?:\$ +|`)habeas +([^`\n#>]+)", text)
    for line in told:
        words = line.replace("|", " ").split()
        group = words[0] in ("vault", "case", "exhibit")
        command = _command(words)
        assert words[0] in main.commands, line
        assert (
            not group or len(words) < 2 or not words[1].islower() or not isinstance(command, click.Group) or command.name not in ("vault", "case")
        ), line
        options = {name for one in command.params for name in one.opts}
        assert {word.split("=")[0] for word in words if word.startswith("--")} <= options | {"--help", "--json", "--vault"}, line


@pytest.mark.parametrize("kind", Kind)
def test_the_guide_tells_every_kind_of_finding(kind):
    assert f"`{kind}`" in (ROOT / "docs" / "guide" / "en" / "findings.md").read_text(encoding="utf-8")


HEADINGS = ["What it claims", "On which presumptions", "When it does not fire", "How it can mislead", "How often it was wrong, on which material"]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_of_finding_has_a_page_with_the_same_five_answers_and_the_figures_that_a_dossier_prints(kind):
    text = (ROOT / "docs" / "guide" / "en" / "findings" / f"{kind}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {kind_title(kind)} (`{kind}`)\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    assert all(len(part.strip()) > 4 for part in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:])
    rate = next((one for one in rates() if one.kind is kind), None)
    if rate:
        assert f"{rate.hits + rate.missed} rows annotated, {rate.hits} found, {rate.missed} missed" in text and rate.unconfirmed == 0
    else:
        assert "Not measured on real files" in text


@pytest.mark.parametrize("certainty", Certainty)
def test_the_glossary_tells_every_certainty(certainty):
    assert f"| {certainty} (" in (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", SIDE_TABLES, ids=lambda table: table.stem)
def test_the_format_names_every_column_of_the_side_tables(table):
    text = (ROOT / "docs" / "formats" / "case-folder.md").read_text(encoding="utf-8")
    assert all(name in text for name in table.names)


def test_the_published_schema_is_that_of_the_records_and_the_demo_fits_it():
    published = json.loads((ROOT / "docs" / "formats" / "examination.schema.json").read_text(encoding="utf-8"))
    ours = json.loads(msgspec.json.encode(msgspec.json.schema(Examination)))
    assert published["$defs"] == ours["$defs"]
    said = CliRunner().invoke(main, ["examine", str(ROOT / "src" / "habeas" / "demo_case" / "castro-1977"), "--json"])
    assert said.exit_code == 0
    jsonschema.validate(json.loads(said.stdout), published)
    belief = json.loads(said.stdout)["belief"]
    assert set(belief) >= {
        "must_be_wrong", "with_presumptions", "if_unknown_merged", "sets", "carriers", "to_deny", "deny_sets", "exact", "versions", "excluded",
    }  # fmt: skip


def test_no_committed_file_names_a_registry_host_or_a_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split("\n")
    hosts = re.compile(rb"pypi\.org|pythonhosted\.|npmjs\.(org|com)|deb\.debian\.")
    named = [name for name in listed if name and hosts.search((ROOT / name).read_bytes())]
    assert not named


@pytest.mark.slow
def test_the_readme_s_sentence_is_the_one_that_the_demo_prints(tmp_path):
    said = subprocess.run([sys.executable, "-m", "habeas", "demo", "--out", str(tmp_path / "out")], capture_output=True, text=True, check=True).stdout
    sentence = re.search(r"> \*(To accept.*?)\*", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert " ".join(sentence[1].replace("\n>", " ").split()) in " ".join(said.split())
