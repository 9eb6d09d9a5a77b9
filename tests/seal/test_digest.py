"""SHA-256 against FIPS 180-4 examples and hashlib."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habeas.seal.digest import digest_bytes, digest_chunks, digest_stream, parse_sha256_hex

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_published_example() -> None:
    assert digest_bytes(b"abc").sha256 == ABC
    assert digest_bytes(b"abc").size == 3


@given(st.lists(st.binary(max_size=40)))
def test_chunks_and_streams_agree(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    assert digest_chunks(chunks) == digest_bytes(whole) == digest_stream(io.BytesIO(whole))
    assert digest_bytes(whole).sha256 == hashlib.sha256(whole).hexdigest()


@pytest.mark.parametrize("text", ["", ABC.upper(), ABC[:-1], ABC + "0", ABC + "\n", " " + ABC, "g" * 64])
def test_only_64_lower_case_digits_are_a_digest(text: str) -> None:
    with pytest.raises(ValueError, match="64 lower-case"):
        parse_sha256_hex(text)


def test_a_digest_is_read() -> None:
    assert parse_sha256_hex(ABC) == ABC
