"""The index: encrypted or not at all, disposable, and never taken for the truth."""

import apsw
import pytest
from simulators.vaults import PASSPHRASE, WORK, add, bare_case, clock, record_of, reopened

from habeas.vault.errors import CipherMissingError, SelfTestError
from habeas.vault.events import Kind
from habeas.vault.index import Index, fingerprint, index_key
from habeas.vault.vault import create_vault

KEY = index_key(bytes(32))


def test_a_database_library_that_ignores_the_key_is_refused_before_a_byte_is_written(monkeypatch, tmp_path):
    monkeypatch.delattr(apsw, "mc_version")
    with pytest.raises(CipherMissingError):
        Index(tmp_path / "sub" / "i.db", KEY)
    with pytest.raises((CipherMissingError, SelfTestError)):
        create_vault(tmp_path / "v", PASSPHRASE, "a", clock, work=WORK)
    assert list(tmp_path.iterdir()) == []


def test_the_file_does_not_begin_as_plain_sqlite_does_and_holds_no_text(tmp_path):
    index = Index(tmp_path / "i.db", KEY)
    index.put("word", "kingfisher")
    index.rows("INSERT INTO words VALUES ('p', 'kingfisher', 'kingfisher', 'kingfisher')")
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert not content.startswith(b"SQLite format 3")
        assert b"kingfisher" not in content
        assert b"CREATE TABLE" not in content
    index.close()
    assert [one.name for one in tmp_path.iterdir()] == ["i.db"]


def test_it_opens_again_with_its_key_and_is_made_anew_with_another(tmp_path):
    first = Index(tmp_path / "i.db", KEY)
    assert first.fresh
    first.put("x", 7)
    first.close()
    again = Index(tmp_path / "i.db", KEY)
    assert not again.fresh
    assert again.get("x") == 7
    again.close()
    other = Index(tmp_path / "i.db", index_key(bytes([1]) * 32))
    assert other.fresh
    assert other.get("x") is None
    other.close()


@pytest.mark.parametrize("damage", ["plain", "cut", "zeros", "random", "flip", "version"])
def test_whatever_stands_in_its_place_it_is_made_anew(tmp_path, damage):
    path = tmp_path / "i.db"
    index = Index(path, KEY)
    index.put("x", 7)
    if damage == "version":
        index.put("version", 99)
    index.close()
    content = bytearray(path.read_bytes())
    if damage == "plain":
        path.unlink()
        plain = apsw.Connection(str(path))
        plain.execute("CREATE TABLE meta (key, value); INSERT INTO meta VALUES ('version', 1)")
        plain.close()
    elif damage == "flip":
        content[100] ^= 1
        path.write_bytes(content)
    elif damage != "version":
        path.write_bytes({"cut": bytes(content[:1000]), "zeros": bytes(len(content)), "random": bytes(range(256)) * 40}[damage])
    made = Index(path, KEY)
    assert made.fresh
    assert made.get("x") is None
    made.close()
    assert not path.read_bytes().startswith(b"SQLite format 3")


def test_the_key_dies_with_the_epoch():
    assert len(index_key(bytes(32))) == 32
    assert index_key(bytes(32)) != index_key(bytes([1]) * 32)


def test_a_case_reads_the_same_whatever_becomes_of_its_index(tmp_path):
    comp, _ = bare_case(tmp_path)
    payloads = [add(comp, {"n": n}, rid=f"s{n}") for n in range(5)]
    before = list(comp.index.events())
    for spoil in (lambda path: path.unlink(), lambda path: path.write_bytes(b"nothing"), lambda path: path.write_bytes(bytes(9000))):
        comp.close()
        spoil(tmp_path / comp.index_path)
        comp = reopened(comp)
        assert list(comp.index.events()) == before
        assert [record_of(comp, one)["n"] for one in payloads] == list(range(5))
        assert not comp.alarms
    comp.close()


def test_an_older_index_put_back_is_caught_up_with_the_log(tmp_path):
    comp, _ = bare_case(tmp_path)
    add(comp, {"n": 1})
    comp.close()
    old = (tmp_path / comp.index_path).read_bytes()
    comp = reopened(comp)
    add(comp, {"n": 2})
    before = list(comp.index.events())
    comp.close()
    (tmp_path / comp.index_path).write_bytes(old)
    comp = reopened(comp)
    assert list(comp.index.events()) == before
    assert not comp.alarms
    comp.close()


def test_events_are_found_by_their_kind_and_by_what_they_are_about(tmp_path):
    comp, _ = bare_case(tmp_path)
    add(comp, {"n": 1}, rid="s1")
    second = add(comp, {"n": 2}, rid="s2")
    third = add(comp, {"n": 3}, rid="s2", previous=second)
    add(comp, {"n": 4}, Kind.NOTE, rid="n1")
    assert [line.payload for _, _, _, line in comp.index.events(about="s2")] == [second, third]
    assert [line.id for _, _, _, line in comp.index.events(("Recorded",))] == ["s1", "s2", "s2", "n1"]
    assert list(comp.index.events(("Shredded",))) == list(comp.index.events(about="nothing")) == []
    comp.close()


def test_a_fingerprint_tells_lines_apart():
    assert fingerprint(["a", "b"]) != fingerprint(["ab"]) != fingerprint(["b", "a"])
