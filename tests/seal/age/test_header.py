"""Headers of age files: what is written is read by each of its readers and by nobody else, and any change is found."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.seal.age import AgeError, HeaderError, HmacError, Identity, NoMatchError, Recipient, open_header, seal_header, split
from habeas.seal.age.header import HIGHEST_WORK_FACTOR, LARGEST, hkdf, parse_header, seal_header_with_passphrase

KEY = bytes(range(16))
ONE, TWO, THREE = (Identity(bytes([number]) * 32) for number in (1, 2, 3))
keys = st.binary(min_size=16, max_size=16)


@given(keys, st.lists(st.sampled_from([ONE, TWO]), min_size=1, max_size=4))
def test_every_reader_opens_it_and_a_stranger_does_not(file_key, readers):
    header = seal_header(file_key, [one.recipient for one in readers])
    for one in readers:
        assert open_header(header, [THREE, one]) == file_key
    with pytest.raises(NoMatchError):
        open_header(header, [THREE])
    with pytest.raises(NoMatchError):
        open_header(header)


@given(keys)
def test_it_holds_nothing_else_and_ends_with_its_mac(file_key):
    header = seal_header(file_key, [ONE.recipient])
    assert split(header + b"anything\n--- at all\n") == (header, b"anything\n--- at all\n")
    assert header == parse_header(header).covered + b" " + base64.b64encode(parse_header(header).mac).rstrip(b"=") + b"\n"
    with pytest.raises(HeaderError):
        open_header(header + b"x", [ONE])


def test_nobody_is_no_reader():
    with pytest.raises(HeaderError):
        seal_header(KEY, [])


def test_two_headers_of_one_key_share_no_line_that_is_secret():
    one, two = (seal_header(KEY, [ONE.recipient]).splitlines() for _ in range(2))
    assert not set(one[1:]) & set(two[1:])


def test_every_flipped_bit_of_a_header_is_found():
    header = seal_header(KEY, [ONE.recipient])
    for at in range(len(header)):
        for bit in range(8):
            changed = bytearray(header)
            changed[at] ^= 1 << bit
            with pytest.raises(AgeError):
                open_header(bytes(changed), [ONE])


def test_a_reader_that_was_taken_out_or_put_in_is_found():
    header = seal_header(KEY, [ONE.recipient, TWO.recipient])
    lines = header.split(b"\n")
    with pytest.raises(HmacError):
        open_header(b"\n".join(lines[:1] + lines[3:]), [TWO])
    with pytest.raises(HmacError):
        open_header(b"\n".join(lines[:3] + lines[1:3] + lines[3:]), [ONE])


@given(st.integers(0, 200))
def test_a_header_that_is_cut_is_malformed(size):
    header = seal_header(KEY, [ONE.recipient])
    with pytest.raises(HeaderError):
        open_header(header[: min(size, len(header) - 1)], [ONE])


@given(st.text(min_size=1, max_size=30).filter(lambda one: one.isprintable()), keys)
def test_a_passphrase_opens_what_it_closed_and_no_other_does(passphrase, file_key):
    header = seal_header_with_passphrase(file_key, passphrase, 1)
    assert open_header(header, passphrase=passphrase) == file_key
    with pytest.raises(NoMatchError):
        open_header(header, passphrase=passphrase + "x")
    with pytest.raises(NoMatchError):
        open_header(header, [ONE])


@pytest.mark.parametrize("work", ["0", "00", "01", "+1", "-1", "1 ", "0x1", "1e0", str(HIGHEST_WORK_FACTOR + 1), "99", "100", "٣"])
def test_a_work_factor_has_one_spelling_and_an_end(work):
    header = seal_header_with_passphrase(KEY, "horse", 1).replace(b" 1\n", f" {work}\n".encode())
    with pytest.raises(HeaderError):
        open_header(header, passphrase="horse")


def test_a_passphrase_stands_alone():
    body = seal_header_with_passphrase(KEY, "horse", 1).split(b"\n")
    both = seal_header(KEY, [ONE.recipient]).split(b"\n")
    for lines in (body[:3] + both[1:], both[:3] + body[1:]):
        with pytest.raises(HeaderError, match="beside"):
            open_header(b"\n".join(lines), [ONE], "horse")


def test_a_header_beyond_what_is_read_at_all_is_malformed():
    huge = b"age-encryption.org/v1\n" + b"-> x\n\n" * (LARGEST // 6) + b"--- " + b"A" * 43 + b"\n"
    with pytest.raises(HeaderError):
        split(huge)
    with pytest.raises(HeaderError):
        parse_header(huge)


def test_a_recipient_of_small_order_is_refused_with_a_typed_error():
    """What is sealed for it anybody could open; a roster that somebody else made may hold one."""
    for raw in (bytes(32), b"\x01" + bytes(31)):
        with pytest.raises(AgeError):
            seal_header(KEY, [Recipient(raw)])


def test_hkdf_is_that_of_rfc_5869():
    wanted = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    assert hkdf(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA))).hex() == wanted
