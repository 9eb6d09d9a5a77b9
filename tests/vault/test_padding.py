"""Padmé: few lengths are shown, little is added, and nothing is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vault.padding import SHORTEST, padded_size

sizes = st.one_of(st.integers(0, 5000), st.integers(0, 1 << 40))


@given(sizes)
def test_at_most_12_percent_is_added_and_nothing_is_cut(size):
    assert size <= padded_size(size)
    assert padded_size(size) <= max(SHORTEST, size * 1.12)


@given(sizes, sizes)
def test_a_longer_text_never_looks_shorter(one, two):
    assert padded_size(min(one, two)) <= padded_size(max(one, two))


@given(sizes)
def test_a_padded_length_is_padded_already(size):
    assert padded_size(padded_size(size)) == padded_size(size)


def test_few_lengths_are_shown():
    assert {padded_size(size) for size in range(SHORTEST + 1)} == {SHORTEST}
    assert len({padded_size(size) for size in range(1 << 16)}) < 160


@pytest.mark.parametrize(("size", "shown"), [(9, 256), (257, 272), (1000, 1024), (1 << 20, 1 << 20), ((1 << 20) + 1, 1081344)])
def test_lengths_of_the_paper(size, shown):
    """PETS 2019, algorithm 1: with E = floor(log2 L) and S = floor(log2 E) + 1, the last E - S bits are zero."""
    assert padded_size(size) == shown
