"""The layout of a bag: the same bytes each time, no path that some computer would store elsewhere."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import bagit  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators.bags import PAYLOAD, make_bag

from habeas.seal import bag, errors, kit, verify
from habeas.seal.signature import SigningKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = SigningKey.generate()


def lay_out(*payload: str, tags: dict[str, bytes] | None = None, info: tuple[str, str] | None = None) -> object:
    content: dict[str, bag.Content] = dict.fromkeys(payload, b"x")
    return bag.lay_out(content, {**kit.recipient_kit(), **(tags or {})}, [info] if info else [], KEY)


def test_the_bagit_package_accepts_it(sealed: Path) -> None:
    oracle = bagit.Bag(str(sealed))
    oracle.validate()
    assert oracle.info["Payload-Oxum"] == f"{sum(len(c) for c in PAYLOAD.values() if isinstance(c, bytes))}.5"


def test_the_bagit_package_refuses_it_changed(sealed: Path) -> None:
    (sealed / "data/dossier.pdf").write_bytes(b"%PDF-1.7 Findings\n")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(sealed)).validate()


def test_the_bytes_are_the_same_each_time_and_in_any_order() -> None:
    first = bag.lay_out({"a": b"1", "b": b"2"}, kit.recipient_kit(), [("A", "b")], KEY)
    again = bag.lay_out({"b": b"2", "a": b"1"}, dict(reversed(kit.recipient_kit().items())), [("A", "b")], KEY)
    assert first == again
    assert [file.path for file in first] == [
        "data/a", "data/b", "VERIFY.txt", "bag-info.txt", "bagit.txt", "manifest-sha256.txt", "signer.pem", "verify.py",
        "tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig",
    ]  # fmt: skip


def test_large_content_is_opened_twice_and_never_held() -> None:
    def chunks() -> Iterator[bytes]:
        yield from (b"a", b"bc")

    file = bag.lay_out({"large": chunks}, kit.recipient_kit(), [], KEY)[0]
    assert file.digest.size == 3
    assert list(file.chunks()) == list(file.chunks()) == [b"a", b"bc"]


NASTY = [
    "", "/etc/passwd", "../x", "a/../../x", "a//b", "a/", "./a", ".", "..", "a\\b", "C:/x", "a:b", "a%25", "a\nb", "a\rb",
    "a\x00b", "a\x1b[2Jb", "a\x85b", "a\u2028b", "a\u202eb", "a\ud800b", "con", "NUL.txt", "a/Lpt1 .x", "COM¹", "conin$",
    "a.", "a ", " a", "a./b", "a /b", "a?b", 'a"b', "a<b", "a|b", "a*b", unicodedata.normalize("NFD", "é"), "x" * 256,
    "я" * 130, "a/" * 100 + "b",
]  # fmt: skip


@pytest.mark.parametrize("path", NASTY, ids=ascii)
def test_a_nasty_path_is_refused(path: str) -> None:
    with pytest.raises(errors.UnsafePathError) as caught:
        lay_out(path)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("paths", [("A", "a"), ("é", "É"), ("straße", "STRASSE"), ("a", "a/b"), ("X/a", "x/b"), ("a", "A/b")], ids=ascii)
def test_two_paths_that_some_disk_takes_for_one_are_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(errors.UnsafePathError):
        lay_out(*paths)


@pytest.mark.parametrize(
    "path", ["fetch.txt", "manifest-md5.txt", "tagmanifest-sha512.txt", "Fetch.TXT", "data/x", "DATA/x", "data",
             "bagit.txt", "Signer.pem", "tagmanifest-sha256.txt.sig", "verify.PY", "../x", "a\nb"], ids=ascii,
)  # fmt: skip
def test_a_tag_file_that_would_be_obeyed_or_collides_is_refused(path: str) -> None:
    with pytest.raises(errors.UnsafePathError):
        lay_out("a", tags={path: b""})


@given(st.text(alphabet=st.sampled_from("aA.é ́/\\%:\n\0ﬁßС\u200d1"), min_size=1, max_size=9))
def test_what_is_taken_verifies_and_is_spelled_as_given(path: str) -> None:
    try:
        bag.check_path(path)
    except errors.UnsafePathError:
        return
    assert verify.path_problem(path) is None
    assert not path.startswith("/")
    assert path.isprintable()


def test_an_empty_bag_and_one_without_its_kit_are_refused() -> None:
    with pytest.raises(errors.BagContentError, match="nothing to disclose"):
        lay_out()
    with pytest.raises(errors.BagContentError, match=r"VERIFY\.txt"):
        bag.lay_out({"a": b""}, {}, [], KEY)


@pytest.mark.parametrize(
    "info",
    [("A", "a\nPayload-Oxum: 1.1"), ("A", "a\r"), ("A", ""), ("A", " a"), ("A", "a\x1b"), ("payload-OXUM", "1.1"),
     ("", "a"), ("a b", "a"), ("a:", "a"), ("é", "a"), ("a\n", "a")], ids=ascii,
)  # fmt: skip
def test_a_line_that_would_read_as_another_is_refused(info: tuple[str, str]) -> None:
    with pytest.raises(errors.BagInfoError):
        lay_out("a", info=info)


def test_a_field_may_be_given_twice_and_in_any_script(tmp_path: Path) -> None:
    info = [("Contact-Name", "Анна"), ("Contact-Name", "Боб")]
    files = {f.path: f for f in bag.lay_out({"a": b"xyz"}, kit.recipient_kit(), info, KEY)}
    expected = "Contact-Name: Анна\nContact-Name: Боб\nPayload-Oxum: 3.1\n"
    assert b"".join(files["bag-info.txt"].chunks()).decode() == expected
    assert verify.verify_folder(make_bag(tmp_path / "b", KEY)).good
