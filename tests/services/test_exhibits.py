"""Exhibits: an outcome for each file, whatever it is called; open to a declared place; custody that stays."""

import hashlib
import os
import socket
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulators.case_builder import CaseBuilder
from simulators.offices import durable, files_below, imported
from simulators.vaults import make_vault

from habeas.domain.case import Exhibit
from habeas.domain.errors import BadInput
from habeas.services import exhibits
from habeas.services.casebook import read_book
from habeas.services.cases import export_folder, vault_source
from habeas.services.changing import withdraw
from habeas.services.erasing import shred
from habeas.services.exhibits import custody, id_of, open_exhibit, read_details, seal_files, seal_into_kit, shown
from habeas.services.people import seal_only_kit
from habeas.services.syncing import sync_case
from habeas.vault.doctor import verify_compartment
from habeas.vault.errors import ShreddedError, VaultError
from habeas.vault.events import Because, Kind

PLAIN = Exhibit(number="1", title="A paper", obtained_from="a neighbour")
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    with make_vault(tmp_path_factory.mktemp("exhibits") / "vault", "a1") as made:
        yield made


@pytest.fixture
def comp(vault, tmp_path):
    cid = imported(vault, CaseBuilder(), tmp_path / "case")
    with vault.case(cid) as opened:
        yield opened


@pytest.fixture
def desk(tmp_path):
    (tmp_path / "desk").mkdir()
    return tmp_path / "desk"


def sums(outcomes):
    return tuple(sum(1 for one in outcomes if one.outcome == word) for word in ("sealed", "duplicate", "refused"))


def content_of(comp, number):
    return comp.read_content(read_book(comp).find(Kind.EXHIBIT, number).content)


# --- an outcome for each file -------------------------------------------------------------------------------------------------------


def test_every_file_has_one_outcome_and_the_sums_add_up(comp, desk):
    for name, content in (("a", b"one"), ("b", b"two"), ("c", b"one"), ("d", b""), ("e", b""), ("f", b"First line.\nSecond line.\n")):
        (desk / name).write_bytes(content)
    paths = [*sorted(desk.iterdir()), desk / "nowhere", desk / "a"]
    outcomes = seal_files(comp, paths, PLAIN)
    assert [one.file for one in outcomes] == paths
    assert [(one.outcome, one.number) for one in outcomes] == [
        ("sealed", "2"), ("sealed", "3"), ("duplicate", "2"), ("sealed", "4"), ("duplicate", "4"), ("duplicate", "1"), ("refused", ""), ("duplicate", "2"),
    ]  # fmt: skip
    assert sum(sums(outcomes)) == len(outcomes)
    assert outcomes[6].why
    assert [content_of(comp, number) for number in "234"] == [b"one", b"two", b""]
    assert [one.record.obtained_from for one in read_book(comp).of(Kind.EXHIBIT)][1:] == ["a neighbour"] * 3
    assert sums(seal_files(comp, paths, PLAIN)) == (0, 7, 1)


def test_duplicates_leave_nothing_behind_in_the_vault(vault, comp, desk):
    (desk / "small").write_bytes(b"small")
    (desk / "large").write_bytes(bytes(range(256)) * 8000)
    seal_files(comp, [desk], PLAIN)
    before = {path for path, digest in durable(vault).items() if digest and ("/packs/" in path or "/blobs/" in path)}
    assert sums(seal_files(comp, [desk], PLAIN)) == (0, 2, 0)
    assert {path for path, digest in durable(vault).items() if digest and ("/packs/" in path or "/blobs/" in path)} == before


def test_folders_are_walked_in_order_and_links_are_not_followed(comp, desk):
    (desk / "sub").mkdir()
    for name in ("z", "sub/b", "sub/a", "0"):
        (desk / name).write_bytes(name.encode())
    outcomes = seal_files(comp, [desk], PLAIN)
    assert [one.file.relative_to(desk).as_posix() for one in outcomes] == ["0", "sub/a", "sub/b", "z"]
    assert sums(outcomes) == (4, 0, 0)


