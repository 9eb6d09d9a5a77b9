"""The running program: it starts, lets one browser in, says plainly when it is running already, and ends when it is told to."""

import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
from simulators.vaults import make_vault

from habeas.domain.errors import UsageError
from habeas.web.serve import alone

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.timeout(120)]


@contextmanager
def running(root, *more):
    """A real process, and the address that it printed."""
    command = [sys.executable, "-m", "habeas", "open", "--no-browser", "--vault", str(root), *more]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={"PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"}
    )
    try:
        line = process.stdout.readline()
        yield process, re.search(r"http://\S+", line)[0] if "http" in line else line
    finally:
        process.kill()
        process.wait(20)
        process.stdout.close()


def ask(address):
    """As a browser would: the name stands in the Host, the machine is this one."""
    host, path = re.match(r"http://([^/]+)(/.*)", address).groups()
    request = urllib.request.Request(f"http://127.0.0.1:{host.rsplit(':')[-1]}{path}", headers={"Host": host})
    opener = urllib.request.build_opener(NoRedirect)
    try:
        return opener.open(request, timeout=20).status
    except urllib.error.HTTPError as answer:
        return answer.code


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def test_the_address_works_once_and_a_second_run_says_that_the_first_is_open(tmp_path):
    make_vault(tmp_path / "vault").close()
    with running(tmp_path / "vault") as (process, address):
        assert [ask(address), ask(address)] == [303, 403]
        second = subprocess.run(
            [sys.executable, "-m", "habeas", "open", "--no-browser", "--vault", str(tmp_path / "vault")],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 2 and "is open on this vault already" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    with alone(tmp_path / "vault"), pytest.raises(UsageError), alone(tmp_path / "vault"):
        pass


def test_a_vault_that_is_made_in_this_run_is_held_from_then_on(tmp_path):
    with alone(tmp_path / "new") as hold:
        make_vault(tmp_path / "new").close()
        hold()
        with pytest.raises(UsageError), alone(tmp_path / "new"):
            pass


def test_a_taken_port_is_told_in_plain_words(tmp_path):
    make_vault(tmp_path / "one").close()
    make_vault(tmp_path / "two").close()
    with running(tmp_path / "one") as (_, address):
        port = re.search(r":(\d+)/", address)[1]
        with running(tmp_path / "two", "--port", port) as (process, said):
            assert "is taken by another program" in said and process.wait(20) == 2


def test_a_vault_that_another_program_has_open_says_so_when_it_is_unlocked(visitor, tmp_path, shown):
    from simulators.vaults import PASSPHRASE

    from habeas.web.desk import Desk

    other = Desk(visitor.desk.root)
    with pytest.raises(Exception, match="open in another window or by another program"):
        other.unlock(PASSPHRASE)
