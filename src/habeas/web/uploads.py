"""Files on their way from the browser into the vault's encryption: parsed as they come (RFC 7578), never in plaintext on disk.

What is large is sealed as it comes, before its case has its turn; cases take files in helpings, so that pages are answered meanwhile and nobody waits
for a slow sender. What it does not do: keep what was sealed, or what broke off.
"""

import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Self

import anyio
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from habeas.domain.errors import HabeasError
from habeas.locale import tr
from habeas.services.exhibits import Outcome, take_ahead
from habeas.vault.ahead import SealedAhead
from habeas.vault.errors import NotAllowedError
from habeas.vault.vault import Vault
from habeas.web.desk import Desk, LockedDeskError
from habeas.web.pages import FormError, go, in_turn, page, problems_of
from habeas.web.progress import Line, Progress

MOST_WAIT = 20.0
"""Seconds without a piece after which an upload is given up."""
logging.getLogger("python_multipart").addHandler(logging.NullHandler())
logging.getLogger("python_multipart").propagate = False  # it would print a byte of a file
GATHERED = 1 << 20
"""Bytes that are handed over at once: each handing over costs as much as a sixteenth of it takes to seal."""
MOST_HEADER = 4_096
"""Bytes of what stands above a file."""
MOST_FILES, MOST_BYTES = 50, 64 << 20
"""Of one helping. Of its bytes only those of small files are in memory."""
Incoming = Iterator[tuple[str, Iterator[bytes]]]
"""(the name that the browser gives, its bytes in pieces). Each file has to be read before the next."""
Files = Iterator[tuple[str, Iterable[bytes]]]
"""The same for files that came."""
Sealing = Callable[[Desk, Request, Files], list[Outcome]]
Showing = Callable[[Desk, Request, list[Outcome]], Response]


def upload(seal: Sealing, show: Showing) -> Callable[[Request], Awaitable[Response]]:
    """Files are taken from the browser a helping at a time; ``seal`` takes each when its turn comes, and ``show`` tells the outcome.

    A wish to lock breaks it off: what came is forgotten, what was sealed stays sealed.
    """

    async def endpoint(request: Request) -> Response:
        desk: Desk = request.app.state.desk
        try:
            vault = desk.vault
        except LockedDeskError:
            return go("/")
        progress = desk.progress = Progress(cid=request.path_params.get("cid", "-"), total=int(request.headers.get("content-length") or 0))
        try:
            outcomes: list[Outcome] = []
            closings = desk.closings

            def some(helping: Helping) -> Response:
                if desk.closings != closings:
                    raise FormError(_locked())
                made = seal(desk, request, helping.files())
                outcomes.extend(made)
                progress.lines += [Line(name=one.file.name, outcome=one.outcome, number=one.number, why=one.why) for one in made]
                return Response(status_code=204)

            refused = await in_turn(lambda: _may_write(desk, request), desk, request)
            if refused.status_code != HTTPStatus.NO_CONTENT:
                await _rest(request)
                return refused
            coming = incoming(request.headers.get("content-type", ""), _pieces(desk, request, progress, closings))
            over = False
            while not over:
                with Helping() as helping:
                    over = await anyio.to_thread.run_sync(helping.fill, vault, coming, progress)
                    answered = await in_turn(lambda: some(helping), desk, request) if helping else None
                if answered is not None and answered.status_code != HTTPStatus.NO_CONTENT:
                    await _rest(request)
                    return answered
            return await in_turn(lambda: show(desk, request, outcomes), desk, request)
        except HabeasError as error:
            await _rest(request)
            return page(desk, "message.html", status=400, title=tr("That did not work"), problems=problems_of(error))
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            progress.over_at = time.monotonic()

    return endpoint


async def _rest(request: Request) -> None:
    """Take what still comes of an upload that failed, and forget it: browsers read no answer before they have sent all."""
    with anyio.move_on_after(MOST_WAIT), contextlib.suppress(ClientDisconnect, RuntimeError):  # gone, or all of it came
        async for _ in request.stream():
            pass