NASTY = [
    b"new\nline", b"bell\x07", b"\x1b[2J\x1b]0;owned\x07", b"\xff\xfe invalid", b"caf\xe9.pdf", "evil\u202efdp.exe".encode(), ("ж" * 127).encode() + b"x",
    b"x" * 255, b"-rf", b"--help", "\U0001f600.jpg".encode(), b"CON", b"nul.txt", b"trailing.", b"trailing ", b" leading", b"...", b"a:b", b"a\\b", b"a*b?",
    b"=cmd()", b"$(reboot)", b"`id`", b"'quote\"", b"\xe2\x80\x8bzero width", b"tab\there", b".hidden", "na\u0308me".encode(), b"%2e%2e%2f", b"01-one.txt", b"one.txt",
]  # fmt: skip


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS takes no file name that is not UTF-8")
def test_every_form_of_file_name_is_sealed_or_refused_and_stops_no_other(vault, comp, desk, tmp_path):
    paths = []
    for number, name in enumerate(NASTY):
        raw = os.fsencode(desk) + b"/" + name
        with open(os.open(raw, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as stream:
            stream.write(f"content {number}".encode())
        paths.append(Path(os.fsdecode(raw)))
    outcomes = seal_files(comp, paths, PLAIN)
    assert sums(outcomes) == (len(NASTY), 0, 0)
    for number, one in enumerate(outcomes):
        assert content_of(comp, one.number) == f"content {number}".encode()
    names = [one.record.file for one in read_book(comp).of(Kind.EXHIBIT)]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert name.isprintable() and not set(name) & set('/\\:*?"<>|') and name.strip(". ") == name and len(name.encode()) <= 255, name
        assert name.partition(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT1"}
    export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="")
    assert sorted(path.name for path in (tmp_path / "out" / "exhibits").iterdir()) == sorted(names)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), st.binary().map(os.fsdecode)))
def test_no_name_plays_with_the_terminal(name):
    said = shown(Path("x") / name.replace("/", "").replace("\0", "")) if name.strip("/\0") not in ("", ".", "..") else ""
    assert said == "" or said.isprintable()
    said.encode("utf-8")


@pytest.mark.parametrize("name", ["a\0b", "", "x" * 300, "no/such/folder"])
def test_a_name_that_no_disk_takes_is_refused_and_stops_no_other(comp, desk, name):
    (desk / "good").write_bytes(b"good")
    outcomes = seal_files(comp, [desk / name if name else Path("/nowhere/at/all"), desk / "good"], PLAIN)
    assert [one.outcome for one in outcomes] == ["refused", "sealed"]


@posix
def test_links_pipes_devices_and_sockets_are_refused_and_stop_no_other(comp, desk):
    (desk / "secret").write_bytes(b"not named by the user")
    (desk / "0-link").symlink_to(desk / "secret")
    (desk / "1-hanging").symlink_to(desk / "nowhere")
    (desk / "2-folder-link").symlink_to("/etc", target_is_directory=True)
    os.mkfifo(desk / "3-pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(desk / "4-socket"))
        outcomes = seal_files(comp, [desk, Path("/dev/null"), Path("/dev/zero"), desk / "0-link"], PLAIN)
    assert {one.file.name: one.outcome for one in outcomes} == {
        "0-link": "refused", "1-hanging": "refused", "2-folder-link": "refused", "3-pipe": "refused", "4-socket": "refused", "secret": "sealed",
        "null": "refused", "zero": "refused",
    }  # fmt: skip
    assert all(one.why for one in outcomes if one.outcome == "refused")


@posix
@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="nothing is closed to root")
def test_a_file_without_the_right_to_read_it_is_refused_and_stops_no_other(comp, desk):
    for name in "abc":
        (desk / name).write_bytes(name.encode())
    (desk / "b").chmod(0)
    assert [one.outcome for one in seal_files(comp, [desk], PLAIN)] == ["sealed", "refused", "sealed"]


@posix
def test_a_file_that_cannot_be_read_to_its_end_is_refused_and_stops_no_other(comp, desk):
    mem = Path("/proc/self/mem")
    if not mem.exists():
        pytest.skip("no file here fails while it is read")
    (desk / "a").write_bytes(b"a")
    (desk / "b").write_bytes(b"b")
    outcomes = seal_files(comp, [desk / "a", mem, desk / "b"], PLAIN)
    assert [one.outcome for one in outcomes] == ["sealed", "refused", "sealed"]
    assert [one.number for one in outcomes] == ["2", "", "3"]


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_001])
def test_bytes_of_every_size_come_back_as_they_were(comp, desk, tmp_path, size):
    content = hashlib.shake_256(str(size).encode()).digest(size)
    (desk / "f").write_bytes(content)
    (one,) = seal_files(comp, [desk / "f"], PLAIN)
    entry = open_exhibit(comp, one.number, tmp_path / "out", "to compare")
    assert (tmp_path / "out").read_bytes() == content
    assert (entry.content.size, entry.content.sha256) == (size, hashlib.sha256(content).hexdigest())


