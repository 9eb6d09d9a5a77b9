"""Leaving, locking and listening in real Chromium: nothing of a case is shown behind a lock, and nobody waits at the other loopback."""

import socket

import pytest
from simulators.browsers import CHROMIUM, browser, follow, served, unlock
from simulators.vaults import make_vault

from habeas.domain.errors import UsageError
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
