"""Files on their way into the vault: however the pieces are cut, they arrive whole or not at all, and nothing of them lies about in plaintext."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulators.disks import FullDisk
from simulators.vaults import PASSPHRASE

from habeas.services.casebook import read_book
from habeas.vault.events import Kind
from habeas.web import uploads
from habeas.web.pages import FormError
from habeas.web.uploads import incoming

KIND = "multipart/form-data; boundary=XyZ"


def body(files, fields=()):
    parts = [f'--XyZ\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields]
    for name, content in files:
        head = f'--XyZ\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    return b"".join([*parts, b"--XyZ--\r\n"])


def cut(data, sizes):
    at = 0
    for size in sizes:
        yield data[at : at + size]
        at += size
    yield data[at:]


def read(pieces, kind=KIND):
    return [(name, b"".join(content)) for name, content in incoming(kind, iter(pieces))]


NAMES = st.text("abcdefgh .é漢字", min_size=1, max_size=12)
FILES = st.lists(st.tuples(NAMES, st.binary(max_size=200) | st.sampled_from([b"", b"\r\n--XyZ", b"\r\n--Xy", b"--XyZ--", b"\r\n"])), max_size=4)


@given(FILES, st.lists(st.integers(1, 60), max_size=40))
def test_files_arrive_as_they_were_sent_however_the_pieces_are_cut(files, sizes):
    files = [(name, content.replace(b"\r\n--XyZ", b"?")) for name, content in files]
    pieces = [piece for piece in cut(body(files, [("title", "a field")]), sizes) if piece]
    assert read(pieces) == files


@given(FILES.filter(bool), st.data())
def test_what_ends_too_soon_is_refused(files, data):
    files = [(name, content.replace(b"\r\n--XyZ", b"?")) for name, content in files]
    whole = body(files)
    end = data.draw(st.integers(0, len(whole) - 5))
    with pytest.raises(FormError):
        read([whole[:end]] if end else [])


@given(st.binary(max_size=300))
def test_rubbish_is_refused_and_nothing_else_happens(rubbish):
    with pytest.raises(FormError):
        read([rubbish] if rubbish else [])


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=XyZ",
                                  "multipart/form-data; boundary=" + "x" * 71])  # fmt: skip
def test_what_is_no_form_of_files_is_refused(kind):
    with pytest.raises(FormError):
        read([body([("a", b"b")])], kind)


def test_a_file_that_is_not_read_to_its_end_does_not_spoil_the_next():
    found = []
    for name, content in incoming(KIND, iter([body([("a", b"x" * 500), ("b", b"y")])])):
        found.append((name, next(content)[:1]))
    assert found == [("a", b"x"), ("b", b"y")]


@pytest.mark.slow
def test_dropped_files_are_sealed_with_an_outcome_for_each_and_no_plaintext_on_disk(visitor, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    large = b"KINGFISHER" + bytes(range(256)) * 20_000
    files = [("files", ("letter.txt", b"KINGFISHER small")), ("files", ("../../scan.bin", large)), ("files", ("again.txt", b"KINGFISHER small"))]
    answer = visitor.client.post(f"/cases/{cid}/exhibits", files=files, headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 200
    assert "2 sealed + 1 duplicates + 0 refused" in answer.text and "duplicate of exhibit 1" in answer.text
    with visitor.desk.case(cid) as comp:
        entries = read_book(comp).of(Kind.EXHIBIT)
        assert [one.record.file for one in entries] == ["01-letter.txt", "02-scan.bin"]
        assert comp.read_content(entries[1].content) == large
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"KINGFISHER" in path.read_bytes()]


@pytest.mark.slow
def test_an_upload_that_breaks_off_leaves_no_exhibit(visitor):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    whole = body([("a.bin", b"x" * 3_000_000)])
    headers = {"sec-fetch-site": "same-origin", "content-type": KIND}
    assert visitor.client.post(f"/cases/{cid}/exhibits", content=whole[:-100], headers=headers).status_code == 400
    with visitor.desk.case(cid) as comp:
        assert read_book(comp).of(Kind.EXHIBIT) == ()
    assert list((visitor.desk.root / "tmp").glob("*")) == []


@pytest.mark.slow
def test_files_are_sealed_in_helpings_and_what_was_sealed_before_a_break_stays(visitor, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_FILES", 3)
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    files = [(f"{number}.txt", b"%d" % number * 50) for number in range(8)]
    headers = {"sec-fetch-site": "same-origin", "content-type": KIND}
    assert visitor.client.post(f"/cases/{cid}/exhibits", content=body(files)[:-20], headers=headers).status_code == 400
    with visitor.desk.case(cid) as comp:
        assert [one.record.file for one in read_book(comp).of(Kind.EXHIBIT)] == [f"0{n + 1}-{n}.txt" for n in range(6)]
    again = visitor.client.post(f"/cases/{cid}/exhibits", content=body(files), headers=headers)
    assert "2 sealed + 6 duplicates + 0 refused" in again.text


@pytest.mark.slow
def test_a_disk_that_fills_up_during_an_upload_is_said_and_nothing_half_stays(visitor, monkeypatch):
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    monkeypatch.setattr(visitor.desk.vault, "disk", FullDisk(visitor.desk.root, 2))
    headers = {"sec-fetch-site": "same-origin", "content-type": KIND}
    answer = visitor.client.post(f"/cases/{cid}/exhibits", content=body([("a.bin", bytes(9_000_000))]), headers=headers)
    assert answer.status_code == 400 and "The disk is full" in answer.text
    assert list((visitor.desk.root / "tmp").glob("*")) == []


@pytest.mark.slow
def test_an_upload_does_not_go_on_in_a_vault_that_was_closed_and_opened_again(visitor, monkeypatch):
    monkeypatch.setattr(uploads, "GATHERED", 1)
    visitor.post("/cases/new", title="One")
    (cid,) = visitor.desk.vault.case_ids()
    whole = body([("a.txt", b"a" * 500), ("b.bin", bytes(3_000_000))])

    def pieces():
        yield whole[:1_000]
        visitor.desk.lock(wait=5)
        visitor.desk.unlock(PASSPHRASE)
        yield whole[1_000:]

    headers = {"sec-fetch-site": "same-origin", "content-type": KIND, "content-length": str(len(whole))}
    answer = visitor.client.post(f"/cases/{cid}/exhibits", content=pieces(), headers=headers)
    assert answer.status_code == 400 and "the vault was locked" in answer.text
    with visitor.desk.case(cid) as comp:
        assert read_book(comp).of(Kind.EXHIBIT) == ()
    assert list((visitor.desk.root / "tmp").glob("*")) == []


@pytest.mark.slow
def test_nothing_is_sealed_in_vain_for_a_case_that_is_not_there(visitor, monkeypatch):
    monkeypatch.setattr(uploads, "take_ahead", lambda *_: pytest.fail("it was taken"))
    headers = {"sec-fetch-site": "same-origin", "content-type": KIND}
    assert visitor.client.post("/cases/case-000000000000/exhibits", content=body([("a", b"b")]), headers=headers).status_code == 404


def test_files_for_a_case_that_is_not_yours_are_not_taken(visitor):
    headers = {"sec-fetch-site": "same-origin"}
    answer = visitor.client.post("/cases/case-000000000000/exhibits", files=[("files", ("a", b"b"))], headers=headers)
    assert answer.status_code == 404
