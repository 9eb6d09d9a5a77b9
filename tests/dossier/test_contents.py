"""What stands in a dossier and a memorandum, as data: nothing that is counsel's alone in the one, everything in the other."""

import json

import msgspec
from simulators.case_builder import BUENOS_AIRES, MONTEVIDEO, CaseBuilder

from habeas.domain.finding import BearsOn, Kind
from habeas.dossier.contents import ForCounsel, dossier_data, memorandum_data
from habeas.dossier.words import kind_title
from habeas.examine.hypotheses import matrix
from habeas.examine.record import Record
from habeas.services.disclosing import freeze
from habeas.services.examining import examine_folder


def prepared(builder, folder):
    examined = examine_folder(builder.write(folder / "case"))
    return examined, freeze(examined)


def dossier_of(builder, folder):
    _, frozen = prepared(builder, folder)
    return dossier_data(frozen.redacted.case, frozen.examination, frozen.selection, (), {})


def memorandum_of(builder, folder):
    examined, frozen = prepared(builder, folder)
    exhibits = [(exhibit, ()) for exhibit in examined.case.exhibits]
    hypotheses = matrix(Record(examined.case, examined.places), examined.case)
    return memorandum_data(examined.case, examined.examination, ForCounsel(hypotheses=hypotheses), frozen.selection, exhibits)


def two_dates():
    builder = CaseBuilder()
    for when in ("1977-08-04", "1977-08-14"):
        builder.add(side="family", speaker=f"Kin of {when}", act="appeal_sent", when=when, event="the report", place=MONTEVIDEO, stated_on="1977-10")
    return builder


def test_the_dossier_holds_nothing_that_is_counsels_alone(tmp_path):
    examined, frozen = prepared(two_dates(), tmp_path)
    assert [one for one in frozen.examination.findings if one.bears_on is BearsOn.OWN_ACCOUNT]
    text = json.dumps(dossier_data(frozen.redacted.case, frozen.examination, frozen.selection, (), {}), ensure_ascii=False)
    told = [line for one in (*examined.examination.findings, *frozen.examination.findings) for line in one.would_change]
    assert told
    assert not [line for line in told if line in text]
    assert not [one.id for one in frozen.examination.findings if one.bears_on is BearsOn.OWN_ACCOUNT and (one.id in text or one.explanation in text)]
    assert not [key for key in ("would_change", "to_deny", "deny_sets", "m_sets", "warnings_head") if f'"{key}"' in text]


def test_the_memorandum_holds_own_account_first_and_what_would_change_every_finding(tmp_path):
    examined, _ = prepared(two_dates(), tmp_path / "a")
    data = memorandum_of(two_dates(), tmp_path / "b")
    assert [one["id"] for one in data["own"]] == [one.id for one in examined.examination.findings if one.bears_on is BearsOn.OWN_ACCOUNT]
    told = {one["id"]: one["would_change"] for one in (*data["own"], *data["findings"])}
    assert told == {one.id: list(one.would_change) for one in examined.examination.findings}
    assert data["belief"]["m"] == examined.examination.belief.to_deny
    assert len(data["belief"]["m_sets"]) == len(examined.examination.belief.deny_sets)
    assert data["own"][0]["number"] == 1
    assert data["findings"][0]["number"] == len(data["own"]) + 1


def test_what_contradicts_and_what_supports_are_kept_apart(tmp_path):
    builder = CaseBuilder().add(side="press", speaker="Port Reporter", act="departed", when="1977-09-22", place=MONTEVIDEO, to_place=BUENOS_AIRES,
                                stated_on="1977-12", how_known="firsthand", shown_as="a reporter")  # fmt: skip
    data = dossier_of(builder, tmp_path)
    title = kind_title(Kind.SUPPORTS_ACCUSATION)
    assert [one["title"] for one in data["supporting"]] == [title]
    assert title not in {one["title"] for one in data["findings"]}
    numbers = [one["number"] for one in (*data["findings"], *data["supporting"])]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_first_page_numbers_findings_as_the_sections_do(tmp_path):
    data = dossier_of(CaseBuilder(), tmp_path)
    assert data["short"]
    by_number = {one["number"]: one["title"] for one in data["findings"]}
    assert all(by_number[one["number"]] == one["title"] for one in data["short"])


def test_the_accusation_is_told_in_its_own_words(tmp_path):
    (said,) = dossier_of(CaseBuilder().change("S001", quote="Se fue.", quote_translation="He left."), tmp_path)["accusation"]
    assert (said["id"], said["quote"], said["translation"], said["on"]) == ("S001", "Se fue.", "He left.", "2 October 1977")


def test_every_statement_that_leaves_is_in_the_annex_once(tmp_path):
    data = dossier_of(CaseBuilder().change("S002", disclosable=""), tmp_path)
    assert [one["id"] for one in data["statements"]] == ["S001", "S003", "S004"]


def test_the_annex_says_what_was_sought_and_not_found(tmp_path):
    sought = " ".join(dossier_of(CaseBuilder(), tmp_path)["annex"]["sought"])
    assert "A record of a release: none in this file." in sought
    assert kind_title(Kind.ACT_AFTER_DEATH) in sought
    assert kind_title(Kind.PRESENCE_CONFLICT) not in sought


def test_a_release_on_record_is_not_said_to_be_missing(tmp_path):
    builder = CaseBuilder().add(side="state", body="State Office Zeta", speaker="Gate", act="released", when="1977-08-09", place=MONTEVIDEO)
    assert "record of a release" not in " ".join(dossier_of(builder, tmp_path)["annex"]["sought"])


def test_a_withheld_row_is_neither_counted_nor_told_in_any_part(tmp_path):
    builder = CaseBuilder().add(speaker="Hidden", act="released", when="1977-08-09", place=MONTEVIDEO, disclosable="", summary="Kanarie")
    assert msgspec.json.encode(dossier_of(builder, tmp_path / "a")) == msgspec.json.encode(dossier_of(CaseBuilder(), tmp_path / "b"))


def test_each_exhibit_is_challenged_on_what_its_row_leaves_open(tmp_path):
    builder = CaseBuilder().add_exhibit("2", "", None, form="scan", translation_of="1", disclosable="")
    builder.add_exhibit(
        "3", "t.txt", b"x", form="original", obtained_from="A", obtained_by="B", obtained_on="1990", method="by hand", consent="given"
    )
    points = {one["number"]: " ".join(one["points"]) for one in memorandum_of(builder, tmp_path)["challenges"]}
    assert set(points) == {"1", "2", "3"}
    for word in ("scan", "from whom", "who obtained it", "how was it obtained", "who translated it", "not in the folder", "no consent"):
        assert word in points["2"]
    assert points["3"] == ""


def test_counsel_reads_the_names_and_the_warnings(tmp_path):
    data = memorandum_of(CaseBuilder().change("S003", disclosable=""), tmp_path)
    assert any("lowers the figure" in one for one in data["warnings"])
    assert "Ravella Corvonte" in json.dumps(data, ensure_ascii=False)
