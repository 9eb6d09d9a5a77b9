"""Files without a case, and a spreadsheet with one row a client."""

import re

import pytest

pytestmark = pytest.mark.slow
OWN = {"sec-fetch-site": "same-origin"}
TABLE = b"pseudonym,phone,due,faith\nAunt,+0,5 January 2031,x\nUncle,,,\n"


def drop(visitor, name, content, path="/inbox"):
    answer = visitor.client.post(path, files={"files": (name, content)}, headers=OWN)
    return answer.text


def test_dropped_files_wait_in_the_inbox_and_are_filed_into_a_case(visitor, shown):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    assert "1 sealed + 0 duplicates" in shown(drop(visitor, "letter.txt", b"a letter"))
    assert "Choose the files" in shown(visitor.post("/inbox/file", status=422, case=cid).text)
    text = shown(visitor.post("/inbox/file", **{"file-1": "on", "case": cid}).text)
    assert "1 file was filed." in text and "01-letter.txt" in text
    assert "The inbox is empty" in shown(visitor.get("/inbox"))


def test_filing_is_undone_by_one_click_once(visitor, shown):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    drop(visitor, "letter.txt", b"a letter")
    text = visitor.post("/inbox/file", **{"file-1": "on", "case": cid}).text
    token = re.search(r'action="/undo"><input type="hidden" name="token" value="([0-9a-f]+)"', text)[1]
    visitor.post("/undo", status=422, token="0" * 16)
    text = shown(visitor.post("/undo", token=token).text)
    assert "Undone." in text and "letter.txt" in text and "The inbox is empty" not in text
    assert "01-letter.txt" not in shown(visitor.get(f"/cases/{cid}/exhibits")).split("Withdrawn")[0]
    assert "too long ago" in shown(visitor.post("/undo", status=422, token=token).text)


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
