"""A browser of its own for one sitting: without extensions, history, synchronisation and translation, and its profile is deleted behind it.

For browsers of the Chromium family, which take a profile by a switch. The profile lies in memory where the system has a place for that (Linux), else
with temporary files; pages forbid the browser to keep them either way. What it does not do: hide the screen from other programs of the same user.
"""

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from habeas.domain.errors import UsageError
from habeas.locale import tr

FAMILY = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "brave-browser", "microsoft-edge", "chrome", "msedge", "brave")
SWITCHES = (
    "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync", "--disable-background-networking",
    "--disable-component-update", "--disable-features=Translate,OptimizationHints,MediaRouter", "--disable-save-password-bubble", "--incognito",
)  # fmt: skip
IN_MEMORY = Path("/dev/shm")  # noqa: S108  # the point of it
PATIENCE = 10.0
"""Seconds that the browser gets to close."""


def find_browser() -> str:
    """Its program. Raises UsageError where there is none of that family."""
    for name in FAMILY:
        if found := shutil.which(name):
            return found
    raise UsageError(
        tr("no browser was found that can be opened with a throwaway profile (Chromium, Chrome, Brave or Edge); open one without extensions by hand")
    )


@contextmanager
def thrown_away(program: str, address: str, closed: Callable[[], object]) -> Iterator[None]:
    """Open an address in it; ``closed`` is called when its window is. At the end it is closed, and its profile deleted."""
    home = tempfile.mkdtemp(prefix="habeas-", dir=IN_MEMORY if IN_MEMORY.is_dir() else None)  # its owner's alone
    try:
        process = subprocess.Popen(
            [program, f"--user-data-dir={home}", *SWITCHES, address], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

        def wait() -> None:
            process.wait()
            closed()

        threading.Thread(target=wait, daemon=True).start()
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)
