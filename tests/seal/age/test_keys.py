"""Keys of age as text: what pyrage writes is read, what is written pyrage reads, and a mistyped key is never another key."""

import copy
import pickle
import string

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.seal.age import AgeError, Identity, Recipient, parse_identities

TEXT = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0"
ONE = Identity.parse(TEXT)
raws = st.binary(min_size=32, max_size=32)


@given(raws)
def test_a_key_comes_back_from_its_text(raw):
    identity = Identity(raw)
    assert Identity.parse(identity.text()).raw == raw
    assert Recipient.parse(identity.recipient.text) == identity.recipient
    assert Identity.parse(identity.text().lower()).raw == raw


@given(raws)
def test_pyrage_reads_and_writes_the_same(raw):
    mine = Identity(raw)
    theirs = pyrage.x25519.Identity.from_str(mine.text())
    assert str(theirs) == mine.text()
    assert str(theirs.to_public()) == mine.recipient.text


def test_the_published_key_has_its_published_recipient():
    assert ONE.recipient.text == str(pyrage.x25519.Identity.from_str(TEXT).to_public())
    assert ONE.text() == TEXT


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(string.ascii_uppercase + string.digits))
def test_one_mistyped_letter_is_never_another_key(at, letter):
    typed = TEXT[:at] + letter + TEXT[at + 1 :]
    if typed == TEXT:
        return
    with pytest.raises(AgeError) as caught:
        Identity.parse(typed)
    assert typed not in str(caught.value)


@given(st.integers(16, len(TEXT) - 2))
def test_two_letters_that_changed_places_are_found(at):
    typed = TEXT[:at] + TEXT[at + 1] + TEXT[at] + TEXT[at + 2 :]
    if typed != TEXT:
        with pytest.raises(AgeError):
            Identity.parse(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "", "1", "age1", TEXT[:-1], TEXT + "Q", TEXT[:40].lower() + TEXT[40:], ONE.recipient.text, "age" + TEXT, TEXT.replace("-1", "-"),
        TEXT.replace("1", "١", 1), "AGE-SECRET-KEY-1" + "Q" * 58, "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1QQQQQ",
    ],
)  # fmt: skip
def test_what_is_no_secret_key_is_refused(typed):
    with pytest.raises(AgeError):
        Identity.parse(typed)


def test_letters_beyond_ascii_are_no_letters_of_a_key():
    """The sign for kelvin becomes a k in small letters."""
    with pytest.raises(AgeError):
        Identity.parse(TEXT.replace("K", "\u212a"))


@given(st.text(max_size=90))
def test_any_text_is_a_key_or_a_typed_error(text):
    for parse in (Identity.parse, Recipient.parse, parse_identities):
        try:
            parse(text)
        except AgeError as error:
            assert not text.strip() or len(text) < 6 or text not in str(error)


def test_an_identity_file_may_have_comments_empty_lines_and_any_line_ends():
    two = Identity.generate()
    read = parse_identities(f"# created: today\r\n\n{TEXT}\r\n# public key: x\n{two.text()}")
    assert [one.raw for one in read] == [ONE.raw, two.raw]
    assert parse_identities("# nothing\n") == ()
    with pytest.raises(AgeError):
        parse_identities(f"{TEXT}\nnot a key\n")


def test_a_secret_key_does_not_leak_by_print_copy_or_pickle():
    assert ONE.recipient.text in repr(ONE)
    assert TEXT[20:40] not in repr(ONE)
    assert ONE.raw.hex() not in repr(ONE)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(ONE)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_key_has_32_bytes(size):
    with pytest.raises(AgeError):
        Identity(bytes(size))
    with pytest.raises(AgeError):
        Recipient(bytes(size))


def test_recipients_are_equal_where_their_bytes_are():
    assert Recipient(ONE.recipient.raw) == ONE.recipient
    assert len({Recipient(ONE.recipient.raw), ONE.recipient, Identity(bytes(32)).recipient}) == 2
    assert ONE.recipient != ONE.recipient.text
