"""The commands of the vault: the way through, errors in plain words with their exit codes, and no name where only ids are promised."""

import json
import os
import subprocess
import sys

import msgspec
import pytest
from click.testing import CliRunner
from simulators.case_builder import CaseBuilder
from simulators.offices import DEMO, REVIEW, files_below
from simulators.vaults import PASSPHRASE, make_vault

from habeas.cli import main
from habeas.seal.signature import SigningKey
from habeas.seal.verify import State, verify_folder
from habeas.services.cases import import_folder
from habeas.vault.vault import open_vault

KEY = SigningKey.generate()


class Desk:
    """A vault with a case, and the commands run on it in this process."""

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "vault"
        with make_vault(self.root, "A1") as vault:
            self.cid = import_folder(vault, CaseBuilder().add_exhibit("2", "two.bin", bytes(range(256))).write(folder / "case"), REVIEW).cid
        (folder / "pw").write_text(PASSPHRASE + "\n", encoding="utf-8")
        (folder / "wrong").write_text("another passphrase\n", encoding="utf-8")
        (folder / "key.pem").write_bytes(KEY.to_pem(None))

    def run(self, *words, code=0, pw="pw", stdin=None):
        more = ["--vault", str(self.root)] + (["--passphrase-file", str(self.folder / pw)] if pw else [])
        done = CliRunner().invoke(main, [*(str(word) for word in words), *more], input=stdin)
        said = done.stdout + done.stderr
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == code, (words, done.exit_code, said)
        assert PASSPHRASE not in said and "another passphrase" not in said
        assert "Traceback" not in said and "an error inside" not in said
        return done

    def json(self, *words, code=0):
        return json.loads(self.run(*words, "--json", code=code).stdout)

    def out(self, *words, code=0):
        return self.run(*words, code=code).stdout


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def still(tmp_path_factory):
    """A desk that no test changes."""
    return Desk(tmp_path_factory.mktemp("desk"))


# --- the way through ----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_from_a_new_vault_to_a_case_and_back_by_the_words(tmp_path):
    desk = Desk(tmp_path)
    desk.root = tmp_path / "new"
    desk.run("vault", "create", "--code", "A1")
    assert "recovery" in desk.run("case", "new", "x", code=2).stderr
    desk.run("case", "import", desk.folder / "case", code=2)
    desk.run("vault", "recovery-words", "--out", tmp_path / "words")
    desk.run("vault", "recovery-check", "--words", tmp_path / "words/list-1.txt", code=3)
    desk.run("vault", "recovery-check", "--words", tmp_path / "words/list-1.txt", "--words", tmp_path / "words/list-3.txt")
    cid = desk.out("case", "import", desk.folder / "case").splitlines()[0]
    desk.run("vault", "backup", tmp_path / "backup")
    desk.run("vault", "panic", "--yes", pw=None)
    assert "recover" in desk.run("vault", "status", code=3).stderr
    desk.root = tmp_path / "again"
    said = desk.out(
        "vault", "recover", tmp_path / "backup", "--code", "A1", "--words", tmp_path / "words/list-1.txt", "--words", tmp_path / "words/list-2.txt"
    )
    assert cid in said and "revoke" in said
    assert desk.json("vault", "status")["cases"][0]["cid"] == cid


def test_records_by_command(desk):
    cid = desk.cid
    assert (
        desk.out("case", "add", cid, "statement", "side=witness", "act=present", "when=1977-08/1977-09", "summary=Её видели дома.").strip() == "S005"
    )
    desk.run("case", "edit", cid, "statement", "S005", "when=1977-08-02", "--reason", "she corrected it")
    assert [one["words"] for one in desk.json("case", "history", cid, "statement", "S005")] == ["", "she corrected it"]
    desk.run("case", "undo", cid, "statement", "S005")
    record = next(one for one in desk.json("case", "list", cid, "statement") if one["id"] == "S005")
    assert (record["record"]["when"], record["revisions"], record["withdrawn"], record["edited_at_once"]) == ("1977-08/1977-09", 3, False, False)
    assert desk.json("case", "search", cid, "дом") == [{"kind": "statement", "id": "S005"}]
    task = desk.out("case", "add", cid, "task", "rule=wgeid-urgent", "from=2026-11-01").strip()
    assert task in {one["task"] for one in desk.json("vault", "agenda")}
    desk.run("case", "done", cid, task)
    assert task not in {one["task"] for one in desk.json("vault", "agenda")}
    desk.run("case", "head", cid, "--title", "Новое", "--accusation", "S001")
    desk.run("case", "withdraw", cid, "statement", "S005", "--because", "mistake")
    desk.run("case", "withdraw", cid, "statement", "S005", "--because", "mistake", "--back")
    desk.run("case", "hold", cid, "on", "--reason", "x")
    assert "hold" in desk.run("case", "shred", cid, "statement", "S005", "--because", "mistake", "--yes", code=3).stderr
    desk.run("case", "hold", cid, "off")
    assert "stopped" in desk.run("case", "shred", cid, "statement", "S005", "--because", "mistake", code=2, stdin="n\n").stderr
    done = desk.run("case", "shred", cid, "statement", "S005", "--because", "mistake", "--yes")
    assert "cannot be undone" in done.stderr and "payloads shredded" in done.stdout
    assert [one["id"] for one in desk.json("case", "list", cid, "statement")] == ["S001", "S002", "S003", "S004"]
    assert desk.json("vault", "verify")["cases"][0][1]["problems"] == []


