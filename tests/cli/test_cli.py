"""The command line: help, exit codes 0 1 2 3, plain output where piped, and no traceback whatever it is given."""

import json
import os
import random
import re
import stat
import subprocess
import sys

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat
from simulators.bags import make_bag
from simulators.case_builder import CaseBuilder
from simulators.folders import GOOD, SECRET, make_folder, secretive

from habeas.cli import main
from habeas.seal.signature import SigningKey

COMMANDS = (
    "across",
    "case",
    "check",
    "demo",
    "dossier",
    "examine",
    "exhibit",
    "keygen",
    "memorandum",
    "new",
    "open",
    "vault",
    "verify",
    "verify-page",
    "voices",
)
TRACE = re.compile(r"Traceback|File \"|\bError:|Exception|\x1b")


def habeas(*words, stdin=None):
    """Run in this process; anything but a clean end is a failure of the test."""
    done = CliRunner().invoke(main, [str(word) for word in words], input=stdin)
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    return done


def piped(*words, **environment):
    """Run as a process of its own, with its output piped."""
    return subprocess.run(
        [sys.executable, "-c", "from habeas.cli import main; main()", *map(str, words)],
        capture_output=True, check=False, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip


def refused(done, code=3):
    """The words on standard error, which are few and no traceback."""
    assert done.exit_code == code, (done.exit_code, done.output)
    assert done.stderr and not TRACE.search(done.stderr)
    return done.stderr


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path / "case")


def pem(key, passphrase=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase) if passphrase else NoEncryption())


# --- help and usage ---------------------------------------------------------------------------------------------------------------------


def test_the_program_lists_its_commands_and_exit_codes():
    done = habeas("--help")
    assert done.exit_code == 0 and "2 usage, 3 bad input" in " ".join(done.stdout.split())
    assert set(COMMANDS) <= set(done.stdout.split())
    assert set(main.commands) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    done = habeas(command, "-h")
    assert done.exit_code == 0 and done.stdout.startswith("Usage:") and len(done.stdout.splitlines()) > 4


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["check"], ["check", "a", "b"], ["examine", "--nonsense", "x"], ["dossier", "x"], ["dossier", "x", "--out", "y"], ["memorandum", "x"], ["keygen"], ["verify"],
     ["memorandum", "x", "--out", "y", "--date", "31.02.1977"]],
    ids=" ".join,
)  # fmt: skip
def test_words_that_make_no_command_are_a_usage_error(words):
    assert habeas(*words).exit_code == 2


# --- new, check, examine ----------------------------------------------------------------------------------------------------------------


def test_a_new_folder_can_be_checked_and_examined_at_once(tmp_path):
    assert habeas("new", tmp_path / "case").exit_code == 0
    assert "protected" not in (tmp_path / "case" / "GUIDE.txt").read_text(encoding="utf-8")
    done = habeas("check", tmp_path / "case")
    assert done.exit_code == 0 and "statements.csv: 0 read = 0 taken + 0 refused + 0 duplicates" in done.stdout
    assert habeas("examine", tmp_path / "case").exit_code == 0
    assert json.loads(habeas("examine", tmp_path / "case", "--json").stdout)["findings"] == []


def test_a_new_folder_never_goes_where_something_is(folder):
    before = sorted(folder.rglob("*"))
    assert "nothing was written" in refused(habeas("new", folder))
    assert sorted(folder.rglob("*")) == before


def test_a_new_folder_may_be_the_empty_one_in_which_one_stands(tmp_path, monkeypatch):
    (tmp_path / "case").mkdir()
    monkeypatch.chdir(tmp_path / "case")
    assert habeas("new", ".").exit_code == 0
    assert (tmp_path / "case" / "GUIDE.txt").is_file()


def test_a_good_folder_is_checked_and_examined(folder):
    done = habeas("check", folder)
    assert done.exit_code == 0 and "statements.csv: 2 read = 2 taken + 0 refused + 0 duplicates" in done.stdout
    assert habeas("examine", folder).exit_code == 0