@pytest.mark.slow
def test_a_large_file_is_sealed_and_opened_in_flat_memory(comp, desk, tmp_path):
    import resource

    block = hashlib.shake_256(b"large").digest(1 << 20)
    with (desk / "large").open("wb") as stream:
        for number in range(300):
            stream.write(number.to_bytes(8, "big") + block[8:])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (one,) = seal_files(comp, [desk / "large"], PLAIN)
    open_exhibit(comp, one.number, tmp_path / "out", "")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    with (desk / "large").open("rb") as a, (tmp_path / "out").open("rb") as b:
        assert hashlib.file_digest(a, "sha256").digest() == hashlib.file_digest(b, "sha256").digest()


def test_progress_goes_from_nothing_to_all_and_never_back(comp, desk):
    for number in range(4):
        (desk / str(number)).write_bytes(bytes([number]) * 2_000_000)
    seen = []
    seal_files(comp, [desk], PLAIN, lambda _, done, total: seen.append((done, total)))
    assert seen[-1] == (8_000_000, 8_000_000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_details_are_checked_and_number_and_file_are_given_by_the_sealing():
    assert read_details({"title": "X", "form": "scan"}).title == "X"
    for cells in ({"number": "7"}, {"file": "../x"}, {"form": "clay"}, {"colour": "red"}):
        with pytest.raises(BadInput):
            read_details(cells)


def test_numbers_go_on_behind_the_highest_and_stay_readable(vault, tmp_path, desk):
    cid = imported(vault, CaseBuilder().add_exhibit("999999", "last.txt", b"last"), tmp_path / "case")
    (desk / "next").write_bytes(b"next")
    with vault.case(cid) as comp:
        (one,) = seal_files(comp, [desk / "next"], PLAIN)
        book = read_book(comp)
        assert book.unreadable == ()
        assert one.outcome == "refused" or one.number in {entry.record.number for entry in book.of(Kind.EXHIBIT)}


# --- open ---------------------------------------------------------------------------------------------------------------------------


def test_opening_writes_over_nothing_and_for_the_owner_alone(comp, tmp_path):
    out = tmp_path / "out"
    out.write_bytes(b"mine")
    with pytest.raises(BadInput):
        open_exhibit(comp, "1", out, "")
    assert out.read_bytes() == b"mine"
    open_exhibit(comp, "1", tmp_path / "other", "")
    assert stat.S_IMODE((tmp_path / "other").stat().st_mode) == 0o600
    with pytest.raises(BadInput):
        open_exhibit(comp, "1", tmp_path / "no" / "such" / "folder", "")
    (tmp_path / "link").symlink_to(tmp_path / "new")
    with pytest.raises(BadInput):
        open_exhibit(comp, "1", tmp_path / "link", "")
    assert not (tmp_path / "new").exists()


def test_plaintext_is_never_written_into_the_vault(vault, comp):
    before = {path for path in files_below(vault.disk.root) if path.startswith("cases/")}
    for place in (vault.disk.root / "plain", vault.disk.root / "cases" / comp.cid / "packs" / "plain", vault.disk.root / "tmp" / ".." / "plain"):
        with pytest.raises(BadInput):
            open_exhibit(comp, "1", place, "")
    assert {path for path in files_below(vault.disk.root) if path.startswith("cases/") and "/log/" not in path and "/heads/" not in path} <= before
    assert not (vault.disk.root / "plain").exists()


def test_an_exhibit_that_is_damaged_leaves_no_half_of_it(vault, comp, desk, tmp_path):
    (desk / "large").write_bytes(hashlib.shake_256(b"x").digest(3_000_000))
    (one,) = seal_files(comp, [desk / "large"], PLAIN)
    blob = vault.disk.root / "cases" / comp.cid / "blobs" / (payload := read_book(comp).find(Kind.EXHIBIT, one.number).content.payload)[:2] / payload
    content = bytearray(blob.read_bytes())
    content[-100_000] ^= 1
    blob.write_bytes(content)
    with pytest.raises(VaultError):
        open_exhibit(comp, one.number, tmp_path / "out", "")
    assert not (tmp_path / "out").exists()


def test_an_item_without_a_file_and_an_unknown_number_are_told(vault, tmp_path):
    cid = imported(vault, CaseBuilder().add_exhibit("2", "", None), tmp_path / "case")
    with vault.case(cid) as comp:
        for number in ("2", "3", ""):
            with pytest.raises(BadInput):
                open_exhibit(comp, number, tmp_path / "out", "")
    assert not (tmp_path / "out").exists()


# --- custody ------------------------------------------------------------------------------------------------------------------------


def test_custody_lists_who_did_what_and_why_also_after_shredding(vault, comp, desk, tmp_path):
    (desk / "f").write_bytes(b"the only copy")
    (one,) = seal_files(comp, [desk / "f"], PLAIN)
    rid = id_of(comp, one.number)
    open_exhibit(comp, one.number, tmp_path / "opened", "to compare it")
    vault_source(comp, "dossier")
    export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="for the court")
    withdraw(comp, Kind.EXHIBIT, (one.number,), Because.DUPLICATE, "there is a better scan")
    withdraw(comp, Kind.EXHIBIT, (one.number,), Because.DUPLICATE, "there is none", back=True)
    before = custody(comp, rid)
    told = [(step.what, step.why.split(" ")[0], step.words) for step in before]
    assert told == [
        ("sealed", "payload", ""), ("recorded", "added", ""), ("opened", "", "to compare it"), ("cited", "dossier", ""),
        ("exported", "folder", "for the court"), ("withdrawn", "duplicate", "there is a better scan"), ("withdrawal taken back", "duplicate", "there is none"),
    ]  # fmt: skip
    assert {(step.who, step.device) for step in before} == {("a1", comp.seat.device)}
    assert all(step.t.endswith("Z") for step in before)
    assert [step.n for step in before] == sorted(step.n for step in before)
    shred(comp, [read_book(comp).find(Kind.EXHIBIT, one.number)], Because.ORDERED, "the court ordered it")
    after = custody(comp, rid)
    assert [step.what for step in after] == [step.what for step in before] + ["shredded"]
    assert (after[-1].why, after[-1].words) == ("ordered", "the court ordered it")
    assert id_of(comp, rid) == rid
    with pytest.raises(BadInput):
        id_of(comp, one.number)
    with pytest.raises(ShreddedError):
        comp.open_payload(bytes.fromhex(next(line.payload for _, _, _, line in comp.index.events(("Sealed",), about=rid))))
    assert verify_compartment(comp).problems == ()


