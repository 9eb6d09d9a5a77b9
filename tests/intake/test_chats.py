"""Exports of chats are read message by message, and a date is given only where the file itself proves how it is written."""

import io
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.intake.chats import NoChatError, read_chat

TELEGRAM = {
    "name": "SYNTHETIC",
    "messages": [
        {"id": 1, "type": "service", "date": "2017-01-04T10:00:00", "action": "create_group"},
        {
            "id": 7,
            "type": "message",
            "date": "2017-01-05T21:14:09",
            "from": "A made-up aunt",
            "text": ["he ", {"type": "bold", "text": "is"}, " here"],
        },
        {"id": 9, "type": "message", "date": "2017-01-06T08:00:00", "from": "A made-up uncle", "text": "", "file_name": "scan.pdf"},
    ],
}
ANDROID = "13/01/2017, 21:14 - A made-up aunt: he is here\nand he sleeps\n14/01/2017, 08:00 - A made-up uncle: good\n"
APPLE = "[1/13/17, 9:14:09 PM] A made-up aunt: he is here\n[1/14/17, 8:00:00 AM] A made-up uncle: \u200e<attached: 0001-photo.jpg>\n"


def test_telegram_keeps_its_own_numbers_and_leaves_what_is_no_message():
    first, second = read_chat("result.json", json.dumps(TELEGRAM).encode())
    assert (first.number, first.who, first.text, first.on) == ("7", "A made-up aunt", "he is here", "2017-01-05T21:14")
    assert (second.number, second.attached) == ("9", "scan.pdf")


def test_whatsapp_of_android_with_a_message_of_several_lines():
    first, second = read_chat("chat.txt", ANDROID.encode())
    assert (first.number, first.who, first.text, first.on) == ("1", "A made-up aunt", "he is here\nand he sleeps", "2017-01-13T21:14")
    assert second.on == "2017-01-14T08:00"


def test_whatsapp_of_ios_with_halves_of_the_day_and_attachments():
    first, second = read_chat("_chat.txt", APPLE.encode())
    assert first.on == "2017-01-13T21:14" and second.attached == "0001-photo.jpg"


def test_a_date_whose_order_nothing_in_the_file_proves_is_left_out_and_shown_as_it_stands():
    first, _ = read_chat("chat.txt", b"05/01/2017, 21:14 - A: here\n06/01/2017, 08:00 - B: good\n")
    assert first.on == "" and first.stamp == "05/01/2017, 21:14"


@pytest.mark.parametrize(
    "lines",
    [
        "17/02/05, 10:00 - A: x\n17/02/06, 10:00 - B: y\n",  # the year comes first: 2005 would be before there was such a chat
        "13/01/2017, 3:20 م - A: x\n14/01/2017, 3:21 م - B: y\n",  # half of the day, in letters that are not known here
        "05/01/2017, 21:14 - A: x\n1/13/2017, 09:00 - B: pasted\n06/01/2017, 08:00 - A: y\n",  # one line proves an order in which the days run back
    ],
)
def test_no_date_where_the_file_does_not_prove_it_beyond_doubt(lines):
    found = read_chat("a.txt", lines.encode())
    assert len(found) >= 2 and {one.on for one in found} == {""} and {one.who for one in found} <= {"A", "B"}


def test_a_head_of_another_form_is_text_that_somebody_pasted():
    first, second = read_chat("a.txt", b"13/01/2017, 21:14 - A: x\n[1/13/17, 9:14:09 PM] B: pasted\n14/01/2017, 08:00 - A: y\n")
    assert (first.who, second.who) == ("A", "A") and "pasted" in first.text and second.on == "2017-01-14T08:00"


def test_two_messages_with_one_number_are_told_apart_and_half_characters_are_no_error():
    chat = {"messages": [{"id": 7, "type": "message", "date": "2017-01-05T21:14:09", "from": "A", "text": "\ud83d"}] * 2}
    first, second = read_chat("result.json", json.dumps(chat).encode())
    assert first.number == "7" and second.number != "7" and first.text.encode("utf-8")


def test_only_a_line_end_ends_a_line():
    assert read_chat("a.txt", "13/01/2017, 21:14 - A: x\u202814/01/2017, 21:15 - B: y\n14/01/2017, 21:16 - A: z\n".encode())[0].text.endswith("B: y")


def test_the_archive_that_a_telephone_makes_is_read_as_well():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("_chat.txt", APPLE)
        archive.writestr("0001-photo.jpg", b"x")
    assert len(read_chat("chat.zip", out.getvalue())) == 2


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"messages": 3}', b"[1,2]", b"a letter\nof two lines\n", b"PK\x03\x04 broken", b"\xff\xfe\x00", b"{" * 100_000]
)
def test_what_is_no_chat_is_no_chat(content):
    with pytest.raises(NoChatError):
        read_chat("a.txt", content)


@given(st.lists(st.tuples(st.dates(), st.text(st.characters(categories=["L", "Nd", "Zs"]), min_size=1, max_size=20)), min_size=2, max_size=8))
def test_no_message_is_lost_or_made_up(messages):
    lines = [f"{day.day:02}.{day.month:02}.{day.year:04}, 10:00 - A: x{text.strip()}" for day, text in messages]
    found = read_chat("a.txt", "\n".join(lines).encode())
    assert [one.text for one in found] == [f"x{text.strip()}" for _, text in messages]
    for (day, _), one in zip(messages, found):
        assert one.on in ("", f"{day.isoformat()}T10:00")
