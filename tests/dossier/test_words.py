"""Closed words and days as readers meet them."""

import pytest

from habeas.domain.statement import CIRCUMSTANCE_KEYS
from habeas.domain.when import parse_when
from habeas.dossier.words import circumstance_words, day_words, locator_words
from habeas.locale import speaking


@pytest.mark.parametrize(
    ("code", "day", "said"),
    [
        ("en", "2031-01-05", "5 January 2031"),
        ("ru", "2031-01-05", "5 января 2031"),
        ("en", "2026-11-26T07:31:26Z", "26 November 2026, 07:31 UTC"),
        ("ru", "2017-01-05T21:14", "5 января 2017, 21:14"),
        ("en", "", ""),
        ("en", "2026-13-45", "2026-13-45"),
        ("ru", "17.1.2017 21:14", "17.1.2017 21:14"),
    ],
)
def test_a_day_is_said_in_the_language_of_the_screens_and_what_is_none_as_it_stands(code, day, said):
    with speaking(code):
        assert day_words(day) == said
    assert day_words(day, code) == said


def test_a_date_of_a_record_keeps_its_uncertainty():
    assert "2017" in day_words(parse_when("2017-01~")) and day_words(parse_when("2017-01-05"), "ru") == "5 января 2017"
    assert day_words(None) == ""


@pytest.mark.parametrize("key", CIRCUMSTANCE_KEYS)
def test_every_circumstance_has_a_name_in_russian(key):
    with speaking("ru"):
        assert not set(circumstance_words(key)) & set("abcdefghijklmnopqrstuvwxyz_")


@pytest.mark.parametrize(
    ("english", "russian"),
    [
        ("p. 3", "с. 3"),
        ("line 14", "строка 14"),
        ("lines 2-5, from character 7", None),
        ("p. 3, characters 10-20", None),
        ("line 3, characters 1-26", "строка 3, символы 1-26"),
        ("message 7", None),
    ],
)
def test_a_place_in_an_exhibit_is_said_in_the_readers_language_whoever_wrote_it_down(english, russian):
    with speaking("ru"):
        said = locator_words(english)
        assert said != english and locator_words(said) == said
        assert said == (russian or said)
    with speaking("en"):
        assert locator_words(said) == english == locator_words(english)


@pytest.mark.parametrize("free", ["", "back of the sheet", "fol. 12 r", "line fourteen", "00:12:30"])
def test_a_place_that_a_person_wrote_otherwise_stays(free):
    for code in ("en", "ru"):
        with speaking(code):
            assert locator_words(free) == free
