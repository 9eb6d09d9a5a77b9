"""Tasks, interviews, timeline, patterns, settings, search, log and help."""

import html
import re

import pytest
from simulators.vaults import PASSPHRASE

from habeas.services.casebook import read_book
from habeas.services.erasing import shred
from habeas.vault.events import Because, Kind

pytestmark = pytest.mark.slow
OWN = {"sec-fetch-site": "same-origin"}


def test_a_task_is_added_done_and_undone(sample, shown):
    sample.post("/tasks", title="Write to the court", due_on="5 января 2020", who="A1")
    text = shown(sample.get("/tasks"))
    assert "5 January 2020 late" in text
    key = sample.book().of(Kind.TASK)[-1].id
    assert "Write to the court" in shown(sample.post("/tasks/done", task=key).text).split("Done (1)")[1]
    sample.undo("task", key)
    assert sample.book().of(Kind.TASK)[-1].record.done_on == ""


def test_a_deadline_is_counted_only_from_a_rule_that_was_verified(sample, shown):
    sample.post("/tasks", rule="ccf-access", **{"from": "2026-01-31"})
    assert sample.book().of(Kind.TASK)[-1].record.due_on == "2026-05-31"
    assert "CHECK" in shown(sample.post("/tasks", rule="ecthr", **{"from": "2026-01-31"}).text)
    assert sample.book().of(Kind.TASK)[-1].record.due_on == ""
    text = sample.visitor.get("/agenda")
    assert "31 May 2026" in text and "CCF" not in shown(text)
    assert "CCF" not in sample.visitor.get("/agenda.ics") and "20260531" in sample.visitor.get("/agenda.ics")


def test_an_interview_from_the_script_to_the_papers(sample, shown):
    assert "first say" in shown(sample.post("/interviews", status=422, person="Aunt").text)
    text = sample.post("/interviews", person="Aunt", language="ru", consent_read="true").text
    key = re.search(r'action="[^"]*/interviews/([0-9a-f]+)"', text)[1]
    sample.write_interview(key, text="Он был дома.", do="pause")
    paper = shown(sample.get(f"/interviews/{key}/paper"))
    assert "Согласие" in paper and "Consent" in paper and "Он был дома." in paper
    assert "read it back" in shown(sample.write_interview(key, status=422, text="Он был дома.", do="finish").text)
    assert "Он был дома." in shown(sample.write_interview(key, text="Он был дома.", do="finish", read_back="true").text)
    assert shown(sample.get(f"/interviews/{key}/paper")).count("Он был дома.") == 2  # what is signed is what was sealed


def test_the_timeline_is_filtered_by_source_kind_and_days_and_bad_days_are_told(sample, shown):
    whole = sample.get("/timeline")
    source = "Peace Commission"
    some = sample.post("/timeline", source=source, act="", **{"from": "", "to": ""}).text
    assert whole.count("<tr") > some.count("<tr") > 1 and source in shown(some).split("The same as a table")[1]
    later = sample.post("/timeline", **{"from": "20 сентября 1977", "to": "1977-12"}).text.split('id="table"')[1]
    days = re.findall(r'<th scope="row">([^<]*)', later)
    assert days and all("September" in day or "October" in day or "December" in day for day in days)
    assert "several readings" in shown(sample.post("/timeline", status=422, **{"from": "05/08/1977"}).text)


def test_two_texts_are_compared_word_by_word(visitor, shown):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    for who, day in (("A", "5 January"), ("B", "9 March")):
        visitor.post(f"/cases/{cid}/statements", speaker=who, side="state", act="departed", when="2017", quote=f"On {day} my son left for Syria")
    text = visitor.post(f"/cases/{cid}/compare", a="S001", b="S002").text
    assert "5 words are shared, of 8 in the first and 8 in the second" in shown(text) and text.count('<mark class="slot">') == 2
    assert "two different statements" in shown(visitor.post(f"/cases/{cid}/compare", status=422, a="S001", b="S001").text)


