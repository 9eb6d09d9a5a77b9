"""Days in words are what CLDR gives (Babel's patterns), in every language of the screens."""

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from habeas.locale import LANGUAGES, long_date, long_month, speaking


@pytest.mark.parametrize("code", [*LANGUAGES, "es", "de"])
@given(day=st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_a_day_and_a_month_in_words(code, day):
    with speaking(code):
        assert long_date(day) == format_date(day, "d MMMM y", locale=code)
        assert long_month(day) == format_date(day, "LLLL y", locale=code)