def test_opening_is_in_the_custody_even_where_the_writing_failed(comp, tmp_path):
    (tmp_path / "out").write_bytes(b"taken")
    with pytest.raises(BadInput):
        open_exhibit(comp, "1", tmp_path / "out", "tried")
    with pytest.raises(BadInput):
        open_exhibit(comp, "1", tmp_path / "no" / "folder", "tried twice")
    assert [step.words for step in custody(comp, id_of(comp, "1")) if step.what == "opened"][-1] == "tried twice"


# --- a seal-only kit ----------------------------------------------------------------------------------------------------------------


def test_a_kit_gives_an_outcome_for_each_file_and_comes_home_with_them(vault, comp, desk, tmp_path):
    seal_only_kit(comp, tmp_path / "kit", "field")
    (desk / "a").write_bytes(b"seen in the field")
    (desk / "b").write_bytes(hashlib.shake_256(b"b").digest(1_500_000))
    (desk / "c\n\x1b[2J").write_bytes(b"odd name")
    os.mkfifo(desk / "d")
    outcomes = seal_into_kit(tmp_path / "kit", [desk, desk / "nowhere"], PLAIN)
    assert sums(outcomes) == (3, 0, 2)
    numbers = [one.number for one in outcomes if one.outcome == "sealed"]
    assert len(set(numbers)) == 3
    before = files_below(tmp_path / "kit")
    assert sync_case(vault, comp, str(tmp_path / "kit")).alarms == ()
    assert files_below(tmp_path / "kit") == before, "coming home only reads"
    assert [content_of(comp, number) for number in numbers] == [(desk / "a").read_bytes(), (desk / "b").read_bytes(), b"odd name"]
    steps = custody(comp, id_of(comp, numbers[0]))
    assert [(step.what, step.who) for step in steps] == [("sealed", "field"), ("recorded", "field")]
    export_folder(vault, comp, tmp_path / "out", ending=".csv", reason="")


def test_a_kit_holds_no_word_of_what_was_sealed(comp, desk, tmp_path):
    seal_only_kit(comp, tmp_path / "kit", "field")
    (desk / "Kanarie-name").write_bytes(b"Kanarie-content")
    seal_into_kit(tmp_path / "kit", [desk], Exhibit(number="1", title="Kanarie-title", obtained_from="Kanarie-person"))
    for path in (tmp_path / "kit").rglob("*"):
        assert "Kanarie" not in path.name
        assert path.is_dir() or b"Kanarie" not in path.read_bytes()


def test_a_kit_for_many_files_gives_only_numbers_that_can_be_read(vault, comp, desk, tmp_path, monkeypatch):
    monkeypatch.setattr(exhibits, "MOST_IN_KIT", 1)
    seal_only_kit(comp, tmp_path / "kit", "field")
    files = [desk / name for name in ("one", "two")]
    for file in files:
        file.write_bytes(file.name.encode())
    first, second = seal_into_kit(tmp_path / "kit", files, PLAIN)
    assert (first.outcome, second.outcome) == ("sealed", "refused")
    assert "make another" in second.why
