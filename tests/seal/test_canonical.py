"""One spelling: two records are the same where their bytes are, whatever the order in which they were put together."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from habeas.seal.canonical import canonical

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4),
    max_leaves=12,
)


def turned(value):
    """The same value, every mapping filled in the other order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(one) for one in value] if isinstance(value, list) else value


@given(plain)
def test_the_order_of_filling_does_not_show(value):
    assert canonical(value) == canonical(turned(value))


@given(plain)
def test_any_reader_of_json_reads_the_value_back_and_writing_it_again_changes_nothing(value):
    spelled = canonical(value)
    assert json.loads(spelled) == value
    assert canonical(msgspec.json.decode(spelled)) == spelled


@given(plain, plain)
def test_different_values_never_share_a_spelling(one, two):
    assert (canonical(one) == canonical(two)) is (json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True))


@given(st.dictionaries(st.text("abcäé Жя", max_size=3), st.integers(0, 9), max_size=6))
def test_it_is_what_rfc_8785_writes_where_keys_are_below_the_surrogates(value):
    assert canonical(value) == json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def test_a_record_is_spelled_as_its_plain_values_are():
    class Record(msgspec.Struct):
        b: int
        a: str

    assert canonical(Record(b=1, a="é")) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()