def test_several_cases_side_by_side(visitor, shown):
    for _ in range(2):
        visitor.post("/cases/sample")
    first, second = visitor.desk.vault.case_ids()
    assert "two cases at least are wanted" in shown(visitor.post("/patterns/new", status=422, **{f"case-of-{first}": "true"}).text)
    text = visitor.post("/patterns/new", **{f"case-of-{first}": "true", f"case-of-{second}": "true"}).text
    joint = next(cid for cid in visitor.desk.vault.case_ids() if cid not in (first, second))
    assert "Look at these cases now" in shown(text)
    assert "Look number 1: 2 cases" in shown(visitor.post(f"/patterns/{joint}").text)
    assert "Joint compartment" in shown(visitor.get("/patterns")) and f"/cases/{joint}" not in visitor.get("/cases")


def test_full_text_of_one_case_is_searched_and_the_words_stand_in_no_address(sample, shown):
    answer = sample.post("/search", q="Pasaje OR flight")
    assert "flight" not in str(answer.url)
    assert re.search(r"statements/S0\d\d", sample.post("/search", q="passenger").text)
    assert "Nothing found in this case" in shown(sample.post("/search", q="Zorvanelle").text)


def test_words_inside_exhibits_are_found_some_exhibits_at_a_time_and_gone_when_they_are_shredded(sample, shown):
    sample.seal("diary.txt", "Он был задержан утром, Zorvanelle.".encode())
    for _ in range(3):
        text = shown(sample.post("/search", q="Zorvanelle").text)
    assert "10-diary.txt" in text and "was not read yet" not in text
    assert "10-diary.txt" in shown(sample.post("/search", q="утро").text)
    with sample.visitor.desk.case(sample.cid) as comp:
        entry = read_book(comp).find(Kind.EXHIBIT, "10")
        shred(comp, [entry], Because.MISTAKE, "test")
    assert "Nothing found" in shown(sample.post("/search", q="Zorvanelle").text)


def test_an_exhibit_without_text_is_named_where_it_cannot_be_searched(sample):
    sample.seal("noise.bin", bytes(range(256)) * 300)
    sample.seal("diary.txt", b"Zorvanelle was here.")
    for _ in range(4):
        text = sample.post("/search", q="Zorvanelle").text
    gaps = re.search(r"cannot be searched, or not all of it: ([^<]*)", text)
    assert "11-diary.txt" in text and gaps and gaps[1] == "10"


def test_a_pair_of_sources_is_judged_and_no_longer_asked_about(sample, shown):
    text = sample.get("/findings")
    assert "Nobody has judged whether 1 pair" in shown(text)
    pair = re.findall(r'name="(voice|other)" value="([^"]+)"', text)[:2]
    sample.post("/people", kind="voice", relation="independent", why="met neither", judged_by="M. R.", **dict(pair))
    assert sample.book().of(Kind.VOICE)[-1].record.relation == "independent"
    assert "Nobody has judged" not in shown(sample.get("/findings"))


def test_a_pair_that_is_judged_under_other_accents_is_not_asked_about_again(sample, shown):
    pair = dict(re.findall(r'name="(voice|other)" value="([^"]+)"', sample.get("/findings"))[:2])
    first = html.unescape(pair["voice"])
    accented = re.sub("[aeiou]", lambda letter: letter[0] + "\u0301", first, count=1)
    assert accented != first
    sample.post(
        "/people", kind="voice", relation="independent", why="met neither", judged_by="M. R.", voice=accented, other=html.unescape(pair["other"])
    )
    assert sample.book().of(Kind.VOICE)[-1].record.voice == accented and "Nobody has judged" not in shown(sample.get("/findings"))


def test_a_case_is_found_by_its_title(visitor, shown):
    visitor.post("/cases/new", title="Первое дело")
    visitor.post("/cases/new", title="Second")
    assert "Second" not in shown(visitor.post("/cases", q="первое").text) and "Первое дело" in shown(visitor.post("/cases", q="перво").text)


