"""A vault on one device: its passphrase, its recovery words before its first case, panic, and files that are its owner's alone."""

import os
import stat

import pyrage
import pytest
from simulators.vaults import PASSPHRASE, WORK, add, clock, make_vault, record_of

from habeas.seal.age import parse_identities
from habeas.vault import vault as vault_module
from habeas.vault.errors import (
    DamagedError,
    LockedError,
    NoSuchCaseError,
    NotReadyError,
    NoVaultError,
    RecoveryWordsError,
    VaultError,
    VaultExistsError,
    WrongPassphraseError,
)
from habeas.vault.vault import change_passphrase, check_passphrase, check_recovery, create_vault, make_recovery, open_vault, panic


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "v"


def test_it_opens_with_its_passphrase_and_remembers(folder):
    with make_vault(folder) as made:
        made.settings.stores["stick"] = "/media/stick"
        made.save()
        comp = made.new_case()
        payload = add(comp, {"n": 1})
        comp.close()
    with open_vault(folder, PASSPHRASE, clock) as again:
        assert again.settings.stores == {"stick": "/media/stick"}
        assert again.settings.code == "a"
        with again.case(comp.cid) as same:
            assert record_of(same, payload) == {"n": 1}


@pytest.mark.parametrize("wrong", ["", "x", PASSPHRASE + " ", PASSPHRASE.upper(), "\u0441orrect horse battery"])
def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(folder, wrong):
    make_vault(folder, ready=False).close()
    before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    with pytest.raises(WrongPassphraseError):
        open_vault(folder, wrong, clock)
    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before
    open_vault(folder, PASSPHRASE, clock).close()


@pytest.mark.parametrize("short", ["", "x", "elevenchars"])
def test_a_short_passphrase_makes_no_vault(folder, short):
    with pytest.raises(NotReadyError, match="at least 12"):
        create_vault(folder, short, "a", clock, work=WORK)
    assert not folder.exists()
    check_passphrase("twelve chars")


def test_a_changed_passphrase_is_the_only_one(folder):
    with make_vault(folder, ready=False) as made:
        with pytest.raises(NotReadyError):
            change_passphrase(made, "short", work=WORK)
        change_passphrase(made, "another good passphrase", work=WORK)
    with pytest.raises(WrongPassphraseError):
        open_vault(folder, PASSPHRASE, clock)
    open_vault(folder, "another good passphrase", clock).close()


def test_another_program_opens_the_device_key(folder):
    with make_vault(folder, ready=False) as made:
        text = pyrage.passphrase.decrypt((folder / "device.age").read_bytes(), PASSPHRASE).decode()
        assert parse_identities(text)[0].raw == made.identity.raw


def test_a_folder_that_is_taken_is_left_alone(folder, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter").write_bytes(b"x")
    (tmp_path / "file").write_bytes(b"x")
    make_vault(folder, ready=False).close()
    for taken in (tmp_path / "full", tmp_path / "file", folder):
        with pytest.raises(VaultExistsError):
            create_vault(taken, PASSPHRASE, "a", clock, work=WORK)
    assert [one.name for one in (tmp_path / "full").iterdir()] == ["letter"]


def test_no_vault_and_a_later_one_are_told(folder, tmp_path):
    for nowhere in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(NoVaultError):
            open_vault(nowhere, PASSPHRASE, clock)
    make_vault(folder, ready=False).close()
    (folder / "FORMAT").write_bytes(b"habeas-vault/2\n")
    with pytest.raises(DamagedError, match="later version"):
        open_vault(folder, PASSPHRASE, clock)


def test_two_programs_cannot_hold_it_at_once_and_a_closed_one_lets_go(folder):
    made = make_vault(folder, ready=False)
    with pytest.raises(LockedError):
        open_vault(folder, PASSPHRASE, clock)
    made.close()
    with open_vault(folder, PASSPHRASE, clock), pytest.raises(LockedError):
        open_vault(folder, PASSPHRASE, clock)
    for _ in range(2):  # a failed try holds nothing
        with pytest.raises(WrongPassphraseError):
            open_vault(folder, "wrong passphrase", clock)
    open_vault(folder, PASSPHRASE, clock).close()


@pytest.mark.parametrize("name", ["device.age", "settings.age"])
@pytest.mark.parametrize("content", [b"", b"age-encryption.org/v1\n", None])
def test_a_damaged_file_is_told_without_a_trace_of_what_it_held(folder, name, content):
    make_vault(folder, ready=False).close()
    path = folder / name
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]) if content is None else content)
    with pytest.raises(VaultError) as caught:
        open_vault(folder, PASSPHRASE, clock)
    assert PASSPHRASE not in str(caught.value)
    path.write_bytes(good)
    open_vault(folder, PASSPHRASE, clock).close()


def test_settings_that_are_no_settings_are_told(folder):
    from habeas.seal.age import seal_file

    with make_vault(folder, ready=False) as made:
        owner = made.identity.recipient
    for content in (b"", b"{}", b'{"code":1}', b'{"code":"a","more":1}', b'{"code":"\xff"}', b"[" * 9000):
        (folder / "settings.age").write_bytes(seal_file(content, [owner]))
        with pytest.raises(DamagedError, match="settings"):
            open_vault(folder, PASSPHRASE, clock)


# Recovery words come first


