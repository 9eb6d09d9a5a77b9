"""The golden vault of format 1: whatever release this is, it opens the vault that the first one wrote, and reads the same."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path

import msgspec
import pytest

from habeas.domain.case import Exhibit
from habeas.services.casebook import read_book
from habeas.services.changing import add_statement
from habeas.services.examining import examine_case
from habeas.services.exhibits import custody, open_exhibit, seal_into_kit
from habeas.services.opening import opened
from habeas.services.records import find, history
from habeas.services.stamping import check_stamps, waiting
from habeas.services.syncing import sync_case
from habeas.services.vaults import recover
from habeas.vault.doctor import verify_compartment
from habeas.vault.errors import ShreddedError
from habeas.vault.events import Kind

HERE = Path(__file__).resolve().parent / "vault-v1"


@pytest.fixture(scope="module")
def expected():
    return json.loads((HERE / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture
def copy(tmp_path):
    with tarfile.open(HERE / "vault-v1.tar.xz") as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path


def plain(value):
    return json.loads(msgspec.json.encode(value))


def as_then(now, then):
    """What is read now, without fields that records have got since, at any depth; they have to be empty."""
    if isinstance(now, dict) and isinstance(then, dict):
        assert not any(value for name, value in now.items() if name not in then)
        return {name: as_then(value, then[name]) for name, value in now.items() if name in then}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [as_then(one, other) for one, other in zip(now, then)]
    return now


def test_it_is_small_and_whole():
    assert (HERE / "vault-v1.tar.xz").stat().st_size < 300 << 10
    with tarfile.open(HERE / "vault-v1.tar.xz") as tar:
        assert {(one.uname, one.gname, one.uid, one.mtime) for one in tar} == {("", "", 0, 0)}


def test_everything_in_it_is_read_as_it_was_written(copy, expected, tmp_path):
    with opened(copy / "vault", expected["passphrase"]) as vault:
        assert vault.settings.code == expected["code"]
        assert vault.case_ids() == [expected["case"]]
        with vault.case(expected["case"]) as comp:
            assert [str(alarm) for alarm in comp.alarms] == expected["alarms"] == []
            book = read_book(comp)
            assert book.unreadable == ()
            assert as_then(plain(msgspec.to_builtins(book.case())), expected["head"]) == expected["head"]
            assert sorted([one.kind.value, one.key, one.withdrawn, len(one.revisions)] for one in book.entries) == expected["kinds"]
            assert [plain(one.record) for one in book.of(Kind.CONTACT)] == expected["contacts"]
            assert [one.record.text for one in book.of(Kind.NOTE)] == expected["notes"]
            for number, known in expected["exhibits"].items():
                open_exhibit(comp, number, tmp_path / f"out-{number}", "to compare")
                content = (tmp_path / f"out-{number}").read_bytes()
                assert len(content) == known["size"]
                assert subprocess.run(["sha256sum"], input=content, capture_output=True, check=True).stdout.split()[0].decode() == known["sha256"]
            for key, told in expected["history"].items():
                assert [[one.why, one.who, one.words, one.changed] for one in history(comp, Kind.STATEMENT, key)] == told
            assert [[step.what, step.why, step.words] for step in custody(comp, expected["shredded"]["id"])] == expected["shredded"]["custody"]
            with pytest.raises(ShreddedError):
                comp.envelope(next(line.payload for _, _, _, line in comp.index.events(("Recorded",), about=expected["shredded"]["id"])))
            assert len(waiting(comp)) == expected["stamps_waiting"] == 1
            assert [(one.state, one.matches) for one in check_stamps(comp)] == [("waiting", False)]
            assert sorted([one.code, one.role.value, one.active] for one in comp.roster.members) == expected["members"]
            assert [comp.roster.version, comp.roster_digest] == expected["roster"]
            assert verify_compartment(comp).problems == ()
            assert [key for _, key, _ in find(comp, "увезли")] == ["S002"]
            assert find(comp, "address") == []
            assert examine_case(book.case()).examination.findings


def test_it_can_be_written_to_and_synced_with_its_second_device(copy, expected):
    with opened(copy / "vault", expected["passphrase"]) as vault, vault.case(expected["case"]) as comp:
        key = add_statement(comp, {"side": "witness", "act": "present", "summary": "of a later release"})
        assert sync_case(vault, comp, str(copy / "store")).alarms == ()
    with opened(copy / "second", expected["passphrase"]) as vault, vault.case(expected["case"]) as comp:
        assert comp.me.code == "b2"
        assert sync_case(vault, comp, str(copy / "store")).alarms == ()
        assert read_book(comp).find(Kind.STATEMENT, key).record.summary == "of a later release"


def test_its_kit_still_seals_and_comes_home(copy, expected):
    (copy / "more.txt").write_bytes(b"more")
    (one,) = seal_into_kit(copy / "kit", [copy / "more.txt"], Exhibit(number="1"))
    assert one.outcome == "sealed"
    with opened(copy / "vault", expected["passphrase"]) as vault, vault.case(expected["case"]) as comp:
        assert sync_case(vault, comp, str(copy / "kit")).alarms == ()
        assert comp.read_content(read_book(comp).find(Kind.EXHIBIT, one.number).content) == b"more"


@pytest.mark.slow
def test_its_recovery_words_still_open_it(copy, expected):
    assert recover(copy / "new", copy / "store", expected["words"][1:], "a new passphrase", "a1") == [expected["case"]]
    with opened(copy / "new", "a new passphrase") as vault, vault.case(expected["case"]) as comp:
        assert as_then(plain(msgspec.to_builtins(read_book(comp).case())), expected["head"]) == expected["head"]


@pytest.mark.skipif(shutil.which("age") is None, reason="age is not installed")
def test_stock_age_opens_a_payload_of_it(copy, expected):
    """docs/formats/vault.md, by hand: the seat opens the epoch's key, that opens a header, header and payload together are an age file."""
    with opened(copy / "vault", expected["passphrase"]) as vault, vault.case(expected["case"]) as comp:
        content = read_book(comp).find(Kind.EXHIBIT, "2").content
        payload = bytes.fromhex(content.payload)
        header = next(one for folder in comp.rings.folders() for one in comp.objects.headers.get(folder, {}).get(payload, ()))
        sealed = header + comp.objects.raw(comp.objects.spots[payload])
        (copy / "key.txt").write_text("\n".join(one.text() for one in comp.epoch.identities) + "\n", encoding="ascii")
    done = subprocess.run(["age", "-d", "-i", str(copy / "key.txt")], input=sealed, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout[: content.size] == bytes(range(256)) * 8
