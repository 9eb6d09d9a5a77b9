"""A calendar tells days and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from habeas.services.calendars import calendar

AGENDA = [
    ("2031-01-05", "case-0123456789ab", "ab12cd34ef"),
    ("check", "case-0123456789ab", "ff"),
    ("", "case-0123456789ab", "ee"),
    ("2031-02-28", "case-0123456789ab", "review"),
]


def test_entries_without_a_day_are_left_out_and_titles_are_neutral():
    text = calendar(AGENDA, "2026-11-26T10:00:00Z").decode()
    assert text.count("BEGIN:VEVENT") == 2 and "DTSTART;VALUE=DATE:20310105\r\nDTEND;VALUE=DATE:20310106" in text
    assert "SUMMARY:Reminder 012345-ab12cd" in text and "CLASS:PRIVATE" in text and "DTSTAMP:20261126T100000Z" in text
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") and text.endswith("END:VCALENDAR\r\n")


@given(st.lists(st.tuples(st.dates().map(str), st.just("case-0123456789ab"), st.text("abcdef0123456789", min_size=1, max_size=32)), max_size=9))
def test_no_line_is_longer_than_the_standard_allows_and_every_event_is_closed(agenda):
    lines = calendar(agenda, "2026-11-26T10:00:00Z").decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(agenda)