def test_no_case_is_made_before_the_recovery_words_were_checked(folder):
    with make_vault(folder, ready=False) as made:
        with pytest.raises(NotReadyError, match="recovery-words"):
            made.new_case()
        words = make_recovery(made, 2, 3)
        with pytest.raises(NotReadyError, match="recovery-check"):
            made.new_case()
        for wrong in (list(words[:1]), [], ["academic acid"]):
            with pytest.raises(RecoveryWordsError):
                check_recovery(made, wrong)
        assert not made.disk.names("cases")
        check_recovery(made, [words[2], words[0]])
        made.new_case().close()
    with open_vault(folder, PASSPHRASE, clock) as again:
        assert again.settings.recovery_checked
        again.new_case().close()


def test_older_recovery_words_do_not_pass_for_the_newest(folder):
    with make_vault(folder, ready=False) as made:
        old = make_recovery(made, 1, 1)
        new = make_recovery(made, 1, 1)
        with pytest.raises(RecoveryWordsError, match="other recovery words"):
            check_recovery(made, list(old))
        check_recovery(made, list(new))


def test_recovery_words_stand_in_no_file(folder):
    with make_vault(folder, ready=False) as made:
        words = make_recovery(made, 2, 3)
        check_recovery(made, list(words[:2]))
        made.new_case().close()
    everything = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    assert not any(" ".join(one.split()[:3]).encode() in everything for one in words)


# Cases


def test_cases_are_listed_and_others_are_not_even_named(folder):
    with make_vault(folder) as made:
        cids = []
        for _ in range(3):
            comp = made.new_case()
            comp.close()
            cids.append(comp.cid)
        assert made.case_ids() == sorted(cids)
        made.disk.remove(f"local/{cids[0]}.age")
        assert made.case_ids() == sorted(cids[1:])
        for nobodys in (cids[0], "case-000000000000"):  # the same words for both: that a case exists is told to nobody
            with pytest.raises(NoSuchCaseError, match="No case of this id is open to you"), made.case(nobodys):
                pass


@pytest.mark.parametrize("nasty", ["../../etc", "a/b", "", ".", "x" * 100, "имя", "case of Maria"])
def test_a_name_that_is_no_id_is_not_repeated(folder, nasty):
    with make_vault(folder, ready=False) as made:
        with pytest.raises(NoSuchCaseError) as caught, made.case(nasty):
            pass
        assert not nasty or nasty == "." or nasty not in str(caught.value)


def test_two_cases_of_one_device_share_no_key(folder):
    with make_vault(folder) as made:
        one, two = made.new_case(), made.new_case()
        assert one.seat.device != two.seat.device
        assert one.seat.signer.public != two.seat.signer.public
        assert one.seat.identity.recipient != two.seat.identity.recipient
        one.close()
        two.close()


# Panic, and who may read the files


def test_panic_removes_every_key_and_nothing_opens_any_more(folder):
    with make_vault(folder) as made:
        comp = made.new_case()
        add(comp, {"n": 1})
        comp.close()
        cases = made.disk.files("cases")
    assert panic(folder) >= 4
    assert not (folder / "device.age").exists()
    assert not (folder / "settings.age").exists()
    for gone in ("local", "index", "tmp"):
        assert not list((folder / gone).glob("*"))
    with pytest.raises(NoVaultError, match="recovery words"):
        open_vault(folder, PASSPHRASE, clock)
    assert all((folder / one).exists() for one in cases)
    panic(folder)
    with pytest.raises(NoVaultError):
        panic(folder / "nowhere")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_every_file_is_its_owners_alone(folder):
    old = os.umask(0o022)
    try:
        with make_vault(folder) as made:
            comp = made.new_case()
            add(comp, {"n": 1})
            modes = {one.relative_to(folder).as_posix(): stat.S_IMODE(one.stat().st_mode) for one in [folder, *folder.rglob("*")]}
            comp.close()
    finally:
        os.umask(old)
    wrong = {name: oct(mode) for name, mode in modes.items() if mode != (0o700 if (folder / name).is_dir() else 0o600)}
    assert wrong == {}


def test_a_key_that_another_program_does_not_open_is_not_written(folder, monkeypatch):
    monkeypatch.setattr(vault_module, "open_with_passphrase", lambda sealed, passphrase: b"something else")
    with pytest.raises(VaultError, match="nothing was written"):
        create_vault(folder, PASSPHRASE, "a", clock, work=WORK)
    assert not (folder / "device.age").exists()


def test_a_vault_whose_making_failed_can_be_made_again(folder, monkeypatch):
    """The folder is left without a FORMAT; nothing of it counts."""
    with monkeypatch.context() as patch:
        patch.setattr(vault_module, "open_with_passphrase", lambda sealed, passphrase: b"something else")
        with pytest.raises(VaultError):
            create_vault(folder, PASSPHRASE, "a", clock, work=WORK)
    make_vault(folder, ready=False).close()


def test_the_case_that_is_open_is_not_named_by_its_content_on_the_disk(folder):
    with make_vault(folder) as made:
        comp = made.new_case()
        add(comp, {"title": "KINGFISHER"})
        comp.close()
    assert not any("KINGFISHER" in one.name or (one.is_file() and b"KINGFISHER" in one.read_bytes()) for one in folder.rglob("*"))
