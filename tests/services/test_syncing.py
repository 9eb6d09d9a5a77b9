"""Syncing end to end: a folder and a bucket, stores that cannot be used, outages, and no network but where the user asked for one."""

import contextlib
import os
import shutil
import subprocess
import sys
import time

import pytest
from simulators.case_builder import CaseBuilder
from simulators.offices import REVIEW, case_of, imported
from simulators.s3_server import S3Server
from simulators.vaults import PASSPHRASE, make_vault

from habeas.domain.errors import BadInput, HabeasError, UsageError
from habeas.services.casebook import read_book
from habeas.services.cases import import_folder
from habeas.services.changing import add_statement
from habeas.services.people import admit, join_case, make_card
from habeas.services.syncing import add_store, list_stores, remove_store, store_of, sync_case
from habeas.services.vaults import verify_vault
from habeas.vault.events import Kind
from habeas.vault.roster import Role
from habeas.vault.store_errors import StoreError, StoreNameError, StoreUnreachableError


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    with S3Server(tmp_path_factory.mktemp("s3")) as server:
        yield server


@pytest.fixture
def server(bucket):
    bucket.faults()
    for path in (bucket.folder / "objects").iterdir():
        path.unlink()
    yield bucket
    bucket.faults()


@pytest.fixture
def pair(tmp_path):
    with make_vault(tmp_path / "vault-a", "a1") as first, make_vault(tmp_path / "vault-b", "b2") as second:
        yield first, second, imported(first, CaseBuilder(), tmp_path / "case")


def there_and_back(first, second, cid, name):
    """The second joins through a known store, each writes, both end with the same."""
    with first.case(cid) as comp:
        text, _ = admit(comp, make_card(second), Role.CASEWORKER, "b2")
        assert sync_case(first, comp, name).pushed
    assert join_case(second, text, store_of(second, name)) == cid
    for vault, other in ((second, first), (first, second)):
        with vault.case(cid) as comp:
            sync_case(vault, comp, name)
            add_statement(comp, {"side": "witness", "act": "present", "summary": f"by {vault.settings.code}"})
            assert sync_case(vault, comp, name).alarms == ()
        with other.case(cid) as comp:
            assert sync_case(other, comp, name).alarms == ()
    assert case_of(first, cid) == case_of(second, cid)
    assert [one.summary for one in case_of(first, cid).statements][-2:] == ["by b2", "by a1"]
    assert verify_vault(second).good


def test_two_devices_through_a_folder(pair, tmp_path):
    first, second, cid = pair
    (tmp_path / "store").mkdir()
    for vault in (first, second):
        add_store(vault, "stick", str(tmp_path / "store"), {})
    there_and_back(first, second, cid, "stick")


@pytest.mark.enable_socket
def test_two_devices_through_a_bucket(pair, server):
    first, second, cid = pair
    for vault in (first, second):
        add_store(vault, "bucket", server.address, server.credentials)
    there_and_back(first, second, cid, "bucket")
    names = [path.name for path in (server.folder / "objects").iterdir()]
    assert not [name for name in names if "probe" in name], "the probe is taken away again"


@pytest.mark.enable_socket
def test_a_store_that_writes_over_what_is_there_is_not_added(pair, server):
    first, _, _ = pair
    server.faults(ignore_conditions=True)
    with pytest.raises(UsageError):
        add_store(first, "bucket", server.address, server.credentials)
    assert list_stores(first) == []
    assert first.settings.credentials == {}


@pytest.mark.enable_socket
def test_wrong_credentials_are_told_and_the_store_is_not_added(pair, server):
    first, _, _ = pair
    for wrong in ({}, {**server.credentials, "secret_key": "another"}):
        with pytest.raises(StoreError) as told:
            add_store(first, "bucket", server.address, wrong)
        assert server.credentials["secret_key"] not in str(told.value)
    assert list_stores(first) == []


@pytest.mark.parametrize("address", ["http://x/y", "ftp://x", "s3://", "s3://b?endpoint=ftp://x", ""])
def test_an_address_that_is_no_store_is_told(pair, address):
    first, _, _ = pair
    with pytest.raises(HabeasError):
        add_store(first, "x", address, {"access_key": "a", "secret_key": "b"})
    assert list_stores(first) == []


def test_a_folder_that_is_not_there_is_not_made(pair, tmp_path):
    first, _, cid = pair
    with pytest.raises(StoreUnreachableError):
        add_store(first, "stick", str(tmp_path / "pulled out"), {})
    assert not (tmp_path / "pulled out").exists()
    (tmp_path / "stick").mkdir()
    add_store(first, "stick", str(tmp_path / "stick"), {})
    shutil.rmtree(tmp_path / "stick")
    with first.case(cid) as comp, pytest.raises(StoreUnreachableError):
        sync_case(first, comp, "stick")
    assert not (tmp_path / "stick").exists()


