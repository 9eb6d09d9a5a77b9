"""The log of one device: the longest valid prefix is read, a torn end is told from damage, and no flipped bit reads as it was."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.seal.ed25519 import Signer
from habeas.vault.frames import HEAD, Tail, encode_frame, follows, genesis, read_frames, signed_frames

SIGNER, OTHER = Signer(bytes([1]) * 32), Signer(bytes([2]) * 32)
START = genesis("case-1", "device")


def log(*bodies, signer=SIGNER, previous=START):
    out = b""
    for body in bodies:
        frame, previous = encode_frame(previous, body, signer)
        out += frame
    return out


body = st.binary(min_size=32, max_size=70)  # an age payload is never shorter
bodies = st.lists(body, max_size=6)
ONE, TWO, THREE = (name.encode() * 8 for name in ("frst", "scnd", "thrd"))


@given(bodies)
def test_what_was_appended_is_read_in_order(some):
    written = log(*some)
    reading = read_frames(written, SIGNER.public, START)
    assert [one.body for one in reading.frames] == some
    assert (reading.tail, reading.end, reading.after) == (Tail.CLEAN, len(written), ())
    previous = START
    for frame in reading.frames:
        assert follows(frame, previous)
        previous = frame.h


@given(bodies, st.data())
def test_reading_may_begin_behind_any_frame(some, data):
    written = log(*some)
    frames = read_frames(written, SIGNER.public, START).frames
    if frames:
        one = data.draw(st.sampled_from(frames))
        assert [b.body for b in read_frames(written[one.end :], SIGNER.public, one.h).frames] == [b.body for b in frames[frames.index(one) + 1 :]]


@given(st.lists(body, min_size=1, max_size=5), st.data())
def test_a_log_that_is_cut_anywhere_gives_its_longest_valid_prefix(some, data):
    written = log(*some)
    ends = [0, *(one.end for one in read_frames(written, SIGNER.public, START).frames)]
    cut = data.draw(st.integers(0, len(written)))
    reading = read_frames(written[:cut], SIGNER.public, START)
    whole = max(number for number, end in enumerate(ends) if end <= cut)
    assert [one.body for one in reading.frames] == some[:whole]
    assert reading.tail is (Tail.CLEAN if cut in ends else Tail.TORN)
    assert reading.end == ends[whole]


def test_no_flipped_bit_of_a_log_reads_as_clean():
    """Every bit of three frames: damage before the last is told from a torn last frame, since a signed one stands behind it."""
    written = log(ONE, TWO, THREE)
    ends = [one.end for one in read_frames(written, SIGNER.public, START).frames]
    for at in range(len(written)):
        hit = sum(end <= at for end in ends)
        for bit in range(8):
            changed = bytearray(written)
            changed[at] ^= 1 << bit
            reading = read_frames(bytes(changed), SIGNER.public, START)
            assert len(reading.frames) == hit, (at, bit)
            assert reading.tail is (Tail.TORN if hit == 2 else Tail.DAMAGED), (at, bit)
            if hit < 2:
                assert reading.after[-1].body == THREE


@settings(max_examples=30)
@given(st.lists(body, min_size=2, max_size=5), st.data())
def test_frames_that_are_left_out_or_change_places_are_not_clean(some, data):
    """What stands alone at the end cannot be told from a torn frame; pins, and what others have seen, tell."""
    written = log(*some)
    ends = [0, *(one.end for one in read_frames(written, SIGNER.public, START).frames)]
    pieces = [written[one:two] for one, two in pairwise(ends)]
    gone = data.draw(st.integers(0, len(pieces) - 2))
    reading = read_frames(b"".join(pieces[:gone] + pieces[gone + 1 :]), SIGNER.public, START)
    assert reading.tail is (Tail.TORN if gone == len(pieces) - 2 else Tail.DAMAGED)
    assert len(reading.frames) == gone
    again = read_frames(b"".join([*pieces, pieces[gone]]), SIGNER.public, START)
    assert again.tail is Tail.TORN
    assert len(again.frames) == len(pieces)


def test_a_log_belongs_to_its_device_and_its_compartment():
    written = log(ONE)
    for start in (genesis("case-2", "device"), genesis("case-1", "other"), bytes(32)):
        assert not read_frames(written, SIGNER.public, start).frames
    assert not read_frames(written, OTHER.public, START).frames
    assert read_frames(log(ONE, signer=OTHER), SIGNER.public, START).tail is Tail.TORN


def test_a_body_beside_somebodys_signature_is_found_but_does_not_follow():
    """A store can swap the body of a signed frame: the signature is over h alone, so the body has to be checked against it."""
    written = bytearray(log(ONE, TWO))
    written[HEAD : HEAD + 6] = b"forged"
    (forged, second) = signed_frames(bytes(written), SIGNER.public)
    assert not follows(forged, START)
    assert follows(second, forged.h)


def test_a_length_that_no_frame_has_ends_the_reading():
    for length in (b"\xff\xff\xff\xff", b"\x04\x00\x00\x01"):
        reading = read_frames(log(ONE) + length + bytes(200), SIGNER.public, START)
        assert (len(reading.frames), reading.tail) == (1, Tail.TORN)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(untrusted):
    reading = read_frames(untrusted, SIGNER.public, START)
    assert not reading.frames
    assert reading.tail is (Tail.TORN if untrusted else Tail.CLEAN)


@pytest.mark.slow
@pytest.mark.timeout(60)
def test_a_store_cannot_keep_a_device_busy_with_a_log_of_nothing():
    """Eight MiB that hold no frame, with a length that fits at every offset."""
    import time

    began = time.process_time()
    assert not list(signed_frames(b"\0\0\0\x20" * (2 << 20), SIGNER.public))
    assert time.process_time() - began < 20


@pytest.mark.slow
def test_signed_frames_behind_a_large_damaged_one_are_found():
    """One commit of 20,000 events has about 7 MB: in so many random bytes a length fits by chance some 14,000 times."""
    import random

    large = random.Random(1).randbytes(7_000_000)
    written = bytearray(log(ONE, large, TWO))
    written[HEAD + len(ONE) + 3] ^= 1  # the length of the second
    reading = read_frames(bytes(written), SIGNER.public, START)
    assert reading.tail is Tail.DAMAGED
    assert [one.body for one in reading.after][-1:] == [TWO]
