"""Leaving, locking, waiting and listening in real Chromium: nothing of a case is shown behind a lock, and nobody waits at the other loopback."""

import socket
import threading
import time

import pytest
from playwright.sync_api import expect
from simulators.browsers import CHROMIUM, accessible, browser, follow, served, unlock
from simulators.vaults import PASSPHRASE, make_vault

from habeas.domain.errors import UsageError
from habeas.services.casebook import read_book
from habeas.services.reading import Shelf
from habeas.vault.compartment import Compartment
from habeas.vault.events import Kind
from habeas.web import opening
from habeas.web.serve import _has_ipv6, listen

pytestmark = [
    pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.filterwarnings("ignore"),  # of the browser's driver
]  # fmt: skip


def test_going_back_after_a_lock_shows_nothing_in_this_window_or_another(tmp_path):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base) as page:
        unlock(page, base, desk)
        follow(page, "text=Import the sample case")
        follow(page, "nav.tabs >> text=Statements")
        other = page.context.new_page()
        other.goto(base + "/cases")
        follow(page, "text=Lock now")
        page.wait_for_selector("text=The vault is locked")
        other.wait_for_selector("text=The vault is locked")
        for _ in range(3):
            page.go_back()
            page.wait_for_timeout(300)
            assert "Castro" not in page.content()
        other.close()


def test_a_page_goes_away_by_itself_and_the_vault_is_closed_without_anybody_asking(tmp_path):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault", minutes=0.05) as (base, desk), browser(base) as page:
        unlock(page, base, desk)
        page.wait_for_selector("text=The vault is locked", timeout=15_000)
        page.wait_for_timeout(2_500)
        assert desk._vault is None
        page.go_back()
        page.wait_for_timeout(300)
        assert "Import the sample case" not in page.content()


def test_locking_does_not_wait_for_files_on_their_way(tmp_path):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base) as page:
        unlock(page, base, desk)
        follow(page, "text=Import the sample case")
        (cid,) = desk.vault.case_ids()
        cookie = page.context.cookies()[0]["value"]
        host, port = base.removeprefix("http://").split(":")
        head = (
            f"POST /cases/{cid}/exhibits HTTP/1.1\r\nHost: {host}:{port}\r\nSec-Fetch-Site: same-origin\r\nCookie: habeas={cookie}\r\n"
            "Content-Type: multipart/form-data; boundary=XyZ\r\nContent-Length: 9000000\r\n\r\n"
            '--XyZ\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        )
        with socket.create_connection(("127.0.0.1", int(port))) as slow:
            slow.sendall(head.encode() + b"x" * 100_000)
            page.wait_for_timeout(500)
            follow(page, "text=Lock now")
            page.wait_for_selector("text=The vault is locked", timeout=3_000)
            assert not desk.is_open
            slow.sendall(b"x" * 100_000)
            page.wait_for_timeout(1_000)
            assert desk._vault is None
        assert list((desk.root / "tmp").glob("*")) == []


def test_a_taken_port_is_told_in_plain_words():
    first = listen(0)
    try:
        with pytest.raises(UsageError, match="is taken"):
            listen(first[0].getsockname()[1])
    finally:
        for one in first:
            one.close()


@pytest.mark.skipif(not _has_ipv6(), reason="this machine has no IPv6 loopback")
def test_nobody_can_wait_on_the_other_loopback_where_a_browser_may_look_first():
    first = listen(0)
    try:
        port = first[0].getsockname()[1]
        assert [one.getsockname()[:2] for one in first] == [("127.0.0.1", port), ("::1", port)]
        with socket.socket(socket.AF_INET6) as other, pytest.raises(OSError, match="in use"):
            other.bind(("::1", port))
    finally:
        for one in first:
            one.close()
    with socket.socket(socket.AF_INET6) as other:
        other.bind(("::1", 0))
        with pytest.raises(UsageError, match="is taken"):
            listen(other.getsockname()[1])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_large_case_says_how_far_its_reading_is_and_opens_by_itself(tmp_path, monkeypatch, scripts):
    go, read = threading.Event(), Shelf.read
    monkeypatch.setattr(opening, "MANY", 10)
    monkeypatch.setattr(Shelf, "read", lambda self, comp, step: (step(), go.wait(20), read(self, comp, step))[2])
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base, java_script_enabled=scripts) as page:
        unlock(page, base, desk)
        go.set()
        follow(page, "text=Import the sample case")
        page.wait_for_selector(".cost")
        case = page.url
        go.clear()
        desk.shelf.forget()
        page.goto(case + "/timeline")
        assert page.locator("h1").inner_text() == "This case is being read"
        if scripts:
            expect(page.locator("#read")).to_have_js_property("value", 1)
            accessible(page)
        go.set()
        page.wait_for_selector("h2:has-text('Where the person was')")
        assert page.url == case + "/timeline"


WATCH = """() => new MutationObserver(() => { if (!document.getElementById("waiting").hidden) sessionStorage.setItem("bar", "shown"); })
    .observe(document.getElementById("waiting"), { attributes: true })"""


