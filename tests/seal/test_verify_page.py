"""The recipient's page gives the answers of verify.py in real Chromium, from a file on the disk, without any request."""

import json
import os
import re
import shutil
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from habeas.seal.bag import lay_out
from habeas.seal.bag_writer import write_bag
from habeas.seal.kit import recipient_kit
from habeas.seal.signature import SigningKey
from habeas.seal.verify import verify_folder, verify_signature
from habeas.seal.verify_page import verify_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
VECTORS = Path(os.environ.get("HABEAS_VECTORS", "../shared/vectors"))
pytestmark = [
    pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]  # fmt: skip


@contextmanager
def opened(folder):
    """The page in a browser that is cut off from everything, and every address that it asked for."""
    (folder / "verify.html").write_bytes(verify_page())
    asked = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        context = chromium.new_context(offline=True)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto((folder / "verify.html").as_uri())
        yield page
        chromium.close()
    assert len(asked) == 1


def zipped(bag, out):
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(bag.rglob("*")):
            if path.is_file():
                archive.write(path, f"dossier/{path.relative_to(bag).as_posix()}")
    return out


@pytest.fixture
def sealed(tmp_path):
    key = SigningKey.generate()
    payload = {"dossier.pdf": b"%PDF-1.7 made up" * 500, "findings.json": b"{}", "exhibits/exhibit-1.txt": "строка\n".encode()}
    write_bag(tmp_path / "bag", lay_out(payload, recipient_kit(), (("Bagging-Date", "2026-11-26"),), key))
    return tmp_path / "bag", key


def answer(page, archive, fingerprint=""):
    page.set_input_files("#zip", archive)
    page.fill("#key", fingerprint)
    page.click("#go")
    expect(page.locator("#answer")).to_have_attribute("data-state", re.compile(".+"))
    page.wait_for_timeout(50)
    return page.get_attribute("#answer", "data-state"), page.inner_text("#answer")


def test_it_says_what_verify_py_says_of_a_bag_and_of_every_way_to_spoil_it(sealed, tmp_path):
    bag, key = sealed
    other = SigningKey.generate()

    def change(path, content):
        (bag / path).write_bytes(content)

    spoils = [
        ("unchanged", key.fingerprint, lambda: None),
        ("signer unknown", "", lambda: None),
        ("other key", other.fingerprint, lambda: None),
        ("changed", key.fingerprint, lambda: change("data/findings.json", b"{ }")),
        ("changed", key.fingerprint, lambda: change("data/extra.txt", b"x")),
        ("changed", key.fingerprint, lambda: (bag / "data/dossier.pdf").unlink()),
        ("changed", key.fingerprint, lambda: change("tagmanifest-sha256.txt.sig", b"\0" * 64)),
        ("changed", key.fingerprint, lambda: change("signer.pem", other.public_pem)),
        ("changed", key.fingerprint, lambda: change("bag-info.txt", b"Payload-Oxum: 1.1\n")),
        ("changed", key.fingerprint, lambda: change("manifest-sha256.txt", (bag / "manifest-sha256.txt").read_bytes().upper())),
        ("unreadable", "", lambda: shutil.rmtree(bag / "data") or [one.unlink() for one in bag.iterdir() if one.name != "verify.py"]),
    ]
    whole = tmp_path / "whole"
    shutil.copytree(bag, whole)
    with opened(tmp_path) as page:
        for number, (state, fingerprint, spoil) in enumerate(spoils):
            shutil.rmtree(bag)
            shutil.copytree(whole, bag)
            spoil()
            said, text = answer(page, zipped(bag, tmp_path / f"{number}.zip"), fingerprint)
            assert said == state, (number, said, text)
            assert verify_folder(bag, fingerprint or None).good is (state in ("unchanged", "signer unknown")), number


