"""Exhibits on the screen: text, pages, pictures behind a warning, chats; a citation stands where the words stand."""

import io
import json
import re

import pytest
from PIL import Image

from habeas.vault.events import Kind

pytestmark = pytest.mark.slow
LETTER = "SYNTHETIC LETTER\nOn 22 September 1977 I spoke to him.\nOn 22 September 1977 I saw him.\n"


def picture():
    out = io.BytesIO()
    Image.new("RGB", (50, 40), "navy").save(out, "JPEG")
    return out.getvalue()


def number_of(sample, name):
    return next(one.key for one in sample.book().of(Kind.EXHIBIT) if name in one.record.file)


def test_words_are_cited_where_they_stand_and_the_fields_are_filled(sample, shown):
    sample.seal("letter.txt", LETTER.encode())
    number = number_of(sample, "letter")
    text = sample.post("/statements/new", exhibit=number, quote="I  spoke\nto him").text
    assert 'value="line 2, characters 22-35"' in text and "I spoke to him</textarea>" in text
    assert "2 places" in shown(sample.post("/statements/new", status=422, exhibit=number, quote="On 22 September 1977").text)
    assert (
        'value="line 3, characters 1-20"' in sample.post("/statements/new", exhibit=number, quote="On 22 September 1977", page="1", start="54").text
    )
    assert "do not stand in the exhibit" in shown(sample.post("/statements/new", status=422, exhibit=number, quote="I never saw him").text)


def test_an_exhibit_opens_at_the_passage_of_a_statement(sample):
    assert '<mark id="passage">' in sample.get("/exhibits/1?at=S001") and '<mark id="passage">' not in sample.get("/exhibits/1")


def test_a_picture_stands_behind_a_warning_until_it_is_asked_for(sample, shown):
    sample.seal("photo.jpg", picture())
    number = number_of(sample, "photo")
    assert "hard to look at or to read" in shown(sample.get(f"/exhibits/{number}")) and "<img" not in sample.get(f"/exhibits/{number}")
    assert f'src="/cases/{sample.cid}/exhibits/{number}/page/1"' in sample.get(f"/exhibits/{number}?show=1")
    answer = sample.visitor.client.get(f"/cases/{sample.cid}/exhibits/{number}/page/1")
    assert answer.headers["content-type"] == "image/png" and answer.headers["cache-control"] == "no-store"


def test_a_chat_is_sealed_whole_and_each_message_can_be_cited(sample, shown):
    chat = {"messages": [{"id": 7, "type": "message", "date": "2017-01-05T21:14:09", "from": "Aunt", "text": "he is here"}]}
    sample.seal("result.json", json.dumps(chat).encode())
    number = number_of(sample, "result")
    text = sample.get(f"/exhibits/{number}")
    assert "Aunt · 5 January 2017, 21:14 · message 7 he is here" in shown(text)
    editor = sample.post(
        "/statements/new", exhibit=number, quote="he is here", locator="message 7", speaker="Aunt", stated_on="2017-01-05T21:14"
    ).text
    assert 'value="message 7"' in editor and 'value="Aunt"' in editor


def test_what_an_exhibit_says_is_text_on_the_page(sample):
    sample.seal("x.txt", b"<script>alert(1)</script><img src=x>")
    text = sample.get(f"/exhibits/{number_of(sample, 'x.txt')}")
    assert "<script>alert" not in text and "<img src=x>" not in text


def test_what_is_recorded_of_it_is_changed_and_its_bytes_never(sample):
    before = sample.book().find(Kind.EXHIBIT, "1")
    sample.change_exhibit("1", title="Another title", form="scan", language="es", disclosable="true")
    after = sample.book().find(Kind.EXHIBIT, "1")
    assert (after.record.title, after.record.form, after.content) == ("Another title", "scan", before.content)
    sample.undo("exhibit", "1")
    assert sample.book().find(Kind.EXHIBIT, "1").record.title == before.record.title


def test_saving_the_sealed_file_gives_its_bytes_under_a_neutral_name_and_is_logged(sample, shown):
    answer = sample.post("/exhibits/1/file")
    assert answer.headers["content-disposition"] == 'attachment; filename="exhibit-1.txt"'
    assert answer.content.startswith(b"THE ARREST")
    assert "opened: saved to a file" in shown(sample.get("/log"))


def test_an_exhibit_that_does_not_exist_and_a_page_that_does_not_say_so(sample):
    for path in ("/exhibits/99", "/exhibits/99/page/1", "/exhibits/1/page/99"):
        assert "That did not work" in sample.get(path, status=422)


def test_a_file_with_other_line_ends_is_counted_as_it_is_shown(sample):
    sample.seal("dos.txt", b"first\r\nI do not know\r\nthird\r\nI do not know\r\n")
    text = sample.post("/statements/new", exhibit=number_of(sample, "dos"), quote="I do not know", page="1", start="26").text
    assert 'value="line 4, characters 1-13"' in text


def test_a_chat_of_one_huge_message_is_cut_and_said(sample, shown):
    chat = b"13/01/2017, 21:14 - A: " + b"&" * 3_000_000 + b"\n14/01/2017, 21:14 - B: x\n"
    sample.seal("chat.txt", chat)
    assert len(sample.get(f"/exhibits/{number_of(sample, 'chat')}")) < 500_000


def test_what_was_withdrawn_is_said_when_it_comes_again(sample, shown):
    sample.seal("letter.txt", LETTER.encode())
    number = number_of(sample, "letter")
    sample.post(f"/exhibits/{number}/withdraw")
    assert f"duplicate of exhibit {number} : it was withdrawn and does not count" in shown(sample.seal("again.txt", LETTER.encode())).replace(
        f"{number}:", f"{number} :"
    )


def test_an_exhibit_that_is_marked_and_the_words_cited_from_it_stand_behind_a_warning(sample, shown):
    assert "Avenida Rivera" in sample.get("/exhibits/1")
    sample.change_exhibit("1", title="x", form="scan", distressing="true")
    assert "hard to look at or to read" in shown(sample.get("/exhibits/1")) and 'id="text"' not in sample.get("/exhibits/1")
    assert 'id="text"' in sample.get("/exhibits/1?show=1")
    assert "<details><summary>Words that may be hard to read</summary>" in sample.get("/statements")


def test_pages_behind_a_warning_can_be_turned(sample):
    sample.change_exhibit("8", title="x", form="scan", distressing="true")
    first = sample.get("/exhibits/8?show=1")
    assert "?page=2&amp;show=1" in first or "page 1 of" not in first
    assert 'href="?show=1&amp;page=1' in sample.get("/exhibits/8")


def test_what_is_recorded_of_an_exhibit_is_not_saved_over_a_later_change_and_what_was_typed_stays(sample, shown):
    older = sample.book().find(Kind.EXHIBIT, "1").revisions[-1].payload
    sample.change_exhibit("1", title="A colleague's title", form="scan")
    text = sample.change_exhibit("1", status=422, revision=older, title="My title", form="copy").text
    assert "changed since you opened it" in shown(text) and 'value="My title"' in text
    again = re.search(r'name="revision" value="([^"]+)"', text)[1]
    sample.change_exhibit("1", status=422, revision=again, title="My title", form="copy")  # a second click saves no more than the first
    assert sample.book().find(Kind.EXHIBIT, "1").record.title == "A colleague's title"
    text = sample.change_exhibit("1", status=422, title="My title", form="nothing").text
    assert 'value="My title"' in text