def test_stores_are_listed_without_credentials_and_removed(pair, tmp_path):
    first, _, _ = pair
    (tmp_path / "s").mkdir()
    add_store(first, "one", str(tmp_path / "s"), {"access_key": "a", "secret_key": "Zorvanelle"})
    assert "Zorvanelle" not in str(list_stores(first))
    with pytest.raises(UsageError):
        add_store(first, "one", str(tmp_path / "s"), {})
    remove_store(first, "one")
    assert (list_stores(first), first.settings.credentials) == ([], {})
    with pytest.raises(BadInput):
        remove_store(first, "one")
    assert (tmp_path / "s").is_dir()


@pytest.mark.parametrize("name", ["nowhere", "../../etc/nowhere", "", "a\0b", "x" * 5000])
def test_a_store_of_no_such_name_is_told(pair, name):
    first, _, cid = pair
    if not name:
        pytest.skip("an empty path is the folder that one stands in")
    with first.case(cid) as comp, pytest.raises(HabeasError):
        sync_case(first, comp, name)


@pytest.mark.enable_socket
@pytest.mark.parametrize("fault", [{"lose_answers": 3}, {"every": 3}, {"conflicts": 2}, {"page": 2}], ids=str)
def test_a_bucket_that_stumbles_still_gets_everything(pair, server, fault):
    first, second, cid = pair
    for vault in (first, second):
        add_store(vault, "bucket", server.address, server.credentials)
    server.faults(**fault)
    for _ in range(4):
        try:
            with first.case(cid) as comp:
                sync_case(first, comp, "bucket")
            break
        except StoreError:
            continue
    server.faults()
    there_and_back(first, second, cid, "bucket")


@pytest.mark.enable_socket
@pytest.mark.slow
def test_a_fetch_that_was_cut_goes_on_where_it_was(tmp_path, server):
    builder = CaseBuilder().add_exhibit("2", "large.bin", os.urandom(6_000_000))
    with make_vault(tmp_path / "vault-a", "a1") as first, make_vault(tmp_path / "vault-b", "b2") as second:
        cid = imported(first, builder, tmp_path / "case")
        for vault in (first, second):
            add_store(vault, "bucket", server.address, server.credentials)
        with first.case(cid) as comp:
            text, _ = admit(comp, make_card(second), Role.CASEWORKER, "b2")
            sync_case(first, comp, "bucket")
        join_case(second, text, store_of(second, "bucket"))
        server.faults(cut_after=1_000_000, cuts=1_000_000)
        with second.case(cid) as comp, contextlib.suppress(StoreError):
            sync_case(second, comp, "bucket")
        left = list((second.disk.root / "partial").iterdir())
        server.faults()
        before = len(server.requests())
        with second.case(cid) as comp:
            assert sync_case(second, comp, "bucket").alarms == ()
            content = read_book(comp).find(Kind.EXHIBIT, "2").content
            assert len(comp.read_content(content)) == 6_000_000
        if left:
            assert any(line.startswith("GET") and line.endswith("206") for line in server.requests()[before:]), "it was fetched from its beginning"


@pytest.mark.enable_socket
@pytest.mark.slow
def test_an_outage_is_told_within_bounds_and_nothing_is_lost(pair, server):
    first, second, cid = pair
    for vault in (first, second):
        add_store(vault, "bucket", server.address, server.credentials)
    server.stop()
    start = time.monotonic()
    with first.case(cid) as comp, pytest.raises(StoreUnreachableError) as told:
        sync_case(first, comp, "bucket")
    assert time.monotonic() - start < 60
    assert "try again later" in str(told.value)
    server.start()
    there_and_back(first, second, cid, "bucket")


@pytest.mark.enable_socket
@pytest.mark.parametrize("fault", [{"nonsense": True}, {"redirect": "http://127.0.0.1:9"}], ids=str)
def test_a_captive_portal_is_no_store(pair, server, fault):
    first, _, cid = pair
    add_store(first, "bucket", server.address, server.credentials)
    server.faults(**fault)
    with first.case(cid) as comp:
        with pytest.raises(StoreError):
            sync_case(first, comp, "bucket")
        assert len(read_book(comp).of(Kind.STATEMENT)) == 4


def test_names_in_a_store_that_lead_elsewhere_are_never_followed(pair, tmp_path):
    first, _, cid = pair
    (tmp_path / "store").mkdir()
    with first.case(cid) as comp:
        sync_case(first, comp, str(tmp_path / "store"))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"secret")
    case = tmp_path / "store" / cid
    (case / "packs" / ("0" * 64)).symlink_to(outside / "secret")
    (case / "members" / "0009.age").symlink_to(outside / "secret")
    (case / "keys" / "..%2f..%2fx.age").write_bytes(b"x")
    (case / "log" / "..").mkdir(exist_ok=True)
    before = {path.name for path in first.disk.root.rglob("*")}
    with first.case(cid) as comp:
        sync_case(first, comp, str(tmp_path / "store"))
    assert {path.name for path in first.disk.root.rglob("*")} - before <= {name for name in before if name}
    assert not [path for path in first.disk.root.rglob("*") if path.is_file() and path.read_bytes() == b"secret"]
    with pytest.raises(StoreNameError):
        store_of(first, str(tmp_path / "store")).get("../outside/secret", 100)


# --- no network but where the user asked for one -----------------------------------------------------------------------------------


