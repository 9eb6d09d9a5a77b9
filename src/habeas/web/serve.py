"""Start the application on loopback, print the address that lets one browser in, and open it."""

import contextlib
import errno
import gc
import logging
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from habeas.domain.errors import UsageError
from habeas.dossier.pdf.visible import plain
from habeas.intake.gazetteer.places import built_in
from habeas.locale import tr
from habeas.vault.disk import Disk
from habeas.vault.errors import LockedError
from habeas.web.app import make_app
from habeas.web.desk import Desk
from habeas.web.throwaway import find_browser, thrown_away

PORT = 0
"""Where it listens unless told otherwise: wherever there is room, so that nobody can wait there before it."""
TRIES = 50
"""Ports that are tried for one that is free on both loopbacks."""
TICK = 2.0
"""Seconds between looks at the clock."""


def listen(port: int) -> list[socket.socket]:
    """Sockets on both loopbacks: browsers take ``localhost`` for either, and whoever had the other one would get the first address.

    Raises UsageError where the port is taken or may not be had.
    """
    tries = 1 if port else TRIES
    while True:
        bound: list[socket.socket] = []
        try:
            bound.append(_bound(socket.AF_INET, "127.0.0.1", port))
            if _has_ipv6():
                bound.append(_bound(socket.AF_INET6, "::1", bound[0].getsockname()[1]))
        except OSError as error:
            for one in bound:
                one.close()
            tries -= 1
            if not tries:
                raise _refused(port, error) from None
        else:
            return bound


def _has_ipv6() -> bool:
    """Whether this machine has ``::1`` at all."""
    try:
        _bound(socket.AF_INET6, "::1", 0).close()
    except OSError:
        return False
    return True


def _bound(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(64)
    except OSError:
        made.close()
        raise
    return made


def _refused(port: int, error: OSError) -> UsageError:
    if error.errno != errno.EADDRINUSE:
        return UsageError(tr("port {port} cannot be had; say --port 0 for a free one", port=port))
    return UsageError(
        tr(
            "port {port} is taken by another program; leave --port out for a free one. Type a passphrase only at an address that this run prints",
            port=port,
        )
    )


def serve(  # one parameter an option
    root: Path, *, port: int = PORT, minutes: int, browser: bool = True, throwaway: bool = False, say: Callable[[str], object] = print
) -> None:
    """Serve until stopped. ``say`` prints the address; the browser is opened where there is one, ``throwaway``: with a profile for this sitting.

    Raises UsageError where the vault is open elsewhere, the port is taken, or there is no such browser.
    """
    program = find_browser() if throwaway else ""
    with alone(root) as when_made:
        desk = Desk(root, minutes=minutes)
        desk.when_made = when_made
        _serve(desk, port=port, browser=browser and not program, program=program, say=say)


@contextlib.contextmanager
def alone(root: Path) -> Iterator[Callable[[], None]]:
    """Hold the screens of a vault for this process; what is given holds those of a vault that was made meanwhile.

    Raises UsageError where another run has them: two windows would lock each other out.
    """
    with contextlib.ExitStack() as lock:
        held: list[bool] = []

        def hold() -> None:
            if held:
                return
            try:
                lock.enter_context(Disk(root).lock("screens"))
            except LockedError:
                raise UsageError(
                    tr("Habeas is open on this vault already: go on in its window, or stop it with Ctrl-C in the terminal where it was started")
                ) from None
            held.append(True)

        if (root / "FORMAT").is_file():
            hold()
        yield hold


def _serve(desk: Desk, *, port: int, browser: bool, program: str, say: Callable[[str], object]) -> None:
    take_larger_helpings()
    collect_less()
    bound = listen(port)
    port = int(bound[0].getsockname()[1])
    address = f"http://{desk.host}:{port}{desk.first_address}"
    say(tr("Habeas is open to one browser on this machine: {address}", address=address))
    say(tr("The address works once. Stop with Ctrl-C; that locks the vault."))
    if program:
        say(tr("It opens in a browser of its own; closing that window stops Habeas, and nothing of the browser stays."))
    if browser:
        with contextlib.suppress(webbrowser.Error):
            webbrowser.open(address)
    config = uvicorn.Config(
        make_app(desk, port), log_level="critical", access_log=False, server_header=False, date_header=False, lifespan="off", timeout_keep_alive=5,
        timeout_graceful_shutdown=2, ws="none",
    )  # fmt: skip
    server = uvicorn.Server(config)
    threading.Thread(target=warm, daemon=True).start()

    def closed() -> None:
        server.should_exit = True

    opened = thrown_away(program, address, closed) if program else contextlib.nullcontext()
    with watched(desk), told_to_stop(server), opened:
        try:
            with contextlib.suppress(KeyboardInterrupt):
                server.run(sockets=bound)
        finally:
            desk.lock(wait=30)
            for one in bound:
                one.close()


HELPING = 4 << 20
"""Bytes of an upload that the server takes before it pauses the browser."""


def take_larger_helpings() -> None:
    """A server pauses a sender at 64 KiB, fit for strangers; here one browser of this machine sends, and each pause costs."""
    with contextlib.suppress(ImportError, AttributeError):
        import uvicorn.protocols.http.httptools_impl as server  # noqa: PLC0415  # where it is there

        setattr(server, "HIGH_WATER_LIMIT", max(HELPING, server.HIGH_WATER_LIMIT))  # type: ignore[attr-defined]  # noqa: B010  # no setting for it


COLLECT_AFTER = 50_000
"""New objects after which cycles are looked for; at Python's own 700 a large case is walked again and again, a tenth of a second each time."""


def collect_less() -> None:
    """Look for unreachable cycles less often; what is not in a cycle goes at once either way."""
    gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])


def warm() -> None:
    """Read what every picture needs (fonts, places) while a person types the passphrase."""
    plain("–")
    built_in()


@contextlib.contextmanager
def told_to_stop(server: uvicorn.Server) -> Iterator[None]:
    """SIGTERM, and the closing of the terminal, end it as Ctrl-C does: behind what is being written."""
    logging.getLogger("asyncio").addHandler(logging.NullHandler())
    logging.getLogger("asyncio").propagate = False

    def hung_up(_number: int, _frame: object) -> None:
        server.should_exit = True

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, signal.default_int_handler)}
    if hasattr(signal, "SIGHUP"):
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, hung_up)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