def test_the_log_is_read_to_its_end(sample, shown):
    assert "Everything holds" in shown(sample.post("/log").text)
    assert "first page" in shown(sample.get("/log")) and "statement S001" in shown(sample.get("/log"))


def test_the_sheet_prints_before_any_statement_exists(visitor, shown):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    assert "None yet." in shown(visitor.get(f"/cases/{cid}/sheet"))
    first = {"title": "Two", "pseudonym": "P", "person": "", "language": "ru", "notes": ""}
    revision = re.search(r'name="revision" value="([^"]+)"', visitor.get(f"/cases/{cid}/sheet"))[1]
    visitor.post(f"/cases/{cid}/head", revision=revision, **first)
    assert "Two" in shown(visitor.get(f"/cases/{cid}/sheet")) and "P" in shown(visitor.get(f"/cases/{cid}"))


def test_backup_verification_and_another_passphrase(visitor, shown, tmp_path):
    visitor.post("/cases/new", title="One")
    assert "Everything holds." in shown(visitor.post("/settings/verify").text)
    text = visitor.post("/settings/backup", status=422, place=str(tmp_path / "copy")).text
    assert "is the other disk in" in shown(text) and 'name="same_disk"' in text and not (tmp_path / "copy").exists()
    done = visitor.post("/settings/backup", place=str(tmp_path / "copy"), same_disk="true").text
    assert "Backed up" in shown(done) and (tmp_path / "copy").is_dir()
    assert "inside the vault" in shown(visitor.post("/settings/backup", status=422, place=str(visitor.desk.root / "x"), same_disk="true").text)
    assert "Name the folder" in shown(visitor.post("/settings/backup", status=422, place="").text)
    new = "another passphrase"
    visitor.post("/settings/passphrase", status=422, old="wrong one entirely", passphrase=new, again=new)
    visitor.post("/settings/passphrase", status=422, old=PASSPHRASE, passphrase=new, again="different")
    visitor.post("/settings/passphrase", old=PASSPHRASE, passphrase=new, again=new)
    visitor.post("/lock")
    visitor.post("/unlock", status=422, passphrase=PASSPHRASE)
    visitor.post("/unlock", passphrase=new)


def test_every_page_of_the_guide_opens_and_one_that_is_not_there_says_so(visitor, shown):
    pages = set(re.findall(r'href="/help/([^"#]+)"', visitor.get("/help")))
    assert len(pages) > 1
    for name in pages:
        text = visitor.get(f"/help/{name}")
        for link in re.findall(r'href="/help/([^"#]+)"', text):
            assert link in pages, (name, link)
        for picture in re.findall(r'src="(/static/[^"]+)"', text):
            visitor.get(picture)
    assert "no such page" in shown(visitor.get("/help/nothing", status=404))


@pytest.mark.parametrize("path", ["/cases?page=" + "9" * 5000, "/cases?page=-1", "/cases?page=x"])
def test_a_page_number_that_is_none_is_the_first_or_the_last(visitor, path):
    visitor.get(path)


def test_a_task_at_the_end_of_the_calendar_spoils_no_calendar(sample):
    sample.post("/tasks", title="x", due_on="9999-12-31")
    assert "BEGIN:VEVENT" in sample.visitor.get("/agenda.ics")


def test_many_ticks_are_one_form_and_a_long_interview_is_kept(sample):
    sample.post("/dossier/mark", status=422, **{f"s-X{number}": "on" for number in range(3000)})
    key = re.search(r'action="[^"]*/interviews/([0-9a-f]+)"', sample.post("/interviews", person="Aunt", consent_read="true").text)[1]
    sample.write_interview(key, text="ж" * 250_000, do="pause")
    assert len(sample.book().find(Kind.INTERVIEW, key).record.text) == 250_000


def test_undoing_what_cannot_be_undone_says_so(sample):
    for kind in ("statement", "nonsense", ""):
        sample.post("/undo", status=422, kind=kind, key="S999")


