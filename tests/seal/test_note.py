"""Signed notes: who signed is told by the text alone, and nothing that is nearly a note is one."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.seal.ed25519 import Signer
from habeas.seal.note import NoteError, add_signature, parse_note, sign_note, signers

ONE, TWO, THREE = (Signer(bytes([number]) * 32) for number in (1, 2, 3))
KEYS = {"one": ONE.public, "two": TWO.public}
TEXT = "habeas-test/1\nsomething\n"

lines = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=20), min_size=1, max_size=5)


@given(lines)
def test_who_signed_is_told(some):
    text = "\n".join(some) + "\n"
    note = parse_note(sign_note(text, [("one", ONE), ("three", THREE)]))
    assert note.text == text
    assert signers(note, KEYS) == {"one"}
    assert signers(note, KEYS | {"three": THREE.public}) == {"one", "three"}


def test_a_later_signature_changes_nothing_of_the_text():
    first = sign_note(TEXT, [("one", ONE)])
    both = add_signature(first, "two", TWO)
    assert parse_note(both).text == TEXT
    assert signers(parse_note(both), KEYS) == {"one", "two"}
    assert both.startswith(first)


def test_a_name_does_not_lend_itself_to_another_key():
    assert not signers(parse_note(sign_note(TEXT, [("one", TWO)])), KEYS)
    assert not signers(parse_note(sign_note(TEXT, [("two", ONE), ("other", ONE)])), KEYS)


def test_the_key_id_of_another_key_over_a_good_signature_does_not_count():
    good = sign_note(TEXT, [("one", ONE)])
    head, _, body = good.rstrip(b"\n").rpartition(b" ")
    raw = base64.b64decode(body)
    forged = head + b" " + base64.b64encode(bytes(4) + raw[4:]) + b"\n"
    assert not signers(parse_note(forged), KEYS)


def test_every_flipped_bit_is_found():
    good = sign_note(TEXT, [("one", ONE)])
    for at in range(len(good)):
        for bit in range(8):
            changed = bytearray(good)
            changed[at] ^= 1 << bit
            try:
                note = parse_note(bytes(changed))
            except NoteError:
                continue
            assert not signers(note, KEYS), (at, bit)


def test_a_signature_moved_to_another_text_does_not_hold():
    mine = sign_note(TEXT, [("one", ONE)])
    other = sign_note("habeas-test/1\nanother thing\n", [("two", TWO)])
    moved = other + mine.rpartition(b"\n\n")[2]
    assert signers(parse_note(moved), KEYS) == {"two"}


@pytest.mark.parametrize("text", ["", "no end", "\n\n", "a\n\nb\n", "a\n\n"])
def test_a_text_that_could_be_taken_for_two_is_not_signed(text):
    with pytest.raises(NoteError):
        sign_note(text, [("one", ONE)])


def test_the_empty_line_alone_is_no_text():
    """A text that is one line end gives a note that begins with its gap."""
    try:
        note = sign_note("\n", [("one", ONE)])
    except NoteError:
        return
    assert parse_note(note).text == "\n"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\tb"])
def test_a_name_with_spaces_or_a_plus_is_not_signed_with(name):
    with pytest.raises(NoteError):
        sign_note(TEXT, [(name, ONE)])


GOOD = sign_note(TEXT, [("one", ONE)])


@pytest.mark.parametrize(
    "note",
    [
        b"", b"\n", b"\n\n", TEXT.encode(), TEXT.encode() + b"\n", GOOD[:-1], GOOD + b"\n", GOOD + b"x", GOOD + b"\n\n", GOOD.replace(b"\n\n", b"\n"),
        GOOD.replace("—".encode(), b"-"), GOOD.replace("— ".encode(), "—  ".encode()), GOOD.replace(b" one ", b" o+e "), GOOD.replace(b"=\n", b"\n"),
        GOOD.replace(b"\n", b"\r\n"), b"\xff" + GOOD, GOOD.replace(b"something", b"some\n\nthing"), GOOD[:-8] + b"\n",
    ],
)  # fmt: skip
def test_what_is_nearly_a_note_is_refused(note):
    with pytest.raises(NoteError):
        parse_note(note)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_a_note_or_a_typed_error(one, two):
    for untrusted in (one, one + b"\n\n" + two, GOOD + one, TEXT.encode() + b"\n" + "— one ".encode() + base64.b64encode(one) + b"\n"):
        try:
            signers(parse_note(untrusted), KEYS)
        except NoteError:
            pass
