"""verify.py: what was changed is found, what cannot be checked is said; nothing makes it hang, follow or fall over."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import socket
import subprocess
import sys
import tracemalloc
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simulators.bags import make_bag

from habeas.seal import verify
from habeas.seal.signature import SigningKey
from habeas.seal.verify import Problem, State, What, verify_folder

pytestmark = pytest.mark.slow  # real renderings and stock tools

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER = SigningKey.generate()
UNREADABLE_BY_ROOT = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root reads everything, so nothing is unreadable to it")


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def whats(folder: Path) -> set[tuple[What, str]]:
    return {(problem.what, problem.where) for problem in verify_folder(folder).problems}


def reseal(folder: Path, key: SigningKey) -> None:
    """Do what someone without our key can do: make every list fit again, and sign with a key of his own."""
    (folder / "signer.pem").write_bytes(key.public_pem)
    for manifest, chosen in (
        ("manifest-sha256.txt", lambda path: path.startswith("data/")),
        ("tagmanifest-sha256.txt", lambda path: not path.startswith(("data/", "tagmanifest-sha256.txt"))),
    ):
        paths = [path.relative_to(folder).as_posix() for path in files_of(folder)]
        lines = [f"{hashlib.sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in paths if chosen(path)]
        (folder / manifest).write_text("".join(lines), "utf-8", newline="")
    resign(folder, key)


def resign(folder: Path, key: SigningKey) -> None:
    listing = (folder / "tagmanifest-sha256.txt").read_bytes()
    (folder / "tagmanifest-sha256.txt.sig").write_bytes(key.sign(listing))


def edit_and_sign(folder: Path, name: str, change: Callable[[bytes], bytes], key: SigningKey) -> None:
    """Change one file as the signer himself could, with every list made to fit."""
    (folder / name).write_bytes(change((folder / name).read_bytes()))
    if name != "tagmanifest-sha256.txt":
        listing = (folder / "tagmanifest-sha256.txt").read_bytes()
        lines = [line for line in listing.splitlines(keepends=True) if not line.endswith(f"  {name}\n".encode())]
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        (folder / "tagmanifest-sha256.txt").write_bytes(b"".join(lines) + f"{digest}  {name}\n".encode())
    resign(folder, key)


# --- the two good answers, and the other key --------------------------------------------------------------------------


def test_unchanged_with_the_fingerprint(sealed: Path, key: SigningKey) -> None:
    verdict = verify_folder(sealed, verify.group_fingerprint(key.fingerprint).upper())
    assert verdict.state is State.UNCHANGED
    assert verdict.good
    assert str(verdict).startswith(f"unchanged since key {verify.group_fingerprint(key.fingerprint)} signed it\n")
    assert str(verdict).endswith(verify.NOT_TRUTH)
    assert verdict.files == len(files_of(sealed))


def test_signer_unknown_without_it(sealed: Path, key: SigningKey) -> None:
    verdict = verify_folder(sealed)
    assert (verdict.state, verdict.signer) == (State.SIGNER_UNKNOWN, key.fingerprint)
    assert str(verdict).startswith("intact, signer unknown\n")
    assert "another way" in str(verdict)


def test_signed_again_by_another(sealed: Path, key: SigningKey) -> None:
    (sealed / "data/dossier.pdf").write_bytes(b"forged")
    edit = (sealed / "bag-info.txt").read_text("utf-8")
    size = sum(path.stat().st_size for path in files_of(sealed / "data"))
    lines = [line for line in edit.splitlines() if not line.startswith("Payload-Oxum")]
    (sealed / "bag-info.txt").write_text("\n".join([*lines, f"Payload-Oxum: {size}.5"]) + "\n", "utf-8", newline="")
    reseal(sealed, OTHER)
    told = verify_folder(sealed, key.fingerprint)
    assert (told.state, told.good) == (State.OTHER_KEY, False)
    assert verify.group_fingerprint(OTHER.fingerprint) in str(told)
    assert verify.group_fingerprint(key.fingerprint) in str(told)
    untold = verify_folder(sealed)
    assert (untold.state, untold.signer) == (State.SIGNER_UNKNOWN, OTHER.fingerprint)


def test_a_swapped_key_alone_is_a_change_not_another_signer(sealed: Path, key: SigningKey) -> None:
    (sealed / "signer.pem").write_bytes(OTHER.public_pem)
    assert verify_folder(sealed, key.fingerprint).state is State.CHANGED
    assert verify_folder(sealed, OTHER.fingerprint).state is State.CHANGED
    assert whats(sealed) == {(What.CHANGED, "signer.pem"), (What.SIGNATURE, "tagmanifest-sha256.txt.sig")}


# --- whatever one does to a bag is found ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, key: SigningKey) -> Path:
    return make_bag(tmp_path_factory.mktemp("pristine") / "bag", key)


def flip(data: Any, folder: Path) -> str:
    path: Path = data.draw(st.sampled_from([path for path in files_of(folder) if path.stat().st_size]))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    return str(path.relative_to(folder).as_posix())


def cut_or_grow(data: Any, folder: Path) -> str:
    path = data.draw(st.sampled_from(files_of(folder)))
    content = path.read_bytes()
    shorter = content[: data.draw(st.integers(0, len(content) - 1))] if content else b""
    path.write_bytes(data.draw(st.sampled_from([shorter, content + b"\n"])) if content else b"\n")
    return str(path.relative_to(folder).as_posix())


def remove(data: Any, folder: Path) -> str:
    path = data.draw(st.sampled_from(files_of(folder)))
    path.unlink()
    return str(path.relative_to(folder).as_posix())


def add(data: Any, folder: Path) -> str:
    where = data.draw(st.sampled_from(["", "data/", "data/exhibits/", "data/new/", "stamps/", "__pycache__/"]))
    name = data.draw(st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=20))
    path = folder / (where + name)
    if name in (".", "..") or path.exists():
        path = folder / (where + "added")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data.draw(st.sampled_from([b"", b"added"])))
    return f"{where}{path.name}"


def swap(data: Any, folder: Path) -> str:
    first, second = data.draw(st.lists(st.sampled_from(files_of(folder)), min_size=2, max_size=2, unique=True))
    first_bytes, second_bytes = first.read_bytes(), second.read_bytes()
    first.write_bytes(second_bytes)
    second.write_bytes(first_bytes)
    return str(first.relative_to(folder).as_posix())


def rename(data: Any, folder: Path) -> str:
    path = data.draw(st.sampled_from(files_of(folder)))
    path.rename(path.with_name(path.name + data.draw(st.sampled_from(["x", ".", " ", "~", ".txt"]))))
    return str(path.relative_to(folder).as_posix())


TAMPERINGS = [flip, cut_or_grow, remove, add, swap, rename]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), tamper=st.sampled_from(TAMPERINGS))
def test_any_one_change_is_found_and_named(pristine: Path, key: SigningKey, data: Any, tamper: Any) -> None:
    work = pristine.parent / "work"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(pristine, work)
    touched = tamper(data, work)
    for expected in (None, key.fingerprint):
        verdict = verify_folder(work, expected)
        assert verdict.state is State.CHANGED
        named = {problem.where for problem in verdict.problems}
        assert any(where == touched or where.startswith(f"{touched}, line") for where in named) or (
            touched == "tagmanifest-sha256.txt" and "tagmanifest-sha256.txt.sig" in named
        )
        assert str(verdict).isprintable() or all(line.isprintable() for line in str(verdict).split("\n"))


def test_every_bit_of_every_byte_of_the_signature_and_the_key(pristine: Path, tmp_path: Path) -> None:
    work = tmp_path / "bag"
    shutil.copytree(pristine, work)
    for name in ("tagmanifest-sha256.txt.sig", "signer.pem"):
        content = (work / name).read_bytes()
        for position in range(0, len(content), 7):
            changed = bytearray(content)
            changed[position] ^= 0x20
            (work / name).write_bytes(changed)
            assert verify_folder(work).state is State.CHANGED
        (work / name).write_bytes(content)
    assert verify_folder(work).good


def test_a_replaced_verifier_is_named(sealed: Path) -> None:
    (sealed / "verify.py").write_text("print('all is well')")
    assert whats(sealed) == {(What.CHANGED, "verify.py")}


def test_a_folder_added_or_emptied(sealed: Path) -> None:
    (sealed / "data/new/deep").mkdir(parents=True)
    assert whats(sealed) == {(What.EMPTY_FOLDER, "data/new/deep/")}


# --- what the signer himself may not do: other BagIt forms ------------------------------------------------------------


def first_line(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda content: change(content.split(b"\n")[0]) + b"\n" + content.split(b"\n", 1)[1]


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "CRLF": lambda c: c.replace(b"\n", b"\r\n"),
    "capitals": lambda c: b"".join(line[:64].upper() + line[64:] for line in c.splitlines(keepends=True)),
    "binary marker": lambda c: c.replace(b"  ", b" *"),
    "one space": lambda c: c.replace(b"  ", b" "),
    "tab": lambda c: c.replace(b"  ", b"\t"),
    "byte order mark": lambda c: b"\xef\xbb\xbf" + c,
    "comment": lambda c: b"# by hand\n" + c,
    "empty line": lambda c: b"\n" + c,
    "no line end": lambda c: c[:-1],
    "twice": lambda c: c.split(b"\n")[0] + b"\n" + c,
    "not UTF-8": first_line(lambda line: line + b"\xff"),
    "outside": lambda c: c + b"0" * 64 + b"  data/../../x\n",
    "absolute": lambda c: c + b"0" * 64 + b"  /etc/passwd\n",
    "percent": lambda c: c + b"0" * 64 + b"  data/a%0Ab\n",
    "not NFC": lambda c: c + b"0" * 64 + unicodedata.normalize("NFD", "  data/é\n").encode(),
    "a tag": lambda c: c + b"0" * 64 + b"  verify.py\n",
}


@pytest.mark.parametrize(
    ("form", "manifest"),
    [(f, m) for f in FORMS for m in ("manifest-sha256.txt", "tagmanifest-sha256.txt") if (f, m) != ("a tag", "tagmanifest-sha256.txt")],
)
def test_lists_in_another_form_are_refused_though_signed(sealed: Path, key: SigningKey, form: str, manifest: str) -> None:
    edit_and_sign(sealed, manifest, FORMS[form], key)
    verdict = verify_folder(sealed, key.fingerprint)
    assert verdict.state is State.CHANGED
    assert any(p.what is What.FORM and p.where.startswith(f"{manifest}, line") for p in verdict.problems)


@pytest.mark.parametrize("entry", ["tagmanifest-sha256.txt", "tagmanifest-sha256.txt.sig", "data/dossier.pdf"])
def test_the_tag_manifest_lists_only_tag_files(sealed: Path, key: SigningKey, entry: str) -> None:
    edit_and_sign(sealed, "tagmanifest-sha256.txt", lambda c: c + b"0" * 64 + b"  " + entry.encode() + b"\n", key)
    assert {what for what, _ in whats(sealed)} == {What.FORM}


@pytest.mark.parametrize(
    ("name", "old", "new", "what"),
    [
        ("bag-info.txt", b"Payload-Oxum: ", b"Payload-Oxum: 1", What.SIZES),
        ("bag-info.txt", b"Payload-Oxum: ", b"payload-oxum: 1.1\nPayload-Oxum: ", What.SIZES),
        ("bag-info.txt", b"Payload-Oxum: ", b"Oxum: ", What.SIZES),
        ("bagit.txt", b"1.0", b"0.97", What.FORM),
        ("bagit.txt", b"\n", b"\r\n", What.FORM),
        ("signer.pem", b"\n", b"\r\n", What.FORM),
        ("signer.pem", b"-----BEGIN", b"note\n-----BEGIN", What.FORM),
        ("signer.pem", b"MCow", b"MCox", What.FORM),
    ],
)
def test_other_files_in_another_form(sealed: Path, key: SigningKey, name: str, old: bytes, new: bytes, what: What) -> None:
    edit_and_sign(sealed, name, lambda content: content.replace(old, new), key)
    unsigned = {(What.SIGNATURE, "tagmanifest-sha256.txt.sig")} if name == "signer.pem" else set()
    assert whats(sealed) == {(what, name)} | unsigned
    assert verify_folder(sealed, key.fingerprint).state is State.CHANGED


@pytest.mark.parametrize("name", ["VERIFY.txt", "verify.py", "bagit.txt", "signer.pem", "bag-info.txt"])
def test_a_required_file_may_not_be_left_out_by_the_signer(sealed: Path, key: SigningKey, name: str) -> None:
    (sealed / name).unlink()
    listing = (sealed / "tagmanifest-sha256.txt").read_bytes().splitlines(keepends=True)
    (sealed / "tagmanifest-sha256.txt").write_bytes(b"".join(x for x in listing if not x.endswith(f" {name}\n".encode())))
    resign(sealed, key)
    assert (What.MISSING, name) in whats(sealed)
    assert verify_folder(sealed).state is State.CHANGED


# --- disks and their names --------------------------------------------------------------------------------------------


def test_a_disk_that_decomposes_names_is_allowed_for(sealed: Path, key: SigningKey) -> None:
    for path in sorted(sealed.rglob("*"), reverse=True):
        path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    assert verify_folder(sealed, key.fingerprint).state is State.UNCHANGED


def test_but_not_two_spellings_side_by_side(sealed: Path) -> None:
    other = unicodedata.normalize("NFD", "data/показания/é свидетель.txt")
    (sealed / other).parent.mkdir(exist_ok=True)
    (sealed / other).write_text("Я видела его.\n", "utf-8")
    assert (What.EXTRA, other) in whats(sealed)


def test_a_name_that_is_not_unicode(sealed: Path) -> None:
    with open(os.fsencode(sealed) + b"/data/\xff\x1b[2J", "wb"):
        pass
    verdict = verify_folder(sealed)
    assert verdict.state is State.CHANGED
    assert "data/\\udcff\\x1b[2J: not listed" in str(verdict)


def test_a_line_of_the_answer_cannot_be_forged_by_a_name(sealed: Path) -> None:
    (sealed / "data/x\nunchanged since key 0000 signed it\u202e").write_bytes(b"")
    assert "\\nunchanged since key 0000 signed it\\u202e: not listed" in str(verify_folder(sealed))


def test_a_console_without_the_letters(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (sealed / "data/показания/ещё").write_bytes(b"")
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", console)
    assert verify.main([str(sealed)]) == 1
    console.seek(0)
    assert "\\u043f" in console.read()


# --- links, pipes, devices, depth, size -------------------------------------------------------------------------------


def test_a_link_inside_is_not_followed(sealed: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.pdf"
    (sealed / "data/dossier.pdf").rename(outside)
    (sealed / "data/dossier.pdf").symlink_to(outside)
    assert whats(sealed) >= {(What.SPECIAL, "data/dossier.pdf"), (What.MISSING, "data/dossier.pdf")}
    assert verify_folder(sealed).state is State.CHANGED


def test_a_linked_folder_is_not_followed_nor_a_loop(sealed: Path, tmp_path: Path) -> None:
    (sealed / "data/exhibits").rename(tmp_path / "exhibits")
    (sealed / "data/exhibits").symlink_to(tmp_path / "exhibits")
    (sealed / "data/loop").symlink_to(sealed)
    found = whats(sealed)
    assert {(What.SPECIAL, "data/exhibits"), (What.SPECIAL, "data/loop")} <= found
    assert (What.MISSING, "data/exhibits/E001.txt") in found


@pytest.mark.parametrize("name", ["data/pipe", "data/dossier.pdf", "signer.pem", "tagmanifest-sha256.txt"])
@pytest.mark.timeout(20)
def test_a_pipe_does_not_make_it_wait(sealed: Path, name: str) -> None:
    (sealed / name).unlink(missing_ok=True)
    os.mkfifo(sealed / name)
    assert (What.SPECIAL, name) in whats(sealed)
    assert verify_folder(sealed).state is State.CHANGED


@pytest.mark.timeout(20)
def test_a_pipe_that_comes_between_walk_and_read_does_not_either(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(sealed / "data/pipe")
    monkeypatch.setattr("stat.S_ISREG", lambda _mode: True)
    assert (What.EXTRA, "data/pipe") in whats(sealed)


def test_a_socket_is_not_opened(sealed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(sealed)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
    assert whats(sealed) == {(What.SPECIAL, "s")}


def test_a_depth_beyond_recursion(sealed: Path) -> None:
    here = os.getcwd()
    try:
        os.chdir(sealed)
        for _ in range(1500):
            os.mkdir("d")
            os.chdir("d")
        with open("deep", "wb"):
            pass
    finally:
        os.chdir(here)
    verdict = verify_folder(sealed)
    assert not verdict.good
    assert verdict.problems
    subprocess.run(["rm", "-rf", str(sealed)], check=True)


def test_a_large_file_is_read_in_pieces(tmp_path: Path, key: SigningKey) -> None:
    size = 200 << 20
    folder = make_bag(tmp_path / "bag", key, {"large": lambda: (bytes(1 << 20) for _ in range(200)), "small": b"1"})
    tracemalloc.start()
    try:
        verdict = verify_folder(folder)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert verdict.good
    assert verdict.size > size
    assert peak < 8 << 20


@pytest.mark.parametrize("name", ["tagmanifest-sha256.txt", "signer.pem", "bag-info.txt"])
def test_a_huge_control_file_does_not_fill_the_memory(sealed: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(verify, "_CONTROL_LIMIT", 4 << 20)
    with (sealed / name).open("ab") as stream:
        stream.truncate(300 << 20)  # sparse
    tracemalloc.start()
    try:
        assert verify_folder(sealed).state is State.CHANGED
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_many_problems_are_counted_not_all_printed(sealed: Path) -> None:
    for number in range(150):
        (sealed / f"data/x{number}").write_bytes(b"")
    verdict = verify_folder(sealed)
    assert len(verdict.problems) == 151
    assert "  and 51 more\n" in str(verdict)


# --- no bag, not readable ---------------------------------------------------------------------------------------------


def test_what_is_no_bag(tmp_path: Path, sealed: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/letter.txt").write_text("hello")
    (tmp_path / "file").write_text("hello")
    for name, what in [
        ("empty", What.NO_BAG),
        ("other", What.NO_BAG),
        ("file", What.NO_FOLDER),
        ("none", What.NO_FOLDER),
    ]:
        place = str(tmp_path / name)
        assert verify_folder(place).problems == (Problem(what, place),)
        assert verify_folder(place).state is State.UNREADABLE
        assert verify.main([place]) == 1
    assert verify_folder("a\0b").state is State.UNREADABLE
    assert verify_folder(sealed.parent).state is State.UNREADABLE


@UNREADABLE_BY_ROOT
@pytest.mark.parametrize("name", ["data/dossier.pdf", "data/exhibits", "tagmanifest-sha256.txt", "."])
def test_what_cannot_be_read(sealed: Path, name: str) -> None:
    (sealed / name).chmod(0)
    try:
        assert verify_folder(sealed).state is State.UNREADABLE
    finally:
        (sealed / name).chmod(0o700)


@pytest.mark.parametrize("name", ["dossier.pdf", "tagmanifest-sha256.txt"])
def test_a_failing_disk_is_not_called_a_change(sealed: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    real = os.open

    def failing(path: str, flags: int) -> int:
        if path.endswith(name):
            raise OSError(5, "Input/output error")
        return real(path, flags)

    monkeypatch.setattr(os, "open", failing)
    verdict = verify_folder(sealed)
    assert verdict.state is State.UNREADABLE
    assert [problem.what for problem in verdict.problems] == [What.UNREADABLE]


# --- the command line -------------------------------------------------------------------------------------------------


def test_exit_codes(sealed: Path, key: SigningKey, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify.main([str(sealed)]) == 0
    assert verify.main([str(sealed), "--key", key.fingerprint]) == 0
    assert verify.main([str(sealed), "--key", OTHER.fingerprint]) == 1
    assert capsys.readouterr().out.count(verify.NOT_TRUTH) == 3


@pytest.mark.parametrize("args", [[], ["a", "b"], [".", "--key"], [".", "--key", ""], [".", "--key", "12"], [".", "--ke=1"]])
def test_wrong_usage(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        verify.main(args)
    assert caught.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_bad_fingerprint_is_an_error_not_a_missing_one(sealed: Path) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal"):
        verify_folder(sealed, "")


def pythons() -> list[str]:
    found = [sys.executable, *(shutil.which(f"python3.{minor}") or "" for minor in range(8, 15))]
    named = [*filter(None, [*found, *os.environ.get("HABEAS_OLD_PYTHONS", "").split(os.pathsep)])]
    return [one for one in named if subprocess.run([one, "-c", ""], check=False, capture_output=True).returncode == 0]


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).name)
def test_it_runs_alone_isolated_on_every_python_here(sealed: Path, key: SigningKey, python: str) -> None:
    (sealed / "hashlib.py").write_text("raise SystemExit(0)")
    command = [python, "-I", "-S", "-W", "error", "verify.py", ".", "--key", key.fingerprint]
    spoiled = subprocess.run(command, cwd=sealed, capture_output=True, text=True, check=False)
    assert (spoiled.returncode, spoiled.stderr) == (1, "")
    assert "hashlib.py: not listed" in spoiled.stdout
    (sealed / "hashlib.py").unlink()
    good = subprocess.run(command, cwd=sealed, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("unchanged since key")
    assert not (sealed / "__pycache__").exists()


def test_it_is_one_plain_file_of_the_standard_library() -> None:
    source = Path(verify.__file__).read_bytes()
    assert source.isascii()
    assert b"\r" not in source
    imported = {line.split()[1] for line in source.decode().splitlines() if line.startswith(("import ", "from "))}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