def test_what_takes_longer_than_a_moment_shows_a_bar_until_it_is_there(tmp_path, monkeypatch):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base, accept_downloads=True) as page:
        unlock(page, base, desk)
        follow(page, "text=Import the sample case")
        page.goto(page.url + "/people")
        slow, examined = Shelf.examined, threading.Event()
        monkeypatch.setattr(Shelf, "examined", lambda self, comp: (examined.wait(1.5), slow(self, comp))[1])
        page.evaluate(WATCH)
        follow(page, "nav.tabs >> text=Findings")
        examined.set()
        assert page.evaluate("sessionStorage.getItem('bar')") == "shown"
        assert page.locator("#waiting").is_hidden()
        # a file that is saved leaves the page where it is: the bar goes when the file is there
        page.evaluate("sessionStorage.clear()")
        page.goto(page.url.replace("/findings", "/exhibits/1"))
        page.evaluate(WATCH)
        read = Compartment.read_content
        monkeypatch.setattr(Compartment, "read_content", lambda self, content: (time.sleep(1.5), read(self, content))[1])
        with page.expect_download() as waiting:
            page.click("button:has-text('Save the sealed file')")
        assert waiting.value.suggested_filename == "exhibit-1.txt"
        page.wait_for_selector("#waiting", state="hidden")
        assert page.evaluate("sessionStorage.getItem('bar')") == "shown"


def interview_of(desk, case):
    with desk.vault.case(case.rpartition("/")[2]) as comp:
        return read_book(comp).of(Kind.INTERVIEW)[-1].record.text


@pytest.mark.parametrize("leave", ["papers", "a tab", "lock", "Esc Esc"])
def test_the_last_words_of_an_interview_are_kept_however_one_leaves_it(tmp_path, leave):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base) as page:
        unlock(page, base, desk)
        follow(page, "text=Import the sample case")
        case = page.url
        page.goto(case + "/interviews")
        page.fill("#person", "a made-up aunt")
        page.check("input[name=consent_read]")
        follow(page, "button:has-text('Begin')")
        page.click("#text")
        page.keyboard.type("He was at home that night.")
        if leave == "papers":
            follow(page, "text=Papers to sign")
            assert page.locator("text=He was at home that night.").count() == 2
        elif leave == "a tab":
            follow(page, "nav.tabs >> text=Tasks")
            page.wait_for_timeout(500)
        else:
            if leave == "lock":
                page.click("#lock button")
            else:
                page.keyboard.press("Escape")
                page.keyboard.press("Escape")
            page.wait_for_selector("text=The vault is locked")
            desk.unlock(PASSPHRASE)
        assert interview_of(desk, case) == "He was at home that night."


def test_what_was_typed_into_a_form_is_not_left_without_asking_and_a_lock_asks_nothing(tmp_path):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base) as page:
        unlock(page, base, desk)
        follow(page, "text=Import the sample case")
        page.goto(page.url + "/statements/new")
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
        page.click("#speaker")
        page.keyboard.type("a neighbour")
        page.click("button[name=language][value=ru]", no_wait_after=True)
        page.wait_for_timeout(500)
        assert asked == ["beforeunload"] and page.input_value("#speaker") == "a neighbour"
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_selector("text=The vault is locked")
        assert asked == ["beforeunload"]


def test_keys_work_by_where_they_lie_under_a_russian_keyboard(tmp_path):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base) as page:
        unlock(page, base, desk)
        follow(page, "text=Import the sample case")
        follow(page, "nav.tabs >> text=Statements")

        def press(key, code, shift="false"):
            page.evaluate(f"dispatchEvent(new KeyboardEvent('keydown', {{ key: {key!r}, code: {code!r}, shiftKey: {shift}, bubbles: true }}))")

        press("о", "KeyJ")
        assert page.evaluate("document.activeElement.className") == "open"
        with page.expect_navigation():
            press("т", "KeyN")
        assert page.url.endswith("/statements/new")
        page.evaluate("document.activeElement.blur()")
        press(".", "Slash")
        assert page.evaluate("document.activeElement.id") == "q"
        page.evaluate("document.activeElement.blur()")
        press("п", "KeyG")
        with page.expect_navigation():
            press("с", "KeyC")
        assert page.url.endswith("/cases")


def test_files_that_are_dropped_while_others_are_sealed_are_sealed_behind_them(tmp_path):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base) as page:
        unlock(page, base, desk)
        follow(page, "text=Import the sample case")
        page.goto(page.url + "/exhibits")
        page.evaluate(
            """() => { for (const name of ["one.txt", "two.txt"]) {
            const carried = new DataTransfer(); carried.items.add(new File(["words of " + name], name));
            document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true })); } }"""
        )
        expect(page.locator("#progress ul").first).to_contain_text("two.txt: sealed as exhibit 11")
        expect(page.locator("#progress .before")).to_contain_text("one.txt: sealed as exhibit 10")
        assert "in plaintext" in page.locator("#progress").inner_text()
