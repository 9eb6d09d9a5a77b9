"""Backup and drill: what is in it comes back, what was tampered with is named, what was shredded leaves it, and never into the vault."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from simulators.case_builder import CaseBuilder
from simulators.offices import case_of, durable, files_below, imported
from simulators.vaults import PASSPHRASE, make_vault

from habeas.domain.errors import HabeasError, UsageError
from habeas.services.casebook import read_book
from habeas.services.changing import add_statement
from habeas.services.erasing import shred
from habeas.services.opening import opened
from habeas.services.vaults import drill, make_backup, verify_vault
from habeas.vault.backup import MANIFEST, check_backup, restore
from habeas.vault.errors import DamagedError, NoVaultError, VaultExistsError, WrongPassphraseError
from habeas.vault.events import Because, Kind
from habeas.vault.vault import change_passphrase


@pytest.fixture
def world(tmp_path):
    """A vault with a case, and a backup of it."""
    builder = CaseBuilder().add_exhibit("2", "large.bin", bytes(range(256)) * 6000)
    with make_vault(tmp_path / "vault", "a1") as vault:
        cid = imported(vault, builder, tmp_path / "case")
        make_backup(vault, tmp_path / "backup")
        yield vault, cid, tmp_path


def test_a_backup_comes_back_whole_and_opens_with_its_passphrase(world):
    vault, cid, folder = world
    before = case_of(vault, cid)
    restore(folder / "backup", folder / "restored")
    with opened(folder / "restored", PASSPHRASE) as again:
        assert case_of(again, cid) == before
        assert verify_vault(again).good
    with pytest.raises(WrongPassphraseError), opened(folder / "restored", PASSPHRASE + "x"):
        pass


def test_stock_sha256sum_checks_a_backup(world):
    _, _, folder = world
    done = subprocess.run(["sha256sum", "--strict", "-c", MANIFEST], cwd=folder / "backup", capture_output=True, check=False)
    assert done.returncode == 0


def test_a_second_backup_copies_only_what_is_new(world):
    vault, cid, folder = world
    with vault.case(cid) as comp:
        add_statement(comp, {"side": "witness", "act": "present"})
    kept = make_backup(vault, folder / "backup")
    assert 0 < kept.new < 8
    assert kept.written < 30_000
    assert len(vault.settings.backups) == 1
    assert check_backup(folder / "backup") == []


def test_a_backup_holds_no_plaintext_and_no_index(world):
    vault, cid, folder = world
    for path in (folder / "backup").rglob("*"):
        assert path.relative_to(folder / "backup").parts[0] not in ("index", "tmp", "lock", "partial")
        if path.is_file():
            assert not [word for word in (b"Quintus", b"Corvonte", b"First line", b"Person Q") if word in path.read_bytes()]


def test_a_drill_says_in_words_what_it_checked_and_leaves_nothing(world):
    _, cid, folder = world
    before = files_below(folder)
    result = drill(folder / "backup", PASSPHRASE)
    assert result.good
    assert result.files == len([path for path in (folder / "backup").rglob("*") if path.is_file()]) - 1
    ((named, checked),) = result.cases
    assert named == cid
    said = " ".join(checked.words())
    for word in (
        "lists of members",
        "commits",
        "Merkle root",
        "headers",
        "payloads",
        "digest of the ciphertext",
        "shredded payloads: not there",
        "form only",
    ):
        assert word in said
    assert str(checked.payloads) in said and checked.payloads >= 8
    assert files_below(folder) == before
    with pytest.raises(WrongPassphraseError):
        drill(folder / "backup", "another passphrase")
    assert files_below(folder) == before


def spoiled(folder, how):
    """One file of the backup that is changed, missing, short, a link, or there and not named; its path."""
    names = sorted(path for path in files_below(folder / "backup") if (folder / "backup" / path).is_file() and path != MANIFEST)
    name = next(path for path in names if "/packs/" in path)
    path = folder / "backup" / name
    if how == "changed":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    elif how == "missing":
        path.unlink()
    elif how == "short":
        path.write_bytes(path.read_bytes()[:-1])
    elif how == "a link":
        path.rename(folder / "elsewhere")
        path.symlink_to(folder / "elsewhere")
    elif how == "extra":
        name = name[:-4] + "ffff"
        (folder / "backup" / name).write_bytes(b"nobody named me")
    return name


@pytest.mark.parametrize("how", ["changed", "missing", "short", "a link", "extra"])
def test_a_file_that_was_tampered_with_is_named(world, how):
    _, _, folder = world
    name = spoiled(folder, how)
    result = drill(folder / "backup", PASSPHRASE)
    assert not result.good
    assert result.bad_files == (name,)
    assert not [path for path in folder.iterdir() if path.name.startswith(".habeas")]


@pytest.mark.parametrize("how", ["changed", "missing", "short"])
def test_nothing_is_restored_from_a_backup_that_was_tampered_with(world, how):
    _, _, folder = world
    spoiled(folder, how)
    with pytest.raises(DamagedError):
        restore(folder / "backup", folder / "restored")
    assert not (folder / "restored").exists()
    assert not [path for path in folder.iterdir() if "partial" in path.name]


@pytest.mark.parametrize("how", ["changed", "missing", "short", "extra"])
def test_the_next_backup_to_that_place_mends_it(world, how):
    vault, _, folder = world
    spoiled(folder, how)
    make_backup(vault, folder / "backup")
    if how != "changed":
        assert check_backup(folder / "backup") == []
        assert drill(folder / "backup", PASSPHRASE).good


@pytest.mark.parametrize("lines", ["", "nonsense", "0" * 64 + "  ../outside\n", "0" * 64 + "  /etc/passwd\n"])
def test_a_list_that_is_damaged_or_leads_elsewhere_restores_nothing(world, lines):
    _, _, folder = world
    (folder / "backup" / MANIFEST).write_text(lines, encoding="utf-8")
    for attempt in (lambda: restore(folder / "backup", folder / "restored"), lambda: drill(folder / "backup", PASSPHRASE)):
        with pytest.raises(HabeasError):
            attempt()
    assert not (folder / "restored").exists() and not (folder / "outside").exists()


def test_lines_of_the_list_that_lead_elsewhere_are_not_followed(world):
    _, _, folder = world
    path = folder / "backup" / MANIFEST
    (folder / "outside").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    path.write_text(path.read_text(encoding="utf-8") + f"{empty}  ../outside\n{empty}  cases/../../../outside\n", encoding="utf-8")
    restore(folder / "backup", folder / "restored")
    assert not [one for one in folder.iterdir() if one.name not in {"vault", "case", "backup", "outside", "restored"}]


def test_no_backup_and_a_place_that_is_taken_are_told(world):
    vault, _, folder = world
    (folder / "mine").mkdir()
    (folder / "mine" / "thesis.txt").write_bytes(b"mine")
    with pytest.raises(VaultExistsError):
        make_backup(vault, folder / "mine")
    assert [path.name for path in (folder / "mine").iterdir()] == ["thesis.txt"]
    with pytest.raises(NoVaultError):
        restore(folder / "mine", folder / "restored")
    with pytest.raises(NoVaultError):
        drill(folder / "nowhere", PASSPHRASE)
    with pytest.raises(VaultExistsError):
        restore(folder / "backup", folder / "mine")
    assert [path.name for path in (folder / "mine").iterdir()] == ["thesis.txt"]


def test_no_backup_is_made_into_the_vault_also_not_through_a_link(world):
    vault, _, folder = world
    (folder / "link").symlink_to(vault.disk.root, target_is_directory=True)
    before = durable(vault)
    for place in (
        vault.disk.root,
        vault.disk.root / "backup",
        vault.disk.root / "cases" / "backup",
        folder / "link" / "backup",
        folder / "vault" / ".." / "vault" / "b",
    ):
        with pytest.raises((UsageError, VaultExistsError)):
            make_backup(vault, place)
    assert durable(vault) == before


def test_what_was_shredded_leaves_the_backup_with_its_keys_at_the_next_one(world):
    vault, cid, folder = world
    with vault.case(cid) as comp:
        target = read_book(comp).find(Kind.EXHIBIT, "2")
        raw = [comp.objects.raw(comp.objects.spots[bytes.fromhex(one)]) for one in (target.content.payload, target.revisions[0].payload)]
        old = {path.name for path in (folder / "backup" / "cases" / cid / "keys").iterdir()}
        shred(comp, [target], Because.ORDERED, "")
    assert any(raw[0] in path.read_bytes() for path in (folder / "backup").rglob("*") if path.is_file())
    kept = make_backup(vault, folder / "backup")
    assert kept.removed > 0
    assert not [path for path in (folder / "backup").rglob("*") if path.is_file() and any(one in path.read_bytes() for one in raw)]
    assert not old & {path.name for path in (folder / "backup" / "cases" / cid / "keys").iterdir()}
    assert drill(folder / "backup", PASSPHRASE).good


def test_an_older_backup_opens_with_the_passphrase_of_its_time(world):
    vault, cid, folder = world
    change_passphrase(vault, "another long passphrase", work=10)
    make_backup(vault, folder / "newer")
    assert drill(folder / "backup", PASSPHRASE).good
    assert drill(folder / "newer", "another long passphrase").good
    with pytest.raises(WrongPassphraseError):
        drill(folder / "newer", PASSPHRASE)


def test_a_backup_that_was_interrupted_is_gone_on_with(world):
    vault, cid, folder = world
    with vault.case(cid) as comp:
        for _ in range(3):
            add_statement(comp, {"side": "witness", "act": "present"})

    class Stop(Exception):
        pass

    def progress(_, done, of):
        if done == of // 2:
            raise Stop

    with pytest.raises(Stop):
        make_backup(vault, folder / "backup", progress)
    make_backup(vault, folder / "backup")
    assert drill(folder / "backup", PASSPHRASE).good
    with pytest.raises(Stop):
        make_backup(vault, folder / "fresh", progress)
    make_backup(vault, folder / "fresh")
    assert drill(folder / "fresh", PASSPHRASE).good


def test_damage_in_the_vault_is_found_and_named_by_case_and_item(world):
    vault, cid, folder = world
    blob = next(path for path in (vault.disk.root / "cases" / cid / "blobs").rglob("*") if path.is_file())
    with vault.case(cid) as comp:
        rid = read_book(comp).find(Kind.EXHIBIT, "2").id
    content = bytearray(blob.read_bytes())
    content[1000] ^= 1
    blob.write_bytes(content)
    result = verify_vault(vault)
    assert not result.good
    ((_, checked),) = result.cases
    assert any(rid in str(problem) for problem in checked.problems)
    assert json.loads(msgspec.json.encode(result))


def test_one_case_that_does_not_open_is_named_and_the_others_are_verified(world):
    vault, cid, folder = world
    bad = imported(vault, CaseBuilder(), folder / "bad")
    shutil.rmtree(vault.disk.root / "cases" / bad / "members")
    result = verify_vault(vault)
    assert [one for one, _ in result.cases] == [cid]
    assert [one for one, _ in result.unopened] == [bad]
    assert not result.good


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_backup_is_its_owners_alone(world):
    _, _, folder = world
    assert Path(folder / "backup").stat().st_mode & 0o077 == 0
