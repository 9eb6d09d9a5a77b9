"""VERIFY.txt: its commands are run as printed, on a bag and on what was done to it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from habeas.seal import kit
from habeas.seal.signature import SigningKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = kit.recipient_kit()["VERIFY.txt"].decode("ascii")
STEPS = [line.strip() for line in TEXT.split("WHAT THE RESULT MEANS")[0].splitlines() if line.startswith("    ")]

pytestmark = [
    pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here"),
    pytest.mark.skipif(not shutil.which("sha256sum"), reason="no sha256sum here"),
]


def run(folder: Path) -> tuple[str, list[bool]]:
    """Do the steps as a recipient would: the fingerprint printed, and whether each of the others passed."""
    done = [subprocess.run(["sh", "-c", step], cwd=folder, capture_output=True, text=True, check=False) for step in STEPS]
    fingerprint, signature, tags, payload, extra, special = done
    return fingerprint.stdout.split()[0], [
        signature.returncode == 0 and "Verified Successfully" in signature.stdout,
        tags.returncode == 0 and not tags.stderr,
        payload.returncode == 0 and not payload.stderr,
        extra.stdout == "",
        special.stdout == "",
    ]


def test_the_commands_of_the_issue_come_first_and_exactly() -> None:
    assert STEPS[:4] == [
        "openssl pkey -pubin -in signer.pem -outform DER | sha256sum",
        "openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in tagmanifest-sha256.txt -sigfile tagmanifest-sha256.txt.sig",
        "sha256sum -c tagmanifest-sha256.txt",
        "sha256sum -c manifest-sha256.txt",
    ]
    assert TEXT.index("ANOTHER WAY") < TEXT.index("openssl pkey") < TEXT.index("verify.py")


def commands(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("    ")]


def test_a_translation_gives_the_same_commands_and_ships_beside_the_english_text() -> None:
    both = kit.recipient_kit("ru")
    assert commands(both["VERIFY.ru.txt"].decode()) == commands(TEXT)
    assert both["VERIFY.txt"] == kit.recipient_kit()["VERIFY.txt"]
    assert set(kit.recipient_kit("xx")) == set(kit.recipient_kit()) == {"VERIFY.txt", "verify.py"}


def test_a_good_bag_passes_and_shows_the_fingerprint(sealed: Path, key: SigningKey) -> None:
    assert run(sealed) == (key.fingerprint, [True] * 5)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def newline_trick(folder: Path) -> None:
    """Hide a file behind a path whose printed lines are both paths of listed files."""
    hidden = folder / "data/dossier.pdf\n." / "data/exhibits"
    hidden.mkdir(parents=True)
    (hidden / "E001.txt").write_bytes(b"hidden")


def resign(folder: Path) -> None:
    other = SigningKey.generate()
    (folder / "signer.pem").write_bytes(other.public_pem)
    signature = other.sign((folder / "tagmanifest-sha256.txt").read_bytes())
    (folder / "tagmanifest-sha256.txt.sig").write_bytes(signature)


def link(folder: Path) -> None:
    (folder / "data/dossier.pdf").rename(folder.parent / "outside.pdf")
    (folder / "data/dossier.pdf").symlink_to(folder.parent / "outside.pdf")


TAMPERED: dict[str, tuple[Callable[[Path], object], int]] = {
    "signature": (lambda f: flip(f / "tagmanifest-sha256.txt.sig"), 0),
    "tag manifest": (lambda f: flip(f / "tagmanifest-sha256.txt"), 0),
    "verifier": (lambda f: flip(f / "verify.py"), 1),
    "manifest": (lambda f: flip(f / "manifest-sha256.txt"), 1),
    "this text": (lambda f: flip(f / "VERIFY.txt"), 1),
    "key and signature": (resign, 1),
    "payload": (lambda f: flip(f / "data/exhibits/E002.bin"), 2),
    "payload removed": (lambda f: (f / "data/exhibits/E002.bin").unlink(), 2),
    "payload added": (lambda f: (f / "data/new").write_bytes(b""), 3),
    "tag added": (lambda f: (f / "hashlib.py").write_bytes(b""), 3),
    "added behind line breaks": (newline_trick, 3),
    "link": (link, 4),
    "empty folder": (lambda f: (f / "data/hint").mkdir(), 4),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_bag_fails_at_its_step(sealed: Path, name: str) -> None:
    tamper, step = TAMPERED[name]
    tamper(sealed)
    assert not run(sealed)[1][step]


def test_a_bag_signed_again_shows_another_fingerprint(sealed: Path, key: SigningKey) -> None:
    resign(sealed)
    assert run(sealed)[0] != key.fingerprint


def test_the_text_holds_no_fingerprint() -> None:
    assert not any(len(word) >= 64 for word in TEXT.replace(":", "").split() if all(c in "0123456789abcdef" for c in word))


@pytest.mark.skipif(not shutil.which("shasum"), reason="no shasum here")
def test_the_commands_for_macos_that_exist_here(sealed: Path, key: SigningKey) -> None:
    lines = [line.strip() for line in TEXT.split("\nmacOS\n")[1].split("\nWindows\n")[0].splitlines()]
    commands = [line for line in lines if line.startswith(("shasum", "openssl"))]
    done = [subprocess.run(["sh", "-c", c], cwd=sealed, capture_output=True, text=True, check=True) for c in commands]
    assert len(done) == 3
    assert done[2].stdout.split()[0] == key.fingerprint