def test_check_speaks_json(folder):
    said = json.loads(habeas("check", folder, "--json").stdout)
    assert said["counts"][0] == {"file": "statements.csv", "read": 2, "taken": 2, "refused": 0, "duplicates": 0}


def test_examine_speaks_json(folder):
    said = json.loads(habeas("examine", folder, "--json").stdout)
    assert said["case"] == "A case" and {"findings", "belief", "origins"} <= set(said)


def test_a_bad_folder_is_refused_with_every_problem_and_their_number(tmp_path):
    case = make_folder(tmp_path / "case", {"statements": [{**GOOD["statements"][0], "side": "martian", "when": "31.02.1977"}]})
    words = refused(habeas("check", case)).splitlines()
    assert words[-1].startswith("2 problems") and len(words) == 3
    assert refused(habeas("examine", case)).splitlines() == words


@pytest.mark.parametrize("command", [["check"], ["examine"], ["examine", "--json"], ["memorandum", "--out", "out.pdf"]], ids=" ".join)
def test_what_is_no_case_folder_is_bad_input(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"x")
    for target in ("none", "file", "."):
        refused(habeas(*command, target))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


@pytest.mark.parametrize("name", ["case_toml", *(f"{stem}_csv" for stem in GOOD), "statements_jsonl", "voices_jsonl"])
def test_binary_garbage_in_a_table_is_bad_input(tmp_path, name):
    garbage = b"\x89PNG\r\n\x1a\n\0\0\xff\xfe" + bytes(range(256))
    case = make_folder(tmp_path / "case", toml=None if name == "case_toml" else 'title = "t"', **{name: garbage})
    assert name.replace("_", ".") in refused(habeas("check", case))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything, and Windows has other rights")
def test_a_table_that_cannot_be_read_is_bad_input(folder):
    (folder / "statements.csv").chmod(0)
    assert "cannot be read" in refused(habeas("check", folder))


@pytest.mark.parametrize("name", [*(f"{stem}_csv" for stem in GOOD), "statements_jsonl", "case_toml"])
@pytest.mark.parametrize("seed", range(3))
def test_hostile_bytes_never_end_in_a_traceback(tmp_path, name, seed):
    chance = random.Random(f"{name} {seed}")  # a repeatable fuzz, no secret
    base = make_folder(tmp_path / "good", secretive())
    whole = bytearray(
        (base / name.replace("_", ".")).read_bytes()
        if (base / name.replace("_", ".")).exists()
        else b'{"id":"S001","side":"state","act":"present"}\n'
    )
    for _ in range(1 + 5 * seed):
        at = chance.randrange(len(whole))
        whole[at : at + chance.randrange(3)] = chance.choice(
            [chance.randbytes(3), b'"', b"\n", b"\r", b",", b";", b"\0", b"'", b"=[", b"\xef\xbb\xbf", b"@S001", b"/", b"~"]
        )
    case = (
        make_folder(tmp_path / "case", secretive(), **{name: bytes(whole)})
        if name != "case_toml"
        else make_folder(tmp_path / "case", secretive(), toml=bytes(whole))
    )
    done = habeas("check", case)
    assert done.exit_code in (0, 3)
    assert not TRACE.search(done.output)
    assert SECRET not in done.stderr


def test_no_text_of_the_case_stands_in_an_error_of_any_command(tmp_path):
    tables = secretive()
    tables["statements"][0] |= {"when": f"{SECRET}/{SECRET}/{SECRET}", "side": f"{SECRET} said", "identifiers": SECRET}
    case = make_folder(tmp_path / "case", tables)
    (tmp_path / "key").write_bytes(pem(ed25519.Ed25519PrivateKey.generate()))
    for words in (
        ["check"],
        ["examine"],
        ["examine", "--json"],
        ["memorandum", "--out", tmp_path / "m.pdf"],
        ["dossier", "--out", tmp_path / "bag", "--sign-key", tmp_path / "key"],
    ):
        done = habeas(words[0], case, *words[1:])
        refused(done)
        assert SECRET not in done.output