def local_commands(folder, cid):
    """Every command of vault, case and exhibit that is to stay on this machine, and the ones that read a case of the vault."""
    return [
        ["vault", "status"], ["vault", "agenda"], ["vault", "verify"], ["vault", "doctor"], ["vault", "store", "list"], ["vault", "members", cid],
        ["vault", "head", cid], ["vault", "rotate", cid], ["vault", "card"], ["vault", "authority", "add", "x", "https://tsa.example.org/", f"{folder}/root.pem"],
        ["vault", "stamp", "request", cid], ["vault", "stamp", "write", cid, f"{folder}/tsq"], ["vault", "stamp", "check", cid],
        ["vault", "backup", f"{folder}/backup"], ["vault", "restore", f"{folder}/backup", "--drill"], ["vault", "kit", cid, f"{folder}/kit", "--code", "f"],
        ["vault", "sync", cid, "--store", f"{folder}/kit"], ["case", "new", "x"], ["case", "import", f"{folder}/case"], ["case", "list", cid, "statement"],
        ["case", "add", cid, "note", "text=see http://example.org/"], ["case", "search", cid, "seat"], ["case", "history", cid, "statement", "S002"],
        ["case", "person-report", cid, "Ravella Corvonte"], ["case", "hold", cid, "on"], ["case", "hold", cid, "off"],
        ["exhibit", "add", f"{folder}/page.html", "--case", cid], ["exhibit", "add", f"{folder}/page.html", "--kit", f"{folder}/kit"], ["exhibit", "list", cid],
        ["exhibit", "open", cid, "1", "--out", f"{folder}/opened"], ["exhibit", "custody", cid, "1"], ["examine", "--case", cid],
        ["memorandum", "--case", cid, "--out", f"{folder}/memo.pdf"], ["dossier", "--case", cid, "--out", f"{folder}/bag", "--sign-key", f"{folder}/key.pem"],
        ["case", "shred", cid, "statement", "S004", "--because", "mistake", "--yes"], ["case", "export", cid, f"{folder}/out"], ["vault", "panic", "--yes"],
    ]  # fmt: skip


RUN_ALL = """
import json, sys
from click.testing import CliRunner
from habeas.cli import main
folder, commands = sys.argv[1], json.loads(sys.argv[2])
bad = []
for words in commands:
    more = ["--vault", folder + "/vault"] + ([] if words[:2] == ["vault", "panic"] else ["--passphrase-file", folder + "/pw"])
    done = CliRunner().invoke(main, [*words, *more])
    if done.exit_code not in (0, 1):
        bad.append([words, done.exit_code, done.output[-300:]])
print(json.dumps(bad))
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_command_but_sync_join_store_add_and_stamp_send_makes_a_connection(tmp_path):
    import json

    from habeas.services.keys import make_key

    with make_vault(tmp_path / "vault", "a1") as vault:
        builder = CaseBuilder().add_exhibit("2", "page.txt", b"<html><img src='http://127.0.0.1:9/x.png'></html>")
        cid = imported(vault, builder, tmp_path / "case")
    (tmp_path / "pw").write_text(PASSPHRASE, encoding="utf-8")
    (tmp_path / "page.html").write_text("<script src='http://127.0.0.1:9/x.js'></script>", encoding="utf-8")
    (tmp_path / "root.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", encoding="utf-8")
    make_key(tmp_path / "key.pem", None)
    trace = tmp_path / "trace"
    words = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,socket", "-o", str(trace), sys.executable, "-c", RUN_ALL, str(tmp_path)]
    done = subprocess.run(
        [*words, json.dumps(local_commands(tmp_path, cid))], capture_output=True, text=True, check=False, timeout=110,
        env={**os.environ, "HABEAS_TRACEABLE": "1", "http_proxy": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"},
    )  # fmt: skip
    if "ptrace" in done.stderr:
        pytest.skip("strace may not trace here")
    assert done.returncode == 0, done.stderr[-500:]
    assert json.loads(done.stdout.strip().splitlines()[-1]) == []
    assert [line for line in trace.read_text(errors="replace").splitlines() if "AF_INET" in line or "AF_NETLINK" in line] == []


def test_the_trace_would_show_a_connection(tmp_path):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    code = "import socket\ntry: socket.create_connection(('127.0.0.1', 9), 1)\nexcept OSError: pass"
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=connect", "-o", str(tmp_path / "t"), sys.executable, "-S", "-c", code], check=True)
    assert "AF_INET" in (tmp_path / "t").read_text()


def test_what_is_not_asked_for_is_not_synced(pair, tmp_path):
    first, _, cid = pair
    (tmp_path / "store").mkdir()
    add_store(first, "stick", str(tmp_path / "store"), {})
    with first.case(cid) as comp:
        add_statement(comp, {"side": "witness", "act": "present"})
    import_folder(first, CaseBuilder().write(tmp_path / "other"), REVIEW)
    assert list((tmp_path / "store").iterdir()) == []
    with first.case(cid) as comp:
        sync_case(first, comp, "stick")
    assert [path.name for path in (tmp_path / "store").iterdir()] == [cid], "one case is synced, and no other"