def test_exhibits_by_command(desk, tmp_path):
    for name, content in (("f1", b"one"), ("f2", b"one"), ("f3", os.urandom(1_200_000))):
        (tmp_path / name).write_bytes(content)
    done = desk.run(
        "exhibit", "add", *(tmp_path / name for name in ("f1", "f2", "f3", "nowhere")), "--case", desk.cid, "--with", "title=A file", code=3
    )
    assert "4 files = 2 sealed + 1 duplicates + 1 refused" in done.stdout
    assert "still on the disk in plaintext" in done.stdout
    rows = desk.json("exhibit", "list", desk.cid)
    assert [row["number"] for row in rows] == ["1", "2", "3", "4"]
    desk.run("exhibit", "open", desk.cid, "4", "--out", tmp_path / "o", "--reason", "to look")
    assert (tmp_path / "o").read_bytes() == (tmp_path / "f3").read_bytes()
    desk.run("exhibit", "open", desk.cid, "4", "--out", tmp_path / "o", code=3)
    assert [one["what"] for one in desk.json("exhibit", "custody", desk.cid, "4")] == ["sealed", "recorded", "opened"]
    desk.run("exhibit", "open", desk.cid, "99", "--out", tmp_path / "p", code=3)
    desk.run("exhibit", "add", tmp_path / "f1", code=2)
    desk.run("exhibit", "add", tmp_path / "f1", "--case", desk.cid, "--with", "colour=red", code=3)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes every byte in a name")
