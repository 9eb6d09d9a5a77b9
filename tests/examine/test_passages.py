"""Shared wording: what differs is a slot, what thousands use is no pair, slips and changed words do not hide a template."""

import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.examine.passages import CAP, fold_word, shared_passages, with_slots

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from wording_texts import KINDS, corpus

ONE = "Я осуждаю поступок сына, который 22 мая 2017 года уехал в Сирию по собственной воле, и претензий к властям не имею."
OTHER = "Я осуждаю поступок дочери, которая 4 февраля 2016 года уехала в Сирию по собственной воле, и претензий к властям не имею."


def pairs_of(texts):
    return {(one.first, one.second) for one in shared_passages(texts).pairs}


def test_two_texts_from_one_mould_are_aligned_and_what_differs_is_a_slot():
    (found,) = shared_passages(["Совсем другое начало и конец.", ONE, "Ничего общего.", OTHER]).pairs
    assert (found.first, found.second) == (1, 3)
    aligned = with_slots(ONE, OTHER, found.spans)
    assert "в Сирию по собственной воле, и претензий к властям не имею" in aligned
    assert "⟦" in aligned and " | " in aligned


def test_a_figure_that_differs_is_a_slot_and_never_shown_as_common():
    one = "They say that he crossed at dawn on 3 May 2016 by the old bridge and never wrote to anyone again"
    (found,) = shared_passages([one, one.replace("3 May 2016", "9 May 2017")]).pairs
    aligned = with_slots(one, one.replace("3 May 2016", "9 May 2017"), found.spans)
    assert "⟦3 | 9⟧" in aligned and "⟦2016 | 2017⟧" in aligned


def test_the_blocks_are_the_same_words_in_both_texts():
    (found,) = shared_passages([ONE, OTHER]).pairs
    for block in found.blocks:
        one, other = (
            [fold_word(word) for word in text[slice(*span)].replace(",", "").split()] for text, span in ((ONE, block.first), (OTHER, block.second))
        )
        assert one == other
        assert len(one) == block.words


@pytest.mark.parametrize(("one", "other"), [("Ёлка", "елка"), ("José", "jose"), ("22", "1977"), ("STRASSE", "straße")])
def test_words_are_compared_without_case_accents_and_numbers(one, other):
    assert fold_word(one) == fold_word(other)


def test_a_russian_letter_with_a_breve_is_a_letter_of_its_own():
    assert fold_word("край") != fold_word("краи")


def test_what_many_texts_use_makes_no_pair_and_is_listed_with_who_uses_it():
    rng = random.Random(1)
    form = "настоящим подтверждаю что ознакомлен с содержанием протокола и замечаний не имею"
    texts = [
        f"{' '.join(str(rng.random())[2:].translate(str.maketrans('0123456789', 'абвгдежзик')) for _ in range(12))} {form}" for _ in range(CAP + 8)
    ]
    found = shared_passages(texts)
    assert not found.pairs
    assert [one.words for one in found.widely] == [form]
    assert found.widely[0].texts == tuple(range(CAP + 8))


def test_a_word_or_two_in_common_is_nothing():
    assert not pairs_of(["он уехал в Москву утром", "она вернулась в Москву вечером"])


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["один"], ["!!! ...", "??"], ["а б", "а б"]])
def test_texts_of_few_words_or_none_are_read(texts):
    assert shared_passages(texts).pairs == ()


@given(st.lists(st.lists(st.sampled_from("abcdefg"), max_size=30).map(" ".join), max_size=6))
def test_any_texts_give_pairs_of_different_texts_whose_blocks_go_forward_in_both(texts):
    for found in shared_passages(texts, least_bits=20).pairs:
        assert 0 <= found.first < found.second < len(texts)
        for before, after in zip(found.blocks, found.blocks[1:], strict=False):
            assert before.first[1] <= after.first[0] and before.second[1] <= after.second[0]


@given(st.permutations(range(6)))
def test_the_order_of_the_texts_changes_no_pair(order):
    texts = [ONE, OTHER, "совсем другой рассказ о другом дне и о других людях", "и ещё один, ни на что не похожий", ONE.upper(), "коротко"]
    right = pairs_of(texts)
    found = {tuple(sorted((order[one], order[other]))) for one, other in pairs_of([texts[at] for at in order])}
    assert found == right


@pytest.mark.slow
def test_hidden_templates_are_found_among_thousands_of_texts_of_which_most_carry_forms():
    made = corpus(7, 20_000, groups=120)
    found = pairs_of(made.texts)
    true = set().union(*made.pairs.values())
    assert len(found & true) / len(found) >= 0.9
    for kind, least in zip(KINDS, (0.99, 0.95, 0.93, 0.9), strict=True):
        assert len(found & made.pairs[kind]) / len(made.pairs[kind]) >= least, kind
