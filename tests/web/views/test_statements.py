"""The editor: dates as they are read, places as they are understood, corrections with their history, and everything can be undone."""

import html
import re

import pytest

from habeas.services.casebook import read_book
from habeas.services.changing import edit
from habeas.vault.events import Kind

pytestmark = pytest.mark.slow
GIVEN = {"speaker": "a neighbour", "side": "witness", "act": "present"}


def last(sample):
    return sample.book().of(Kind.STATEMENT)[-1]


@pytest.mark.parametrize(
    ("typed", "edtf"), [("5 января 1977", "1977-01-05"), ("early May 1977", "1977-05-01/1977-05-10"), ("@S001+P2D", "@S001+P2D")]
)
def test_a_date_with_one_reading_is_taken_as_it_was_read(sample, typed, edtf):
    sample.post("/statements", **GIVEN, when=typed)
    assert last(sample).record.when.text == edtf


@pytest.mark.parametrize(("typed", "offered"), [("5/8/1977", ["1977-08-05", "1977-05-08"]), ("5 августа", ["1977-08-05"])])
def test_two_readings_or_a_missing_year_are_asked_for_and_nothing_is_written_before(sample, typed, offered):
    before = last(sample).key
    text = sample.post("/statements", **GIVEN, when=typed).text
    assert all(f'name="when_reading" value="{one}"' in text for one in offered) and last(sample).key == before
    sample.post("/statements", **GIVEN, when=typed, when_reading=offered[0])
    assert last(sample).record.when.text == offered[0]


def test_a_reading_that_is_none_of_the_typed_date_is_not_taken(sample):
    sample.post("/statements", **GIVEN, when="5 января 1977", when_reading="1999-01-01")
    assert last(sample).record.when.text == "1977-01-05"


def test_a_correction_is_a_revision_with_its_reason_and_is_undone_by_one_click(sample, shown):
    text = shown(sample.change("S001", speaker="another name", side="witness", act="detained", when="1977-08", why="misheard").text)
    assert "S001 was changed." in text and "misheard" in text
    sample.undo("statement", "S001")
    assert sample.book().find(Kind.STATEMENT, "S001").record.speaker == "a former soldier of the Defence Information Service (SID)"


def test_a_cell_that_is_cleared_is_empty_afterwards(sample):
    sample.change("S008", speaker="x", side="press", act="other", when="", place="", quote="", summary="", exhibit="", locator="")
    record = sample.book().find(Kind.STATEMENT, "S008").record
    assert (record.when, record.place, record.exhibit) == (None, "", "")


def test_a_withdrawn_statement_is_left_out_and_comes_back_by_one_click(sample):
    sample.post("/statements/S008/withdraw")
    assert "S008" not in [one.key for one in sample.book().of(Kind.STATEMENT)]
    sample.undo("statement", "S008")
    assert "S008" in [one.key for one in sample.book().of(Kind.STATEMENT)]


def test_a_statement_becomes_part_of_the_accusation_and_is_no_longer_by_the_same_button(sample):
    before = sample.book().head().record.accusation
    for _ in range(2):  # from two windows
        sample.post("/accuse", statement="S008", part="yes")
        assert sample.book().head().record.accusation == (*before, "S008")
    sample.post("/accuse", statement="S008", part="no")
    assert sample.book().head().record.accusation == before


def test_places_are_offered_those_of_the_case_first_and_dates_are_read_back(sample):
    assert sample.post("/places", q="La Cas").json()[0].startswith("La Casona")
    assert any("Warsaw" in one for one in sample.post("/places", q="Warsa").json())
    assert sample.post("/dates", q="5 августа").json()["asked"] and not sample.post("/dates", q="5 августа 1977").json()["asked"]
    assert sample.post("/dates", q="05/08/1977").json()["readings"] == [
        {"edtf": "1977-08-05", "words": "5 August 1977"}, {"edtf": "1977-05-08", "words": "8 May 1977"},
    ]  # fmt: skip


def test_an_interval_counts_throughout_only_where_a_person_ticks_it(sample):
    sample.post("/statements", **GIVEN, when="1977-08-05/1977-08-09", throughout="true", circumstances="officer=x")
    assert last(sample).record.circumstance("throughout") == "true" and last(sample).record.circumstance("officer") == "x"
    sample.change(last(sample).key, **GIVEN, when="1977-08-05/1977-08-09", circumstances="officer=x; throughout=true")
    assert last(sample).record.circumstance("throughout") == "" and last(sample).record.circumstance("officer") == "x"


def test_a_place_that_nobody_knows_is_given_its_coordinates_and_is_known_from_then_on(sample, shown):
    sample.post("/people", kind="place", name="The house on the hill", latitude="43.3", longitude="45.7", radius_km="1", within="Grozny, Russia")
    sample.post("/statements", **GIVEN, when="1977-08-05", place="The house on the hill")
    assert "Understood: Grozny" in shown(sample.get(f"/statements/{last(sample).key}")) or "Understood: a known place" in shown(
        sample.get(f"/statements/{last(sample).key}")
    )
    assert "The house on the hill: 43.3, 45.7" in shown(sample.get("/timeline"))


def test_how_a_place_was_understood_stands_beside_it(sample, shown):
    sample.post("/statements", **GIVEN, when="1977-08-05", place="A house that nobody knows, Montevideo, Uruguay")
    assert "Understood: known as somewhere in Montevideo" in shown(sample.get(f"/statements/{last(sample).key}"))


def test_what_is_wrong_is_told_and_what_was_typed_stays(sample, shown):
    text = sample.post("/statements", status=422, **GIVEN, when="1977-08-05", exhibit="99").text
    assert "exhibit 99 is not in the table of exhibits" in shown(text) and 'value="a neighbour"' in text