def test_outcomes_of_files_with_any_name_are_shown_and_parse(desk, tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    for name in (b"new\nline", b"\xff\xfe", b"\x1b[2Jx", "рис\u202e.pdf".encode()):
        with open(os.fsencode(folder) + b"/" + name, "wb") as stream:
            stream.write(name)
    shown = desk.out("exhibit", "add", folder, "--case", desk.cid)
    assert "\x1b" not in shown and "\u202e" not in shown and shown.count("sealed\t") == 4
    assert [one["outcome"] for one in desk.json("exhibit", "add", folder, "--case", desk.cid)] == ["duplicate"] * 4


def test_an_import_of_a_folder_with_odd_names_beside_it_parses(desk, tmp_path):
    case = CaseBuilder().write(tmp_path / "more")
    with open(os.fsencode(case) + b"/\xff\x1b[2J", "wb") as stream:
        stream.write(b"x")
    assert desk.json("case", "import", case)["case"].startswith("case-")
    assert "\x1b" not in desk.out("case", "import", case)


@pytest.mark.parametrize("odd", ["\x1b[31mred\x1b[0m", "\x07bell", "\u202eevil", "a\nb", "a\tb", "\x9b2J"])
def test_no_text_of_a_case_plays_with_the_terminal(desk, odd):
    desk.run("case", "add", desk.cid, "note", "text=canary " + odd)
    said = desk.out("case", "list", desk.cid, "note") + desk.out("case", "search", desk.cid, "canary")
    assert not set(said) & set("\x1b\x07\u202e\x9b")
    assert len(desk.out("case", "list", desk.cid, "note").splitlines()) == 2


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a terminal of POSIX")
@pytest.mark.parametrize("odd", ["[/nonsense]", "[bold]x", "[link=file:///etc]x[/link]"])
def test_brackets_in_a_text_are_shown_as_they_stand_on_a_terminal(desk, odd):
    import pty

    desk.run("case", "add", desk.cid, "note", "text=canary " + odd)
    ours, theirs = pty.openpty()
    words = ["case", "list", desk.cid, "note", "--vault", desk.root, "--passphrase-file", desk.folder / "pw"]
    with subprocess.Popen(
        [sys.executable, "-c", "from habeas.cli import main; main()", *map(str, words)], stdout=theirs, stderr=subprocess.PIPE, env={**os.environ, "COLUMNS": "200"}
    ) as process:  # fmt: skip
        os.close(theirs)
        said = b""
        try:
            while piece := os.read(ours, 4096):
                said += piece
        except OSError:  # EIO is how Linux says that the other end of a terminal was closed
            pass
        assert process.wait(60) == 0, process.stderr.read()
    os.close(ours)
    assert odd in said.decode()


# --- the same from the vault as from the folder -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demonstration case in a vault."""
    made = Desk(tmp_path_factory.mktemp("demo"))
    with open_vault(made.root, PASSPHRASE, lambda: "2026-11-25T00:00:00Z") as vault:
        made.demo = import_folder(vault, DEMO, REVIEW).cid
    return made


def test_the_findings_are_those_of_the_folder(demo):
    from_folder = CliRunner().invoke(main, ["examine", str(DEMO), "--json"]).stdout
    assert demo.out("examine", "--case", demo.demo, "--json") == from_folder
    assert json.loads(from_folder)
    again = demo.out("examine", "--case", demo.demo)
    assert again.startswith(CliRunner().invoke(main, ["examine", str(DEMO)]).stdout)
    assert again.endswith("Since the last examination: no statement was added, changed or taken out.\n")


@pytest.mark.slow
def test_the_dossier_is_that_of_the_folder_byte_by_byte_and_verifies(demo, tmp_path):
    day = ["--date", "2026-11-22", "--sign-key", str(demo.folder / "key.pem")]
    demo.run("dossier", "--case", demo.demo, "--out", tmp_path / "a", *day)
    assert CliRunner().invoke(main, ["dossier", str(DEMO), "--out", str(tmp_path / "b"), *day]).exit_code == 0
    assert files_below(tmp_path / "a") == files_below(tmp_path / "b")
    assert verify_folder(tmp_path / "a", KEY.fingerprint).state is State.UNCHANGED
    assert not [path for path in (tmp_path / "a").rglob("*") if path.is_file() and demo.demo.encode() in path.read_bytes()]


@pytest.mark.slow
def test_the_memorandum_is_that_of_the_folder_byte_by_byte(demo, tmp_path):
    demo.run("memorandum", "--case", demo.demo, "--out", tmp_path / "a.pdf", "--date", "2026-11-22")
    assert CliRunner().invoke(main, ["memorandum", str(DEMO), "--out", str(tmp_path / "b.pdf"), "--date", "2026-11-22"]).exit_code == 0
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_an_export_by_command_is_the_folder(demo, tmp_path):
    from habeas.intake.folder import read_folder

    for ending in ("csv", "xlsx", "jsonl"):
        demo.run("case", "export", demo.demo, tmp_path / ending, "--as", ending, "--reason", "a test")
        assert read_folder(tmp_path / ending).case == read_folder(DEMO).case


@pytest.mark.parametrize("command", ["examine", "memorandum", "dossier"])
def test_a_folder_and_a_case_at_once_or_neither_is_a_usage_error(still, command):
    more = {
        "examine": [],
        "memorandum": ["--out", still.folder / "m.pdf"],
        "dossier": ["--out", still.folder / "bag", "--sign-key", still.folder / "key.pem"],
    }[command]
    still.run(command, *more, code=2, pw=None)
    still.run(command, still.folder / "case", "--case", still.cid, *more, code=2, pw=None)
    assert not (still.folder / "m.pdf").exists() and not (still.folder / "bag").exists()


# --- errors -------------------------------------------------------------------------------------------------------------------------

READING = [
    ["case", "list", "CASE", "statement"], ["case", "history", "CASE", "statement", "S001"], ["case", "search", "CASE", "x"], ["case", "export", "CASE", "OUT"],
    ["case", "person-report", "CASE", "x"], ["exhibit", "list", "CASE"], ["exhibit", "custody", "CASE", "1"], ["exhibit", "open", "CASE", "1", "--out", "OUT"],
    ["vault", "members", "CASE"], ["vault", "head", "CASE"], ["vault", "sync", "CASE", "--store", "OUT"], ["vault", "stamp", "check", "CASE"], ["vault", "rotate", "CASE"],
    ["case", "add", "CASE", "note", "text=x"], ["case", "undo", "CASE", "statement", "S001"], ["case", "shred", "CASE", "statement", "S001", "--because", "mistake", "--yes"],
    ["examine", "--case", "CASE"], ["memorandum", "--case", "CASE", "--out", "OUT"], ["case", "hold", "CASE", "on"], ["case", "receipt", "CASE"],
]  # fmt: skip


@pytest.mark.parametrize("words", READING, ids=lambda words: " ".join(words[:3]))
def test_an_unknown_case_and_one_of_somebody_else_get_the_same_answer(still, tmp_path, words):
    import shutil

    theirs = "case-aaaaaaaaaaaa"
    if not (still.root / "cases" / theirs).exists():
        shutil.copytree(still.root / "cases" / still.cid, still.root / "cases" / theirs)
    said = []
    for cid in (theirs, "case-bbbbbbbbbbbb"):
        done = still.run(*(str(tmp_path / "out") if word == "OUT" else word.replace("CASE", cid) for word in words), code=3)
        said.append((done.stdout.replace(cid, "ID"), done.stderr.replace(cid, "ID")))
    assert said[0] == said[1]
    assert "No case of this id is open to you" in said[0][1]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [["vault", "status"], ["case", "list", "CASE", "statement"], ["exhibit", "list", "CASE"], ["examine", "--case", "CASE"], ["vault", "verify"]],
    ids=" ".join,
)
def test_a_wrong_passphrase_opens_nothing_and_says_so(still, words):
    done = still.run(*(word.replace("CASE", still.cid) for word in words), pw="wrong", code=3)
    assert "passphrase does not open" in done.stderr
    assert still.cid not in done.stdout + done.stderr or "CASE" in words


