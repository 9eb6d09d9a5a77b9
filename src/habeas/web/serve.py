"""Start the application on loopback, print the address that lets one browser in, and open it."""

import contextlib
import errno
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from habeas.domain.errors import UsageError
from habeas.locale import tr
from habeas.web.app import make_app
from habeas.web.desk import Desk

PORT = 0
"""Where it listens unless told otherwise: wherever there is room, so that nobody can wait there before it."""
TICK = 2.0
"""Seconds between looks at the clock."""


def listen(port: int) -> socket.socket:
    """A socket on loopback. Raises UsageError where the port is taken or may not be had."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        bound.bind(("127.0.0.1", port))
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            said = tr(
                "port {port} is taken by another program; leave --port out for a free one. Type a passphrase only at an address that this run prints",
                port=port,
            )
            raise UsageError(said) from None
        raise UsageError(tr("port {port} cannot be had; say --port 0 for a free one", port=port)) from None
    bound.listen(64)
    return bound


def serve(root: Path, *, port: int = PORT, minutes: int, browser: bool = True, say: Callable[[str], object] = print) -> None:
    """Serve until stopped. ``say`` prints the address; the browser is opened where there is one."""
    bound = listen(port)
    port = int(bound.getsockname()[1])
    desk = Desk(root, minutes=minutes)
    address = f"http://{desk.host}:{port}{desk.first_address}"
    say(tr("Habeas is open to one browser on this machine: {address}", address=address))
    say(tr("The address works once. Stop with Ctrl-C; that locks the vault."))
    if browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(address)
    config = uvicorn.Config(
        make_app(desk, port), log_level="critical", access_log=False, server_header=False, date_header=False, lifespan="off", timeout_keep_alive=5,
        timeout_graceful_shutdown=2, ws="none",
    )  # fmt: skip
    with watched(desk):
        try:
            uvicorn.Server(config).run(sockets=[bound])
        finally:
            desk.lock(wait=30)
            bound.close()


@contextlib.contextmanager
def watched(desk: Desk) -> Iterator[None]:
    """A timer beside the server that locks when nobody came for too long, whether anybody asks or not."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(TICK):
            desk.lock_if_away()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
