"""Names as keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.domain.identity import fold, plain_name


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ejército", "ejercito"), ("Julio  Castro ", "julio castro"), ("A. Witness (former soldier)", "a. witness"), ("Ёлкин", "елкин")],
)
def test_spellings_that_differ_in_case_accents_spaces_or_asides_are_one_name(one, other):
    assert fold(one) == fold(other)


def test_a_name_that_is_all_aside_stays_itself():
    assert plain_name("(not given)") == "(not given)"


@given(st.text(max_size=40))
def test_folding_ignores_doubled_spaces_around_a_name(name):
    assert fold(f"  {name}  ") == fold(name)
