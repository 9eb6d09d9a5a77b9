"""Dates as people type them: every reading, never a guessed one."""

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from habeas.domain.when import parse_when
from habeas.intake.typed_dates import read_typed


def edtf(text, years=()):
    return [one.edtf for one in read_typed(text, years).readings]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("5 января 2017", "2017-01-05"),
        ("5 January 2017", "2017-01-05"),
        ("January 5th, 2017", "2017-01-05"),
        ("5 de enero de 2017", "2017-01-05"),
        ("5.1.2017", "2017-01-05"),
        ("2017.01.05", "2017-01-05"),
        ("Thursday 5 January 2017", "2017-01-05"),
        ("январь 2017", "2017-01"),
        ("в марте 2017 года", "2017-03"),
        ("около 5 января 2017", "2017-01-05~"),
        ("hacia enero de 2017", "2017-01~"),
        ("с 3 по 9 января 2017 г.", "2017-01-03/2017-01-09"),
        ("from 3 to 9 January 2017", "2017-01-03/2017-01-09"),
        ("January 3 to 9, 2017", "2017-01-03/2017-01-09"),
        ("del 3 al 9 de enero de 2017", "2017-01-03/2017-01-09"),
        ("между 28 января и 3 февраля 2017", "2017-01-28/2017-02-03"),
        ("до 5 января 2017", "../2017-01-05"),
        ("before 5 January 2017", "../2017-01-04"),
        ("after 5 January 2017", "2017-01-06/.."),
        ("desde el 5 de enero de 2017", "2017-01-05/.."),
        ("конец января 2017", "2017-01-21/2017-01-31"),
        ("a finales de febrero de 2017", "2017-02-21/2017-02-28"),
        ("весной 2017", "2017-03/2017-05"),
        ("5 января 2017 в 10:30", "2017-01-05T10:30"),
        ("~5.1.2017", "2017-01-05~"),
        ("5 January 2017?", "2017-01-05~"),
        ("≈5 January 2017", "2017-01-05~"),
        ("05.01.2017 14.30", "2017-01-05T14:30"),
        ("@S006+P14D", "@S006+P14D"),
        ("2017-01-03/2017-01-09", "2017-01-03/2017-01-09"),
    ],
)
def test_one_reading_is_taken(typed, meant):
    assert edtf(typed) == [meant]


@pytest.mark.parametrize(
    ("typed", "readings"), [("05/01/2017", ["2017-01-05", "2017-05-01"]), ("5-1-2017", ["2017-01-05", "2017-05-01"]), ("13/01/2017", ["2017-01-13"])]
)
def test_figures_with_two_readings_give_both(typed, readings):
    assert edtf(typed) == readings


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("5.1.17", "four figures"),
        ("5 января", "the year is missing"),
        ("Friday 5 January 2017", "weekday does not fit"),
        ("31 February 2017", "no such day"),
        ("winter 2017", "two years"),
        ("the day before yesterday", "not understood"),
        ("5 January 2017 or so", "not understood"),
        ("2017-13", "not a day of the calendar"),
        ("x" * 500, "too long"),
        ("5 January 2017 (?)", "not understood"),
        ("≥5 January 2017", "not understood"),
        ("before 3 to 9 January 2017", "not understood"),
        ("после 3-9 января 2017", "not understood"),
        ("05.01 2017", "four figures"),
        ("enero 2017, 10h", "not understood"),
        ("январь 2017, 10 часов", "not understood"),
        ("January 2017 14:30", "a time needs a whole day"),
        ("Thursday January 2017", "not understood"),
        ("after 31 December 9999", "no such day"),
        ("between 5 January 2017", "not understood"),
        ("- 5 January 2017", "not understood"),
        ("March 2017 to 5", "a day needs a month"),
        ("January to 5, 2017", "a day needs a month"),
    ],
)
def test_what_is_not_a_date_is_refused_with_a_reason(typed, why):
    found = read_typed(typed)
    assert found.readings == () and why in found.problem


def test_a_missing_year_is_never_filled_in_but_the_years_of_the_case_are_offered():
    assert edtf("5 января", [2017, 2016, 2017]) == ["2016-01-05", "2017-01-05"]
    assert read_typed("5 января", [2017]).readings[0].words == "5 January 2017"


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from(["en", "ru", "es"]), st.sampled_from(["medium", "long", "full"]))
def test_every_way_in_which_the_three_languages_write_a_day_is_read_back(day, language, style):
    assert edtf(format_date(day, style, locale=language)) == [day.isoformat()]


@given(st.text(max_size=60))
def test_whatever_is_typed_gives_readings_that_are_dates_or_a_reason(text):
    found = read_typed(text)
    assert found.readings or found.problem or not text.strip()
    for one in found.readings:
        assert parse_when(one.edtf).text == one.edtf and one.words


@given(st.dates(date(1000, 1, 1), date(2100, 1, 1)))
def test_no_reading_ever_has_a_year_that_was_not_typed(day):
    for text in (f"{day.day}.{day.month}.{day.year % 100:02}", f"{day.day} {format_date(day, 'MMMM', locale='ru')}"):
        assert edtf(text) == []
