"""A passage is found where it stands, whatever its spaces, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.domain.errors import BadInput
from habeas.services.viewing import passage, passages

PAGES = ["He was\nat home  on\nMonday.", "He was at work. He was at home."]
WORDS = st.text("abcde.", min_size=1, max_size=6)


def test_line_breaks_and_spaces_are_forgiven_and_nothing_else():
    found = passage(PAGES, "was at home on")
    assert (found.page, found.line, found.last_line, found.words) == (1, 1, 2, "was at home on")
    assert PAGES[0][found.start : found.end] == "was\nat home  on"
    for wrong in ("was at Home on", "was at home, on", "", "   "):
        with pytest.raises(BadInput):
            passage(PAGES, wrong)


def test_words_in_several_places_want_more_words_or_a_selection():
    with pytest.raises(BadInput, match="3 places"):
        passage(PAGES, "He was")
    assert passage(PAGES, "He was", near=(2, 17)).start == 16


def test_a_locator_counts_pages_and_characters_from_one():
    assert passage(PAGES, "at work").locator(paged=True) == "p. 2, characters 8-14"
    assert passage(PAGES, "home on Monday").locator(paged=False) == "lines 2-3, from character 4"


@given(st.lists(WORDS, min_size=1, max_size=12), st.lists(st.sampled_from([" ", "\n", "  ", "\t"]), min_size=12, max_size=12), st.data())
def test_what_is_quoted_from_a_text_is_found_at_its_place(words, spaces, data):
    text = "".join(word + space for word, space in zip(words, spaces))
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    quote = " ".join(words[first : last + 1])
    found = list(passages([text], quote))
    assert found and all(" ".join(text[one.start : one.end].split()) == quote == one.words for one in found)