# --- piped ------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_piped_output_is_plain_and_the_same_as_in_process(folder):
    done = piped("examine", folder)
    assert done.returncode == 0 and done.stderr == b"" and b"\x1b" not in done.stdout
    assert done.stdout.decode().splitlines() == habeas("examine", folder).stdout.splitlines()


@pytest.mark.slow
def test_a_pipe_that_lacks_a_letter_does_not_stop_the_answer(tmp_path):
    case = make_folder(tmp_path / "case", toml='title = "Дело"\n')
    done = piped("examine", case, PYTHONIOENCODING="cp1252")
    assert done.returncode == 0 and not done.stderr


def test_an_error_of_a_piped_command_is_short_and_its_code_is_three(tmp_path):
    done = piped("check", make_folder(tmp_path / "case", toml="title = " + "[" * 5000))
    assert done.returncode == 3 and done.stdout == b""
    assert not TRACE.search(done.stderr.decode()) and len(done.stderr) < 300


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="pipes close otherwise on Windows")
def test_a_reader_that_leaves_early_is_no_problem(folder):
    command = [sys.executable, "-c", "from habeas.cli import main; main()", "examine", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        said = running.stderr.read()
    assert b"Traceback" not in said and b"disk" not in said


# --- keys -------------------------------------------------------------------------------------------------------------------------------


def test_a_key_without_passphrase_is_made_private_and_says_so(tmp_path):
    done = habeas("keygen", tmp_path / "key", "--no-passphrase")
    assert done.exit_code == 0 and "no passphrase" in done.stderr
    fingerprint = SigningKey.from_pem((tmp_path / "key").read_bytes()).fingerprint
    assert fingerprint in done.stdout.replace(" ", "")
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_a_key_with_a_passphrase_opens_only_with_it(tmp_path):
    done = habeas("keygen", tmp_path / "key", stdin="пароль one\nпароль one\n")
    assert done.exit_code == 0 and "one" not in done.stdout and "no passphrase" not in done.stderr
    assert b"ENCRYPTED" in (tmp_path / "key").read_bytes()
    assert SigningKey.from_pem((tmp_path / "key").read_bytes(), "пароль one".encode()).fingerprint in done.stdout.replace(" ", "")


@pytest.mark.slow
def test_a_passphrase_may_come_from_the_first_line_of_a_file(tmp_path):
    (tmp_path / "words").write_bytes(b"correct horse\r\nsecond line\n")
    assert habeas("keygen", tmp_path / "key", "--passphrase-file", tmp_path / "words").exit_code == 0
    assert SigningKey.from_pem((tmp_path / "key").read_bytes(), b"correct horse")


def test_a_key_is_never_written_over(tmp_path):
    (tmp_path / "key").write_bytes(b"mine")
    assert "never written over" in refused(habeas("keygen", tmp_path / "key", "--no-passphrase"))
    assert (tmp_path / "key").read_bytes() == b"mine"


@pytest.mark.parametrize(
    "words", [["--passphrase-file", "none"], ["--passphrase-file", "empty"], ["--passphrase-file", "."]], ids=lambda words: words[1]
)
def test_no_key_is_left_where_the_passphrase_is_unfit(tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").write_bytes(b"")
    refused(habeas("keygen", "key", *words))
    assert not (tmp_path / "key").exists()


def test_a_key_in_a_folder_that_is_not_there_is_bad_input(tmp_path):
    refused(habeas("keygen", tmp_path / "none" / "key", "--no-passphrase"))


def test_leaving_at_the_passphrase_is_not_a_failed_verification(tmp_path):
    assert habeas("keygen", tmp_path / "key", stdin="").exit_code not in (0, 1)
    assert not (tmp_path / "key").exists()


_OTHER = {
    "rsa": lambda: pem(rsa.generate_private_key(65537, 2048)),
    "ec": lambda: pem(ec.generate_private_key(ec.SECP256R1())),
    "public": lambda: ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "empty": lambda: b"",
    "cut": lambda: pem(ed25519.Ed25519PrivateKey.generate())[:60],
    "binary": lambda: bytes(range(256)),
    "two": lambda: pem(ed25519.Ed25519PrivateKey.generate()) * 2,
    "huge": lambda: pem(ed25519.Ed25519PrivateKey.generate()) + b"\n" * (1 << 18),
    "encrypted": lambda: pem(ed25519.Ed25519PrivateKey.generate(), b"right"),
}


@pytest.mark.parametrize("kind", [*_OTHER, "missing", "folder", "not encrypted"])
def test_a_key_that_cannot_sign_is_refused_in_one_line_that_names_its_file(folder, tmp_path, kind):
    key, words = tmp_path / "my.key", tmp_path / "words"
    words.write_bytes(b"wrong\n")
    if kind == "folder":
        key.mkdir()
    elif kind == "not encrypted":
        key.write_bytes(pem(ed25519.Ed25519PrivateKey.generate()))
    elif kind != "missing":
        key.write_bytes(_OTHER[kind]())
    more = ["--passphrase-file", words] if kind in ("encrypted", "not encrypted") else []
    said = refused(habeas("dossier", folder, "--out", tmp_path / "bag", "--sign-key", key, *more))
    assert "my.key" in said and len([line for line in said.splitlines() if "; nothing was taken" not in line]) == 1
    assert not (tmp_path / "bag").exists()


def test_an_encrypted_key_without_its_passphrase_is_refused(folder, tmp_path):
    (tmp_path / "key").write_bytes(pem(ed25519.Ed25519PrivateKey.generate(), b"right"))
    done = habeas("dossier", folder, "--out", tmp_path / "bag", "--sign-key", tmp_path / "key", stdin="wrong\n")
    assert done.exit_code == 3 and "passphrase" in done.stderr and not TRACE.search(done.stderr)


# --- verify -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["empty", "file", "missing", "case"])
def test_what_is_no_bag_fails_verification(tmp_path, target):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    make_folder(tmp_path / "case")
    for words in ([], ["--json"], ["--key", "0" * 64]):
        done = habeas("verify", tmp_path / target, *words)
        assert done.exit_code == 1 and not TRACE.search(done.output)


def test_a_bag_verifies_until_a_byte_changes(tmp_path):
    key = SigningKey.generate()
    bag = make_bag(tmp_path / "bag", key)
    assert habeas("verify", bag, "--key", key.fingerprint).exit_code == 0
    assert habeas("verify", bag, "--key", "0" * 64).exit_code == 1
    said = habeas("verify", bag, "--json", "--key", key.fingerprint)
    assert json.loads(said.stdout)["good"] is True
    victim = next(path for path in sorted((bag / "data").rglob("*")) if path.is_file() and path.stat().st_size)
    victim.write_bytes(victim.read_bytes()[:-1])
    assert habeas("verify", bag, "--key", key.fingerprint).exit_code == 1
    assert json.loads(habeas("verify", bag, "--json").stdout)["good"] is False


@pytest.mark.parametrize("key", ["", "zz", "0" * 63, "0" * 65, "key.pem"])
def test_what_is_no_fingerprint_is_a_usage_error(tmp_path, key):
    assert habeas("verify", tmp_path, "--key", key).exit_code == 2


# --- what is never overwritten or mixed -------------------------------------------------------------------------------------------------


def _disclosable(folder):
    tables = {stem: [{**row, "disclosable": "true"} if stem in ("statements", "exhibits") else row for row in rows] for stem, rows in GOOD.items()}
    return make_folder(folder, tables)


def test_a_dossier_of_nothing_disclosable_is_refused(folder, tmp_path):
    (tmp_path / "key").write_bytes(pem(ed25519.Ed25519PrivateKey.generate()))
    assert "disclosable" in refused(habeas("dossier", folder, "--out", tmp_path / "bag", "--sign-key", tmp_path / "key"))
    assert not (tmp_path / "bag").exists()


@pytest.mark.slow
def test_a_dossier_never_goes_where_something_is(tmp_path):
    case = _disclosable(tmp_path / "case")
    (tmp_path / "key").write_bytes(pem(ed25519.Ed25519PrivateKey.generate()))
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "mine").write_bytes(b"mine")
    refused(habeas("dossier", case, "--out", tmp_path / "bag", "--sign-key", tmp_path / "key", "--date", "2026-01-02"))
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "bag").iterdir()] == [("mine", b"mine")]
    assert habeas("dossier", case, "--out", tmp_path / "other", "--sign-key", tmp_path / "key", "--date", "2026-01-02").exit_code == 0
    assert habeas("verify", tmp_path / "other").exit_code == 0


