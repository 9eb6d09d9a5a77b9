"""Files without a case, and a spreadsheet with one row a client."""

import re

import pytest

from habeas.services.casebook import read_book
from habeas.vault.errors import DiskFullError
from habeas.vault.events import Kind
from habeas.web.views import records

pytestmark = pytest.mark.slow
OWN = {"sec-fetch-site": "same-origin"}
TABLE = b"pseudonym,phone,due,faith\nAunt,+0,5 January 2031,x\nUncle,,,\n"


def drop(visitor, name, content, path="/inbox"):
    answer = visitor.client.post(path, files={"files": (name, content)}, headers=OWN)
    return answer.text


def filed(visitor):
    """A letter that was filed into the only case: the case, and what its undoing is asked for by."""
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    drop(visitor, "letter.txt", b"a letter")
    text = visitor.post("/inbox/file", **{"file-1": "on", "case": cid}).text
    return cid, re.search(r'action="/undo"><input type="hidden" name="token" value="([0-9a-f]+)"', text)[1]


def test_dropped_files_wait_in_the_inbox_and_are_filed_into_a_case(visitor, shown):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    assert "1 sealed + 0 duplicates" in shown(drop(visitor, "letter.txt", b"a letter"))
    assert "Choose the files" in shown(visitor.post("/inbox/file", status=422, case=cid).text)
    text = shown(visitor.post("/inbox/file", **{"file-1": "on", "case": cid}).text)
    assert "1 file was filed." in text and "01-letter.txt" in text
    assert "The inbox is empty" in shown(visitor.get("/inbox"))


def test_filing_is_undone_by_one_click_once(visitor, shown):
    cid, token = filed(visitor)
    visitor.post("/undo", status=422, token="0" * 16)
    text = shown(visitor.post("/undo", token=token).text)
    assert "Undone." in text and "letter.txt" in text and "The inbox is empty" not in text
    assert "01-letter.txt" not in shown(visitor.get(f"/cases/{cid}/exhibits")).split("Withdrawn")[0]
    assert "too long ago" in shown(visitor.post("/undo", status=422, token=token).text)


def test_a_wish_to_lock_in_the_middle_of_an_undo_waits_behind_all_of_it(visitor, monkeypatch):
    cid, token = filed(visitor)
    real = records.take_back
    monkeypatch.setattr(records, "take_back", lambda comp, made: (real(comp, made), visitor.desk.leaving.set()))
    visitor.client.post("/undo", data={"token": token}, headers=OWN)
    visitor.desk.lock()
    visitor.unlock()
    assert "letter.txt" in visitor.get("/inbox")
    with visitor.desk.case(cid) as comp:
        assert read_book(comp).of(Kind.EXHIBIT) == ()


def test_what_is_left_of_an_undo_that_failed_can_be_asked_for_again(visitor, monkeypatch):
    cid, token = filed(visitor)
    real, times = records.take_back, []

    def failing(comp, made):
        times.append(comp.cid)
        if len(times) == 2:
            raise DiskFullError
        real(comp, made)

    monkeypatch.setattr(records, "take_back", failing)
    visitor.post("/undo", status=422, token=token)
    visitor.post("/undo", token=token)
    assert times[1:] == [cid, cid]
    with visitor.desk.case(cid) as comp:
        assert read_book(comp).of(Kind.EXHIBIT) == ()


def test_columns_are_guessed_by_a_word_of_their_heading_and_cases_without_a_name_are_warned_of(visitor, shown):
    text = drop(visitor, "clients.csv", b"Case no,Phone number,Due date\n7,+0,5 January 2031\n", "/inbox/table")
    assert [re.search(rf'name="column-{n}".*?value="(\w+)" selected', text, re.DOTALL)[1] for n in range(3)] == ["title", "address", "due_on"]
    token = next(iter(visitor.desk.waiting))
    text = shown(visitor.post("/inbox/cases", token=token, **{"column-0": "person", "column-1": "address", "column-2": "due_on"}).text)
    assert "called by their rows" in text


def test_the_inbox_is_no_case_among_the_cases(visitor, shown):
    drop(visitor, "letter.txt", b"a letter")
    assert "No case yet" in shown(visitor.get("/cases"))


def test_a_spreadsheet_is_mapped_looked_at_and_made_into_cases(visitor, shown):
    text = drop(visitor, "clients.csv", TABLE, "/inbox/table")
    assert "faith" in shown(text).split("whatever you choose:")[1][:20] and 'name="column-3"' not in text
    token = next(iter(visitor.desk.waiting))
    chosen = {"token": token, "column-0": "pseudonym", "column-1": "address", "column-2": "due_on"}
    assert "2 cases would be made" in shown(visitor.post("/inbox/cases", **chosen).text)
    assert visitor.desk.vault.case_ids() == []
    text = shown(visitor.post("/inbox/cases", **chosen, go="1").text)
    assert "2 cases were made from the table." in text and "Aunt" in text and "due 5 January 2031" in text
    assert "no longer in memory" in shown(visitor.post("/inbox/cases", status=422, **chosen, go="1").text)


def test_a_row_that_cannot_be_read_stops_all_of_it(visitor, shown):
    drop(visitor, "clients.csv", TABLE.replace(b"5 January 2031", b"05/01/2031"), "/inbox/table")
    token = next(iter(visitor.desk.waiting))
    text = shown(visitor.post("/inbox/cases", status=422, **{"token": token, "column-0": "pseudonym", "column-2": "due_on", "go": "1"}).text)
    assert "row 2" in text and "due" in text and visitor.desk.vault.case_ids() == []


def test_what_is_no_table_is_said_so(visitor, shown):
    assert "is wanted" in shown(drop(visitor, "clients.pdf", b"x", "/inbox/table"))


def test_a_table_that_waits_is_forgotten_when_the_vault_is_locked(visitor):
    drop(visitor, "clients.csv", TABLE, "/inbox/table")
    visitor.desk.lock()
    assert not visitor.desk.waiting
