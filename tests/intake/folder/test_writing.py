"""What was written reads back as the same case; a target is whole or not there, and nothing that stands is touched."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.domain.case import Appeal, Case, Consent, Decision, Exhibit, Form, KnownPlace, Review, Tie, VoicePair
from habeas.domain.errors import BadInput
from habeas.domain.statement import CIRCUMSTANCE_KEYS, IDENTIFIER_KEYS, Act, HowKnown, Side, Statement
from habeas.domain.when import parse_when
from habeas.intake.folder import read_folder, write_folder
from habeas.intake.folder.reading import statement_row
from habeas.intake.folder.writing import folder_files

_hard = st.sampled_from(
    ["", '"', 'say "so"', "a,b", "a;b", "one\ntwo", "one\r\ntwo", "a\rb", "=1+1", "'=1", "''=", "@sum", "-x", "+7 495", "\tx", "'", "'tis", "Задержан", "😀", "e\u0301", "\u2028x", "x\u0085y",
     "\ufeffx", " x ", "a < b", "k=v; k=v", "#N/A", "007", "1977-08", "true", "\\u0041", "\\", "_x000D_"]
)  # fmt: skip
_any = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_text = (_hard | _any).map(lambda text: text if text.strip() else "")
_needed = _text.filter(bool)
_ids = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,6}", fullmatch=True)
_numbers = st.from_regex(r"[0-9]{1,3}[a-z]?", fullmatch=True)
_day = st.none() | st.sampled_from(["1977-08-01", "1977-08~", "../1977", "1977-08-01T10:30", "1976-XX"]).map(parse_when)
_values = _text.map(lambda text: text.replace(";", ",").strip())


def _pairs(keys):
    return st.dictionaries(st.sampled_from(keys), _values, max_size=3).map(lambda found: tuple(found.items()))


_relay = _needed.map(lambda text: text.strip().replace("<", "—"))
_statements = st.builds(
    Statement,
    id=_ids, person=_text, speaker=_text, body=_text, side=st.sampled_from(Side), how_known=st.sampled_from(HowKnown),
    relayed_by=st.lists(_relay, max_size=2).map(tuple), stated_on=_day, act=st.sampled_from(Act), denied=st.booleans(), when=_day, place=_text, to_place=_text,
    identifiers=_pairs(IDENTIFIER_KEYS), circumstances=_pairs(CIRCUMSTANCE_KEYS), event=_text, summary=_text, quote=_text, quote_translation=_text,
    exhibit=st.just(""), locator=_text, disclosable=st.booleans(), shown_as=_text,
)  # fmt: skip
_cases = st.builds(
    Case,
    title=_needed, pseudonym=_text, person=_text, language=_text, identifiers=_pairs(IDENTIFIER_KEYS), notes=_text,
    statements=st.lists(_statements, max_size=3, unique_by=lambda one: one.id).map(tuple),
    exhibits=st.lists(st.builds(Exhibit, number=_numbers, title=_text, form=st.sampled_from(Form), method=_text, disclosable=st.booleans()), max_size=2, unique_by=lambda one: one.number).map(tuple),
    places=st.lists(st.builds(KnownPlace, name=_needed, latitude=st.floats(-90, 90), longitude=st.floats(-180, 180), radius_km=st.floats(0, 20_000), within=_text), max_size=1).map(tuple),
    appeals=st.lists(st.builds(Appeal, id=_ids, sent_on=_day, to_body=_text, reply=_text), max_size=1).map(tuple),
    consents=st.lists(st.builds(Consent, person=_needed, shown=st.sampled_from(["", "named", "none"]), given_on=_day, refused=st.booleans()), max_size=1).map(tuple),
    reviews=st.lists(st.builds(Review, finding=_needed, decision=st.sampled_from(Decision), reviewer=_needed, reason=_text), max_size=1).map(tuple),
    voices=st.lists(st.builds(VoicePair, voice=_needed, other=_needed, relation=st.sampled_from(Tie), why=_text), max_size=1).map(tuple),
)  # fmt: skip
ONE = Statement(id="S001", side=Side.STATE, act=Act.DEPARTED, summary='a\rb,"c"\n=1', speaker="=x", place="'=y", when=parse_when("1977-08~"))


@pytest.fixture(scope="module")
def there_and_back(tmp_path_factory):
    def go(case, ending):
        folder = tmp_path_factory.mktemp("case") / "case"
        write_folder(case, folder, ending=ending)
        return read_folder(folder).case

    return go


@settings(max_examples=25)
@given(case=_cases)
@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_a_case_reads_back_as_it_was_written(there_and_back, case, ending):
    assert there_and_back(case, ending) == case


@pytest.mark.slow
@settings(max_examples=15)
@given(case=_cases)
def test_a_case_reads_back_from_a_workbook_or_was_refused_at_once(there_and_back, case):
    cells = [text for statement in case.statements for text in statement_row(statement)]
    if any(re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", text) for text in cells):
        with pytest.raises(BadInput, match="XLSX"):
            folder_files(case, ending=".xlsx")
        return
    assert there_and_back(case, ".xlsx") == case


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_a_case_with_statements_and_one_without_read_back_in_every_form(there_and_back, ending):
    full = Case(title="t", accusation=("S001",), statements=(ONE, msgspec.structs.replace(ONE, id="S002", when=parse_when("@S001+P1D"))))
    assert there_and_back(full, ending) == full
    if ending != ".xlsx":
        assert there_and_back(Case(title="t"), ending) == Case(title="t")


@pytest.mark.parametrize(
    "statement",
    [
        {"identifiers": (("name_as_written", "Castro; seat=3"),)},
        {"circumstances": (("by", "a;b"),)},
        {"relayed_by": ("a < b",)},
        {"summary": "a\0b"},
        {"summary": "\ud800"},
    ],
    ids=["pair", "circumstance", "relay", "NUL", "lone surrogate"],
)
@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_what_would_not_read_back_is_refused_before_it_is_written(tmp_path, statement, ending):
    with pytest.raises(BadInput):
        write_folder(Case(title="t", statements=(msgspec.structs.replace(ONE, **statement),)), tmp_path / "case", ending=ending)
    assert list(tmp_path.iterdir()) == []


def test_the_same_case_gives_the_same_bytes():
    case = Case(title="t", statements=(ONE,))
    assert folder_files(case) == folder_files(case)


def test_side_tables_are_written_only_where_they_hold_something():
    assert set(folder_files(Case(title="t"))) == {"case.toml", "statements.csv", "exhibits.csv"}


def test_the_files_of_exhibits_are_written_beside_the_tables(tmp_path):
    case = Case(title="t", exhibits=(Exhibit(number="1", file="a.bin"),))
    write_folder(case, tmp_path / "case", {"a.bin": b"\0\xff\r\n"})
    assert (tmp_path / "case" / "exhibits" / "a.bin").read_bytes() == b"\0\xff\r\n"
    assert read_folder(tmp_path / "case").case == case


@pytest.mark.parametrize("name", ["../evil", "../../evil", "sub/evil", "..", ".", "", "a\\b"])
def test_no_file_is_written_outside_the_folder_of_exhibits(tmp_path, name):
    with pytest.raises(BadInput):
        write_folder(Case(title="t"), tmp_path / "deep" / "case", {name: b"x"})
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_half_written_folder_is_never_left(tmp_path):
    with pytest.raises(TypeError):
        write_folder(Case(title="t"), tmp_path / "case", {"a.bin": b"x", "b.bin": "text is no bytes"})
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BadInput):
        write_folder(Case(title="t", statements=(msgspec.structs.replace(ONE, summary="\x01"),)), tmp_path / "case", ending=".xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_is_not_touched(tmp_path):
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "mine").write_bytes(b"mine")
    with pytest.raises(BadInput, match="nothing was written"):
        write_folder(Case(title="t"), tmp_path / "case")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "case").iterdir()] == [("mine", b"mine")]
    with pytest.raises(BadInput, match="nothing was written"):
        write_folder(Case(title="t"), tmp_path / "case" / "mine")
    assert (tmp_path / "case" / "mine").read_bytes() == b"mine"


@pytest.mark.parametrize("there", ["case", "."])
def test_an_empty_folder_may_be_filled(tmp_path, monkeypatch, there):
    (tmp_path / "home" / "case").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "home" / ("" if there == "case" else "case"))
    write_folder(Case(title="t"), Path(there))
    assert read_folder(tmp_path / "home" / "case").case.title == "t"
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["case"]
