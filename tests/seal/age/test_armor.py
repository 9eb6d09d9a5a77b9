"""The text form of age files: one spelling, and none that is nearly it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.seal.age import ArmorError, armor, dearmor
from habeas.seal.age.armor import BEGIN, END

AROUND = st.one_of(st.binary(max_size=400), st.integers(0, 200).map(bytes))


@given(AROUND)
def test_the_bytes_come_back_with_either_line_end_and_spaces_around(binary):
    text = armor(binary)
    assert all(len(line) <= 64 for line in text.splitlines())
    for form in (text, text.replace(b"\n", b"\r\n"), b" \r\n\t" + text + b"\n \n", text.rstrip()):
        assert dearmor(form) == binary


@given(st.binary(min_size=1, max_size=200), st.data())
def test_a_text_that_reads_is_the_one_that_is_written(binary, data):
    text = bytearray(armor(binary))
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] = data.draw(st.integers(0, 255))
    try:
        read = dearmor(bytes(text))
    except ArmorError:
        return
    assert armor(read) == bytes(text).replace(b"\r\n", b"\n").strip() + b"\n"


@pytest.mark.parametrize(
    "text",
    [
        b"", BEGIN, END, BEGIN + b"\n", BEGIN + END, END + b"\n" + BEGIN, BEGIN + b"\nAAAA", BEGIN + b"\nAAA\n" + END, BEGIN + b"\nAAAA \n" + END,
        BEGIN + b"\n\nAAAA\n" + END, BEGIN + b"\nAAAA\n\n" + END, BEGIN + b"\nAA==\nAAAA\n" + END, BEGIN + b"\nAAAA\n" + END + b"\nx",
        BEGIN + b"\n" + b"A" * 68 + b"\n" + END, BEGIN + b"\n" + b"A" * 60 + b"\nAAAA\n" + END, BEGIN + b"\nAB==\n" + END,
        BEGIN.lower() + b"\nAAAA\n" + END, BEGIN.replace(b"AGE", b"PGP") + b"\nAAAA\n" + END, BEGIN + b"\nComment: x\n\nAAAA\n" + END,
        BEGIN + b"\rAAAA\r" + END,
    ],
)  # fmt: skip
def test_what_is_nearly_armor_is_refused(text):
    with pytest.raises(ArmorError):
        dearmor(text)


@given(st.binary(max_size=300))
def test_any_bytes_are_armor_or_a_typed_error(untrusted):
    for text in (untrusted, BEGIN + b"\n" + untrusted + b"\n" + END):
        try:
            dearmor(text)
        except ArmorError:
            pass
