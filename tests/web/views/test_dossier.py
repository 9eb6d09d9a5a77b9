"""The dossier builder: nothing leaves unsaid, unmarked or unconsented, and what leaves is what was previewed."""

import io
import re
import zipfile
from hashlib import sha256

import pytest

from habeas.locale import speaking
from habeas.services.changing import edit
from habeas.services.handing import _recipient, purpose_words, recipient_words
from habeas.vault.events import Kind

pytestmark = pytest.mark.slow
ANSWERS = {"recipient": "Court", "harmed": "nobody", "family": "they know", "read": "M. R.", "despite": "true"}


def sealed(sample, status=200, leaves="zip", passphrase="", **more):
    """Preview, then seal what was previewed."""
    _, form = sample.preview(**ANSWERS, **more)
    return sample.post("/dossier/seal", status, **form, **{"as": leaves, "passphrase": passphrase})


def archive(answer):
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bag:
        return {name: bag.read(name) for name in bag.namelist()}


def test_it_shows_every_name_as_known_and_as_shown(sample, shown):
    text = shown(sample.get("/dossier"))
    assert "a former soldier of the Defence Information Service (SID) a former soldier who took part" in text
    assert "Ministry of Foreign Affairs of Uruguay as it stands here" in text


@pytest.mark.parametrize("missing", ["recipient", "harmed", "family", "read", "despite"])
def test_nothing_leaves_before_every_question_has_its_answer(sample, missing):
    form = {name: value for name, value in ANSWERS.items() if name != missing}
    text = sample.post("/dossier/seal", status=422, **form, **{"as": "zip"}).text
    assert "That did not work" in text
    assert not [one for one in sample.book().of(Kind.NOTE) if "dossier" in one.record.text]


def test_a_refusal_stops_it_whatever_is_ticked(sample, shown):
    sample.post("/people", kind="consent", person="Julio Gerardo Castro Pérez", refused="true", shown="none")
    text = shown(sample.post("/dossier/seal", status=422, **ANSWERS, **{"as": "zip"}).text)
    assert "refused this: see under Consents" in text


def test_the_archive_holds_what_is_marked_and_the_log_says_first_that_it_left(sample, shown):
    answer = sealed(sample)
    files = archive(answer)
    assert "dossier/data/dossier.pdf" in files and not any("memorandum" in name for name in files)
    assert b"a former soldier of the Defence" not in files["dossier/data/statements.csv"]
    assert "exported: for a dossier" in shown(sample.get("/log"))
    assert any("nobody" in one.record.text for one in sample.book().of(Kind.NOTE))


def test_a_statement_that_is_no_longer_marked_is_not_in_it(sample):
    marked = {f"s-{one.key}": "on" for one in sample.book().of(Kind.STATEMENT) if one.record.disclosable and one.key != "S004"}
    marked |= {f"e-{one.key}": "on" for one in sample.book().of(Kind.EXHIBIT) if one.record.disclosable}
    assert "look at it again" in sample.post("/dossier/mark", status=422, **marked, seen="older").text
    sample.post("/dossier/mark", **marked, seen=re.search(r'name="seen" value="([0-9a-f]+)"', sample.get("/dossier"))[1])
    assert not sample.book().find(Kind.STATEMENT, "S004").record.disclosable
    assert sample.book().find(Kind.STATEMENT, "S003").record.disclosable
    assert b"S004" not in archive(sealed(sample))["dossier/data/statements.csv"]


def test_what_was_marked_is_undone_whole_or_not_at_all(sample, shown):
    def marks():
        return {one.key: one.record.disclosable for one in sample.book().of(Kind.STATEMENT)}

    before = marks()

    def unmark_all():
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', sample.get("/dossier"))[1]
        text = sample.post("/dossier/mark", seen=seen).text
        assert not any(marks().values())
        return re.search(r'action="/undo"><input type="hidden" name="token" value="([0-9a-f]+)"', text)[1]

    assert "Undone." in shown(sample.visitor.post("/undo", token=unmark_all()).text)
    assert marks() == before
    token = unmark_all()
    with sample.visitor.desk.case(sample.cid) as comp:
        edit(comp, Kind.STATEMENT, "S001", {"summary": "as a colleague put it"}, "")
    assert "changed since" in shown(sample.visitor.post("/undo", status=422, token=token).text)
    assert not any(marks().values())


def test_a_statement_whose_exhibit_was_withdrawn_can_still_be_kept_from_leaving(sample):
    cited = next(one for one in sample.book().of(Kind.STATEMENT) if one.record.disclosable and one.record.exhibit == "1")
    sample.post("/exhibits/1/withdraw")
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', sample.get("/dossier"))[1]
    sample.post("/dossier/mark", seen=seen)
    assert not sample.book().find(Kind.STATEMENT, cited.key).record.disclosable