@pytest.mark.slow
def test_a_memorandum_never_goes_into_a_bag(folder, tmp_path):
    bag = make_bag(tmp_path / "bag", SigningKey.generate())
    before = sorted(bag.rglob("*"))
    for out in (bag / "memo.pdf", bag / "data" / "memo.pdf"):
        refused(habeas("memorandum", folder, "--out", out))
    assert sorted(bag.rglob("*")) == before
    assert habeas("memorandum", folder, "--out", tmp_path / "memo.pdf").exit_code == 0
    assert (tmp_path / "memo.pdf").read_bytes().startswith(b"%PDF")


def test_an_earlier_copy_of_the_folder_tells_what_changed_and_why(tmp_path):
    older, newer = tmp_path / "older", tmp_path / "newer"
    CaseBuilder().write(older)
    CaseBuilder().change("S002", when="1977-12-01").write(newer)
    said = habeas("examine", newer, "--since", older).output
    assert "Since the last examination: statements added, changed or taken out: S002" in said
    found = json.loads(habeas("examine", newer, "--since", older, "--json").output)
    assert found["changes"]["touched"] == ["S002"]
    assert json.loads(habeas("examine", newer, "--json").output)["changes"] is None
    assert "no statement was added" in habeas("examine", newer, "--since", newer).output
    tied = tmp_path / "tied"
    CaseBuilder().row("voices", voice="Ravella Corvonte", other="Stellin Dormaque", relation="dependent").write(tied)
    assert "Sources that must be wrong" in habeas("examine", tied, "--since", older).output  # only a judgement changed, and the figure with it
    assert "leave out --since" in refused(habeas("examine", "--case", "case-0123456789ab", "--since", older), 2)


def test_the_voices_of_a_case_are_told_in_words_in_json_and_as_a_picture(tmp_path):
    folder, picture = tmp_path / "case", tmp_path / "who.svg"
    CaseBuilder().add(act="held_at", when="1977-09-20/1977-09-24", place="Montevideo, Uruguay", speaker="Witness W", side="witness",
                      relayed_by="The Bulletin").write(folder)  # fmt: skip
    said = habeas("voices", folder, "--picture", picture).output
    assert "The Bulletin → Witness W" in said
    assert "names sources" in said
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600
    assert {one["relay"] for one in json.loads(habeas("voices", folder, "--json").output)["passings"]} >= {"The Bulletin"}
    refused(habeas("voices", folder, "--picture", picture))
    (tmp_path / "bag" / "data").mkdir(parents=True)
    (tmp_path / "bag" / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    assert "inside a bag" in refused(habeas("voices", folder, "--picture", tmp_path / "bag" / "data" / "who.svg"))