def test_a_folder_is_read_as_well_and_nonsense_is_no_dossier(sealed, tmp_path):
    bag, key = sealed
    with opened(tmp_path) as page:
        page.set_input_files("#folder", bag)
        page.fill("#key", " ".join(key.fingerprint[at : at + 4] for at in range(0, 64, 4)).upper())
        page.click("#go")
        expect(page.locator("#answer")).to_have_attribute("data-state", "unchanged")
        (tmp_path / "no.zip").write_bytes(b"PK nothing")
        assert answer(page, tmp_path / "no.zip")[0] == "unreadable"


def polyglot(honest, evil):
    """Two archives in one file: whoever trusts the offset in its end finds the first, whoever counts back from its end the second."""
    at = honest.rindex(b"PK\x05\x06")
    start = int.from_bytes(honest[at + 16 : at + 20], "little")
    evil_end = evil.rindex(b"PK\x05\x06")
    evil_start = int.from_bytes(evil[evil_end + 16 : evil_end + 20], "little")
    head = honest[:start] + b"\0" * max(0, evil_start - start) + honest[start:at]
    return head + evil


def test_an_archive_in_which_two_programs_could_find_two_bags_is_refused(sealed, tmp_path):
    bag, key = sealed
    honest = zipped(bag, tmp_path / "honest.zip").read_bytes()
    (bag / "data/dossier.pdf").write_bytes(b"EVIL" * 5_000)
    evil = zipped(bag, tmp_path / "evil.zip").read_bytes()
    spoiled = {"polyglot": polyglot(honest, evil), "before": b"x" + honest, "behind": honest + b"x"}
    with zipfile.ZipFile(tmp_path / "folder.zip", "w") as archive, zipfile.ZipFile(tmp_path / "honest.zip") as before:
        for name in before.namelist():
            archive.writestr(name, before.read(name))
        archive.writestr("dossier/data/empty/", b"")
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive, zipfile.ZipFile(tmp_path / "honest.zip") as before:
        for name in before.namelist():
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (0o120777 if name.endswith(".pdf") else 0o100644) << 16
            archive.writestr(info, before.read(name))
    with zipfile.ZipFile(tmp_path / "extra.zip", "w") as archive, zipfile.ZipFile(tmp_path / "honest.zip") as before:
        for name in before.namelist():
            info = zipfile.ZipInfo(name)
            info.extra = b"up\x05\x00\x01abcd" if name.endswith(".pdf") else b""
            archive.writestr(info, before.read(name))
    at = honest.rindex(b"PK\x01\x02")
    spoiled |= {"extra": (tmp_path / "extra.zip").read_bytes(), "sum": honest[: at + 16] + bytes([honest[at + 16] ^ 1]) + honest[at + 17 :]}
    spoiled |= {"folder": (tmp_path / "folder.zip").read_bytes(), "link": (tmp_path / "link.zip").read_bytes()}
    with opened(tmp_path) as page:
        assert answer(page, tmp_path / "honest.zip", key.fingerprint)[0] == "unchanged"
        for name, content in spoiled.items():
            (tmp_path / "spoiled.zip").write_bytes(content)
            assert answer(page, tmp_path / "spoiled.zip", key.fingerprint)[0] == "unreadable", name


@pytest.mark.skipif(not VECTORS.exists(), reason="published vectors are not here (set HABEAS_VECTORS)")
def test_its_signatures_are_verified_by_the_strict_rule_of_verify_py(tmp_path):
    vectors = json.loads((VECTORS / "ed25519/ed25519vectors.json").read_text("utf-8"))[::6]
    cases = [(one["key"], one["msg"].encode().hex(), one["sig"]) for one in vectors]
    ask = """async (cases) => { const bytes = (h) => Uint8Array.from(h.match(/../g) || [], (b) => parseInt(b, 16)); const out = [];
    for (const [key, message, signature] of cases) out.push(await verifySignature(bytes(key), bytes(message), bytes(signature))); return out; }"""
    with opened(tmp_path) as page:
        found = page.evaluate(ask, cases)
    assert found == [verify_signature(*(bytes.fromhex(part) for part in one)) for one in cases] and any(found) and not all(found)
