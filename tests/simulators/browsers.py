"""Real Chromium in front of the application as it is served, every address that it asks for watched; somebody with a mouse, and somebody without."""

import re
import shutil
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from simulators.vaults import PASSPHRASE

from habeas.web.app import make_app
from habeas.web.desk import Desk
from habeas.web.serve import listen, watched

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


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


def verified(archive, folder):
    """What the recipient does: unpack, and run the program that lies in the bag."""
    with zipfile.ZipFile(archive) as bag:
        bag.extractall(folder)
    command = [sys.executable, "-I", folder / "dossier/verify.py", folder / "dossier"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.returncode == 0, done.stdout + done.stderr


class Keys:
    """Somebody without a mouse."""

    def __init__(self, page):
        self.page = page

    def reach(self, words, most=150):
        """Tab to the element whose words, label or name match."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            text = self.page.evaluate(
                "(() => { const e = document.activeElement; return [e.name, e.innerText, e.getAttribute('aria-label'), e.labels && [...e.labels].map(l => l.innerText).join(' ')].filter(Boolean).join(' '); })()"
            )
            if re.search(words, text):
                return
        raise AssertionError(words)

    def press(self, words):
        self.reach(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, words, text):
        self.reach(words)
        self.page.keyboard.type(text)