def test_a_case_is_never_without_its_first_page(sample):
    head = sample.book().head()
    for kind in ("head", "statement", "exhibit", "joint", "nonsense"):
        sample.post("/withdraw", status=422, kind=kind, key=head.id)
    sample.post("/undo", status=422, kind="head", key=head.id, revision=head.revisions[-1].payload)
    assert sample.book().head().record.title.startswith("Julio Castro")


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": " "}])
def test_a_first_page_that_a_folder_would_refuse_is_refused_and_what_was_typed_stays(sample, wrong):
    revision = sample.book().head().revisions[-1].payload
    text = sample.post("/head", status=422, revision=revision, notes="typed for an hour", **{"title": "One", **wrong}).text
    assert "typed for an hour" in text
    assert sample.book().head().revisions[-1].payload == revision


def test_a_first_page_is_not_saved_over_a_later_change(sample, shown):
    older = sample.book().head().revisions[-1].payload
    sample.post("/head", revision=older, title="A colleague's title")
    text = sample.post("/head", status=422, revision=older, title="My title").text
    assert "changed since you opened it" in shown(text) and 'value="My title"' in text
    again = re.search(r'action="[^"]*/head"><input type="hidden" name="revision" value="([^"]+)"', text)[1]
    sample.post("/head", status=422, revision=again, title="My title")  # a second click saves no more than the first
    assert sample.book().case().title == "A colleague's title"


def test_an_interview_is_not_saved_over_what_another_window_wrote(sample, shown):
    key = re.search(r'action="[^"]*/interviews/([0-9a-f]+)"', sample.post("/interviews", person="Aunt", consent_read="true").text)[1]
    older = sample.book().find(Kind.INTERVIEW, key).revisions[-1].payload
    sample.write_interview(key, text="The other window.", do="pause")
    for _ in range(2):
        text = sample.write_interview(key, status=422, revision=older, text="This window.", do="pause").text
        assert "changed since you opened it" in shown(text) and "This window." in shown(text)
    assert sample.book().find(Kind.INTERVIEW, key).record.text == "The other window."


def test_papers_to_sign_hold_the_last_words_as_well(sample, shown):
    key = re.search(r'action="[^"]*/interviews/([0-9a-f]+)"', sample.post("/interviews", person="Aunt", consent_read="true").text)[1]
    assert shown(sample.write_interview(key, text="The last words.", do="paper").text).count("The last words.") == 2


def test_a_table_that_was_taken_is_undone_by_one_click(sample, shown):
    before = sample.book().case()
    table = b"id,side,act,when,speaker\nS901,witness,present,1977-08-05,a\nS902,witness,present,1977-08-06,b\n"
    text = sample.visitor.client.post(f"/cases/{sample.cid}/statements/table", files={"files": ("t.csv", table)}, headers=OWN).text
    token = re.search(r'name="token" value="([0-9a-f]+)"', text)[1]
    text = sample.post("/statements/import", token=token).text
    undo = re.search(r'action="/undo"><input type="hidden" name="token" value="([0-9a-f]+)"', text)[1]
    assert len(sample.book().case().statements) == len(before.statements) + 2
    sample.visitor.post("/undo", token=undo)
    assert sample.book().case() == before


def test_undo_of_the_accusation_leads_back_to_the_statement_and_a_second_click_undoes_nothing(sample):
    text = sample.post("/accuse", statement="S008").text
    fields = dict(re.findall(r'name="(kind|key|revision|withdrawn|back)" value="([^"]*)"', text.split("/undo")[1].split("</form>")[0]))
    assert str(sample.post("/undo", **fields).url).endswith("/statements/S008")
    sample.post("/undo", status=422, **fields)
    text = sample.post("/statements/S008/withdraw").text
    fields = dict(re.findall(r'name="(kind|key|revision|withdrawn|back)" value="([^"]*)"', text.split("/undo")[1].split("</form>")[0]))
    sample.post("/undo", **fields)
    sample.post("/undo", status=422, **fields)
    assert not sample.book().find(Kind.STATEMENT, "S008").withdrawn
