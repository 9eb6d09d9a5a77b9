"""The dossier builder: nothing leaves unsaid, unmarked or unconsented, and what leaves is what was previewed."""

import io
import zipfile

import pytest

from habeas.vault.events import Kind

pytestmark = pytest.mark.slow
ANSWERS = {"recipient": "Court", "harmed": "nobody", "family": "they know", "read": "M. R.", "despite": "true"}


def archive(answer):
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        return {name: bag.read(name) for name in bag.namelist()}


def test_it_shows_every_name_as_known_and_as_shown(sample, shown):
    text = shown(sample.get("/dossier"))
    assert "a former soldier of the Defence Information Service (SID) a former soldier who took part" in text
    assert "Ministry of Foreign Affairs of Uruguay by name" in text


@pytest.mark.parametrize("missing", ["recipient", "harmed", "family", "read", "despite"])
def test_nothing_leaves_before_every_question_has_its_answer(sample, missing):
    form = {name: value for name, value in ANSWERS.items() if name != missing}
    text = sample.post("/dossier/seal", status=422, **form, **{"as": "zip"}).text
    assert "That did not work" in text
    assert not [one for one in sample.book().of(Kind.NOTE) if "dossier" in one.record.text]


def test_a_refusal_stops_it_whatever_is_ticked(sample, shown):
    sample.post("/people", kind="consent", person="Julio Gerardo Castro Pérez", refused="true", shown="none")
    text = shown(sample.post("/dossier/seal", status=422, **ANSWERS, **{"as": "zip"}).text)
    assert "refused that anything of theirs leaves" in text


def test_the_archive_holds_what_is_marked_and_the_log_says_first_that_it_left(sample, shown):
    answer = sample.post("/dossier/seal", **ANSWERS, **{"as": "zip"})
    files = archive(answer)
    assert "dossier/data/dossier.pdf" in files and not any("memorandum" in name for name in files)
    assert b"a former soldier of the Defence" not in files["dossier/data/statements.csv"]
    assert "exported: for a dossier" in shown(sample.get("/log"))
    assert any("nobody" in one.record.text for one in sample.book().of(Kind.NOTE))


def test_a_statement_that_is_no_longer_marked_is_not_in_it(sample):
    marked = {f"s-{one.key}": "on" for one in sample.book().of(Kind.STATEMENT) if one.record.disclosable and one.key != "S004"}
    marked |= {f"e-{one.key}": "on" for one in sample.book().of(Kind.EXHIBIT) if one.record.disclosable}
    sample.post("/dossier/mark", **marked)
    assert not sample.book().find(Kind.STATEMENT, "S004").record.disclosable
    assert sample.book().find(Kind.STATEMENT, "S003").record.disclosable
    assert b"S004" not in archive(sample.post("/dossier/seal", **ANSWERS, **{"as": "zip"}))["dossier/data/statements.csv"]


def test_only_the_chosen_findings_stand_in_it(sample):
    import json

    before = json.loads(archive(sample.post("/dossier/seal", **ANSWERS, **{"as": "zip"}))["dossier/data/findings.json"])
    one = before["findings"][0]["id"]
    after = json.loads(archive(sample.post("/dossier/seal", **ANSWERS, **{"as": "zip", f"finding-{one}": "true"}))["dossier/data/findings.json"])
    assert len(before["findings"]) > 1 and [each["id"] for each in after["findings"]] == [one]


def test_ticked_cells_are_shown_coarser_and_every_chosen_finding_keeps_its_certainty(sample):
    import json
    import re

    text = sample.post("/dossier", recipient="Court", coarsen="1").text
    names = re.findall(r'name="(coarse-[^"]+)"', text)
    assert names
    plain = json.loads(archive(sample.post("/dossier/seal", **ANSWERS, **{"as": "zip"}))["dossier/data/findings.json"])
    files = archive(sample.post("/dossier/seal", **ANSWERS, **{"as": "zip"}, **dict.fromkeys(names, "true")))
    coarse = json.loads(files["dossier/data/findings.json"])
    assert {one["id"]: one["certainty"] for one in coarse["findings"]} == {one["id"]: one["certainty"] for one in plain["findings"]}


def test_the_preview_shows_the_real_pages_and_keeps_the_choices(sample):
    text = sample.post("/dossier/preview", **ANSWERS).text
    assert text.count("<figure>") > 5 and 'name="harmed" value="nobody"' in text
    picture = sample.visitor.client.get(text.split('<img class="page" loading="lazy" src="')[1].split('"')[0])
    assert picture.headers["content-type"] == "image/png"
    sample.visitor.desk.lock()
    sample.visitor.unlock()
    sample.get("/dossier/preview/0000/1", status=404)


def test_under_a_passphrase_only_with_one_that_is_long_enough(sample, shown):
    assert "at least 12 characters" in shown(sample.post("/dossier/seal", status=422, **ANSWERS, **{"as": "age", "passphrase": "short"}).text)
    answer = sample.post("/dossier/seal", **ANSWERS, **{"as": "age", "passphrase": "five words drawn by lot"})
    assert answer.content.startswith(b"age-encryption.org/v1")


def test_a_word_copy_is_said_to_be_no_dossier(sample):
    answer = sample.post("/dossier/seal", **ANSWERS, **{"as": "docx"})
    assert answer.headers["content-disposition"].endswith('"dossier-copy.docx"') and answer.content.startswith(b"PK")


def test_a_dossier_is_in_the_language_that_was_chosen_and_the_screens_stay_in_theirs(sample, shown):
    import json

    files = archive(sample.post("/dossier/seal", **ANSWERS, **{"as": "zip", "speak": "ru"}))
    assert "нужно считать" in json.loads(files["dossier/data/findings.json"])["belief"]["sentence"]
    assert "To accept that" in shown(sample.get())


def test_the_memorandum_is_made_on_a_page_of_its_own(sample):
    answer = sample.post("/memorandum")
    assert answer.content.startswith(b"%PDF") and "privileged" in answer.headers["content-disposition"]
