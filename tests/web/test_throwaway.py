"""A browser for one sitting: real Chromium lets itself in, closing it stops Habeas, and nothing of its profile stays."""

import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from simulators.browsers import CHROMIUM
from simulators.vaults import make_vault

from habeas.domain.errors import UsageError
from habeas.vault.disk import Disk
from habeas.web.throwaway import ALIVE, IN_MEMORY, PREFIX, _sweep, find_browser

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.timeout(120)]


@pytest.fixture
def sitting(tmp_path):
    """Habeas with a throwaway browser; the browser is the real one, told not to look for a screen."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    make_vault(tmp_path / "vault").close()
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin/chromium"
    said = tmp_path / "said"
    wrapper.write_text(f'#!/bin/sh\necho "$$" "$@" > {said}\nexec {CHROMIUM} --headless=new --no-sandbox --disable-gpu "$@"\n')
    wrapper.chmod(0o700)
    process = subprocess.Popen(
        [sys.executable, "-m", "habeas", "open", "--throwaway", "--vault", str(tmp_path / "vault")], stdout=subprocess.PIPE, text=True,
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "PYTHONUNBUFFERED": "1", "HOME": str(tmp_path)},
    )  # fmt: skip
    address = re.search(r"http://\S+", process.stdout.readline())[0]
    for _ in range(200):
        if said.exists() and said.read_text().strip():
            break
        time.sleep(0.05)
    pid, *arguments = said.read_text().split()
    home = Path(next(one for one in arguments if one.startswith("--user-data-dir=")).partition("=")[2])
    yield process, int(pid), address, home
    process.terminate()
    process.wait(30)
    process.stdout.close()


def until_let_in(home):
    """The profile is written to once the page was loaded."""
    for _ in range(200):
        if (home / "Default").is_dir():
            return
        time.sleep(0.05)
    pytest.fail("the browser did not start")


def of_group(leader):
    """All processes of the browser."""
    found = subprocess.run(["ps", "-e", "-o", "pid=,sid="], check=True, capture_output=True, text=True).stdout
    return [int(pid) for pid, session in map(str.split, found.splitlines()) if int(session) == leader]


def test_its_profile_is_its_owners_alone_and_gone_when_habeas_stops(sitting):
    process, _, _, home = sitting
    until_let_in(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert home.parent == IN_MEMORY or not IN_MEMORY.is_dir()
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not home.exists()


def test_nothing_of_a_page_that_crashed_stays_outside_its_profile(sitting, tmp_path):
    process, browser, _, home = sitting
    until_let_in(home)
    for _ in range(100):
        pages = [one for one in of_group(browser) if b"--type=renderer" in Path(f"/proc/{one}/cmdline").read_bytes()]
        if pages:
            break
        time.sleep(0.1)
    for one in pages:
        os.kill(one, signal.SIGSEGV)
    assert pages
    time.sleep(1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert not home.exists()
    left = {path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(tmp_path / "vault")}
    assert left == {tmp_path / "bin/chromium", tmp_path / "said"}


def test_what_a_killed_run_left_is_deleted_by_the_next_and_a_running_one_is_left_alone(tmp_path):
    dead, living, foreign = (tmp_path / f"{PREFIX}{name}" for name in ("dead", "living", "foreign"))
    for one in (dead, living, foreign):
        one.mkdir()
        (one / "Default").mkdir()
    (dead / ALIVE).touch()
    with Disk(living).lock(ALIVE):
        _sweep(tmp_path)
        assert [one.exists() for one in (dead, living, foreign)] == [False, True, True]


def test_closing_its_window_stops_habeas(sitting):
    process, browser, _, home = sitting
    until_let_in(home)
    os.kill(browser, signal.SIGTERM)
    assert process.wait(30) == 0
    assert not home.exists()


def test_where_there_is_no_such_browser_it_says_so_before_anything_is_opened(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="throwaway profile"):
        find_browser()
