"""Pictures of every screen from the historical demo case alone, for the guide and for our own eyes.

    python tools/screenshots.py OUT [--language ru] [--wide 1280]
    python tools/screenshots.py src/habeas/web/static/guide --guide --wide 1100 --only case statement …
    python tools/screenshots.py src/habeas/web/static/guide/ru --language ru --guide --wide 1100 --only case statement …

Wants Chromium. The vault is made in a temporary folder and is gone at the end.
"""

import argparse
import shutil
import sys
import tempfile
import threading
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from simulators.vaults import PASSPHRASE, make_vault

from habeas.locale import use_language
from habeas.web.app import make_app
from habeas.web.desk import Desk
from habeas.web.serve import listen

SCREENS = {
    "cases": "/cases",
    "inbox": "/inbox",
    "agenda": "/agenda",
    "patterns": "/patterns",
    "settings": "/settings",
    "help": "/help",
    "case": "{case}",
    "sheet": "{case}/sheet",
    "statements": "{case}/statements",
    "statement": "{case}/statements/S008",
    "new-statement": "{case}/statements/new",
    "exhibits": "{case}/exhibits",
    "exhibit": "{case}/exhibits/1?at=S001",
    "timeline": "{case}/timeline",
    "findings": "{case}/findings",
    "finding": "{finding}",
    "people": "{case}/people",
    "tasks": "{case}/tasks",
    "interviews": "{case}/interviews",
    "dossier": "{case}/dossier",
    "memorandum": "{case}/memorandum",
    "log": "{case}/log",
}


def smaller(path):
    """Few colours: these are pictures of text."""
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--language", default="en")
    parser.add_argument("--wide", type=int, default=1280)
    parser.add_argument("--only", nargs="*", default=None)
    parser.add_argument("--guide", action="store_true", help="one window high, few colours: for the guide")
    given = parser.parse_args()
    use_language(given.language)
    given.out.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "vault"
        make_vault(root, "A1").close()
        bound = listen(0)
        port = bound[0].getsockname()[1]
        desk = Desk(root)
        server = uvicorn.Server(uvicorn.Config(make_app(desk, port), log_level="critical", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": bound}, daemon=True)
        thread.start()
        base = f"http://{desk.host}:{port}"
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": given.wide, "height": 800})
            page.goto(base + desk.first_address)
            if not given.guide:
                page.screenshot(path=given.out / "unlock.png")
            page.fill("#passphrase", PASSPHRASE)
            with page.expect_navigation():
                page.click("button.filled")
            with page.expect_navigation():
                page.click("form[action='/cases/sample'] button")
            case = page.url.removeprefix(base)
            finding = page.locator(".rows h3 a").first.get_attribute("href")
            for name, path in SCREENS.items():
                if given.only and name not in given.only:
                    continue
                page.goto(base + path.format(case=case, finding=finding))
                page.wait_for_timeout(150)
                page.screenshot(path=given.out / f"{name}.png", full_page=not given.guide)
                if given.guide:
                    smaller(given.out / f"{name}.png")
            browser.close()
        server.should_exit = True
        thread.join(10)
        desk.lock()


if __name__ == "__main__":
    main()