def test_no_vault_and_a_missing_passphrase_file_are_told(still, tmp_path):
    done = CliRunner().invoke(main, ["vault", "status", "--vault", str(tmp_path / "none"), "--passphrase-file", str(still.folder / "pw")])
    assert done.exit_code == 3 and "vault create" in done.stderr
    done = CliRunner().invoke(main, ["vault", "status", "--vault", str(still.root), "--passphrase-file", str(tmp_path / "none")])
    assert done.exit_code == 3 and "none" in done.stderr
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    done = CliRunner().invoke(main, ["vault", "status", "--vault", str(still.root), "--passphrase-file", str(tmp_path / "binary")])
    assert done.exit_code == 3


def test_a_passphrase_that_is_asked_for_is_not_echoed(still):
    done = still.run("vault", "status", pw=None, stdin=PASSPHRASE + "\n")
    assert still.cid in done.stdout


def test_a_vault_that_is_open_elsewhere_is_told(desk):
    with open_vault(desk.root, PASSPHRASE, lambda: "2026-11-25T00:00:00Z"):
        assert "another window" in desk.run("vault", "status", code=3).stderr


@pytest.mark.parametrize(
    "words",
    [["case", "nonsense"], ["case", "list"], ["case", "list", "x", "cheese"], ["vault", "admit", "x"], ["exhibit", "open", "x", "1"], ["case", "hold", "x", "maybe"],
     ["case", "shred", "x", "statement", "S001"], ["case", "review-on", "x", "tomorrow"], ["vault", "sync", "x"], ["case", "add", "x", "head", "title=x"]],
    ids=" ".join,
)  # fmt: skip
def test_words_that_make_no_command_are_a_usage_error(still, words):
    assert CliRunner().invoke(main, words).exit_code == 2


@pytest.mark.parametrize("cell", ["nosign", "=x", "side", ""])
def test_a_cell_without_its_column_is_a_usage_error(still, cell):
    still.run("case", "add", still.cid, "statement", cell, code=2)


@pytest.mark.parametrize(
    "words",
    [
        ["statement", "side=nobody", "act=present"],
        ["statement", "act=present"],
        ["task", "title=x", "due_on=tomorrow"],
        ["task", "rule=none"],
        ["note", "words=x"],
        ["place", "name=x", "latitude=91", "longitude=0", "radius_km=1"],
    ],
    ids=" ".join,
)
def test_cells_that_are_not_right_are_told_by_column_and_nothing_is_taken(still, words):
    before = still.out("case", "list", still.cid, words[0])
    assert still.run("case", "add", still.cid, *words, code=3).stderr
    assert still.out("case", "list", still.cid, words[0]) == before


