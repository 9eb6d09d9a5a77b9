"""Recovery words: every subset of enough lists gives the secret back, none of fewer does, and no error quotes a word."""

from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from habeas.vault.errors import RecoveryWordsError
from habeas.vault.recovery import Recovery

SECRET = bytes(range(32))
ONE = Recovery(SECRET)


@pytest.fixture(scope="module")
def three_of_five():
    return ONE.words(3, 5)


def test_every_three_of_five_give_it_back_in_any_order(three_of_five):
    assert all(len(one.split()) == 33 for one in three_of_five)
    for some in combinations(three_of_five, 3):
        assert Recovery.from_words(some).holder == ONE.holder
    for some in permutations(three_of_five[:3]):
        assert Recovery.from_words(some).identity.raw == SECRET


def test_no_two_of_five_give_anything(three_of_five):
    for some in combinations(three_of_five, 2):
        with pytest.raises(RecoveryWordsError, match="2 lists are too few"):
            Recovery.from_words(some)
    for one in three_of_five:
        with pytest.raises(RecoveryWordsError, match="too few"):
            Recovery.from_words([one])
        with pytest.raises(RecoveryWordsError):
            Recovery.from_words([one] * 3)


@pytest.mark.parametrize(("threshold", "shares"), [(1, 1), (2, 2), (2, 3), (16, 16)])
def test_figures_that_fit_give_words_that_open(threshold, shares):
    words = ONE.words(threshold, shares)
    assert len(words) == shares
    assert Recovery.from_words(words[-threshold:]).holder == ONE.holder


@pytest.mark.parametrize(("threshold", "shares"), [(0, 1), (1, 2), (2, 1), (3, 17), (-1, 3), (1, 0), (0, 0)])
def test_figures_that_do_not_fit_are_refused(threshold, shares):
    with pytest.raises(RecoveryWordsError, match="16 of 16"):
        ONE.words(threshold, shares)


OURS = set(
    str(RecoveryWordsError("a list is mistyped, or a word is missing: the lists do not belong together, 33 are too few or many")).lower().split()
)


def quotes_no_word(error, lists):
    """The words of our own sentences may happen to be in the list of words, too."""
    said = {word.strip(".,:;") for word in str(error).lower().split()}
    typed = {word for one in lists for word in one.lower().split() if word in set(WORDLIST)}
    return not said & (typed - {word.strip(".,:;") for word in OURS})


@settings(max_examples=60)
@given(st.data())
def test_a_mistyped_word_is_found_and_not_quoted(data):
    words = ONE.words(1, 1)[0].split()
    at = data.draw(st.integers(0, len(words) - 1))
    words[at] = data.draw(st.sampled_from(WORDLIST) | st.sampled_from(["x", "KINGFISHER", "слово", words[at][:3]]))
    typed = " ".join(words)
    try:
        assert Recovery.from_words([typed]).holder == ONE.holder
    except RecoveryWordsError as error:
        assert "mistyped" in str(error) or "few" in str(error) or "together" in str(error)
        assert quotes_no_word(error, [typed])
        assert "kingfisher" not in str(error).lower()


@settings(max_examples=40)
@given(st.data())
def test_words_that_changed_places_or_went_missing_are_found(data):
    words = ONE.words(1, 1)[0].split()
    at = data.draw(st.integers(0, len(words) - 2))
    swapped = [*words[:at], words[at + 1], words[at], *words[at + 2 :]]
    for wrong in (swapped, words[:at] + words[at + 1 :], [*words, words[at]]):
        if wrong != words:
            with pytest.raises(RecoveryWordsError) as caught:
                Recovery.from_words([" ".join(wrong)])
            assert quotes_no_word(caught.value, [" ".join(words)])


def test_spaces_capitals_and_line_ends_do_not_matter(three_of_five):
    typed = ["  " + one.upper().replace(" ", " \n\t ") + "\n" for one in three_of_five[:3]]
    assert Recovery.from_words([*typed, "", "  "]).holder == ONE.holder


def test_lists_of_two_secrets_do_not_mix(three_of_five):
    other = Recovery(bytes(32)).words(3, 5)
    with pytest.raises(RecoveryWordsError, match="together"):
        Recovery.from_words([*three_of_five[:2], other[2]])


@pytest.mark.parametrize("lists", [[], [""], [" ", "\n"]])
def test_no_words_are_no_words(lists):
    with pytest.raises(RecoveryWordsError, match="none were given"):
        Recovery.from_words(lists)


def test_words_of_another_program_with_a_shorter_secret_are_told():
    from shamir_mnemonic import generate_mnemonics

    ((words,),) = generate_mnemonics(1, [(1, 1)], bytes(16), iteration_exponent=0)
    with pytest.raises(RecoveryWordsError, match="another program"):
        Recovery.from_words([words])


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_is_words_or_a_typed_error(lists):
    with pytest.raises(RecoveryWordsError):
        Recovery.from_words(lists)


def test_the_signing_key_does_not_give_away_the_identity():
    assert ONE.signer.seed != ONE.identity.raw
    assert Recovery(SECRET).holder == ONE.holder != Recovery.generate().holder
