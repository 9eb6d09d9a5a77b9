"""Whole age files: stock age and pyrage open what is written here, and what they write is opened here."""

import os
import pty
import select
import shutil
import subprocess
import time

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from habeas.seal.age import (
    AgeError,
    HeaderError,
    Identity,
    NoMatchError,
    armor,
    open_file,
    open_with_passphrase,
    seal_file,
    seal_with_passphrase,
)
from habeas.seal.age.stream import CHUNK

ONE, TWO = Identity(bytes([1]) * 32), Identity(bytes([2]) * 32)
contents = st.one_of(st.binary(max_size=300), st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]).map(lambda size: b"x" * size))


@given(contents)
def test_the_content_comes_back_binary_or_armored_to_each_reader(content):
    sealed = seal_file(content, [ONE.recipient, TWO.recipient])
    for form in (sealed, armor(sealed), b"\n" + armor(sealed)):
        assert open_file(form, [ONE]) == open_file(form, [TWO]) == content
    with pytest.raises(NoMatchError):
        open_file(sealed, [Identity(bytes(32))])


@given(contents)
def test_pyrage_opens_what_is_sealed_here_and_we_what_it_seals(content):
    mine, theirs = ONE.recipient, pyrage.x25519.Recipient.from_str(ONE.recipient.text)
    assert pyrage.decrypt(seal_file(content, [TWO.recipient, mine]), [pyrage.x25519.Identity.from_str(ONE.text())]) == content
    assert open_file(pyrage.encrypt(content, [theirs]), [ONE]) == content


@pytest.mark.slow
@settings(max_examples=1000)
@given(st.binary(max_size=2000), st.integers(1, 4), st.booleans())
def test_pyrage_and_we_agree_a_thousand_times(content, readers, armored):
    all_of_them = [Identity.generate() for _ in range(readers)]
    sealed = seal_file(content, [one.recipient for one in all_of_them])
    last = pyrage.x25519.Identity.from_str(all_of_them[-1].text())
    assert pyrage.decrypt(armor(sealed) if armored else sealed, [last]) == content
    theirs = pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(one.recipient.text) for one in all_of_them])
    assert open_file(theirs, [all_of_them[0]]) == content


@settings(max_examples=20)
@given(st.binary(max_size=300), st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=20))
def test_a_passphrase_file_is_the_same_to_pyrage(content, passphrase):
    sealed = seal_with_passphrase(content, passphrase, 4)
    assert open_with_passphrase(sealed, passphrase) == open_with_passphrase(armor(sealed), passphrase) == content
    assert pyrage.passphrase.decrypt(sealed, passphrase) == content
    with pytest.raises(NoMatchError):
        open_with_passphrase(sealed, passphrase + "x")


@pytest.mark.slow
def test_what_pyrage_seals_under_a_passphrase_is_opened_here():
    sealed = pyrage.passphrase.encrypt(b"a letter", "пароль из слов")
    try:
        assert open_with_passphrase(sealed, "пароль из слов") == b"a letter"
    except HeaderError:
        pytest.skip("this machine is so fast that pyrage chose a work factor above ours")


@given(st.binary(max_size=300), st.data())
def test_any_bytes_are_a_file_or_a_typed_error(untrusted, data):
    sealed = bytearray(seal_file(untrusted, [ONE.recipient]))
    for _ in range(data.draw(st.integers(1, 3))):
        sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    for form in (untrusted, bytes(sealed), armor(bytes(sealed))):
        try:
            open_file(form, [ONE])
        except AgeError as error:
            assert str(error)


def stock_age(name="age"):
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"stock {name} is not here (Debian package age)")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, 1, 300, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_stock_age_opens_it_and_we_what_it_seals(tmp_path, size):
    age, content = stock_age(), os.urandom(size)
    (tmp_path / "key.txt").write_text(ONE.text() + "\n")
    for form in (lambda sealed: sealed, armor):
        sealed = form(seal_file(content, [TWO.recipient, ONE.recipient]))
        assert subprocess.run([age, "-d", "-i", tmp_path / "key.txt"], input=sealed, capture_output=True, check=True).stdout == content
    for options in ([], ["-a"]):
        command = [age, *options, "-r", TWO.recipient.text, "-r", ONE.recipient.text]
        assert open_file(subprocess.run(command, input=content, capture_output=True, check=True).stdout, [ONE]) == content


@pytest.mark.slow
def test_a_key_of_stock_age_keygen_is_read(tmp_path):
    made = subprocess.run([stock_age("age-keygen")], capture_output=True, text=True, check=True)
    from habeas.seal.age import parse_identities

    (identity,) = parse_identities(made.stdout)
    assert identity.recipient.text in made.stderr + made.stdout


def with_a_terminal(command, answers):
    """Run a program that asks at its terminal; give each answer when something was asked. Its exit status."""
    child, terminal = pty.fork()
    if not child:
        os.execv(command[0], [str(one) for one in command])
    said, waiting, until = b"", list(answers), time.monotonic() + 60
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            heard = os.read(terminal, 1024)
        except OSError:  # it ended
            break
        if not heard:
            break
        said += heard
        if waiting and said.rstrip().endswith(b":"):
            os.write(terminal, waiting.pop(0).encode() + b"\n")
            said = b""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_stock_age_opens_a_passphrase_file_and_we_what_it_seals(tmp_path):
    age, passphrase = stock_age(), "correct horse battery"
    (tmp_path / "mine.age").write_bytes(seal_with_passphrase(b"a letter", passphrase, 12))
    assert with_a_terminal([age, "-d", "-o", tmp_path / "plain", tmp_path / "mine.age"], [passphrase]) == 0
    assert (tmp_path / "plain").read_bytes() == b"a letter"
    (tmp_path / "letter").write_bytes(b"another letter")
    assert with_a_terminal([age, "-p", "-o", tmp_path / "theirs.age", tmp_path / "letter"], [passphrase, passphrase]) == 0
    assert open_with_passphrase((tmp_path / "theirs.age").read_bytes(), passphrase) == b"another letter"
    assert with_a_terminal([age, "-d", "-o", tmp_path / "none", tmp_path / "mine.age"], ["another passphrase"]) != 0