@pytest.mark.parametrize("what", [b"", b"nonsense", b"\xff\xff", b"habeas-card-1:AAAA", b"habeas-invitation-1:AAAA"])
def test_what_is_no_card_invitation_proposal_or_receipt_is_told(still, tmp_path, what):
    (tmp_path / "file").write_bytes(what)
    still.run("vault", "admit", still.cid, tmp_path / "file", "--role", "reader", "--code", "B2", code=3)
    still.run("vault", "join", tmp_path / "file", "--store", tmp_path, code=3)
    still.run("vault", "approve", still.cid, tmp_path / "file", code=3)
    done = CliRunner().invoke(main, ["case", "check-receipt", str(tmp_path / "file"), "--card", str(tmp_path / "file")])
    assert done.exit_code == 3 and "an error inside" not in done.stderr


# --- ids only -----------------------------------------------------------------------------------------------------------------------


def test_status_and_agenda_hold_ids_figures_and_days_and_no_text(demo):
    demo.run("case", "add", demo.demo, "task", "title=Zorvanelle", "due_on=2026-12-24")
    said = (
        demo.out("vault", "status")
        + demo.out("vault", "agenda")
        + json.dumps(demo.json("vault", "status"))
        + json.dumps(demo.json("vault", "agenda"))
    )
    assert demo.demo in said and "2026-12-24" in said
    assert not [word for word in ("Castro", "Julio", "Zorvanelle", "Person Q", "Quintus", "Montevideo", "synthetic") if word in said]


@pytest.mark.parametrize(
    "words",
    [
        ["vault", "verify"],
        ["vault", "doctor"],
        ["vault", "members", "CASE"],
        ["vault", "head", "CASE"],
        ["vault", "stamp", "check", "CASE"],
        ["vault", "store", "list"],
    ],
    ids=" ".join,
)
def test_no_other_overview_holds_a_name_either(demo, words):
    said = demo.out(*(word.replace("CASE", demo.demo) for word in words))
    assert not [word for word in ("Castro", "Julio", "Quintus", "Person Q", "Montevideo") if word in said]


# --- JSON ---------------------------------------------------------------------------------------------------------------------------

LISTS = [
    ["vault", "status"], ["vault", "agenda"], ["vault", "members", "CASE"], ["vault", "store", "list"], ["vault", "verify"], ["vault", "doctor"],
    ["vault", "stamp", "check", "CASE"], ["case", "list", "CASE", "statement"], ["case", "list", "CASE", "exhibit"], ["case", "list", "CASE", "contact"],
    ["case", "history", "CASE", "statement", "S001"], ["case", "search", "CASE", "seat"], ["exhibit", "list", "CASE"], ["exhibit", "custody", "CASE", "1"],
]  # fmt: skip


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_every_listing_parses_as_json_and_has_a_plain_form_without_colour(still, words):
    filled = [word.replace("CASE", still.cid) for word in words]
    assert still.json(*filled) is not None
    assert "\x1b" not in still.out(*filled)


def test_backup_drill_and_sync_parse_as_json(desk, tmp_path):
    desk.run("vault", "backup", tmp_path / "backup")
    drilled = desk.json("vault", "restore", tmp_path / "backup", "--drill")
    assert drilled["cases"][0][1]["problems"] == [] and drilled["bad_files"] == []
    (tmp_path / "store").mkdir()
    assert desk.json("vault", "sync", desk.cid, "--store", tmp_path / "store")["pushed"] > 5
    pack = next(path for path in (tmp_path / "backup" / "cases").rglob("*") if path.parent.name == "packs")
    pack.write_bytes(b"changed")
    assert pack.name in desk.run("vault", "restore", tmp_path / "backup", "--drill", code=1).stderr
    assert desk.json("vault", "restore", tmp_path / "backup", "--drill", code=1)["bad_files"]


