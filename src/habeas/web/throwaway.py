"""A browser of its own for one sitting: without extensions, history, synchronisation and translation, and its profile is deleted behind it.

For browsers of the Chromium family, which take a profile by a switch. The profile lies in memory where the system has a place for that (Linux), else
with temporary files; pages forbid the browser to keep them either way. What it does not do: hide the screen from other programs of the same user.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from habeas.domain.errors import HabeasError, UsageError
from habeas.locale import tr
from habeas.vault.disk import Disk

FAMILY = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "brave-browser", "microsoft-edge", "chrome", "msedge", "brave")
SWITCHES = (
    "--no-first-run", "--no-default-browser-check", "--disable-extensions", "--disable-sync", "--disable-background-networking",
    "--disable-component-update", "--disable-features=Translate,OptimizationHints,MediaRouter", "--disable-save-password-bubble", "--incognito",
)  # fmt: skip
IN_MEMORY = Path("/dev/shm")  # noqa: S108  # the point of it
PREFIX, ALIVE = "habeas-browser-", "held"
TRIES = 25
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
    place = IN_MEMORY if IN_MEMORY.is_dir() else Path(tempfile.gettempdir())
    _sweep(place)
    home = tempfile.mkdtemp(prefix=PREFIX, dir=place)  # its owner's alone
    alive = ExitStack()
    alive.enter_context(Disk(Path(home)).lock(ALIVE))
    own = {"BREAKPAD_DUMP_LOCATION": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "TMPDIR": home}  # dumps of a page that crashed, too
    try:
        process = subprocess.Popen(
            [program, f"--user-data-dir={home}", *SWITCHES, address], env={**os.environ, **own}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip

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
            except BaseException:  # too slow, or somebody presses Ctrl-C again: it goes at once, and so does its profile
                process.kill()
                process.wait()
                raise
            finally:
                _kill_group(process.pid)  # helpers of the browser that would go on writing
    except subprocess.TimeoutExpired:
        pass
    finally:
        alive.close()
        for _ in range(TRIES):
            shutil.rmtree(home, ignore_errors=True)
            if not os.path.lexists(home):
                break
            time.sleep(0.2)


def _kill_group(leader: int) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


def _sweep(place: Path) -> None:
    """Delete what a run that was killed left: profiles of this user that no running Habeas holds."""
    for home in place.glob(PREFIX + "*"):
        with contextlib.suppress(OSError, HabeasError):
            if home.is_symlink() or (hasattr(os, "getuid") and home.stat().st_uid != os.getuid()) or not (home / ALIVE).is_file():
                continue
            with Disk(home).lock(ALIVE):
                shutil.rmtree(home, ignore_errors=True)
