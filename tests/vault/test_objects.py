"""Payloads and headers at rest: packs say what they hold, damage is named and costs what it hit alone."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulators.vaults import flip

from habeas.seal.age import Identity, seal_header
from habeas.vault.disk import Disk
from habeas.vault.errors import DamagedError, UnreadableError
from habeas.vault.objects import PACK, Header, Objects, blob_path, decode_headers, encode_headers, pack_bytes, read_directory, salvage_pack

READER = Identity(bytes([1]) * 32).recipient
HEADERS = [Header(hashlib.sha256(bytes([n])).digest(), seal_header(bytes(16), [READER])) for n in range(5)]

pieces = st.lists(st.binary(max_size=50), max_size=6)


def named(some):
    return [(hashlib.sha256(one).digest(), one) for one in some]


def salvaged(content):
    return [(payload, content[at : at + length]) for payload, at, length in salvage_pack(content)]


def objects_of(folder, packs=(), headers=b""):
    folder.mkdir(exist_ok=True)
    disk = Disk(folder)
    for name, content in packs:
        disk.put(f"c/packs/{name}", content)
    if headers:
        disk.put("c/heads/1-0/dev-1", headers)
    found = Objects(disk, "c")
    found.load()
    return found


@given(pieces)
def test_a_pack_gives_back_what_went_in_and_its_name_is_its_content(some):
    name, content = pack_bytes(named(some))
    assert salvaged(content) == named(some)
    assert pack_bytes(salvaged(content)) == (name, content)


def test_a_pack_on_the_disk_is_read_by_its_directory(tmp_path):
    some = named([b"one", b"", b"three" * 100])
    name, content = pack_bytes(some)
    found = objects_of(tmp_path, [(name, content)])
    assert not found.damaged
    assert [found.read(payload) for payload, _ in some] == [piece for _, piece in some]
    assert [payload for payload, _ in read_directory(Disk(tmp_path), f"c/packs/{name}")] == [payload for payload, _ in some]


def test_every_flipped_bit_of_a_pack_is_found_and_costs_one_payload_at_most(tmp_path):
    some = named([b"one", b"two", b"three"])
    name, content = pack_bytes(some)
    directory = len(PACK) + 4 + 36 * len(some)
    found = objects_of(tmp_path, [(name, content)])
    path = tmp_path / "c" / "packs" / name
    for at in range(len(content)):
        flip(path, at, at % 8)
        found.load()
        assert bool(found.damaged) is (at < directory)
        read = []
        for payload, piece in some:
            try:
                assert found.read(payload) == piece
            except (DamagedError, UnreadableError):
                read.append(payload)
        if at >= directory:
            assert len(read) == 1
        elif (at - len(PACK) - 4) % 36 < 32 and at >= len(PACK) + 4:
            assert len(read) == 1  # its hash
        flip(path, at, at % 8)


@pytest.mark.parametrize("cut", [0, 5, len(PACK) + 3, len(PACK) + 4, len(PACK) + 60, -1])
def test_a_pack_that_is_cut_is_named(tmp_path, cut):
    name, content = pack_bytes(named([b"one", b"two"]))
    found = objects_of(tmp_path, [(name, content[:cut])])
    assert found.damaged == [f"packs/{name}"]
    if cut == -1:
        assert found.read(hashlib.sha256(b"one").digest()) == b"one"


def test_a_pack_under_another_name_or_with_something_behind_it_is_named(tmp_path):
    name, content = pack_bytes(named([b"one"]))
    assert objects_of(tmp_path / "a", [("0" * 64, content)]).damaged
    assert objects_of(tmp_path / "b", [(name, content + b"x")]).damaged


def test_a_count_that_cannot_be_costs_no_memory(tmp_path):
    content = PACK + b"\xff\xff\xff\xff" + bytes(100)
    with pytest.raises(DamagedError):
        read_directory(objects_of(tmp_path, [("a" * 64, content)])._disk, "c/packs/" + "a" * 64)
    assert salvaged(content) == []


@given(st.lists(st.sampled_from(HEADERS), max_size=5))
def test_headers_come_back_in_order(some):
    assert list(decode_headers(encode_headers(some))) == some


@settings(max_examples=200)
@given(st.integers(0, len(encode_headers(HEADERS)) - 1), st.integers(0, 7))
def test_a_flipped_bit_costs_one_header_or_makes_one_that_no_key_opens(at, bit):
    content = bytearray(encode_headers(HEADERS))
    content[at] ^= 1 << bit
    assert len(set(HEADERS) & set(decode_headers(bytes(content)))) >= len(HEADERS) - 2
    # a damaged length may swallow its neighbour; nothing else may go
    lengths = [34 + len(one.header) for one in HEADERS]
    starts = [sum(lengths[:n]) for n in range(len(HEADERS))]
    in_length = any(start + 32 <= at < start + 34 for start in starts)
    if not in_length:
        assert len(set(HEADERS) & set(decode_headers(bytes(content)))) == len(HEADERS) - 1


@given(st.binary(max_size=200), st.data())
def test_any_bytes_are_headers_or_none(untrusted, data):
    content = encode_headers(HEADERS[:2])
    at = data.draw(st.integers(0, len(content)))
    for one in (untrusted, content[:at] + untrusted + content[at:], content[:at]):
        assert all(found.header.endswith(b"\n") for found in decode_headers(one))


def test_headers_that_were_damaged_are_named(tmp_path):
    content = encode_headers(HEADERS)
    found = objects_of(tmp_path, headers=content[:-5])
    assert found.damaged == ["heads/1-0/dev-1"]
    assert set(found.headers["1-0"]) == {one.payload for one in HEADERS[:4]}


def test_two_headers_of_one_payload_are_both_kept(tmp_path):
    other = Header(HEADERS[0].payload, HEADERS[1].header)
    found = objects_of(tmp_path, headers=encode_headers([HEADERS[0], other, HEADERS[0]]))
    assert found.headers["1-0"][HEADERS[0].payload] == (HEADERS[0].header, other.header)


def test_a_large_payload_is_checked_against_its_name_while_it_is_read(tmp_path):
    content = bytes(3 << 20)
    payload = hashlib.sha256(content).hexdigest()
    disk = Disk(tmp_path)
    disk.put(f"c/{blob_path(payload)}", content)
    disk.put("c/blobs/ab/not-a-payload", b"x")
    found = Objects(disk, "c")
    found.load()
    assert list(found.spots) == [bytes.fromhex(payload)]
    assert found.read(bytes.fromhex(payload)) == content
    flip(tmp_path / "c" / blob_path(payload), 1 << 20)
    with pytest.raises(DamagedError):
        found.read(bytes.fromhex(payload))
    with pytest.raises(UnreadableError):
        found.read(bytes(32))