class Helping:
    """Some files that came and wait for their case. Use as a context manager: what no case took is forgotten."""

    def __init__(self) -> None:
        """None came yet."""
        self._came: list[tuple[str, bytes | SealedAhead]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for _name, content in self._came:
            if isinstance(content, SealedAhead):
                content.drop()

    def __len__(self) -> int:
        return len(self._came)

    def fill(self, vault: Vault, coming: Incoming, progress: Progress) -> bool:
        """Take files until it is a helping; whether these were the last. Raises FormError, VaultError."""
        size, before = 0, progress.came
        for name, pieces in coming:
            self._came.append((name, take_ahead(vault, pieces)))
            progress.files += 1
            size, before = size + progress.came - before, progress.came
            if len(self._came) >= MOST_FILES or size >= MOST_BYTES:
                return False
        return True

    def files(self) -> Files:
        """For the case."""
        return ((name, content if isinstance(content, SealedAhead) else (content,)) for name, content in self._came)


def _may_write(desk: Desk, request: Request) -> Response:
    """Whether the case of this address takes anything from whoever sends it: said before a file is sealed in vain."""
    if "cid" in request.path_params:
        with desk.case(request.path_params["cid"]) as comp:
            if not comp.me.role.writes:
                raise NotAllowedError(f"role {comp.me.role}")
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _locked() -> str:
    return tr("the vault was locked; look at the exhibits for what was sealed before")


def _pieces(desk: Desk, request: Request, progress: Progress, closings: int) -> Iterator[bytes]:
    """What the browser sends, read in a thread. Raises FormError."""
    stream = request.stream()
    while piece := anyio.from_thread.run(_next, stream):
        if not desk.is_open or desk.closings != closings:  # or opened again meanwhile
            raise FormError(_locked())
        desk.touch()
        progress.came += len(piece)
        yield piece


async def _next(stream: AsyncIterator[bytes]) -> bytes:
    """What comes next, about a mebibyte; nothing at the end. A browser that sends nothing for too long is not waited for."""
    gathered = bytearray()
    with anyio.move_on_after(MOST_WAIT) as waited:
        async for piece in stream:
            gathered += piece
            if len(gathered) >= GATHERED:
                break
    if waited.cancelled_caught:
        raise FormError(tr("nothing came any more; look at the exhibits for what was sealed before"))
    return bytes(gathered)


def incoming(untrusted_type: str, untrusted_pieces: Iterator[bytes]) -> Incoming:
    """The files of a form. Raises FormError where it is none; a field without a file is passed over."""
    kind, options = parse_options_header(untrusted_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary or len(boundary) > 70:  # noqa: PLR2004  # RFC 2046
        raise FormError(tr("this is no form of Habeas"))
    return _files(_Parts(boundary, untrusted_pieces))


def _files(parts: "_Parts") -> Incoming:
    while (name := parts.next_name()) is not None:
        if name:
            yield name, parts.content()
        for _ in parts.content():  # what was not read, and fields that hold no file
            pass


class _Parts:
    """The push parser turned around: pull the next name, then its bytes."""

    def __init__(self, boundary: bytes, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._field, self._value, self._name, self._size = b"", b"", b"", 0
        self._inside = False
        self._parser = MultipartParser(boundary, {
            "on_part_begin": self._begin, "on_header_field": self._header_field, "on_header_value": self._header_value,
            "on_header_end": self._header_end, "on_headers_finished": self._headers, "on_part_data": self._data,
            "on_part_end": lambda: self._waiting.append(("end", b"")), "on_end": lambda: self._waiting.append(("over", b"")),
        })  # fmt: skip

    def _begin(self) -> None:
        self._field, self._value, self._name, self._size = b"", b"", b"", 0

    def _grow(self, more: int) -> None:
        self._size += more
        if self._size > MOST_HEADER:
            raise FormError(tr("this is no form of Habeas"))

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._grow(end - start)
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._grow(end - start)
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._name = parse_options_header(self._value)[1].get(b"filename", b"")
        self._field, self._value = b"", b""

    def _headers(self) -> None:
        self._waiting.append(("name", self._name))

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._waiting.append(("data", bytes(data[start:end])))

    def _pull(self) -> tuple[str, bytes]:
        """What comes next; a body that ends too soon is no form."""
        while not self._waiting:
            piece = next(self._pieces, b"")
            if not piece:
                raise FormError(tr("the files did not arrive whole; look at the exhibits for what was sealed, and send the rest again"))
            try:
                self._parser.write(piece)
            except FormParserError:
                raise FormError(tr("this is no form of Habeas")) from None
        return self._waiting.popleft()

    def next_name(self) -> str | None:
        """The name of the next part, empty for a field without a file; None at the end."""
        what, data = self._pull()
        self._inside = what == "name"
        return data.decode("utf-8", "replace") if self._inside else None

    def content(self) -> Iterator[bytes]:
        """The bytes of the part that was begun, up to its end; nothing where it ended already."""
        while self._inside:
            what, data = self._pull()
            if what == "end":
                self._inside = False
                return
            yield data