def test_a_table_of_statements_is_looked_at_before_it_is_taken_whole(sample, shown):
    table = "id,speaker,side,act,when\nS900,a,witness,present,1977-08-01\nS901,b,witness,present,soon\n"
    text = shown(sample.seal("more.csv", table.encode(), "/statements/table"))
    assert "2 rows read = 1 would be taken + 0 are there already + 1 refused" in text and "row 3" in text
    token = next(iter(sample.visitor.desk.waiting))
    sample.post("/statements/import", status=200, token=token)
    assert "S900" not in [one.key for one in sample.book().of(Kind.STATEMENT)]
    text = sample.seal("more.csv", table.replace("soon", "1977-08-02").encode(), "/statements/table")
    sample.post("/statements/import", token=next(iter(sample.visitor.desk.waiting)))
    assert {"S900", "S901"} <= {one.key for one in sample.book().of(Kind.STATEMENT)} and not sample.visitor.desk.waiting


def test_a_page_that_shows_something_older_changes_nothing_and_keeps_what_was_typed(sample, shown):
    old = sample.book().find(Kind.STATEMENT, "S008").revisions[-1].payload
    sample.change("S008", speaker="newer", side="press", act="other")
    answer = sample.post("/statements/S008", status=422, revision=old, speaker="older", side="press", act="other").text
    assert "was changed since you opened it" in shown(answer) and 'value="older"' in answer
    assert sample.book().find(Kind.STATEMENT, "S008").record.speaker == "newer"


def test_undo_takes_back_what_it_was_offered_for_and_nothing_that_came_after(sample, shown):
    sample.change("S008", speaker="mine", side="press", act="other")
    mine = sample.book().find(Kind.STATEMENT, "S008").revisions[-1].payload
    with sample.visitor.desk.case(sample.cid) as comp:
        edit(comp, Kind.STATEMENT, "S008", {"speaker": "of another"}, "")
    assert "changed since" in shown(sample.post("/undo", status=422, kind="statement", key="S008", revision=mine).text)
    assert sample.book().find(Kind.STATEMENT, "S008").record.speaker == "of another"


def test_a_table_does_not_decide_what_leaves(sample):
    table = "id,speaker,side,act,when,disclosable\nS900,a,witness,present,1977-08-01,true\n"
    sample.seal("more.csv", table.encode(), "/statements/table")
    sample.post("/statements/import", token=next(iter(sample.visitor.desk.waiting)))
    assert not sample.book().find(Kind.STATEMENT, "S900").record.disclosable


def test_dates_that_go_in_a_circle_or_lead_nowhere_are_not_taken_in(sample, shown):
    for rows, said in (
        ("S900,a,witness,present,@S901+P1D\nS901,a,witness,present,@S900+P1D\n", "in a circle"),
        ("S900,a,witness,present,@S999+P1D\n", "not there"),
    ):
        text = shown(sample.seal("more.csv", ("id,speaker,side,act,when\n" + rows).encode(), "/statements/table"))
        assert said in text and "Take in" not in text


def test_a_statement_without_a_speaker_a_side_or_an_act_is_not_taken(sample, shown):
    before = len(sample.book().of(Kind.STATEMENT))
    text = shown(sample.post("/statements", status=422, speaker="", side="", act="").text)
    assert all(f"{name}: needed" in text for name in ("Who says it", "On whose side", "What happened"))
    assert len(sample.book().of(Kind.STATEMENT)) == before


def test_what_was_withdrawn_is_listed_marked_and_taken_back_long_after(sample, shown):
    sample.post("/statements/S008/withdraw")
    sample.visitor.now += 600
    assert "Withdrawn (1) S008" in shown(sample.get("/statements"))
    assert "was withdrawn and does not count" in shown(sample.get("/statements/S008"))
    sample.post("/put-back", kind="statement", key="S008")
    assert "S008" in [one.key for one in sample.book().of(Kind.STATEMENT)]


def test_the_editor_shows_the_exhibit_around_the_passage(sample, shown):
    assert "<mark>" in sample.get("/statements/S001").split('aria-label="The exhibit"')[1]


def test_our_own_words_are_not_shown_as_a_quotation(sample, shown):
    text = sample.get("/findings")
    page = sample.get()
    quotes = re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", page)
    known = {one.record.quote for one in sample.book().of(Kind.STATEMENT)}
    assert all(html.unescape(one) in known for one in quotes) and "in our words" in shown(page) and text


def test_a_new_statement_becomes_part_of_the_accusation_by_a_tick(visitor, shown):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    five = {"speaker": "an office", "side": "state", "act": "departed", "when": "2017-01-05"}
    text = visitor.post(f"/cases/{cid}/statements", status=422, **five, accused="true", how_known="nonsense").text
    assert re.search(r'name="accused" value="true" checked', text)  # a bad field keeps the tick
    visitor.post(f"/cases/{cid}/statements", **five, accused="true")
    visitor.post(f"/cases/{cid}/statements", **five)
    with visitor.desk.case(cid) as comp:
        assert read_book(comp).case().accusation == ("S001",)


def test_undo_of_a_new_statement_takes_it_out_of_the_accusation_as_well(sample):
    before = sample.book()
    text = sample.post("/statements", speaker="an office", side="state", act="departed", when="1977-09-22", accused="true").text
    assert len(sample.book().case().accusation) == len(before.case().accusation) + 1
    sample.visitor.post("/undo", token=re.search(r'action="/undo"><input type="hidden" name="token" value="([0-9a-f]+)"', text)[1])
    assert sample.book().head().record == before.head().record
    assert sample.book().left_out() == before.left_out() and sample.book().case() == before.case()
