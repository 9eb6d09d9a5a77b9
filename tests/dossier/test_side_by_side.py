"""Two texts beside each other: nothing lost, nothing shared that is not in both."""

from hypothesis import given
from hypothesis import strategies as st

from habeas.dossier.side_by_side import MOST_WORDS, side_by_side

WORDS = st.lists(st.sampled_from(["on", "the", "fifth", "my", "son", "left", "Syria", "A.", "B.", "January"]), max_size=25).map(" ".join)


@given(WORDS, WORDS)
def test_the_pieces_of_each_side_are_that_text(first, second):
    found = side_by_side(first, second)
    assert " ".join(piece.first for piece in found.pieces if piece.first) == first
    assert " ".join(piece.second for piece in found.pieces if piece.second) == second
    assert sum(len(piece.first.split()) for piece in found.pieces if piece.shared) == found.shared


@given(WORDS)
def test_a_text_beside_itself_is_one_shared_run(text):
    found = side_by_side(text, text)
    assert all(piece.shared for piece in found.pieces) or len(text.split()) < 3


def test_slots_are_what_was_filled_differently():
    found = side_by_side("On 5 January my son left for Syria, signed A.", "On 9 March my son left for Syria, signed B.")
    assert [(one.shared, one.first, one.second) for one in found.pieces] == [
        (False, "On 5 January", "On 9 March"), (True, "my son left for Syria, signed", "my son left for Syria, signed"), (False, "A.", "B."),
    ]  # fmt: skip
    assert (found.shared, found.words) == (6, (10, 10))


def test_what_is_too_long_is_cut_and_said():
    assert side_by_side("a " * (MOST_WORDS + 5), "a").cut
