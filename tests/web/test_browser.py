"""Real Chromium through the main job: by mouse, by keys alone, without scripts, on a phone; it asks nobody outside, and axe finds nothing."""

import re
import shutil
import socket
import threading
from contextlib import contextmanager

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from simulators.vaults import PASSPHRASE, make_vault

from habeas.domain.errors import UsageError
from habeas.web.app import make_app
from habeas.web.desk import Desk
from habeas.web.serve import _has_ipv6, listen, watched

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.timeout(180),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.filterwarnings("ignore"),  # of the browser's driver
]  # fmt: skip
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def served(root, minutes=15):
    """The application on a free port of this machine, as `habeas open` serves it."""
    bound = listen(0)
    port = bound[0].getsockname()[1]
    desk = Desk(root, minutes=minutes)
    server = uvicorn.Server(uvicorn.Config(make_app(desk, port), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": bound}, daemon=True)
    thread.start()
    try:
        with watched(desk):
            yield f"http://{desk.host}:{port}", desk
    finally:
        server.should_exit = True
        thread.join(10)
        desk.lock()
        for one in bound:
            one.close()


@contextmanager
def browser(base, **options):
    """A page, and every address that it asked for."""
    asked = []
    with sync_playwright() as playwright:
        keeping = ["--disable-back-forward-cache"]  # the driver switches it off, people's browsers do not
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, ignore_default_args=keeping)
        context = chromium.new_context(**options)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        yield page
        chromium.close()
    assert asked and all(url.startswith((base, "data:")) for url in asked), [url for url in asked if not url.startswith(base)]


def follow(page, what):
    """Click what leads to another page, and wait for that page."""
    with page.expect_navigation():
        page.click(what)


def unlock(page, base, desk):
    """The first visit, and the passphrase."""
    page.goto(base + desk.first_address)
    page.fill("#passphrase", PASSPHRASE)
    follow(page, "text=Unlock")


def accessible(page):
    """No violation that axe can see (WCAG 2.2 AA)."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, [(one["id"], one["nodes"][0]["html"][:120]) for one in found.response["violations"]]


def test_the_whole_way_by_mouse(tmp_path):
    with served(tmp_path / "new") as (base, desk), browser(base) as page:
        page.goto(base + desk.first_address)
        accessible(page)
        page.fill("#code", "A1")
        page.fill("#passphrase", PASSPHRASE)
        page.fill("#again", PASSPHRASE)
        follow(page, "text=Create vault")
        follow(page, "button:has-text('Make recovery words')")
        lists = [page.locator(".words").nth(number).inner_text() for number in range(3)]
        accessible(page)
        follow(page, "text=I wrote them down")
        page.fill("#list1", lists[0])
        page.fill("#list2", lists[2])
        accessible(page)
        follow(page, "text=Check them")
        accessible(page)
        follow(page, "text=Import the sample case")
        assert page.locator(".cost").inner_text().startswith("To accept that Julio Castro left Carrasco Airport")
        accessible(page)
        follow(page, ".rows h3 a >> nth=0")
        accessible(page)
        page.fill("#reviewer", "M. R.")
        page.fill("#reason", "read beside the exhibits")
        follow(page, "button:has-text('Confirm')")
        assert "confirmed by M. R." in page.locator("section.card").inner_text()
        follow(page, "nav.tabs >> text=Statements")
        accessible(page)
        page.fill("#speaker", "a neighbour")
        page.select_option("#side", "witness")
        page.select_option("#act", "present")
        page.fill("#when", "1977-09-22")
        page.fill("#place", "Montevideo, Uruguay")
        follow(page, "button:has-text('Add statement')")
        assert page.locator("tr", has_text="a neighbour").count() == 1
        follow(page, "nav.tabs >> text=Exhibits")
        accessible(page)
        files = [tmp_path / "letter.txt", tmp_path / "scan.bin", tmp_path / "copy.txt"]
        for file, content in zip(files, (b"a letter", bytes(range(256)) * 9000, b"a letter"), strict=True):
            file.write_bytes(content)
        page.set_input_files("#files", files)
        follow(page, "button:has-text('Seal files')")
        assert "2 sealed + 1 duplicates + 0 refused" in page.locator("[role=status]").inner_text()
        accessible(page)
        follow(page, "nav.tabs >> text=Log")
        accessible(page)
        follow(page, "text=Lock now")
        assert page.locator("h1").inner_text() == "The vault is locked"
        accessible(page)
        page.go_back()
        assert "Julio Castro" not in page.content()


def test_the_main_way_by_keys_alone(tmp_path):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base) as page:
        page.goto(base + desk.first_address)

        def reach(words):
            for _ in range(60):
                page.keyboard.press("Tab")
                text = page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")
                if re.search(words, text):
                    return
            raise AssertionError(words)

        page.keyboard.type(PASSPHRASE)  # the field has the focus
        page.keyboard.press("Enter")
        page.wait_for_selector("text=Import the sample case")
        reach("Import the sample case")
        page.keyboard.press("Enter")
        page.wait_for_selector(".cost")
        reach("At liberty in the accusation")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
        page.keyboard.press("Enter")
        page.wait_for_selector("#reviewer")
        reach("reviewer")
        page.keyboard.type("M. R.")
        page.keyboard.press("Tab")
        page.keyboard.type("read")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("text=confirmed by M. R.")
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        page.wait_for_selector("text=The vault is locked")


@pytest.mark.parametrize(
    "options", [{"java_script_enabled": False}, {"viewport": {"width": 360, "height": 740}}], ids=["without scripts", "on a phone"]
)
def test_it_works_without_scripts_and_on_a_phone_without_scrolling_sideways(tmp_path, options):
    make_vault(tmp_path / "vault", "A1").close()
    with served(tmp_path / "vault") as (base, desk), browser(base, **options) as page:
        unlock(page, base, desk)
        follow(page, "text=Import the sample case")
        (cid,) = desk.vault.case_ids()
        for path in ("/cases", f"/cases/{cid}", f"/cases/{cid}/statements", f"/cases/{cid}/exhibits", f"/cases/{cid}/log"):
            page.goto(base + path)
            if options.get("viewport"):
                assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.goto(f"{base}/cases/{cid}")
        follow(page, ".rows h3 a >> nth=0")
        page.fill("#reviewer", "M. R.")
        page.fill("#reason", "read")
        follow(page, "button:has-text('Reject')")
        assert "rejected by M. R." in page.locator("section.card").inner_text()


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
