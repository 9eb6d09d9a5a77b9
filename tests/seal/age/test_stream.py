"""Payloads of age files: any size, any split of pieces, and no flip, cut, swap or addition that goes unseen."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.seal.age import AgeError, HeaderError, PayloadError, Sealer, open_chunks, open_payload, payload_size, seal_payload
from habeas.seal.age.stream import CHUNK, NONCE, OVERHEAD, TAG

KEY = bytes(range(16))
EDGES = sorted({max(0, many * CHUNK + more) for many in (0, 1, 2, 16, 17) for more in (-1, 0, 1)})
sizes = st.one_of(st.sampled_from(EDGES), st.integers(0, 3 * CHUNK))


def content(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    at = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[one:two] for one, two in pairwise(at)]


@pytest.mark.parametrize("size", EDGES)
def test_around_every_border_of_chunks_the_content_comes_back(size):
    sealed = seal_payload(KEY, content(size))
    assert len(sealed) == payload_size(size)
    assert open_payload(KEY, sealed) == content(size)
    assert b"".join(open_chunks(KEY, [sealed])) == content(size)


@settings(max_examples=40)
@given(sizes, st.lists(st.integers(0, 1 << 20), max_size=8), st.lists(st.integers(0, 1 << 20), max_size=8))
def test_pieces_may_be_cut_anywhere_on_the_way_in_and_out(size, cuts_in, cuts_out):
    out: list[bytes] = []
    sealer = Sealer(KEY, lambda piece: out.append(bytes(piece)))
    for piece in in_pieces(content(size), cuts_in):
        sealer.write(piece)
    sealer.close()
    sealed = b"".join(out)
    assert len(sealed) == payload_size(size)
    assert b"".join(open_chunks(KEY, in_pieces(sealed, cuts_out))) == content(size)


def test_pieces_without_a_byte_change_nothing():
    out: list[bytes] = []
    sealer = Sealer(KEY, lambda piece: out.append(bytes(piece)))
    for piece in (b"", b"ab", b"", b"c", b""):
        sealer.write(piece)
    sealer.close()
    assert b"".join(open_chunks(KEY, [b"", *out, b""])) == b"abc"


def test_every_flipped_bit_of_a_short_payload_is_found():
    sealed = seal_payload(KEY, b"a letter")
    for at in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[at] ^= 1 << bit
            with pytest.raises(PayloadError):
                open_payload(KEY, bytes(changed))
            with pytest.raises(PayloadError):
                list(open_chunks(KEY, [bytes(changed)]))


@settings(max_examples=40)
@given(st.integers(0, 2 * CHUNK + 100), st.integers(0, 1 << 30), st.integers(0, 7))
def test_a_flip_anywhere_in_a_long_payload_is_found_and_nothing_of_its_chunk_is_given_out(size, at, bit):
    sealed = bytearray(seal_payload(KEY, content(size)))
    at %= len(sealed)
    sealed[at] ^= 1 << bit
    given_out = bytearray()
    with pytest.raises(AgeError):  # noqa: PT012  # what was given out before the error is the point
        for chunk in open_chunks(KEY, [bytes(sealed)]):
            given_out += chunk
    whole = max(0, at - NONCE) // (CHUNK + TAG) if at >= NONCE else 0
    assert given_out == content(size)[: whole * CHUNK]


@settings(max_examples=40)
@given(sizes, st.integers(0, 1 << 30))
def test_a_payload_that_is_cut_anywhere_is_found(size, cut):
    sealed = seal_payload(KEY, content(size))
    cut %= len(sealed)
    with pytest.raises(AgeError):
        list(open_chunks(KEY, [sealed[:cut]]))
    with pytest.raises(AgeError):
        open_payload(KEY, sealed[:cut])


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1])
@pytest.mark.parametrize("more", [1, TAG, CHUNK + TAG])
def test_what_follows_the_end_is_found(size, more):
    for added in (bytes(more), seal_payload(KEY, content(size))):
        with pytest.raises(PayloadError):
            list(open_chunks(KEY, [seal_payload(KEY, content(size)) + added]))


def test_chunks_cannot_change_places_or_be_left_out():
    sealed = seal_payload(KEY, content(3 * CHUNK))
    nonce, one, two, three = sealed[:NONCE], *(sealed[NONCE + n * (CHUNK + TAG) : NONCE + (n + 1) * (CHUNK + TAG)] for n in range(3))
    for wrong in ((two, one, three), (one, three), (one, two), (one, one, three), (three,), (one, two, three, three)):
        with pytest.raises(PayloadError):
            open_payload(KEY, nonce + b"".join(wrong))


def test_another_key_opens_nothing():
    with pytest.raises(PayloadError):
        open_payload(bytes(16), seal_payload(KEY, b"a letter"))


def test_a_payload_without_its_nonce_is_no_payload():
    for size in range(NONCE):
        with pytest.raises(HeaderError):
            list(open_chunks(KEY, [bytes(size)]))
    for size in range(OVERHEAD):
        with pytest.raises(PayloadError):
            open_payload(KEY, bytes(size))


def test_the_same_content_never_looks_the_same():
    assert len({bytes(seal_payload(KEY, b"")) for _ in range(50)}) == 50