def test_verify_says_in_words_what_was_read_and_ends_with_1_where_something_does_not_hold(desk):
    said = desk.out("vault", "verify")
    for word in ("lists of members", "Merkle root", "payloads", "Everything that was read holds."):
        assert word in said
    pack = next(path for path in (desk.root / "cases" / desk.cid / "packs").iterdir())
    content = bytearray(pack.read_bytes())
    content[len(content) // 3] ^= 1
    pack.write_bytes(content)
    done = desk.run("vault", "verify", code=1)
    assert "PROBLEM" in done.stderr and "Everything" not in done.stdout


# --- people -------------------------------------------------------------------------------------------------------------------------


class Colleague(Desk):
    """Another person's desk beside the first."""

    def __init__(self, desk, code):
        self.folder, self.root = desk.folder, desk.folder / f"vault-{code}"
        make_vault(self.root, code).close()

    def card(self):
        path = self.folder / f"card-{self.root.name}"
        path.write_text(self.out("vault", "card"), encoding="utf-8")
        return path


def joined(desk, code, role):
    other, store = Colleague(desk, code), desk.folder / "store"
    store.mkdir(exist_ok=True)
    (desk.folder / "invitation").write_text(desk.out("vault", "admit", desk.cid, other.card(), "--role", role, "--code", code), encoding="utf-8")
    desk.run("vault", "sync", desk.cid, "--store", store)
    assert desk.cid in other.out("vault", "join", desk.folder / "invitation", "--store", store)
    desk.run("vault", "sync", desk.cid, "--store", store)
    return other


def test_admission_second_person_and_what_approve_shows(desk):
    second = joined(desk, "B2", "admin")
    third = Colleague(desk, "C3")
    done = desk.run("vault", "admit", desk.cid, third.card(), "--role", "reader", "--code", "C3", "--proposal", desk.folder / "proposal")
    assert done.stdout == "" and "approve" in done.stderr
    asked = second.run("vault", "approve", desk.cid, desk.folder / "proposal", stdin="n\n", code=2)
    assert "C3" in asked.stderr and "reader" in asked.stderr
    assert "habeas-invitation" in second.run("vault", "approve", desk.cid, desk.folder / "proposal", stdin="y\n").stdout
    assert {(one["code"], one["role"]) for one in second.json("vault", "members", desk.cid)["members"]} == {
        ("A1", "admin"),
        ("B2", "admin"),
        ("C3", "reader"),
    }


def test_approve_shows_everything_that_a_proposal_changes_also_new_recovery_words(desk):
    from habeas.vault.recovery import Recovery
    from habeas.vault.rotation import propose

    second = joined(desk, "B2", "admin")
    with open_vault(desk.root, PASSPHRASE, lambda: "2026-11-25T00:00:00Z") as vault, vault.case(desk.cid) as comp:
        (desk.folder / "proposal").write_bytes(propose(comp, holders=[Recovery.generate().holder]))
    asked = second.run("vault", "approve", desk.cid, desk.folder / "proposal", stdin="n\n", code=2)
    assert "recovery" in asked.stderr


def test_a_bulk_export_asks_for_a_second_person(desk, tmp_path):
    second, store = joined(desk, "B2", "caseworker"), desk.folder / "store"
    assert "case ask" in desk.run("case", "export", desk.cid, tmp_path / "out", code=3).stderr
    desk.run("case", "ask", desk.cid)
    desk.run("vault", "sync", desk.cid, "--store", store)
    second.run("vault", "sync", desk.cid, "--store", store)
    assert "A1" in second.out("case", "agree", desk.cid)
    second.run("vault", "sync", desk.cid, "--store", store)
    desk.run("vault", "sync", desk.cid, "--store", store)
    desk.run("case", "export", desk.cid, tmp_path / "out")
    desk.run("case", "export", desk.cid, tmp_path / "again", code=3)


def test_a_revoked_colleague_is_told_by_his_next_sync(desk):
    second, store = joined(desk, "B2", "caseworker"), desk.folder / "store"
    desk.run("vault", "revoke", desk.cid, "B2")
    desk.run("vault", "sync", desk.cid, "--store", store)
    assert "may have been removed" in second.run("vault", "sync", desk.cid, "--store", store, code=1).stderr
    assert "may have been removed" in second.run("case", "list", desk.cid, "note").stderr, "said again by every command"
    line = second.json("vault", "status")["cases"][0]
    assert not line["dormant"], "revoked is not dormant"


def test_two_members_compare_their_heads(desk):
    second = joined(desk, "B2", "caseworker")
    for _ in range(2):
        for one in (second, desk):
            one.run("vault", "sync", desk.cid, "--store", desk.folder / "store")
    mine = desk.out("vault", "head", desk.cid).strip()
    assert "The same." in second.out("vault", "head", desk.cid, "--compare", mine.upper())
    assert "NOT" in second.out("vault", "head", desk.cid, "--compare", mine[:-1] + ("0" if mine[-1] != "0" else "1"), code=1)


def test_a_handover_by_command_leaves_the_giver_without_a_key(desk):
    receiver, store = Colleague(desk, "lawyer"), desk.folder / "store"
    store.mkdir()
    card = receiver.card()
    consent = desk.out("case", "add", desk.cid, "consent", "person=Quintus Testcase", "purpose=handover").strip()
    (desk.folder / "invitation").write_text(
        desk.out("case", "handover", desk.cid, card, "--to", "the lawyer", "--code", "lawyer", "--consent", consent), encoding="utf-8"
    )
    desk.run("vault", "sync", desk.cid, "--store", store)
    receiver.run("vault", "join", desk.folder / "invitation", "--store", store)
    device = receiver.json("vault", "members", desk.cid)["me"]
    assert "Handed over" in desk.out("case", "leave", desk.cid, device, "--store", store)
    receiver.run("vault", "sync", desk.cid, "--store", store)
    assert len(receiver.json("case", "list", desk.cid, "statement")) == 4
    (desk.folder / "receipt").write_text(receiver.out("case", "receipt", desk.cid), encoding="utf-8")
    done = CliRunner().invoke(main, ["case", "check-receipt", str(desk.folder / "receipt"), "--card", str(card)])
    assert done.exit_code == 0 and desk.cid in done.stdout
    desk.run("case", "forget", desk.cid, "--receipt", desk.folder / "receipt", "--card", card)
    desk.run("case", "list", desk.cid, "statement", code=3)
    assert desk.json("vault", "status")["cases"] == []


@pytest.mark.slow
def test_a_dormant_case_by_command(desk):
    (desk.folder / "second-pw").write_text("a passphrase of its own\n", encoding="utf-8")
    desk.run("case", "dormant", desk.cid, desk.folder / "second.age", "--key-passphrase-file", desk.folder / "second-pw")
    assert "second key" in desk.run("case", "list", desk.cid, "statement", code=2).stderr
    assert desk.json("vault", "status")["cases"][0]["dormant"]
    desk.run("case", "list", desk.cid, "statement", "--second-key", desk.folder / "second.age", stdin="wrong wrong wrong\n", code=3)
    desk.run("case", "wake", desk.cid, "--second-key", desk.folder / "second.age", stdin="a passphrase of its own\n")
    assert len(desk.json("case", "list", desk.cid, "statement")) == 4


def test_dormant_writes_over_no_file_and_changes_nothing_then(desk):
    (desk.folder / "mine").write_bytes(b"mine")
    desk.run("case", "dormant", desk.cid, desk.folder / "mine", "--key-passphrase-file", desk.folder / "pw", code=3)
    assert (desk.folder / "mine").read_bytes() == b"mine"
    assert len(desk.json("case", "list", desk.cid, "statement")) == 4


def test_a_person_report_by_command_is_written_for_its_owner_alone(desk, tmp_path):
    desk.run("case", "person-report", desk.cid, "Ravella Corvonte", "--out", tmp_path / "r.json")
    assert (tmp_path / "r.json").stat().st_mode & 0o077 == 0
    report = json.loads((tmp_path / "r.json").read_bytes())
    assert [one["key"] for one in report["records"]] == ["S003"]
    assert msgspec.json.encode(report)
    desk.run("case", "person-report", desk.cid, "x", "--out", tmp_path / "r.json", code=3)


def test_a_seal_only_kit_by_command(desk, tmp_path):
    desk.run("vault", "kit", desk.cid, tmp_path / "kit", "--code", "field")
    (tmp_path / "f").write_bytes(b"seen")
    done = CliRunner().invoke(main, ["exhibit", "add", str(tmp_path / "f"), "--kit", str(tmp_path / "kit"), "--json"])
    assert done.exit_code == 0, done.output
    number = json.loads(done.stdout)[0]["number"]
    desk.run("vault", "sync", desk.cid, "--store", tmp_path / "kit")
    desk.run("exhibit", "open", desk.cid, number, "--out", tmp_path / "o")
    assert (tmp_path / "o").read_bytes() == b"seen"
    assert number in [one["id"] for one in desk.json("case", "list", desk.cid, "exhibit")]