def test_what_was_handed_over_stands_on_the_page_of_the_dossier(sample, shown):
    body = sealed(sample).content
    assert f"dossier for Court, archive {sha256(body).hexdigest()[:16]}" in shown(sample.get("/dossier")).split("Handed over")[1]


def test_a_consent_names_its_recipient_in_either_language(sample, shown):
    assert _recipient("Суд") == _recipient("court") == _recipient("Court") == "court"
    assert _recipient("Somebody Else") == "somebody else"
    with speaking("ru"):
        assert recipient_words("interpol_ccf") == "ИНТЕРПОЛ, Комиссия по контролю файлов" and purpose_words("dossier") == "досье"


def test_only_the_chosen_findings_stand_in_it(sample):
    import json

    before = json.loads(archive(sealed(sample))["dossier/data/findings.json"])
    one = before["findings"][0]["id"]
    after = json.loads(archive(sealed(sample, **{f"finding-{one}": "true"}))["dossier/data/findings.json"])
    assert len(before["findings"]) > 1 and [each["id"] for each in after["findings"]] == [one]


def test_ticked_cells_are_shown_coarser_and_every_chosen_finding_keeps_its_certainty(sample):
    import json

    text = sample.post("/dossier", recipient="Court", coarsen="1").text
    names = re.findall(r'name="(coarse-[^"]+)"', text)
    assert names
    plain = json.loads(archive(sealed(sample))["dossier/data/findings.json"])
    files = archive(sealed(sample, **dict.fromkeys(names, "true")))
    assert files["dossier/data/statements.csv"] != archive(sealed(sample))["dossier/data/statements.csv"]
    coarse = json.loads(files["dossier/data/findings.json"])
    assert {one["id"]: one["certainty"] for one in coarse["findings"]} == {one["id"]: one["certainty"] for one in plain["findings"]}


def test_the_preview_shows_the_real_pages_and_keeps_the_choices(sample):
    text, _ = sample.preview(**ANSWERS)
    assert text.count("<figure>") > 5 and 'name="harmed" value="nobody"' in text
    picture = sample.visitor.client.get(text.split('<img class="page" loading="lazy" src="')[1].split('"')[0])
    assert picture.headers["content-type"] == "image/png"
    sample.visitor.desk.lock()
    sample.visitor.unlock()
    sample.get("/dossier/preview/0000/1", status=404)


def test_under_a_passphrase_only_with_one_that_is_long_enough(sample, shown):
    assert "at least 12 characters" in shown(sealed(sample, 422, "age", "short").text)
    answer = sealed(sample, 200, "age", "five words drawn by lot")
    assert answer.content.startswith(b"age-encryption.org/v1")


def test_a_word_copy_is_said_to_be_no_dossier(sample):
    answer = sealed(sample, leaves="docx")
    assert answer.headers["content-disposition"].endswith('"dossier-copy.docx"') and answer.content.startswith(b"PK")


def test_a_dossier_is_in_the_language_that_was_chosen_and_the_screens_stay_in_theirs(sample, shown):
    import json

    files = archive(sealed(sample, speak="ru"))
    assert "нужно считать" in json.loads(files["dossier/data/findings.json"])["belief"]["sentence"]
    assert "To accept that" in shown(sample.get())


def test_the_memorandum_is_made_on_a_page_of_its_own(sample):
    assert "for whom and why" in sample.post("/memorandum", status=422).text
    answer = sample.post("/memorandum", reason="for counsel")
    assert answer.content.startswith(b"%PDF") and "privileged" in answer.headers["content-disposition"]
    with sample.visitor.desk.case(sample.cid) as comp:
        last = [line for _, _, _, line in comp.index.events(("Touched",))][-1]
        assert (last.what, last.about, comp.words(last.reason)) == ("exported", "memorandum", "for counsel")


def test_pages_that_were_not_looked_at_are_not_sealed(sample, shown):
    _, form = sample.preview(**ANSWERS)
    sample.change("S003", **CHANGED)
    answer = sample.post("/dossier/seal", 422, **form, **{"as": "zip"})
    assert "Look at them again before you seal" in shown(answer.text)
    assert not sample.book().of(Kind.NOTE)


CHANGED = {"speaker": "a fellow prisoner who was later freed", "side": "witness", "act": "seen_in_custody", "when": "1977-08-02", "place": "Montevideo, Uruguay",
           "disclosable": "true"}  # fmt: skip


@pytest.mark.parametrize(
    ("who", "cells"),
    [
        ("weekly Brecha", {"refused": "true", "shown": "none"}),
        ("the client's daughter", {"shown": "none"}),
        ("a friend of the client", {"refused": "true", "shown": "none"}),
        ("the Habeas project (author of exhibits 1 to 6 and 8)", {"refused": "true", "shown": "none"}),
    ],
)
def test_every_refusal_stops_it_whoever_it_is(sample, shown, who, cells):
    sample.post("/people", kind="consent", person=who, **cells)
    text = shown(sample.post("/dossier/preview", 422, **ANSWERS).text)
    assert "refused this: see under Consents" in text
