"""Cells into values and back: closed words, ids, flags, pairs, relays; protected traits have no place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.domain.statement import CIRCUMSTANCE_KEYS, IDENTIFIER_KEYS, Act, HowKnown, Side
from habeas.intake.folder.columns import (
    PROTECTED,
    SIDE_TABLES,
    STATEMENTS,
    CellError,
    a_day,
    a_flag,
    a_float,
    a_number,
    a_when,
    an_id,
    chain,
    one_of,
    pairs,
)
from habeas.intake.folder.reading import record_row

identifiers, circumstances = pairs(IDENTIFIER_KEYS), pairs(CIRCUMSTANCE_KEYS)


@pytest.mark.parametrize("text", ["S001", "a", "castro-1977.S_1", "S" + "0" * 31])
def test_an_id_is_a_letter_and_up_to_thirty_one_more_signs(text):
    assert an_id(text) == text


@pytest.mark.parametrize("text", ["1S", "_S", "S 1", "S" * 33, "é1", "S1\n", "S/1", "=S1", "Ｓ1"])
def test_anything_else_is_no_id_and_is_not_quoted(text):
    with pytest.raises(CellError, match="S001") as refused:
        an_id(text)
    assert text not in str(refused.value)


@pytest.mark.parametrize("text", ["7", "7a", "7.1", "12-3", "007", "123456"])
def test_an_exhibit_number_is_a_number_with_a_letter_or_a_part(text):
    assert a_number(text) == text


@pytest.mark.parametrize("text", ["a7", "7ab", "1234567", "7.", "-7", "٧", "7 a", "7\n"])
def test_anything_else_is_no_exhibit_number(text):
    with pytest.raises(CellError, match="7a"):
        a_number(text)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("TRUE", True), ("false", False), ("False", False)])
def test_a_flag_is_true_or_false(text, value):
    assert a_flag(text) is value


@pytest.mark.parametrize("text", ["yes", "1", "0", "да", "x", "truee", "KINGFISHER told me"])
def test_anything_else_is_no_flag(text):
    with pytest.raises(CellError, match="neither true nor false") as refused:
        a_flag(text)
    assert "KINGFISHER" not in str(refused.value)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "90.1", "-91", "12,5", "north", "1e400", ""])
def test_a_latitude_that_is_none_is_refused(text):
    with pytest.raises(CellError, match="-90 to 90"):
        a_float(-90, 90)(text)


def test_a_closed_word_is_one_of_its_list():
    assert one_of(Side)("state") is Side.STATE
    with pytest.raises(CellError, match=r"'State' is not one of state, family"):
        one_of(Side)("State")


def test_a_closed_word_is_quoted_only_where_it_looks_like_one():
    with pytest.raises(CellError) as refused:
        one_of(Act)("seen by KINGFISHER")
    assert "KINGFISHER" not in str(refused.value) and "detained" in str(refused.value)


def test_a_relative_date_stands_only_in_when():
    assert a_when("@S1+P1D").relative is not None
    with pytest.raises(CellError, match="only in the column 'when'"):
        a_day("@S1+P1D")


def test_pairs_are_read_in_their_order():
    assert identifiers("seat=3A; id_number = 1.234 ;") == (("seat", "3A"), ("id_number", "1.234"))
    assert circumstances("article=a=b") == (("article", "a=b"),)


@pytest.mark.parametrize("text", ["seat", "Seat=1", "colour=KINGFISHER", "KINGFISHER", "=KINGFISHER", "seat=1; KINGFISHER"])
def test_a_pair_with_another_key_is_refused_without_quoting_it(text):
    with pytest.raises(CellError, match="passport_number") as refused:
        identifiers(text)
    assert "KINGFISHER" not in str(refused.value)


def test_a_key_stands_once():
    with pytest.raises(CellError, match="'seat' is given twice"):
        identifiers("seat=1; seat=1")


@pytest.mark.parametrize(
    "key",
    ["religion", "Ethnicity", "sexual_orientation", "gender_identity", "political_opinion", "health", "HIV_status", "race", "вероисповедание", "национальность", "здоровье", "тейп",
     "политические взгляды", "orientación", "religión", "etnia", "raza", "salud", "opinión política", "género"],
)  # fmt: skip
def test_a_protected_key_is_refused_by_what_it_is(key):
    assert PROTECTED.search(key)
    with pytest.raises(CellError, match="protected trait"):
        identifiers(f"{key}=KINGFISHER")


def test_no_column_or_key_of_our_own_would_hold_a_protected_trait():
    names = [name for table in (STATEMENTS, *SIDE_TABLES) for name in table.names]
    assert [name for name in (*names, *IDENTIFIER_KEYS, *CIRCUMSTANCE_KEYS) if PROTECTED.search(name)] == []


@pytest.mark.parametrize("name", ["trace", "grace", "parcel"])
def test_an_innocent_name_is_not_taken_for_a_protected_one(name):
    assert not PROTECTED.search(name)


def test_relays_stand_outermost_first():
    assert chain("a newspaper < a radio <  his sister") == ("a newspaper", "a radio", "his sister")
    assert chain("R<D department") == ("R<D department",)


@pytest.mark.parametrize("text", ["a <  < b", " < b"])
def test_an_empty_relay_is_refused(text):
    with pytest.raises(CellError, match="OUTER < INNER"):
        chain(text)


def test_every_table_declares_exactly_the_fields_of_its_record():
    for table in (STATEMENTS, *SIDE_TABLES):
        assert set(table.names) == set(table.record.__struct_fields__), table.stem
        assert len(set(table.names)) == len(table.names)


def test_an_empty_cell_reads_as_the_record_s_own_default():
    for table in (STATEMENTS, *SIDE_TABLES):
        defaults = dict(zip(table.record.__struct_fields__[::-1], table.record.__struct_defaults__[::-1], strict=False))
        for column in table.columns:
            if not column.required and column.name in defaults:
                assert column.empty == defaults[column.name], f"{table.stem}.{column.name}"


_values = st.text(st.characters(codec="utf-8", exclude_characters=";\0"), max_size=20).map(str.strip)


@given(st.dictionaries(st.sampled_from(IDENTIFIER_KEYS), _values))
def test_pairs_come_back_as_they_were_written(values):
    column = next(column for column in STATEMENTS.columns if column.name == "identifiers")
    assert dict(column.read(column.write(tuple(values.items())))) == values


@pytest.mark.parametrize("word", [*Side, *Act, *HowKnown])
def test_every_closed_word_comes_back_as_it_was_written(word):
    assert one_of(type(word))(str(word)) is word


def test_a_row_has_a_cell_for_each_column():
    statement = STATEMENTS.record(
        id="S1", side=Side.STATE, act=Act.PRESENT, disclosable=True, relayed_by=("a", "b"), identifiers=(("seat", "1"), ("flight", "2"))
    )
    row = dict(zip(STATEMENTS.names, record_row(STATEMENTS, statement), strict=True))
    assert {name: cell for name, cell in row.items() if cell} == {
        "id": "S1", "side": "state", "act": "present", "disclosable": "true", "relayed_by": "a < b", "identifiers": "seat=1; flight=2",
    }  # fmt: skip
