"""What a log says: ids, types, times and hashes. No line can hold free text, and a line that is not one is refused with a typed error."""

import enum
import re
import types
import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.vault.errors import DamagedError
from habeas.vault.events import (
    Admitted,
    Because,
    CommitHead,
    Erased,
    Event,
    Held,
    Kind,
    Line,
    Recorded,
    Rotated,
    Sealed,
    Shredded,
    Touched,
    What,
    Why,
    Withdrawn,
    commitment,
    decode_commit,
    decode_line,
    encode_commit,
    encode_line,
    version_of,
)

H = "ab" * 32
ids = st.from_regex(r"[0-9a-z-]{1,40}", fullmatch=True)
hexes = st.binary(min_size=32, max_size=32).map(bytes.hex)
maybe = st.just("") | hexes
lines = st.one_of(
    st.builds(Sealed, id=ids, payload=hexes, size=st.integers(0, 2**40), commitment=hexes),
    st.builds(
        Recorded, kind=st.sampled_from(Kind), id=ids, payload=hexes, size=st.integers(0, 2**40), commitment=hexes, why=st.sampled_from(Why),
        previous=maybe, reason=maybe,
    ),
    st.builds(Touched, what=st.sampled_from(What), ids=st.lists(ids, max_size=3).map(tuple), reason=maybe, about=maybe),
    st.builds(Withdrawn, ids=st.lists(ids, max_size=3).map(tuple), because=st.sampled_from(Because), reason=maybe, back=st.booleans()),
    st.builds(
        Shredded, ids=st.lists(ids, max_size=3).map(tuple), payloads=st.lists(hexes, max_size=3).map(tuple), because=st.sampled_from(Because),
        override=st.booleans(),
    ),
    st.builds(Held, on=st.none() | st.booleans(), until=st.sampled_from(["", "2027-01-31"]), reason=maybe),
    st.builds(Rotated, epoch=st.just("2-00ff00ff"), roster=st.integers(1, 99), headers=st.integers(0, 10**6)),
    st.builds(Admitted, roster=st.integers(1, 99)),
    st.builds(Erased, roster=st.integers(1, 99)),
)  # fmt: skip
HEAD = CommitHead(v=1, seq=1, t="2026-11-25T00:00:00Z", epoch="1-00ff00ff", roster=1, seen={"aabbccddeeff": (1, H)}, root=H, size=1)


@given(lines)
def test_a_line_comes_back_and_has_one_spelling(line):
    assert decode_line(encode_line(line)) == line
    assert encode_line(decode_line(encode_line(line))) == encode_line(line)
    assert b"\n" not in encode_line(line)


@given(st.lists(lines, max_size=5))
def test_a_commit_comes_back_with_its_lines_as_they_stand(some):
    raw = [encode_line(one) for one in some]
    assert decode_commit(encode_commit(HEAD, raw)) == (HEAD, raw)


def free_text(annotation, where):
    """Where in an annotation any text would be taken: a ``str`` without a pattern."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        base, *meta = annotation.__metadata__ and (annotation.__origin__, *annotation.__metadata__)
        if base is str and any(isinstance(one, msgspec.Meta) and one.pattern for one in meta):
            return []
        return free_text(base, where)
    if annotation is str:
        return [where]
    if origin in (tuple, dict, list, typing.Union, types.UnionType):
        return [found for one in typing.get_args(annotation) for found in free_text(one, where)]
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return []
    assert annotation in (int, bool, type(None), Ellipsis), annotation
    return []


@pytest.mark.parametrize("kind", [*typing.get_args(Line), CommitHead], ids=lambda kind: kind.__name__)
def test_no_field_of_a_log_takes_free_text(kind):
    """A name in a log would outlive every shredding."""
    found = [one for name, annotation in typing.get_type_hints(kind, include_extras=True).items() for one in free_text(annotation, name)]
    assert found == []


def test_patterns_hold_to_the_last_character():
    for bad in (H + "\n", H.upper(), H[:-1], "", "é" * 64):
        with pytest.raises(DamagedError):
            decode_line(encode_line(Sealed(id="a", payload=bad, size=0, commitment=H)))
    for bad in ("a\n", "A", "a b", "", "a" * 41, "имя", "a_b", "a."):
        with pytest.raises(DamagedError):
            decode_line(encode_line(Sealed(id=bad, payload=H, size=0, commitment=H)))


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"null", b"[]", b'"sealed"', b'{"e":"unknown"}', b'{"e":"erased"}', b'{"e":"erased","roster":"1"}', b'{"e":"erased","roster":1.5}',
        b'{"e":"erased","roster":1,"more":1}', b'{"e":"erased","roster":1}x', b'{"e":"erased","e":"admitted","roster":1}', b"\xff", b"[" * 5000,
        b'{"e":["erased"],"roster":1}', b'{"e":"recorded","kind":"secret"}', b"{" * 2000,
    ],
)  # fmt: skip
def test_what_is_no_line_is_refused(line):
    if line.startswith(b'{"e":"erased","e"'):
        try:
            assert isinstance(decode_line(line), (Erased, Admitted))
        except DamagedError:
            return
    else:
        with pytest.raises(DamagedError):
            decode_line(line)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_line_or_a_typed_error(untrusted):
    for reading in (decode_line, decode_commit):
        try:
            reading(untrusted)
        except DamagedError:
            pass


@given(lines, st.integers(0, 400), st.integers(1, 255))
def test_a_changed_line_is_a_line_or_a_typed_error(line, at, change):
    raw = bytearray(encode_line(line))
    raw[at % len(raw)] ^= change
    try:
        decode_line(bytes(raw))
    except DamagedError as error:
        assert not re.search(r"[0-9a-f]{64}", str(error))


@pytest.mark.parametrize("body", [b"", b"\n", encode_commit(HEAD, [])[:-1], encode_commit(HEAD, []).replace(b"\n", b"")])
def test_a_commit_that_does_not_end_is_refused(body):
    with pytest.raises(DamagedError):
        decode_commit(body)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16))
def test_a_commitment_tells_nothing_without_its_salt_and_binds_to_it(salt, digest, other):
    assert commitment(salt, digest) == commitment(salt, digest)
    assert (commitment(salt, digest) == commitment(other, digest)) is (salt == other)
    assert digest.hex() not in commitment(salt, digest)


def test_every_line_is_an_event_with_a_tag_of_its_own():
    tags = [kind.__struct_config__.tag for kind in typing.get_args(Line)]
    assert len(set(tags)) == len(tags)
    assert all(issubclass(kind, Event) for kind in typing.get_args(Line))


def test_a_commit_says_the_least_version_that_its_kinds_need_so_that_older_readers_are_not_shut_out_without_need():
    def recorded(kind):
        return Recorded(kind=kind, id="r1", payload=H, size=1, commitment=H, why=Why.ADDED)

    assert version_of([recorded(Kind.STATEMENT), recorded(Kind.STAMP)]) == 1
    assert version_of([recorded(Kind.STATEMENT), recorded(Kind.FORM)]) == version_of([recorded(Kind.JOINT)]) == 2


@pytest.mark.parametrize("version", [0, 3, -1])
def test_a_commit_of_a_version_that_is_not_known_asks_for_a_newer_reader(version):
    body = encode_commit(msgspec.structs.replace(HEAD, v=version), [])
    with pytest.raises(DamagedError, match="use a newer Habeas"):
        decode_commit(body)
